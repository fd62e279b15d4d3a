"""The converse of C-OPT for every D: its steps on runs, its queries, and what makes them fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.reductions import unrolled
from dlmcheck.model.reductions.folding import Wire
from dlmcheck.model.reductions.unrolled import Gates, unroll
from dlmcheck.spec.circuit import Circuit, evaluate
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, Code, Encoding
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import Step, check_proof, check_step
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import optimality
from dlmcheck.verify.proofs.optimality import Parts
from tests.verify.proofs.rounds import Atoms, after, after_g, countermodels, failing, rows


@pytest.mark.parametrize("parts", Parts)
def test_the_kernel_accepts_it(parts: Parts) -> None:
    argument = optimality.argument(parts)
    assert check_proof(argument.proof, smt.answer(argument.queries)).verdict is Verdict.PROVED
    assert 5 <= len(argument.proof.skeleton) <= 10


def test_there_are_six_encodings() -> None:
    found = optimality.every_encoding()
    assert len(set(found)) == 6
    assert PAPER_ENCODING in found


# --- steps on runs ------------------------------------------------------------------------------


def _constant(bits: Sequence[bool]) -> Circuit:
    builder = Builder(interface(1))
    return builder.build([builder.constant(bit) for bit in bits])


def _one_cell(
    new: int, *, selected: bool, marked: bool | None = None, encoding: Encoding = PAPER_ENCODING
) -> Schedule:
    """One cell, to which a round writes a token if it is selected, and M if it is marked."""
    edits = Edits.REVISE_ANY if marked is None else Edits.REMASK
    return Schedule(
        length=1,
        rounds=1,
        predictor=_constant(encoding.code_of(new)),
        unmask=_constant([selected]),
        remask=None if marked is None else _constant([marked]),
        output=(0,),
        output_names=("o",),
        edits=edits,
        encoding=encoding,
    )


CODES = {PAPER_ENCODING.code_of(token): token for token in (0, 1, MASK)}


def _cell(atoms: Atoms, high: str, low: str) -> int | None:
    """The token of two wires; None for the code that no token has."""
    return CODES.get((atoms[high], atoms[low]))


def _write(wanted: str) -> Callable[[Atoms], bool | None]:
    def holds(atoms: Atoms) -> bool | None:
        new = _cell(atoms, optimality.NEW_HIGH, optimality.NEW_LOW)
        old = _cell(atoms, optimality.OLD_HIGH, optimality.OLD_LOW)
        if new is None or old is None:
            return None
        schedule = _one_cell(new, selected=atoms[optimality.SELECTED])
        (found,) = after(schedule, (old,))
        return found == ((new if wanted == "new" else old),)

    return holds


def _remask(marked: bool) -> Callable[[Atoms], bool | None]:
    def holds(atoms: Atoms) -> bool | None:
        old = _cell(atoms, optimality.OLD_HIGH, optimality.OLD_LOW)
        if old is None:
            return None
        schedule = _one_cell(0, selected=False, marked=atoms[optimality.MARKED])
        return after_g(schedule, (old,)) == ((MASK if marked else old),)

    return holds


def _output(atoms: Atoms) -> bool:
    """The unrolled circuit of a round that writes the token, or leaves M, in every encoding."""
    masked, token = atoms[optimality.MASKED], atoms[optimality.TOKEN]
    found: list[bool] = []
    for encoding in optimality.every_encoding():
        schedule = _one_cell(int(token), selected=not masked, encoding=encoding)
        run = unroll(schedule)
        (shown,) = evaluate(run.circuit, [])
        (left,) = evaluate(run.masked, [])
        assert left == masked
        found.append(shown == token and not left)
    return all(found)


SCENES: dict[str, Callable[[Atoms], bool | None]] = {
    optimality.write_step(selected=True).name: _write("new"),
    optimality.write_step(selected=False).name: _write("old"),
    optimality.remask_step(marked=True).name: _remask(True),
    optimality.remask_step(marked=False).name: _remask(False),
    optimality.output_step().name: _output,
}
STEPS: dict[str, Step] = {step.name: step for parts in Parts for step in optimality.steps(parts)}


def test_every_step_with_premises_has_a_scene() -> None:
    assert {name for name, step in STEPS.items() if step.premises} == set(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_the_step_says_what_a_round_does(name: str) -> None:
    check_step(STEPS[name])
    met = 0
    for row in rows(STEPS[name]):
        found = SCENES[name](row.atoms)
        if row.premises and found is not None:
            met += 1
            assert found
    assert met


@pytest.mark.parametrize("name", SCENES)
def test_countermodels_replay_as_rounds(name: str) -> None:
    for premise, atoms in countermodels(STEPS[name]):
        assert SCENES[name](atoms) is False, (premise, atoms)


# --- planted errors -----------------------------------------------------------------------------


def test_canary_a_choice_of_the_wrong_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    right = unrolled.choice

    def swapped(gates: Gates[Wire], flag: Wire, new: Wire, old: Wire) -> Wire:
        return right(gates, flag, old, new)

    monkeypatch.setattr(unrolled, "choice", swapped)
    assert failing(optimality.argument(Parts.PLAIN)) == {
        "a selected cell gets what is drawn",
        "a cell not selected stays",
    }


@pytest.mark.parametrize(
    ("name", "parts"),
    [("SELECT_DEPTH", Parts.PLAIN), ("SELECT_DEPTH", Parts.CANDIDATES),
     ("REMASK_DEPTH", Parts.REMASKING), ("REMASK_DEPTH", Parts.BOTH)],
)  # fmt: skip
def test_canary_a_round_that_is_said_to_be_one_gate_shallower(
    name: str, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unrolled, name, getattr(unrolled, name) - 1)
    assert failing(optimality.argument(parts)) == {"a round adds at most its depth"}


def test_canary_g_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def unmarked(
        gates: Gates[Wire], flag: Wire, cell: tuple[Wire, Wire], mask: Code
    ) -> tuple[Wire, Wire]:
        del gates, flag, mask
        return cell

    monkeypatch.setattr(optimality, "remasked", unmarked)
    assert "a marked cell becomes M" in failing(optimality.argument(Parts.REMASKING))
