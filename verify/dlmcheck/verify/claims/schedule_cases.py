"""A schedule with everything that the sanity lemmas look at, made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from dlmcheck.model.legal_schedules import Kind, coin_count
from dlmcheck.spec.circuit import Bits
from dlmcheck.spec.definition import Configuration, Sampler
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import check_end, laws_by_round, write_law
from dlmcheck.spec.schedule import Schedule, sampler_of, start_state
from dlmcheck.spec.serial import (
    schedule_from_json,
    schedule_to_json,
)
from dlmcheck.spec.tokens import State
from dlmcheck.spec.trace import Coins, Step, run_on_coins
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.sweep import Outcome

FEW_COINS = {Profile.QUICK: 5, Profile.FULL: 7, Profile.DEEP: 9}
"""Up to so many coins of a whole run, all their values are gone through one by one."""

Laws = Callable[[Sampler], list[Law[Configuration]]]
Write = Callable[[Sampler, Configuration, int], Law[Configuration]]
Trace = Callable[[Schedule, Sequence[bool], Sequence[bool], Coins], list[Step]]


@dataclass(frozen=True)
class Semantics:
    """What is checked: the laws after 0, 1, ..., D rounds, a write, and the run on given coins.

    The claims are about the specification's; a canary plants others.
    """

    laws: Laws = laws_by_round
    write: Write = write_law
    trace: Trace = run_on_coins


SPECIFICATION = Semantics()


@dataclass(frozen=True)
class CoinRun:
    """One run on given coins: the state before round 1, and the rounds."""

    start: State
    steps: tuple[Step, ...]

    def rounds(self) -> Iterator[tuple[State, Step]]:
        """Each round with the state before it."""
        before = self.start
        for step in self.steps:
            yield before, step
            before = step.state


class ScheduleCase:
    """A schedule, written to text and read again, with its laws and its runs on all coins.

    `few_coins` says whether there are few enough to go through all their values.
    """

    def __init__(
        self,
        schedule: Schedule,
        kind: Kind | None = None,
        semantics: Semantics = SPECIFICATION,
        *,
        most_coins: int = FEW_COINS[Profile.QUICK],
    ) -> None:
        self.few_coins = coin_count(schedule) <= most_coins
        self.schedule = schedule_from_json(schedule_to_json(schedule))
        self.kind = kind
        self.semantics = semantics

    @cached_property
    def data(self) -> list[Bits]:
        """Every assignment to the data cells."""
        return list(product((False, True), repeat=len(self.schedule.data_cells)))

    @cached_property
    def samplers(self) -> list[Sampler]:
        """The sampler that the schedule is, for each data."""
        return [sampler_of(self.schedule, data) for data in self.data]

    @cached_property
    def laws(self) -> list[list[Law[Configuration]]]:
        """For each data the laws after 0, ..., D rounds. Raises what a run raises."""
        found: list[list[Law[Configuration]]] = []
        for sampler in self.samplers:
            laws = self.semantics.laws(sampler)
            check_end(sampler, laws[-1])
            found.append(laws)
        return found

    @cached_property
    def broken(self) -> str | None:
        """The name of the error that the laws run into; None if no rule is broken."""
        try:
            return None if self.laws else "no data"
        except (IllegalSampler, IllegalCode) as error:
            return type(error).__name__

    @cached_property
    def broken_on_coins(self) -> str | None:
        """The name of an error that a run on some coins runs into; None if there is none."""
        try:
            return None if self.coin_runs else "no data"
        except (IllegalSampler, IllegalCode) as error:
            return type(error).__name__

    @cached_property
    def coin_runs(self) -> list[list[CoinRun]]:
        """For each data the run on each value of all coins. Raises what a run raises."""
        return [list(self._coin_runs(data)) for data in self.data]

    def _coin_runs(self, data: Bits) -> Iterator[CoinRun]:
        schedule = self.schedule
        given = len(schedule.given_cells)
        names = coin_names(schedule)
        for values in product((False, True), repeat=given + len(names)):
            shown = values[:given]
            tossed = dict(zip(names, values[given:], strict=True))

            def coins(
                part: str,
                number: int,
                index: int,
                tossed: dict[tuple[str, int, int], bool] = tossed,
            ) -> bool:
                return tossed[part, number, index]

            steps = self.semantics.trace(schedule, data, shown, coins)
            yield CoinRun(start_state(schedule, data, shown), tuple(steps))


Property = Callable[[ScheduleCase], Outcome]


def coin_names(schedule: Schedule) -> list[tuple[str, int, int]]:
    """Every coin that the rounds of a run toss, as (part, round, index)."""
    parts = {"predictor": schedule.predictor, "unmask": schedule.unmask}
    if schedule.remask is not None:
        parts["remask"] = schedule.remask
    return [
        (part, number, index)
        for number in range(1, schedule.rounds + 1)
        for part, circuit in parts.items()
        for index in range(len(circuit.random_inputs))
    ]
