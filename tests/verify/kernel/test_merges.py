"""Merged nodes against enumeration; merges and proofs that do not hold are refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.rewriting import reexpressed
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, node_values
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.engines.sweeping import sweep
from dlmcheck.verify.kernel.merges import Merge, Merged, check_equal, joined
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import Formula
from tests.model.constructions.small_circuits import any_circuit

SEEDS = st.integers(0, 10_000)


def columns(circuit: Circuit) -> list[tuple[bool, ...]]:
    """The values of each node on all inputs, by the specification."""
    rows = product((False, True), repeat=len(circuit.inputs))
    return list(zip(*(node_values(circuit, row) for row in rows), strict=True))


def value(table: list[tuple[bool, ...]], literal: int) -> tuple[bool, ...]:
    return table[literal] if literal >= 0 else tuple(not bit for bit in table[~literal])


# --- soundness and completeness ------------------------------------------------------------


@given(SEEDS, st.integers(0, 6))
def test_what_a_window_shows_is_so_and_a_whole_one_shows_all(seed: int, opened: int) -> None:
    both = joined(any_circuit(seed, gates=5), any_circuit(seed + 1, gates=5))
    table = columns(both)
    merged = Merged(both)
    for _ in both.gates:
        node = merged.add()
        assert value(table, merged.of(node)) == table[node]
        for earlier in range(node):
            for literal in (earlier, ~earlier):
                equal = value(table, literal) == table[node]
                if merged.window(node, literal, opened).tables_agree():
                    assert equal
                assert merged.window(node, literal, len(table)).tables_agree() == equal


@given(SEEDS, st.integers(0, 6))
def test_the_clauses_of_a_window_have_a_model_exactly_where_its_tables_differ(
    seed: int, opened: int
) -> None:
    both = joined(any_circuit(seed, gates=4), any_circuit(seed + 1, gates=4))
    merged = Merged(both)
    last = [merged.add() for _ in both.gates][-1]
    for literal in (0, ~1, last - 1):
        window = merged.window(last, literal, opened)
        variables, clauses = window.clauses()
        refuted = isinstance(refute(Formula(variables, list(clauses))), str)
        assert refuted == window.tables_agree()


@given(SEEDS, SEEDS)
def test_merges_that_are_accepted_do_not_make_unequal_circuits_equal(seed: int, other: int) -> None:
    """All merges that hold, of two circuits that have nothing to do with each other."""
    left, right = (any_circuit(one, data=2, random=1, gates=5) for one in (seed, other))
    names = min(len(left.outputs), len(right.outputs))
    left, right = (
        replace(one, outputs=one.outputs[:names], output_names=()) for one in (left, right)
    )
    both = joined(left, right)
    table = columns(both)
    first = len(both.inputs)
    merges = [
        Merge(node, literal, len(table))
        for node in range(first, both.node_count)
        for earlier in range(node)
        for literal in (earlier, ~earlier)
        if value(table, literal) == table[node]
    ]
    equal = all(
        value(table, ours) == value(table, theirs)
        for ours, theirs in zip(both.outputs[:names], both.outputs[names:], strict=True)
    )
    if equal:
        assert check_equal(left, right, merges) == len(merges)
    else:
        with pytest.raises(Rejected, match=r"output o\d is not shown equal"):
            check_equal(left, right, merges)


MERGES = st.builds(Merge, st.integers(3, 9), st.integers(-9, 8), st.integers(0, 7))


@given(SEEDS, SEEDS, st.lists(MERGES, max_size=4), st.lists(MERGES, max_size=4))
def test_no_list_of_merges_makes_unequal_circuits_equal(
    seed: int, other: int, merges: list[Merge], last: list[Merge]
) -> None:
    left, right = (any_circuit(one, gates=3) for one in (seed, other))
    left, right = (replace(one, outputs=one.outputs[:1], output_names=()) for one in (left, right))
    both = joined(left, right)
    table = columns(both)
    try:
        check_equal(left, right, sorted(merges, key=lambda merge: merge.node), last)
    except Rejected:
        return
    assert value(table, both.outputs[0]) == value(table, both.outputs[1])


@given(SEEDS)
def test_a_circuit_written_in_another_way_is_merged(seed: int) -> None:
    circuit = any_circuit(seed, data=2, random=2, gates=12)
    other = reexpressed(reexpressed(circuit, seed), seed + 1)
    found = sweep(circuit, other)
    assert found.is_equal
    check_equal(circuit, other, found.merges, found.last)


# --- what is refused -----------------------------------------------------------------------


def distributed() -> tuple[Circuit, Circuit]:
    """a b or a c (nodes 4, 5, 6), and a (b or c) (nodes 7, 8); node 3 is the constant."""
    builder = Builder.with_names(random=["a", "b", "c"])
    split = builder.build([builder.or_(builder.and_(0, 1), builder.and_(0, 2))])
    builder = Builder.with_names(random=["a", "b", "c"])
    return split, builder.build([builder.and_(0, builder.or_(1, 2))])


GOOD = Merge(8, 6, 5)


def proof(left: Circuit, right: Circuit, merge: Merge) -> str:
    merged = Merged(joined(left, right))
    while merged.add() < merge.node:
        pass
    variables, clauses = merged.window(merge.node, merge.literal, merge.opened).clauses()
    found = refute(Formula(variables, list(clauses)))
    assert isinstance(found, str)
    return found


def test_a_merge_holds_by_a_table_or_by_a_proof_early_or_last() -> None:
    left, right = distributed()
    assert check_equal(left, right, [GOOD]) == 1
    assert check_equal(left, right, [], [GOOD]) == 1
    proved = replace(GOOD, proof=proof(left, right, GOOD))
    assert check_equal(left, right, [proved]) == 1


def written(*gates: Gate, output: int) -> Circuit:
    return Circuit(
        tuple(Input(name, InputKind.RANDOM) for name in "abc"), gates, (output,), ("o0",)
    )


def test_a_node_that_is_a_negation_is_merged_as_one() -> None:
    """Node 8, not a or not b, is not node 4 by itself; node 7, a xor b xor (a or b), is node 4."""
    left = written(
        Gate(Op.AND, (0, 1)), Gate(Op.XOR, (0, 1)), Gate(Op.OR, (0, 1)), Gate(Op.XOR, (4, 5)),
        output=~6,
    )  # fmt: skip
    right = written(Gate(Op.OR, (~0, ~1)), output=3)
    assert check_equal(left, right, [Merge(8, ~7, 5)]) == 1
    with pytest.raises(Rejected, match="node 8 is not shown to be node 7"):
        check_equal(left, right, [Merge(8, 7, 5)])


def test_what_was_merged_stands_for_what_gates_read_before() -> None:
    """Node 9 reads node 8, which is merged with node 4 after that; node 5 reads node 4."""
    left = written(Gate(Op.AND, (0, 1)), Gate(Op.AND, (3, 2)), output=4)
    right = written(
        Gate(Op.XOR, (0, 1)), Gate(Op.OR, (0, 1)), Gate(Op.XOR, (3, 4)), Gate(Op.AND, (5, 2)),
        output=6,
    )  # fmt: skip
    assert check_equal(left, right, [Merge(8, 4, 5)]) == 1  # node 9 is node 5 by itself then
    assert check_equal(left, right, [], [Merge(8, 4, 5), Merge(9, 5, 2)]) == 2
    with pytest.raises(Rejected, match="node 9 is not shown to be node 5"):
        check_equal(left, right, [], [Merge(9, 5, 2), Merge(8, 4, 5)])


@pytest.mark.parametrize(
    ("gate", "constant"),
    [
        (Gate(Op.AND, (0, 1, ~0)), Op.CONST0),
        (Gate(Op.OR, (0, 1, ~0)), Op.CONST1),
        (Gate(Op.XOR, (0, 0)), Op.CONST0),
        (Gate(Op.XOR, (0, 1, ~0, 1)), Op.CONST1),
    ],
)
def test_constants_are_seen_without_a_merge(gate: Gate, constant: Op) -> None:
    assert check_equal(written(Gate(constant), output=3), written(gate, output=3), []) == 0


@pytest.mark.parametrize(
    ("merges", "reason"),
    [
        ([], "output o0 is not shown equal"),
        ([Merge(8, ~6, 5)], "node 8 is not shown to be not node 6"),
        ([Merge(8, 5, 5)], "node 8 is not shown to be node 5"),
        ([Merge(8, 6, 3)], "node 8 is not shown to be node 6"),  # what it reads may be anything
        ([Merge(6, 8, 5)], "node 6 cannot be merged with node 8"),
        ([Merge(8, 8, 5)], "node 8 cannot be merged with node 8"),
        ([GOOD, Merge(7, 6, 5)], "the merge of node 7 is out of order"),
        ([Merge(2, 1, 5)], "the merge of node 2 is out of order"),
        ([Merge(9, 6, 5)], "the merge of node 9 is out of order"),
        ([replace(GOOD, proof="99 0 1 2 0\n")], "node 8: lemma 99: clause 1 has 2 literals left"),
    ],
)
def test_a_merge_that_does_not_hold_is_refused(merges: list[Merge], reason: str) -> None:
    left, right = distributed()
    with pytest.raises(Rejected) as caught:
        check_equal(left, right, merges)
    assert caught.value.reason.startswith(reason)


def test_a_proof_about_another_window_is_refused() -> None:
    """The clauses are made from the circuits, not read from the certificate."""
    left, right = distributed()
    found = proof(left, right, GOOD)
    wrong = replace(right, gates=(Gate(Op.AND, (1, 2)), right.gates[1]))
    with pytest.raises(Rejected, match=r"^node 8: lemma \d+"):
        check_equal(left, wrong, [replace(GOOD, proof=found)])
    with pytest.raises(Rejected, match=r"^node 8: "):  # fewer clauses, so other numbers
        check_equal(left, right, [replace(GOOD, opened=3, proof=found)])


def test_tables_have_a_limit() -> None:
    """A chain of 13 values and a balanced tree of them."""
    builder = Builder.with_names(random=[f"r{i}" for i in range(13)])
    chain = 0
    for node in range(1, 13):
        chain = builder.xor(chain, node)
    left = builder.build([chain])
    back = 12
    for node in reversed(range(12)):
        back = builder.xor(back, node)
    right = builder.build([back])  # with the chain, which is merged by itself
    last = joined(left, right).node_count - 1
    with pytest.raises(Rejected, match=f"node {last}: 13 values are too many to table"):
        check_equal(left, right, [Merge(last, left.outputs[0] + 1, 24)])
    found = sweep(left, right)
    assert found.proofs == 1
    check_equal(left, right, found.merges, found.last)


def test_inputs_and_outputs_have_to_be_the_same() -> None:
    left, right = distributed()
    renamed = replace(right, inputs=(Input("d", InputKind.RANDOM), *right.inputs[1:]))
    data = replace(right, inputs=(Input("a", InputKind.DATA), *right.inputs[1:]))
    for other in (renamed, data):
        with pytest.raises(Rejected, match="the circuits do not have the same inputs"):
            check_equal(left, other, [GOOD])
    with pytest.raises(Rejected, match="the circuits do not have the same outputs"):
        check_equal(left, replace(right, output_names=("q",)), [GOOD])
    with pytest.raises(Rejected, match="the first gate is not the constant 0"):
        Merged(left)
