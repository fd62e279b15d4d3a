"""The proofs for every layered circuit: accepted as they are, and not with a planted error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise, product

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.remask import RIGHT, remasking
from dlmcheck.model.constructions.revise import revision
from dlmcheck.model.constructions.rows import Banked, Mistake, Rows, binary_code
from dlmcheck.model.constructions.shorter import growing_code, ternary_code
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.lattice import End, Stop
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import Step, check_proof, check_step
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import layered
from dlmcheck.verify.proofs.banks import slots
from dlmcheck.verify.proofs.layered import Construction
from dlmcheck.verify.proofs.terms import Term
from tests.verify.proofs.bank_circuits import one_hot
from tests.verify.proofs.rounds import Atoms, after_g, countermodels, failing, outcomes, rows

CASES = [(construction, end) for construction in Construction for end in End]


@pytest.mark.parametrize(("construction", "end"), CASES)
def test_the_kernel_accepts_it(construction: Construction, end: End) -> None:
    argument = layered.argument(construction, end)
    checked = check_proof(argument.proof, smt.answer(argument.queries))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == layered.statement(construction, end)
    assert 5 <= len(argument.proof.skeleton) <= 10


# --- planted errors ---------------------------------------------------------------------------

SLOTS = {step.name for step in slots() if not step.name.endswith("nothing")}
FITS = {"the number of a layer fits the counter"}
LAST_CELLS = {"the outputs are the last cells"}
STOPS = {f"no layer is due when the last stands; codes with {a} and {b}" for a, b in ("01", "10")}
BANKS_STOP = {
    f"no bank is selected when layer d stands; codes with {a} and {b}" for a, b in ("01", "10")
}
KEPT = {f"the last two layers are kept; a code with {k}" for k in "01"}
REMASKING, REVISION = Construction.REMASKING, Construction.REVISION
WHOLE, OUTPUT = End.WHOLE_STATE, End.OUTPUT_ONLY

EXPECTED = {
    (REVISION, WHOLE, Mistake.COUNTER_AFTER_VALUES): LAST_CELLS,
    (REVISION, WHOLE, Mistake.START_IS_A_VALUE): FITS,
    (REVISION, WHOLE, Mistake.DOES_NOT_STOP): STOPS,
    (REVISION, WHOLE, Mistake.COUNTER_TOO_SHORT): FITS,
    (REMASKING, OUTPUT, Mistake.COUNTER_AFTER_VALUES): LAST_CELLS,
    (REMASKING, OUTPUT, Mistake.START_IS_A_VALUE): FITS,
    (REMASKING, OUTPUT, Mistake.DOES_NOT_STOP): BANKS_STOP,
    (REMASKING, OUTPUT, Mistake.ALWAYS_LEFT): {"for even d layer d is in the right bank"},
    (REMASKING, OUTPUT, Mistake.COUNTER_TOO_SHORT): FITS,
    # Masking the older bank is the construction where only the output must be visible.
    (REMASKING, OUTPUT, Mistake.REMASKS_AT_END): set[str](),
    (REMASKING, WHOLE, Mistake.REMASKS_AT_END): KEPT,
}


@pytest.mark.parametrize(("construction", "end", "mistake"), EXPECTED)
def test_canary_a_mistake_makes_exactly_the_expected_steps_and_queries_fail(
    construction: Construction, end: End, mistake: Mistake
) -> None:
    argument = layered.argument(construction, end, mistake)
    assert failing(argument) == EXPECTED[construction, end, mistake]


def _off_by_one(layer: int, *, start_is_a_value: bool = False) -> int:
    del start_is_a_value
    return layer + 1


def _same_bank(layer: int, depth: int, last: int) -> int:
    del depth
    return (layer - layer + last) % 2


def _masks_read_as_0(masked: Literal, value: Literal, token: int) -> list[Literal]:
    if token == MASK:
        return [masked]
    return [value] if token == 1 else [~value]


def _plain(edge: Literal, bit: Literal) -> Literal:
    del edge
    return bit


def _left_aligned(first: Term, width: Term, slots: Term, slot: Term) -> Term:
    del width, slots
    return first + slot


def _counter_alone(bank_masked: Literal, matched: Iterable[Literal]) -> list[Literal]:
    del bank_masked
    return list(matched)


def _all_values(builder: Builder, cases: Iterable[tuple[Literal, Literal | None]]) -> Literal:
    return rules.any_of(builder, [value for _, value in cases if value is not None])


PLANTED: dict[str, tuple[Construction, str, object, set[str]]] = {
    "the counter is one ahead": (REVISION, "shown_number", _off_by_one, FITS),
    "all layers are in one bank": (
        REMASKING,
        "home_of",
        _same_bank,
        {"neighbouring layers are in different banks"},
    ),
    "rows are left-aligned": (
        REVISION,
        "slot_cell",
        _left_aligned,
        LAST_CELLS,
    ),
    "inverted edges are read as plain ones": (
        REVISION,
        "along",
        _plain,
        {
            step.name
            for step in layered.argument(REVISION, WHOLE).proof.steps
            if "slot" in step.name
        },
    ),
    "masked counter cells are read as 0": (
        Construction.GROWING,
        "match_token",
        _masks_read_as_0,
        {
            f"{text}; codes with M and 0"
            for text in ("layer t+1 is due when t stands", "no layer is due when the last stands")
        },
    ),
    "the start is not looked at": (
        REVISION,
        "standing",
        _counter_alone,
        {f"at the start layer 0 is due; a code with {k}" for k in "01"},
    ),
    "values of all layers are written at once": (
        REVISION,
        "chosen",
        _all_values,
        {"a value is that of the layer due", "a spare cell gets 0"},
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_canary_a_planted_rule_makes_exactly_the_expected_steps_and_queries_fail(
    planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    construction, name, wrong, expected = PLANTED[planted]
    monkeypatch.setattr(rules, name, wrong)
    assert failing(layered.argument(construction, WHOLE)) == expected


# --- what the queries are about ---------------------------------------------------------------


def test_the_codes_are_those_of_which_the_queries_speak() -> None:
    for count in range(1, 40):
        cells = ceil_log2(count)
        binary = binary_code(count, cells)
        assert len(set(binary)) == count
        for number, word in enumerate(binary):
            assert sum(bit << j for j, bit in enumerate(word)) == number
            # One digit less: the word of half the number.
            assert count == 1 or word[1:] == binary_code(count, cells - 1)[number // 2]
        growing = growing_code(count)
        assert len(set(growing)) == count
        for before, now in pairwise(growing):
            assert all(a == MASK or b != MASK for a, b in zip(before, now, strict=True))
        assert MASK not in growing[-1]
        ternary = ternary_code(count)
        assert len(set(ternary)) == count
        assert set(ternary[-1]) <= {0}


# --- with a clock -----------------------------------------------------------------------------


def _agrees(step: Step, holds: Callable[[Atoms, bool], bool]) -> None:
    """A clock's step against runs: in every row, and in each countermodel."""
    check_step(step)
    for row in rows(step):
        assert holds(row.atoms, False) == row.conclusion
    for _, atoms in countermodels(step):
        assert not holds(atoms, True)


@pytest.mark.parametrize("bit", [0, 1])
@pytest.mark.parametrize("due", [True, False])
def test_the_clock_steps_say_what_the_schedule_does(bit: int, due: bool) -> None:
    """Rounds 4 to 7: two bits of the number are the step's bit and the rest."""
    banked = revision(one_hot(6), ((),) * 7, clock_bits=3, stop=Stop.FIXED_ROUNDS)
    text = "the layer of the round is due" if due else "no other layer is due"
    (step,) = (s for s in layered.clock_steps() if s.name == f"with a clock {text}; a bit {bit}")
    number = 4 + 2 + (bit if due else 1 - bit)

    def holds(atoms: Atoms, run: bool) -> bool:
        clock = 4 + atoms[layered.CLOCK] + 2 * atoms[layered.REST if due else layered.OTHER_REST]
        found = outcomes(banked.schedule, (0,) * 7, run, clock)
        return any(state[number - 1] == 1 for state in found) == due

    _agrees(step, holds)


def _tall(depth: int, end: End) -> Banked:
    """Two banks of one cell each, with a clock of four bits."""
    circuit = Circuit((Input("r", InputKind.RANDOM),), (Gate(Op.CONST1),), (1,))
    rows_ = Rows(circuit, ((0,), *[(1,)] * depth))
    code = ((),) * (depth + 1)
    return remasking(rows_, code, (1, 1), end=end, stop=Stop.FIXED_ROUNDS, clock_bits=4)


@pytest.mark.parametrize("bit", [0, 1])
@pytest.mark.parametrize(
    ("text", "last"),
    [("the older bank is masked", False), ("the last two layers are kept", True)],
)
def test_g_with_a_clock_does_what_the_steps_say(bit: int, text: str, last: bool) -> None:
    """Rounds of one parity: this one, the other one, and where the clock stands.

    Every round from 2 to d+1 is that of a pair of layers. So rows in which the clock shows a round
    of neither pair, or in which a pair comes after the last one, are no rows of a schedule.
    """
    found = layered.clock_remasks(WHOLE if last else OUTPUT, None)
    (step,) = (s for s in found if s.name == f"with a clock {text}; a bit {bit}")
    says = {tuple(row.atoms.items()): row.conclusion for row in rows(step)}

    def numbers(atoms: Atoms) -> tuple[int, int, int]:
        """The clock, the round of this pair, and that of the other one."""
        if last:
            base = 4
            this = base + 2 * bit + (0 if atoms[layered.REST] else 8)
        elif atoms[layered.REST]:
            # Round 1 has no pair, so that there the clock shows a round in which G does nothing.
            base = 1 if bit else 4
            this = base + 2 * bit
        else:
            base, this = 12, 4 + 2 * bit
        other = base + 2 * (1 - bit) + (0 if atoms[layered.OTHER_REST] else 16)
        return base + 2 * atoms[layered.CLOCK], this, other

    def holds(atoms: Atoms, run: bool) -> bool:
        clock, this, other = numbers(atoms)
        final = this if last or not atoms[layered.OTHER_REST] else max(this, other)
        listed = clock in (this, other) and clock > 1
        if other < 2 or (last and this < other < 16) or listed != (1 < clock <= final):
            assert not run, "a countermodel that no schedule has"
            return says[tuple(atoms.items())]
        schedule = _tall(final - 1, WHOLE if last else OUTPUT).schedule
        older = rules.home_of(this - 2, final - 1, RIGHT)
        return (after_g(schedule, (0, 0), clock)[older] == MASK) != last

    _agrees(step, holds)


def test_every_pair_of_tokens_occurs_in_the_steps() -> None:
    names = {step.name for step in layered.argument(Construction.TERNARY, WHOLE).proof.steps}
    for k, other in product("01M", repeat=2):
        text = f"layer t+1 is due when t stands; codes with {k} and {other}"
        assert (text in names) == (k != other)
