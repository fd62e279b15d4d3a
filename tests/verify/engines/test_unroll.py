"""The unrolled run is the run: states and broken rules, coin by coin, against the specification.

`compare` runs the specification's trace and the unrolling on the same coins. The schedules cover
the lattice; a planted bug in the engine has to make the comparison fail.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import Shape, random_schedule
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput, IllegalCode, IllegalSampler
from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.spec.law import certain
from dlmcheck.spec.schedule import Schedule, interface, sampler_from, start_state
from dlmcheck.spec.tokens import State
from dlmcheck.spec.trace import one_step, run_on_coins
from dlmcheck.verify.engines.events import CoinMaker
from dlmcheck.verify.engines.following import Followed
from dlmcheck.verify.engines.levels import in_levels
from dlmcheck.verify.engines.network import Key, Network
from dlmcheck.verify.engines.replay import first_broken, states_on
from dlmcheck.verify.engines.scanned import ScannedCircuit
from dlmcheck.verify.engines.unroll import Rule, Unrolling, unroll

SHAPES = [
    Shape(edits, clock, sees, random_unmask, data=data, given=given, stop=stop)
    for edits, clock, sees, random_unmask in product(
        Edits, (False, True), (False, True), (False, True)
    )
    for data, given, stop in [
        (0, 0, Stop.FIXED_ROUNDS),
        (1, 1, Stop.FIXED_ROUNDS),
        (1, 0, Stop.ABSORBING),
    ]
    if not (clock and stop is Stop.ABSORBING)
]

Outcome = tuple[list[State], tuple[str, int | None] | None]
"""The states up to the end or the error, and the error with its position."""


class Coins:
    """Pseudorandom coins, remembered."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.known: dict[Key, int] = {}

    def __call__(self, part: str, number: int, index: int) -> bool:
        return bool(self.known.setdefault((part, number, index), self.source.getrandbits(1)))


def by_specification(schedule: Schedule, coins: Coins) -> Outcome:
    data = [coins("data", 0, k) for k in range(len(schedule.data_cells))]
    given = [coins("given", 0, k) for k in range(len(schedule.given_cells))]
    state = start_state(schedule, data, given)
    sampler = sampler_from(schedule, data, certain(state))
    states = [state]
    try:
        for number in range(1, schedule.rounds + 1):
            state = one_step(schedule, sampler, state, number, coins).state
            states.append(state)
        run_on_coins(schedule, data, given, coins)
        if schedule.stop is Stop.ABSORBING:
            after = one_step(schedule, sampler, state, schedule.rounds + 1, coins).state
            if after != state:
                moved = [i for i in range(schedule.length) if after[i] != state[i]]
                return states, ("NotAbsorbing", moved[0])
    except (IllegalSampler, IllegalCode) as error:
        return states, (type(error).__name__, error.position)
    return states, None


def by_engine(run: Unrolling, coins: Coins) -> Outcome:
    states = states_on(run, coins.known)
    broken = first_broken(run, coins.known)
    if broken is None:
        return states, None
    # What follows a broken rule means nothing. The rules of the end come after all rounds.
    at_end = broken.rule in (Rule.ENDS_UNMASKED, Rule.ABSORBING)
    shown = states if at_end else states[: broken.round_number]
    position = None if broken.rule is Rule.ENDS_UNMASKED else broken.cell
    return shown, (broken.rule.value, position)


def compare(schedule: Schedule, seeds: int) -> list[str]:
    """The outcomes on some seeds; raises AssertionError where the two disagree."""
    run = unroll(schedule)
    seen: list[str] = []
    for seed in range(seeds):
        coins = Coins(seed)
        wanted = by_specification(schedule, coins)
        assert by_engine(run, coins) == wanted
        seen.append("legal" if wanted[1] is None else wanted[1][0])
    return seen


def schedules(count: int) -> Iterator[tuple[Shape, Schedule]]:
    for shape in SHAPES:
        for seed in range(count):
            yield shape, random_schedule(shape, seed)


def compare_all(count: int) -> None:
    for _, schedule in schedules(count):
        compare(schedule, 8)


def _scanned(
    circuit: Circuit, network: Network, coin: CoinMaker, _rounds: int, *, again: bool
) -> Followed:
    levels = in_levels(circuit)
    assert levels is not None
    return ScannedCircuit(levels, network, coin)


def test_scanned_runs_are_the_specified_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{_UNROLL}.follow", _scanned)
    compare_all(12)


def test_unrolled_runs_are_the_specified_runs_on_every_kind_of_schedule() -> None:
    seen: Counter[str] = Counter()
    by_shape: Counter[Shape] = Counter()
    runs = 0
    for shape, schedule in schedules(12):
        outcomes = compare(schedule, 8)
        seen.update(outcomes)
        by_shape[shape] += outcomes.count("legal")
        runs += len(outcomes)
    assert runs == len(SHAPES) * 12 * 8 == 80 * 96
    # Every rule was broken in some run, and runs of every shape came to a legal end.
    assert set(seen) == {"legal"} | {rule.value for rule in Rule}
    assert min(seen.values()) >= 10
    assert set(by_shape) == set(SHAPES)
    assert min(by_shape[shape] for shape in SHAPES) >= 1


def test_given_data_are_the_data() -> None:
    """Unrolling with data fixed is unrolling for all data, at these data."""
    for shape, schedule in schedules(3):
        if not shape.data:
            continue
        for values in product((False, True), repeat=len(schedule.data_cells)):
            run = unroll(schedule, data=values)
            for seed in range(3):
                coins = Coins(seed)
                coins.known.update({("data", 0, k): int(v) for k, v in enumerate(values)})
                wanted = by_specification(schedule, coins)
                assert by_engine(run, coins) == wanted


def test_a_wrong_number_of_data_is_refused() -> None:
    schedule = random_schedule(Shape(data=1), 0)
    with pytest.raises(BadInput, match="values for"):
        unroll(schedule, data=[True] * (len(schedule.data_cells) + 1))


# --- canaries: a bug in the engine must be seen --------------------------------------------

_UNROLL = "dlmcheck.verify.engines.unroll"
_EVENTS = "dlmcheck.verify.engines.events.EventCircuit"


def _every_cell_selected(run: Any, part: Any, flags: dict[int, int]) -> set[int]:
    if part is run.remask:
        return _original_flags(run, part, flags)
    flags.update(dict.fromkeys(range(run.schedule.length), 1))
    return set(flags)


def _original_flags(run: Any, part: Any, flags: dict[int, int]) -> set[int]:
    changed: set[int] = set()
    for cell in part.take_touched():
        flag = part.output(cell)
        if flag != flags.get(cell, 0):
            changed.add(cell)
            flags[cell] = flag
    return changed


def _no_remasking(run: Any, cells: Any, before: Any) -> list[Any]:
    return []


def _no_obligation(run: Any, *rest: Any) -> None:
    return None


def _candidates_unseen(run: Any, cells: Any) -> None:
    return None


def _nothing_is_masked(*_: object) -> Callable[[object], int]:
    return lambda _: 0


def _value_is_the_low_bit(run: Any, value: int) -> tuple[int, int]:
    return 0, value


def _coins_stay(part: Any) -> None:
    return None


def _nothing_goes_stale(part: Any, node: int, literal: int) -> None:
    part._value[node] = literal


BUGS: dict[str, tuple[str, Any]] = {
    "F is ignored": (f"{_UNROLL}._Run._update_flags", _every_cell_selected),
    "G is ignored": (f"{_UNROLL}._Run._apply_remask", _no_remasking),
    "writes are not checked": (f"{_UNROLL}._Run._check_write", _no_obligation),
    "the prompt is not checked": (f"{_UNROLL}._Run._check_prompt", _no_obligation),
    "absorption is not checked": (f"{_UNROLL}._Run._check_absorbing", _no_obligation),
    "F does not see candidates": (f"{_UNROLL}._Run._draw_candidates", _candidates_unseen),
    "the mask code is ignored": (f"{_UNROLL}.masked_literal", _nothing_is_masked),
    "the encoding is ignored": (f"{_UNROLL}._Run._token", _value_is_the_low_bit),
    "coins are not fresh": (f"{_EVENTS}.next_round", _coins_stay),
    "changes are not followed": (f"{_EVENTS}.set_input", _nothing_goes_stale),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*BUGS[bug])
    with pytest.raises(AssertionError):
        compare_all(12)


def test_the_copy_of_the_flag_update_used_by_a_canary_is_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the canary "F is ignored" might be caught for another reason."""
    monkeypatch.setattr(f"{_UNROLL}._Run._update_flags", _original_flags)
    for _, schedule in schedules(2):
        compare(schedule, 4)


# --- laziness ------------------------------------------------------------------------------


def test_coins_are_created_only_where_they_matter() -> None:
    """A cell's coin is drawn in the round that writes it, not in the others.

    Four cells, written one a round from left to right; each has a coin of its own, which p mixes
    in only while the cell is masked.
    """
    length = 4
    predictor = Builder(interface(length, random=length))
    outputs: list[int] = []
    for cell in range(length):
        drawn = predictor.and_(2 * cell, 2 * length + cell)
        outputs += [predictor.constant(False), predictor.or_(drawn, 2 * cell + 1)]
    unmask = Builder(interface(length))
    flags = [unmask.and_(2 * cell, *([~(2 * cell - 2)] if cell else [])) for cell in range(length)]
    schedule = Schedule(
        length=length,
        rounds=length,
        predictor=predictor.build(outputs),
        unmask=unmask.build(flags),
        output=tuple(range(length)),
        output_names=tuple("abcd"),
        stop=Stop.ABSORBING,
    )
    run = unroll(schedule)
    assert run.network.variables() == [("predictor", t, t - 1) for t in range(1, length + 1)]
    assert not run.open
    assert set(compare(schedule, 16)) == {"legal"}
