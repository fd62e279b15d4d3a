"""Malformed files: the right error class, the right line, one readable line of message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.formats import load_circuit
from dlmcheck.model.formats.aiger import read_aiger
from dlmcheck.model.formats.aiger_writer import aiger_ascii, aiger_binary
from dlmcheck.model.formats.bench import bench_text, read_bench
from dlmcheck.model.formats.circuit_json import json_bytes, read_json
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import (
    BadCircuit,
    BadInput,
    CyclicCircuit,
    DuplicateSignal,
    MalformedSyntax,
    SequentialCircuit,
    UndefinedSignal,
    UnsupportedFeature,
)
from tests.model.formats.circuits import circuits


class Case(NamedTuple):
    """A file (as what replaces what in a good one), and what reading it must raise."""

    name: str
    old: bytes
    new: bytes
    error: type[BadInput]
    line: int | None
    message: str


# Each malformed file is the good one of its format with one thing changed, so that it is refused
# for that thing and for nothing else.
GOOD_AAG = b"aag 4 2 0 2 2\n2\n4\n6\n9\n6 2 4\n8 7 3\ni0 a\ni1 random:r\no0 x\nc\nany text\n"
GOOD_AIG = b"aig 4 2 0 2 2\n6\n9\n\x02\x02\x01\x04i0 a\ni1 random:r\no0 x\n"
GOOD_BENCH = b"# two gates\nINPUT(a)\nINPUT(b)\nOUTPUT(y)\nz = NAND(a, b)\ny = NOT(z)\n"
GOOD_JSON = b"""{"format": "dlmcheck-circuit", "version": 1,
 "inputs": [
  {"name": "a", "kind": "data"},
  {"name": "r", "kind": "random"}],
 "gates": [
  ["AND", 0, -2],
  ["NOT", 2],
  {"name": "g", "op": "OR", "args": ["a", "!r", 3]}],
 "outputs": [
  {"name": "x", "literal": 3},
  {"name": "y", "literal": "!g"}]}
"""

AAG = [
    Case("empty file", GOOD_AAG, b"", MalformedSyntax, 1, "the file ends here"),
    Case("another format", b"aag", b"blif", MalformedSyntax, 1, "expected a header"),
    Case("short header", b"0 2 2\n", b"0 2\n", MalformedSyntax, 1, "aag 4 2 0 2"),
    Case("letters in header", b"aag 4", b"aag x", MalformedSyntax, 1, "aag x 2 0 2 2"),
    Case("negative count", b"2 0 2 2", b"2 0 2 -2", MalformedSyntax, 1, "aag 4 2 0 2 -2"),
    Case("M too small", b"aag 4", b"aag 3", MalformedSyntax, 1, "M = 3 for 2 inputs and 2 gates"),
    Case("latches", b"4 2 0 2 2", b"5 2 1 2 2", SequentialCircuit, 1, "1 latches"),
    Case("bad states", b"0 2 2\n", b"0 2 2 1\n", UnsupportedFeature, 1, "properties"),
    Case(
        "odd input", b"\n2\n4\n", b"\n3\n4\n", MalformedSyntax, 2, "input 0 defines the literal 3"
    ),
    Case("constant input", b"\n2\n", b"\n0\n", MalformedSyntax, 2, "an even literal from 2 on"),
    Case("input twice", b"\n4\n6\n", b"\n2\n6\n", DuplicateSignal, 3, "literal 2 again"),
    Case("two words", b"\n6\n9\n", b"\n6 8\n9\n", MalformedSyntax, 4, "the literal of output 0"),
    Case("output past M", b"\n9\n", b"\n10\n", MalformedSyntax, 5, "at most 9"),
    Case(
        "undefined output",
        b"4 2 0 2 2\n2\n4\n6\n",
        b"5 2 0 2 2\n2\n4\n11\n",
        UndefinedSignal,
        4,
        "literal 11",
    ),
    Case(
        "undefined argument",
        b"4 2 0 2 2\n2\n4\n6\n9\n6 2 4",
        b"5 2 0 2 2\n2\n4\n6\n9\n6 2 10",
        UndefinedSignal,
        6,
        "literal 10",
    ),
    Case("argument past M", b"6 2 4", b"6 2 10", MalformedSyntax, 6, "at most 9, by the header"),
    Case("odd gate", b"6 2 4", b"7 2 4", MalformedSyntax, 6, "gate 0 defines the literal 7"),
    Case("gate twice", b"8 7 3", b"6 7 3", DuplicateSignal, 7, "gate 1 defines the literal 6"),
    Case("gate over input", b"8 7 3", b"2 7 3", DuplicateSignal, 7, "literal 2 again"),
    Case("cycle", b"6 2 4", b"6 2 9", CyclicCircuit, 6, "a cycle of 2 gates: 6 reads 8 reads 6"),
    Case("self loop", b"6 2 4", b"6 7 4", CyclicCircuit, 6, "a cycle of 1 gate: 6 reads 6"),
    Case("truncated", GOOD_AAG[27:], b"", MalformedSyntax, 7, "three literals of gate 1"),
    Case("too many gates", b"8 7 3\n", b"8 7 3\n8 2 2\n", MalformedSyntax, 8, "'8 2 2'"),
    Case("tab", b"6 2 4", b"6\t2 4", MalformedSyntax, 6, "the three literals of gate 0"),
    Case("symbol without name", b"i0 a", b"i0", MalformedSyntax, 8, "a symbol such as"),
    Case("symbol of no input", b"i1", b"i2", UndefinedSignal, 9, "i2, which is not in the file"),
    Case("symbol of a latch", b"i1", b"l0", UndefinedSignal, 9, "l0"),
    Case("second symbol", b"i1", b"i0", DuplicateSignal, 9, "a second name for i0"),
    Case("same name", b"random:r", b"random:a", DuplicateSignal, 9, "the name 'a' again"),
    Case("name not UTF-8", b"random:r", b"\xff", MalformedSyntax, 9, "byte 0xff"),
]

AIG = [
    Case("latches", b"4 2 0 2 2", b"4 1 1 2 2", SequentialCircuit, None, "latches"),
    Case("M too large", b"aig 4", b"aig 9", MalformedSyntax, None, "expected M = I + L + A"),
    Case("endless inputs", b"aig 4 2", b"aig 9000002 9000000", UnsupportedFeature, None, "inputs"),
    Case("output past M", b"\n9\n", b"\n12\n", MalformedSyntax, None, "the literal 12"),
    Case("outputs cut off", GOOD_AIG[16:], b"", MalformedSyntax, None, "literal of output 1"),
    Case("gates cut off", GOOD_AIG[19:], b"", MalformedSyntax, None, "the file ends in gate 0"),
    Case("number cut off", GOOD_AIG[21:], b"\x81", MalformedSyntax, None, "ends in gate 1"),
    Case("reads itself", b"\x02\x02\x01", b"\x00\x02\x01", MalformedSyntax, None, "difference 0"),
    Case("reads below 0", b"\x02\x02\x01", b"\x07\x02\x01", MalformedSyntax, None, "difference 7"),
    Case("second below 0", b"\x02\x02\x01", b"\x02\x05\x01", MalformedSyntax, None, "at byte 19"),
    Case("endless number", b"\x02\x02\x01", b"\xff" * 99, MalformedSyntax, None, "endless number"),
    Case("rubbish after gates", b"i0 a", b"?0 a", MalformedSyntax, None, "a symbol such as"),
    Case("second symbol", b"i1 ", b"i0 ", DuplicateSignal, None, "a second name for i0"),
]

BENCH = [
    Case("no grammar", b"INPUT(a)", b"INPUT a", MalformedSyntax, 2, "'INPUT a'"),
    Case("unclosed", b"NOT(z)", b"NOT(z", MalformedSyntax, 6, "'y = NOT(z'"),
    Case("rest of line", b"NOT(z)", b"NOT(z) z", MalformedSyntax, 6, "a = OPERATION"),
    Case("no argument", b"(a, b)", b"(a,, b)", MalformedSyntax, 5, "the arguments (a,, b)"),
    Case("two words", b"(a, b)", b"(a b)", MalformedSyntax, 5, "names, with commas"),
    Case("no output name", b"OUTPUT(y)", b"OUTPUT()", MalformedSyntax, 4, "'OUTPUT()'"),
    Case("no UTF-8", b"two gates", b"two\n\xff", MalformedSyntax, 2, "byte 0xff"),
    Case("byte order mark", b"# two gates", b"\xef\xbb\xbf#", MalformedSyntax, 1, "order mark"),
    Case("flip-flop", b"NOT(z)", b"DFF(z)", SequentialCircuit, 6, "'y' is a DFF"),
    Case("latch", b"NOT(z)", b"Latch(z)", SequentialCircuit, 6, "'y' is a LATCH"),
    Case("unknown operation", b"NOT(z)", b"MUX(z, a, b)", UnsupportedFeature, 6, "operation MUX"),
    Case("look-up table", b"NAND(a", b"LUT 0x7 (a", UnsupportedFeature, 5, "operation LUT 0x7"),
    Case("two for NOT", b"NOT(z)", b"NOT(z, a)", BadCircuit, 6, "NOT with 2 arguments"),
    Case("none for AND", b"NAND(a, b)", b"AND()", BadCircuit, 5, "AND with 0 arguments"),
    Case("one for vdd", b"NOT(z)", b"vdd(z)", BadCircuit, 6, "VDD with 1 arguments"),
    Case("undefined argument", b"NOT(z)", b"NOT(w)", UndefinedSignal, 6, "signal 'w'"),
    Case("undefined output", b"OUTPUT(y)", b"OUTPUT(w)", UndefinedSignal, 4, "signal 'w'"),
    Case(
        "gate twice", b"y = NOT(z)\n", b"y = NOT(z)\nz = NOT(a)\n", DuplicateSignal, 7, "'z' again"
    ),
    Case("gate over input", b"z = NAND", b"a = NAND", DuplicateSignal, 5, "the signal 'a' again"),
    Case("input over gate", b"NOT(z)\n", b"NOT(z)\nINPUT(z)\n", DuplicateSignal, 7, "'z' again"),
    Case("input twice", b"INPUT(b)", b"INPUT(a)", DuplicateSignal, 3, "the signal 'a' again"),
    Case("same input, random", b"INPUT(b)", b"INPUT(random:a)", DuplicateSignal, 3, "random:a"),
    Case("output twice", b"(y)\n", b"(y)\nOUTPUT(y)\n", DuplicateSignal, 5, "the output 'y' again"),
    Case("cycle", b"(a, b)", b"(a, y)", CyclicCircuit, 5, "a cycle of 2 gates: z reads y reads z"),
    Case("self loop", b"NOT(z)", b"NOT(y)", CyclicCircuit, 6, "a cycle of 1 gate: y reads y"),
]

NO_GATES = (
    b'{"format": "dlmcheck-circuit", "version": 1, "inputs": [],\n"gates": {}, "outputs": []}'
)

JSON = [
    Case("empty file", GOOD_JSON, b"", MalformedSyntax, 1, "expected JSON text"),
    Case("missing comma", b'"data"},', b'"data"}', MalformedSyntax, 4, "delimiter"),
    Case("truncated", b'"!g"}]}\n', b"", MalformedSyntax, 11, "JSON text"),
    Case("two values", b"]}\n", b"]}\n{}", MalformedSyntax, 12, "Extra data"),
    Case("float", b'["NOT", 2]', b'["NOT", 2.0]', MalformedSyntax, 7, "the number 2.0"),
    Case("NaN", b'["NOT", 2]', b'["NOT", NaN]', MalformedSyntax, 7, "the number NaN"),
    Case("huge", b'"NOT", 2', b'"NOT", 2' + 2000 * b"0", MalformedSyntax, 7, "at most 1000 digits"),
    Case(
        "key twice", b'"kind": "data"', b'"name": "b"', MalformedSyntax, 3, 'the key "name" again'
    ),
    Case("too deep", GOOD_JSON, 100_000 * b"[", MalformedSyntax, 1, "nested too deeply"),
    Case("no UTF-8", b'"a", "kind"', b'"\xff", "kind"', MalformedSyntax, 3, "byte 0xff"),
    Case(
        "byte order mark", b'{"format"', b'\xef\xbb\xbf{"format"', MalformedSyntax, 1, "order mark"
    ),
    Case(
        "other format", b"-circuit", b"-schedule", MalformedSyntax, 1, 'expected "dlmcheck-circuit"'
    ),
    Case("an array", GOOD_JSON, b"[]", MalformedSyntax, 1, "the format is an array"),
    Case("newer version", b'n": 1', b'n": 2', UnsupportedFeature, 1, "version 2"),
    Case("version as text", b'n": 1', b'n": "1"', MalformedSyntax, 1, 'version is "1"'),
    Case(
        "missing key",
        GOOD_JSON,
        b'{"format": "dlmcheck-circuit", "version": 1}',
        MalformedSyntax,
        1,
        'no key "inputs"',
    ),
    Case("unknown key", b'"kind": "data"', b'"kind": "data", "x": 1', MalformedSyntax, 3, '"x"'),
    Case("misspelt key", b'"gates"', b'"gaten"', MalformedSyntax, 5, 'unknown key "gaten"'),
    Case("no kind", b', "kind": "data"', b"", MalformedSyntax, 3, 'no key "kind"'),
    Case("unknown kind", b'"random"', b'"coin"', MalformedSyntax, 4, "one of data, random"),
    Case(
        "name is no text", b'"name": "r"', b'"name": 1', MalformedSyntax, 4, "inputs[1].name is 1"
    ),
    Case("input twice", b'"name": "r"', b'"name": "a"', DuplicateSignal, 4, 'called "a" again'),
    Case("gates no array", GOOD_JSON, NO_GATES, MalformedSyntax, 2, "gates is an object"),
    Case("gate is a number", b'["NOT", 2]', b"7", MalformedSyntax, 7, "gates[1] is 7"),
    Case("empty gate", b'["NOT", 2]', b"[]", MalformedSyntax, 7, "operation and its arguments"),
    Case("unknown operation", b'"NOT"', b'"NAND"', UnsupportedFeature, 7, 'operation "NAND"'),
    Case("operation no text", b'"NOT"', b"7", MalformedSyntax, 7, "a string"),
    Case("two for NOT", b'"NOT", 2', b'"NOT", 2, 1', BadCircuit, 7, "NOT with 2 arguments"),
    Case("none for AND", b'"AND", 0, -2', b'"AND"', BadCircuit, 6, "AND with 0 arguments"),
    Case("one for constant", b'"NOT"', b'"1"', BadCircuit, 7, "operation 1 with 1 arguments"),
    Case(
        "no such node", b'"NOT", 2', b'"NOT", 5', UndefinedSignal, 7, "literal 5 where there are 5"
    ),
    Case("no such negation", b'"NOT", 2', b'"NOT", -6', UndefinedSignal, 7, "literal -6"),
    Case("no such name", b'"!r"', b'"!q"', UndefinedSignal, 8, 'nothing is called "q"'),
    Case("true is no node", b'"NOT", 2', b'"NOT", true', MalformedSyntax, 7, "true is no literal"),
    Case(
        "later node",
        b'"AND", 0, -2',
        b'"AND", 0, 4',
        CyclicCircuit,
        6,
        "a cycle of 3 gates: node 2 reads g reads node 3 reads node 2",
    ),
    Case(
        "later, no cycle",
        b'["NOT", 2]',
        b'["NOT", 4], ["NOT", 2]',
        BadCircuit,
        7,
        "node 3 reads node 4, which comes later",
    ),
    Case("self loop", b'"NOT", 2', b'"NOT", -4', CyclicCircuit, 7, "node 3 reads node 3"),
    Case("gate over input", b'"name": "g"', b'"name": "a"', DuplicateSignal, 8, 'name "a" again'),
    Case(
        "name with !", b'"name": "g"', b'"name": "!g"', MalformedSyntax, 8, "does not begin with !"
    ),
    Case("no such output", b'"literal": 3', b'"literal": 9', UndefinedSignal, 10, "literal 9"),
    Case("output is null", b'"literal": 3', b'"literal": null', MalformedSyntax, 10, "null"),
    Case("output twice", b'"name": "y"', b'"name": "x"', DuplicateSignal, 11, "an output called"),
]

FORMATS = {"aag": (GOOD_AAG, AAG), "aig": (GOOD_AIG, AIG), "bench": (GOOD_BENCH, BENCH),
           "json": (GOOD_JSON, JSON)}  # fmt: skip
ALL = [
    pytest.param(suffix, good, case, id=f"{suffix}: {case.name}")
    for suffix, (good, cases) in FORMATS.items()
    for case in cases
]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_file_that_the_others_vary_is_good(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(FORMATS[suffix][0])
    assert len(load_circuit(path).gates) >= 2


@pytest.mark.parametrize(("suffix", "good", "case"), ALL)
def test_a_malformed_file_is_refused_for_the_right_reason(
    tmp_path: Path, suffix: str, good: bytes, case: Case
) -> None:
    assert case.old in good
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(good.replace(case.old, case.new, 1))
    with pytest.raises(BadInput) as caught:
        load_circuit(path)
    error = caught.value
    assert type(error) is case.error, str(error)
    assert error.line == case.line, str(error)
    assert error.source == str(path)
    assert case.message in str(error)
    place = str(path) if case.line is None else f"{path}:{case.line}"
    assert str(error).startswith(f"{place}: ")
    assert error.expected
    assert "\n" not in str(error)
    assert len(str(error)) < len(str(path)) + 160


def test_the_payload_names_the_signals() -> None:
    with pytest.raises(CyclicCircuit) as cyclic:
        read_bench("OUTPUT(a)\nb = NOT(c)\na = NOT(b)\nc = AND(d, d)\nd = NOT(b)\n")
    assert cyclic.value.cycle == ("b", "c", "d")
    with pytest.raises(UndefinedSignal) as undefined:
        read_aiger(b"aag 3 1 0 1 1\n2\n6\n6 2 5\n")
    assert undefined.value.signal == "4"
    with pytest.raises(DuplicateSignal) as duplicate:
        read_json(GOOD_JSON.replace(b'"r"', b'"a"'))
    assert duplicate.value.signal == "a"


def test_a_long_cycle_is_told_in_one_short_line() -> None:
    gates = "".join(f"g{j} = NOT(g{(j + 1) % 5000})\n" for j in range(5000))
    with pytest.raises(
        CyclicCircuit, match=r"a cycle of 5000 gates: g0 reads g1 .* reads g5 reads \."
    ) as caught:
        read_bench(gates)
    assert len(caught.value.cycle) == 5000
    assert len(str(caught.value)) < 160


# --- whatever the bytes are, the answer is a circuit or BadInput ---------------------------


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The content with a few bytes replaced, removed, repeated or put in."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 4)))
        piece = draw(
            st.one_of(
                st.binary(max_size=3), st.sampled_from([b"\n", b" ", b"0", b"9", b"-", b"[", b'"'])
            )
        )
        content = content[:start] + piece + content[end:]
    return content


def complaint(read: Callable[[], Circuit]) -> str:
    """The message of the refusal, or nothing. Any other exception is the test's failure."""
    try:
        read()
    except BadInput as error:
        return str(error)
    return ""


@given(st.data())
def test_a_damaged_file_gives_a_circuit_or_bad_input(data: st.DataObject) -> None:
    circuit = data.draw(circuits(output_names=("y0", "y1", "y2")))
    ascii_file = data.draw(damaged(aiger_ascii(circuit)))
    binary_file = data.draw(damaged(aiger_binary(circuit)))
    json_file = data.draw(damaged(json_bytes(circuit)))
    bench_file = data.draw(damaged(bench_text(circuit).encode())).decode("utf-8", "replace")
    for read in (
        lambda: read_aiger(ascii_file),
        lambda: read_aiger(binary_file),
        lambda: read_json(json_file),
        lambda: read_bench(bench_file),
    ):
        assert "\n" not in complaint(read)


@given(st.binary(max_size=60))
@pytest.mark.parametrize("start", [b"", b"aag ", b"aag 1 1 0 0 0\n", b"aig 3 1 0 0 2\n"])
def test_rubbish_gives_a_circuit_or_bad_input(start: bytes, content: bytes) -> None:
    assert "\n" not in complaint(lambda: read_aiger(start + content))


def test_of_the_damaged_files_some_are_refused_and_some_are_not() -> None:
    """A canary for the two tests above: they must not stop at the first check of a reader."""
    kinds: Counter[str] = Counter()
    for good, read in ((GOOD_AAG, read_aiger), (GOOD_AIG, read_aiger), (GOOD_JSON, read_json)):
        for at in range(len(good)):
            for byte in (b"", b"0", b"1", b"9", b" "):
                changed = good[:at] + byte + good[at + 1 :]
                try:
                    read(changed)
                    kinds["read"] += 1
                except BadInput as error:
                    kinds[type(error).__name__] += 1
    assert set(kinds) == {
        *("read", "MalformedSyntax", "UndefinedSignal", "DuplicateSignal", "CyclicCircuit"),
        *("SequentialCircuit", "UnsupportedFeature"),
    }
