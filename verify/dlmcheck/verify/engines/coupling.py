"""Engine B: the run of a schedule and a circuit as functions of the same random bits.

The schedule is unrolled symbolically; the circuit's random inputs are identified with coins of
the run (any injection will do, since coins are fair and independent); then every output of the
run must be the circuit's, and no rule of the model may be broken, on every seed. That gives
equal output laws for all data. The converse fails: where the coupled functions differ the laws
may still be equal, so such a difference refutes the coupling only, unless no coin is involved
(see `law_difference` for the question about laws).

Only the schedule and the circuit are read. Nothing is taken from whatever built the schedule;
its labels serve as hints for finding the injection and for naming a cell in a witness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique
from time import monotonic

from dlmcheck.spec.circuit import Circuit, InputKind
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.network import FALSE, Key, Lit, Network, embedded
from dlmcheck.verify.engines.partners import (
    Partner,
    Proposal,
    needed_random_inputs,
    proposals,
)
from dlmcheck.verify.engines.seeds import Found, find_seed, minimise, simulate_for
from dlmcheck.verify.engines.shown import shown_circuit
from dlmcheck.verify.engines.solver import Answer, Z3Solver
from dlmcheck.verify.engines.sweeping import sweep
from dlmcheck.verify.engines.unroll import Rule, Unrolling, unroll
from dlmcheck.verify.engines.wrong import SeedWitness, describe_seed
from dlmcheck.verify.kernel.merged_simulation import MergedSimulation


@unique
class CouplingVerdict(Enum):
    """What came of a coupling."""

    EQUIVALENT = "equivalent"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@unique
class Refutes(Enum):
    """What a witness refutes."""

    LEGALITY = "legality"
    """The run breaks a rule of the model with positive probability."""
    LAW = "law"
    """An output that depends on no coin differs for some data: so do the laws."""
    COUPLING = "coupling"
    """An output differs on a coupled seed; the laws may still be equal."""


@dataclass(frozen=True)
class CouplingResult:
    """A verdict with its evidence.

    `partners` is the coupling, `source` the hint it came from, `spare` the random inputs that no
    output is wired to and that have no coin. `by_hashing` and `by_solver` count outputs that were
    merged and outputs that `engine` proved; `folded` counts the legality conditions that were
    false outright, by rule, `proven` those that `engine` proved. `nodes` is the size of the
    network, `variables` the number of data bits and coins in it. `swept` counts outputs that SAT
    sweeping proved, and `certificate`, if it is there, is for the kernel to check all of it.
    """

    verdict: CouplingVerdict
    reason: str = ""
    partners: tuple[Partner, ...] = ()
    source: str = ""
    spare: tuple[str, ...] = ()
    by_hashing: int = 0
    by_solver: int = 0
    folded: Mapping[Rule, int] = field(default_factory=dict[Rule, int])
    proven: int = 0
    engine: str = ""
    nodes: int = 0
    variables: int = 0
    refutes: Refutes | None = None
    witness: SeedWitness | None = None
    swept: int = 0
    certificate: MergedSimulation | None = None

    @property
    def coupling(self) -> dict[str, Key]:
        """The coin of each coupled random input. Raises `BadInput` if one is inverted."""
        if any(partner.inverted for partner in self.partners):
            raise BadInput("the coupling inverts a coin", source="coupling")
        return {partner.name: partner.coin for partner in self.partners}


def check_coupling(
    schedule: Schedule,
    circuit: Circuit,
    *,
    timeout: int = 60_000,
    seed: int = 0,
    numbering: Circuit | Callable[[], Circuit] | None = None,
    certify: bool = False,
) -> CouplingResult:
    """Whether a schedule and a circuit are the same function of coupled random bits.

    `timeout` is in milliseconds, for the solver altogether; `seed` is that of the simulation that
    looks for witnesses. With `certify` an affirmative answer comes with a certificate, where there
    is one (else only if sweeping was needed for it). `numbering` is the circuit whose node numbers
    the schedule's labels use (by default `circuit`), or how it is made; it serves to name the first
    wrong cell only.

    Raises `BadInput` if the data inputs or the outputs of the two differ by name.
    """
    coupler = Coupler(schedule, circuit, timeout=timeout, seed=seed, numbering=numbering)
    return coupler.check(certify=certify)


def output_order(schedule: Schedule, circuit: Circuit) -> list[int]:
    """For each output of the circuit, its place among the schedule's outputs.

    Raises `BadInput` if the data inputs or the outputs of the two differ by name.
    """
    names = [circuit.inputs[v].name for v in circuit.data_inputs]
    for kind, ours, theirs in (
        ("data inputs", schedule.data_names, names),
        ("outputs", schedule.output_names, circuit.output_names),
    ):
        if sorted(ours) != sorted(theirs):
            odd = sorted(set(ours) ^ set(theirs))
            raise BadInput(
                f"schedule and circuit do not have the same {kind}",
                source="schedule",
                expected=f"equal names; {', '.join(odd[:3])} only on one side" if odd else "",
            )
    place = {name: index for index, name in enumerate(schedule.output_names)}
    return [place[name] for name in circuit.output_names]


class Coupler:
    """One check of a coupling, step by step."""

    def __init__(
        self,
        schedule: Schedule,
        circuit: Circuit,
        *,
        timeout: int = 60_000,
        seed: int = 0,
        numbering: Circuit | Callable[[], Circuit] | None = None,
    ) -> None:
        self.order = output_order(schedule, circuit)
        self.schedule = schedule
        self.circuit = circuit
        self.seed = seed
        self.numbering = numbering or circuit
        self.network = Network()
        self.solver = Z3Solver(self.network, timeout)
        self.run: Unrolling = unroll(schedule, self.network)
        self.needed = needed_random_inputs(circuit)
        self.proposal, self.inputs, self.nodes = self._best_proposal()
        self.differences = self._differences(self.nodes)

    # --- the coupling ------------------------------------------------------------------------

    def _best_proposal(self) -> tuple[Proposal, list[Lit], list[Lit]]:
        """The proposal under which most outputs merge, and the circuit under it."""
        best: tuple[int, Proposal, list[Lit], list[Lit]] | None = None
        for proposal in self._offered():
            inputs = self._input_literals(proposal, self.circuit)
            nodes = self.network.embed(self.circuit, inputs)
            left = sum(1 for difference in self._differences(nodes) if difference != FALSE)
            if best is None or left < best[0]:
                best = left, proposal, inputs, nodes
            if left == 0:
                break
        assert best is not None
        return best[1], best[2], best[3]

    def _offered(self) -> Iterator[Proposal]:
        """The proposals that give every needed input a coin.

        If none does, all of them: the outputs may not depend on the other inputs all the same.
        """
        some: list[Proposal] = []
        is_complete = False
        for proposal in proposals(self.run, self.circuit):
            if self.needed <= proposal.partners.keys():
                is_complete = True
                yield proposal
            else:
                some.append(proposal)
        if not is_complete:
            yield from some or [Proposal("none", {})]

    def _input_literals(self, proposal: Proposal, circuit: Circuit) -> list[Lit]:
        """A literal per input: data bits by name, partners, and for the rest a spare variable."""
        data = {name: k for k, name in enumerate(self.schedule.data_names)}
        literals: list[Lit] = []
        for node, one in enumerate(circuit.inputs):
            if one.kind is InputKind.DATA:
                literals.append(self.network.variable(("data", 0, data[one.name])))
            elif node in proposal.partners:
                literals.append(proposal.partners[node])
            else:
                literals.append(self.network.variable(("spare", 0, node)))
        return literals

    def _differences(self, nodes: Sequence[Lit]) -> list[Lit]:
        """For each output of the circuit, where the run's output is another."""
        return [
            self.network.xor(self.run.outputs[place], embedded(nodes, output))
            for place, output in zip(self.order, self.circuit.outputs, strict=True)
        ]

    @property
    def is_complete(self) -> bool:
        """Whether every random input that an output needs has a coin."""
        return self.needed <= self.proposal.partners.keys()

    # --- the check ---------------------------------------------------------------------------

    def check(self, *, certify: bool = False) -> CouplingResult:
        """Legality first, then the outputs: hashed, simulated, swept, and asked one by one."""
        broken = [obligation.broken for obligation in self.run.open]
        legal = find_seed(self.network, broken, self.solver, seed=self.seed)
        if legal.answer is Answer.SAT:
            return self._refuted(Refutes.LEGALITY, legal.ones)
        unequal = [difference for difference in self.differences if difference != FALSE]
        guess = simulate_for(self.network, unequal, seed=self.seed) if unequal else None
        if guess is not None:
            # One search, so that the seed is small for all outputs together.
            return self._different(find_seed(self.network, unequal, self.solver, seed=self.seed))
        swept = self._swept(unequal, certify) if unequal or certify else unequal
        if isinstance(swept, frozenset):
            return self._different(Found(Answer.SAT, minimise(self.network, unequal, swept)))
        if isinstance(swept, MergedSimulation):
            return self._result(CouplingVerdict.EQUIVALENT, swept=len(unequal), certificate=swept)
        undecided = 0
        for difference in swept:
            found = find_seed(self.network, [difference], self.solver, seed=self.seed)
            if found.answer is Answer.SAT:
                return self._different(found)
            undecided += found.answer is Answer.UNKNOWN
        if legal.answer is Answer.UNKNOWN:
            return self._unknown(f"{len(broken)} legality conditions undecided", len(unequal))
        if undecided:
            return self._unknown(f"{undecided} outputs undecided", len(unequal))
        return self._result(
            CouplingVerdict.EQUIVALENT,
            by_solver=len(swept),
            proven=len(broken),
            swept=len(unequal) - len(swept),
        )

    def _swept(
        self, unequal: list[Lit], certify: bool
    ) -> MergedSimulation | frozenset[Key] | list[Lit]:
        """All outputs proved, a seed on which one differs, or what is left to ask about."""
        seconds = self.solver.seconds / 2
        if seconds <= 0:
            return unequal
        started = monotonic()
        proposed = sorted(self.proposal.partners.items())
        partners = tuple(self._partner(v, one) for v, one in proposed)
        shown = shown_circuit(self.run, self.circuit, partners)
        if isinstance(shown, str):
            return unequal
        found = sweep(
            self.circuit, shown.circuit, seconds=seconds, seed=self.seed, all_proofs=certify
        )
        self.solver.spend(monotonic() - started)
        if found.different is not None:
            ones = frozenset(shown.keys[node] for node in found.different)
            values = self.network.evaluate(unequal, dict.fromkeys(ones, 1))
            return ones if any(values) else unequal
        if found.is_equal:
            return MergedSimulation(shown.circuit, shown.plan, found.merges, found.last)
        left = (self.differences[index] for index in found.undecided)
        return [difference for difference in left if difference != FALSE]

    def _different(self, found: Found) -> CouplingResult:
        nodes = [self._pair(difference) for difference in self.differences]
        values = self.network.evaluate(self.differences, dict.fromkeys(found.ones, 1))
        wrong = [pair for pair, value in zip(nodes, values, strict=True) if value]
        data_only = any(
            all(key[0] == "data" for key in self.network.support(pair)) for pair in wrong
        )
        if data_only:
            return self._refuted(Refutes.LAW, found.ones)
        if not self.is_complete:
            return self._unknown(
                "no coupling found: some random inputs of the circuit have no coin in the run",
                sum(1 for difference in self.differences if difference != FALSE),
            )
        return self._refuted(Refutes.COUPLING, found.ones)

    def _pair(self, difference: Lit) -> tuple[Lit, Lit]:
        index = self.differences.index(difference)
        output = embedded(self.nodes, self.circuit.outputs[index])
        return self.run.outputs[self.order[index]], output

    def _refuted(self, refutes: Refutes, ones: frozenset[Key]) -> CouplingResult:
        witness = describe_seed(
            self.run, self.circuit, self.order, self.nodes, ones, self._reference()
        )
        return self._result(CouplingVerdict.REFUTED, refutes=refutes, witness=witness)

    def _reference(self) -> tuple[Circuit, Sequence[Lit]]:
        """The circuit that labels speak of, with the literals of its nodes."""
        numbering = self.numbering() if callable(self.numbering) else self.numbering
        if numbering is self.circuit:
            return self.circuit, self.nodes
        known = {one.name: literal for one, literal in zip(self.circuit.inputs, self.inputs,
                                                           strict=True)}  # fmt: skip
        inputs = [
            known[one.name] if one.name in known else self.network.variable(("spare", 1, node))
            for node, one in enumerate(numbering.inputs)
        ]
        return numbering, self.network.embed(numbering, inputs)

    def _unknown(self, reason: str, unequal: int) -> CouplingResult:
        return self._result(CouplingVerdict.UNKNOWN, reason=reason, by_solver=0, left=unequal)

    def _result(
        self,
        verdict: CouplingVerdict,
        *,
        reason: str = "",
        by_solver: int = 0,
        proven: int = 0,
        left: int = 0,
        refutes: Refutes | None = None,
        witness: SeedWitness | None = None,
        swept: int = 0,
        certificate: MergedSimulation | None = None,
    ) -> CouplingResult:
        merged = sum(1 for difference in self.differences if difference == FALSE)
        shows = self.is_complete or verdict is CouplingVerdict.EQUIVALENT
        partners: Mapping[int, Lit] = self.proposal.partners if shows else {}
        return CouplingResult(
            verdict=verdict,
            reason=reason,
            partners=tuple(
                self._partner(node, literal) for node, literal in sorted(partners.items())
            ),
            source=self.proposal.source,
            spare=tuple(
                self.circuit.inputs[v].name
                for v in self.circuit.random_inputs
                if v not in partners and v not in self.needed
            ),
            by_hashing=merged,
            by_solver=by_solver,
            folded=dict(Counter(self.run.folded)),
            proven=proven,
            engine=self.solver.engine if self.solver.queries else "",
            nodes=self.network.size,
            variables=self.network.variable_count,
            refutes=refutes,
            witness=witness,
            swept=swept,
            certificate=certificate,
        )

    def _partner(self, node: int, literal: Lit) -> Partner:
        key = self.network.key_of(literal)
        assert key is not None
        return Partner(self.circuit.inputs[node].name, key, bool(literal & 1))
