"""C-GEN for every circuit: depths and reads on schedules, two rounds on runs, planted errors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.blocks import (
    compile_two_round_revision,
    compile_write_once_blocks,
)
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.law import is_product
from dlmcheck.spec.resources import depth, measure, reads
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import Step, check_proof
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import generation
from dlmcheck.verify.proofs.terms import Term
from tests.verify.proofs.rounds import Atoms, countermodels, drawn, failing, rows, token

COIN = "coin"


def test_the_proofs_hold() -> None:
    for found in generation.arguments():
        checked = check_proof(found.proof, smt.answer(found.queries))
        assert checked.verdict is Verdict.PROVED
        assert 5 <= len(found.proof.skeleton) <= 10


def test_the_numbers_of_steps_are_pinned() -> None:
    found = [(len(a.proof.every_step), len(a.queries)) for a in generation.arguments()]
    assert found == [(17, 10), (25, 5), (21, 2)]


# --- depth and reads on schedules ----------------------------------------------------------


def test_every_kind_of_gate_is_measured() -> None:
    assert {op for op, _ in generation.SHAPES} == {None, *Op}


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_the_clauses_on_random_circuits(seed: int) -> None:
    circuit = seeded_circuit(seed)
    compiled = compile_write_once(circuit)
    p, f = measure(compiled.schedule.predictor), measure(compiled.schedule.unmask)
    assert compiled.schedule.rounds <= depth(compiled.circuit) + 1
    assert p.depth <= generation.PREDICTOR_DEPTH
    assert f.depth <= generation.UNMASK_DEPTH
    # A coin is read like an argument.
    most = max(1, measure(compiled.circuit).fan_in)
    assert p.locality <= most + 2
    assert f.locality <= most + 1


@pytest.mark.parametrize(("op", "args"), generation.SHAPES)
def test_an_emitted_cell_is_as_deep_as_in_a_schedule(op: Op | None, args: int) -> None:
    """The circuit that is measured is the one that the compiler emits for such a gate."""
    inputs = tuple(Input(f"x{k}", InputKind.DATA) for k in range(args))
    if op is None:
        inputs = (Input("r", InputKind.RANDOM),)
    edges = [k if k == 0 else ~k for k in range(args)]
    gate = Gate(Op.ID, (0,)) if op is None else Gate(op, tuple(edges))
    circuit = Circuit(inputs, (gate,), (len(inputs),), ("o",))
    compiled = compile_write_once(circuit)
    # The first cell that is not shown is that of the random input, or of the gate.
    cell = compiled.cell_of[0 if op is None else len(inputs)]
    assert cell is not None
    found = compiled.schedule.predictor
    emitted = generation.emitted_predictor(op, args)
    pair = [2 * cell, 2 * cell + 1]
    assert [len(reads(found)[v]) for v in pair] == [len(one) for one in reads(emitted)]


# --- two rounds ----------------------------------------------------------------------------

NEGATED = Circuit((Input("r", InputKind.RANDOM),), (Gate(Op.NOT, (0,)),), (1,), ("o",))
"""One random bit r and the output NOT r, on one cell."""


def of_two_rounds(atoms: Atoms) -> int:
    """What is drawn for the only cell: its coin if it is masked, else NOT of what it shows."""
    schedule = compile_two_round_revision(NEGATED)
    code = drawn(schedule, (token(atoms, "i"),), 0, [atoms[COIN]])
    return PAPER_ENCODING.token_of(code)


def computed(atoms: Atoms) -> int:
    """The output as the schedule computes it from the state: a masked cell is read as 0."""
    return int(token(atoms, "i") != 1)


@pytest.mark.parametrize(
    ("make", "masked"), [(generation.first_round, True), (generation.second_round, False)]
)
def test_a_round_of_revision(make: object, masked: bool) -> None:
    step = make()  # type: ignore[operator]  # one of the two functions above
    assert isinstance(step, Step)
    met = 0
    for row in rows(step):
        if int(row.atoms["computed"]) != computed(row.atoms):
            continue
        wanted = int(row.atoms[COIN]) if masked else computed(row.atoms)
        assert (of_two_rounds(row.atoms) == wanted) == row.conclusion
        met += row.premises
    assert met
    for _, atoms in countermodels(step):
        assert (token(atoms, "i") == MASK) != masked


def test_a_cell_of_the_prompt_stays() -> None:
    circuit = Circuit((Input("x", InputKind.DATA),), (Gate(Op.ID, (0,)),), (1,), ("o",))
    schedule = compile_two_round_revision(circuit)
    for row in rows(generation.prompt_stays()):
        code = drawn(schedule, (token(row.atoms, "i"), MASK), 0)
        shown = PAPER_ENCODING.code_of(int(row.atoms["its token"]))
        assert (code == shown) == row.conclusion
    assert countermodels(generation.prompt_stays())


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_places_and_rounds_on_random_circuits(seed: int) -> None:
    circuit = seeded_circuit(seed)
    prompt, random, outputs = (
        len(circuit.data_inputs),
        len(circuit.random_inputs),
        len(circuit.outputs),
    )
    schedule: Schedule = compile_two_round_revision(circuit)
    assert schedule.length == prompt + max(random, outputs)
    assert schedule.output == tuple(range(schedule.length - outputs, schedule.length))
    layers = max(1, depth(circuit) + 1)
    found = compile_write_once_blocks(circuit, layers, random_bits=RandomBits.SAMPLED)
    assert found.schedule.rounds <= 2


# --- planted errors ------------------------------------------------------------------------


def test_canary_a_round_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(b: Builder, masked: Literal, coin: Literal, value: Literal) -> list[Literal]:
        return [b.constant(False), b.mux(masked, value, coin)]

    monkeypatch.setattr(generation, "two_round_bits", swapped)
    assert failing(generation.two_rounds_revision()) == {
        "round 1: a masked cell gets its coin",
        "round 2: a visible cell gets its output",
    }


def test_canary_a_gate_more_in_front_of_each_value(monkeypatch: pytest.MonkeyPatch) -> None:
    right = rules.keeping_bits

    def deeper(b: Builder, masked: Literal, value: Literal, bit: Literal | bool) -> list[Literal]:
        return right(b, masked, value, bit if isinstance(bit, bool) else b.and_(bit, bit))

    monkeypatch.setattr(rules, "keeping_bits", deeper)
    assert failing(generation.gate_local()) == {"p is three gates deep"}


def test_canary_f_looks_at_its_own_token_too(monkeypatch: pytest.MonkeyPatch) -> None:
    right = generation.emitted_unmask

    def looking(args: int) -> Circuit:
        found = right(args)
        inputs = (*found.inputs, Input("own token", InputKind.DATA))
        shifted = Builder(inputs)
        names = range(1, args + 1)
        flag = rules.is_due(shifted, 0, [*names, args + 1])
        return shifted.build([flag])

    monkeypatch.setattr(generation, "emitted_unmask", looking)
    assert failing(generation.gate_local()) == {"F reads no more"}


def test_canary_random_bits_that_are_not_shifted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random bits written in the round of the gates: they are not visible in time."""

    def same_round(of: Term, block: Term) -> str:
        del block
        return of.equals(generation.SHIFT)

    monkeypatch.setattr(generation, "_round", same_round)
    assert "what is visible from the start or written in round 1 is visible in round 2" in failing(
        generation.two_rounds_write_once()
    )


def test_the_depth_of_a_circuit_with_open_arguments() -> None:
    """The term is the depth, for each depth of the arguments."""
    for op, args in generation.SHAPES:
        circuit = generation.emitted_predictor(op, args)
        found: Sequence[int] = [depth_at(circuit, level) for level in (0, 1, 2)]
        assert found[0] == depth(circuit)
        for level, bound in product((0, 1, 2), range(1, 7)):
            term = generation.deepest_output(circuit, 2)
            claim = smt.Query(
                "depth",
                "QF_LIA",
                ("(declare-const argument Int)",),
                (("the arguments", f"(= argument {level})"),),
                term.at_most(bound),
            )
            assert smt.decide(smt.script(claim)) == (found[level] > bound)


def depth_at(circuit: Circuit, level: int) -> int:
    """The depth with the arguments at a level, by hand."""
    layers = [0, 0, *[level] * (len(circuit.inputs) - 2)]
    for gate in circuit.gates:
        layers.append(1 + max((layers[a if a >= 0 else ~a] for a in gate.args), default=0))
    return max(layers[o if o >= 0 else ~o] for o in circuit.outputs)


def test_outputs_that_are_no_nodes_of_their_own_are_not_sampled_in_d_plus_1_rounds() -> None:
    twice = Circuit((Input("x", InputKind.RANDOM),), (), (0, 0), ("first", "second"))
    assert depth(twice) == 0
    assert not is_product(circuit_law(twice))
    compiled = compile_write_once(twice, random_outputs=True)
    assert (compiled.mapped.depth_after, compiled.schedule.rounds) == (1, 2)
