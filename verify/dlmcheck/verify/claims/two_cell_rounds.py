"""Every round on two cells, over small menus of rows and policies: a domain to go through.

A member is a state of two cells, the law that the predictor has for each, and a policy. The menus
hold what can make a difference: rows that are certain, fair and biased (or, where M may be
written, M, fair, and uniform on all tokens); rates 0, 1/3 and 1; all laws on sets with weights in
halves; selections that look at the candidates by one test; remasking that looks at its own cell
or, by one test, at both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product
from typing import Final

from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.law import HALF, Law, certain, uniform
from dlmcheck.spec.policies import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    MemoryUnmasking,
    Positions,
    RemaskingPolicy,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions, show_state
from dlmcheck.verify.kernel.sweep import Domain

NONE: Final = frozenset[int]()
SETS: Final[dict[str, frozenset[int]]] = {
    "-": NONE,
    "0": frozenset({0}),
    "1": frozenset({1}),
    "01": frozenset({0, 1}),
}
"""Sets of cells, and sets of tokens, by name."""
RATES: Final = {"0": Fraction(0), "1/3": Fraction(1, 3), "1": Fraction(1)}
Test = Callable[[State], bool]
TESTS: Final[dict[str, Test]] = {
    "one": lambda tokens: tokens[0] == 1,
    "same": lambda tokens: tokens[0] == tokens[1],
}
"""What a policy may ask about two tokens."""

SET_LAWS: Final = {
    f"{one}|{other}": Law({SETS[name]: HALF * (one, other).count(name) for name in {one, other}})
    for one, other in combinations_with_replacement(SETS, 2)
}
"""All laws on sets of positions with weights 0, 1/2 and 1: the pairs of sets, equal ones too."""


@unique
class Form(Enum):
    """The policy that varies: F without remasking; or G, where F selects all masked cells."""

    DETERMINISTIC = "deterministic"
    INDEPENDENT = "independent"
    SAME_RATE = "same-rate"
    UNIFORM_SUBSET = "uniform-subset"
    JOINT = "joint"
    AFTER_SAMPLING = "after-sampling"
    MEMORY = "memory"
    """S is a function of a hidden bit, which is a fair coin tossed in an earlier round."""
    REMASK_OWN = "remask,own-cell"
    """G asks each cell about its own token, and decides by coins of its own."""
    REMASK_DETERMINISTIC = "remask,deterministic"
    REMASK_INDEPENDENT = "remask,independent"
    REMASK_JOINT = "remask,joint"


REMASKS: Final = (
    Form.REMASK_OWN,
    Form.REMASK_DETERMINISTIC,
    Form.REMASK_INDEPENDENT,
    Form.REMASK_JOINT,
)
EDITS: Final[dict[Form, tuple[Edits, ...]]] = {
    Form.DETERMINISTIC: (Edits.WRITE_ONCE, Edits.REVISE_TOKEN, Edits.REVISE_ANY),
    Form.INDEPENDENT: (Edits.WRITE_ONCE, Edits.REVISE_TOKEN, Edits.REVISE_ANY),
    Form.SAME_RATE: (Edits.WRITE_ONCE, Edits.REVISE_TOKEN, Edits.REVISE_ANY),
    Form.UNIFORM_SUBSET: (Edits.WRITE_ONCE, Edits.REVISE_TOKEN),
    Form.JOINT: (Edits.WRITE_ONCE, Edits.REVISE_TOKEN),
    Form.AFTER_SAMPLING: (Edits.WRITE_ONCE, Edits.REVISE_TOKEN),
    Form.MEMORY: (Edits.WRITE_ONCE,),
    **dict.fromkeys(REMASKS, (Edits.REMASK,)),
}
"""The edit models that a form is combined with."""


def _tossed_once(zero: Positions, one: Positions) -> MemoryUnmasking:
    """Round 1 selects nothing and tosses a coin; from then on the coin says what is selected."""

    def select(
        state: State, memory: Hashable, candidates: State, number: Round
    ) -> Law[tuple[Positions, Hashable]]:
        if memory is None:
            return uniform([(NONE, 0), (NONE, 1)])
        return certain((one if memory == 1 else zero, memory))

    return MemoryUnmasking(None, select)


def _seeing(test: Test, yes: Positions, no: Positions) -> AfterSamplingUnmasking:
    return AfterSamplingUnmasking(lambda state, seen, number: certain(yes if test(seen) else no))


def _fixed(chosen: Positions) -> DeterministicUnmasking:
    return DeterministicUnmasking(lambda state, number: chosen)


def _at_rates(rates: Sequence[Fraction]) -> IndependentUnmasking:
    return IndependentUnmasking(lambda state, i, number: rates[i])


def _at_rate(rate: Fraction) -> SameRateUnmasking:
    return SameRateUnmasking(lambda state, number: rate)


def _of_size(size: int) -> UniformSubsetUnmasking:
    return UniformSubsetUnmasking(lambda state, number: size)


def _jointly(law: Law[Positions]) -> JointUnmasking:
    return JointUnmasking(lambda state, number: law)


Choice = tuple[Test, Positions, Positions]
"""A test, the set if it says yes, and the set if it says no."""

CHOICES: Final[dict[str, Choice]] = {
    f"{test}?{yes}:{no}": (TESTS[test], SETS[yes], SETS[no])
    for test in TESTS
    for yes, no in permutations(SETS, 2)
}
PAIRS: Final = {f"{one},{other}": (SETS[one], SETS[other]) for one, other in product(SETS, SETS)}

UNMASKINGS: Final[dict[Form, dict[str, UnmaskingPolicy]]] = {
    Form.DETERMINISTIC: {name: _fixed(chosen) for name, chosen in SETS.items()},
    Form.INDEPENDENT: {
        f"{one},{other}": _at_rates((RATES[one], RATES[other]))
        for one, other in product(RATES, RATES)
    },
    Form.SAME_RATE: {name: _at_rate(rate) for name, rate in RATES.items()},
    Form.UNIFORM_SUBSET: {str(size): _of_size(size) for size in range(3)},
    Form.JOINT: {name: _jointly(law) for name, law in SET_LAWS.items()},
    Form.AFTER_SAMPLING: {name: _seeing(*choice) for name, choice in CHOICES.items()},
    Form.MEMORY: {name: _tossed_once(*pair) for name, pair in PAIRS.items()},
}


def _hides(tokens: Sequence[frozenset[Token]]) -> DeterministicRemasking:
    return DeterministicRemasking(
        lambda state, number: frozenset(i for i in range(2) if state[i] in tokens[i])
    )


def _hides_at_half(tokens: Sequence[frozenset[Token]]) -> IndependentRemasking:
    return IndependentRemasking(
        lambda state, i, number: HALF if state[i] in tokens[i] else Fraction(0)
    )


def _hides_by(test: Test, yes: Positions, no: Positions) -> RemaskingPolicy:
    return DeterministicRemasking(lambda state, number: yes if test(state) else no)


def _half_by(test: Test, yes: Positions, no: Positions) -> RemaskingPolicy:
    return IndependentRemasking(
        lambda state, i, number: HALF if i in (yes if test(state) else no) else Fraction(0)
    )


def _hides_jointly(law: Law[Positions]) -> JointRemasking:
    return JointRemasking(lambda state, number: law)


REMASKINGS: Final[dict[Form, dict[str, RemaskingPolicy]]] = {
    Form.REMASK_OWN: {
        **{f"hide:{name}": _hides(tokens) for name, tokens in PAIRS.items()},
        **{f"half:{name}": _hides_at_half(tokens) for name, tokens in PAIRS.items()},
    },
    Form.REMASK_DETERMINISTIC: {name: _hides_by(*choice) for name, choice in CHOICES.items()},
    Form.REMASK_INDEPENDENT: {name: _half_by(*choice) for name, choice in CHOICES.items()},
    Form.REMASK_JOINT: {name: _hides_jointly(law) for name, law in SET_LAWS.items()},
}


def policy_names(form: Form) -> tuple[str, ...]:
    """The policies of a form, by name, in order."""
    return tuple(REMASKINGS[form]) if form in REMASKS else tuple(UNMASKINGS[form])


POLICY_COUNTS: Final = {
    Form.DETERMINISTIC: 2**2,
    Form.INDEPENDENT: 3**2,
    Form.SAME_RATE: 3,
    Form.UNIFORM_SUBSET: 3,
    Form.JOINT: 10,
    Form.AFTER_SAMPLING: 2 * 4 * 3,
    Form.MEMORY: 4**2,
    Form.REMASK_OWN: 2 * 4**2,
    Form.REMASK_DETERMINISTIC: 2 * 4 * 3,
    Form.REMASK_INDEPENDENT: 2 * 4 * 3,
    Form.REMASK_JOINT: 10,
}
"""How many policies of a form there are, counted by hand."""

_BITS: Final[dict[str, Law[Token]]] = {
    "0": certain(0),
    "half": uniform([0, 1]),
    "third": Law({0: Fraction(2, 3), 1: Fraction(1, 3)}),
}
_TOKENS: Final[dict[str, Law[Token]]] = {
    "M": certain(MASK),
    "half": uniform([0, 1]),
    "each": uniform([0, 1, MASK]),
}


def row_menu(edits: Edits, shown: Token) -> dict[str, Law[Token]]:
    """The rows that a cell may have."""
    if edits is Edits.REVISE_ANY:
        return _TOKENS
    if edits is Edits.REVISE_TOKEN or shown == MASK:
        return _BITS
    return {"keep": certain(shown)}


@dataclass(frozen=True)
class TwoCells:
    """A round: form and name of the policy, edit model, state before, names of the rows."""

    form: Form
    edits: Edits
    state: State
    rows: tuple[str, str]
    policy: str

    def __str__(self) -> str:
        rows = " ".join(self.rows)
        state = show_state(self.state)
        return f"{self.form.value} {self.edits.value} {state} {rows} {self.policy}"

    def sampler(self) -> Sampler:
        """The sampler that starts from the state; a policy with memory takes two rounds."""
        laws = [row_menu(self.edits, t)[r] for t, r in zip(self.state, self.rows, strict=True)]
        unmask: UnmaskingPolicy = DeterministicUnmasking(lambda state, _: masked_positions(state))
        remask: RemaskingPolicy | None = None
        if self.form in REMASKS:
            remask = REMASKINGS[self.form][self.policy]
        else:
            unmask = UNMASKINGS[self.form][self.policy]
        return Sampler(
            length=2,
            predictor=lambda state, i, number: laws[i],
            unmask=unmask,
            rounds=2 if self.form is Form.MEMORY else 1,
            output=(),
            edits=self.edits,
            remask=remask,
            end=End.OUTPUT_ONLY,
            given=certain(self.state),
        )


def _states() -> list[State]:
    """Few masked cells first."""
    states = product((0, 1, MASK), repeat=2)
    return sorted(states, key=lambda state: (state.count(MASK), state))


def _members() -> Iterator[TwoCells]:
    for form in Form:
        for edits in EDITS[form]:
            for state in _states():
                menus = [row_menu(edits, token) for token in state]
                for first, second in product(*menus):
                    for policy in policy_names(form):
                        yield TwoCells(form, edits, state, (first, second), policy)


def two_cell_count() -> int:
    """The number of members, from the sizes of the menus.

    A masked cell has three rows, without revision each of two visible ones its own; with revision
    every token has three.

    >>> two_cell_count()
    9564
    """
    rows = dict.fromkeys(Edits, (3 * 3) ** 2)
    rows[Edits.WRITE_ONCE] = rows[Edits.REMASK] = (3 + 1 + 1) ** 2
    return sum(rows[edits] * POLICY_COUNTS[form] for form in Form for edits in EDITS[form])


def _read(text: str) -> TwoCells:
    for member in _members():
        if str(member) == text:
            return member
    raise BadInput(f"{text!r} is no round on two cells", source="witness")


def _contains(member: TwoCells) -> bool:
    rows = zip(member.state, member.rows, strict=True)
    return (
        member.edits in EDITS[member.form]
        and all(row in row_menu(member.edits, token) for token, row in rows)
        and member.policy in policy_names(member.form)
    )


def two_cell_rounds() -> Domain[TwoCells]:
    """Every round on two cells, over the menus of this module."""
    return Domain("rounds on two cells", two_cell_count(), _members, _contains, str, _read)
