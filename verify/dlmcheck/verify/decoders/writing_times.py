"""The law of the round in which a rule writes a cell, and a prime that stands in the way.

Read off the code of a rule. Theorem 6 of the note LOCAL-DECODERS: where cells are written at
independent times, every row of the predictor is certain, and an odd prime divides the numerators
of the probabilities of all times but one, even parity is never the output law.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import gcd

from dlmcheck.spec.decoder import decoder_laws
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.decoders.position_rules import FAIR, RuleCase, changes_what_is_visible


def writing_times(case: RuleCase) -> list[Fraction] | None:
    """The law of the time of a cell; None if cells are not independent, or one stays masked.

    Independence is looked at for all cells being masked, after every round.
    """
    laws = decoder_laws(case.decoder([FAIR] * case.cells), case.rounds + 1)
    masked = [law.probability(lambda one: bool(one.state[0] == MASK)) for law in laws]
    every = [law.probability(lambda one: all(t == MASK for t in one.state)) for law in laws]
    if every != [one**case.cells for one in masked] or masked[-1]:
        return None
    return [before - after for before, after in pairwise(masked)]


def no_common_prime(case: RuleCase) -> str | None:
    """Why no odd prime divides the probabilities of all times but one; None if one does."""
    changed = changes_what_is_visible(case)
    if changed is not None:
        return changed
    times = writing_times(case)
    if times is None:
        return "the times of the cells are not independent, or a cell stays masked"
    for free in range(len(times)):
        common = gcd(*(p.numerator for t, p in enumerate(times) if t != free))
        if common & (common - 1):
            return None
    return f"times {', '.join(map(str, times))}"
