"""What the kernel finds of a schedule by itself: whether masks are preserved, and by cut points.

Nothing here knows an engine, so that it can be asked in a process that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import Evidence, Witness
from dlmcheck.verify.kernel.merged_simulation import MergedSimulation
from dlmcheck.verify.kernel.preservation import check_preservation
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict


@dataclass(frozen=True)
class RoadTaken:
    """What one road found: by the kernel (`checked`), or trusted on an engine."""

    engine: str
    verdict: Verdict
    evidence: Evidence | None = None
    message: str = ""
    checked: Checked | None = None
    merged: MergedSimulation | None = None
    """The certificate that `checked` rests on, if the road found it itself."""


@dataclass(frozen=True)
class KernelRoads:
    """Preservation of masks, and cut points, if any were proposed."""

    preservation: RoadTaken
    cut_points: RoadTaken | None

    @property
    def to_equivalence(self) -> list[RoadTaken]:
        """The roads to whether the schedule simulates the circuit."""
        return [] if self.cut_points is None else [self.cut_points]

    @property
    def affirms(self) -> bool:
        """Whether the kernel has seen that it does."""
        return any(road.verdict.is_affirmative for road in self.to_equivalence)


def kernel_roads(
    schedule: Schedule,
    circuit: Circuit,
    plan: Simulation | None,
    progress: Callable[[str], None] | None = None,
) -> KernelRoads:
    """What the kernel finds; `plan` is a proposed cut-point certificate."""

    def say(what: str) -> None:
        if progress is not None:
            progress(what)

    say("preservation: tables of the predictor")
    preservation = _preservation(schedule)
    if plan is None:
        return KernelRoads(preservation, None)
    say("cut points: replaying in the kernel")
    return KernelRoads(preservation, _cut_points(schedule, circuit, plan))


def _preservation(schedule: Schedule) -> RoadTaken:
    engine = "tables of the predictor, in the kernel"
    try:
        checked = check_preservation("preservation", schedule)
    except Rejected as error:
        return RoadTaken(engine, Verdict.UNKNOWN, None, error.reason)
    evidence = checked.evidence
    message = evidence.reason if isinstance(evidence, Witness) else ""
    if checked.verdict is Verdict.VACUOUS:
        message = "revision is allowed: no token has to stay"
    return RoadTaken(engine, checked.verdict, evidence, message, checked)


def _cut_points(schedule: Schedule, circuit: Circuit, plan: Simulation) -> RoadTaken:
    engine = "cut points, replayed by the kernel"
    try:
        checked = check_simulation("simulation", schedule, circuit, plan)
    except Rejected as error:
        # A local step that fails says nothing yet about the outputs.
        return RoadTaken(engine, Verdict.UNKNOWN, None, f"certificate rejected: {error.reason}")
    return RoadTaken(engine, checked.verdict, checked.evidence, "", checked)
