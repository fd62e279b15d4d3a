"""Inlining with folded constants, and circuits without XOR."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.families.parity import parity_tree
from dlmcheck.model.reductions.folding import (
    Constant,
    Folder,
    Wire,
    negated,
    without_dead_gates,
    without_xor,
)
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import fan_in, measure

NAMES = [Input(name, InputKind.DATA) for name in ("a", "b", "c")]


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, 6))):
        op = draw(st.sampled_from(list(Op)))
        known = st.integers(-3 - len(gates), 2 + len(gates))
        least, most = (
            (0, 0) if op in (Op.CONST0, Op.CONST1) else (1, 1 if op in (Op.ID, Op.NOT) else 4)
        )
        gates.append(Gate(op, tuple(draw(st.lists(known, min_size=least, max_size=most)))))
    last = st.integers(-3 - len(gates), 2 + len(gates))
    return Circuit(tuple(NAMES), tuple(gates), tuple(draw(st.lists(last, min_size=1, max_size=3))))


def value_of(wire: Wire, bits: tuple[bool, ...]) -> bool:
    if isinstance(wire, Constant):
        return wire.value
    return bits[wire] if wire >= 0 else not bits[~wire]


@given(circuits(), st.lists(st.sampled_from([0, 1, 2, ~0, *Constant]), min_size=3, max_size=3))
def test_inlining_is_substitution(circuit: Circuit, wires: list[Wire]) -> None:
    folder = Folder(NAMES)
    folded = folder.finish(folder.inline(circuit, wires))
    for bits in product((False, True), repeat=3):
        inputs = [
            wire.value
            if isinstance(wire, Constant)
            else bits[wire]
            if wire >= 0
            else not bits[~wire]
            for wire in wires
        ]
        assert evaluate(folded, bits) == evaluate(circuit, inputs)


@given(circuits())
def test_spelling_out_xor_keeps_the_function(circuit: Circuit) -> None:
    plain = without_xor(circuit)
    assert not measure(plain).uses_xor
    for bits in product((False, True), repeat=3):
        assert evaluate(plain, bits) == evaluate(circuit, bits)


@given(circuits())
def test_dropping_dead_gates_keeps_the_function(circuit: Circuit) -> None:
    alive = without_dead_gates(circuit)
    assert alive.node_count <= circuit.node_count
    for bits in product((False, True), repeat=3):
        assert evaluate(alive, bits) == evaluate(circuit, bits)


def test_constants_and_complements_never_become_gates() -> None:
    f = Folder(NAMES)
    assert f.all_of([]) is Constant.ONE
    assert f.any_of([]) is Constant.ZERO
    assert f.parity_of([0, 1, ~0]) == ~1
    assert f.all_of([0, Constant.ZERO]) is Constant.ZERO
    assert f.any_of([0, ~0]) is Constant.ONE
    assert negated(Constant.ONE) is Constant.ZERO
    assert f.finish([f.all_of([0, 0])]).gates == ()


def test_an_xor_of_k_arguments_becomes_an_or_of_ands() -> None:
    xor = Circuit(tuple(NAMES), (Gate(Op.XOR, (0, 1, 2)),), (3,))
    plain = without_xor(xor)
    assert (measure(plain).depth, fan_in(plain), plain.node_count) == (2, 4, 8)
    assert measure(without_xor(parity_tree(8, False))).depth == 6


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(BadCircuit, match="at most 2"):
        without_xor(Circuit(tuple(NAMES), (Gate(Op.XOR, (0, 1, 2)),), (3,)), widest=2)
    with pytest.raises(BadCircuit, match="2 wires for 3 inputs"):
        Folder(NAMES).inline(parity_tree(3, False), [0, 1])
