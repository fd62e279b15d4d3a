"""Weaker properties of position rules than those of `position_rules`, which decide as well.

Each is what a proof in the note LOCAL-DECODERS uses and no more; read off the code of a rule, on
small lengths and a grid of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product

from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.decoders.position_rules import FAIR, RuleCase, grid_rows, masked_cells

HALF = Fraction(1, 2)


def hides_what_is_unfair(case: RuleCase) -> str | None:
    """Why the rule may leave all that is not fair unseen; None if it may not (Theorem 2).

    Nothing visible is changed. With fair rows the written cells are certain; a row that is not
    fair, among the cells that the round may write, makes some masked cell show one token with
    more than 1/2.
    """
    for number, before in case.reached:
        laws = [(rows, case.after(number, before, rows)) for rows in grid_rows(case.cells)]
        shown = [cell for cell, token in enumerate(before.state) if token != MASK]
        if any(s[cell] != before.state[cell] for _, law in laws for s in law for cell in shown):
            return f"round {number}: a visible token is changed"
        if len(case.after(number, before, [FAIR] * case.cells).map(masked_cells)) > 1:
            return f"round {number}, fair rows: which cells are written is random"
        written = {c for _, law in laws for s in law for c in range(case.cells) if s[c] != MASK}
        open_cells = sorted(written - set(shown))
        for rows, law in laws:
            unfair = any(rows[cell][1] != HALF for cell in open_cells)
            if unfair and max(_shows(law, cell) for cell in open_cells) <= HALF:
                said = ", ".join(str(row[1]) for row in rows)
                return f"round {number}, rows {said}: nothing shows a token with more than 1/2"
    return None


def _shows(law: Law[State], cell: int) -> Fraction:
    """The probability with which a cell shows its likelier token."""
    tokens = law.map(lambda state: state[cell])
    return max(tokens[0], tokens[1])


def leaves_out_a_batch(case: RuleCase) -> str | None:
    """Why not every batch of the round's size can be the next one; None if it can (Theorem 3).

    Whatever the rows on the grid, and with all tokens that they allow. The rule keeps no memory.
    """
    for number, before in case.reached:
        if before.memory is not None:
            return f"round {number}: the rule remembers {before.memory}"
        masked = masked_cells(before.state)
        for rows in grid_rows(case.cells):
            law = case.after(number, before, rows)
            sizes = {len(masked_cells(state)) for state in law}
            if len(sizes) != 1 or set(law.support) != set(
                _batches(before.state, combinations(masked, sizes.pop()), rows)
            ):
                return f"round {number}: some batch is never the next one, or not with all tokens"
    return None


def _batches(
    state: State, left: Iterable[tuple[int, ...]], rows: Sequence[Law[Token]]
) -> Iterator[State]:
    """The states in which these cells are still masked and the others show what rows allow."""
    for still in left:
        yield from product(
            *(
                sorted(rows[cell].support) if token == MASK and cell not in still else (token,)
                for cell, token in enumerate(state)
            )
        )


def changes_many_cells(case: RuleCase) -> str | None:
    """Why the rule is not: everything in round 1, then at most one cell a round (Theorem 7)."""
    for rows in grid_rows(case.cells):
        for number, before in case.reached_by(rows):
            for after in case.after(number, before, rows):
                changed = sum(a != b for a, b in zip(before.state, after, strict=True))
                if (number == 1 and MASK in after) or (number > 1 and changed > 1):
                    return f"round {number}: {before.state} becomes {after}"
    return None
