"""Reading AIGER, ascii and binary.

Source: Biere, "The AIGER And-Inverter Graph (AIG) Format Version 20071012", Johannes Kepler
University Linz; of the extension 1.9 only the longer header is understood, and refused.

Variable v of the file becomes a node: inputs in their order, then (only if something reads it)
the constant 0, then the AND gates. Gates keep the order of the file wherever it is topological,
and an inverted edge is the inverted literal of its reader; nothing is merged or simplified, so
that sizes and depths are those of the file.

Why this is no library call: the reader of aigverse 0.1.7 merges and simplifies gates, computes a
wrong function for ascii files whose gates or input literals do not stand in ascending order,
crashes or does not return on truncated and damaged binary files, and names no line.
tests/model/formats uses it as a second opinion, on files on which it can be relied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.formats.aiger_gates import connect_pairs, read_pairs
from dlmcheck.model.formats.signals import decode, fill_names, input_of
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.errors import (
    BadInput,
    DuplicateSignal,
    MalformedSyntax,
    SequentialCircuit,
    UndefinedSignal,
    UnsupportedFeature,
)
from dlmcheck.spec.ordering import topological_order

MAX_INPUTS = 1_000_000
"""A binary file takes no bytes for its inputs: a header of one line must not ask for all memory."""

_Line = int | None


@dataclass(frozen=True)
class _Header:
    binary: bool
    variables: int
    inputs: int
    outputs: int
    ands: int


@dataclass(frozen=True)
class _And:
    """One gate, by the literals of the file (twice the variable, plus one if inverted)."""

    left: int
    args: tuple[int, int]
    line: _Line


@dataclass(frozen=True)
class _Body:
    """What stands between the header and the symbols."""

    inputs: list[int]
    outputs: list[tuple[int, _Line]]
    ands: list[_And]


def read_aiger(content: bytes, source: str = "AIGER") -> Circuit:
    r"""The circuit of an AIGER file; its first line says whether it is ascii or binary.

    Input symbols may begin with `random:` or `data:`. Without symbols inputs are called i0, i1,
    ... and outputs o0, o1, ...; all inputs are then data inputs.

    >>> read_aiger(b"aag 3 2 0 1 1\n2\n4\n7\n6 2 5\ni1 random:r\n").gates
    (Gate(op=<Op.AND: 'AND'>, args=(0, -2)),)

    Raises `SequentialCircuit` if there are latches, `UnsupportedFeature` for properties of AIGER
    1.9, `MalformedSyntax`, `UndefinedSignal`, `DuplicateSignal` or `CyclicCircuit`; with the
    line for an ascii file.
    """
    reader = _Reader(content, source)
    header = reader.header()
    gates, outputs = _binary(reader, header) if header.binary else _ascii(reader, header)
    names = reader.symbols(header)
    inputs = tuple(
        Input(name, InputKind.DATA) if symbol is None else input_of(symbol)
        for name, symbol in zip(_plain_names(names["i"]), names["i"], strict=True)
    )
    return Circuit(inputs, gates, outputs, tuple(fill_names(names["o"], "o")))


_Connected = tuple[tuple[Gate, ...], tuple[Literal, ...]]
"""Gates and outputs, as literals of the circuit."""


def _ascii(reader: _Reader, header: _Header) -> _Connected:
    body = reader.ascii_body(header)
    return _connect(body, header, reader.source)


def _binary(reader: _Reader, header: _Header) -> _Connected:
    outputs = reader.output_literals(header)
    found = read_pairs(reader.content, reader.at, header.inputs, header.ands)
    if found is None:
        return _connect(reader.binary_body(header, outputs), header, reader.source)
    pairs, reader.at = found
    return connect_pairs(header.inputs, pairs, [literal for literal, _ in outputs])


def _plain_names(symbols: Sequence[str | None]) -> list[str]:
    return fill_names([None if s is None else input_of(s).name for s in symbols], "i")


class _Reader:
    """A place in the file, and complaints about it."""

    def __init__(self, content: bytes, source: str) -> None:
        self.content = content
        self.source = source
        self.at = 0
        self.line_number = 0
        self.has_lines = True

    def fail(self, kind: type[BadInput], message: str, expected: str) -> BadInput:
        return kind(message, source=self.source, line=self.line, expected=expected)

    def duplicate(self, message: str, signal: str) -> DuplicateSignal:
        return DuplicateSignal(message, signal=signal, source=self.source, line=self.line)

    @property
    def line(self) -> _Line:
        """The line that was taken last; a binary file has none to speak of."""
        return self.line_number if self.has_lines else None

    def take_line(self, expected: str) -> str:
        """The next line, without its end."""
        self.line_number += 1
        if self.at >= len(self.content):
            raise self.fail(MalformedSyntax, "the file ends here", expected)
        end = self.content.find(b"\n", self.at)
        end = len(self.content) if end < 0 else end
        raw = self.content[self.at : end].removesuffix(b"\r")
        self.at = end + 1
        try:
            return decode(raw, self.source, first_line=self.line_number)
        except MalformedSyntax as error:
            raise self.fail(MalformedSyntax, error.message, "UTF-8 text") from None

    def numbers(self, count: int, expected: str) -> list[int]:
        """The next line as natural numbers."""
        text = self.take_line(expected)
        words = text.split(" ")
        if len(words) != count or not all(_is_number(word) for word in words):
            raise self.fail(MalformedSyntax, f"the line {_short(text)}", expected)
        return [int(word) for word in words]

    def header(self) -> _Header:
        expected = "a header: aag or aig, and the five numbers M I L O A"
        self.has_lines = not self.content.startswith(b"aig ")
        # The header alone is text for certain: do not run through a whole binary file for it.
        words = self.take_line(expected)[:300].split(" ")
        if words[0] not in ("aag", "aig") or not 6 <= len(words) <= 10:
            raise self.fail(MalformedSyntax, f"the line {_short(' '.join(words))}", expected)
        if not all(_is_number(word) for word in words[1:]):
            raise self.fail(MalformedSyntax, f"the line {_short(' '.join(words))}", expected)
        variables, inputs, latches, outputs, ands, *properties = map(int, words[1:])
        if latches:
            raise self.fail(SequentialCircuit, f"{latches} latches", "a circuit without latches")
        if any(properties):
            raise self.fail(
                UnsupportedFeature, "properties to be checked", "inputs, outputs and gates only"
            )
        binary = words[0] == "aig"
        used = inputs + ands
        if variables < used or (binary and variables > used):
            raise self.fail(
                MalformedSyntax,
                f"M = {variables} for {inputs} inputs and {ands} gates",
                f"M {'=' if binary else '>='} I + L + A, which is {used}",
            )
        if binary and inputs > MAX_INPUTS:
            raise self.fail(UnsupportedFeature, f"{inputs} inputs", f"at most {MAX_INPUTS}")
        return _Header(binary, variables, inputs, outputs, ands)

    def output_literals(self, header: _Header) -> list[tuple[int, _Line]]:
        found: list[tuple[int, _Line]] = []
        for j in range(header.outputs):
            (literal,) = self.numbers(1, f"the literal of output {j}")
            self.check_literal(literal, header)
            found.append((literal, self.line))
        return found

    def check_literal(self, literal: int, header: _Header) -> None:
        if literal > 2 * header.variables + 1:
            expected = f"at most {2 * header.variables + 1}, by the header"
            raise self.fail(MalformedSyntax, f"the literal {literal}", expected)

    def ascii_body(self, header: _Header) -> _Body:
        inputs: list[int] = []
        ands: list[_And] = []
        defined: set[int] = set()

        def define(literal: int, what: str) -> None:
            self.check_literal(literal, header)
            if literal < 2 or literal % 2:
                expected = "an even literal from 2 on"
                raise self.fail(MalformedSyntax, f"{what} defines the literal {literal}", expected)
            if literal in defined:
                raise self.duplicate(f"{what} defines the literal {literal} again", str(literal))
            defined.add(literal)

        for j in range(header.inputs):
            (literal,) = self.numbers(1, f"the literal of input {j}")
            define(literal, f"input {j}")
            inputs.append(literal)
        outputs = self.output_literals(header)
        for j in range(header.ands):
            left, first, second = self.numbers(3, f"the three literals of gate {j}")
            define(left, f"gate {j}")
            self.check_literal(first, header)
            self.check_literal(second, header)
            ands.append(_And(left, (first, second), self.line))
        return _Body(inputs, outputs, ands)

    def binary_body(self, header: _Header, outputs: list[tuple[int, _Line]]) -> _Body:
        """Gate by gate, to say what is wrong with which one (else there is `read_pairs`)."""
        ands: list[_And] = []
        for j in range(header.ands):
            left = 2 * (header.inputs + 1 + j)
            first = left - self.difference(j, 1, left)
            second = first - self.difference(j, 0, first)
            ands.append(_And(left, (first, second), None))
        return _Body([2 * (j + 1) for j in range(header.inputs)], outputs, ands)

    def difference(self, gate: int, least: int, most: int) -> int:
        """The next number of a binary gate: seven bits a byte, low ones first."""
        value = shift = 0
        start = self.at
        while True:
            if self.at >= len(self.content):
                raise self.fail(MalformedSyntax, f"the file ends in gate {gate}", "a whole gate")
            byte = self.content[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > 63:
                raise self.fail(MalformedSyntax, f"an endless number at byte {start}", "63 bits")
        if not least <= value <= most:
            raise self.fail(
                MalformedSyntax,
                f"the difference {value} at byte {start}, in gate {gate}",
                f"{least} to {most}: arguments in descending order, below their gate",
            )
        return value

    def symbols(self, header: _Header) -> dict[str, list[str | None]]:
        """The names of inputs and outputs, up to the comment."""
        names: dict[str, list[str | None]] = {
            "i": [None] * header.inputs,
            "o": [None] * header.outputs,
        }
        used: dict[str, set[str]] = {"i": set(), "o": set()}
        expected = "a symbol such as 'i0 name', or a comment from a line 'c' on"
        end = len(self.content.rstrip())
        while self.at < end and not self.content.startswith(b"c", self.at):
            text = self.take_line(expected)
            found = re.fullmatch(r"([ilobjf])(0|[1-9][0-9]{0,17}) (.+)", text)
            if found is None:
                raise self.fail(MalformedSyntax, f"the line {_short(text)}", expected)
            kind, position, symbol = found.group(1), int(found.group(2)), found.group(3)
            if position >= len(names.get(kind, ())):
                raise UndefinedSignal(
                    f"a name for {kind}{position}, which is not in the file",
                    signal=f"{kind}{position}",
                    source=self.source,
                    line=self.line,
                )
            name = input_of(symbol).name if kind == "i" else symbol
            if names[kind][position] is not None:
                raise self.duplicate(f"a second name for {kind}{position}", f"{kind}{position}")
            if name in used[kind]:
                raise self.duplicate(f"the name {name!r} again", name)
            names[kind][position] = symbol
            used[kind].add(name)
        return names


def _connect(body: _Body, header: _Header, source: str) -> _Connected:
    """Gates in topological order and outputs, as literals of the circuit."""
    first_and = len(body.inputs)
    gates: list[Gate] = []
    read = [literal for gate in body.ands for literal in gate.args]
    if any(literal < 2 for literal in (*read, *(literal for literal, _ in body.outputs))):
        gates.append(Gate(Op.CONST0))
        first_and += 1
    node = {literal // 2: number for number, literal in enumerate(body.inputs)}
    node[0] = len(body.inputs)
    written = {gate.left // 2: j for j, gate in enumerate(body.ands)}

    def check(literal: int, line: _Line) -> None:
        if literal // 2 not in node and literal // 2 not in written:
            raise UndefinedSignal(
                f"literal {literal} is read but never defined",
                signal=str(literal // 2 * 2),
                source=source,
                line=line,
            )

    if not header.binary:
        for literal, line in body.outputs:
            check(literal, line)
        for gate in body.ands:
            check(gate.args[0], gate.line)
            check(gate.args[1], gate.line)
    order = topological_order(
        [[written[a // 2] for a in gate.args if a // 2 in written] for gate in body.ands],
        name=lambda j: str(body.ands[j].left),
        line=lambda j: body.ands[j].line,
        source=source,
    )
    for position, j in enumerate(order):
        node[body.ands[j].left // 2] = first_and + position

    def literal_of(literal: int) -> Literal:
        return ~node[literal // 2] if literal % 2 else node[literal // 2]

    for j in order:
        gates.append(Gate(Op.AND, tuple(literal_of(a) for a in body.ands[j].args)))
    return tuple(gates), tuple(literal_of(literal) for literal, _ in body.outputs)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
