"""Written and read again, a circuit does the same, and is the same where the format allows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.formats import load_circuit, write_circuit
from dlmcheck.model.formats.aiger import read_aiger
from dlmcheck.model.formats.aiger_writer import aiger_ascii, aiger_binary, and_graph
from dlmcheck.model.formats.bench import bench_text, read_bench
from dlmcheck.model.formats.circuit_json import json_bytes, read_json
from dlmcheck.model.formats.signals import symbol_of
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadInput, UnsupportedFeature
from dlmcheck.spec.resources import depth
from tests.model.formats.circuits import (
    PLAIN_NAMES,
    PREFIXED_NAMES,
    SPACED_NAMES,
    assert_same_behaviour,
    circuits,
    table,
)

LINE_NAMES = (*PLAIN_NAMES, *PREFIXED_NAMES, *SPACED_NAMES)
BENCH_NAMES = (*PLAIN_NAMES, *PREFIXED_NAMES)
HALF_ADDER = Circuit(
    (Input("a", InputKind.DATA), Input("r", InputKind.RANDOM)),
    (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (0, 1))),
    (2, ~3),
    ("sum", "no carry"),
)


# --- JSON keeps everything -----------------------------------------------------------------


@given(circuits(names=(*LINE_NAMES, "", "\n", "\0", "\ud800")))
def test_json_gives_back_an_equal_circuit(circuit: Circuit) -> None:
    assert read_json(json_bytes(circuit)) == circuit


# --- AIGER ---------------------------------------------------------------------------------


@given(circuits(names=LINE_NAMES, output_names=LINE_NAMES))
def test_aiger_keeps_names_kinds_and_functions(circuit: Circuit) -> None:
    for content in (aiger_ascii(circuit), aiger_binary(circuit)):
        assert_same_behaviour(read_aiger(content), circuit)


@given(circuits(names=LINE_NAMES, ops=(Op.AND,), max_arguments=2))
def test_ascii_aiger_gives_back_an_equal_circuit_of_two_input_ands(circuit: Circuit) -> None:
    assert read_aiger(aiger_ascii(circuit)) == circuit


def larger_argument_first(circuit: Circuit) -> Circuit:
    def literal_in_file(literal: int) -> int:
        return 2 * literal if literal >= 0 else 2 * ~literal + 1

    gates = tuple(
        Gate(gate.op, tuple(sorted(gate.args, key=literal_in_file, reverse=True)))
        for gate in circuit.gates
    )
    return Circuit(circuit.inputs, gates, circuit.outputs, circuit.output_names)


@given(circuits(names=LINE_NAMES, ops=(Op.AND,), max_arguments=2))
def test_binary_aiger_gives_it_back_with_the_larger_argument_first(circuit: Circuit) -> None:
    assert read_aiger(aiger_binary(circuit)) == larger_argument_first(circuit)


@given(circuits(names=LINE_NAMES))
def test_a_circuit_read_from_aiger_is_written_to_the_same_bytes(circuit: Circuit) -> None:
    for write in (aiger_ascii, aiger_binary):
        content = write(circuit)
        assert write(read_aiger(content)) == content


def test_constants_are_gates_and_inverted_edges_are_not() -> None:
    circuit = read_aiger(b"aag 3 2 0 4 1\n2\n4\n0\n1\n3\n6\n6 1 5\n")
    assert circuit.gates == (Gate(Op.CONST0), Gate(Op.AND, (~2, ~1)))
    assert circuit.outputs == (2, ~2, ~0, 3)


def test_nothing_is_merged_or_simplified() -> None:
    twice = b"aag 5 2 0 1 3\n2\n4\n10\n6 2 4\n8 4 2\n10 8 6\n"
    assert len(read_aiger(twice).gates) == 3


def test_ascii_gates_and_input_literals_may_stand_in_any_order() -> None:
    circuit = read_aiger(b"aag 9 2 0 1 3\n18\n4\n7\n6 8 5\n8 18 10\n10 4 18\n")
    assert circuit.gates == (
        Gate(Op.AND, (1, 0)),
        Gate(Op.AND, (0, 2)),
        Gate(Op.AND, (3, ~1)),
    )
    assert circuit.outputs == (~4,)


def test_inputs_and_outputs_without_symbols_get_reproducible_names() -> None:
    circuit = read_aiger(b"aag 3 3 0 2 0\n2\n4\n6\n2\n4\ni1 i0\no0 random:z\n")
    assert [i.name for i in circuit.inputs] == ["i0_", "i0", "i2"]
    assert circuit.output_names == ("random:z", "o1")


def test_symbols_declare_random_inputs_and_comments_are_skipped() -> None:
    circuit = read_aiger(b"aig 3 3 0 1 0\n2\ni0 random:a b\ni1 data:random:c\ni2 d\nc\n\xff\0i9\n")
    assert circuit.inputs == (
        Input("a b", InputKind.RANDOM),
        Input("random:c", InputKind.DATA),
        Input("d", InputKind.DATA),
    )


def test_aiger_with_dos_line_ends_reads_alike() -> None:
    content = aiger_ascii(HALF_ADDER)
    assert read_aiger(content.replace(b"\n", b"\r\n")) == read_aiger(content)


def test_wide_gates_become_balanced_trees() -> None:
    inputs = tuple(Input(f"x{i}", InputKind.DATA) for i in range(16))
    sizes = {Op.AND: (15, 4), Op.OR: (15, 4), Op.XOR: (45, 8)}
    for op, (ands, levels) in sizes.items():
        wide = Circuit(inputs, (Gate(op, tuple(range(16))),), (16,))
        assert len(and_graph(wide).ands) == ands
        assert depth(read_aiger(aiger_ascii(wide))) == levels


def test_gates_of_one_argument_and_constants_cost_no_and() -> None:
    gates = (
        Gate(Op.CONST1),
        Gate(Op.NOT, (0,)),
        Gate(Op.ID, (~2,)),
        Gate(Op.XOR, (3,)),
        Gate(Op.OR, (~4,)),
    )
    circuit = Circuit((Input("a", InputKind.DATA),), gates, (1, 2, 3, 4, 5))
    assert and_graph(circuit).ands == ()
    assert table(read_aiger(aiger_binary(circuit))) == table(circuit)


# --- .bench --------------------------------------------------------------------------------


def names_an_input(circuit: Circuit) -> bool:
    """Whether an output is called like an input: .bench has one name space for both."""
    return not {symbol_of(i) for i in circuit.inputs}.isdisjoint(circuit.output_names)


@given(circuits(names=BENCH_NAMES))
def test_bench_keeps_names_kinds_and_functions(circuit: Circuit) -> None:
    if not names_an_input(circuit):
        assert_same_behaviour(read_bench(bench_text(circuit)), circuit)


@given(circuits(output_names=("y0", "y1", "g7", "g5")))
def test_a_circuit_read_from_bench_is_given_back_equal(circuit: Circuit) -> None:
    once = read_bench(bench_text(circuit))
    assert read_bench(bench_text(once)) == once


@given(
    circuits(
        ops=(Op.AND, Op.OR, Op.XOR, Op.NOT, Op.ID, Op.CONST0, Op.CONST1),
        inverted=False,
        max_arguments=2,
        output_names=(),
    ),
    st.data(),
)
def test_bench_gives_back_an_equal_circuit_if_no_edge_is_inverted(
    circuit: Circuit, data: st.DataObject
) -> None:
    first = len(circuit.inputs)
    nodes = range(first, circuit.node_count)
    outputs = data.draw(st.lists(st.sampled_from(nodes), unique=True)) if nodes else []
    named = Circuit(circuit.inputs, circuit.gates, tuple(outputs), tuple(f"y{v}" for v in outputs))
    assert read_bench(bench_text(named)) == named


def test_every_operation_of_bench() -> None:
    text = """
        # a and b, once as everything
        INPUT(a)
        input( b )
        y0 = AND(a, b)
        y1 = nand(a,b)   # any case
        y2 = OR(a, b)
        y3 = NOR(a, b)
        y4 = XOR(a, b)
        y5 = XNOR(a, b)
        y6 = NXOR(a, b)
        y7 = NOT(a)
        y8 = BUF(a)
        y9 = Buff(b)
        y10 = vdd
        y11 = gnd
        y12 = ALWAYS_TRUE()
        y13 = ALWAYS_FALSE( )
    """ + "".join(f"OUTPUT(y{j})\n" for j in range(14))
    columns = list(zip(*table(read_bench(text)), strict=True))
    shown = ["".join(str(int(bit)) for bit in column) for column in columns]
    assert shown == [
        *("0001", "1110", "0111", "1000", "0110", "1001", "1001"),
        *("1100", "0011", "0101", "1111", "0000", "1111", "0000"),
    ]


def test_bench_gates_may_stand_in_any_order_and_keep_it_where_they_can() -> None:
    circuit = read_bench("OUTPUT(y)\ny = AND(z, u)\nu = OR(a, a)\nz = NAND(a, u)\nINPUT(a)\n")
    assert circuit.gates == (
        Gate(Op.OR, (0, 0)),
        Gate(Op.AND, (0, 1)),
        Gate(Op.AND, (~2, 1)),
    )


def test_a_gate_that_is_called_like_a_keyword_is_a_gate() -> None:
    circuit = read_bench("INPUT(a)\nOUTPUT(INPUT_x)\nINPUT_x = NOT(a)\nINPUT = NOT(a)\n")
    assert len(circuit.inputs) == 1
    assert len(circuit.gates) == 2


# --- the README of the formats ---------------------------------------------------------------


def test_the_examples_of_the_readme_are_read(source_root: Path) -> None:
    readme = (source_root / "model/dlmcheck/model/formats/README.md").read_text("utf-8")
    written, by_hand = (part.split("```")[0] for part in readme.split("```json\n")[1:])
    circuit = read_json(written.encode())
    assert circuit == Circuit(HALF_ADDER.inputs, circuit.gates, (2, ~3), ("sum", "no carry"))
    assert json_bytes(circuit).decode() == written
    head, _, _ = written.partition(' "gates"')
    assert read_json((head + by_hand).encode().rstrip() + b"}").gates == (
        Gate(Op.AND, (0, 1)),
        Gate(Op.OR, (2, ~1)),
    )


# --- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".aag", ".aig", ".bench", ".json", ".AIG"])
def test_files_of_every_format(tmp_path: Path, suffix: str) -> None:
    named = Circuit(HALF_ADDER.inputs, HALF_ADDER.gates, HALF_ADDER.outputs, ("sum", "nocarry"))
    path = tmp_path / f"half adder{suffix}"
    write_circuit(named, path)
    assert_same_behaviour(load_circuit(path), named)
    assert_same_behaviour(load_circuit(str(path)), named)


def test_the_header_not_the_suffix_tells_ascii_from_binary(tmp_path: Path) -> None:
    path = tmp_path / "x.aag"
    path.write_bytes(aiger_binary(HALF_ADDER))
    assert_same_behaviour(load_circuit(path), HALF_ADDER)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("", ".aig"),
        ("a\nb", ".aag"),
        ("a\rb", ".aig"),
        ("a b", ".bench"),
        ("a(0)", ".bench"),
        ("a,b", ".bench"),
        ("a=b", ".bench"),
        ("a#b", ".bench"),
    ],
)
def test_a_name_that_a_format_cannot_hold_is_refused_before_writing(
    tmp_path: Path, name: str, suffix: str
) -> None:
    path = tmp_path / f"x{suffix}"
    as_input = Circuit((Input(name, InputKind.RANDOM),), (), (0,), ("y",))
    as_output = Circuit((Input("a", InputKind.RANDOM),), (), (0,), (name,))
    for circuit in (as_input, as_output):
        with pytest.raises(UnsupportedFeature, match="cannot be written"):
            write_circuit(circuit, path)
    assert not path.exists()


def test_bench_refuses_an_output_with_the_name_of_another_input() -> None:
    inputs = (Input("a", InputKind.DATA), Input("b", InputKind.DATA))
    with pytest.raises(UnsupportedFeature, match="has the name of an input that it is not"):
        bench_text(Circuit(inputs, (), (0,), ("b",)))
    assert read_bench(bench_text(Circuit(inputs, (), (1,), ("b",)))).outputs == (1,)


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.blif"
    with pytest.raises(UnsupportedFeature, match=r"the suffix '\.blif' \(expected \.aag"):
        load_circuit(path)
    with pytest.raises(UnsupportedFeature, match=r"the suffix '\.blif' \(expected \.aag"):
        write_circuit(HALF_ADDER, path)


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file") as caught:
        load_circuit(tmp_path / "x.aig")
    assert caught.value.source == str(tmp_path / "x.aig")
    (tmp_path / "folder.aig").mkdir()
    with pytest.raises(BadInput, match="cannot be read"):
        load_circuit(tmp_path / "folder.aig")
