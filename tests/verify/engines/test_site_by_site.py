"""The push-forward of all states at once, against the definition and against the plain engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.legal_schedules import KINDS, Selection, legal_schedule
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.model.random_schedules import Shape, random_schedule
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec import sampler as reference
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput, DlmcheckError, LeavesMask, NotAbsorbing
from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.verify.engines import limbs, site_by_site, statelaw
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Limits,
    RunLaw,
    Unknown,
    Why,
    choose,
)
from dlmcheck.verify.engines.law_engines import law as law_by
from dlmcheck.verify.engines.limbs import Weights
from dlmcheck.verify.engines.site_by_site import (
    Exceeded,
    Guard,
    final_weights,
    weights_by_round,
)
from dlmcheck.verify.engines.site_tables import NotTabulated, SiteRows, write_rows
from dlmcheck.verify.engines.statelaw import DyadicLaw
from tests.verify.engines.test_statelaw import ON_THE_WAY, schedules

TABULATED = [kind for kind in KINDS if kind.selection is not Selection.AFTER_SAMPLING]


def all_data(schedule: Schedule) -> list[tuple[bool, ...]]:
    return [(False,), (True,)] if schedule.data_cells else [()]


@pytest.mark.parametrize("kind", TABULATED, ids=str)
def test_every_kind_of_schedule_has_the_laws_of_the_definition(kind: Any) -> None:
    for seed in range(6):
        schedule = legal_schedule(kind, seed)
        for data in all_data(schedule):
            by_definition = [
                law.map(lambda configuration: configuration.state)
                for law in reference.laws_by_round(sampler_of(schedule, data))
            ]
            found = [law.as_law().as_law() for law in weights_by_round(schedule, data)]
            assert found == by_definition


def outcome(run: Callable[[], DyadicLaw]) -> DyadicLaw | type[DlmcheckError]:
    try:
        return run()
    except DlmcheckError as error:
        return type(error)


def both(schedule: Schedule, data: Sequence[bool]) -> tuple[Any, Any]:
    """What the plain engine and this one make of a run, an error of the model by its type."""
    plain = outcome(lambda: statelaw.final_law(schedule, data))
    return plain, outcome(lambda: final_weights(schedule, data).as_law())


@settings(max_examples=100)
@given(schedules(legal=False), st.booleans())
def test_any_schedule_runs_or_fails_as_by_the_plain_engine(schedule: Schedule, bit: bool) -> None:
    if not schedule.unmask_sees_candidates:
        plain, found = both(schedule, (bit,) * len(schedule.data_cells))
        # Where a round breaks two rules, the order decides which one is named.
        on_the_way = isinstance(plain, type) and plain in ON_THE_WAY and found in ON_THE_WAY
        assert on_the_way or plain == found


def test_nearly_legal_schedules_run_or_fail_as_by_the_plain_engine() -> None:
    seen: Counter[str] = Counter()
    for edits in Edits:
        for stop in Stop:
            for seed in range(80):
                shape = Shape(edits, random_unmask=True, stop=stop, data=seed % 2, given=seed % 3)
                schedule = random_schedule(shape, seed)
                plain, found = both(schedule, (True,) * len(schedule.data_cells))
                assert plain == found
                seen[plain.__name__ if isinstance(plain, type) else "law"] += 1
    assert set(seen) > {"law", "LeavesMask", "NotAbsorbing", "WritesMask", "ChangesPrompt"}


@pytest.mark.parametrize("ring", [False, True])
@pytest.mark.parametrize("reads", [1, 2, 4])
def test_local_schedules_reach_every_state_with_the_same_weights(reads: int, ring: bool) -> None:
    schedule = local_schedule(4, 2, reads, reads=reads, ring=ring)
    found = final_weights(schedule)
    assert found.states == 3**4
    assert found.as_law() == statelaw.final_law(schedule)


def long_run(rounds: int) -> Schedule:
    """Two cells, eight coins a round: the exponent grows with every round."""
    return local_schedule(2, rounds, 3)


@pytest.mark.parametrize("rounds", [6, 9, 16, 40])
def test_weights_of_any_length_are_exact(rounds: int) -> None:
    found = list(weights_by_round(long_run(rounds)))
    plain = statelaw.laws_by_round(long_run(rounds))
    assert [law.as_law() for law in found] == plain
    assert found[-1].exponent == plain[-1].exponent > 6 * rounds
    assert len(found[-1].limbs) == limbs.limbs_for(found[-1].exponent)


def test_rounds_end_with_the_limbs_that_the_exponent_needs() -> None:
    assert [limbs.limbs_for(e) for e in (0, 63, 64, 111, 112)] == [1, 1, 2, 2, 3]


def test_a_run_that_is_too_short_leaves_a_mask_with_its_exact_probability() -> None:
    schedule = replace(parity_independent_unmasking(4, clock=True), rounds=2)
    with pytest.raises(LeavesMask) as caught:
        final_weights(schedule)
    law = statelaw.laws_by_round(schedule)[-1].as_law()
    assert caught.value.probability == law[caught.value.state]


def test_a_promise_to_be_absorbing_is_checked() -> None:
    with pytest.raises(NotAbsorbing):
        final_weights(replace(parity_revision(3), stop=Stop.ABSORBING))


def test_what_is_not_tabulated_says_why() -> None:
    sees = next(k for k in KINDS if k.selection is Selection.AFTER_SAMPLING)
    with pytest.raises(NotTabulated, match="F sees the candidates"):
        final_weights(legal_schedule(sees, 0))
    # Then the choice falls on the plain engine, and it says that it goes through candidates.
    schedule = next(s for s in (legal_schedule(sees, k) for k in range(99)) if not s.data_cells)
    answered = law_by(RunLaw(schedule), "states")
    assert isinstance(answered.answer, Unknown)
    assert (answered.answer.why, answered.answer.message) == (Why.REFUSED, "F sees the candidates")
    assert isinstance(law_by(RunLaw(schedule), "plain-states").answer, CountedLaw)


def test_limits_end_the_push() -> None:
    with pytest.raises(Exceeded, match="the time is over"):
        final_weights(local_schedule(5, 2, 0), (), Guard.of(-1.0, None))
    with pytest.raises(Exceeded, match="bytes are needed at once") as caught:
        final_weights(local_schedule(5, 2, 0), (), Guard.of(None, 500))
    assert caught.value.memory
    answer = law_by(RunLaw(parity_revision(6)), "states", Limits(memory=64)).answer
    assert isinstance(answer, Unknown)
    assert answer.why is Why.MEMORY


def test_linear_circuits_are_left_to_elimination_and_noisy_runs_to_the_states() -> None:
    builder = Builder.with_names(random=[f"r{i}" for i in range(64)])
    sums = builder.build(builder.xor(*range(i, 64, 8)) for i in range(8))
    assert choose(CircuitLaw(sums)).engine == "linear"
    noisy = RunLaw(local_schedule(7, 2, 0, whole=True))
    assert choose(noisy).engine == "states"
    assert "at most 2187 states, cell by cell" in choose(noisy).why


def test_a_local_schedule_that_ends_whole_agrees_with_every_engine_that_takes_it() -> None:
    problem = RunLaw(local_schedule(3, 2, 5, whole=True))
    found = law_by(problem, "states").answer
    assert isinstance(found, CountedLaw)
    assert len(found.counts) == 8
    for name in ("plain-states", "reference"):
        assert law_by(problem, name).answer == found


def test_local_schedules_of_no_length_are_bad_input() -> None:
    for length, reads in ((0, 1), (1, 0)):
        with pytest.raises(BadInput):
            local_schedule(length, 1, 0, reads=reads)


# --- planted errors ------------------------------------------------------------------------


def no_carry(words: Any) -> None:
    """Bits above a limb are cut off instead of carried."""
    for k in range(len(words) - 1):
        words[k] &= (1 << limbs.LIMB) - 1


def carry_shifted(words: Any) -> None:
    """The carry is one bit too low."""
    for k in range(len(words) - 1):
        words[k + 1] += words[k] >> (limbs.LIMB - 1)
        words[k] &= (1 << limbs.LIMB) - 1


@pytest.mark.parametrize("wrong", [no_carry, carry_shifted])
def test_canary_a_wrong_carry_breaks_the_sum(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Any], None]
) -> None:
    monkeypatch.setattr(site_by_site, "carry", wrong)
    monkeypatch.setattr(limbs, "carry", wrong)
    with pytest.raises(ValueError, match="the weights are no law over this power of two"):
        final_weights(long_run(16)).as_law()


def one_limb(_exponent: int) -> int:
    return 1


def test_canary_too_few_limbs_break_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_by_site, "limbs_for", one_limb)
    monkeypatch.setattr(limbs, "limbs_for", one_limb)
    with pytest.raises((ValueError, IndexError)):
        final_weights(long_run(16)).as_law()


def differs(schedule: Schedule) -> bool:
    """Whether the law is another one than that of the plain engine, though it is a law."""
    return final_weights(schedule).as_law() != statelaw.final_law(schedule)


def test_canary_states_merged_too_early_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell whose states all count as having the first row: weights still sum to one."""
    real = write_rows

    def merged(*args: Any) -> list[SiteRows]:
        sites = real(*args)
        return [replace(sites[0], which=sites[0].which * 0), *sites[1:]]

    monkeypatch.setattr(site_by_site, "write_rows", merged)
    assert differs(local_schedule(4, 2, 2, reads=2))


def test_canary_tokens_swapped_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    real = write_rows

    def swapped(*args: Any) -> list[SiteRows]:
        sites = real(*args)
        rows = tuple((one, zero, mask) for zero, one, mask in sites[0].rows)
        return [replace(sites[0], rows=rows), *sites[1:]]

    monkeypatch.setattr(site_by_site, "write_rows", swapped)
    assert differs(local_schedule(4, 2, 2, reads=2))


def no_coins(_circuit: Circuit) -> tuple[int, ...]:
    return ()


def test_canary_shared_coins_taken_for_own_ones_are_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joint = [k for k in TABULATED if k.selection is Selection.JOINT]
    cases = [legal_schedule(kind, seed) for kind in joint for seed in range(8)]
    cases = [schedule for schedule in cases if not schedule.data_cells]
    assert not any(differs(schedule) for schedule in cases)
    monkeypatch.setattr(site_by_site, "shared_coins", no_coins)
    assert any(differs(schedule) for schedule in cases)


def test_canary_a_rule_that_is_not_looked_at_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checks, illegal runs have a law; with them they have an error."""
    real = write_rows
    illegal: list[Schedule] = []
    for seed in range(200):
        schedule = random_schedule(Shape(Edits.REVISE_TOKEN), seed)
        plain, found = both(schedule, ())
        assert plain == found
        if isinstance(plain, type) and issubclass(plain, DlmcheckError):
            illegal.append(schedule)

    def blind(*args: Any) -> list[SiteRows]:
        return [replace(site, broken=-1) for site in real(*args)]

    monkeypatch.setattr(site_by_site, "write_rows", blind)
    assert any(isinstance(both(schedule, ())[1], DyadicLaw) for schedule in illegal)


def test_weights_are_one_law_in_every_form() -> None:
    found = final_weights(parity_revision(4))
    assert isinstance(found, Weights)
    assert sum(found.integers()) == 1 << found.exponent
    assert found.integers() == [found.weight(k) for k in range(found.states)]
    assert found.onto((0, 1, 2, 3)) == {
        int("".join(map(str, state)), 2): weight for state, weight in found.as_law().weights.items()
    }
    assert found.onto((3,)) == {0: 4, 1: 4}
