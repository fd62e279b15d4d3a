"""ShiftR for every length: its proofs, the steps on shifts that run, and wrong rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.shift import shift_right
from dlmcheck.spec.circuit import Literal, evaluate
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, Code
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs import shift
from dlmcheck.verify.proofs.local_wires import MASKED
from dlmcheck.verify.proofs.positions import Undecided
from dlmcheck.verify.proofs.terms import Argument
from tests.verify.proofs.rounds import Atoms, accepted, countermodels, failing, rows

ARGUMENTS = (shift.function_argument, shift.locality_argument)
SHIFTED = "any other cell shows the cell before"
DEPENDS = "any other cell depends on the cell it shows"
INSIDE = "the cell that is shown is one of the sequence"


@pytest.mark.parametrize("make", ARGUMENTS)
def test_the_kernel_accepts_it(make: Any) -> None:
    argument: Argument = make()
    accepted(argument.proof, smt.answer(argument.queries))
    assert 4 <= len(argument.proof.skeleton) <= 10


# --- the steps, and shifts that run ------------------------------------------------------------


def _token(atoms: Atoms, cell: str, state: str = "") -> int:
    return MASK if atoms[f"masked{state}[{cell}]"] else int(atoms[f"token{state}[{cell}]"])


def _shown(amount: int, cell: int, there: int, elsewhere: int = 0) -> int:
    """What a cell of the shifted sequence shows if the cell before shows `there`."""
    length = cell + 2
    state = [elsewhere] * length
    state[cell - amount] = there
    bits = evaluate(shift_right(length, amount), PAPER_ENCODING.encode(state))
    return PAPER_ENCODING.decode(bits)[cell]


@pytest.mark.parametrize(("amount", "cell"), [(0, 0), (1, 1), (1, 3), (3, 3), (2, 5)])
def test_the_steps_say_what_the_circuit_does(amount: int, cell: int) -> None:
    (function,) = (s for s in shift.function_argument().proof.steps if s.name == SHIFTED)
    for row in rows(function):
        found = _shown(amount, cell, _token(row.atoms, "i - a"))
        assert (found == _token(row.atoms, "i", "'")) == row.conclusion
    (local,) = (s for s in shift.locality_argument().proof.steps if s.name == DEPENDS)
    for row, elsewhere in product(rows(local), (0, 1, MASK)):
        one = _shown(amount, cell, _token(row.atoms, "i - a"))
        other = _shown(amount, cell, _token(row.atoms, "i - a", "'"), elsewhere)
        assert (one == other) == row.conclusion


def test_countermodels_replay_on_a_shift_that_runs() -> None:
    (function,) = (s for s in shift.function_argument().proof.steps if s.name == SHIFTED)
    for _, atoms in countermodels(function):
        assert _shown(1, 2, _token(atoms, "i - a")) != _token(atoms, "i", "'")
    (local,) = (s for s in shift.locality_argument().proof.steps if s.name == DEPENDS)
    for _, atoms in countermodels(local):
        pair = (_token(atoms, "i - a"), _token(atoms, "i - a", "'"))
        assert len({_shown(1, 2, token) for token in pair}) == 2


# --- wrong rules -------------------------------------------------------------------------------


def _one_too_far(cell: Any, amount: Any) -> Any:
    return cell - amount - 1 if cell >= amount else None


def _to_the_left(cell: Any, amount: Any) -> Any:
    return cell + amount if cell >= amount else None


def _other_fill(builder: Builder, source: Sequence[Literal] | None, fill: Code) -> list[Literal]:
    return (
        [builder.constant(not fill[0]), builder.constant(fill[1])] if source is None else [*source]
    )


def _low_bit_only(builder: Builder, source: Sequence[Literal] | None, fill: Code) -> list[Literal]:
    return rules_bits(builder, source, fill) if source is None else [source[1], source[1]]


rules_bits = rules.shifted_bits


def _fails(name: str, planted: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    monkeypatch.setattr(rules, name, planted)
    return failing(shift.function_argument()), failing(shift.locality_argument())


def test_canary_a_shift_that_goes_one_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _fails("shifted_from", _one_too_far, monkeypatch)
    assert found == ({SHIFTED, INSIDE}, {INSIDE})


def test_canary_a_shift_to_the_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "shifted_from", _to_the_left)
    # By 0 cells it is right, by more it is not.
    with pytest.raises(Undecided, match=r"situation shifted: a \+ i = i - a"):
        shift.function_argument()
    assert failing(shift.locality_argument()) == {INSIDE}


def test_canary_another_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _fails("shifted_bits", _other_fill, monkeypatch)
    assert found == ({f"a filled cell shows {token}" for token in "01M"}, set())


def test_canary_a_lost_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _fails("shifted_bits", _low_bit_only, monkeypatch) == ({SHIFTED}, set())


def test_canary_a_circuit_beyond_nc0(monkeypatch: pytest.MonkeyPatch) -> None:
    def chain(builder: Builder, source: Sequence[Literal] | None, fill: Code) -> list[Literal]:
        bits = rules_bits(builder, source, fill)
        return [builder.or_(builder.and_(bit), builder.constant(False)) for bit in bits]

    monkeypatch.setattr(rules, "shifted_bits", chain)
    with pytest.raises(Rejected, match="depth 3"):
        shift.locality_argument()


def test_canary_a_token_that_reads_two(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = shift.cell_wires

    def with_a_neighbour(scene: Any, index: Any, state: str) -> list[Literal]:
        high, low = cell(scene, index, state)
        return [scene.builder.or_(high, scene.atom(f"{MASKED}{state}", index - 1)), low]

    monkeypatch.setattr(shift, "cell_wires", with_a_neighbour)
    with pytest.raises(Rejected, match="reads 2 tokens"):
        shift.locality_argument()
