"""Even parity write-once, all cells but the last fair: at once, or from left to right, every n.

The samplers are in `model.samplers.one_parity_check`; note T4.5. The rules run on three cells: one
before the last, one that stands for all others before it, and the last; in the step on turns, a
cell and the one on its left.
"""

from __future__ import annotations

from collections.abc import Iterator

from dlmcheck.model.samplers.one_parity_check import after_the_left, at_its_turn, tokens
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.small_wires import SmallScene
from dlmcheck.verify.proofs.terms import Argument, Term, linear, number

BEFORE = {0: "a cell before", 1: "the others before", 2: "the last cell"}
ALONE = {0: "a cell before", 1: "the last cell"}
IN_ORDER = {0: "the cell on the left", 1: "the cell"}

# --- what is written -----------------------------------------------------------------------


def _string_steps(names: dict[int, str], word: str) -> Iterator[Step]:
    """Fair cells show their coins; the last one makes the sum 0, and no other string is made."""
    n = len(names)

    def scene(name: str) -> tuple[SmallScene, list[Literal], list[Literal]]:
        s = SmallScene(f"{name}, {word}", names)
        for cell in range(n - 1):
            s.premise(f"{names[cell]} is visible", ~s.masked(cell))
        return s, tokens(s, n), [s.token(cell) for cell in range(n - 1)]

    s, written, _ = scene("seeds from the string")
    coins = [s.same(written[cell], s.coin(cell)) for cell in range(n - 1)]
    yield s.concludes(s.builder.and_(*coins))

    s, written, shown = scene("the sum of all cells is 0")
    yield s.concludes(~s.sum_of(*shown, written[n - 1]))

    s, written, shown = scene("string from the seeds")
    last = s.token(n - 1)
    s.premise("the string is even", ~s.sum_of(*shown, last))
    yield s.concludes(s.same(written[n - 1], last))


def string_steps() -> tuple[Step, ...]:
    """With one cell before the last, and with more."""
    return (*_string_steps(ALONE, "two cells"), *_string_steps(BEFORE, "more"))


# --- when ----------------------------------------------------------------------------------


def _turn(name: str, *, visible: bool, turn: bool, left: bool | None) -> Step:
    """F at a cell: whether it is visible, whether it is selected, whether its left is visible.

    `left` None is the first cell, which has none.
    """
    s = SmallScene(name, IN_ORDER)
    cell = 0 if left is None else 1
    flag = at_its_turn(s, cell, after_the_left(s, cell))
    own = s.masked(cell)
    s.premise("the cell is visible" if visible else "the cell is masked", ~own if visible else own)
    if left is not None:
        hidden = s.masked(0)
        s.premise(
            "its left is visible" if left else "its left is masked", ~hidden if left else hidden
        )
    return s.concludes(flag if turn else ~flag)


def turns() -> tuple[Step, ...]:
    """Left to right: exactly the cell whose left was the last one written is selected."""
    return (
        _turn("the first cell is written first", visible=False, turn=True, left=None),
        _turn("a cell is written when its left is visible", visible=False, turn=True, left=True),
        _turn("a cell waits for its left", visible=False, turn=False, left=False),
        _turn("a visible cell is left alone", visible=True, turn=False, left=True),
        _turn("the first cell is left alone once visible", visible=True, turn=False, left=None),
    )


def one_check_turns() -> tuple[Step, ...]:
    """All free cells in round 1; the last one once the first one is visible."""
    found: list[Step] = []
    for name, marker, own, selected in (
        ("the last cell waits for the first", True, True, False),
        ("the last cell is written when the first is visible", False, True, True),
        ("the last cell is left alone once visible", False, False, False),
    ):
        s = SmallScene(name, BEFORE)
        flag = at_its_turn(s, 2, s.visible(0))
        for word, cell, masked in (("the first", 0, marker), ("the last", 2, own)):
            state = "masked" if masked else "visible"
            s.premise(f"{word} is {state}", s.masked(cell) if masked else ~s.masked(cell))
        found.append(s.concludes(flag if selected else ~flag))
    return tuple(found)


# --- the proofs ----------------------------------------------------------------------------

N, T, CELL = map(Term, ("n", "t", "i"))
RULES = (Rule.ROUNDS, Rule.FAN_IN, Rule.UNIFORM, Rule.BIJECTION)


def order_queries() -> tuple[Query, ...]:
    """After round t exactly the first t cells are visible."""
    return (
        linear(
            "at its turn the cell on the left is visible",
            {"it is the turn of cell i": CELL.equals(T)},
            (CELL - 1).below(T),
        ),
        linear(
            "before its turn the cell on the left is masked",
            {"it is not yet the turn of cell i": T.below(CELL)},
            T.at_most(CELL - 1),
        ),
        linear(
            "the last cell comes when all others are visible",
            {"it is the last": N.equals(CELL + 1), "it is its turn": CELL.equals(T)},
            (N - 1).equals(T),
        ),
        linear(
            "n rounds write every cell",
            {"there is such a cell": CELL.below(N), "all rounds are over": T.equals(N)},
            CELL.below(T),
        ),
    )


def check_queries() -> tuple[Query, ...]:
    """The cell that is waited for is not the last one."""
    return (
        linear(
            "the first cell is not the last one",
            {"n is at least 2": number(2).at_most(N)},
            number(0).below(N - 1),
        ),
    )


SUM = (
    "The last cell is written when all others are visible, and gets their parity: the sum is 0.",
    (
        "The other cells are their coins, and an even string's last bit is the parity of the "
        "others: coins and even strings correspond one to one, and z is uniform on the latter."
    ),
)


def _argument(
    statement: str,
    base: tuple[Step, ...],
    steps: tuple[Step, ...],
    asked: tuple[Query, ...],
    *says: str,
) -> Argument:
    names = tuple(one.name for one in asked)
    return Argument(Proof(statement, base, steps, RULES, names, (*says, *SUM)), asked)


def left_to_right(statement: str) -> Argument:
    """n rounds, one cell a round; every n >= 2."""
    first, *others = turns()
    return _argument(
        statement,
        (first,),
        (*others, *string_steps()),
        order_queries(),
        "After round t exactly the first t cells are visible: a cell waits for its left.",
        "So the last cell is written in round n.",
    )


def one_check(statement: str) -> Argument:
    """Two rounds; every n >= 2."""
    waits, *others = one_check_turns()
    return _argument(
        statement,
        (waits,),
        (*others, *string_steps()),
        check_queries(),
        "Round 1 writes all cells but the last, which waits for the first one to be visible.",
        "Round 2 writes the last one, and nothing else; a further round nothing at all.",
    )
