"""ISCAS .bench: reading and writing.

Source: Brglez, Bryan, Kozminski, "Combinational profiles of sequential benchmark circuits"
(ISCAS 1989), in the dialects of today's tools. A line is one of

    INPUT(a)    OUTPUT(y)    y = NAND(a, b)    one = vdd    # a comment

in any order and in any case. Operations: AND, NAND, OR, NOR, XOR, XNOR (or NXOR) of one or more
signals, NOT, BUF (or BUFF), and the constants vdd and gnd (or ALWAYS_TRUE() and ALWAYS_FALSE()).

Why this is no library call: the reader of cirbo 1.1.0 overwrites a signal that is defined twice,
accepts cycles and outputs that nothing defines, takes a gate called INPUT_x for an input, knows
neither BUF, XNOR nor gnd, and names no line. tests/model/formats uses it as a second opinion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dlmcheck.model.formats.signals import input_of, symbol_of, writable
from dlmcheck.spec.circuit import Circuit, Gate, Input, Literal, Op, node_of
from dlmcheck.spec.errors import (
    BadCircuit,
    DuplicateSignal,
    MalformedSyntax,
    SequentialCircuit,
    UndefinedSignal,
    UnsupportedFeature,
)
from dlmcheck.spec.ordering import topological_order

# The operation of the gate, and whether the signal is its negation: that is absorbed by readers.
_OPS = {
    "AND": (Op.AND, False),
    "NAND": (Op.AND, True),
    "OR": (Op.OR, False),
    "NOR": (Op.OR, True),
    "XOR": (Op.XOR, False),
    "XNOR": (Op.XOR, True),
    "NXOR": (Op.XOR, True),
    "NOT": (Op.NOT, False),
    "BUF": (Op.ID, False),
    "BUFF": (Op.ID, False),
    "VDD": (Op.CONST1, False),
    "GND": (Op.CONST0, False),
    "ALWAYS_TRUE": (Op.CONST1, False),
    "ALWAYS_FALSE": (Op.CONST0, False),
}
_SEQUENTIAL = re.compile(r"DFF.*|.*LATCH.*|FF")
_FORBIDDEN = "(),=# "

_NAME = r"[^\s(),=#]+"
_PORT = re.compile(rf"(INPUT|OUTPUT)\s*\(\s*({_NAME})\s*\)", re.IGNORECASE)
_GATE = re.compile(rf"({_NAME})\s*=\s*([A-Za-z]\w*)\s*([^\s(),=#]*)\s*(?:\(([^()=#]*)\))?")


@dataclass(frozen=True)
class _Gate:
    name: str
    op: Op
    inverted: bool
    args: tuple[str, ...]
    line: int


def read_bench(text: str, source: str = "bench") -> Circuit:
    r"""The circuit of a .bench text; inputs called `random:...` are random inputs.

    NAND, NOR and XNOR become AND, OR and XOR that their readers invert; NOT, BUF and constants are
    gates. Gates keep their order wherever it is topological. An output has the name of its signal.

    >>> read_bench("INPUT(a)\nOUTPUT(y)\ny = NAND(a, a)").outputs
    (-2,)

    Raises `SequentialCircuit` for a flip-flop, `UnsupportedFeature` for another operation,
    `BadCircuit` for a wrong number of arguments, `MalformedSyntax`, `UndefinedSignal`,
    `DuplicateSignal` or `CyclicCircuit`, with the line.
    """
    inputs: dict[str, Input] = {}
    outputs: dict[str, int] = {}
    gates: dict[str, _Gate] = {}
    taken: set[str] = set()

    def duplicate(what: str, name: str, line: int) -> DuplicateSignal:
        return DuplicateSignal(f"{what} {name!r} again", signal=name, source=source, line=line)

    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.split("#", 1)[0].strip()
        port = _PORT.fullmatch(line)
        if not line:
            continue
        if port is None:
            gate = _read_gate(line, number, source)
            if gate.name in inputs or gate.name in gates:
                raise duplicate("the signal", gate.name, number)
            gates[gate.name] = gate
        elif port.group(1).upper() == "OUTPUT":
            if port.group(2) in outputs:
                raise duplicate("the output", port.group(2), number)
            outputs[port.group(2)] = number
        else:
            given = input_of(port.group(2))
            if port.group(2) in gates or given.name in taken:
                raise duplicate("the signal", port.group(2), number)
            taken.add(given.name)
            inputs[port.group(2)] = given
    return _connect([*inputs], [*inputs.values()], outputs, [*gates.values()], source)


def _read_gate(line: str, number: int, source: str) -> _Gate:
    shown = repr(line if len(line) <= 40 else line[:37] + "...")
    found = _GATE.fullmatch(line)
    if found is None:
        raise MalformedSyntax(
            f"the line {shown}",
            source=source,
            line=number,
            expected="INPUT(a), OUTPUT(a) or a = OPERATION(b, c)",
        )
    name, word, extra, listed = found.groups()
    word = word.upper()
    if _SEQUENTIAL.fullmatch(word):
        raise SequentialCircuit(
            f"{name!r} is a {word}", source=source, line=number, expected="gates without memory"
        )
    if word not in _OPS or extra:
        raise UnsupportedFeature(
            f"unknown operation {word}{' ' * bool(extra)}{extra}",
            source=source,
            line=number,
            expected=", ".join(_OPS),
        )
    op, inverted = _OPS[word]
    args = tuple(a.strip() for a in listed.split(",")) if listed and listed.strip() else ()
    if any(re.fullmatch(_NAME, arg) is None for arg in args):
        raise MalformedSyntax(
            f"the arguments ({listed})", source=source, line=number, expected="names, with commas"
        )
    constant, single = op in (Op.CONST0, Op.CONST1), op in (Op.NOT, Op.ID)
    if bool(args) == constant or (single and len(args) != 1):
        count = "none" if constant else "one" if single else "at least one"
        raise BadCircuit(
            f"{word} with {len(args)} arguments", source=source, line=number, expected=count
        )
    return _Gate(name, op, inverted, args, number)


def _connect(
    symbols: list[str],
    inputs: list[Input],
    outputs: dict[str, int],
    gates: list[_Gate],
    source: str,
) -> Circuit:
    literals: dict[str, Literal] = {symbol: node for node, symbol in enumerate(symbols)}
    position = {gate.name: j for j, gate in enumerate(gates)}

    def check(names: Iterable[str], line: int) -> None:
        for name in names:
            if name not in literals and name not in position:
                raise UndefinedSignal(
                    f"nothing defines the signal {name!r}", signal=name, source=source, line=line
                )

    for gate in gates:
        check(gate.args, gate.line)
    for name, line in outputs.items():
        check([name], line)
    order = topological_order(
        [[position[a] for a in gate.args if a in position] for gate in gates],
        name=lambda j: gates[j].name,
        line=lambda j: gates[j].line,
        source=source,
    )
    sorted_gates: list[Gate] = []
    for j in order:
        node = len(inputs) + len(sorted_gates)
        sorted_gates.append(Gate(gates[j].op, tuple(literals[a] for a in gates[j].args)))
        literals[gates[j].name] = ~node if gates[j].inverted else node
    return Circuit(
        tuple(inputs), tuple(sorted_gates), tuple(literals[name] for name in outputs), (*outputs,)
    )


# --- writing -------------------------------------------------------------------------------


def bench_text(circuit: Circuit) -> str:
    """The circuit as .bench text.

    AND, OR and XOR keep all their arguments; with a single one they are written as BUFF, because
    not every tool reads AND(a). An inverted edge becomes a NOT gate, one for each node that has
    any; a gate is called by the first output that it is, else by g and its number.

    Raises `UnsupportedFeature` for a name that the format cannot hold, and for an output that has
    the name of an input and is not that input.
    """
    symbols = [symbol_of(i) for i in circuit.inputs]
    taken = {*symbols, *circuit.output_names}
    for name in (*(i.name for i in circuit.inputs), *taken):
        writable(name, _FORBIDDEN, ".bench")

    def fresh(stem: str) -> str:
        while stem in taken:
            stem += "_"
        taken.add(stem)
        return stem

    first = len(circuit.inputs)
    names = _named_nodes(circuit, symbols)
    for node in range(first, circuit.node_count):
        names[node] = names.get(node) or fresh(f"g{node}")
    inverted: dict[int, str] = {}
    lines: list[str] = []

    def signal(literal: Literal) -> str:
        if literal >= 0:
            return names[literal]
        if literal not in inverted:
            inverted[literal] = fresh(f"not_{names[node_of(literal)]}")
            lines.append(f"{inverted[literal]} = NOT({names[node_of(literal)]})")
        return inverted[literal]

    for node, gate in enumerate(circuit.gates, start=first):
        args = [signal(arg) for arg in gate.args]
        lines.append(f"{names[node]} = {_body(gate.op, args)}")
    for literal, name in zip(circuit.outputs, circuit.output_names, strict=True):
        if literal < 0:
            lines.append(f"{name} = NOT({names[node_of(literal)]})")
        elif names[literal] != name:
            lines.append(f"{name} = BUFF({names[literal]})")
    ports = [f"INPUT({symbol})" for symbol in symbols]
    ports += [f"OUTPUT({name})" for name in circuit.output_names]
    return "".join(f"{line}\n" for line in (*ports, *lines))


def _named_nodes(circuit: Circuit, symbols: list[str]) -> dict[int, str]:
    """The names that the circuit gives: of inputs, and of gates that are outputs."""
    names = dict(enumerate(symbols))
    node_called = {symbol: node for node, symbol in names.items()}
    for literal, name in zip(circuit.outputs, circuit.output_names, strict=True):
        if node_called.get(name, literal) != literal:
            raise UnsupportedFeature(
                f"the output {name!r} has the name of an input that it is not",
                source="circuit",
                expected="other names, or another format",
            )
        if literal >= 0:
            names.setdefault(literal, name)
    return names


def _body(op: Op, args: list[str]) -> str:
    if op in (Op.CONST0, Op.CONST1):
        return "vdd" if op is Op.CONST1 else "gnd"
    word = "BUFF" if op is Op.ID or (op is not Op.NOT and len(args) == 1) else op.value
    return f"{word}({', '.join(args)})"
