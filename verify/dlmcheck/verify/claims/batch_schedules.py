"""SCHED-COST, SCHED-OWN-LAW: the error of batch schedules against the published formula.

Source: Chen, Cong, Li, "Optimal Inference Schedules for Masked Diffusion Models"; Lavenant,
Zanella, "Error Bounds and Optimal Schedules for Masked Diffusions with Factorized Approximations";
proofs, and what the statements leave out, in the note BATCH-SCHEDULES.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import permutations

from dlmcheck.spec.batches import law_of_order, schedule_error
from dlmcheck.spec.entropy import NOTHING, LogSum, divergence, entropy
from dlmcheck.spec.law import Law, certain, marginal, product_law
from dlmcheck.spec.perfect import agrees, conditional
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims.batch_cases import (
    Scheduled,
    Sizes,
    cases,
    curve_by_conditionals,
    finite,
    showing,
)
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.decoders.batch_schedules import (
    below,
    curve_error,
    dual_total_correlation,
    total_correlation,
)
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails

NOTE = "BATCH-SCHEDULES"
SOURCE = (
    "Chen, Cong, Li (Optimal Inference Schedules for Masked Diffusion Models); Lavenant, Zanella "
    "(Error Bounds and Optimal Schedules for Masked Diffusions)"
)
BY_SETS, BY_CONDITIONALS = "entropies of sets of cells", "conditional entropies, one by one"


# --- the statements ----------------------------------------------------------------------------

FORMULA = "the error is the sum over the batches of h at their start minus h"
FORMULA_TERMS = f"{FORMULA}, term by term"
MONOTONE = "h does not increase"
ENDS = "n (h_0 - h_{n-1}) is the total correlation plus the dual one"
EVEN = "batches of m cells: the error is at most (m - 1)/n times the two correlations"
BEST = "no schedule of as many rounds has a smaller error than that of the dynamic program"
UPPER = "the divergence of the decoder's own law is at most the error"
OWN = "the divergence of the decoder's own law is the error"
OWN_BEST = "the schedule of least error has the own law of least divergence"
FIXED = "from left to right the divergence is that sum"
MARGINALS = "with the marginals as predictor the mean divergence is that sum"
ADAPTIVE = "where the tokens decide the sizes the mean divergence is the mean of that sum"


def _same(found: LogSum, stated: LogSum) -> Outcome:
    return HOLDS if found == stated else fails(f"{found}, not {stated}")


def _at_most(found: LogSum, limit: LogSum) -> Outcome:
    return fails(f"{found} is more than {limit}") if below(limit, found) else HOLDS


def formula(case: Scheduled) -> Outcome:
    """See FORMULA; the curve comes from the entropies of sets."""
    return _same(case.defined, curve_error(case.curve, case.sizes))


def formula_by_terms(case: Scheduled) -> Outcome:
    """See FORMULA; each cell in turn pays h at the start of its batch minus h at its turn."""
    curve = curve_by_conditionals(case.target, case.length)
    starts = [sum(case.sizes[:t]) for t, size in enumerate(case.sizes) for _ in range(size)]
    total = NOTHING
    for turn, start in enumerate(starts):
        total += curve[start] - curve[turn]
    return _same(case.defined, total)


def monotone(case: Scheduled) -> Outcome:
    """See MONOTONE."""
    rising = [j for j in range(1, case.length) if below(case.curve[j - 1], case.curve[j])]
    return fails(f"h_{rising[0]} is more than the one before") if rising else HOLDS


def ends(case: Scheduled) -> Outcome:
    """See ENDS; both correlations as they are defined."""
    whole = entropy(case.target)
    total, dual = -whole, whole
    for cell in range(case.length):
        total += entropy(marginal(case.target, cell))
        dual -= _entropy_given_the_rest(case.target, cell)
    if total != total_correlation(case.curve) or dual != dual_total_correlation(case.curve):
        return fails("a correlation is not what the curve says")
    return _same(case.length * (case.curve[0] - case.curve[-1]), total + dual)


def _entropy_given_the_rest(target: Law[State], cell: int) -> LogSum:
    total = NOTHING
    for outcome, weight in target.items():
        state = tuple(MASK if i == cell else token for i, token in enumerate(outcome))
        # An outcome carries its share of the entropy of the law given the rest.
        total += weight * entropy(conditional(target, state, cell))
    return total


def even(case: Scheduled) -> Outcome:
    """See EVEN."""
    if len(set(case.sizes)) > 1:
        return NOT_MET
    both = total_correlation(case.curve) + dual_total_correlation(case.curve)
    return _at_most(case.defined, Fraction(case.sizes[0] - 1, case.length) * both)


def best(case: Scheduled) -> Outcome:
    """See BEST; what the dynamic program says of its own schedule is checked by definition."""
    if schedule_error(case.target, case.best.sizes) != case.best.error:
        return fails(f"the error of {case.best.sizes} is another")
    return _at_most(case.best.error, case.defined)


def upper(case: Scheduled) -> Outcome:
    """See UPPER."""
    return _at_most(case.own, case.defined)


def own(case: Scheduled) -> Outcome:
    """See OWN."""
    return _same(case.own, case.defined)


def own_best(case: Scheduled) -> Outcome:
    """See OWN_BEST: this schedule, if it is worse by its error, is no better by its own law."""
    if not below(case.best.error, case.defined):
        return NOT_MET
    return _at_most(Scheduled(case.target, case.best.sizes).own, case.own)


def fixed_order(case: Scheduled) -> Outcome:
    """See FIXED."""
    return _same(left_to_right(case), curve_error(case.curve, case.sizes))


def left_to_right(case: Scheduled) -> LogSum:
    """The divergence of the output law if the batches are written from left to right."""
    starts = [sum(case.sizes[:t]) for t in range(len(case.sizes))]
    order = tuple(
        tuple(range(start, start + size)) for start, size in zip(starts, case.sizes, strict=True)
    )
    return finite(divergence(case.target, law_of_order(case.target, order)))


def marginals(case: Scheduled) -> Outcome:
    """See MARGINALS: what is visible is not looked at, so all orders have one law."""
    law = product_law([marginal(case.target, cell) for cell in range(case.length)])
    return _same(finite(divergence(case.target, law)), curve_error(case.curve, case.sizes))


def adaptive(case: Scheduled) -> Outcome:
    """See ADAPTIVE: after the first batch the rest follows at once if the tokens shown are even,
    else one by one.
    """
    if len(case.sizes) != 2:
        return NOT_MET
    first = case.sizes[0]
    listed_orders = list(permutations(range(case.length)))
    mean = stated = NOTHING
    for order in listed_orders:
        law = _adaptive_law(case.target, order, first)
        mean += Fraction(1, len(listed_orders)) * finite(divergence(case.target, law))
        for outcome, weight in case.target.items():
            sizes = _sizes_then(outcome, order, first)
            stated += weight / len(listed_orders) * curve_error(case.curve, sizes)
    return _same(mean, stated)


def _sizes_then(outcome: State, order: Sequence[int], first: int) -> Sizes:
    rest = len(order) - first
    odd = sum(outcome[cell] for cell in order[:first]) % 2
    return (first, *(1,) * rest) if odd else (first, rest)


def _adaptive_law(target: Law[State], order: Sequence[int], first: int) -> Law[State]:
    def finished(outcome: State) -> Law[State]:
        shown = showing(order[:first])(outcome)
        at_once = len(_sizes_then(outcome, order, first)) == 2
        if not target.probability(lambda one: agrees(one, shown)):
            # Whatever is written now, the outcome is none of the target's.
            return certain(tuple(max(token, 0) for token in outcome))
        given = target.given(lambda one: agrees(one, shown))
        if not at_once:
            return given
        return product_law([marginal(given, cell) for cell in range(len(order))])

    return law_of_order(target, (tuple(order[:first]),)).bind(finished)


# --- jobs and rows -----------------------------------------------------------------------------

JOB = "batch-schedules"

PROPERTIES: dict[str, Callable[[Scheduled], Outcome]] = {
    FORMULA: formula,
    FORMULA_TERMS: formula_by_terms,
    MONOTONE: monotone,
    ENDS: ends,
    EVEN: even,
    BEST: best,
    UPPER: upper,
    OWN: own,
    OWN_BEST: own_best,
    FIXED: fixed_order,
    MARGINALS: marginals,
    ADAPTIVE: adaptive,
}


def _sweep(_: Profile) -> Sweep[Scheduled, Scheduled]:
    name = "uniform laws on 2 and 3 cells up to symmetry, some others on at most 4, all schedules"
    return Sweep(listed(name, cases(), str), lambda case: case, PROPERTIES)


JOBS = (SweepJob(JOB, _sweep, split=2),)

RANDOM_ORDER, PERFECT, ADVANCE, KNOWN = (
    "random-order",
    "perfect-predictor",
    "sizes-in-advance",
    "order-known",
)


def _row(claim: str, reading: str, statement: str, *roads: str, dropped: str | None = None) -> Row:
    engines = (BY_SETS, BY_CONDITIONALS)
    return Row(
        claim,
        reading,
        statement,
        tuple(Road(JOB, road, engine) for road, engine in zip(roads, engines, strict=False)),
        dropped=dropped,
    )


ERROR_CLAIM = Claim(
    "SCHED-COST",
    "the error of random-order decoding in batches is a Riemann sum of the entropy curve",
    SOURCE,
    (RANDOM_ORDER, PERFECT, ADVANCE),
    NOTE,
    (
        _row(
            "SCHED-COST",
            "formula",
            "sizes given in advance, a random order, a perfect predictor: the mean of KL(target || "
            "law given the order) is the sum over the batches of h_a - h_j, j = a..a+m-1, where "
            "a cells are visible at the start of a batch of m",
            FORMULA,
            FORMULA_TERMS,
        ),
        _row("SCHED-COST", "monotone", "h_0 >= h_1 >= ... >= h_{n-1}", MONOTONE),
        _row("SCHED-COST", "ends", ENDS, ENDS),
        _row("SCHED-COST", "even-batches", EVEN, EVEN),
        _row("SCHED-COST", "best", BEST, BEST),
        _row(
            "SCHED-COST",
            "fixed-order",
            "the formula for the order from left to right alone",
            FIXED,
            dropped=RANDOM_ORDER,
        ),
        _row(
            "SCHED-COST",
            "marginals",
            "the formula for a predictor that gives the marginals",
            MARGINALS,
            dropped=PERFECT,
        ),
        _row(
            "SCHED-COST",
            "adaptive",
            "the mean of the formula where the tokens decide the sizes of later batches",
            ADAPTIVE,
            dropped=ADVANCE,
        ),
    ),
)

OWN_CLAIM = Claim(
    "SCHED-OWN-LAW",
    "the formula bounds the divergence of the decoder's own law, and is not that divergence",
    SOURCE,
    (KNOWN,),
    NOTE,
    (
        _row(
            "SCHED-OWN-LAW",
            "upper",
            "KL(target || law of the decoder) is at most the error of the schedule",
            UPPER,
        ),
        _row(
            "SCHED-OWN-LAW",
            "equal",
            "KL(target || law of the decoder) is the error of the schedule",
            OWN,
            dropped=KNOWN,
        ),
        _row(
            "SCHED-OWN-LAW",
            "best",
            "of the schedules of as many rounds the one of least error has the law nearest to "
            "the target (in KL)",
            OWN_BEST,
            dropped=KNOWN,
        ),
    ),
)

CLAIMS = (ERROR_CLAIM, OWN_CLAIM)
