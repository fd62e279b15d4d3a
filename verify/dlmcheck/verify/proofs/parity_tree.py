"""Even parity write-once with deterministic F, on every tree of pairs: exact in level + 1 rounds.

The sampler is `model.samplers.mask_memory.parity_on_tree`; note T4.5. The invariant after round t,
for a node of level l with the pair (a, b), where c is its running parity:

    t < l        both cells are masked
    t = l        the one that c says is visible: a if c = 0, b if c = 1
    t > l        both are visible

and payload cells are visible from t = 1 on. Every visible cell shows its coin, but for the second
one of the root's pair, which makes the sum of all cells 0.

The rules run on small trees. In each list (payload, children, grandchildren) one member stands
for itself and, where there is a second one, that stands for all others. Levels above 3 are as 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, unique

from dlmcheck.model.samplers.mask_memory import (
    Node,
    free_token,
    pair_flags,
    payload_flag,
    root_tokens,
    rounds_of,
)
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Rule, Step
from dlmcheck.verify.proofs.small_wires import SmallScene
from dlmcheck.verify.proofs.terms import Term, linear, number

RULES = (
    Rule.ROUNDS,
    Rule.NUMBERS,
    Rule.SITUATIONS,
    Rule.FAN_IN,
    Rule.UNIFORM,
    Rule.BIJECTION,
)


@unique
class Phase(Enum):
    """Where a node of level l is after round t."""

    EARLY = "before its time"
    """t < l - 1."""
    DUE = "at its time"
    """t = l - 1: the next round writes its first cell."""
    HALF = "half written"
    """t = l."""
    DONE = "written"
    """t > l."""


@dataclass(frozen=True)
class Kind:
    """A kind of node, by a small tree with such a root."""

    name: str
    node: Node

    @property
    def level(self) -> int:
        """1, 2, or 3 for all above."""
        return self.node.level

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Level 1 is never early: t is at least 0."""
        return tuple(p for p in Phase if self.level > 1 or p is not Phase.EARLY)


_V, _W = Node(1, (3, 4)), Node(1, (5, 6))
KINDS = (
    Kind("a pair alone", Node(1, (0, 1))),
    Kind("a leaf with one payload cell", Node(2, (0, 1), (2,))),
    Kind("a leaf", Node(2, (0, 1), (2, 7))),
    Kind("a pair above one pair", Node(2, (0, 1), (), (_V,))),
    Kind("a pair above pairs", Node(2, (0, 1), (2, 7), (_V, _W))),
    Kind("a node in a chain", Node(3, (0, 1), (), (Node(2, (3, 4), (), (Node(1, (8, 9)),)),))),
    Kind(
        "a node",
        Node(
            3,
            (0, 1),
            (2,),
            (Node(2, (3, 4), (), (Node(1, (8, 9)), Node(1, (10, 11)))), Node(2, (5, 6), (12,))),
        ),
    ),
)
ROOT_ALONE = (
    Kind("a root alone, no payload", Node(1, (0, 1))),
    Kind("a root alone, one payload cell", Node(1, (0, 1), (2,))),
    Kind("a root alone", Node(1, (0, 1), (2, 7))),
)
"""A root of level 1 may have payload; a child of level 1 may not."""
NAMES: Mapping[int, str] = {
    0: "a", 1: "b", 2: "payload", 3: "child's a", 4: "child's b", 5: "other child's a",
    6: "other child's b", 7: "other payload", 8: "grandchild's a", 9: "grandchild's b",
    10: "other grandchild's a", 11: "other grandchild's b", 12: "child's payload",
}  # fmt: skip


# --- what is claimed -----------------------------------------------------------------------


def running_parity(s: SmallScene, node: Node) -> Literal:
    """c(u), as a function of the final tokens and of the children's c."""
    if node.level == 1:
        return s.zero()
    return s.sum_of(
        *map(s.token, node.payload),
        *(own_parity(s, child) for child in node.children if child.level > 1),
        *(s.token(cell) for grand in node.grandchildren for cell in grand.pair),
    )


def own_parity(s: SmallScene, node: Node) -> Literal:
    """c(u) as an atom; 0 at level 1."""
    return s.atom(f"c at {s.name_of(node.pair[0])}") if node.level > 1 else s.zero()


def left_out(s: SmallScene, node: Node) -> Literal:
    """What c(u) leaves out below u, beside u's own pair."""
    if node.level == 1:
        return s.sum_of(*map(s.token, node.payload))
    return s.sum_of(*(s.token(cell) for child in node.children for cell in child.pair))


def root_pair(
    s: SmallScene, c: Literal, rest: Literal, coin_a: Literal, coin_b: Literal
) -> tuple[Literal, Literal]:
    """The root's final pair, from its coins, c and what c leaves out: c + rest + a + b = 0."""
    a = s.choose(c, ~s.sum_of(coin_b, rest), coin_a)
    return a, s.choose(c, coin_b, s.sum_of(coin_a, rest))


def _pair_is(s: SmallScene, node: Node, phase: Phase) -> None:
    c = own_parity(s, node)
    for cell, last in zip(node.pair, (c, ~c), strict=True):
        name, masked = s.name_of(cell), s.masked(cell)
        if phase is Phase.HALF:
            s.premise(f"{name} is masked iff c says so", s.same(masked, last))
        elif phase is Phase.DONE:
            s.premise(f"{name} is visible", ~masked)
        else:
            s.premise(f"{name} is masked", masked)


CHILDREN = {Phase.EARLY: Phase.DUE, Phase.DUE: Phase.HALF, Phase.HALF: Phase.DONE,
            Phase.DONE: Phase.DONE}  # fmt: skip
"""The phase of the children; where the node is early, they may be early too: both are masked."""


def _below_is(s: SmallScene, node: Node, phase: Phase) -> None:
    """What is known below a node: payload, children, grandchildren."""
    for cell in node.payload:
        if phase is not Phase.EARLY:
            s.premise(f"{s.name_of(cell)} is visible", ~s.masked(cell))
        elif node.level == 2:
            s.premise(f"{s.name_of(cell)} is masked", s.masked(cell))
    for child in node.children:
        _pair_is(s, child, CHILDREN[phase])
    if phase is not Phase.EARLY:
        for grand in node.grandchildren:
            _pair_is(s, grand, Phase.DONE)


def _round_is(s: SmallScene, node: Node, phase: Phase) -> None:
    for due, number_ in ((Phase.DUE, node.level), (Phase.HALF, node.level + 1)):
        now = s.round_is(number_)
        word = "it is" if phase is due else "it is not"
        s.premise(f"{word} round {number_}", now if phase is due else ~now)


# --- the steps -----------------------------------------------------------------------------


def written(kind: Kind, phase: Phase, *, clock: bool) -> Step:
    """The masks of a pair after a round, and that only masked cells are written."""
    node = kind.node
    s = SmallScene(f"{kind.name}, {phase.value}", NAMES)
    flags = pair_flags(s, node, clock=clock)
    if clock:
        _round_is(s, node, phase)
    _pair_is(s, node, phase)
    _below_is(s, node, phase)
    c = running_parity(s, node)
    wanted = {
        Phase.EARLY: (s.one(), s.one()),
        Phase.DUE: (c, ~c),
        Phase.HALF: (s.zero(), s.zero()),
        Phase.DONE: (s.zero(), s.zero()),
    }[phase]
    claims: list[Literal] = []
    for cell, flag, mask in zip(node.pair, flags, wanted, strict=True):
        after = s.builder.and_(s.masked(cell), ~flag)
        claims += [s.same(after, mask), s.builder.or_(s.masked(cell), ~flag)]
    return s.concludes(s.builder.and_(*claims))


def other_cells() -> Iterator[Step]:
    """Payload is written at once; every cell but the root's pair gets its coin."""
    s = SmallScene("payload that is masked is written", NAMES)
    yield s.concludes(s.same(payload_flag(s, 2), s.masked(2)))
    s = SmallScene("a cell gets its coin", NAMES)
    yield s.concludes(s.same(free_token(s, 2), s.coin(2)))


def first_of_root(kind: Kind) -> Step:
    """Whichever of the root's cells is written first gets its coin."""
    s = SmallScene(f"{kind.name} as root, the first cell", NAMES)
    _pair_is(s, kind.node, Phase.DUE)
    tokens = root_tokens(s, kind.node)
    pairs = zip(tokens, kind.node.pair, strict=True)
    return s.concludes(s.builder.and_(*(s.same(t, s.coin(cell)) for t, cell in pairs)))


def second_of_root(kind: Kind) -> Step:
    """The other one is what makes c + (what c leaves out) + a + b zero."""
    node = kind.node
    s = SmallScene(f"{kind.name} as root, the second cell", NAMES)
    _pair_is(s, node, Phase.HALF)
    _below_is(s, node, Phase.HALF)
    c, rest = own_parity(s, node), left_out(s, node)
    tokens = root_tokens(s, node)
    a, b = map(s.token, node.pair)
    made = root_pair(s, c, rest, a, b)
    return s.concludes(s.choose(c, s.same(tokens[0], made[0]), s.same(tokens[1], made[1])))


def telescoping(kind: Kind) -> Step:
    """The cells below a node sum to c, what c leaves out, and the node's pair."""
    node = kind.node
    s = SmallScene(f"{kind.name}: the sum of all below", NAMES)
    sums: list[Literal] = []
    for child in node.children:
        name = s.name_of(child.pair[0])
        total = s.atom(f"sum below {name}")
        known = s.sum_of(own_parity(s, child), left_out(s, child), *map(s.token, child.pair))
        s.premise(f"the claim below {name}", s.same(total, known))
        sums.append(total)
    own = [s.token(cell) for cell in (*node.payload, *node.pair)]
    pair = map(s.token, node.pair)
    claim = s.sum_of(running_parity(s, node), left_out(s, node), *pair)
    return s.concludes(s.same(s.sum_of(*own, *sums), claim))


def string_steps() -> tuple[Step, ...]:
    """The total is 0; coins and (even strings, a spare bit) correspond one to one.

    Outside the root's pair the string is the coins, so c and what it leaves out are functions of
    either. At the root c says which coin shows; the other one is spare.
    """
    s = SmallScene("the sum of all cells is 0", NAMES)
    c, rest = s.atom("c"), s.atom("what c leaves out")
    a, b = root_pair(s, c, rest, s.coin(0), s.coin(1))
    even = s.concludes(~s.sum_of(c, rest, a, b))

    s = SmallScene("seeds from the string", NAMES)
    c, rest, coins = s.atom("c"), s.atom("what c leaves out"), (s.coin(0), s.coin(1))
    a, b = root_pair(s, c, rest, *coins)
    spare = s.choose(c, *coins)
    back = _decoded(s, c, a, b, spare)
    claims = [s.same(one, other) for one, other in zip(back, coins, strict=True)]
    seeds = s.concludes(s.builder.and_(*claims))

    s = SmallScene("string from the seeds", NAMES)
    c, rest, spare = s.atom("c"), s.atom("what c leaves out"), s.atom("spare")
    string = s.token(0), s.token(1)
    s.premise("the string is even", ~s.sum_of(c, rest, *string))
    back = _decoded(s, c, *string, spare)
    claims = [s.same(x, y) for x, y in zip(root_pair(s, c, rest, *back), string, strict=True)]
    claims.append(s.same(s.choose(c, *back), spare))
    return even, seeds, s.concludes(s.builder.and_(*claims))


def _decoded(
    s: SmallScene, c: Literal, a: Literal, b: Literal, spare: Literal
) -> tuple[Literal, Literal]:
    return s.choose(c, spare, a), s.choose(c, b, spare)


def base_steps(*, clock: bool) -> tuple[Step, ...]:
    """The start: nodes of level 1 are due, all others early."""
    return tuple(
        written(kind, phase, clock=clock)
        for kind in KINDS
        for phase in kind.phases
        if phase is (Phase.DUE if kind.level == 1 else Phase.EARLY)
    )


def tree_steps(*, clock: bool) -> tuple[Step, ...]:
    """All other steps, for F with or without a clock."""
    base = {step.name for step in base_steps(clock=clock)}
    found = [
        written(kind, phase, clock=clock)
        for kind in KINDS
        for phase in kind.phases
        if f"{kind.name}, {phase.value}" not in base
    ]
    found += other_cells()
    roots = [kind for kind in (*KINDS, *ROOT_ALONE) if kind.name != "a pair alone"]
    found += [first_of_root(kind) for kind in roots]
    found += [second_of_root(kind) for kind in roots]
    found += [telescoping(kind) for kind in (*KINDS, *ROOT_ALONE)]
    return (*found, *string_steps())


# --- rounds and levels ---------------------------------------------------------------------

LEVEL, CHILD, GRAND, T, TOP, D = map(Term, ("level", "child", "grandchild", "t", "top", "D"))
_CHILD = {"a child is a level below": CHILD.equals(LEVEL - 1)}
_GRAND = {**_CHILD, "a grandchild another one": GRAND.equals(CHILD - 1)}
_DUE = {"the node is due": T.equals(LEVEL - 1)}


def tree_queries() -> tuple[Query, ...]:
    """Which phase a node is in after round t, and its children and grandchildren then."""
    return (
        linear(
            "every node is early, due, half or done",
            {},
            f"(or {T.below(LEVEL - 1)} {T.equals(LEVEL - 1)} {T.equals(LEVEL)} {LEVEL.below(T)})",
        ),
        linear(
            "at level 1 a node is due at the start, and never early",
            {"there are no rounds before the first": number(0).at_most(T),
             "the level": LEVEL.equals(1)},
            (LEVEL - 1).at_most(T),
        ),
        linear(
            "above an early node nothing is written, and below it no pair",
            {**_CHILD, "the node is early": T.below(LEVEL - 1)},
            T.below(CHILD),
        ),
        linear("the children of a node that is due are half", {**_CHILD, **_DUE}, T.equals(CHILD)),
        linear("its grandchildren are done", {**_GRAND, **_DUE}, GRAND.below(T)),
        linear(
            "the children of a node that is half or done are done",
            {**_CHILD, "the node is half or done": LEVEL.at_most(T)},
            CHILD.below(T),
        ),
        linear(
            "payload is visible when its node is due",
            {**_DUE, "the level is above 1": number(2).at_most(LEVEL)},
            number(1).at_most(T),
        ),
        linear(
            "at level 2 an early node is one at the start",
            {"the level": LEVEL.equals(2), "the node is early": T.below(LEVEL - 1)},
            T.below(1),
        ),
        linear(
            "the round after is that of the first cell iff due, of the second iff half",
            {"the round after": D.equals(T + 1)},
            f"(and (= {D.equals(LEVEL)} {T.equals(LEVEL - 1)}) "
            f"(= {D.equals(LEVEL + 1)} {T.equals(LEVEL)}))",
        ),
        linear(
            "after the last round every node is done",
            {
                "no level above the root's": LEVEL.at_most(TOP),
                "the rounds": D.equals(rounds_of(TOP)),
                "all of them are over": T.equals(D),
            },
            LEVEL.below(T),
        ),
    )  # fmt: skip
