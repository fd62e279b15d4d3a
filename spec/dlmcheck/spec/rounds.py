"""The least number of rounds in which a write-once sampler produces a target: the definition.

Setting: write-once, L = n, F a deterministic function of the state, predictors without any bound.
Then the output fixes the whole trace, so a state x that is reached is exactly the event that the
target's string agrees with every token that x shows (note ROUNDS-WRITE-ONCE). Hence p_i(. | x)
has no choice: it is the conditional law of token i given that event; and a set of cells may be
written next if and only if its tokens are independent under the target given the event.

*Adaptive*: the next set is chosen by the state; a strategy is a tree. *Fixed*: one set for each
round, the same whatever was written before. *Dyadic*: in addition, a cell may be written only
where the conditional law of its token consists of dyadic numbers, since no other can be drawn with
fair bits.

All sets that may be written are considered, not only the largest: to write more is not always
better. Everything here goes through all partial states, at most (q + 1)^n of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, certain, is_product, marginal
from dlmcheck.spec.policies import DeterministicUnmasking, Positions
from dlmcheck.spec.tokens import MASK, State, Token, all_masked, masked_positions

Choice = Callable[[State], Positions]
"""Which cells are written next, as a function of the state."""


def agrees(string: State, state: State) -> bool:
    """Whether a string has the tokens that a state shows.

    >>> agrees((0, 1, 1), (MASK, 1, MASK))
    True
    """
    return all(shown in (MASK, token) for token, shown in zip(string, state, strict=True))


def given(target: Law[State], state: State) -> Law[State]:
    """The target conditioned on the event of a state. Raises `UnnormalisedLaw` if impossible."""
    return target.given(lambda string: agrees(string, state))


def on_cells(law: Law[State], cells: Positions) -> Law[State]:
    """The joint law of the tokens of some cells, in the order of the cells."""
    return law.map(lambda string: tuple(string[i] for i in sorted(cells)))


def is_writable(
    target: Law[State], state: State, cells: Positions, reals: Reals = Reals.UNRESTRICTED
) -> bool:
    """Whether the tokens of masked cells are independent, given the event of a state.

    With `Reals.DYADIC`, also whether the law of each of them consists of dyadic numbers.
    """
    joint = on_cells(given(target, state), cells)
    if reals is Reals.DYADIC and not all(
        is_dyadic_law(marginal(joint, i)) for i in range(len(cells))
    ):
        return False
    return is_product(joint)


def is_dyadic_law(law: Law[Token]) -> bool:
    """Whether every probability is a multiple of a power of 1/2."""
    return all(weight.denominator.bit_count() == 1 for _, weight in law.items())


def non_empty_subsets(cells: Positions) -> Iterator[Positions]:
    """All subsets but the empty one, smallest first."""
    for size in range(1, len(cells) + 1):
        for chosen in combinations(sorted(cells), size):
            yield frozenset(chosen)


def show(string: State, cells: Positions) -> State:
    """The state that shows the tokens of a string on some cells.

    >>> show((0, 1, 1), frozenset({1}))
    (-1, 1, -1)
    """
    return tuple(token if i in cells else MASK for i, token in enumerate(string))


def successors(target: Law[State], state: State, cells: Positions) -> frozenset[State]:
    """The states of positive probability after some masked cells are written."""
    visible = frozenset(range(len(state))) - masked_positions(state)
    return frozenset(show(string, visible | cells) for string in given(target, state))


def partial_states(target: Law[State]) -> list[State]:
    """All states of positive probability, those with the fewest masked cells first."""
    every = frozenset(range(length_of(target)))
    found = {show(string, cells) for string in target for cells in _subsets(every)}
    return sorted(found, key=lambda state: (len(masked_positions(state)), state))


def _subsets(cells: Positions) -> Iterator[Positions]:
    yield frozenset()
    yield from non_empty_subsets(cells)


def length_of(target: Law[State]) -> int:
    """n. Raises `BadPoint` if the strings have different lengths."""
    lengths = {len(string) for string in target}
    if len(lengths) != 1:
        raise BadPoint("strings of different lengths", source="target")
    return lengths.pop()


# --- the least number of rounds ----------------------------------------------------------------


def least_rounds_by_state(
    target: Law[State], reals: Reals = Reals.UNRESTRICTED
) -> dict[State, int | None]:
    """For each partial state the least number of rounds in which the rest can be written.

    None where no number is enough (with dyadic predictors only).
    """
    least: dict[State, int | None] = {}
    for state in partial_states(target):
        masked = masked_positions(state)
        ways = [
            _longest(least[after] for after in successors(target, state, cells))
            for cells in non_empty_subsets(masked)
            if is_writable(target, state, cells, reals)
        ]
        finite = [way for way in ways if way is not None]
        least[state] = 0 if not masked else 1 + min(finite) if finite else None
    return least


def least_rounds(target: Law[State], reals: Reals = Reals.UNRESTRICTED) -> int | None:
    """The least number of rounds, the sets chosen adaptively; None if no number is enough.

    >>> from dlmcheck.spec.law import uniform
    >>> least_rounds(uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)]))
    3
    """
    return least_rounds_by_state(target, reals)[all_masked(length_of(target))]


def least_fixed_rounds(target: Law[State], reals: Reals = Reals.UNRESTRICTED) -> int | None:
    """The least number of rounds with one set for each round; None if no number is enough."""
    states = partial_states(target)
    every = frozenset(range(length_of(target)))
    least: dict[Positions, int | None] = {frozenset(): 0}
    for masked in non_empty_subsets(every):
        here = [state for state in states if masked_positions(state) == masked]
        ways = [
            least[masked - cells]
            for cells in non_empty_subsets(masked)
            if all(is_writable(target, state, cells, reals) for state in here)
        ]
        finite = [way for way in ways if way is not None]
        least[masked] = 1 + min(finite) if finite else None
    return least[every]


def _longest(ways: Iterator[int | None]) -> int | None:
    found = list(ways)
    return None if None in found else max(way for way in found if way is not None)


# --- the sampler of a strategy -----------------------------------------------------------------


def strategy_sampler(target: Law[State], choose: Choice, rounds: int) -> Sampler:
    """The sampler that writes the chosen sets and draws each token from its conditional law.

    `choose` is asked for every state, also for unreachable ones. Whether the output law is the
    target is for the semantics to say. In states that show no string of the target the predictor
    is of no consequence; there it writes 0.
    """
    n = length_of(target)

    def predictor(state: State, position: int, _: object) -> Law[Token]:
        if state[position] != MASK:
            return certain(state[position])
        if not any(agrees(string, state) for string in target):
            return certain(0)
        return marginal(given(target, state), position)

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=DeterministicUnmasking(lambda state, _: choose(state)),
        rounds=rounds,
        output=tuple(range(n)),
        vocabulary=1 + max((token for string in target for token in string), default=0),
    )


def fixed_choice(sets: Sequence[Positions]) -> Choice:
    """The choice of a fixed schedule: the first set that is not yet visible."""

    def choose(state: State) -> Positions:
        masked = masked_positions(state)
        nothing: Positions = frozenset()
        return next((cells for cells in sets if cells & masked), nothing)

    return choose
