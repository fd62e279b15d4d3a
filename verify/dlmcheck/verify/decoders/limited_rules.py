"""Rules that write few cells a round, and rules that hide few: read off their code.

The properties that Theorems 8 and 9 of the note LOCAL-DECODERS ask for. What a rule does is looked
at on small lengths, on states that fair or sure rows lead to (Theorem 9), and on long ones with
certain rows (Theorem 8).
"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from itertools import product
from math import gcd

from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, certain, marginal, product_law
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.decoders.position_rules import (
    SURE_OR_FAIR,
    RuleCase,
    masked_cells,
    rule_case,
)

LONG = (48, 64, 96)
ASKED = (1, 2, 3, 4)
SHARE = Fraction(3)
"""A visible cell is hidden with probability at most SHARE over the number of visible cells."""


def largest_batch(name: str) -> int | None:
    """The most cells that a round writes, if that is one number for all long lengths; else None.

    With certain rows, whatever the number of rounds that is asked for, and less than the number of
    cells. None as well if the rule tosses a coin with such rows.
    """
    found: set[int | None] = set()
    for cells, rounds in product(LONG, ASKED):
        try:
            found.add(_largest_batch(rule_case(name, cells, rounds)))
        except BadInput:
            continue
    if len(found) != 1:
        return None
    only = found.pop()
    return only if only is not None and only < min(LONG) else None


def _largest_batch(case: RuleCase) -> int | None:
    state: State = (MASK,) * case.cells
    memory: Hashable = None
    most = 0
    for number in range(1, case.most_rounds() + 1):
        choices = Choices([], case.cells + 1)
        offered = Candidates(lambda _: certain(0), choices)
        step = case.step(state, number, memory, offered, choices)
        if choices.weight != 1 or step.reveal_coins or step.remask_coins:
            return None
        written = step.reveal | {cell for cell, _ in step.edit}
        most = max(most, sum(state[cell] == MASK for cell in written))
        state = tuple(
            MASK if cell in step.remask else 0 if cell in written else token
            for cell, token in enumerate(state)
        )
        memory = step.memory
        if MASK not in state:
            break
    return most


def hides_many(case: RuleCase) -> str | None:
    """Why the rule is not one that writes by coins and hides few cells; None if it is (Theorem 9).

    In round r every masked cell is written by a coin of one rate, whatever the state, the memory
    and the rows; every visible cell is hidden by a coin; all coins are independent. The
    probabilities of being hidden add up to at most 1, and each is at most SHARE over the number of
    visible cells. With none or at least two of them visible no cell is sure to be hidden, and no
    masked one sure to stay so. After the last step what is masked is filled and nothing is hidden.
    """
    offered = [[bernoulli(p) for p in c] for c in product(SURE_OR_FAIR, repeat=case.cells)]
    reached = {place for rows in offered for place in case.reached_by(rows)}
    for number, before in sorted(reached, key=repr):
        for rows in offered:
            reason = _hides(case, number, before, rows)
            if reason is not None:
                return f"round {number}, {before.state}: {reason}"
    return None


def hides_many_of_many(case: RuleCase) -> str | None:
    """Why the rule hides more than one cell in the mean; None if not more (Theorem 9).

    With certain rows, where every coin says that a cell is to be shown: for many cells.
    """
    state: State = (MASK,) * case.cells
    memory: Hashable = None
    for number in range(1, case.most_rounds() + 1):
        choices = Choices([], case.cells + 1)
        offered = Candidates(lambda _: certain(0), choices)
        step = case.step(state, number, memory, offered, choices)
        mean = sum((p for _, p in step.remask_coins), Fraction(len(step.remask)))
        if choices.weight != 1 or mean > 1:
            return f"round {number}: {mean} cells are hidden in the mean"
        coins = {cell for cell, _ in step.reveal_coins}
        shown = coins | step.reveal | {cell for cell, _ in step.edit}
        state = tuple(0 if cell in shown else token for cell, token in enumerate(state))
        memory = step.memory
        if step.notes is not None:
            memory = tuple((cell, note) for cell, notes in step.notes for t, note in notes if not t)
    return None


def _hides(
    case: RuleCase, number: int, before: Configuration, rows: list[Law[Token]]
) -> str | None:
    masked = masked_cells(before.state)
    visible = [cell for cell in range(case.cells) if cell not in masked]
    law = case.after(number, before, rows)
    if any(s[c] not in (MASK, before.state[c]) for s in law for c in visible):
        return "a visible token is changed"
    turned = law.map(
        lambda s: tuple((s[c] == MASK) != (before.state[c] == MASK) for c in range(case.cells))
    )
    chances = [marginal(turned, c)[True] for c in range(case.cells)]
    if turned != product_law([bernoulli(p).map(bool) for p in chances]):
        return "the coins are not independent"
    if any(chances[c] != rate_of(case, number) for c in masked):
        return "the rate depends on the state or the rows"
    hidden = [chances[c] for c in visible]
    if sum(hidden) > 1 or any(p * len(visible) > SHARE for p in hidden):
        return "too much is hidden"
    if len(visible) != 1 and (1 in hidden or (masked and not rate_of(case, number))):
        return "a cell is sure to be hidden, or to stay masked"
    return None


def rate_of(case: RuleCase, number: int) -> Fraction:
    """The probability with which round `number` writes the first cell, no cell being visible.

    For fair rows, and a rule that has no memory before anything is written.
    """
    start = case.decoder([bernoulli(Fraction(1, 2))] * case.cells).start()
    law = case.after(number, start, [bernoulli(Fraction(1, 2))] * case.cells)
    return law.probability(lambda state: state[0] != MASK)


def first_times(case: RuleCase) -> list[Fraction]:
    """The law of the round in which a cell is written that is never hidden."""
    left, found = Fraction(1), list[Fraction]()
    for number in range(1, case.most_rounds() + 1):
        rate = rate_of(case, number)
        found.append(left * rate)
        left -= found[-1]
    return found


def shares_no_prime(case: RuleCase) -> str | None:
    """Why no odd prime divides the probabilities of all of these times but one; None if one does.

    The times have to add up to 1: what is masked after the last round is filled.
    """
    times = first_times(case)
    if sum(times) != 1:
        return f"times {', '.join(map(str, times))} leave a cell masked"
    for free in range(len(times)):
        common = gcd(*(p.numerator for t, p in enumerate(times) if t != free))
        if common & (common - 1):
            return None
    return f"times {', '.join(map(str, times))}"
