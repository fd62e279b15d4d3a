"""The gates of a circuit as JSON: by node number, as programs write them, or by name.

    ["AND", 0, -2]                              reads node 0 and the negation of node 1
    ["AND", "a", "!b"]                          the same, if the inputs are called a and b
    {"name": "g", "op": "AND", "args": ["a", "!b"]}     the same, and others may read "g"

Node numbers count the inputs and then the gates, in the order in which they are written. Gates
that are read by name may be written in any order; a number always means an earlier node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import cast

from dlmcheck.spec.circuit import Gate, Input, Literal, Op, node_of
from dlmcheck.spec.errors import (
    BadCircuit,
    DuplicateSignal,
    MalformedSyntax,
    UndefinedSignal,
    UnsupportedFeature,
)
from dlmcheck.spec.jsontext import Document, Json, Path, show
from dlmcheck.spec.ordering import topological_order

OPS = {op.value: op for op in Op}


@dataclass(frozen=True)
class GateList:
    """Gates in topological order, and how to read literals that speak of them.

    `numbers[v]` is the node that was written as node v; `inputs` and `named` gates may be spoken
    of by name.
    """

    document: Document
    gates: tuple[Gate, ...]
    numbers: Sequence[int]
    inputs: Sequence[Input]
    named: Mapping[str, int]

    @cached_property
    def names(self) -> dict[str, int]:
        """The node, as written, of everything that has a name. Programs do not ask for it."""
        return {**_names(self.inputs), **self.named}

    def literal(self, value: Json, path: Path) -> Literal:
        """The literal that a JSON value stands for.

        Raises `UndefinedSignal` if there is no such node, `MalformedSyntax` if the value is
        neither a number nor a string.
        """
        names = self.names if isinstance(value, str) else {}
        written = _literal(self.document, value, path, len(self.numbers), names)
        return self.numbers[written] if written >= 0 else ~self.numbers[~written]

    def literals(self, values: Sequence[Json], path: Path, *under: str) -> tuple[Literal, ...]:
        """The literals of an array that stands at a path, or `under` its entries.

        Raises as `literal` does.
        """
        nodes = len(self.numbers)
        if set(map(type, values)) <= {int} and self.numbers == range(nodes):
            plain = cast(Sequence[int], values)
            if not values or -nodes <= min(plain) <= max(plain) < nodes:
                return tuple(plain)
        return tuple(self.literal(value, (*path, j, *under)) for j, value in enumerate(values))


def read_gates(document: Document, value: Json, path: Path, inputs: Sequence[Input]) -> GateList:
    """The gates of an array that stands at a path, over inputs whose names differ.

    Raises `MalformedSyntax`, `UnsupportedFeature` (an unknown operation), `BadCircuit` (a wrong
    number of arguments, or a number of a later node), `UndefinedSignal`, `DuplicateSignal` or
    `CyclicCircuit`, each with its line.
    """
    entries = document.array(value, path)
    first = len(inputs)
    gates = _numbered(entries, first)
    if gates is None:
        return _by_name(document, entries, path, inputs)
    return GateList(document, gates, range(first + len(gates)), inputs, {})


def _names(inputs: Sequence[Input]) -> dict[str, int]:
    return {one.name: node for node, one in enumerate(inputs)}


def _numbered(entries: Sequence[Json], first: int) -> tuple[Gate, ...] | None:
    """The gates, if all entries have the form that programs write; None if one has not.

    There may be millions: what can be asked of all of them at once is asked once.
    """
    arrays = [entry for entry in entries if isinstance(entry, list) and entry]
    ops = [array[0] for array in arrays if isinstance(array[0], str)]
    if len(ops) < len(entries):
        return None
    # Most gates have two arguments.
    args = [(a[1], a[2]) if len(a) == 3 else tuple(a[1:]) for a in arrays]
    for op, count in set(zip(ops, map(len, args), strict=True)):
        if op not in OPS or not _arity_fits(OPS[op], count):
            return None
    if not set(map(type, chain.from_iterable(args))) <= {int}:
        return None
    literals = cast(list[tuple[Literal, ...]], args)
    for node, found in enumerate(literals, start=first):
        if len(found) == 2:
            one, other = found
            if not (-node <= one < node and -node <= other < node):
                return None
        else:
            for arg in found:
                if not -node <= arg < node:
                    return None
    return tuple(map(Gate, [OPS[op] for op in ops], literals))


def _arity_fits(op: Op, count: int) -> bool:
    if op in (Op.CONST0, Op.CONST1):
        return count == 0
    if op in (Op.ID, Op.NOT):
        return count == 1
    return count >= 1


@dataclass(frozen=True)
class _Entry:
    """A gate as written: its name, its operation, its arguments and where they stand."""

    name: str | None
    op: Op
    args: list[Json]
    paths: list[Path]


def _entry(document: Document, value: Json, path: Path) -> _Entry:
    name: str | None = None
    if isinstance(value, list):
        if not value:
            raise document.malformed(value, path, "an operation and its arguments")
        op_path: Path = (*path, 0)
        written, args = value[0], value[1:]
        paths: list[Path] = [(*path, 1 + j) for j in range(len(args))]
    elif isinstance(value, dict):
        gate = document.fields(value, path, ("name", "op"), ("args",))
        op_path = (*path, "op")
        name = document.string(gate["name"], (*path, "name"))
        if not name or name.startswith("!"):
            raise document.malformed(name, (*path, "name"), "a name that does not begin with !")
        written = gate["op"]
        args = document.array(gate.get("args", []), (*path, "args"))
        paths = [(*path, "args", j) for j in range(len(args))]
    else:
        raise document.malformed(value, path, "a gate: an array or an object")
    op = OPS.get(document.string(written, op_path))
    if op is None:
        raise document.bad(
            f"unknown operation {show(written)}", op_path, ", ".join(OPS), kind=UnsupportedFeature
        )
    if not _arity_fits(op, len(args)):
        count = "none" if op in (Op.CONST0, Op.CONST1) else "one"
        raise document.bad(
            f"operation {op.value} with {len(args)} arguments",
            path,
            count if op in (Op.CONST0, Op.CONST1, Op.ID, Op.NOT) else "at least one",
            kind=BadCircuit,
        )
    return _Entry(name, op, args, paths)


def _literal(
    document: Document, value: Json, path: Path, nodes: int, names: dict[str, int]
) -> Literal:
    """The literal of a value, in the node numbers of the text."""
    if isinstance(value, int) and not isinstance(value, bool):
        if -nodes <= value < nodes:
            return value
        raise UndefinedSignal(
            f"literal {show(value)} where there are {nodes} nodes",
            signal=str(node_of(value)),
            source=document.source,
            line=document.line(path),
        )
    if isinstance(value, str):
        inverted = value.startswith("!")
        name = value[1:] if inverted else value
        if name in names:
            return ~names[name] if inverted else names[name]
        raise UndefinedSignal(
            f"nothing is called {show(name)}",
            signal=name,
            source=document.source,
            line=document.line(path),
        )
    raise document.bad(
        f"{show(value)} is no literal", path, "a node number or a name", kind=MalformedSyntax
    )


def _by_name(
    document: Document, values: list[Json], path: Path, inputs: Sequence[Input]
) -> GateList:
    """Any form of gates: resolve names, sort, and renumber."""
    first, names = len(inputs), _names(inputs)
    entries = [_entry(document, value, (*path, j)) for j, value in enumerate(values)]
    for j, entry in enumerate(entries):
        if entry.name is not None:
            if entry.name in names:
                raise DuplicateSignal(
                    f"the name {show(entry.name)} again",
                    signal=entry.name,
                    source=document.source,
                    line=document.line((*path, j, "name")),
                )
            names[entry.name] = first + j
    nodes = first + len(entries)
    written = [
        [
            _literal(document, arg, place, nodes, names)
            for arg, place in zip(entry.args, entry.paths, strict=True)
        ]
        for entry in entries
    ]
    order = topological_order(
        [[node_of(arg) - first for arg in args if node_of(arg) >= first] for args in written],
        name=lambda j: entries[j].name or f"node {first + j}",
        line=lambda j: document.line((*path, j)),
        source=document.source,
    )
    for j, entry in enumerate(entries):
        for arg, literal, place in zip(entry.args, written[j], entry.paths, strict=True):
            if isinstance(arg, int) and node_of(literal) > first + j:
                raise document.bad(
                    f"node {first + j} reads node {node_of(literal)}, which comes later",
                    place,
                    "an earlier node, or a name",
                    kind=BadCircuit,
                )
    numbers = list(range(nodes))
    for position, j in enumerate(order):
        numbers[first + j] = first + position

    def renumber(literal: Literal) -> Literal:
        return numbers[literal] if literal >= 0 else ~numbers[~literal]

    gates = tuple(Gate(entries[j].op, tuple(renumber(arg) for arg in written[j])) for j in order)
    return GateList(document, gates, numbers, inputs, names)
