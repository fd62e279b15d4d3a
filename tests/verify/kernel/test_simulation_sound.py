"""Whatever certificate the kernel accepts, the reference finds the laws equal and the run legal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.verify.kernel import functions
from dlmcheck.verify.kernel.columns import variable_column
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.round_columns import RoundColumns
from dlmcheck.verify.kernel.simulation import Walk, check_simulation
from dlmcheck.verify.kernel.timeline import Timeline
from tests.verify.kernel.grown import Grown, grown, perturbed

SEEDS = 1200
"""Pinned, that the growth does not die unseen: so many certificates, and changes of them, pass."""
ACCEPTED = 555
PERTURBED = 372


def accepted(found: Grown) -> bool:
    try:
        check_simulation("x", *found)
    except Rejected:
        return False
    return True


@pytest.fixture(scope="module")
def certificates() -> list[tuple[int, Grown]]:
    """The certificates, out of 1200 seeds, that the kernel accepts."""
    made = [(seed, grown(seed)) for seed in range(SEEDS)]
    return [(seed, found) for seed, found in made if found is not None and accepted(found)]


def kinds(found: Grown) -> set[str]:
    schedule, _, certificate = found
    return {
        schedule.edits.value,
        *(["clock"] if schedule.clock_bits else []),
        *(["absorbing"] if schedule.stop is Stop.ABSORBING else []),
        *(["given"] if schedule.given_cells else []),
        *(["data"] if schedule.data_cells else []),
        *(["several rounds"] if sum(map(bool, certificate.writes)) > 1 else []),
    }


def test_accepted_certificates_are_true(certificates: list[tuple[int, Grown]]) -> None:
    count: Counter[str] = Counter()
    for seed, found in certificates:
        assert difference(*found[:2]) is None, seed
        count.update(kinds(found))
    assert len(certificates) == ACCEPTED
    expected = {"clock", "absorbing", "given", "data", "several rounds", *(e.value for e in Edits)}
    assert set(count) == expected
    assert min(count.values()) >= 20, count


def changes(certificates: list[tuple[int, Grown]], step: int) -> Iterator[tuple[int, Grown]]:
    """Four changes of every so many of the certificates."""
    for seed, found in certificates[::step]:
        source = random.Random(seed)
        for _ in range(4):
            changed = perturbed(found, source)
            if changed != found:
                yield seed, changed


def test_what_is_accepted_after_a_change_is_true_as_well(
    certificates: list[tuple[int, Grown]],
) -> None:
    """A change may leave the law as it was; but if it is accepted, then it has to be true."""
    passed = 0
    for seed, changed in changes(certificates, 2):
        if accepted(changed):
            passed += 1
            assert difference(*changed[:2]) is None, seed
    assert passed == PERTURBED


def believed(certificates: list[tuple[int, Grown]]) -> int:
    """How many false statements are accepted after a change."""
    return sum(
        accepted(changed) and difference(*changed[:2]) is not None
        for _, changed in changes(certificates, 3)
    )


def nothing(*_: object) -> None:
    return


def test_canary_a_kernel_that_believes_every_write_is_found_out(
    certificates: list[tuple[int, Grown]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Walk, "check_write", nothing)
    assert believed(certificates) > 20


def test_canary_a_kernel_that_leaves_out_rows_is_found_out(
    certificates: list[tuple[int, Grown]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables in which the variables but one are false."""

    def some(index: int, variables: int) -> int:
        return variable_column(index, variables) & 0b10

    monkeypatch.setattr(functions, "variable_column", some)
    assert believed(certificates) > 10


def test_canary_a_kernel_that_guesses_what_a_policy_chooses_is_found_out(
    certificates: list[tuple[int, Grown]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def guess(*_: object) -> int:
        return functions.FALSE

    monkeypatch.setattr(Walk, "_constant", guess)
    assert believed(certificates) > 0


def test_canary_a_kernel_that_takes_what_is_unknown_for_false_is_found_out(
    certificates: list[tuple[int, Grown]], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = RoundColumns.settle

    def settle(columns: RoundColumns, every: int) -> None:
        honest(columns, every)
        half = len(columns.ones) // 2
        for node in range(half):
            columns.ones[~node] = every & ~columns.ones[node]

    monkeypatch.setattr(RoundColumns, "settle", settle)
    assert believed(certificates) > 0


def test_canary_a_kernel_that_believes_in_its_claims_for_ever_is_found_out(
    certificates: list[tuple[int, Grown]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a cell held at first is taken for what it holds in all rounds."""
    honest = Timeline.settle

    def settle(timeline: Timeline, rounds: int) -> None:
        honest(timeline, rounds)
        every = (1 << rounds) - 1
        timeline.ones = [every if column & 1 else 0 for column in timeline.ones]

    monkeypatch.setattr(Timeline, "settle", settle)
    assert believed(certificates) > 0
