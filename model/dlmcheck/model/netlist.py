"""From any circuit to one in which every output is a node of its own.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: the outputs of a sampling circuit are nodes
of its last layer, and a DLM shows them in its last m cells. Real netlists are not like that: an
output may be an input, a constant, the negation of a node, or a node that another output has
already taken. Each such output gets one node more, and each of these is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from itertools import compress

from dlmcheck.spec.circuit import Circuit, Gate, InputKind, Literal, Op, is_inverted, node_of
from dlmcheck.spec.resources import depth, levels


@unique
class Reason(Enum):
    """Why there is a node that the netlist did not have (for all but the last: of an output)."""

    INPUT = "input"
    """It is an input or its negation: an ID or NOT node."""
    CONSTANT = "constant"
    """It is a constant that is taken already, or a negated one: a constant node."""
    NEGATED = "negated"
    """It is the negation of a gate: a NOT node."""
    SHARED = "shared"
    """It is a gate that an earlier output has taken: an ID node."""
    READ_INSIDE = "read inside"
    """It is a gate that something else reads, and no output may be read: an ID node."""
    SKIPPED_LAYER = "skipped layer"
    """No output at all: an ID node that hands a value on to a later layer (`pad_to_layers`)."""


@dataclass(frozen=True)
class Mapped:
    """A circuit with own output nodes, and how it came from `original` (which it may be).

    `new_node[v]` is the number in `circuit` of node v of `original`, None if v was dropped.
    `added` lists the nodes of `circuit` that the original did not have, with the reason.
    """

    original: Circuit
    circuit: Circuit
    new_node: tuple[int | None, ...]
    added: tuple[tuple[int, Reason], ...]

    @property
    def nodes_before(self) -> int:
        """N of the original, dead gates included."""
        return self.original.node_count

    @property
    def nodes_after(self) -> int:
        """N of the mapped circuit."""
        return self.circuit.node_count

    @property
    def depth_before(self) -> int:
        """d of the original, dead gates included."""
        return depth(self.original)

    @property
    def depth_after(self) -> int:
        """d of the mapped circuit."""
        return depth(self.circuit)

    @property
    def added_by_reason(self) -> Mapping[Reason, int]:
        """How many nodes were added, for each reason that occurred."""
        return dict(Counter(reason for _, reason in self.added))

    @property
    def dropped(self) -> tuple[int, ...]:
        """The gates of the original that no output depends on."""
        return tuple(v for v, new in enumerate(self.new_node) if new is None)


def map_netlist(
    circuit: Circuit, *, sink_outputs: bool = False, random_outputs: bool = False
) -> Mapped:
    """The same function with every output on a positive, distinct gate.

    An output that is the positive literal of a gate takes that gate, if no earlier output did.
    Every other output gets a node of its own, behind all gates and in output order. Inverted
    edges stay where they are: the gate that reads them absorbs them. Gates on which no output
    depends are dropped; inputs never are, because they are the interface. Nothing is simplified
    and the order of the gates stays, so mapping twice is mapping once.

    With `sink_outputs` no output node is read by anything, so that the outputs can be the last
    nodes of a topological order. With `random_outputs` an output may also take a random input:
    right where random inputs are cells that the sampler writes or is given.
    """
    users = Counter(node_of(output) for output in circuit.outputs)
    read = _read_nodes(circuit, _needed(circuit, users)) if sink_outputs else frozenset[int]()
    taken: set[int] = set()
    # An output is the old node it takes (an int), or the new gate that it gets.
    placed: list[int | tuple[Gate, Reason]] = []
    for output in circuit.outputs:
        node = node_of(output)
        must_not_take = sink_outputs and (node in read or users[node] > 1)
        may_take = _is_takeable(circuit, node, random_outputs) and not is_inverted(output)
        if may_take and node not in taken and not must_not_take:
            taken.add(node)
            placed.append(node)
        else:
            placed.append(_own_node(circuit, output, node in taken))
    ends = [item if isinstance(item, int) else node_of(a) for item in placed for a in _reads(item)]
    new_node, gates = _kept(circuit, _needed(circuit, ends))
    outputs: list[Literal] = []
    added: list[tuple[int, Reason]] = []
    for item in placed:
        if isinstance(item, int):
            outputs.append(_number(new_node, item))
        else:
            node = len(circuit.inputs) + len(gates)
            gates.append(_renumbered(item[0], new_node))
            outputs.append(node)
            added.append((node, item[1]))
    is_the_same = not added and None not in new_node
    return Mapped(
        original=circuit,
        circuit=circuit
        if is_the_same
        else Circuit(circuit.inputs, tuple(gates), tuple(outputs), circuit.output_names),
        new_node=tuple(new_node),
        added=tuple(added),
    )


def _is_takeable(circuit: Circuit, node: int, random_outputs: bool) -> bool:
    if node >= len(circuit.inputs):
        return True
    return random_outputs and circuit.inputs[node].kind is InputKind.RANDOM


def _own_node(circuit: Circuit, output: Literal, is_taken: bool) -> tuple[Gate, Reason]:
    node = node_of(output)
    inverted = is_inverted(output)
    copy = Gate(Op.NOT if inverted else Op.ID, (node,))
    if node < len(circuit.inputs):
        return copy, Reason.INPUT
    op = circuit.gate_of(node).op
    if op in (Op.CONST0, Op.CONST1):
        # A second constant is as shallow as the first; a copy of it would be one layer deeper.
        return Gate(Op.CONST1 if (op is Op.CONST1) != inverted else Op.CONST0), Reason.CONSTANT
    if inverted:
        return copy, Reason.NEGATED
    return copy, Reason.SHARED if is_taken else Reason.READ_INSIDE


def _reads(item: int | tuple[Gate, Reason]) -> tuple[Literal, ...]:
    return (item,) if isinstance(item, int) else item[0].args


def _needed(circuit: Circuit, ends: Iterable[int]) -> bytearray:
    """For each node, whether some of the ends depend on it."""
    needed = bytearray(circuit.node_count)
    for node in ends:
        needed[node] = True
    # Readers come after what they read.
    node = circuit.node_count
    for gate in reversed(circuit.gates):
        node -= 1
        if needed[node]:
            for arg in gate.args:
                needed[arg if arg >= 0 else ~arg] = True
    return needed


def _read_nodes(circuit: Circuit, needed: bytearray) -> frozenset[int]:
    gates = compress(circuit.gates, needed[len(circuit.inputs) :])
    return frozenset([node_of(arg) for gate in gates for arg in gate.args])


def _kept(circuit: Circuit, needed: bytearray) -> tuple[list[int | None], list[Gate]]:
    """The new number of each node (None: dropped), and the gates that stay, renumbered."""
    first = len(circuit.inputs)
    dropped = needed.find(False, first)
    if dropped < 0:  # nothing moves
        return list(range(circuit.node_count)), list(circuit.gates)
    number: list[int | None] = list(range(dropped))
    gates = list(circuit.gates[: dropped - first])
    for node in range(dropped, circuit.node_count):
        number.append(first + len(gates) if needed[node] else None)
        if needed[node]:
            gates.append(_renumbered(circuit.gates[node - first], number))
    return number, gates


def _number(new_node: Sequence[int | None], node: int) -> int:
    number = new_node[node]
    assert number is not None, "what is read is kept"
    return number


def _renumbered(gate: Gate, number: Sequence[int | None]) -> Gate:
    args = [_number(number, a) if a >= 0 else ~_number(number, ~a) for a in gate.args]
    return Gate(gate.op, tuple(args))


# --- layers --------------------------------------------------------------------------------


def pad_to_layers(mapped: Mapped, *, private: bool = False) -> Mapped:
    """The circuit made strictly layered by ID nodes, with all outputs in the last layer.

    Where an edge skips layers, the value is handed on by one ID node per layer, shared by all
    readers; these are counted as `Reason.SKIPPED_LAYER`. The depth stays, the number of nodes may
    grow by a factor of up to the depth. With `private`, random inputs are bits of the gate that
    reads them and need no handing on.
    """
    source = mapped.circuit
    layers = levels(source)
    free = set(source.random_inputs) if private else set[int]()
    gates: list[Gate] = []
    links_made: list[int] = []
    # chain[v][k] carries the value of node v in layer layers[v] + k.
    chain: dict[int, list[int]] = {v: [v] for v in range(len(source.inputs))}

    def carried(literal: Literal, layer: int) -> Literal:
        node = node_of(literal)
        if node in free:
            return literal
        links = chain[node]
        while len(links) <= layer - layers[node]:
            gates.append(Gate(Op.ID, (links[-1],)))
            links.append(len(source.inputs) + len(gates) - 1)
            links_made.append(links[-1])
        found = links[layer - layers[node]]
        return ~found if is_inverted(literal) else found

    for node in range(len(source.inputs), source.node_count):
        gate = source.gate_of(node)
        args = tuple(carried(arg, layers[node] - 1) for arg in gate.args)
        gates.append(Gate(gate.op, args))
        chain[node] = [len(source.inputs) + len(gates) - 1]
    last = max(layers, default=0)
    outputs = tuple(carried(output, last) for output in source.outputs)
    return Mapped(
        original=mapped.original,
        circuit=Circuit(source.inputs, tuple(gates), outputs, source.output_names),
        new_node=tuple(None if v is None else chain[v][0] for v in mapped.new_node),
        added=(
            *((chain[v][0], reason) for v, reason in mapped.added),
            *((v, Reason.SKIPPED_LAYER) for v in links_made),
        ),
    )
