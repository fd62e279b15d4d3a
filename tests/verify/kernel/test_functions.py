"""Functions that are stored once: codes mean what the gates mean, and tables do not lie."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, Op, apply_op, node_values
from dlmcheck.verify.kernel import functions
from dlmcheck.verify.kernel.functions import FALSE, TABLE_LIMIT, TRUE, Code, Functions
from dlmcheck.verify.kernel.results import Rejected

COUNT = 4


def some_circuit(seed: int) -> Circuit:
    return random_circuit(seed, data=0, coins=COUNT, gates=12, outputs=3)


def embedded(store: Functions, circuit: Circuit, *, cuts: bool) -> list[Code]:
    """The codes of all nodes; with `cuts` each is one."""
    codes = [store.leaf() for _ in circuit.inputs]
    for gate in circuit.gates:
        args = [codes[arg] if arg >= 0 else codes[~arg] ^ 1 for arg in gate.args]
        code = store.gate(gate.op, args)
        codes.append(store.cut(code) if cuts else code)
    return codes


def columns(circuit: Circuit) -> list[tuple[bool, ...]]:
    """The values of each node, by the reference, on all inputs."""
    rows = [node_values(circuit, bits) for bits in product((False, True), repeat=COUNT)]
    return list(zip(*rows, strict=True))


@pytest.mark.parametrize("cuts", [False, True])
def test_codes_are_equal_only_where_functions_are_and_tables_say_the_same(*, cuts: bool) -> None:
    """On random circuits, all pairs of nodes: equal codes, equal tables, and what is."""
    seen: Counter[tuple[bool, bool, bool]] = Counter()
    for seed in range(60):
        circuit = some_circuit(seed)
        store = Functions()
        codes = embedded(store, circuit, cuts=cuts)
        truth = columns(circuit)
        for left, right in product(range(circuit.node_count), repeat=2):
            same = truth[left] == truth[right]
            opposite = truth[left] == tuple(not bit for bit in truth[right])
            for sign, fact in ((0, same), (1, opposite)):
                code = codes[right] ^ sign
                by_table = store.equal(codes[left], code)
                seen[codes[left] == code, by_table, fact] += 1
    # By code implies by table; and with so few inputs a table decides.
    assert set(seen) == {(True, True, True), (False, True, True), (False, False, False)}
    assert min(seen.values()) > 50, seen


def test_canary_a_table_with_half_of_the_rows_says_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """x and y are told apart by one row of two that are needed."""
    store = Functions()
    a, b = store.leaf(), store.leaf()
    left, right = store.gate(Op.AND, [a, b]), store.gate(Op.OR, [a, b])
    assert not store.equal(left, right)

    def false(*_: object) -> int:
        return 0

    monkeypatch.setattr(functions, "variable_column", false)
    assert store.equal(left, right)


@pytest.mark.parametrize("op", [Op.AND, Op.OR, Op.XOR])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_gate_on_constants_and_signs_is_the_gate(op: Op, count: int) -> None:
    """All arguments among false, true, a leaf and its negation; against the table of the gate."""
    store = Functions()
    leaf = store.leaf()
    for args in product((FALSE, TRUE, leaf, leaf ^ 1), repeat=count):
        code = store.gate(op, args)
        for value in (False, True):
            bits = {FALSE: False, TRUE: True, leaf: value, leaf ^ 1: not value}
            assert bits[code] == apply_op(op, [bits[arg] for arg in args])


def test_a_cut_is_known_by_its_arguments_only_if_these_are_in_the_table() -> None:
    """A chain of ANDs, left to right against right to left, over too many inputs to open all."""
    store = Functions()
    leaves = [store.leaf() for _ in range(TABLE_LIMIT + 1)]
    left = leaves[0]
    for leaf in leaves[1:]:
        left = store.cut(store.gate(Op.AND, [left, leaf]))
    right = leaves[-1]
    for leaf in reversed(leaves[:-1]):
        right = store.cut(store.gate(Op.AND, [leaf, right]))
    assert not store.equal(left, right)


def test_a_table_of_too_many_variables_is_refused() -> None:
    store = Functions()
    leaves = [store.leaf() for _ in range(TABLE_LIMIT + 1)]
    wide = store.gate(Op.AND, leaves)
    split = store.gate(Op.AND, [store.gate(Op.AND, leaves[:2]), store.gate(Op.AND, leaves[2:])])
    with pytest.raises(Rejected, match="a local step reads 17 values: too many to table"):
        store.equal(wide, split)
