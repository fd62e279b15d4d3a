"""Are exactly d rounds enough when layer 0 must be sampled? Theorem 3.1 where it is false.

A claim about existence: some gate-for-gate simulation of d rounds (definition in
`dlmcheck.model.constructions.gate_for_gate`). It fails, first on one random bit (d = 0) and, at
positive depth, on one bit copied into two outputs. The exact condition is checked as a claim of
its own, against runs of the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import combinations, product

from dlmcheck.model.constructions.gate_for_gate import (
    GateForGate,
    as_sampler,
    nodes_law,
    product_cut_exists,
    simulations,
)
from dlmcheck.spec.circuit import (
    Circuit,
    Gate,
    Input,
    InputKind,
    Op,
    all_data,
    node_law,
    node_of,
    output_law,
)
from dlmcheck.spec.lattice import DepthCount, Edits, End, Point, RandomBits
from dlmcheck.spec.resources import depth, levels
from dlmcheck.spec.sampler import output_law as run_output_law
from dlmcheck.spec.sampler import run_law
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.claims.domains import random_circuits
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.kernel.laws import as_tokens
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.proofs import exactly_d as proof

SIMULATED = "a faithful gate-for-gate simulation has d rounds"
CUT = "a cut in layers >= 1 has a product law"
POSITIVE = ", d >= 1"
IFF = "d rounds suffice, faithfully, exactly with a product cut"
IF = "a product cut gives a simulation in d rounds"
ONLY_IF = "a simulation in d rounds gives a product cut"

RUNS = "simulations, run by the specification"
CUTS = "product cuts of the circuit"


class Exactly:
    """One circuit, and its answers to "are d rounds enough?"; found when asked for."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.depth = depth(circuit)
        self.laws = [node_law(circuit, data) for data in all_data(circuit)]

    @property
    def met(self) -> bool:
        """All outputs are in the last layer."""
        level = levels(self.circuit)
        return all(level[node_of(output)] == self.depth for output in self.circuit.outputs)

    @cached_property
    def faithful(self) -> bool:
        """Whether a simulation of d rounds has the circuit's joint law on all its cells."""
        return any(map(self._is_faithful, simulations(self.circuit, self.depth)))

    @cached_property
    def sampling(self) -> bool:
        """Whether a simulation of d rounds has the circuit's output law."""
        return any(map(self._samples, simulations(self.circuit, self.depth)))

    @cached_property
    def cut(self) -> bool:
        """Whether there is a product cut: a question about the circuit alone."""
        return product_cut_exists(self.circuit, self.laws) is not None

    def _is_faithful(self, simulation: GateForGate) -> bool:
        return all(
            run_law(replace(as_sampler(simulation, law), rounds=self.depth))
            == nodes_law(law, simulation.kept)
            for law in self.laws
        )

    def _samples(self, simulation: GateForGate) -> bool:
        return all(
            run_output_law(replace(as_sampler(simulation, law), rounds=self.depth))
            == as_tokens(output_law(self.circuit, data))
            for law, data in zip(self.laws, all_data(self.circuit), strict=True)
        )


def _property(
    holds: Callable[[Exactly], bool], failure: str, *, positive: bool = False
) -> Callable[[Exactly], Outcome]:
    def outcome(case: Exactly) -> Outcome:
        if not case.met or (positive and case.depth == 0):
            return NOT_MET
        return HOLDS if holds(case) else fails(failure)

    return outcome


NO_SIMULATION = "no faithful gate-for-gate simulation has d rounds"
NO_CUT = "no cut in layers >= 1 has a product law"


def _small(profile: Profile) -> Sweep[Circuit, Exactly]:
    return Sweep(
        random_circuits(profile),
        Exactly,
        {
            SIMULATED: _property(lambda case: case.faithful, NO_SIMULATION),
            CUT: _property(lambda case: case.cut, NO_CUT),
            SIMULATED + POSITIVE: _property(lambda c: c.faithful, NO_SIMULATION, positive=True),
            CUT + POSITIVE: _property(lambda c: c.cut, NO_CUT, positive=True),
            IFF: _property(
                lambda case: case.faithful == case.cut,
                "one of simulation and cut exists, the other does not",
                positive=True,
            ),
            IF: _property(
                lambda case: case.sampling or not case.cut,
                "there is a product cut, and no simulation in d rounds",
                positive=True,
            ),
        },
    )


_TWO_BITS = (Input("r0", InputKind.RANDOM), Input("r1", InputKind.RANDOM))


def three_copies() -> Iterator[Circuit]:
    """Two random inputs, three copies of them in layer 1, two gates AND, OR or ID in layer 2.

    There are 2^3 = 8 choices of copies and (3 + 2 * 3)^2 = 81 of the gates.
    """
    pairs = [Gate(op, pair) for op in (Op.AND, Op.OR) for pair in combinations((2, 3, 4), 2)]
    choices = [*(Gate(Op.ID, (v,)) for v in (2, 3, 4)), *pairs]
    for sources in product((0, 1), repeat=3):
        copies = tuple(Gate(Op.ID, (source,)) for source in sources)
        for gates in product(choices, repeat=2):
            yield Circuit(_TWO_BITS, (*copies, *gates), (5, 6))


def _is_three_copies(circuit: Circuit) -> bool:
    gates = circuit.gates
    return (
        circuit.inputs == _TWO_BITS
        and len(gates) == 5
        and (circuit.outputs, circuit.output_names) == ((5, 6), ("o0", "o1"))
        and all(gate.op is Op.ID and gate.args[0] in (0, 1) for gate in gates[:3])
        and all(
            (gate.op is Op.ID and gate.args[0] in (2, 3, 4))
            or (gate.op in (Op.AND, Op.OR) and gate.args in tuple(combinations((2, 3, 4), 2)))
            for gate in gates[3:]
        )
    )


def _copies(_: Profile) -> Sweep[Circuit, Exactly]:
    domain = Domain(
        "two random bits, three copies, two gates AND, OR or ID",
        8 * 81,
        three_copies,
        _is_three_copies,
        circuit_to_json,
        circuit_from_json,
    )
    return Sweep(
        domain,
        Exactly,
        {
            ONLY_IF: _property(
                lambda case: case.cut or not case.sampling,
                "a simulation samples the circuit in d rounds, and there is no product cut",
            )
        },
    )


EVERY_CIRCUIT = "proof for every strictly layered circuit"


def _answered(found: Proof) -> SolverAnswer:
    queries = {argument.proof.statement: argument.queries for argument in proof.arguments()}
    return smt.answer(queries[found.statement])


PROOFS = ProofJob("exactly-d-proved", lambda: tuple(a.proof for a in proof.arguments()), _answered)

JOBS = (
    SweepJob("exactly-d-small", _small),
    SweepJob("exactly-d-copies", _copies),
    PROOFS,
)


def exactly_rows() -> tuple[Row, ...]:
    """The readings of Theorem 3.1 in which layer 0 is sampled and counted as layer 0."""
    rows: list[Row] = []
    for end in End:
        point = Point(
            edits=Edits.WRITE_ONCE,
            random_bits=RandomBits.SAMPLED,
            depth_count=DepthCount.FROM_ZERO,
            end=end,
        )
        for positive in (False, True):
            suffix = POSITIVE if positive else ""
            rows.append(
                Row(
                    claim="T3.1",
                    reading=f"sampled,from-zero,{end.value}" + (",d>=1" if positive else ""),
                    statement=(
                        "some gate-for-gate simulation of d rounds is faithful, where the random "
                        "bits are nodes that the DLM samples itself; layers are counted 0..d"
                        + (", and d >= 1" if positive else "")
                    ),
                    roads=(
                        Road("exactly-d-small", SIMULATED + suffix, RUNS),
                        Road("exactly-d-small", CUT + suffix, CUTS),
                    ),
                    point=point,
                )
            )
    return tuple(rows)


CLAIM = Claim(
    id="T3.1-EXACT",
    title="when d rounds suffice although layer 0 must be sampled",
    reference="the condition under which Theorem 3.1 holds with exactly d rounds (this project)",
    hypotheses=("strict-layers", "faithful"),
    note="T3.1-EXACT",
    rows=(
        Row(
            claim="T3.1-EXACT",
            reading="faithful,iff",
            statement=(
                "a simulation of d rounds with the circuit's joint law on its cells exists "
                "exactly when some cut of nodes in layers >= 1, meeting every path from a random "
                "input to an output, has a product law for all data; every strictly layered "
                "circuit with d >= 1"
            ),
            roads=(
                Road("exactly-d-small", IFF, RUNS),
                Road(PROOFS.id, proof.IFF, EVERY_CIRCUIT),
            ),
        ),
        Row(
            claim="T3.1-EXACT",
            reading="output-law,if",
            statement=(
                "with such a cut, some simulation of d rounds has the circuit's output law; every "
                "strictly layered circuit with d >= 1"
            ),
            roads=(
                Road("exactly-d-small", IF, RUNS),
                Road(PROOFS.id, proof.IF, EVERY_CIRCUIT),
            ),
        ),
        Row(
            claim="T3.1-EXACT",
            reading="output-law,only-if",
            dropped="faithful",
            statement="without such a cut, no simulation of d rounds has the circuit's output law",
            roads=(Road("exactly-d-copies", ONLY_IF, RUNS),),
        ),
    ),
)
