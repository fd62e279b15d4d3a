"""NC0-SHIFT and C-AR: each row fails, alone, for what is planted against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from dlmcheck.model import autoregressive
from dlmcheck.model.constructions import shift
from dlmcheck.spec.autoregressive import AutoregressiveModel
from dlmcheck.spec.circuit import Circuit, Gate, Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import certain
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.claims import comparisons, domains
from dlmcheck.verify.claims.comparisons import ShiftCase, shifted
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.sweep import Domain
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims.planting import Audited, audit

ROWS = [row.id for claim in comparisons.CLAIMS for row in claim.rows]


@pytest.fixture(autouse=True)
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(islice(domains.plain_circuits(Profile.QUICK).members(), 0, 60, 3))

    def few_circuits(_: Profile) -> Domain[Circuit]:
        return domains.listed("a few circuits", few, circuit_to_json)

    monkeypatch.setattr(comparisons, "plain_circuits", few_circuits)


def audited() -> Audited:
    return audit(comparisons.CLAIMS, comparisons.JOBS)


def failures(found: Audited) -> dict[str, tuple[str, str]]:
    """Row -> (witness, reason), for the rows that fail; each has one road on instances.

    What is planted there leaves a proof as it is, so that the roads of such a row contradict.
    """
    told: dict[str, tuple[str, str]] = {}
    for row in found.rows:
        road, *proofs = row.roads
        assert all(proof.verdict is Verdict.PROVED for proof in proofs)
        if road.verdict is Verdict.REFUTED:
            assert isinstance(road.evidence, Witness)
            assert row.disagreement == bool(proofs)
            told[row.row.id] = road.evidence.instance, road.evidence.reason
        else:
            assert road.verdict is Verdict.BOUNDED
    return told


def test_all_five_rows_hold() -> None:
    assert len(ROWS) == 5
    assert failures(audited()) == {}


# --- ShiftR ----------------------------------------------------------------------------------


def test_shift_by_its_definition() -> None:
    assert shifted((0, 1, MASK), 1, 1) == (1, 0, 1)
    assert shifted((0, 1, MASK), 3, MASK) == (MASK,) * 3
    assert shifted((0, 1), 0, 1) == (0, 1)


Shift = Callable[[int, int, int], Circuit]


def to_the_left(length: int, amount: int, fill: int = 0) -> Circuit:
    """The mirror image: cell i shows cell i + amount."""
    right = shift.shift_right(length, amount, fill)
    pairs = [right.outputs[2 * i : 2 * i + 2] for i in range(length)][::-1]

    def mirrored(literal: int) -> int:
        if literal >= 2 * length:
            return literal
        return 2 * (length - 1 - literal // 2) + literal % 2

    return replace(right, outputs=tuple(mirrored(o) for pair in pairs for o in pair))


def one_too_far(length: int, amount: int, fill: int = 0) -> Circuit:
    return shift.shift_right(length, min(amount + 1, length), fill)


def filled_otherwise(length: int, amount: int, fill: int = 0) -> Circuit:
    return shift.shift_right(length, amount, 1 if fill == MASK else 1 - fill)


def rotated(length: int, amount: int, fill: int = 0) -> Circuit:
    """What falls out on the right comes in again on the left."""
    right = shift.shift_right(length, amount, fill)
    outputs = [2 * ((i - amount) % length) + half for i in range(length) for half in (0, 1)]
    return replace(right, outputs=tuple(outputs))


@pytest.mark.parametrize(
    ("planted", "witness"),
    [
        (to_the_left, "2 1 0"),
        (one_too_far, "1 0 0"),
        (filled_otherwise, "1 1 0"),
        (rotated, "1 1 0"),
    ],
)
def test_canary_a_wrong_shift_fails_the_function_row_alone(
    monkeypatch: pytest.MonkeyPatch, planted: Shift, witness: str
) -> None:
    monkeypatch.setattr(comparisons, "shift_right", planted)
    told = failures(audited())
    assert set(told) == {"NC0-SHIFT/function"}
    assert told["NC0-SHIFT/function"][0] == witness
    assert told["NC0-SHIFT/function"][1].startswith("wrong on (")


def through_a_chain(length: int, amount: int, fill: int = 0) -> Circuit:
    """The right function, each bit through two negations: depth 2."""
    right = shift.shift_right(length, amount, fill)
    gates, outputs = list(right.gates), list[int]()
    for output in right.outputs:
        first = len(right.inputs) + len(gates)
        gates += [Gate(Op.NOT, (output,)), Gate(Op.NOT, (first,))]
        outputs.append(first + 1)
    return replace(right, gates=tuple(gates), outputs=tuple(outputs))


def looking_aside(length: int, amount: int, fill: int = 0) -> Circuit:
    """The right function, but each high bit also takes in a neighbour, which cancels out."""
    right = shift.shift_right(length, amount, fill)
    gates, outputs = list(right.gates), list(right.outputs)
    for cell in range(amount, length):
        aside = 2 * ((cell + 1) % length)
        gates.append(Gate(Op.XOR, (right.outputs[2 * cell], aside, aside)))
        outputs[2 * cell] = len(right.inputs) + len(gates) - 1
    return replace(right, gates=tuple(gates), outputs=tuple(outputs))


@pytest.mark.parametrize(
    ("planted", "witness", "reason"),
    [
        (through_a_chain, "1 0 0", "depth 2"),
        (looking_aside, "2 0 0", "a token of the shifted sequence reads 2 tokens"),
    ],
)
def test_canary_a_shift_beyond_nc0_fails_the_locality_row_alone(
    monkeypatch: pytest.MonkeyPatch, planted: Shift, witness: str, reason: str
) -> None:
    monkeypatch.setattr(comparisons, "shift_right", planted)
    assert failures(audited()) == {"NC0-SHIFT/locality": (witness, reason)}


@pytest.mark.parametrize(("longest", "count"), [(1, 6), (2, 15), (6, 81), (24, 972)])
def test_shifts_are_counted_by_a_closed_formula(longest: int, count: int) -> None:
    """Three fills, and length + 1 amounts: 3 (L (L + 1) / 2 + L) in all."""
    assert count == 3 * (longest * (longest + 1) // 2 + longest)
    domain = _shifts(longest)
    members = list(domain.members())
    assert len(set(members)) == len(members) == domain.count == count
    assert all(domain.contains(domain.read(domain.write(case))) for case in members)


def _shifts(longest: int) -> Domain[ShiftCase]:
    return comparisons.shift_domain(longest)


@pytest.mark.parametrize(
    "case", [ShiftCase(0, 0, 0), ShiftCase(7, 0, 0), ShiftCase(3, 4, 0), ShiftCase(3, -1, 0),
             ShiftCase(3, 1, 2)],
)  # fmt: skip
def test_what_is_no_shift_of_the_domain_is_none(case: ShiftCase) -> None:
    assert not _shifts(6).contains(case)


@pytest.mark.parametrize("text", ["", "1 2", "1 2 x", "1 2 3 4"])
def test_a_malformed_shift_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        _shifts(6).read(text)


# --- the autoregressive model ----------------------------------------------------------------


def test_canary_a_model_that_writes_zeros_fails_the_law_row_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def zero(_: tuple[int, ...]) -> Any:
        return certain(0)

    def zeros(circuit: Circuit, data: Sequence[bool] = ()) -> AutoregressiveModel:
        return replace(autoregressive.autoregressive_model(circuit, data), next_token=zero)

    monkeypatch.setattr(comparisons, "autoregressive_model", zeros)
    told = failures(audited())
    assert set(told) == {"C-AR/same-law"}
    assert told["C-AR/same-law"][1] == "another output law"


def test_canary_a_model_that_dawdles_fails_the_steps_row_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token 0 in front of everything: the same law, one step more."""

    def dawdling(circuit: Circuit, data: Sequence[bool] = ()) -> AutoregressiveModel:
        model = autoregressive.autoregressive_model(circuit, data)
        shown = len(model.prompt)

        def next_token(prefix: tuple[int, ...]) -> Any:
            if len(prefix) == shown:
                return certain(0)
            return model.next_token((*prefix[:shown], *prefix[shown + 1 :]))

        return replace(
            model,
            next_token=next_token,
            steps=model.steps + 1,
            output=tuple(i + 1 if i >= shown else i for i in model.output),
        )

    monkeypatch.setattr(comparisons, "autoregressive_model", dawdling)
    told = failures(audited())
    assert set(told) == {"C-AR/steps"}
    assert told["C-AR/steps"][1].endswith("generated nodes")


def test_canary_rounds_that_are_as_many_as_steps_fail_the_rows_on_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def one_more(circuits: Iterable[tuple[str, Circuit]]) -> tuple[Any, ...]:
        found = autoregressive.steps_against_rounds(circuits)
        return tuple(replace(row, rounds=row.steps + 1) for row in found)

    monkeypatch.setattr(comparisons, "steps_against_rounds", one_more)
    told = failures(audited())
    assert set(told) == {"C-AR/steps", "C-AR/families"}
    assert "fewer than" in told["C-AR/steps"][1]
    assert " rounds at depth " in told["C-AR/families"][1]


def test_canary_steps_that_do_not_follow_the_size_fail_the_families_row_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def as_few_as_rounds(circuits: Iterable[tuple[str, Circuit]]) -> tuple[Any, ...]:
        found = autoregressive.steps_against_rounds(circuits)
        return tuple(replace(row, steps=row.rounds) for row in found)

    monkeypatch.setattr(comparisons, "steps_against_rounds", as_few_as_rounds)
    told = failures(audited())
    assert set(told) == {"C-AR/families"}
    assert "steps for" in told["C-AR/families"][1]


def test_the_families_are_four_sizes_each() -> None:
    domain = comparisons.family_domain()
    members = list(domain.members())
    assert len(set(members)) == len(members) == domain.count == 4 * 13
    for case in members:
        assert domain.read(domain.write(case)) == case
    for text in ("parity-tree", "parity-tree:x", "nothing:4"):
        with pytest.raises(BadInput):
            domain.read(text)
