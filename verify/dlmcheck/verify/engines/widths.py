"""Narrow layer assignments with evidence: local search and cuts, and a solver for small circuits.

Nothing here is trusted: what comes out is a claim for `kernel.widths.check_width`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dlmcheck.model.scheduling.cuts import walks
from dlmcheck.model.scheduling.narrow import MOVES, narrow
from dlmcheck.model.scheduling.slack import Slack, slack_of
from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.engines.hints import refute_within
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.width_clauses import width_question
from dlmcheck.verify.kernel.widths import Refuted, Walks, WidthClaim, check_width
from dlmcheck.verify.searches.propositional import Formula, Model

LARGEST = 200_000
"""The solver is asked only if nodes times layers times width is at most this many."""
CONFLICTS = 2_000
"""After so many conflicts the solver gives up on a width; with 0 it is not asked."""


@dataclass(frozen=True)
class Optimised:
    """An assignment for a circuit, as far as it is known to be narrow.

    `before` is the width with every gate in its earliest layer. `asked` counts the solver's
    queries. The result of the kernel stands in `checked`.
    """

    claim: WidthClaim
    width: int
    before: int
    asked: int
    checked: Checked

    @property
    def gap(self) -> int:
        """By how much the width is above the lower bound; 0 if it is the least."""
        return self.width - self.claim.bound


def optimise(
    circuit: Circuit,
    last: int | None = None,
    *,
    late_coins: bool = False,
    moves: int = MOVES,
    conflicts: int = CONFLICTS,
    seed: int = 0,
    start: Sequence[int] | None = None,
) -> Optimised:
    """A narrow assignment to layers 0..last (default: as few as possible), and a lower bound.

    `start` is an assignment for all nodes of the circuit, perhaps to fewer layers. The same
    arguments give the same result, on any machine.

    Raises `BadInput` if `last` is less than the depth, and `Rejected` if the kernel does not
    accept what was found.
    """
    slack = slack_of(circuit, last, late_coins=late_coins)
    known = None if start is None else [start[node] for node in slack.nodes]
    found = narrow(slack, moves=moves, seed=seed, start=known)
    below = None if found.cut is None else Walks(found.cut, walks(slack, found.cut))
    claim = WidthClaim(
        circuit, slack.last, late_coins, slack.layers(found.layer), found.bound, below
    )
    width, asked = found.width, 0
    if conflicts and len(slack) * slack.last * width <= LARGEST:
        claim, width, asked = _asked(slack, claim, width, conflicts)
    before = slack.width(slack.earliest)
    return Optimised(claim, width, before, asked, check_width(claim))


def _asked(
    slack: Slack, claim: WidthClaim, width: int, conflicts: int
) -> tuple[WidthClaim, int, int]:
    """Raise the bound as far as the solver refutes, then lower the width as far as it finds."""
    asked = 0
    while width > claim.bound:
        answer = _ask(slack, claim, claim.bound, conflicts)
        asked += 1
        if answer is None:
            break
        if isinstance(answer, str):
            claim = replace(claim, bound=claim.bound + 1, below=Refuted(answer))
        else:
            claim, width = replace(claim, layers=slack.layers(answer)), slack.width(answer)
    while width > claim.bound:
        answer = _ask(slack, claim, width - 1, conflicts)
        asked += 1
        if answer is None:
            break
        if isinstance(answer, str):
            claim = replace(claim, bound=width, below=Refuted(answer))
        else:
            claim, width = replace(claim, layers=slack.layers(answer)), slack.width(answer)
    return claim, width, asked


def _ask(slack: Slack, claim: WidthClaim, width: int, conflicts: int) -> list[int] | str | None:
    """An assignment so narrow, a refutation, or None for neither."""
    question = width_question(claim.circuit, claim.last, width, late_coins=claim.late_coins)
    formula = Formula(question.encoded.variables, list(question.encoded.clauses))
    answer = refute_within(formula, conflicts)
    if isinstance(answer, Model):
        layer = question.assignment(answer.true)
        return [layer[node] for node in slack.nodes]
    return answer
