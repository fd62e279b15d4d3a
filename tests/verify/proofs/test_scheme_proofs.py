"""Least lengths of schemes for all w and d: the proofs, what breaks them, schemes beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise, product

import pytest

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.claims import proved_schemes
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import Induction
from dlmcheck.verify.kernel.induction import Step, check_proof, check_step, countermodel
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import scheme_cells
from dlmcheck.verify.proofs.gate_counts import GROWTH, growth
from dlmcheck.verify.proofs.scheme_cells import STAYS, symbol_of
from dlmcheck.verify.proofs.scheme_lengths import (
    any_masks,
    arguments,
    revise_any,
    revise_token,
    write_once,
)
from dlmcheck.verify.proofs.terms import Argument
from dlmcheck.verify.searches.explicit_schemes import revision_scheme, write_once_scheme
from dlmcheck.verify.searches.schemes import Scheme, can_become, fits, objection
from dlmcheck.verify.searches.shortest import counted_length, search

NEW = "a visible cell shows no value of the next layer"
BLOCK, TELLS = "a block changes legally", "block u tells layer u from an earlier one"
MASK, CONSTANT = "a mask tells two patterns apart", "a constant tells two patterns apart"
GATE = "a gate outside the group is as before"
GROWS, ALL = "what masks no visible cell is legal", "every change is legal"


@pytest.mark.parametrize("number", range(len(proved_schemes.proofs())))
def test_the_kernel_accepts_the_proofs_and_solvers_their_queries(number: int) -> None:
    proof = proved_schemes.proofs()[number]
    checked = check_proof(proof, proved_schemes.answered(proof))
    assert checked.verdict is Verdict.PROVED
    assert isinstance(checked.evidence, Induction)
    assert smt.confirm_steps(proof.every_step) > len(proof.every_step)


def failing(argument: Argument) -> set[str]:
    """The steps that do not hold, or that cannot fail."""
    found: set[str] = set()
    for step in argument.proof.every_step:
        try:
            check_step(step)
        except Rejected:
            found.add(step.name)
    return found


def test_all_steps_hold_as_they_stand() -> None:
    assert [failing(one) for one in (*arguments(), growth())] == [set()] * 5


def masked_fits_all(token: str, symbol: str) -> bool:
    return symbol == "M" or fits(token, symbol)


def constant_fits_all(token: str, symbol: str) -> bool:
    return (symbol in "01" and token != "M") or fits(token, symbol)


@pytest.mark.parametrize(
    ("planted", "fails"),
    [
        (lambda: write_once(edits=Edits.REVISE_ANY), {STAYS, NEW}),
        (lambda: write_once(edits=Edits.REVISE_TOKEN), {NEW}),
        (lambda: write_once(fit=masked_fits_all), {TELLS}),
        (lambda: revise_token(edits=Edits.REVISE_ANY), {STAYS}),
        (lambda: revise_token(fit=masked_fits_all), {MASK}),
        (lambda: revise_token(fit=constant_fits_all), {CONSTANT}),
        (lambda: revise_any(edits=Edits.REVISE_TOKEN), {ALL}),
        (lambda: revise_any(edits=Edits.WRITE_ONCE), {ALL}),
        (lambda: revise_any(fit=constant_fits_all), {CONSTANT}),
        (lambda: any_masks(fit=masked_fits_all), {MASK}),
        (lambda: any_masks(edits=Edits.REMASK), {ALL}),
        (lambda: growth(without=("the second argument is as before",)), {GATE}),
        (
            lambda: growth(without=("it is another one",)),
            {"an input outside the group is as before"},
        ),
        (lambda: growth(without=("the bit is flipped",)), {"flipping a bit changes the parity"}),
    ],
)
def test_canary_a_planted_error_fails_exactly_at_its_steps(
    planted: Callable[[], Argument], fails: set[str]
) -> None:
    assert failing(planted()) == fails


def test_canary_a_block_that_goes_on_showing_its_values_is_illegal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def for_ever(later: bool, _due: bool) -> str:
        return "M" if later else "*"

    monkeypatch.setattr(scheme_cells, "block_symbol", for_ever)
    assert failing(write_once()) == {BLOCK}


def test_canary_a_cell_whose_values_may_be_masks_shows_them_unseen() -> None:
    with pytest.raises(Rejected, match="a cell that shows a value is visible fails at"):
        check_step(scheme_cells.shows_in_sight(lambda bit: "1" if bit else "M"))


def symbols(step: Step, without: str, *cells: str) -> tuple[str, ...]:
    """The symbols of the cells in a row that one premise alone keeps away."""
    row = countermodel(step, without)
    return tuple(
        symbol_of(*(row[f"{cell}: {bit}"] for bit in ("visible", "constant", "bit")))
        for cell in cells
    )


def test_without_a_premise_there_is_a_change_of_symbols_that_shows_it() -> None:
    """Each countermodel is a concrete one, for the functions that the searches run."""
    for edits in (Edits.WRITE_ONCE, Edits.REVISE_TOKEN):
        step = scheme_cells.stays_visible(edits)
        before, after = symbols(step, "the change is legal", "before", "after")
        assert (before != "M", after) == (True, "M")
        assert not can_become(edits, before, after)
        assert symbols(step, "the cell is visible", "before", "after") == ("M", "M")
    step = scheme_cells.shows_nothing_new(Edits.WRITE_ONCE)
    before, after = symbols(step, "the change is legal", "before", "after")
    assert after == "*"
    assert not can_become(Edits.WRITE_ONCE, before, after)
    step = scheme_cells.growing_is_legal(Edits.REVISE_TOKEN)
    before, after = symbols(step, "no visible cell is masked", "before", "after")
    assert not can_become(Edits.REVISE_TOKEN, before, after)
    one, other = symbols(scheme_cells.constants_tell(), "they differ", "one", "other")
    assert one == other


# --- schemes -------------------------------------------------------------------------------


def visible(pattern: str) -> frozenset[int]:
    return frozenset(i for i, symbol in enumerate(pattern) if symbol != "M")


def found_schemes(edits: Edits) -> list[Scheme]:
    """What the search finds for small sizes, on the least number of cells and on one more."""
    answers = [
        search(edits, w, d, counted_length(edits, w, d) + more, end).scheme
        for w, d, more, end in product((1, 2), range(3), (0, 1), End)
    ]
    return [scheme for scheme in answers if scheme is not None]


def test_schemes_that_a_search_finds_are_as_the_proofs_say() -> None:
    for scheme in found_schemes(Edits.REVISE_TOKEN):
        sets = [visible(pattern) for pattern in scheme.patterns]
        assert all(one <= other for one, other in pairwise(sets))
        for cells, layers in Counter(sets).items():
            assert layers <= 2 ** (len(cells) - scheme.width)
    for scheme in found_schemes(Edits.REVISE_ANY):
        for cells, layers in Counter(map(visible, scheme.patterns)).items():
            assert layers <= 2 ** (len(cells) - scheme.width)
    for scheme in found_schemes(Edits.WRITE_ONCE):
        shown = [i for p in scheme.patterns for i, symbol in enumerate(p) if symbol == "*"]
        assert len(set(shown)) == len(shown) == scheme.width * (scheme.depth + 1)


def test_the_closed_forms_are_those_of_the_count() -> None:
    for w, d in product(range(1, 5), range(41)):
        least = next(c for c in range(1, 9) if d + 2 <= 2**c)
        assert counted_length(Edits.REVISE_TOKEN, w, d) == w + least - 1
        assert counted_length(Edits.WRITE_ONCE, w, d) == w * (d + 1)
        for edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY):
            assert revision_scheme(edits, w, d).length == counted_length(edits, w, d)


def test_the_write_once_scheme_is_one() -> None:
    for w, d in product(range(1, 5), range(9)):
        scheme = write_once_scheme(w, d)
        assert objection(scheme) is None
        assert (scheme.width, scheme.depth, scheme.length) == (w, d, w * (d + 1))
    for w, d in ((0, 1), (1, -1)):
        with pytest.raises(BadInput, match=f"w = {w}, d = {d}"):
            write_once_scheme(w, d)


# --- gates of parity -----------------------------------------------------------------------


def groups(inputs: int, wires: list[tuple[int, int]]) -> int:
    """The connected parts with an input in them, of a program given by its gates' arguments."""
    part = list(range(inputs))
    for a, b in wires:
        old, new = part[b], part[a]
        part = [new if one == old else one for one in part] + [new]
    return len(set(part[:inputs]))


def test_programs_have_groups_as_the_proof_says() -> None:
    """Every program of three gates on three bits, by its wires: groups, and what moves."""
    for wires in product(*(list(combinations(range(3 + g), 2)) for g in range(3))):
        left = [groups(3, list(wires[:g])) for g in range(4)]
        assert left[0] == 3
        assert all(before - 1 <= after <= before for before, after in pairwise(left))
        if left[2] > 1:  # two gates that leave a bit outside: no choice of them is the parity
            assert not any(_is_parity(wires[:2], ops) for ops in product(range(16), repeat=2))
    assert "n + 1 <= 2^c" in GROWTH


def _is_parity(wires: tuple[tuple[int, int], ...], ops: tuple[int, ...]) -> bool:
    for bits in product((0, 1), repeat=3):
        values: list[int] = list(bits)
        for (a, b), op in zip(wires, ops, strict=True):
            values.append(op >> (2 * values[a] + values[b]) & 1)
        if values[-1] != sum(bits) % 2:
            return False
    return True
