"""What a position rule does whatever the predictor says: read off its code, on small lengths.

The predictor is free here, so a rule is run on states and rows (laws of the masked cells) of all
kinds. Three properties decide which theorem of the note LOCAL-DECODERS applies; each is computed
from what the rule does, none from its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product

from dlmcheck.model.decoders.named import RULES
from dlmcheck.spec.decoder import (
    Decoder,
    DecoderPredictor,
    StepFunction,
    decoder_laws,
    step_law,
)
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, certain, uniform
from dlmcheck.spec.tokens import MASK, State, Token, completions

GRID = tuple(Fraction(k, 8) for k in (0, 1, 4, 5, 7))
"""P(1) of a cell: certain, sure, fair, nearly fair, and sure of the other token."""

FAIR: Law[Token] = bernoulli(Fraction(1, 2))
SURE_OR_FAIR = (Fraction(1, 2), Fraction(7, 8))


@dataclass(frozen=True)
class RuleCase:
    """A rule for so many cells and rounds. `last` is the number of rounds if the rule fixes it."""

    name: str
    step: StepFunction
    cells: int
    rounds: int
    last: int | None = None

    def __str__(self) -> str:
        return f"{self.name}, {self.cells} cells, {self.rounds} rounds"

    def decoder(self, rows: Sequence[Law[Token]]) -> Decoder:
        """The rule with a predictor that says the same in every state."""
        return Decoder(
            self.cells, lambda _, cell: rows[cell], self.step, rounds=self.last, may_revise=True
        )

    def most_rounds(self) -> int:
        """So many rounds are looked at."""
        return self.last or 2 * self.rounds + self.cells

    @cached_property
    def reached(self) -> list[tuple[int, Configuration]]:
        """What fair rows reach."""
        return self.reached_by([FAIR] * self.cells)

    def reached_by(self, rows: Sequence[Law[Token]]) -> list[tuple[int, Configuration]]:
        """Every (round, configuration before it) that rows lead to and that is not over."""
        decoder = self.decoder(rows)
        laws = decoder_laws(decoder, self.most_rounds())
        return [
            (number, before)
            for number, law in enumerate(laws[:-1], start=1)
            for before in sorted(law.support, key=repr)
            if not decoder.ends(before.state, number - 1)
        ]

    def after(self, number: int, before: Configuration, rows: Sequence[Law[Token]]) -> Law[State]:
        """The law of the state after one round."""
        return step_law(self.decoder(rows), before, number).map(lambda made: made.state)


def grid_rows(cells: int) -> Iterator[list[Law[Token]]]:
    """All rows on the grid."""
    for chances in product(GRID, repeat=cells):
        yield [bernoulli(p) for p in chances]


def leaves_some_cell(case: RuleCase) -> str | None:
    """Why the rule is not one that may write everything at once, for good; None if it is.

    For rows that are fair or sure, from every configuration that they reach: every completion of
    the visible tokens is the state after this round with positive probability, and then nothing
    is changed any more with positive probability. A round that draws nothing has one completion.
    """
    for rows in product(SURE_OR_FAIR, repeat=case.cells):
        reason = _leaves(case, [bernoulli(p) for p in rows])
        if reason is not None:
            return reason
    return None


def _leaves(case: RuleCase, rows: Sequence[Law[Token]]) -> str | None:
    decoder = case.decoder(rows)
    resting: set[tuple[int, Configuration]] = set()
    for number, before in reversed(case.reached_by(rows)):
        law = step_law(decoder, before, number)
        found: set[State] = set()
        for made in law.support:
            then = Configuration(made.state, made.step.memory)
            over = decoder.ends(made.state, number) or (number + 1, then) in resting
            drawn = not made.step.edit and not made.step.remask
            if MASK not in made.state and over and (drawn or len(law) == 1):
                found.add(made.state)
        if MASK not in before.state and before.state in found:
            resting.add((number, before))
        missing = sorted(set(completions(before.state)) - found)
        if MASK in before.state and missing and not (found and len(law) == 1):
            return f"round {number}: {missing[0]} is not left at once"
        if MASK not in before.state and not found:
            return f"round {number}: {before.state} does not rest"
    return None


def passes_over_the_surest(case: RuleCase) -> str | None:
    """Why the rule is not one that writes the surest cell first; None if it is.

    In every round, for all rows on the grid: of the cells that the round may write take the first
    one with the largest probability of a token. It shows that token after the round with at least
    that probability. With fair rows the cells that are written are certain. Nothing that is
    visible is changed.
    """
    for number, before in case.reached:
        laws = {
            tuple(r[1] for r in rows): case.after(number, before, rows)
            for rows in grid_rows(case.cells)
        }
        shown = {cell for cell, token in enumerate(before.state) if token != MASK}
        if any(
            s[cell] != before.state[cell] for law in laws.values() for s in law for cell in shown
        ):
            return f"round {number}: a visible token is changed"
        fair = laws[(Fraction(1, 2),) * case.cells].map(masked_cells)
        if len(fair) > 1:
            return f"round {number}, fair rows: which cells are written is random"
        written = {
            c for law in laws.values() for s in law for c in range(case.cells) if s[c] != MASK
        }
        open_cells = sorted(written - shown)
        for chances, law in laws.items() if open_cells else ():
            sure = [max(chances[cell], 1 - chances[cell]) for cell in open_cells]
            first = open_cells[sure.index(max(sure))]
            token = int(chances[first] > Fraction(1, 2))
            found = sum((w for s, w in law.items() if s[first] == token), Fraction(0))
            if found < max(sure):
                said = ", ".join(map(str, chances))
                return f"round {number}, rows {said}: cell {first} shows {token} only with {found}"
    return None


def changes_what_is_visible(case: RuleCase) -> str | None:
    """Why the rule is not write-once; None if it is.

    No visible token is changed in a round, from any configuration that fair or sure rows lead to,
    whatever fair or sure rows follow.
    """
    offered = [[bernoulli(p) for p in c] for c in product(SURE_OR_FAIR, repeat=case.cells)]
    reached = {place for rows in offered for place in case.reached_by(rows)}
    for number, before in sorted(reached, key=repr):
        shown = [cell for cell, token in enumerate(before.state) if token != MASK]
        for rows in offered if shown else ():
            for after in case.after(number, before, rows):
                if any(after[cell] != before.state[cell] for cell in shown):
                    return f"round {number}: {before.state} becomes {after}"
    return None


def looks_at_rows(case: RuleCase) -> str | None:
    """Why the rule does not choose cells blindly; None if it does.

    Blind: from every configuration, which cells are masked after the round has one law, whatever
    the rows on the grid are.
    """
    for number, before in case.reached:
        laws = [
            case.after(number, before, rows).map(masked_cells) for rows in grid_rows(case.cells)
        ]
        if any(law != laws[0] for law in laws):
            return f"round {number}: which cells are written depends on the rows"
    return None


def masked_cells(state: State) -> tuple[int, ...]:
    """The cells that are masked."""
    return tuple(cell for cell, token in enumerate(state) if token == MASK)


def draws_nothing(case: RuleCase) -> bool:
    """Whether every round, for all rows on the grid, has one outcome only: output is one string."""
    return all(
        len(case.after(number, before, rows)) == 1
        for number, before in case.reached
        for rows in grid_rows(case.cells)
    )


def every_batch_alike(case: RuleCase) -> bool:
    """Whether a round writes one of the sets of so many masked cells, all with one probability."""
    for number, before in case.reached:
        law = case.after(number, before, [FAIR] * case.cells).map(masked_cells)
        sizes = {len(cells) for cells in law}
        masked = len(masked_cells(before.state))
        if len(sizes) != 1 or law != uniform(combinations(masked_cells(before.state), sizes.pop())):
            return False
        if len(law) == 1 and masked > 1 and law != certain(()):
            return False
    return True


def rule_case(name: str, cells: int, rounds: int) -> RuleCase:
    """A named rule for so many cells and rounds. Raises `BadInput` if there is none."""
    rule = RULES[name]
    last = rounds + rule.extra if rule.fixed_rounds else None
    return RuleCase(name, rule.make(cells, rounds), cells, rounds, last)


def rule_cases(name: str, sizes: Iterable[tuple[int, int]]) -> list[RuleCase]:
    """A named rule in those sizes (cells, rounds) in which it exists."""
    found: list[RuleCase] = []
    for cells, rounds in sizes:
        try:
            found.append(rule_case(name, cells, rounds))
        except BadInput:
            continue
    return found


def last_batch(case: RuleCase) -> int:
    """How many cells the rule writes in its last round, with fair rows."""
    return max(
        before.state.count(MASK)
        for number, before in case.reached
        for after in case.after(number, before, [FAIR] * case.cells)
        if MASK not in after
    )


def sums_of_neighbours(cells: int) -> DecoderPredictor:
    """The predictor of Theorem 4.1: fair cells and a 0, then each cell plus the one before it."""

    def predictor(state: State, cell: int) -> Law[Token]:
        if state[cell] == MASK:
            return FAIR if cell < cells - 1 else certain(0)
        return certain(state[cell] ^ (state[cell - 1] if cell else 0))

    return predictor


def two_rounds_anew(name: str, cells: int) -> Decoder:
    """A named rule, made for two rounds, with the predictor of Theorem 4.1."""
    step = RULES[name].make(cells, 2)
    return Decoder(cells, sums_of_neighbours(cells), step, rounds=2, may_revise=True)
