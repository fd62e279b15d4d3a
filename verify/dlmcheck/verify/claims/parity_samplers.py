"""Theorems 4.1 and 4.2, and the samplers that refute Theorem 4.5 for other kinds of F.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 4: the uniform law D_n on strings of even
parity, on L = n cells. Each row states a sampler's rounds, edits, class of F, clock and locality;
all of these are read off the schedule, and its output law is compared with D_n.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.model.samplers.mask_memory import parity_chain, parity_tree
from dlmcheck.model.samplers.one_parity_check import parity_left_to_right, parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import (
    parity_remask_blocks,
    parity_remask_clock,
    parity_remask_state_only,
)
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.model.targets import even_parity
from dlmcheck.spec.errors import BadInput, IllegalCode, IllegalSampler
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals, Remasking, Unmasking
from dlmcheck.spec.policies import remasking_class, unmasking_class
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails

BY_DEFINITION = 5
LARGEST = {Profile.QUICK: 12, Profile.FULL: 13, Profile.DEEP: 14}

DETERMINISTIC = Unmasking.DETERMINISTIC


def two(_: int) -> int:
    """Two rounds for every n."""
    return 2


@dataclass(frozen=True)
class ParitySampler:
    """A sampler of D_n for every n of its range, and what is claimed of it.

    `tokens` bounds the tokens that a single p_i, F_i or G_i reads; None where that grows with n.
    `rounds` gives D; None where it is not stated in closed form. `step` 2 means even n only.
    """

    name: str
    make: Callable[[int], Schedule]
    tokens: int | None
    rounds: Callable[[int], int] | None = two
    edits: Edits = Edits.WRITE_ONCE
    unmasking: Unmasking = DETERMINISTIC
    clock: bool = False
    least: int = 2
    step: int = 1

    def sizes(self, largest: int) -> range:
        """The n of its range, up to a bound."""
        return range(self.least, largest + 1, self.step)

    @property
    def point(self) -> Point:
        """Its place on the lattice."""
        return Point(
            edits=self.edits,
            unmasking=self.unmasking,
            remasking=(Remasking.DETERMINISTIC if self.edits is Edits.REMASK else Remasking.NONE),
            clock=Clock.ROUND_NUMBER if self.clock else Clock.STATE_ONLY,
            scratch=0,
            predictor=PredictorClass(Reals.DYADIC, self.tokens),
        )


_REVISE = Edits.REVISE_TOKEN
_REMASK = Edits.REMASK
_INDEPENDENT = Unmasking.INDEPENDENT
_JOINT = Unmasking.JOINT

REVISION = (
    ParitySampler("two rounds", parity_revision, 2, edits=_REVISE),
    ParitySampler(
        "two rounds, clock", lambda n: parity_revision(n, clock=True), 2, edits=_REVISE, clock=True
    ),
    ParitySampler("two rounds, absorbing", parity_revision_absorbing, 2, edits=_REVISE),
)
REMASKING = (
    ParitySampler(
        "blocks, four rounds, clock",
        parity_remask_blocks,
        2,
        lambda _: 4,
        edits=_REMASK,
        clock=True,
        step=2,
    ),
    ParitySampler("two rounds, clock", parity_remask_clock, 1, edits=_REMASK, clock=True),
    ParitySampler("two rounds, state only", parity_remask_state_only, 2, edits=_REMASK),
)
RANDOM_F = (
    ParitySampler(
        "independent F", parity_independent_unmasking, 2, lambda _: 3, unmasking=_INDEPENDENT
    ),
    ParitySampler(
        "independent F, clock",
        lambda n: parity_independent_unmasking(n, clock=True),
        2,
        lambda _: 3,
        unmasking=_INDEPENDENT,
        clock=True,
    ),
    ParitySampler("joint F", parity_joint_unmasking, 2, unmasking=_JOINT, least=3),
    ParitySampler(
        "joint F, clock",
        lambda n: parity_joint_unmasking(n, clock=True),
        2,
        unmasking=_JOINT,
        clock=True,
    ),
    ParitySampler("F after sampling", parity_after_sampling, 2, unmasking=Unmasking.AFTER_SAMPLING),
)
WRITE_ONCE = (
    ParitySampler("one check", parity_two_rounds, None),
    ParitySampler("left to right", parity_left_to_right, None, lambda n: n),
    ParitySampler("chain", parity_chain, 5, lambda n: max(2, -(-n // 2))),
    ParitySampler(
        "chain, clock",
        lambda n: parity_chain(n, clock=True),
        3,
        lambda n: max(2, -(-n // 2)),
        clock=True,
    ),
    ParitySampler("binary tree", parity_tree, 12, None),
    ParitySampler("binary tree, clock", lambda n: parity_tree(n, clock=True), 10, None, clock=True),
)


class ParityCase:
    """One n, with the schedules of all samplers as they come back from their text."""

    def __init__(self, n: int) -> None:
        self.n = n
        self._schedules: dict[str, Schedule] = {}

    def schedule(self, sampler: ParitySampler) -> Schedule:
        """The schedule of a sampler for this n."""
        key = f"{sampler.edits.value}, {sampler.name}"
        if key not in self._schedules:
            self._schedules[key] = schedule_from_json(schedule_to_json(sampler.make(self.n)))
        return self._schedules[key]


def sizes(name: str, least: int, largest: int, step: int = 1) -> Domain[int]:
    """The numbers n from `least` to `largest`, in steps."""
    values = range(least, largest + 1, step)

    def read(text: str) -> int:
        if not text.isdigit():
            raise BadInput(f"{text!r} is no size", source="witness", expected="a number")
        return int(text)

    spaced = f" in steps of {step}" if step > 1 else ""
    return Domain(
        f"{name}, n = {least} to {largest}{spaced}",
        (largest - least) // step + 1,
        lambda: values,
        lambda n: n in values,
        str,
        read,
    )


def wrong_place(sampler: ParitySampler, schedule: Schedule, n: int) -> str:
    """Where the schedule is not what is claimed; empty if it is. All of it is measured."""
    run = sampler_of(schedule)
    read = wire_locality(schedule)
    tokens = max(read.predictor or 0, read.unmasking or 0, read.remasking or 0)
    if schedule.length != n:
        return f"L = {schedule.length}"
    if sampler.rounds is not None and schedule.rounds != sampler.rounds(n):
        return f"D = {schedule.rounds}, stated {sampler.rounds(n)}"
    if (schedule.edits, run.clock) != (sampler.edits, sampler.point.clock):
        return "another edit model or clock"
    if unmasking_class(run.unmask) is not sampler.unmasking:
        return f"F is {unmasking_class(run.unmask).value}"
    if remasking_class(run.remask) is not sampler.point.remasking:
        return f"G is {remasking_class(run.remask).value}"
    if sampler.tokens is not None and tokens > sampler.tokens:
        return f"reads {tokens} tokens, stated {sampler.tokens}"
    return ""


def wrong_law_by_definition(schedule: Schedule, n: int) -> str:
    """How the output law differs from D_n, by the specification; empty if it does not."""
    try:
        law = output_law(sampler_of(schedule))
    except (IllegalSampler, IllegalCode) as error:
        return f"illegal run: {type(error).__name__}"
    return "" if law == even_parity(n) else "the output law is not D_n"


def wrong_law_by_engine(schedule: Schedule, n: int) -> str:
    """The same by the integer push-forward on states."""
    try:
        law = statelaw.output_law(schedule)
    except (IllegalSampler, IllegalCode) as error:
        return f"illegal run: {type(error).__name__}"
    even = (z for z in even_parity(n))
    return "" if law.is_uniform_on(even) else "the output law is not D_n"


def samples_parity(
    sampler: ParitySampler, wrong_law: Callable[[Schedule, int], str]
) -> Callable[[ParityCase], Outcome]:
    """The sampler is where it is said to be on the lattice, and samples D_n."""

    def holds(case: ParityCase) -> Outcome:
        if case.n not in sampler.sizes(case.n):
            return Outcome(met=False)
        schedule = case.schedule(sampler)
        reason = wrong_place(sampler, schedule, case.n) or wrong_law(schedule, case.n)
        return fails(f"n = {case.n}: {reason}") if reason else HOLDS

    return holds


def key(group: str, sampler: ParitySampler) -> str:
    """The name of the statement about a sampler of a group."""
    return f"{group}: {sampler.name}"


GROUPS = {"T4.1": REVISION, "T4.2": REMASKING, "T4.5": RANDOM_F, "write-once": WRITE_ONCE}


def _properties(
    wrong_law: Callable[[Schedule, int], str],
) -> dict[str, Callable[[ParityCase], Outcome]]:
    return {
        key(group, sampler): samples_parity(sampler, wrong_law)
        for group, samplers in GROUPS.items()
        for sampler in samplers
    }


def by_definition(_: Profile) -> Sweep[int, ParityCase]:
    """All samplers against the specification, for the n that it can enumerate."""
    return Sweep(sizes("D_n", 2, BY_DEFINITION), ParityCase, _properties(wrong_law_by_definition))


def by_engine(profile: Profile) -> Sweep[int, ParityCase]:
    """All samplers against the push-forward on states, up to n = 12 and further."""
    return Sweep(sizes("D_n", 2, LARGEST[profile]), ParityCase, _properties(wrong_law_by_engine))
