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
from dlmcheck.verify.kernel.evidence import Coupling
from dlmcheck.verify.kernel.laws import LawWitness
from dlmcheck.verify.kernel.merged_simulation import check_merged_simulation
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import Place, WrongRun, check_wrong_run
from dlmcheck.verify.kernel_roads import KernelRoads, RoadTaken, kernel_roads

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
    known = kernel_roads(schedule, circuit, plan, progress)
    if known.affirms and not all_roads:
        proved = Verdict.PROVED
        return _answer(known.preservation, proved, proved, known.to_equivalence, FOLLOWS)
    return unrolled(
        schedule,
        circuit,
        numbering=numbering,
        timeout=timeout,
        seed=seed,
        progress=progress,
    )(known)


def unrolled(
    schedule: Schedule,
    circuit: Circuit,
    *,
    numbering: Circuit | Callable[[], Circuit] | None = None,
    timeout: float = 60.0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Callable[[KernelRoads], Equivalence]:
    """The schedule unrolled; the answer, by all roads, as a function of what the kernel finds.

    What takes longest of the coupling needs nothing of the kernel, so that one process may do this
    while another one asks that. For the arguments see `equivalent`; raises `BadInput` as it does.
    """
    from dlmcheck.verify.engines.coupling import Coupler

    def say(what: str) -> None:
        if progress is not None:
            progress(what)

    say("coupling: unrolling the schedule")
    milliseconds = max(1, int(timeout * 1000))
    coupler = Coupler(schedule, circuit, timeout=milliseconds, seed=seed, numbering=numbering)

    def answer(known: KernelRoads) -> Equivalence:
        result = coupler.check(certify=not known.affirms)
        found = _Found(schedule, circuit, result, known.preservation)
        return found.answer(known.to_equivalence, milliseconds, seed, say)

    return answer


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

    def answer(
        self, roads: list[RoadTaken], timeout: int, seed: int, say: Callable[[str], None]
    ) -> Equivalence:
        """With the roads of the kernel, and milliseconds for each further question."""
        from dlmcheck.verify.engines.coupling import CouplingVerdict, Refutes

        schedule, circuit, result = self.schedule, self.circuit, self.result
        if result.verdict is not CouplingVerdict.REFUTED:
            roads.append(_coupling(schedule, circuit, result))
            if any(road.verdict.is_affirmative for road in roads):
                return self.without_witness(roads)
            say("laws: looking for an event with two probabilities")
            return self.uncoupled(roads, timeout, seed)
        say("witness: replaying in the kernel")
        roads.append(self.replayed())
        if roads[-1].verdict is Verdict.ERROR:
            return self.broken(roads)
        if any(road.verdict.is_affirmative for road in roads):
            if result.refutes is not Refutes.COUPLING:
                return self.broken(roads)
            # Another injection of seeds does it, as the kernel has seen: this was a bad guess.
            message = f"another coupling breaks: {roads[-1].message}"
            roads[-1] = RoadTaken(roads[-1].engine, Verdict.UNKNOWN, None, message)
            return self.without_witness(roads)
        say("laws: looking for an event with two probabilities")
        return self.refuted(roads, _law(schedule, circuit, result, timeout, seed))

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
