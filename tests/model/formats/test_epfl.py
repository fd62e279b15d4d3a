# pyright: reportUnknownMemberType=false
"""The EPFL combinational benchmarks: read in full, written, and doing what they are called.

The files are not part of this project. They are looked for in ../shared/data/epfl beside the
source tree; without them these tests are skipped, and the other modules here still cover the
readers and writers on circuits of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import aigverse.io
import pytest

from dlmcheck.model.formats import load_circuit, write_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Op, evaluate
from dlmcheck.spec.resources import depth

EPFL = Path(__file__).resolve().parents[4] / "shared" / "data" / "epfl"
pytestmark = pytest.mark.skipif(
    not EPFL.is_dir(), reason="the EPFL circuits are not there (../shared/data/epfl)"
)

# Inputs, ANDs, outputs (as the header has them), and whether an output is a constant.
SHAPES = {
    "adder": (256, 1020, 129, False),
    "bar": (135, 3336, 128, False),
    "ctrl": (7, 174, 26, True),
    "dec": (8, 304, 256, False),
    "int2float": (11, 260, 7, False),
    "router": (60, 257, 30, True),
    "square": (64, 18484, 128, True),
    "voter": (1001, 13758, 1, False),
}


def load(name: str) -> Circuit:
    return load_circuit(EPFL / f"{name}.aig")


@pytest.mark.parametrize("name", SHAPES)
def test_every_gate_of_the_file_is_read(name: str) -> None:
    circuit = load(name)
    inputs, ands, outputs, constant = SHAPES[name]
    assert len(circuit.inputs) == inputs
    assert len(circuit.outputs) == outputs
    assert circuit.gates[:1] == (Gate(Op.CONST0),) or not constant
    assert [gate.op for gate in circuit.gates].count(Op.AND) == ands
    assert len(circuit.gates) == ands + constant


def test_depths() -> None:
    measured = {name: depth(load(name)) for name in SHAPES}
    assert [measured[name] for name in sorted(SHAPES)] == [255, 12, 10, 3, 16, 54, 250, 70]


@pytest.mark.parametrize("name", SHAPES)
def test_names_and_gates_are_those_that_aigverse_reads(name: str) -> None:
    circuit = load(name)
    network = aigverse.io.read_aiger_into_aig(EPFL / f"{name}.aig")
    pins = [network.make_signal(network.pi_at(j)) for j in range(network.num_pis)]
    assert [i.name for i in circuit.inputs] == [network.get_name(pin) for pin in pins]
    assert [*circuit.output_names] == [network.get_output_name(j) for j in range(network.num_pos)]
    # In these files no gate is there twice, so that the two can be compared gate by gate. Its
    # node 0 is the constant, which we have only where something reads it.
    constant = int(circuit.gates[0].op is Op.CONST0)
    first = len(circuit.inputs)

    def literal(index: int, complement: bool) -> int:
        node = first if index == 0 else index - 1 + (constant if index > first else 0)
        return ~node if complement else node

    found = [{literal(f.index, f.complement) for f in network.fanins(g)} for g in network.gates()]
    assert [set(gate.args) for gate in circuit.gates[constant:]] == found
    assert [*circuit.outputs] == [literal(f.index, f.complement) for f in network.pos()]


@pytest.mark.parametrize("suffix", [".aag", ".aig", ".json"])
@pytest.mark.parametrize("name", SHAPES)
def test_it_is_given_back_equal(tmp_path: Path, name: str, suffix: str) -> None:
    circuit = load_circuit(EPFL / f"{name}.aig", ["all"])
    path = tmp_path / f"{name}{suffix}"
    write_circuit(circuit, path)
    assert load_circuit(path) == circuit


@pytest.mark.parametrize("name", ["adder", "ctrl", "dec", "int2float", "router"])
def test_it_does_the_same_after_a_way_through_bench(tmp_path: Path, name: str) -> None:
    circuit = load(name)
    path = tmp_path / f"{name}.bench"
    write_circuit(circuit, path)
    found = load_circuit(path)
    assert (found.inputs, found.output_names) == (circuit.inputs, circuit.output_names)
    coins = Random(1)
    for _ in range(16):
        values = [coins.random() < 0.5 for _ in circuit.inputs]
        assert evaluate(found, values) == evaluate(circuit, values)


# --- they do what they are called --------------------------------------------------------------


def run(circuit: Circuit, words: Mapping[str, int]) -> dict[str, int]:
    """Words in, words out; bit j of the word `a` is the signal `a[j]` (or `a`, if it has one)."""

    def bit(name: str) -> bool:
        stem, _, index = name.partition("[")
        return bool(words[stem] >> int(index.rstrip("]") or 0) & 1)

    outputs: dict[str, int] = {}
    values = evaluate(circuit, [bit(i.name) for i in circuit.inputs])
    for name, value in zip(circuit.output_names, values, strict=True):
        stem, _, index = name.partition("[")
        outputs[stem] = outputs.get(stem, 0) | value << int(index.rstrip("]") or 0)
    return outputs


def test_the_adder_adds() -> None:
    circuit, coins = load("adder"), Random(2)
    for _ in range(20):
        a, b = coins.getrandbits(128), coins.getrandbits(128)
        found = run(circuit, {"a": a, "b": b})
        assert found["f"] + (found["cOut"] << 128) == a + b


def test_the_square_is_a_square() -> None:
    circuit, coins = load("square"), Random(3)
    for a in (0, 1, 2**64 - 1, coins.getrandbits(64)):
        assert run(circuit, {"a": a}) == {"asquared": a * a}


def test_the_decoder_raises_one_line() -> None:
    circuit = load("dec")
    for count in (0, 1, 2, 100, 255):
        assert sum(evaluate(circuit, [bool(count >> j & 1) for j in range(8)])) == 1


def test_the_voter_takes_the_majority() -> None:
    circuit = load("voter")
    for ones in (0, 500, 501, 1001):
        values = [True] * ones + [False] * (1001 - ones)
        Random(4).shuffle(values)
        assert evaluate(circuit, values) == (ones > 500,)
