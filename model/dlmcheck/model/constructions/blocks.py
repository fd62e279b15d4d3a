"""Fewer rounds than layers: predictors that evaluate several layers of gates at once.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3, "d rounds are optimal". A predictor of
constant depth may be deeper than one gate. With c layers a round, ceil(d/c) rounds are enough, so
that "exactly d" is optimal up to that constant only; and if predictors are not limited at all,
one round after the random bits is enough for every circuit.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions import rules
from dlmcheck.model.netlist import map_netlist
from dlmcheck.spec.circuit import Circuit, Literal, node_of
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Edits, End, RandomBits, Stop
from dlmcheck.spec.resources import levels
from dlmcheck.spec.schedule import Schedule, interface


@dataclass(frozen=True)
class Blocks:
    """A write-once schedule of c layers a round, and the mapped circuit it was made from.

    `depth` is d of the mapped circuit, `cell_of` says which cell shows which of its nodes, and
    `round_of` in which round that cell is written (0: before round 1).
    """

    schedule: Schedule
    circuit: Circuit
    layers_per_round: int
    depth: int
    cell_of: dict[int, int]
    round_of: dict[int, int]


def compile_write_once_blocks(
    circuit: Circuit,
    layers_per_round: int,
    *,
    random_bits: RandomBits = RandomBits.FREE,
    stop: Stop = Stop.ABSORBING,
) -> Blocks:
    """A write-once DLM with ceil(d/c) rounds, and one more if it samples the random bits itself.

    Only nodes that a later block reads, or that are outputs, get a cell. A cell's predictor is its
    gate's cone inside the block, of depth at most c, and two gates that keep a visible token. F
    selects a masked cell once a cell of the block before it is visible: state-only, two cells read.

    Raises `BadPoint` for c < 1 or private random bits.
    """
    c = layers_per_round
    if c < 1:
        raise BadPoint(f"{c} layers a round", source="construction", expected="at least 1")
    if random_bits is RandomBits.PRIVATE:
        raise BadPoint("private random bits", source="construction", expected="sampled or free")
    mapped = map_netlist(circuit, random_outputs=True).circuit
    layer = levels(mapped)
    block = [-(-at // c) for at in layer]
    kept = _kept(mapped, block)
    free = random_bits is RandomBits.FREE
    random = [v for v in mapped.random_inputs if v in kept]
    shift = 0 if free or not random else 1
    round_of = {v: block[v] + shift for v in kept}
    round_of |= dict.fromkeys(mapped.data_inputs, 0)

    outputs = set(mapped.outputs)
    inner = sorted((v for v in kept if v not in outputs), key=lambda v: (round_of[v], v))
    order = [*mapped.data_inputs, *inner, *mapped.outputs]
    cell_of = {node: cell for cell, node in enumerate(order)}
    given = random if free else []
    schedule = Schedule(
        length=len(order),
        rounds=max(round_of.values(), default=0),
        predictor=_predictor(mapped, block, order, cell_of, [] if free else random),
        unmask=_unmask(order, round_of, cell_of),
        output=tuple(cell_of[v] for v in mapped.outputs),
        output_names=mapped.output_names,
        data_cells=tuple(cell_of[v] for v in mapped.data_inputs),
        data_names=tuple(mapped.inputs[v].name for v in mapped.data_inputs),
        given_cells=tuple(cell_of[v] for v in given),
        stop=stop,
    )
    return Blocks(schedule, mapped, c, max(layer, default=0), cell_of, round_of)


def _kept(circuit: Circuit, block: list[int]) -> set[int]:
    """The nodes that are outputs or read from another block, without the data inputs."""
    kept = set(circuit.outputs)
    for node in range(len(circuit.inputs), circuit.node_count):
        for arg in map(node_of, circuit.gate_of(node).args):
            if block[arg] != block[node]:
                kept.add(arg)
    return kept - set(circuit.data_inputs)


def _predictor(
    circuit: Circuit,
    block: list[int],
    order: list[int],
    cell_of: dict[int, int],
    sampled: list[int],
) -> Circuit:
    builder = Builder(interface(len(order), random=len(sampled)))
    coin = {node: 2 * len(order) + j for j, node in enumerate(sampled)}
    # Per block, because a node that is read in its own block is computed there again.
    inside: dict[int, Literal] = {}

    def seen(literal: Literal, reader: int) -> Literal:
        node = node_of(literal)
        bit = inside[node] if block[node] == block[reader] else value_bit(cell_of[node])
        return rules.along(literal, bit)

    for node in range(len(circuit.inputs), circuit.node_count):
        gate = circuit.gate_of(node)
        inside[node] = builder.gate(gate.op, [seen(arg, node) for arg in gate.args])
    outputs: list[Literal] = []
    builder.constant(False)  # which every high bit is: it comes in front of the others
    for cell, node in enumerate(order):
        new = coin.get(node, inside.get(node))
        drawn: Literal | bool = False if new is None else new
        outputs += rules.keeping_bits(builder, masked_bit(cell), value_bit(cell), drawn)
    return builder.build(outputs)


def _unmask(order: list[int], round_of: dict[int, int], cell_of: dict[int, int]) -> Circuit:
    """Masked, and a cell of the round before is visible: then all of that round's are."""
    builder = Builder(interface(len(order)))
    one_of = {round_of[node]: cell_of[node] for node in reversed(order)}
    never = builder.constant(False)
    flags: list[Literal] = []
    for cell, node in enumerate(order):
        number = round_of[node]
        if number == 0:
            flags.append(never)
        else:
            awaited = [] if number == 1 else [masked_bit(one_of[number - 1])]
            flags.append(rules.is_due(builder, masked_bit(cell), awaited))
    return builder.build(flags)


def two_round_bits(
    builder: Builder, masked: Literal, coin: Literal, computed: Literal
) -> list[Literal]:
    """What is drawn for a cell in two rounds of revision: a coin first, then what is computed."""
    return [builder.constant(False), builder.mux(masked, coin, computed)]


def compile_two_round_revision(circuit: Circuit) -> Schedule:
    """Any circuit in two rounds of revision on max(r, m) cells, with an unlimited predictor.

    Round 1 writes the r random bits, round 2 each output as a function of all of them: the
    predictor is as deep as the circuit. State-only, fixed stop (a third round would apply the
    circuit to its own outputs). Data inputs are the prompt and come in front.
    """
    prompt, random = circuit.data_inputs, circuit.random_inputs
    width = max(len(random), len(circuit.outputs))
    length = len(prompt) + width
    builder = Builder(interface(length, random=len(random)))
    cell_of = {v: cell for cell, v in enumerate((*prompt, *random))}
    value = {v: value_bit(cell) for v, cell in cell_of.items()}

    def seen(literal: Literal) -> Literal:
        return rules.along(literal, value[node_of(literal)])

    for node in range(len(circuit.inputs), circuit.node_count):
        gate = circuit.gate_of(node)
        value[node] = builder.gate(gate.op, [seen(arg) for arg in gate.args])
    first_output = length - len(circuit.outputs)
    outputs: list[Literal] = []
    never = builder.constant(False)
    for cell in range(length):
        if cell < len(prompt):
            outputs += rules.repeated(masked_bit(cell), value_bit(cell))
            continue
        coin = 2 * length + cell - len(prompt) if cell - len(prompt) < len(random) else never
        shown = seen(circuit.outputs[cell - first_output]) if cell >= first_output else never
        outputs += two_round_bits(builder, masked_bit(cell), coin, shown)
    chooser = Builder(interface(length))
    flags = [chooser.constant(cell >= len(prompt)) for cell in range(length)]
    return Schedule(
        length=length,
        rounds=2,
        predictor=builder.build(outputs),
        unmask=chooser.build(flags),
        output=tuple(range(first_output, length)),
        output_names=circuit.output_names,
        edits=Edits.REVISE_TOKEN,
        data_cells=tuple(range(len(prompt))),
        data_names=tuple(circuit.inputs[v].name for v in prompt),
        end=End.WHOLE_STATE,
    )
