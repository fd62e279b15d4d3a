"""Circuits and schedules as JSON text.

A circuit, format "dlmcheck-circuit", version 1:

    {"format": "dlmcheck-circuit", "version": 1,
     "inputs": [
      {"name": "a", "kind": "data"},
      {"name": "r", "kind": "random"}],
     "gates": [
      ["XOR", 0, -2]],
     "outputs": [
      {"name": "y", "literal": 2}]}

A literal v >= 0 is node v (inputs first, then gates); -v-1 is its negation. The operations are
0, 1, ID, NOT, AND, OR and XOR. By hand one may write names, "!" for a negation, and gates as
objects in any order (see `gatelist`). Written text has one input, gate and output a line, so that
an error leads to it; equal objects give equal bytes.

A schedule, format "dlmcheck-schedule", version 1, has the fields of `Schedule`: "length",
"rounds", "edits", "clock_bits", "unmask_sees_candidates", "end", "stop", "encoding" (the codes of
"0", "1" and "M", high bit first), "data" and "output" (objects with "name" and "cell"), "given"
(cells), "labels" (strings, one per cell or none), and the circuits "predictor", "unmask" and
"remask" (or null). A circuit of a schedule is an object with "random" (the number of random
inputs), "gates" and "outputs" (literals); its other inputs are those of `schedule.interface`, by
which they can also be named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.errors import (
    DuplicateSignal,
    IllegalCode,
    MalformedSyntax,
    UndefinedSignal,
    UnsupportedFeature,
)
from dlmcheck.spec.gatelist import read_gates
from dlmcheck.spec.jsontext import Document, Json, Path, show
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.textlines import (
    cell_lines,
    gate_text,
    lines,
    part_text,
    quoted,
    string_lines,
)
from dlmcheck.spec.tokens import Code, Encoding

CIRCUIT_FORMAT = "dlmcheck-circuit"
SCHEDULE_FORMAT = "dlmcheck-schedule"
VERSION = 1

MAX_RANDOM = 1_000_000
"""Bound on the random inputs of a schedule's circuit, which a short text could inflate."""
MAX_CLOCK_BITS = 64


# --- circuits ------------------------------------------------------------------------------


def circuit_to_json(circuit: Circuit) -> str:
    """A circuit as text. `circuit_from_json` gives back an equal circuit.

    >>> print(circuit_to_json(Circuit((Input("r", InputKind.RANDOM),), (), (~0,), ("y",))), end="")
    {"format": "dlmcheck-circuit", "version": 1,
     "inputs": [
      {"name": "r", "kind": "random"}],
     "gates": [],
     "outputs": [
      {"name": "y", "literal": -1}]}
    """
    inputs = (
        f'{{"name": {name}, "kind": "{one.kind.value}"}}'
        for name, one in zip(quoted([i.name for i in circuit.inputs]), circuit.inputs, strict=True)
    )
    outputs = (
        f'{{"name": {name}, "literal": {literal}}}'
        for name, literal in zip(quoted(circuit.output_names), circuit.outputs, strict=True)
    )
    return (
        f'{{"format": "{CIRCUIT_FORMAT}", "version": {VERSION},\n'
        f' "inputs": {lines(inputs)},\n'
        f' "gates": {lines(map(gate_text, circuit.gates))},\n'
        f' "outputs": {lines(outputs)}}}\n'
    )


def circuit_from_json(text: str, source: str = "circuit") -> Circuit:
    """The circuit of a text.

    Raises `MalformedSyntax`, `UnsupportedFeature`, `BadCircuit`, `UndefinedSignal`,
    `DuplicateSignal` or `CyclicCircuit`, with the source and the line.
    """
    document = Document.parse(text, source)
    top = _top(document, CIRCUIT_FORMAT, ("inputs", "gates", "outputs"))
    names, kinds = _read_named(document, top, "inputs", "kind")
    _distinct(document, names, "inputs", "an input")
    inputs = tuple(
        Input(name, document.choice(kind, ("inputs", j, "kind"), InputKind))
        for j, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    gates = read_gates(document, top["gates"], ("gates",), inputs)
    output_names, literals = _read_named(document, top, "outputs", "literal")
    _distinct(document, output_names, "outputs", "an output")
    outputs = gates.literals(literals, ("outputs",), "literal")
    return Circuit(inputs, gates.gates, outputs, tuple(output_names))


# --- schedules -----------------------------------------------------------------------------


def schedule_to_json(schedule: Schedule) -> str:
    """A schedule as text.

    `schedule_from_json` gives back an equal schedule, if the circuits' inputs and outputs have the
    names that `interface` and `Circuit` give: those are not written, their place says what they
    are.
    """
    encoding = schedule.encoding
    codes = {"0": encoding.zero, "1": encoding.one, "M": encoding.mask}
    fields: dict[str, str] = {
        "format": json.dumps(SCHEDULE_FORMAT),
        "version": str(VERSION),
        "length": str(schedule.length),
        "rounds": str(schedule.rounds),
        "edits": json.dumps(schedule.edits.value),
        "clock_bits": str(schedule.clock_bits),
        "unmask_sees_candidates": json.dumps(schedule.unmask_sees_candidates),
        "end": json.dumps(schedule.end.value),
        "stop": json.dumps(schedule.stop.value),
        "encoding": json.dumps(
            {token: "".join(str(int(bit)) for bit in code) for token, code in codes.items()}
        ),
        "data": cell_lines(schedule.data_names, schedule.data_cells),
        "given": json.dumps(list(schedule.given_cells)),
        "output": cell_lines(schedule.output_names, schedule.output),
        "labels": string_lines(schedule.labels),
        "predictor": part_text(schedule.predictor, 2),
        "unmask": part_text(schedule.unmask, 1),
        "remask": "null" if schedule.remask is None else part_text(schedule.remask, 1),
    }
    # Joined once: the parts of a large schedule are long.
    pieces = [piece for key, value in fields.items() for piece in (",\n ", f'"{key}": ', value)]
    return "".join(["{", *pieces[1:], "}\n"])


def schedule_from_json(text: str, source: str = "schedule") -> Schedule:
    """The schedule of a text.

    Raises what `circuit_from_json` raises, `IllegalCode` for the code 11, plain `BadInput` where
    the parts do not fit each other, all with the source and the line; and `SharedRandomBits` if
    two positions of the predictor read one random bit.
    """
    document = Document.parse(text, source)
    top = _top(document, SCHEDULE_FORMAT, _SCHEDULE_KEYS)
    length = document.integer(top["length"], ("length",))
    rounds = document.integer(top["rounds"], ("rounds",))
    stop = document.choice(top["stop"], ("stop",), Stop)
    clock_bits = _read_clock(document, top["clock_bits"], rounds, stop)
    sees = document.boolean(top["unmask_sees_candidates"], ("unmask_sees_candidates",))
    edits = document.choice(top["edits"], ("edits",), Edits)
    if (top["remask"] is not None) != (edits is Edits.REMASK):
        raise document.bad(
            f"edits {edits.value} with remask {show(top['remask'])}",
            ("remask",),
            "a remasking circuit exactly with the edits remask",
        )

    predictor = _read_part(
        document,
        top["predictor"],
        "predictor",
        2 * length,
        lambda: interface(length, clock_bits=clock_bits),
    )
    state = predictor.inputs[: 2 * length + clock_bits]

    def policy(key: str, *, candidates: bool = False) -> Circuit:
        def fixed() -> Sequence[Input]:
            if candidates:
                return interface(length, clock_bits=clock_bits, candidates=True)
            return state

        return _read_part(document, top[key], key, length, fixed)

    data_names, data_cells = _read_cells(document, top, "data", length)
    output_names, output = _read_cells(document, top, "output", length)
    given: list[int] = []
    shown = set(data_cells)
    for j, value in enumerate(document.array(top["given"], ("given",))):
        given.append(_cell(document, value, ("given", j), length, shown))
        shown.add(given[-1])
    labels = _read_strings(document, document.array(top["labels"], ("labels",)), ("labels",))
    if labels and len(labels) != length:
        raise document.bad(
            f"{len(labels)} labels for {length} cells", ("labels",), "one per cell, or none"
        )
    return Schedule(
        length=length,
        rounds=rounds,
        predictor=predictor,
        unmask=policy("unmask", candidates=sees),
        output=tuple(output),
        output_names=tuple(output_names),
        remask=None if top["remask"] is None else policy("remask"),
        edits=edits,
        clock_bits=clock_bits,
        unmask_sees_candidates=sees,
        data_cells=tuple(data_cells),
        data_names=tuple(data_names),
        given_cells=tuple(given),
        end=document.choice(top["end"], ("end",), End),
        stop=stop,
        encoding=_read_encoding(document, top["encoding"]),
        labels=labels,
    )


_SCHEDULE_KEYS = (
    *("length", "rounds", "edits", "clock_bits", "unmask_sees_candidates", "end", "stop"),
    *("encoding", "data", "given", "output", "labels", "predictor", "unmask", "remask"),
)


# --- reading -------------------------------------------------------------------------------


def _top(document: Document, name: str, keys: Sequence[str]) -> dict[str, Json]:
    """The outermost object, of a known format and version."""
    value = document.value
    if not isinstance(value, dict) or value.get("format") != name:
        found = value.get("format") if isinstance(value, dict) else value
        raise document.bad(
            f"the format is {show(found)}", ("format",), f'"{name}"', kind=MalformedSyntax
        )
    version = document.integer(value.get("version"), ("version",))
    if version != VERSION:
        raise document.bad(
            f"version {version} of {name}",
            ("version",),
            f"version {VERSION}",
            kind=UnsupportedFeature,
        )
    return document.fields(value, (), ("format", "version", *keys))


def _read_named(
    document: Document, top: Mapping[str, Json], key: str, other: str
) -> tuple[list[str], list[Json]]:
    """The names in an array of objects with two fields each, and what the other field holds."""
    names: list[str] = []
    others: list[Json] = []
    keys = {"name", other}
    for j, value in enumerate(document.array(top[key], (key,))):
        fields = (
            value
            if isinstance(value, dict) and value.keys() == keys
            else document.fields(value, (key, j), ("name", other))
        )
        name = fields["name"]
        names.append(name if isinstance(name, str) else document.string(name, (key, j, "name")))
        others.append(fields[other])
    return names, others


def _distinct(document: Document, names: Sequence[str], key: str, what: str) -> None:
    seen: set[str] = set()
    for j, name in enumerate(names):
        if name in seen:
            raise DuplicateSignal(
                f"{what} called {show(name)} again",
                signal=name,
                source=document.source,
                line=document.line((key, j, "name")),
            )
        seen.add(name)


def _read_clock(document: Document, value: Json, rounds: int, stop: Stop) -> int:
    path: Path = ("clock_bits",)
    bits = document.integer(value, path)
    if bits > MAX_CLOCK_BITS:
        expected = f"at most {MAX_CLOCK_BITS}"
        raise document.bad(f"{bits} clock bits", path, expected, kind=UnsupportedFeature)
    if bits and rounds >> bits:
        raise document.bad(
            f"{bits} clock bits for {rounds} rounds", path, f"{rounds.bit_length()}, or 0"
        )
    if bits and stop is Stop.ABSORBING:
        raise document.bad(f"{bits} clock bits with the stop {stop.value}", path, "0")
    return bits


def _cell(document: Document, value: Json, path: Path, length: int, taken: set[int]) -> int:
    cell = document.integer(value, path)
    if cell >= length:
        raise UndefinedSignal(
            f"cell {cell} where there are {length} cells",
            signal=f"cell {cell}",
            source=document.source,
            line=document.line(path),
        )
    if cell in taken:
        raise DuplicateSignal(
            f"cell {cell} again",
            signal=f"cell {cell}",
            source=document.source,
            line=document.line(path),
        )
    return cell


def _read_cells(
    document: Document, top: Mapping[str, Json], key: str, length: int
) -> tuple[list[str], list[int]]:
    names, written = _read_named(document, top, key, "cell")
    cells: list[int] = []
    taken: set[int] = set()
    for j, cell in enumerate(written):
        cells.append(_cell(document, cell, (key, j, "cell"), length, taken))
        taken.add(cells[-1])
    return names, cells


def _read_strings(document: Document, values: Sequence[Json], path: Path) -> tuple[str, ...]:
    """The strings of an array that stands at a path."""
    found = [value for value in values if isinstance(value, str)]
    if len(found) < len(values):
        j = next(j for j, value in enumerate(values) if not isinstance(value, str))
        raise document.malformed(values[j], (*path, j), "a string")
    return tuple(found)


def _read_part(
    document: Document, value: Json, key: str, outputs: int, fixed: Callable[[], Sequence[Input]]
) -> Circuit:
    """A circuit of a schedule; `fixed` makes the inputs that are not random."""
    fields = document.fields(value, (key,), ("random", "gates", "outputs"))
    random = document.integer(fields["random"], (key, "random"))
    if random > MAX_RANDOM:
        raise document.bad(
            f"{random} random bits",
            (key, "random"),
            f"at most {MAX_RANDOM}",
            kind=UnsupportedFeature,
        )
    written = document.array(fields["outputs"], (key, "outputs"))
    # Checked before the inputs are made: a text of one line must not ask for endless memory.
    if len(written) != outputs:
        raise document.bad(
            f"the {key} circuit has {len(written)} outputs", (key, "outputs"), f"{outputs}"
        )
    inputs = (*fixed(), *interface(0, random=random))
    gates = read_gates(document, fields["gates"], (key, "gates"), inputs)
    return Circuit(inputs, gates.gates, gates.literals(written, (key, "outputs")))


def _read_encoding(document: Document, value: Json) -> Encoding:
    fields = document.fields(value, ("encoding",), ("0", "1", "M"))
    codes: list[Code] = []
    for token in ("0", "1", "M"):
        path: Path = ("encoding", token)
        code = document.string(fields[token], path)
        if len(code) != 2 or set(code) - {"0", "1"}:
            raise document.malformed(code, path, "two binary digits")
        bits = (code[0] == "1", code[1] == "1")
        if bits == (True, True):
            raise IllegalCode(bits, source=document.source, line=document.line(path))
        if bits in codes:
            raise document.bad(f"two tokens share the code {code}", path, "three codes")
        codes.append(bits)
    return Encoding(*codes)
