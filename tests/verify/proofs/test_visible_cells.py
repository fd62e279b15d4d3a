"""Visible cells and compiled rows: the proofs, their steps on rounds that run, and wrong rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.reductions.unrolled import either
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.induction import Proof, Step, check_step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs import visible_cells
from tests.verify.proofs.rounds import Atoms, accepted, countermodels, rows

STATEMENTS = (
    visible_cells.ROWS,
    visible_cells.CERTAIN,
    visible_cells.LEGAL_WRITE,
    visible_cells.LEGAL_RUN,
    visible_cells.STAYS_VISIBLE,
)


def proofs() -> dict[str, Proof]:
    return {proof.statement: proof for proof in visible_cells.proofs()}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_kernel_accepts_it(statement: str) -> None:
    accepted(proofs()[statement])


def test_what_the_specification_lets_pass() -> None:
    masked = {(MASK, 0), (MASK, 1)}
    kept = {(0, 0), (1, 1)}
    for edits in (Edits.WRITE_ONCE, Edits.REMASK):
        assert set(visible_cells.allowed(edits)) == masked | kept
    assert set(visible_cells.allowed(Edits.REVISE_TOKEN)) == masked | kept | {(0, 1), (1, 0)}
    assert len(visible_cells.allowed(Edits.REVISE_ANY)) == 9


# --- the steps, and writes ---------------------------------------------------------------------


def _tokens(atoms: Atoms) -> tuple[bool, int, int]:
    """Whether the cell is selected, its token before, and its candidate."""
    old = MASK if atoms[visible_cells.OLD_MASKED] else int(atoms[visible_cells.OLD_TOKEN])
    new = MASK if atoms[visible_cells.NEW_MASKED] else int(atoms[visible_cells.NEW_TOKEN])
    return atoms[visible_cells.SELECTED], old, new


def _writes() -> list[Step]:
    names = (visible_cells.LEGAL_WRITE, visible_cells.LEGAL_RUN, visible_cells.STAYS_VISIBLE)
    return [step for name in names for step in proofs()[name].every_step]


@pytest.mark.parametrize("step", _writes(), ids=lambda step: step.name)
def test_the_step_says_what_a_write_does(step: Step) -> None:
    for row in rows(step):
        chosen, old, new = _tokens(row.atoms)
        after = new if chosen else old
        stays = after != MASK if step.name == "a visible cell stays visible" else after == old
        assert row.conclusion == stays


@pytest.mark.parametrize("step", _writes(), ids=lambda step: step.name)
def test_countermodels_are_writes_that_lose_a_token(step: Step) -> None:
    for premise, atoms in countermodels(step):
        chosen, old, new = _tokens(atoms)
        assert (old == MASK) == (premise == "the cell is visible")
        assert old == MASK or (chosen and old != new)


# --- wrong rules -------------------------------------------------------------------------------


def _failing(statement: str) -> set[str]:
    found: set[str] = set()
    for step in proofs()[statement].every_step:
        try:
            check_step(step)
        except Rejected:
            found.add(step.name)
    return found


Keeping = Callable[[Builder, Literal, Literal, Literal | bool], list[Literal]]


def _forgets(builder: Builder, masked: Literal, value: Literal, drawn: Any) -> list[Literal]:
    low = drawn if not isinstance(drawn, bool) else builder.constant(drawn)
    return [builder.constant(False), low]


def _masks(builder: Builder, masked: Literal, value: Literal, drawn: Any) -> list[Literal]:
    return [masked, keeping(builder, masked, value, drawn)[1]]


keeping = rules.keeping_bits


@pytest.mark.parametrize(("planted", "rows_fail"), [(_forgets, False), (_masks, True)])
def test_canary_a_wrong_row(
    planted: Keeping, rows_fail: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "keeping_bits", planted)
    assert bool(_failing(visible_cells.ROWS)) is rows_fail
    assert bool(_failing(visible_cells.CERTAIN)) is not rows_fail


def test_canary_a_specification_that_lets_tokens_be_rewritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lets_all_pass(*_: object) -> None:
        return None

    monkeypatch.setattr(visible_cells, "check_write", lets_all_pass)
    assert _failing(visible_cells.LEGAL_RUN) == {
        f"a write that is not refused keeps a visible token ({edits.value})"
        for edits in (Edits.WRITE_ONCE, Edits.REMASK)
    }
    assert _failing(visible_cells.STAYS_VISIBLE) == {"a visible cell stays visible"}
    assert _failing(visible_cells.LEGAL_WRITE) == set()


def test_canary_a_write_that_ignores_f(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(gates: Any, flag: Any, new: Any, old: Any) -> Any:
        return new

    monkeypatch.setattr(visible_cells, "either", always)
    assert len(_failing(visible_cells.LEGAL_RUN)) == 2
    assert _failing(visible_cells.LEGAL_WRITE) == set()
    monkeypatch.setattr(visible_cells, "either", either)
    assert not _failing(visible_cells.LEGAL_RUN)
