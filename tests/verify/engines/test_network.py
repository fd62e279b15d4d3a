"""The network computes what circuits compute, whatever it folds and shares."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, evaluate
from dlmcheck.verify.engines.exact_laws import exact_law
from dlmcheck.verify.engines.network import FALSE, TRUE, Lit, Network, embedded
from dlmcheck.verify.engines.seeds import minimise, simulate_for
from dlmcheck.verify.engines.solver import Answer, Z3Solver

WIDTH = 32


def five_input_circuit(seed: int, gates: int = 25) -> Circuit:
    return random_circuit(seed, data=2, coins=3, gates=gates, outputs=4)


def embed(circuit: Circuit) -> tuple[Network, list[Lit], list[Lit]]:
    network = Network()
    inputs = [network.variable(("x", 0, j)) for j in range(len(circuit.inputs))]
    nodes = network.embed(circuit, inputs)
    return network, inputs, [embedded(nodes, output) for output in circuit.outputs]


def agrees(circuit: Circuit) -> bool:
    """Whether the embedded circuit has the circuit's truth table, all rows at once."""
    network, inputs, outputs = embed(circuit)
    rows = list(product((False, True), repeat=len(inputs)))
    words = {
        ("x", 0, j): sum(int(row[j]) << k for k, row in enumerate(rows)) for j in range(len(inputs))
    }
    found = network.evaluate(outputs, words, len(rows))
    wanted = [evaluate(circuit, row) for row in rows]
    return all([bool(word >> k & 1) for word in found] == list(row) for k, row in enumerate(wanted))


@given(st.integers(0, 2**32), st.integers(0, 40))
def test_embedding_keeps_the_truth_table(seed: int, gates: int) -> None:
    assert agrees(five_input_circuit(seed, gates))


@pytest.mark.parametrize("patch", ["_simpler_and", "_simpler_xor"])
def test_a_wrong_simplification_is_noticed(patch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Canary: a rule that takes one argument for the whole must show in a truth table."""

    def wrong(network: Network, a: Lit, b: Lit) -> Lit | None:
        return a if a % 3 == 0 else None

    monkeypatch.setattr(Network, patch, wrong)
    assert not all(agrees(five_input_circuit(seed)) for seed in range(20))


def test_every_two_level_pattern_is_right() -> None:
    """All conjunctions and exclusive ors of two gates over three variables, with all signs."""
    checked = 0
    signs = list(product((0, 1), repeat=2))
    for first, second, outer in product(("and_", "xor"), repeat=3):
        for choice in product(range(3), repeat=4):
            for (s0, s1), (s2, s3), (s4, s5) in product(signs, repeat=3):
                network = Network()
                x = [network.variable(("x", 0, j)) for j in range(3)]
                words = [0b10101010, 0b11001100, 0b11110000]
                value = dict(zip([("x", 0, j) for j in range(3)], words, strict=True))
                args = [x[v] ^ s for v, s in zip(choice, (s0, s1, s2, s3), strict=True)]
                bits = [words[v] ^ 255 * s for v, s in zip(choice, (s0, s1, s2, s3), strict=True)]
                one = getattr(network, first)(args[0], args[1]) ^ s4
                two = getattr(network, second)(args[2], args[3]) ^ s5
                a = (bits[0] & bits[1] if first == "and_" else bits[0] ^ bits[1]) ^ 255 * s4
                b = (bits[2] & bits[3] if second == "and_" else bits[2] ^ bits[3]) ^ 255 * s5
                whole = getattr(network, outer)(one, two)
                wanted = a & b if outer == "and_" else a ^ b
                assert network.evaluate([whole], value, 8) == [wanted]
                checked += 1
    assert checked == 8 * 81 * 64


def test_wide_gates_do_not_depend_on_the_order_of_arguments() -> None:
    network = Network()
    literals = [network.variable(("x", 0, j)) ^ (j & 1) for j in range(9)]
    shuffled = random.Random(1).sample(literals, len(literals))
    assert network.and_all(literals) == network.and_all(shuffled)
    assert network.xor_all(literals) == network.xor_all(shuffled)
    assert network.or_all([*literals, literals[3] ^ 1]) == TRUE
    assert network.and_all([]) == TRUE
    assert network.xor_all([literals[0], literals[0]]) == FALSE


def test_xor_written_with_three_ands_becomes_an_xor() -> None:
    network = Network()
    a, b = network.variable(("a", 0, 0)), network.variable(("b", 0, 0))
    by_ands = network.or_(network.and_(a, b ^ 1), network.and_(a ^ 1, b))
    assert by_ands == network.xor(a, b)


@given(st.integers(0, 2**32))
def test_solver_and_simulation_agree_with_enumeration(seed: int) -> None:
    network, _, outputs = embed(five_input_circuit(seed, 12))
    solver = Z3Solver(network)
    for output in outputs:
        possible = exact_law(network, [output]).get((1,), 0) > 0
        reply = solver.satisfy([output])
        assert reply.answer is (Answer.SAT if possible else Answer.UNSAT)
        if possible:
            assert network.evaluate([output], dict.fromkeys(reply.ones, 1)) == [1]
        # Five variables: the tries contain every seed with overwhelming, here certain, luck.
        assert (simulate_for(network, [output]) is not None) == possible


@given(st.integers(0, 2**32))
def test_minimised_seeds_still_work_and_no_single_one_can_go(seed: int) -> None:
    network, _, outputs = embed(five_input_circuit(seed, 20))
    found = simulate_for(network, outputs)
    if found is None:
        return
    small = minimise(network, outputs, found)
    assert small <= found
    assert any(network.evaluate(outputs, dict.fromkeys(small, 1)))
    for one in small:
        assert not any(network.evaluate(outputs, dict.fromkeys(small - {one}, 1)))


def test_a_spent_solver_answers_unknown() -> None:
    network = Network()
    a = network.variable(("a", 0, 0))
    assert Z3Solver(network, timeout=0).satisfy([a]).answer is Answer.UNKNOWN


def test_exact_laws_beyond_one_block() -> None:
    """Sixteen coins do not fit into one block of 2^14 seeds."""
    network = Network()
    coins = [network.variable(("x", 0, j)) for j in range(16)]
    law = exact_law(network, [network.and_all(coins), network.xor_all(coins)])
    assert sum(law.values()) == 1
    assert law[(1, 0)] * 2**16 == 1
    assert law[(0, 1)] * 2 == 1
    assert (1, 1) not in law
