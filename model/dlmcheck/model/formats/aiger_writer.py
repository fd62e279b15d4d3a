"""Writing AIGER, ascii and binary.

AIGER has two-input AND gates and inverters only, so other gates are decomposed:

    NOT, ID, and AND, OR or XOR of one argument     no gate: an inverted or plain edge
    OR(a, b)                                        not AND(not a, not b)
    XOR(a, b)                                       three ANDs
    more than two arguments                         a balanced tree of the two-argument form

Nothing is merged or simplified: a circuit of two-input ANDs keeps its gates, one for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dlmcheck.model.formats.signals import symbol_of, writable
from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op


@dataclass(frozen=True)
class AndGraph:
    """Two-input ANDs over literals of AIGER: 2v for variable v, 2v + 1 inverted, 0 for false.

    Variables 1 to `inputs` are the inputs; gate j defines variable `inputs + 1 + j`.
    """

    inputs: int
    ands: tuple[tuple[int, int], ...]
    outputs: tuple[int, ...]


def and_graph(circuit: Circuit) -> AndGraph:
    """The circuit in two-input ANDs and inverters.

    >>> xor = Circuit((), (Gate(Op.CONST1), Gate(Op.XOR, (0, 0))), (1,))
    >>> and_graph(xor)
    AndGraph(inputs=0, ands=((1, 1), (0, 0), (3, 5)), outputs=(6,))
    """
    ands: list[tuple[int, int]] = []

    def and_(a: int, b: int) -> int:
        ands.append((a, b))
        return 2 * (len(circuit.inputs) + len(ands))

    def or_(a: int, b: int) -> int:
        return and_(a ^ 1, b ^ 1) ^ 1

    def xor(a: int, b: int) -> int:
        both, neither = and_(a, b), and_(a ^ 1, b ^ 1)
        return and_(both ^ 1, neither ^ 1)

    pairwise = {Op.AND: and_, Op.OR: or_, Op.XOR: xor}
    literals = [2 * (node + 1) for node in range(len(circuit.inputs))]

    def literal_of(literal: Literal) -> int:
        return literals[literal] if literal >= 0 else literals[~literal] ^ 1

    def add(gate: Gate) -> int:
        args = [literal_of(arg) for arg in gate.args]
        if gate.op in pairwise:
            return _tree(args, pairwise[gate.op])
        if gate.op in (Op.CONST0, Op.CONST1):
            return int(gate.op is Op.CONST1)
        return args[0] ^ int(gate.op is Op.NOT)

    for gate in circuit.gates:
        literals.append(add(gate))
    outputs = tuple(literal_of(output) for output in circuit.outputs)
    return AndGraph(len(circuit.inputs), tuple(ands), outputs)


def _tree(args: Sequence[int], pairwise: Callable[[int, int], int]) -> int:
    row = list(args)
    while len(row) > 1:
        pairs = [pairwise(row[j], row[j + 1]) for j in range(0, len(row) - 1, 2)]
        row = [*pairs, *row[len(row) & ~1 :]]
    return row[0]


def aiger_ascii(circuit: Circuit) -> bytes:
    """The circuit as ascii AIGER (`.aag`).

    Raises `UnsupportedFeature` for a name that a line cannot hold.
    """
    graph = and_graph(circuit)
    lines = [_header("aag", graph), *(str(2 * (j + 1)) for j in range(graph.inputs))]
    lines += map(str, graph.outputs)
    for j, (a, b) in enumerate(graph.ands):
        lines.append(f"{2 * (graph.inputs + 1 + j)} {a} {b}")
    return "".join(f"{line}\n" for line in [*lines, *_symbols(circuit)]).encode()


def aiger_binary(circuit: Circuit) -> bytes:
    """The circuit as binary AIGER (`.aig`), in which a gate's larger literal stands first.

    Raises `UnsupportedFeature` for a name that a line cannot hold.
    """
    graph = and_graph(circuit)
    text = [_header("aig", graph), *map(str, graph.outputs)]
    packed = bytearray("".join(f"{line}\n" for line in text).encode())
    for j, (a, b) in enumerate(graph.ands):
        left, first, second = 2 * (graph.inputs + 1 + j), max(a, b), min(a, b)
        for difference in (left - first, first - second):
            while difference >= 0x80:
                packed.append(difference & 0x7F | 0x80)
                difference >>= 7  # noqa: PLW2901 - what is left of the number
            packed.append(difference)
    packed += "".join(f"{line}\n" for line in _symbols(circuit)).encode()
    return bytes(packed)


def _header(word: str, graph: AndGraph) -> str:
    variables = graph.inputs + len(graph.ands)
    return f"{word} {variables} {graph.inputs} 0 {len(graph.outputs)} {len(graph.ands)}"


def _symbols(circuit: Circuit) -> list[str]:
    inputs = [writable(i.name, "", "AIGER") and symbol_of(i) for i in circuit.inputs]
    outputs = [writable(name, "", "AIGER") for name in circuit.output_names]
    return [
        *(f"i{j} {symbol}" for j, symbol in enumerate(inputs)),
        *(f"o{j} {symbol}" for j, symbol in enumerate(outputs)),
    ]
