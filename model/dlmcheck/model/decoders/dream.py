"""Dream's rules: how its steps split the cells, and candidates of the law at the temperature.

Source, as a published rule: Dream (Ye et al. 2025), alg = entropy, topk_margin and maskgit_plus,
with top_p, top_k and alg_temp. Repository and commit are in `named`. Ties go to the left.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from functools import cache, lru_cache
from math import lcm

from dlmcheck.model.decoders.confidence import (
    exponential,
    likeliest,
    likeliest_ones,
    nucleus,
    sharpened,
)
from dlmcheck.model.decoders.rules import Quota, Score, kept, masked_cells
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token


def diminishing(steps: int, end: Fraction) -> Quota:
    """Dream's split: in step i of T from time t to s, the whole part of m(1 - s/t) for m masked
    cells; all of them in the last step. Times run from 1 to `end` in equal steps.

    With one step per cell it is not one cell a step: m(1 - s/t) just misses 1 in the first one.

    >>> quota, shown = diminishing(4, Fraction(1, 1000)), []
    >>> for number in (1, 2, 3, 4):
    ...     shown.append(quota((MASK,) * (4 - sum(shown)), number))
    >>> shown
    [0, 1, 1, 2]
    """

    @cache
    def of(masked: int, number: int) -> int:
        if number >= steps:
            return masked
        length = (1 - end) / steps
        before = 1 - (number - 1) * length
        return int(masked * length / before)

    return lambda state, number: of(state.count(MASK), number)


Prepared = Callable[[Law[Token]], Law[Token]]
"""What is made of a predictor's law before anything is drawn or compared."""


def prepared(sharpen: int = 1, share: Fraction = Fraction(1), count: int | None = None) -> Prepared:
    """A temperature 1/sharpen, then a nucleus, then the likeliest ones: Dream's order."""
    if sharpen == 1 and share >= 1 and count is None:
        return lambda law: law

    @lru_cache(maxsize=1 << 12)
    def of(law: Law[Token]) -> Law[Token]:
        law = nucleus(sharpened(law, sharpen), share)
        return law if count is None else likeliest_ones(law, count)

    return of


def dream(
    quota: Quota,
    score: Score,
    law_of: Prepared,
    *,
    greedy: bool = False,
    alg_temperature: Fraction | None = None,
) -> StepFunction:
    """Dream: draws and scores are those of the prepared law, whatever the predictor's was.

    With an `alg_temperature` T the cells are drawn one after the other, without replacement,
    with weights exp(score / T), to the nearest multiple of 2^-20 of the largest one; the score
    has to be a rational then.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        open_cells = masked_cells(state, number)
        count = min(quota(state, number), len(open_cells))
        laws = {cell: law_of(candidates.law(cell)) for cell in open_cells}
        if not greedy and count == len(open_cells):
            if all(law == candidates.law(cell) for cell, law in laws.items()):
                # All candidates are kept, so that nobody has to look at them.
                return Step(reveal=frozenset(open_cells))
        drawn = {
            cell: likeliest(law) if greedy else candidates.token(cell, law)
            for cell, law in laws.items()
        }
        scores = {cell: score(law, drawn[cell]) for cell, law in laws.items()}
        if alg_temperature is None or count == len(open_cells):
            ranked = sorted(open_cells, key=lambda cell: scores[cell], reverse=True)[:count]
        else:
            places = choices.choose(drawn_by_score(tuple(scores.values()), alg_temperature, count))
            ranked = [open_cells[place] for place in sorted(places)]
        return kept(drawn, ranked, greedy=greedy)

    return step


@cache
def drawn_by_score(
    scores: tuple[Fraction, ...], temperature: Fraction, count: int
) -> Law[frozenset[int]]:
    """So many places, one after the other, with weights exp(score / temperature); their order is
    summed over. Weights that were rounded to nothing are all alike.

    >>> drawn_by_score((Fraction(1), Fraction(1), Fraction(0)), Fraction(1, 100), 2)
    Law({frozenset({0, 1}): 1})
    """
    most = max(scores, default=Fraction(0))
    exact = [exponential((one - most) / temperature) for one in scores]
    common = lcm(*(weight.denominator for weight in exact))
    weights = [weight.numerator * (common // weight.denominator) for weight in exact]
    found = {frozenset[int](): Fraction(1)}
    for _ in range(count):
        following: dict[frozenset[int], Fraction] = {}
        for chosen, chance in found.items():
            left = {i: weight for i, weight in enumerate(weights) if i not in chosen}
            if not any(left.values()):
                left = dict.fromkeys(left, 1)
            share = chance / sum(left.values())
            for place, weight in left.items():
                key, p = chosen | {place}, share * weight
                following[key] = following[key] + p if key in following else p
        found = following
    return Law(found)
