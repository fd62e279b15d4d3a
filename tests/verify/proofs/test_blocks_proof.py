"""The limit of C-OPT for every circuit: its own steps on concrete circuits."""

from __future__ import annotations

import pytest

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.blocks import Blocks, compile_write_once_blocks
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, apply_op
from dlmcheck.spec.tokens import PAPER_ENCODING
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import Step, check_proof
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import blocks, write_once
from dlmcheck.verify.proofs.blocks import INNER
from tests.verify.proofs.rounds import (
    Atoms,
    after,
    always,
    countermodels,
    drawn,
    failing,
    rows,
    token,
)

INNER_STEPS = {step.name: step for step in blocks.steps() if step.name.startswith("inside")}
M, J, K, N = range(4)
"""Random bits m, j, k in layer 0, and a copy n of m in layer 1, which is the inner wire."""


@pytest.mark.parametrize("c", [1, 2, 3])
def test_the_kernel_accepts_it(c: int) -> None:
    argument = blocks.argument(c)
    assert check_proof(argument.proof, smt.answer(argument.queries)).verdict is Verdict.PROVED
    assert 5 <= len(argument.proof.skeleton) <= 10


def _compiled(op: Op, args: tuple[Literal, ...]) -> Blocks:
    inputs = tuple(Input(name, InputKind.RANDOM) for name in "mjk")
    gates = (Gate(Op.ID, (M,)), Gate(op, args))
    # Both gates in one block; the random bits are outputs, so that all of them have cells.
    circuit = Circuit(inputs, gates, (M, J, K, 4))
    return compile_write_once_blocks(circuit, 2)


def _observe(op: Op, sources: tuple[str, ...], atoms: Atoms, *, run: bool) -> bool:
    node = {"j": J, "k": K, INNER: N}
    args = tuple(
        node[source] if place == 0 and len(sources) > 1 else ~node[source]
        for place, source in enumerate(sources)
    )
    compiled = _compiled(op, args)
    state = [0] * compiled.schedule.length
    gate = compiled.schedule.output[3]
    state[gate] = -1
    for source in sources:
        cell = compiled.cell_of[M if source == INNER else node[source]]
        state[cell] = int(atoms[INNER]) if source == INNER else token(atoms, source)
    values = [atoms[f"value of {source}'s node"] for source in sources]
    wanted = int(apply_op(op, [v != (a < 0) for v, a in zip(values, args, strict=True)]))
    if run:
        return always(after(compiled.schedule, tuple(state)), lambda s: s[gate] == wanted)
    return drawn(compiled.schedule, tuple(state), gate) == PAPER_ENCODING.code_of(wanted)


def _step(op: Op, sources: tuple[str, ...]) -> Step:
    return INNER_STEPS[blocks.inner_gate(op, *sources).name]


CASES: list[tuple[Op, tuple[str, ...]]] = [
    *((op, ()) for op in write_once.CONSTANTS),
    *(
        (op, (source,))
        for op in (*write_once.ONE_NODE, *write_once.MANY_NODES)
        for source in ("j", INNER)
    ),
    *((op, (source, "k")) for op in write_once.MANY_NODES for source in ("j", INNER)),
]


def test_every_step_inside_a_predictor_has_a_scene() -> None:
    assert {_step(op, sources).name for op, sources in CASES} == set(INNER_STEPS)


@pytest.mark.parametrize(("op", "sources"), CASES)
def test_the_step_says_what_the_schedule_does(op: Op, sources: tuple[str, ...]) -> None:
    step = _step(op, sources)
    for row in rows(step):
        assert _observe(op, sources, row.atoms, run=False) == row.conclusion
    for premise, atoms in countermodels(step):
        assert not _observe(op, sources, atoms, run=True), premise


def test_canary_inverted_edges_are_read_as_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(edge: Literal, bit: Literal) -> Literal:
        del edge
        return bit

    monkeypatch.setattr(rules, "along", plain)
    wrong = {name for name in INNER_STEPS if not name.endswith("nothing")}
    assert failing(blocks.argument(2)) == wrong
