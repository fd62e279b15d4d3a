"""Does a schedule sample what a circuit samples? The answer with all that stands behind it.

Two questions, kept apart. *Simulation*: run and circuit agree seed for seed, under an injection
of the circuit's random inputs into the run's coins. *Law*: the output laws are equal, for all
data. The first implies the second and not the other way round, so a broken coupling refutes
the simulation and leaves the law to be looked at.

Roads: cut points (proposed by whoever compiled, checked by the kernel), and symbolic unrolling
with a coupling (an engine; its witnesses are replayed by the kernel). Whoever compiled the
schedule is not asked anything else: all roads read the serialised schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.coupling import (
    CouplingResult,
    CouplingVerdict,
    Refutes,
    check_coupling,
)
from dlmcheck.verify.engines.law_difference import LawVerdict, law_difference
from dlmcheck.verify.engines.wrong import SeedWitness
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import Coupling, Evidence
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import Place, WrongRun, check_wrong_run

HASHING = "unrolling and structural hashing of this package"


@dataclass(frozen=True)
class RoadTaken:
    """What one road found: by the kernel (`checked`), or trusted on an engine."""

    engine: str
    verdict: Verdict
    evidence: Evidence | None = None
    message: str = ""
    checked: Checked | None = None


@dataclass(frozen=True)
class Equivalence:
    """The two answers, the roads behind the first, and a wrong run where there is one.

    `law_reason` says what the answer on laws rests on. `wrong_run` was replayed by the kernel.
    """

    simulates: Verdict
    same_law: Verdict
    roads: tuple[RoadTaken, ...]
    law_reason: str = ""
    wrong_run: WrongRun | None = None
    wrong: str = ""
    coupling: Mapping[str, tuple[Place, bool]] = field(
        default_factory=dict[str, tuple[Place, bool]]
    )

    @property
    def disagreement(self) -> bool:
        """Whether one road affirms what another refutes."""
        verdicts = {road.verdict for road in self.roads}
        return any(v.is_affirmative for v in verdicts) and Verdict.REFUTED in verdicts


def equivalent(
    schedule: Schedule,
    circuit: Circuit,
    *,
    plan: Simulation | None = None,
    numbering: Circuit | None = None,
    timeout: float = 60.0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Equivalence:
    """Check a schedule against a circuit, for all data and seeds.

    `plan` is a proposed cut-point certificate, `numbering` the circuit whose node numbers the
    schedule's labels use (for naming the first wrong cell). `timeout` is in seconds, for the
    solver. Raises `BadInput` if the two do not have the same inputs and outputs by name.
    """

    def say(what: str) -> None:
        if progress is not None:
            progress(what)

    roads: list[RoadTaken] = []
    if plan is not None:
        say("cut points: replaying in the kernel")
        roads.append(_cut_points(schedule, circuit, plan))
    say("coupling: unrolling the schedule")
    milliseconds = max(1, int(timeout * 1000))
    result = check_coupling(schedule, circuit, timeout=milliseconds, seed=seed, numbering=numbering)
    roads.append(_coupling(result))
    found = _joined(roads)
    if result.witness is None or result.verdict is not CouplingVerdict.REFUTED:
        same = found if found.is_affirmative else Verdict.UNKNOWN
        reason = "follows from the simulation" if found.is_affirmative else "not decided"
        return Equivalence(found, same, tuple(roads), reason)
    say("witness: replaying in the kernel")
    run = _wrong_run(result.witness)
    places = {p.name: (p.coin, p.inverted) for p in result.partners}
    try:
        checked = check_wrong_run("simulation", schedule, circuit, places, run)
        roads[-1] = RoadTaken(
            roads[-1].engine, checked.verdict, checked.evidence, result.witness.reason, checked
        )
    except Rejected as error:
        # The engine's witness does not replay: the engine is wrong, and nothing is concluded.
        roads[-1] = RoadTaken(roads[-1].engine, Verdict.ERROR, None, f"rejected: {error.reason}")
        return Equivalence(Verdict.ERROR, Verdict.ERROR, tuple(roads))
    say("laws: looking for an event with two probabilities")
    same, reason = _law(schedule, circuit, result, milliseconds, seed)
    return Equivalence(
        Verdict.REFUTED,
        same,
        tuple(roads),
        reason,
        run,
        result.witness.reason,
        places,
    )


def _joined(roads: list[RoadTaken]) -> Verdict:
    """A simulation is affirmed by one road; the other may be unable to, never object."""
    verdicts = [road.verdict for road in roads]
    for verdict in (Verdict.ERROR, Verdict.REFUTED, Verdict.PROVED):
        if verdict in verdicts:
            return verdict
    return Verdict.UNKNOWN


def _cut_points(schedule: Schedule, circuit: Circuit, plan: Simulation) -> RoadTaken:
    engine = "cut points, replayed by the kernel"
    try:
        checked = check_simulation("simulation", schedule, circuit, plan)
    except Rejected as error:
        # A local step that fails says nothing yet about the outputs.
        return RoadTaken(engine, Verdict.UNKNOWN, None, f"certificate rejected: {error.reason}")
    return RoadTaken(engine, checked.verdict, checked.evidence, "", checked)


def _coupling(result: CouplingResult) -> RoadTaken:
    engine = "symbolic unrolling and coupling"
    if result.verdict is CouplingVerdict.EQUIVALENT:
        hashed = result.by_hashing + sum(result.folded.values())
        solved = result.by_solver + result.proven
        trusted = f"trusted: {HASHING}" + (f", {result.engine}" if solved else "")
        evidence = Coupling(len(result.partners), hashed, solved, trusted)
        return RoadTaken(engine, Verdict.PROVED, evidence)
    if result.verdict is CouplingVerdict.REFUTED:
        return RoadTaken(engine, Verdict.REFUTED, None, result.reason)
    return RoadTaken(engine, Verdict.UNKNOWN, None, result.reason)


def _wrong_run(witness: SeedWitness) -> WrongRun:
    data = "".join(str(int(bit)) for bit in witness.data)
    return WrongRun(data, witness.coins, witness.round_number, witness.cell)


def _law(
    schedule: Schedule, circuit: Circuit, result: CouplingResult, timeout: int, seed: int
) -> tuple[Verdict, str]:
    """What a refuted coupling says about the laws."""
    if result.refutes is Refutes.LEGALITY:
        return Verdict.REFUTED, "a run of positive probability is illegal"
    if result.refutes is Refutes.LAW:
        return Verdict.REFUTED, "the differing output depends on the data only"
    witness = result.witness
    if witness is None:
        return Verdict.UNKNOWN, "no witness"
    difference = law_difference(
        schedule, circuit, witness.data, coins=witness.coins, timeout=timeout, seed=seed
    )
    trusted = f" (trusted: {difference.engine})" if difference.engine else ""
    if difference.verdict is LawVerdict.DIFFERENT:
        return Verdict.REFUTED, difference.reason + trusted
    # EQUAL for the data of this witness settles all data only where there are none.
    if difference.verdict is LawVerdict.EQUAL and not circuit.data_inputs:
        return Verdict.PROVED, difference.reason + trusted
    return Verdict.UNKNOWN, difference.reason + trusted
