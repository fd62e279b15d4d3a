"""Finite domains of circuits over which claims are checked exhaustively.

**Every small circuit** means: at most two inputs, data before random, so one of six input lists;
then 0, 1 or 2 layers of one or two gates each. A gate of layer l is 0, 1, ID(u), NOT(u), or AND,
OR or XOR of an unordered pair {u, v} of nodes of layer l - 1, u = v allowed (no edge is inverted).
The outputs are all nodes of the last layer, in order; with no layer of gates they are the
inputs, and then there is at least one. Nodes of a layer are ordered: circuits that differ by the
order within a layer are counted apart, those that differ by the order of the two arguments of a
gate, or by the order of a data input and a random input, are not.

The depth meant here is the number of layers of gates. `dlmcheck.spec.resources.depth` can be
smaller, because it counts a constant as layer 1 wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import permutations, product
from random import Random

from dlmcheck.model.families.inputs import numbered
from dlmcheck.model.families.layered_random import pick, random_layered
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadCircuit

MAX_INPUTS = 2
MAX_WIDTH = 2
MAX_DEPTH = 2

_PAIRED = (Op.AND, Op.OR, Op.XOR)

Layers = tuple[tuple[int, ...], ...]
"""The gates of each layer, each as its index in `_gate_choices` over the layer below."""


def small_circuits() -> Iterator[Circuit]:
    """Every small circuit, once, in a fixed order: by inputs, depth, widths, gates."""
    for inputs in _input_lists():
        for layers in _all_layers(len(inputs)):
            yield _circuit(inputs, layers)


def small_circuit_count() -> int:
    """The number of small circuits, by a product formula.

    Over m nodes there are g(m) = 2 + 2m + 3 m(m+1)/2 gates, and a layer above m nodes has one
    gate or two. Summed over m inputs (m + 1 lists of kinds each) and over the number of layers.

    >>> small_circuit_count()
    190739
    """

    def g(m: int) -> int:
        return 2 + 2 * m + 3 * m * (m + 1) // 2

    total = 0
    for m in range(3):
        depth_0 = 1 if m else 0
        depth_1 = g(m) + g(m) ** 2
        depth_2 = g(m) * (g(1) + g(1) ** 2) + g(m) ** 2 * (g(2) + g(2) ** 2)
        total += (m + 1) * (depth_0 + depth_1 + depth_2)
    return total


def small_circuits_up_to_symmetry(*, data: bool = True) -> Iterator[tuple[Circuit, int]]:
    """One small circuit of each orbit, in order, with the number of circuits in its orbit.

    The symmetry is that of `canonical`; the circuit given is the canonical one. Without `data`
    the circuits with a data input are left out.
    """
    for inputs in _input_lists():
        if not data and any(given.kind is InputKind.DATA for given in inputs):
            continue
        swaps = _input_permutations(inputs)
        for layers in _all_layers(len(inputs)):
            orbit = set(_images(layers, swaps))
            if layers == min(orbit):
                yield _circuit(inputs, layers), len(orbit)


def canonical(circuit: Circuit) -> Circuit:
    """The first small circuit, in order, that is this one up to symmetry.

    Symmetry: the nodes of each layer of gates may be permuted (the outputs, if it is the last,
    permuted alike), and inputs of the same kind may be exchanged. Names do not matter: the
    result has the names of `small_circuits`. Raises `BadCircuit` if the circuit is not small.
    """
    inputs, layers = _read(circuit)
    return _circuit(inputs, min(_images(layers, _input_permutations(inputs))))


def as_listed(circuit: Circuit) -> Circuit:
    """A small circuit with the names and the order of arguments of `small_circuits`.

    Raises `BadCircuit` if the circuit is not small.
    """
    return _circuit(*_read(circuit))


def is_small(circuit: Circuit) -> bool:
    """Whether this is a small circuit, up to names and the order of arguments."""
    try:
        _read(circuit)
    except BadCircuit:
        return False
    return True


def small_layers(circuit: Circuit) -> tuple[int, ...]:
    """The layer of each node of a small circuit. Raises `BadCircuit` if it is not small."""
    _, layers = _read(circuit)
    gates = [1 + index for index, layer in enumerate(layers) for _ in layer]
    return (0,) * len(circuit.inputs) + tuple(gates)


def seeded_circuits(count: int = 500, first_seed: int = 0) -> Iterator[tuple[int, Circuit]]:
    """Random layered circuits of consecutive seeds, each with its seed.

    1 to 6 inputs, width 1 to 6, depth 1 to 6, drawn from the seed. Where the seed is 9 mod 10
    all inputs are data, else at least one is random; odd seeds have inverted edges.
    """
    for seed in range(first_seed, first_seed + count):
        yield seed, seeded_circuit(seed)


def seeded_circuit(seed: int) -> Circuit:
    """The circuit of one seed of `seeded_circuits`."""
    coins = Random(seed)
    inputs = 1 + pick(coins, 6)
    data = inputs if seed % 10 == 9 else pick(coins, inputs)
    width, depth = 1 + pick(coins, 6), 1 + pick(coins, 6)
    return random_layered(seed, data, inputs - data, width, depth, inverted=seed % 2 == 1)


# --- how small circuits are coded ------------------------------------------------------------


@cache
def _input_lists() -> tuple[tuple[Input, ...], ...]:
    lists: list[tuple[Input, ...]] = []
    for count in range(MAX_INPUTS + 1):
        for random in range(count + 1):
            data = tuple(Input(name, InputKind.DATA) for name in numbered("d", count - random))
            lists.append(data + tuple(Input(n, InputKind.RANDOM) for n in numbered("r", random)))
    return tuple(lists)


@cache
def _gate_choices(first: int, width: int) -> tuple[Gate, ...]:
    """All gates over the nodes first, ..., first + width - 1, in a fixed order."""
    nodes = range(first, first + width)
    pairs = [(u, v) for u in nodes for v in nodes if u <= v]
    return (
        Gate(Op.CONST0),
        Gate(Op.CONST1),
        *(Gate(op, (u,)) for op in (Op.ID, Op.NOT) for u in nodes),
        *(Gate(op, pair) for op in _PAIRED for pair in pairs),
    )


def _all_layers(inputs: int) -> Iterator[Layers]:
    for depth in range(MAX_DEPTH + 1):
        if depth == 0 and inputs == 0:
            continue
        for widths in product(range(1, MAX_WIDTH + 1), repeat=depth):
            below = (inputs, *widths)[:-1]
            choices = [
                list(product(range(len(_gate_choices(0, under))), repeat=width))
                for under, width in zip(below, widths, strict=True)
            ]
            yield from product(*choices)


def _circuit(inputs: tuple[Input, ...], layers: Layers) -> Circuit:
    gates: list[Gate] = []
    first, width = 0, len(inputs)
    for layer in layers:
        choices = _gate_choices(first, width)
        first, width = len(inputs) + len(gates), len(layer)
        gates += [choices[index] for index in layer]
    return Circuit(inputs, tuple(gates), tuple(range(first, first + width)))


def _read(circuit: Circuit) -> tuple[tuple[Input, ...], Layers]:
    """The code of a small circuit. Raises `BadCircuit` if it is not small."""
    kinds = [given.kind for given in circuit.inputs]
    matching = [known for known in _input_lists() if [i.kind for i in known] == kinds]
    ends = len(circuit.outputs)
    # The last layer is the outputs; what comes before it, if anything, is the layer between.
    between = len(circuit.gates) - ends if circuit.gates else 0
    expected = range(circuit.node_count - ends, circuit.node_count)
    if not matching or not ends or between < 0 or circuit.outputs != tuple(expected):
        raise BadCircuit("not a small circuit", expected="at most two inputs, outputs at the end")
    if not circuit.gates and ends != len(circuit.inputs):
        raise BadCircuit("not a small circuit", expected="all inputs as outputs at depth 0")
    widths = [width for width in (between, ends) if width] if circuit.gates else []
    if any(width > MAX_WIDTH for width in widths):
        raise BadCircuit("not a small circuit", expected="at most two gates in a layer")
    layers: list[tuple[int, ...]] = []
    first, below = 0, len(circuit.inputs)
    for width in widths:
        start = len(circuit.inputs) + sum(len(layer) for layer in layers)
        layers.append(tuple(_code(circuit.gate_of(start + i), first, below) for i in range(width)))
        first, below = start, width
    return matching[0], tuple(layers)


def _code(gate: Gate, first: int, width: int) -> int:
    known = _gate_codes(first, width).get(Gate(gate.op, tuple(sorted(gate.args))))
    if known is None:
        raise BadCircuit(f"{gate} is no gate over {width} nodes from {first} on")
    return known


@cache
def _gate_codes(first: int, width: int) -> dict[Gate, int]:
    return {gate: code for code, gate in enumerate(_gate_choices(first, width))}


# --- symmetry ----------------------------------------------------------------------------------


@cache
def _input_permutations(inputs: tuple[Input, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        order
        for order in permutations(range(len(inputs)))
        if all(inputs[old].kind is inputs[new].kind for old, new in enumerate(order))
    )


@cache
def _recoding(order: tuple[int, ...]) -> tuple[int, ...]:
    """What each gate over a layer becomes when the nodes of that layer are permuted."""
    codes = _gate_codes(0, len(order))
    return tuple(
        codes[Gate(gate.op, tuple(sorted(order[arg] for arg in gate.args)))] for gate in codes
    )


def _images(layers: Layers, orders: tuple[tuple[int, ...], ...]) -> Iterator[Layers]:
    """The code under every symmetry, when the nodes below are permuted by one of `orders`."""
    if not layers:
        yield ()
        return
    for order in orders:
        recode = _recoding(order)
        moved = [recode[index] for index in layers[0]]
        for above in permutations(range(len(moved))):
            placed = [0] * len(moved)
            for old, new in enumerate(above):
                placed[new] = moved[old]
            for rest in _images(layers[1:], (above,)):
                yield (tuple(placed), *rest)
