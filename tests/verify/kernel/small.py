"""Small schedules, circuits and certificates for the tests of the kernel."""

from __future__ import annotations

from dataclasses import replace

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.write_once import Compiled, compile_write_once
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.lattice import Edits, RandomBits
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.contents import Content, Simulation

A = Input("a", InputKind.DATA)
B = Input("b", InputKind.DATA)
R = Input("r", InputKind.RANDOM)
S = Input("s", InputKind.RANDOM)

CIRCUIT = Circuit(
    (A, R, S),
    (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (3, ~2)), Gate(Op.OR, (1, 4))),
    (4, 5),
    ("y", "z"),
)
"""a xor r = node 3; y = node 4 = node 3 and not s; z = node 5 = r or y."""


def compiled(bits: RandomBits = RandomBits.SAMPLED, circuit: Circuit = CIRCUIT) -> Compiled:
    return compile_write_once(circuit, random_bits=bits)


def certified(
    bits: RandomBits = RandomBits.SAMPLED, circuit: Circuit = CIRCUIT
) -> tuple[Schedule, Circuit, Simulation]:
    """A compiled schedule, its circuit, and the certificate of the compiler."""
    found = compiled(bits, circuit)
    return found.schedule, circuit, cut_points(found)


def with_write(
    certificate: Simulation, number: int, cell: int, content: Content | None
) -> Simulation:
    """The certificate with another claim for a cell in a round; None takes the claim away."""
    line = [pair for pair in certificate.writes[number - 1] if pair[0] != cell]
    if content is not None:
        line.append((cell, content))
    writes = [*certificate.writes]
    writes[number - 1] = tuple(sorted(line, key=lambda pair: pair[0]))
    return replace(certificate, writes=tuple(writes))


def one_coin(
    *, edits: Edits = Edits.WRITE_ONCE, again: bool = False, rounds: int = 1
) -> tuple[Schedule, Circuit]:
    """One cell that shows a fair coin, and the circuit of one coin.

    With `again` the cell is selected in every round, and keeps its token.
    """
    builder = Builder(interface(1, random=1))
    kept = builder.or_(builder.and_(masked_bit(0), 2), value_bit(0))
    predictor = builder.build([builder.constant(False), kept])
    policy = Builder(interface(1))
    unmask = policy.build([policy.constant(True) if again else masked_bit(0)])
    schedule = Schedule(
        length=1,
        rounds=rounds,
        predictor=predictor,
        unmask=unmask,
        output=(0,),
        output_names=("o",),
        edits=edits,
    )
    return schedule, Circuit((R,), (), (0,), ("o",))


def or_for_xor(schedule: Schedule) -> Schedule:
    """The schedule with the first XOR gate of its predictor turned into an OR."""
    ops = [gate.op for gate in schedule.predictor.gates]
    return flip_gate(schedule, "predictor", ops.index(Op.XOR))
