"""Does a schedule sample what a circuit samples? The answer with all that stands behind it.

Three questions, kept apart. *Simulation*: run and circuit agree seed for seed, under an injection
of the circuit's random inputs into the run's coins. *Law*: the output laws are equal, for all
data. *Preservation*: the predictor keeps visible tokens in every state, reachable or not. The
first implies the second and not the other way round, so a coupling that breaks leaves the law to
be looked at; it says nothing of another coupling either, and where the laws are equal the schedule
samples what the circuit samples all the same. The third is asked of a predictor by
definition, and no run may show that it fails.

Roads: cut points (proposed by whoever compiled, checked by the kernel), and symbolic unrolling
with a coupling (an engine; its witnesses are replayed by the kernel). Whoever compiled the
schedule is not asked anything else: all roads read the serialised schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.equivalence_laws import is_soon_listed, listed_difference, listed_verdict
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import Coupling, Evidence, Witness
from dlmcheck.verify.kernel.laws import LawWitness
from dlmcheck.verify.kernel.merged_simulation import MergedSimulation, check_merged_simulation
from dlmcheck.verify.kernel.preservation import check_preservation
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import Place, WrongRun, check_wrong_run

if TYPE_CHECKING:  # the engines are imported by what asks them: cut points do without
    from dlmcheck.verify.engines.coupling import CouplingResult
    from dlmcheck.verify.engines.law_difference import LawDifference
    from dlmcheck.verify.engines.wrong import SeedWitness

COUPLING = "symbolic unrolling and coupling"
MERGING = "symbolic unrolling and coupling, the certificate checked by the kernel"
HASHING = "unrolling and structural hashing of this package"
FOLLOWS = "follows from the simulation"
LISTED = "all data and all seeds listed (checked by the kernel)"
DIFFERENT = "all data and all seeds listed by the kernel: the laws differ"


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
class Equivalence:
    """The three answers, the roads behind the first, and a wrong run where there is one.

    `simulates` is REFUTED if a run is illegal, if the laws are found to differ, or if the coupling
    in `coupling` breaks and no road knows a better one. `law_reason` says what the answer on laws
    rests on. `wrong_run` and `law_witness` were replayed by the kernel; where the laws differ there
    is a law witness if it is small enough for that. `preservation` is the road behind `preserves`,
    which is VACUOUS where revision is allowed.
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
    preserves: Verdict = Verdict.UNKNOWN
    preservation: RoadTaken | None = None
    law_witness: LawWitness | None = None

    @property
    def same_law_only(self) -> bool:
        """The laws are equal, although no coupling was found or the one that was tried breaks."""
        open_or_broken = self.simulates in (Verdict.REFUTED, Verdict.UNKNOWN)
        return self.same_law.is_affirmative and open_or_broken

    @property
    def laws_listed(self) -> bool:
        """Whether the kernel has gone through both laws, and they are equal."""
        return self.same_law is Verdict.PROVED and self.law_reason == LISTED

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
    numbering: Circuit | Callable[[], Circuit] | None = None,
    timeout: float = 60.0,
    seed: int = 0,
    all_roads: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Equivalence:
    """Check a schedule against a circuit, for all data and seeds.

    `plan` is a proposed cut-point certificate, `numbering` the circuit whose node numbers the
    schedule's labels use, or how it is made (for naming the first wrong cell). `timeout` is in
    seconds, for the solver. Without `all_roads` the first one that decides is the last. Raises
    `BadInput` if the two do not have the same inputs and outputs by name.
    """

    def say(what: str) -> None:
        if progress is not None:
            progress(what)

    say("preservation: tables of the predictor")
    preservation = _preservation(schedule)
    roads: list[RoadTaken] = []
    if plan is not None:
        say("cut points: replaying in the kernel")
        roads.append(_cut_points(schedule, circuit, plan))
        if roads[0].verdict.is_affirmative and not all_roads:
            return _answer(preservation, Verdict.PROVED, Verdict.PROVED, roads, FOLLOWS)
    from dlmcheck.verify.engines.coupling import CouplingVerdict, Refutes, check_coupling

    say("coupling: unrolling the schedule")
    milliseconds = max(1, int(timeout * 1000))
    certify = not any(road.verdict.is_affirmative for road in roads)
    result = check_coupling(
        schedule,
        circuit,
        timeout=milliseconds,
        seed=seed,
        numbering=numbering,
        certify=certify,
    )
    found = _Found(schedule, circuit, result, preservation)
    if result.verdict is not CouplingVerdict.REFUTED:
        roads.append(_coupling(schedule, circuit, result))
        if any(road.verdict.is_affirmative for road in roads):
            return found.without_witness(roads)
        say("laws: looking for an event with two probabilities")
        return found.uncoupled(roads, milliseconds, seed)
    say("witness: replaying in the kernel")
    roads.append(found.replayed())
    if roads[-1].verdict is Verdict.ERROR:
        return found.broken(roads)
    if any(road.verdict.is_affirmative for road in roads):
        if result.refutes is not Refutes.COUPLING:
            return found.broken(roads)
        # Another injection of seeds does it, as the kernel has seen: this one was a bad guess.
        message = f"another coupling breaks: {roads[-1].message}"
        roads[-1] = RoadTaken(roads[-1].engine, Verdict.UNKNOWN, None, message)
        return found.without_witness(roads)
    say("laws: looking for an event with two probabilities")
    return found.refuted(roads, _law(schedule, circuit, result, milliseconds, seed))


@dataclass(frozen=True)
class _Found:
    """What is known once the roads have been gone."""

    schedule: Schedule
    circuit: Circuit
    result: CouplingResult
    preservation: RoadTaken

    @property
    def places(self) -> dict[str, tuple[Place, bool]]:
        return {p.name: (p.coin, p.inverted) for p in self.result.partners}

    def replayed(self) -> RoadTaken:
        """The coupling's road once the kernel has replayed its witness."""
        witness = self.result.witness
        if witness is None:
            return RoadTaken(COUPLING, Verdict.ERROR, None, "refuted without a witness")
        run = _wrong_run(witness)
        try:
            checked = check_wrong_run("simulation", self.schedule, self.circuit, self.places, run)
        except Rejected as error:
            # The engine is wrong, and nothing is concluded.
            return RoadTaken(COUPLING, Verdict.ERROR, None, f"rejected: {error.reason}")
        return RoadTaken(COUPLING, checked.verdict, checked.evidence, witness.reason, checked)

    def without_witness(self, roads: list[RoadTaken]) -> Equivalence:
        affirmed = any(road.verdict.is_affirmative for road in roads)
        if not affirmed:
            return self._answer(Verdict.UNKNOWN, Verdict.UNKNOWN, roads, "not decided")
        reason = FOLLOWS
        if not any(road.checked for road in roads) and is_soon_listed(self.schedule, self.circuit):
            # Then there is evidence at least of what follows: the kernel lists both laws.
            listed = listed_verdict(self.schedule, self.circuit)
            if listed is Verdict.REFUTED:
                return self._answer(Verdict.ERROR, Verdict.ERROR, roads, DIFFERENT)
            reason = LISTED if listed is Verdict.PROVED else FOLLOWS
        return self._answer(Verdict.PROVED, Verdict.PROVED, roads, reason)

    def uncoupled(self, roads: list[RoadTaken], timeout: int, seed: int) -> Equivalence:
        """No coupling is known: if the laws differ there is none."""
        if listed_verdict(self.schedule, self.circuit) is Verdict.PROVED:
            return self._answer(Verdict.UNKNOWN, Verdict.PROVED, roads, LISTED)
        from dlmcheck.verify.engines.law_difference import LawVerdict, law_difference

        for bit in (False, True):
            data = (bit,) * len(self.schedule.data_cells)
            law = law_difference(self.schedule, self.circuit, data, timeout=timeout, seed=seed)
            if law.verdict is LawVerdict.DIFFERENT:
                shown = f"for data all {int(bit)}: " if data else ""
                reason = f"{shown}{law.reason}{_trusted(law)}"
                return self._different(roads, reason, data)
            if law.verdict is LawVerdict.EQUAL and not data:
                reason = law.reason + _trusted(law)
                return self._answer(Verdict.UNKNOWN, Verdict.PROVED, roads, reason)
        return self.without_witness(roads)

    def broken(self, roads: list[RoadTaken]) -> Equivalence:
        return self._answer(Verdict.ERROR, Verdict.ERROR, roads, "")

    def refuted(self, roads: list[RoadTaken], law: tuple[Verdict, str]) -> Equivalence:
        assert self.result.witness is not None
        answer = (
            self._different(roads, law[1], self.result.witness.data)
            if law[0] is Verdict.REFUTED
            else self._answer(Verdict.REFUTED, law[0], roads, law[1])
        )
        return replace(
            answer,
            wrong_run=_wrong_run(self.result.witness),
            wrong=self.result.witness.reason,
            coupling=self.places,
        )

    def _different(self, roads: list[RoadTaken], reason: str, data: Sequence[bool]) -> Equivalence:
        """Two laws; where they can be listed, the kernel says so too and gives a witness."""
        answer = self._answer(Verdict.REFUTED, Verdict.REFUTED, roads, reason)
        witness = listed_difference(self.schedule, self.circuit, data)
        if witness is None:
            return answer
        return replace(
            answer, law_reason=f"{witness.reason} (checked by the kernel)", law_witness=witness
        )

    def _answer(
        self, simulates: Verdict, same_law: Verdict, roads: list[RoadTaken], reason: str
    ) -> Equivalence:
        return _answer(self.preservation, simulates, same_law, roads, reason)


def _answer(
    preservation: RoadTaken,
    simulates: Verdict,
    same_law: Verdict,
    roads: list[RoadTaken],
    reason: str,
) -> Equivalence:
    return Equivalence(
        simulates,
        same_law,
        tuple(roads),
        reason,
        preserves=preservation.verdict,
        preservation=preservation,
    )


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


def _coupling(schedule: Schedule, circuit: Circuit, result: CouplingResult) -> RoadTaken:
    from dlmcheck.verify.engines.coupling import CouplingVerdict

    if result.verdict is not CouplingVerdict.EQUIVALENT:
        return RoadTaken(COUPLING, Verdict.UNKNOWN, None, result.reason)
    message = ""
    if result.certificate is not None:
        try:
            checked = check_merged_simulation("simulation", schedule, circuit, result.certificate)
        except Rejected as error:
            message = f"its certificate was rejected: {error.reason}"
        else:
            certificate = result.certificate
            return RoadTaken(MERGING, checked.verdict, checked.evidence, "", checked, certificate)
    hashed = result.by_hashing + sum(result.folded.values())
    solved = result.by_solver + result.proven + result.swept
    own = f"{HASHING} and SAT sweeping" if result.swept else HASHING
    trusted = f"trusted: {own}" + (f", {result.engine}" if result.engine else "")
    evidence = Coupling(len(result.partners), hashed, solved, trusted)
    return RoadTaken(COUPLING, Verdict.PROVED, evidence, message)


def _wrong_run(witness: SeedWitness) -> WrongRun:
    data = "".join(str(int(bit)) for bit in witness.data)
    return WrongRun(data, witness.coins, witness.round_number, witness.cell)


def _trusted(law: LawDifference) -> str:
    return f" (trusted: {law.engine or 'enumeration by this package'})"


def _law(
    schedule: Schedule, circuit: Circuit, result: CouplingResult, timeout: int, seed: int
) -> tuple[Verdict, str]:
    """What a refuted coupling says about the laws."""
    from dlmcheck.verify.engines.coupling import Refutes
    from dlmcheck.verify.engines.law_difference import LawVerdict, law_difference

    if result.refutes is Refutes.LEGALITY:
        return Verdict.REFUTED, "a run of positive probability is illegal"
    if result.refutes is Refutes.LAW:
        reason = f"the differing output depends on the data only (trusted: {HASHING})"
        return Verdict.REFUTED, reason
    witness = result.witness
    if witness is None:
        return Verdict.UNKNOWN, "no witness"
    difference = law_difference(
        schedule, circuit, witness.data, coins=witness.coins, timeout=timeout, seed=seed
    )
    trusted = _trusted(difference)
    if difference.verdict is LawVerdict.DIFFERENT:
        return Verdict.REFUTED, difference.reason + trusted
    if listed_verdict(schedule, circuit) is Verdict.PROVED:
        return Verdict.PROVED, LISTED
    # EQUAL for the data of this witness settles all data only where there are none.
    if difference.verdict is LawVerdict.EQUAL and not circuit.data_inputs:
        return Verdict.PROVED, difference.reason + trusted
    return Verdict.UNKNOWN, difference.reason + trusted
