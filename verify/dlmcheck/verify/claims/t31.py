"""Theorem 3.1: a circuit of depth d is simulated by a write-once DLM in d rounds, L = N.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1. The note T3.1 has the readings. A row is
a reading: who provides layer 0, from which number layers are counted, and what must be unmasked
at the end. Every row is decided on the serialised schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from dlmcheck.model.constructions.write_once import (
    Compiled,
    SharedPrivateBit,
    compile_write_once,
)
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.spec.circuit import Circuit, all_data
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.lattice import Clock, DepthCount, Edits, End, Point, RandomBits, Stop
from dlmcheck.spec.law import Law
from dlmcheck.spec.resources import depth
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.spec.schedule import Schedule, for_data, sampler_of
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.spec.tokens import MASK, State, show_state
from dlmcheck.verify.claims.domains import circuit_seeds, random_circuits, small_circuits
from dlmcheck.verify.claims.exactly_d import exactly_rows
from dlmcheck.verify.claims.proved_simulation import WRITE_ONCE_PROOFS, write_once_roads
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.laws import as_tokens
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails

REFERENCE = "reference enumeration by the specification"
CUT_POINTS = "cut points, replayed by the kernel"
COUPLING = "symbolic unrolling and coupling"

Reading = tuple[RandomBits, DepthCount, End]
AFFIRMED: tuple[Reading, ...] = tuple(
    (bits, count, end)
    for bits in RandomBits
    for count in DepthCount
    for end in End
    if (bits, count) != (RandomBits.SAMPLED, DepthCount.FROM_ZERO)
)
"""The readings in which the construction attains d rounds; the other two are about existence."""


def _shortest(reading: Reading) -> Reading:
    """The reading that implies this one: fewest rounds (absorbing), the whole state unmasked.

    A certificate for it is absorbing, so that idle rounds add nothing, and all cells include the
    output; so on the large exhaustive domain one certificate serves all readings of a layer 0.
    """
    sampled = reading[0] is RandomBits.SAMPLED
    count = DepthCount.FROM_ONE if sampled else DepthCount.FROM_ZERO
    return (reading[0], count, End.WHOLE_STATE)


SHORTEST: tuple[Reading, ...] = tuple(dict.fromkeys(map(_shortest, AFFIRMED)))


def name(kind: str, reading: Reading) -> str:
    """The name of a statement: which check, and the reading."""
    bits, count, end = reading
    return f"{kind}:{bits.value},{count.value},{end.value}"


class Case:
    """One circuit with everything that the statements about it look at, made when needed."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit

    def compiled(self, bits: RandomBits) -> Compiled | None:
        """The compilation in one reading of layer 0; None where its hypothesis is not met."""
        # Without random inputs the three readings give the same schedule.
        bits = bits if self.circuit.random_inputs else RandomBits.SAMPLED
        if bits not in self._compiled:
            try:
                compiled = compile_write_once(self.circuit, random_bits=bits, random_outputs=True)
            except SharedPrivateBit:
                compiled = None
            self._compiled[bits] = compiled
        return self._compiled[bits]

    @cached_property
    def _compiled(self) -> dict[RandomBits, Compiled | None]:
        return {}

    @cached_property
    def _schedules(self) -> dict[RandomBits, Schedule]:
        return {}

    @cached_property
    def _runs(self) -> dict[RandomBits, list[list[Law[Configuration]]] | str]:
        return {}

    def schedule(self, bits: RandomBits, compiled: Compiled) -> Schedule:
        """The schedule as it is after it was written to text and read again."""
        if bits not in self._schedules:
            self._schedules[bits] = schedule_from_json(schedule_to_json(compiled.schedule))
        return self._schedules[bits]

    def depth(self, compiled: Compiled) -> int:
        """d, the depth of the circuit once every output has a node of its own."""
        return depth(compiled.circuit)

    @cached_property
    def wanted(self) -> list[Law[State]]:
        """The circuit's own output law, for each assignment of its data inputs."""
        return [as_tokens(circuit_law(self.circuit, data)) for data in all_data(self.circuit)]

    def runs(self, bits: RandomBits, compiled: Compiled) -> list[list[Law[Configuration]]] | str:
        """For each data, the laws after 0, ..., d+1 rounds; or the rule that a run breaks."""
        bits = bits if self.circuit.random_inputs else RandomBits.SAMPLED
        if bits not in self._runs:
            schedule = self.schedule(bits, compiled)
            rounds = self.depth(compiled) + 1
            data = all_data(self.circuit)
            try:
                sampler = sampler_of(schedule, data[0])
                self._runs[bits] = [
                    laws_by_round(for_data(schedule, sampler, values), rounds) for values in data
                ]
            except (IllegalSampler, IllegalCode) as error:
                self._runs[bits] = type(error).__name__
        return self._runs[bits]

    def cut_points(self, reading: Reading, compiled: Compiled) -> Outcome:
        """What the kernel says of the certificate; asked once for each schedule it comes to."""
        schedule = with_rounds(self, reading, compiled)
        key = (compiled.random_bits, schedule.rounds, schedule.end)
        if key not in self._cut_points:
            self._cut_points[key] = _cut_points_outcome(self.circuit, schedule, compiled)
        return self._cut_points[key]

    @cached_property
    def _cut_points(self) -> dict[tuple[RandomBits, int, End], Outcome]:
        return {}


def _cut_points_outcome(circuit: Circuit, schedule: Schedule, compiled: Compiled) -> Outcome:
    proposed = cut_points(compiled)
    idle = schedule.rounds - len(proposed.writes)
    if idle < 0:
        return fails(f"needs {-idle} rounds more than {schedule.rounds}")
    padded = replace(proposed, writes=(*proposed.writes, *(() for _ in range(idle))))
    try:
        check_simulation("cut points", schedule, circuit, padded)
    except Rejected as error:
        return fails(error.reason)
    return HOLDS


def claimed_rounds(depth_from_zero: int, count: DepthCount) -> int:
    """The d of "exactly d rounds" in a way of counting layers."""
    return depth_from_zero + (count is DepthCount.FROM_ONE)


def samples_in_d_rounds(reading: Reading) -> Callable[[Case], Outcome]:
    """After exactly d rounds the output law is the circuit's and the end convention is kept."""
    bits, count, end = reading

    def holds(case: Case) -> Outcome:
        compiled = case.compiled(bits)
        if compiled is None:
            return NOT_MET
        runs = case.runs(bits, compiled)
        if isinstance(runs, str):
            return fails(f"a run is illegal: {runs}")
        schedule = case.schedule(bits, compiled)
        rounds = claimed_rounds(case.depth(compiled), count)
        cells = range(schedule.length) if end is End.WHOLE_STATE else schedule.output
        for laws, wanted in zip(runs, case.wanted, strict=True):
            final = laws[rounds]
            for configuration in final:
                if any(configuration.state[cell] == MASK for cell in cells):
                    shown = show_state(configuration.state)
                    return fails(f"after {rounds} rounds the state can be {shown}")
            found = final.map(lambda c: tuple(c.state[i] for i in schedule.output))
            if found != wanted:
                return fails(f"after {rounds} rounds the output law is another one")
        return HOLDS

    return holds


def with_rounds(case: Case, reading: Reading, compiled: Compiled) -> Schedule:
    """The schedule, run for the d rounds of a reading, ending as the reading says."""
    bits, count, end = reading
    rounds = claimed_rounds(case.depth(compiled), count)
    stop = Stop.ABSORBING
    return replace(case.schedule(bits, compiled), rounds=rounds, end=end, stop=stop)


def cut_points_accepted(reading: Reading) -> Callable[[Case], Outcome]:
    """The kernel accepts the cut-point certificate for d rounds; absorbing as well."""

    def holds(case: Case) -> Outcome:
        compiled = case.compiled(reading[0])
        return NOT_MET if compiled is None else case.cut_points(reading, compiled)

    return holds


def coupled(reading: Reading) -> Callable[[Case], Outcome]:
    """The unrolled run and the circuit are the same function of the same coins."""

    def holds(case: Case) -> Outcome:
        compiled = case.compiled(reading[0])
        if compiled is None:
            return NOT_MET
        result = check_coupling(with_rounds(case, reading, compiled), case.circuit)
        if result.verdict is CouplingVerdict.EQUIVALENT:
            return HOLDS
        return fails(f"{result.verdict.value}: {result.reason}")

    return holds


# --- jobs and rows ---------------------------------------------------------------------------


def _small(profile: Profile) -> Sweep[Circuit, Case]:
    """Every small circuit, layer 0 sampled: laws by the definition, and cut points."""
    properties = {
        name("law", r): samples_in_d_rounds(r) for r in AFFIRMED if r[0] is RandomBits.SAMPLED
    }
    properties |= {
        name("cut", r): cut_points_accepted(r) for r in SHORTEST if r[0] is RandomBits.SAMPLED
    }
    return Sweep(small_circuits(profile), Case, properties)


def _layer_0(profile: Profile) -> Sweep[Circuit, Case]:
    """The other readings of layer 0, which differ only where there are random inputs."""
    properties = {
        name("cut", r): cut_points_accepted(r) for r in SHORTEST if r[0] is not RandomBits.SAMPLED
    }
    properties |= {
        name("law", r): samples_in_d_rounds(r) for r in AFFIRMED if r[0] is not RandomBits.SAMPLED
    }
    return Sweep(random_circuits(profile), Case, properties)


def _seeded(profile: Profile) -> Sweep[int, Case]:
    """Larger random circuits: cut points and coupling in every profile, laws in the full one."""
    properties = {name("cut", reading): cut_points_accepted(reading) for reading in AFFIRMED}
    properties |= {name("coupling", reading): coupled(reading) for reading in AFFIRMED}
    if profile is not Profile.QUICK:
        properties |= {name("law", reading): samples_in_d_rounds(reading) for reading in AFFIRMED}
    return Sweep(circuit_seeds(), lambda seed: Case(seeded_circuit(seed)), properties)


JOBS = (
    SweepJob("t31-small", _small),
    SweepJob("t31-layer-0", _layer_0),
    SweepJob("t31-seeded", _seeded),
    WRITE_ONCE_PROOFS,
)


def _row(reading: Reading) -> Row:
    bits, count, end = reading
    small = "t31-small" if bits is RandomBits.SAMPLED else "t31-layer-0"
    layer_0 = {
        RandomBits.SAMPLED: "the random bits are nodes that the DLM samples itself",
        RandomBits.FREE: "the random bits stand in visible cells at the start",
        RandomBits.PRIVATE: "each random bit is read by one gate and is a coin of its cell",
    }[bits]
    counted = {
        DepthCount.FROM_ZERO: "layers are counted 0..d",
        DepthCount.FROM_ONE: "layers are counted 1..d",
    }[count]
    ends = {
        End.WHOLE_STATE: "the whole state is unmasked at the end",
        End.OUTPUT_ONLY: "the output is unmasked at the end",
    }[end]
    return Row(
        claim="T3.1",
        reading=f"{bits.value},{count.value},{end.value}",
        statement=f"d rounds sample the circuit's law, where {layer_0}; {counted}; {ends}",
        roads=(
            Road(small, name("law", reading), REFERENCE),
            Road(small, name("cut", _shortest(reading)), CUT_POINTS),
            Road("t31-seeded", name("cut", reading), CUT_POINTS),
            Road("t31-seeded", name("coupling", reading), COUPLING),
            *write_once_roads(reading),
        ),
        point=Point(
            edits=Edits.WRITE_ONCE,
            clock=Clock.STATE_ONLY,
            random_bits=bits,
            depth_count=count,
            end=end,
            stop=Stop.FIXED_ROUNDS,
        ),
    )


CLAIM = Claim(
    id="T3.1",
    title="a write-once DLM simulates a circuit of depth d in d rounds",
    reference="Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1",
    hypotheses=("gate-local-predictor", "enough-rounds", "F-waits"),
    note="T3.1",
    rows=(*map(_row, AFFIRMED), *exactly_rows()),
)
