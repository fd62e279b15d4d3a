# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""Two libraries as a second opinion on what we write: aigverse on AIGER, cirbo on .bench.

They share no code with our readers and writers. The last tests pin why they are not our readers:
if one of these fails, the library has improved and the choice can be made anew. Not pinned are
the worst reasons, which would take this process down: on truncated and damaged files, and on
ascii gates that do not stand in order, aigverse 0.1.7 reads memory that it never wrote.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import aigverse.io
import pytest
from aigverse.networks import NamedAig
from cirbo.core.circuit import Circuit as CirboCircuit
from hypothesis import given

from dlmcheck.model.formats.aiger import read_aiger
from dlmcheck.model.formats.aiger_writer import aiger_ascii, aiger_binary
from dlmcheck.model.formats.bench import bench_text, read_bench
from dlmcheck.model.formats.signals import symbol_of
from dlmcheck.spec.circuit import Circuit, Op
from dlmcheck.spec.errors import CyclicCircuit, DuplicateSignal, UndefinedSignal
from tests.model.formats.circuits import PLAIN_NAMES, circuits, table


def names_of(network: NamedAig) -> tuple[list[str], list[str]]:
    inputs = [network.make_signal(network.pi_at(j)) for j in range(network.num_pis)]
    return (
        [network.get_name(signal) for signal in inputs],
        [network.get_output_name(j) for j in range(network.num_pos)],
    )


def table_of(network: NamedAig) -> list[tuple[bool, ...]]:
    """The outputs for every assignment, in the order of `circuits.table`."""
    rows: list[tuple[bool, ...]] = []
    for values in product((False, True), repeat=network.num_pis):
        value = {0: False, **dict(zip(network.pis(), values, strict=True))}
        for gate in network.gates():
            value[gate] = all(value[f.index] != f.complement for f in network.fanins(gate))
        rows.append(tuple(value[f.index] != f.complement for f in network.pos()))
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("second")


@given(circuit=circuits(names=(*PLAIN_NAMES, "random:x", "data:y"), output_names=("y0", "y1", "z")))
def test_aigverse_reads_what_we_write_as_we_mean_it(folder: Path, circuit: Circuit) -> None:
    binary, text = folder / "x.aig", folder / "x.aag"
    binary.write_bytes(aiger_binary(circuit))
    text.write_bytes(aiger_ascii(circuit))
    for network in (
        aigverse.io.read_aiger_into_aig(binary),
        aigverse.io.read_ascii_aiger_into_aig(text),
    ):
        assert names_of(network) == (
            [symbol_of(i) for i in circuit.inputs],
            [*circuit.output_names],
        )
        assert table_of(network) == table(circuit)


@given(circuit=circuits(names=PLAIN_NAMES, output_names=("y0", "y1", "z")))
def test_we_read_what_aigverse_writes(folder: Path, circuit: Circuit) -> None:
    path = folder / "y.aig"
    path.write_bytes(aiger_binary(circuit))
    network = aigverse.io.read_aiger_into_aig(path)
    aigverse.io.write_aiger(network, path)
    assert table(read_aiger(path.read_bytes())) == table_of(network)


@given(
    circuits(
        # It knows no gnd, and takes what begins with INPUT for an input.
        ops=[op for op in Op if op is not Op.CONST0],
        names=[name for name in (*PLAIN_NAMES, "random:x") if not name.startswith("INPUT")],
        output_names=("y0", "y1", "z"),
    )
)
def test_cirbo_reads_what_we_write_as_we_mean_it(circuit: Circuit) -> None:
    found = CirboCircuit.from_bench_string(bench_text(circuit))
    assert found.inputs == [symbol_of(i) for i in circuit.inputs]
    assert found.outputs == list(circuit.output_names)
    every = product((False, True), repeat=len(circuit.inputs))
    assert [tuple(found.evaluate(list(values))) for values in every] == table(circuit)


# --- why they are not our readers ------------------------------------------------------------


def test_aigverse_merges_equal_gates(folder: Path) -> None:
    content = b"aag 5 2 0 1 3\n2\n4\n10\n6 2 4\n8 4 2\n10 8 6\n"
    path = folder / "twice.aag"
    path.write_bytes(content)
    assert len(read_aiger(content).gates) == 3
    assert aigverse.io.read_ascii_aiger_into_aig(path).num_gates == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("INPUT(a)\nOUTPUT(y)\ny = NOT(a)\ny = BUFF(a)\n", DuplicateSignal),
        ("INPUT(a)\nOUTPUT(y)\ny = AND(a, z)\nz = NOT(y)\n", CyclicCircuit),
        ("INPUT(a)\nOUTPUT(y)\n", UndefinedSignal),
    ],
)
def test_cirbo_accepts_what_is_no_circuit(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_bench(text)
    assert CirboCircuit.from_bench_string(text).outputs == ["y"]
