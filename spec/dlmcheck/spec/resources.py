"""Measured resources of a concrete circuit: depth, widths, size, fan-in, locality.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), section 2 (layers, depth d, width w, size N); NC0
and AC0 as usual: bounded locality at constant depth, and constant depth with polynomial size at
unbounded fan-in. A single circuit is in neither class, because a class is a property of a
family: what is here are the numbers whose growth along a family decides membership.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dlmcheck.spec.circuit import Circuit, Literal, Op, node_of
from dlmcheck.spec.errors import BadCircuit, NotLayered
from dlmcheck.spec.lattice import DepthCount


def levels(circuit: Circuit) -> tuple[int, ...]:
    """The earliest layer of each node: 0 for inputs, else one above the highest argument.

    A constant gate has no arguments and gets layer 1: it is written, so it takes a round.
    """
    level = [0] * len(circuit.inputs)
    for gate in circuit.gates:
        highest = 0
        for arg in gate.args:
            found = level[arg if arg >= 0 else ~arg]
            highest = found if found > highest else highest
        level.append(highest + 1)
    return tuple(level)


def depth(circuit: Circuit) -> int:
    """d, the largest layer (layers counted from 0), over all nodes."""
    return max(levels(circuit), default=0)


def counted_depth(circuit: Circuit, count: DepthCount) -> int:
    """d in a reading of "depth": the largest layer, or the number of layers (0 without nodes)."""
    if count is DepthCount.FROM_ZERO or not circuit.node_count:
        return depth(circuit)
    return depth(circuit) + 1


def check_layered(circuit: Circuit, layers: Sequence[int]) -> None:
    """Check a layer assignment: inputs in layer 0, every edge from a layer to the next.

    Raises `NotLayered` with the offending edge, `BadCircuit` if an input is not in layer 0, a
    gate is not in a positive one, or the number of layers does not fit.
    """
    if len(layers) != circuit.node_count:
        raise BadCircuit(f"{len(layers)} layers for {circuit.node_count} nodes")
    for node, layer in enumerate(layers):
        if layer < 0 or (layer == 0) != (node < len(circuit.inputs)):
            raise BadCircuit(f"node {node} in layer {layer}", expected="inputs, alone, in layer 0")
        if node >= len(circuit.inputs):
            for arg in circuit.gate_of(node).args:
                if layers[node_of(arg)] != layer - 1:
                    raise NotLayered((node_of(arg), node), (layers[node_of(arg)], layer))


def is_layered(circuit: Circuit) -> bool:
    """Whether the earliest layers already make the circuit strictly layered."""
    try:
        check_layered(circuit, levels(circuit))
    except NotLayered:
        return False
    return True


def layer_width(layers: Sequence[int]) -> int:
    """w as the number of nodes in the largest layer (inputs are layer 0)."""
    return max(Counter(layers).values(), default=0)


def live_width(circuit: Circuit, layers: Sequence[int]) -> int:
    """w as the largest live set: the values that must be kept when layer t is complete.

    A node is live at time t if it stands in a layer <= t and is an output, or is read by a node
    in a layer > t. In a strictly layered circuit without dead nodes, whose outputs are its last
    layer, the live set at time t is layer t.

    Raises `BadCircuit` if the number of layers does not fit, or a gate does not stand above its
    arguments.
    """
    if len(layers) != circuit.node_count:
        raise BadCircuit(f"{len(layers)} layers for {circuit.node_count} nodes")
    last_use = list(layers)
    node = len(circuit.inputs)
    for gate in circuit.gates:
        # The value must still be there when the reader is written, one round earlier.
        before = layers[node] - 1
        for literal in gate.args:
            arg = literal if literal >= 0 else ~literal
            if last_use[arg] < before:
                last_use[arg] = before
            elif layers[arg] > before:
                raise BadCircuit(
                    f"gate {node} in layer {layers[node]} reads node {arg} in layer {layers[arg]}",
                    expected="arguments in earlier layers",
                )
        node += 1
    end = max(layers, default=0)
    for output in circuit.outputs:
        last_use[node_of(output)] = end
    return _largest_live_set(layers, last_use)


def _largest_live_set(layers: Sequence[int], last_use: Sequence[int]) -> int:
    # A node enters the live set in its layer and leaves it after its last use.
    change = Counter(layers)
    for last, count in Counter(last_use).items():
        change[last + 1] -= count
    return max(accumulate(change[time] for time in sorted(change)), default=0)


def reads(circuit: Circuit) -> tuple[frozenset[int], ...]:
    """For each output, the inputs in its cone (what its wires reach)."""
    nodes = [node_of(output) for output in circuit.outputs]
    below = {node: _inputs_below(circuit, node) for node in set(nodes)}
    return tuple(below[node] for node in nodes)


def _inputs_below(circuit: Circuit, node: int) -> frozenset[int]:
    first = len(circuit.inputs)
    gates = circuit.gates
    seen = {node}
    stack = [node]
    while stack:
        current = stack.pop()
        if current >= first:
            for literal in gates[current - first].args:
                arg = literal if literal >= 0 else ~literal
                if arg not in seen:
                    seen.add(arg)
                    stack.append(arg)
    return frozenset([v for v in seen if v < first])


def locality(circuit: Circuit) -> int:
    """The largest number of inputs in the cone of an output (0 without outputs)."""
    first = len(circuit.inputs)
    bound = [1] * first
    for gate in circuit.gates:
        most = 0
        for arg in gate.args:
            most += bound[arg if arg >= 0 else ~arg]
        bound.append(most if most < first else first)
    return _locality(circuit, bound)


def _locality(circuit: Circuit, bound: Sequence[int]) -> int:
    """The locality, given how often the cone of each node meets inputs (or how many there are).

    That is no less than how many it meets, and known from one pass: the cones that may be largest
    are looked at first, and most need not be looked at at all.
    """
    outputs = {output if output >= 0 else ~output for output in circuit.outputs}
    largest = 0
    for node in sorted(outputs, key=bound.__getitem__, reverse=True):
        if bound[node] <= largest:
            break
        largest = max(largest, len(_inputs_below(circuit, node)))
    return largest


def shared_inputs(
    circuit: Circuit, groups: Sequence[Sequence[Literal]], among: Sequence[int] | None = None
) -> frozenset[int]:
    """The inputs (among some, or all) that wires connect to two or more groups of literals.

    A position of a predictor is a group of two outputs; if no random input is shared, positions
    are independent given the state. One pass over the circuit, however many groups there are.
    """
    among = range(len(circuit.inputs)) if among is None else among
    # Nothing else than these inputs and the gates above them is of interest.
    first = len(circuit.inputs)
    reached = bytearray(circuit.node_count)
    above: list[int] = []
    for node in among:
        reached[node] = True
    for node, gate in enumerate(circuit.gates, start=first):
        for arg in gate.args:
            if reached[arg if arg >= 0 else ~arg]:
                reached[node] = True
                above.append(node)
                break
    nobody, several = -1, -2
    owner = [nobody] * circuit.node_count
    for number, group in enumerate(groups):
        for literal in group:
            node = literal if literal >= 0 else ~literal
            if reached[node] and owner[node] != number:
                owner[node] = number if owner[node] == nobody else several
    # Readers come after what they read: backwards, an owner is final before it is passed on.
    for reader in reversed(above):
        mine = owner[reader]
        if mine != nobody:
            for literal in circuit.gates[reader - first].args:
                node = literal if literal >= 0 else ~literal
                if owner[node] != mine:
                    owner[node] = mine if owner[node] == nobody else several
    return frozenset([v for v in among if owner[v] == several])


def groups_reading(
    circuit: Circuit, groups: Sequence[Sequence[Literal]], node: int
) -> tuple[int, ...]:
    """The numbers of the groups of literals that wires connect to one node."""
    above = {node}
    for gate in range(max(node + 1, len(circuit.inputs)), circuit.node_count):
        if any(node_of(arg) in above for arg in circuit.gate_of(gate).args):
            above.add(gate)
    return tuple(g for g, group in enumerate(groups) if any(node_of(x) in above for x in group))


def random_bits_are_private(circuit: Circuit) -> bool:
    """Whether each random input is read at most once: by one gate only and by no output.

    This is the reading of layer 0 in which a random bit belongs to the gate that reads it.
    """
    readers = Counter(node for gate in circuit.gates for node in {*map(node_of, gate.args)})
    kept = {node_of(output) for output in circuit.outputs}
    return all(readers[v] <= 1 and v not in kept for v in circuit.random_inputs)


def fan_in(circuit: Circuit) -> int:
    """The largest number of arguments of a gate."""
    return max([len(gate.args) for gate in circuit.gates], default=0)


def output_depths(circuit: Circuit) -> tuple[int, ...]:
    """The layer of each output's node."""
    level = levels(circuit)
    return tuple(level[node_of(output)] for output in circuit.outputs)


@dataclass(frozen=True)
class Resources:
    """What was measured of one circuit. All counts are in nodes, depths in gates.

    `locality` is the largest number of inputs in the cone of an output: a family is NC0-like if
    it stays bounded. A family is AC0-like if its depth stays bounded and its size polynomial, at
    any fan-in; but XOR of unbounded fan-in is no AC0 gate, so `uses_xor` says whether there are
    XOR gates and `xor_fan_in` how wide they are (0 if there are none).
    """

    size: int
    depth: int
    width_layer: int
    width_live: int
    fan_in: int
    locality: int
    uses_xor: bool
    xor_fan_in: int


def measure(circuit: Circuit) -> Resources:
    """All resources of one circuit, at its earliest layers.

    In one pass what `levels`, `live_width` and `locality` take a pass each for.
    """
    first = len(circuit.inputs)
    level, last_use, bound = [0] * first, [0] * first, [1] * first
    widest = widest_xor = 0
    for gate in circuit.gates:
        args = gate.args
        if len(args) == 2:  # the same for two, as most have
            one, other = args
            one = one if one >= 0 else ~one
            other = other if other >= 0 else ~other
            highest = level[one] if level[one] > level[other] else level[other]
            # Each value must still be there in the layer before that of its reader.
            last_use[one] = last_use[one] if last_use[one] > highest else highest
            last_use[other] = last_use[other] if last_use[other] > highest else highest
            most = bound[one] + bound[other]
        else:
            highest = most = 0
            for arg in args:
                node = arg if arg >= 0 else ~arg
                highest = level[node] if level[node] > highest else highest
                most += bound[node]
            if highest:
                for arg in args:
                    node = arg if arg >= 0 else ~arg
                    last_use[node] = last_use[node] if last_use[node] > highest else highest
        level.append(highest + 1)
        last_use.append(highest + 1)
        bound.append(most if most < first else first)
        count = len(args)
        widest = count if count > widest else widest
        if count > widest_xor and gate.op is Op.XOR:
            widest_xor = count
    end = max(level, default=0)
    for output in circuit.outputs:
        last_use[output if output >= 0 else ~output] = end
    return Resources(
        size=circuit.node_count,
        depth=end,
        width_layer=layer_width(level),
        width_live=_largest_live_set(level, last_use),
        fan_in=widest,
        locality=_locality(circuit, bound),
        uses_xor=widest_xor > 0,
        xor_fan_in=widest_xor,
    )
