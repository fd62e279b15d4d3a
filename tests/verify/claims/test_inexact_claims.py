"""Canaries of T4.5-ERROR: each row fails for a planted sampler or law, and for its own reason."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from dlmcheck.model.reductions.cones import check_cones, least_rounds
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.wires import Wires, parity_schedule
from dlmcheck.model.targets import even_parity
from dlmcheck.model.targets.parity_error import reaches_one_round_bound
from dlmcheck.spec.law import Law, bernoulli, product_law, total_variation
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import inexact, inexact_small
from dlmcheck.verify.claims.inexact_small import tree_law
from dlmcheck.verify.claims.registry import Profile, SweepJob
from dlmcheck.verify.kernel.sweep import check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict


def verdicts() -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for job in inexact.JOBS:
        if not isinstance(job, SweepJob):
            continue
        for name, checked in check_sweep(job.make(Profile.QUICK)).items():
            found[name] = checked.verdict
    return found


def test_the_verdicts() -> None:
    assert verdicts() == {
        inexact.BALANCED: Verdict.BOUNDED,
        inexact.FAR: Verdict.BOUNDED,
        inexact.HALF: Verdict.REFUTED,
        inexact_small.ONE_ROUND: Verdict.BOUNDED,
        inexact_small.ONE_ATTAINED: Verdict.BOUNDED,
        inexact_small.TWO_ROUNDS: Verdict.BOUNDED,
        inexact_small.TWO_ATTAINED: Verdict.BOUNDED,
    }


def test_a_check_that_reads_every_cell_breaks_both_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sampler that reads n - 1 tokens is D_n itself: no cell is missed."""

    def planted(_: int) -> tuple[int, Schedule]:
        return 3, parity_two_rounds(3)

    monkeypatch.setattr(inexact, "local_sampler", planted)
    found = check_sweep(inexact.JOBS[0].make(Profile.QUICK))
    assert found[inexact.BALANCED].verdict is Verdict.REFUTED
    assert "over even strings, 0 over odd ones" in str(found[inexact.BALANCED].evidence)
    assert "distance 0, stated at least 1/5" in str(found[inexact.FAR].evidence)


def refuted(number: int) -> str:
    """The evidence of the one statement of a job of the trade-off, which is refuted."""
    ((_, checked),) = check_sweep(inexact_small.JOBS[number].make(Profile.QUICK)).items()
    assert checked.verdict is Verdict.REFUTED
    return str(checked.evidence)


def test_bits_that_are_not_independent_come_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(numbers: tuple[int, ...]) -> Law[State]:
        return even_parity(len(numbers))

    monkeypatch.setattr(inexact_small, "product_of", planted)
    assert refuted(0) == "witness: n = 2: 0"


def test_a_tree_that_reads_two_tokens_comes_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(_roots: int, _chances: tuple[Fraction, ...]) -> Law[State]:
        return even_parity(3)

    monkeypatch.setattr(inexact_small, "tree_law", planted)
    assert refuted(2) == "witness: distance 0"


def test_fair_bits_do_not_attain_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    def fair(n: int = 3) -> Law[State]:
        return product_law([bernoulli(Fraction(1, 2))] * n)

    monkeypatch.setattr(inexact_small, "near_one_round", fair)
    monkeypatch.setattr(inexact_small, "near_two_rounds", fair)
    assert refuted(1) == "witness: n = 2: 1/2"
    assert refuted(3) == "witness: distance 1/2"


@pytest.mark.parametrize("n", range(2, 7))
def test_the_bound_of_one_round_lies_where_floats_say(n: int) -> None:
    bound = (1 - (2 ** (1 / n) - 1) ** n) / 2
    below, above = (Fraction(round((bound + step) * 10**9), 10**9) for step in (-1e-6, 1e-6))
    assert [reaches_one_round_bound(n, x) for x in (below, above)] == [False, True]


def test_trees_are_the_laws_of_their_schedules() -> None:
    """Fair and certain choices, so that the schedule's coins can be listed."""
    half, zero, one = Fraction(1, 2), Fraction(0), Fraction(1)
    choices = (half, zero, one)
    for roots, count in ((1, 5), (2, 4)):
        for chances in product(choices, repeat=count):
            law = tree_law(roots, chances)
            assert law == output_law(sampler_of(tree_schedule(roots, chances)))


def tree_schedule(roots: int, chances: tuple[Fraction, ...]) -> Schedule:
    w = Wires(3, clock_bits=2, random=3)
    f = Wires(3, clock_bits=2)

    def drawn(cell: int, chance: Fraction) -> int:
        fair = chance == Fraction(1, 2)
        return w.coin(cell) if fair else w.one() if chance else w.zero()

    lows: list[int] = []
    for cell in range(3):
        at = cell if cell < roots else 2 * cell - roots
        new = drawn(cell, chances[at])
        if cell >= roots:
            new = w.builder.mux(w.value(0), drawn(cell, chances[at + 1]), new)
        lows.append(w.any_of(w.all_of(w.masked(cell), new), w.value(cell)))
    flags = [f.all_of(f.masked(i), f.round_is(1 if i < roots else 2)) for i in range(3)]
    return parity_schedule(3, 2, w.values(lows), f.marks(flags), clock=True)


def test_the_domains_have_the_counts_of_their_formulas() -> None:
    for job in inexact_small.JOBS:
        domain = job.make(Profile.QUICK).domain
        members = list(domain.members())
        assert len(set(members)) == len(members) == domain.count
        assert all(domain.contains(domain.read(domain.write(member))) for member in members[::97])


def test_another_distance_would_keep_one_round_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(left: Law[State], right: Law[State]) -> object:
        return 2 * total_variation(left, right)

    monkeypatch.setattr(inexact, "total_variation", doubled)
    found = check_sweep(inexact.JOBS[1].make(Profile.QUICK))
    assert found[inexact.HALF].verdict is Verdict.BOUNDED


def test_the_samplers_are_too_local_for_their_rounds() -> None:
    for seed in range(40):
        n, schedule = inexact.local_sampler(seed)
        assert max(len(cone.cells) for cone in check_cones(schedule)) < n
        least = least_rounds(n, 1)
        assert least is not None
        assert schedule.rounds < least
