"""What DEC-STEPS says, property by property; jobs and rows stand in `step_bounds`.

Source and proofs: the note BATCH-SCHEDULES, "How many rounds".
"""

from __future__ import annotations

from fractions import Fraction

from dlmcheck.spec.entropy import LogSum, divergence
from dlmcheck.spec.law import marginal, product_law
from dlmcheck.verify.claims.batch_cases import Scheduled, finite
from dlmcheck.verify.claims.batch_schedules import left_to_right
from dlmcheck.verify.claims.step_cases import (
    Coded,
    Counted,
    fewest_rounds,
    inverse_squares,
    logarithm_above,
    logarithm_below,
)
from dlmcheck.verify.decoders.batch_schedules import (
    below,
    best_schedules,
    curve_error,
    dual_total_correlation,
    total_correlation,
)
from dlmcheck.verify.decoders.step_counts import (
    growing,
    share_of_dual,
    share_of_total,
    shrinking,
)
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, fails

# --- the statements about targets and schedules ------------------------------------------------

BY_TOTAL = "the error is at most TC times the largest (m - 1)/(r - 1)"
BY_DUAL = "the error is at most DTC times the largest (m - 1)/(a + 1)"
BY_LARGEST = "the error is at most (M - 1)/n times TC + DTC"
BY_TOTAL_CURVE, BY_DUAL_CURVE, BY_LARGEST_CURVE = (
    f"{text}, by the curve" for text in (BY_TOTAL, BY_DUAL, BY_LARGEST)
)
FIXED = "from left to right that error is at most TC times the largest (m - 1)/(r - 1)"
MARGINALS = "with marginals that error is at most TC times the largest (m - 1)/(r - 1)"
AVERAGE = "the error is at most (n/D - 1)/n times TC + DTC"
KNOWN = "an error of at most TC/n needs n rounds, whatever the target"


def _at_most(found: LogSum, limit: LogSum) -> Outcome:
    return fails(f"{found} is more than {limit}") if below(limit, found) else HOLDS


def _total_limit(case: Scheduled) -> LogSum:
    return share_of_total(case.sizes) * total_correlation(case.curve)


def _dual_limit(case: Scheduled) -> LogSum:
    return share_of_dual(case.sizes) * dual_total_correlation(case.curve)


def _both(case: Scheduled) -> LogSum:
    return total_correlation(case.curve) + dual_total_correlation(case.curve)


def _largest_limit(case: Scheduled) -> LogSum:
    return Fraction(max(case.sizes) - 1, case.length) * _both(case)


def by_total(case: Scheduled) -> Outcome:
    """See BY_TOTAL; the error as it is defined."""
    return _at_most(case.defined, _total_limit(case))


def by_dual(case: Scheduled) -> Outcome:
    """See BY_DUAL; the error as it is defined."""
    return _at_most(case.defined, _dual_limit(case))


def by_largest(case: Scheduled) -> Outcome:
    """See BY_LARGEST; the error as it is defined."""
    return _at_most(case.defined, _largest_limit(case))


def by_total_curve(case: Scheduled) -> Outcome:
    """See BY_TOTAL; the error by the curve."""
    return _at_most(curve_error(case.curve, case.sizes), _total_limit(case))


def by_dual_curve(case: Scheduled) -> Outcome:
    """See BY_DUAL; the error by the curve."""
    return _at_most(curve_error(case.curve, case.sizes), _dual_limit(case))


def by_largest_curve(case: Scheduled) -> Outcome:
    """See BY_LARGEST; the error by the curve."""
    return _at_most(curve_error(case.curve, case.sizes), _largest_limit(case))


def fixed(case: Scheduled) -> Outcome:
    """See FIXED."""
    return _at_most(left_to_right(case), _total_limit(case))


def marginals(case: Scheduled) -> Outcome:
    """See MARGINALS: what is visible is not looked at, so all orders have one law."""
    law = product_law([marginal(case.target, cell) for cell in range(case.length)])
    return _at_most(finite(divergence(case.target, law)), _total_limit(case))


def average(case: Scheduled) -> Outcome:
    """See AVERAGE: the average number of cells a round in place of the largest."""
    mean = Fraction(case.length, len(case.sizes))
    return _at_most(case.defined, (mean - 1) / case.length * _both(case))


def known(case: Scheduled) -> Outcome:
    """See KNOWN: the error here is TC/n or less only if every cell has a round of its own.

    For all targets together that is so: a code whose curve falls once says it.
    """
    allowed = Fraction(1, case.length) * total_correlation(case.curve)
    if not allowed.coefficients or below(allowed, case.defined):
        return NOT_MET
    if len(case.sizes) < len(shrinking(case.length, Fraction(1, case.length))):
        return fails(f"error {case.defined} in {len(case.sizes)} rounds, {allowed} is allowed")
    return HOLDS


# --- the statements about codes, and about numbers ---------------------------------------------

SHARP_TOTAL = "a code with one drop has TC times the largest (m - 1)/(r - 1) as error"
SHARP_DUAL = "a code with one drop has DTC times the largest (m - 1)/(a + 1) as error"
SHARP_LARGEST = "a code with one drop has (M - 1)/n times TC + DTC as error"
ROUNDS_TOTAL = "the shrinking schedule is a shortest one, of at most 1 + ceil(...) rounds"
ROUNDS_TOTAL_TWO = "that bound for two cells as well"
ROUNDS_DUAL = "the growing schedule is a shortest one, of at most ceil(...) rounds"
ANNOUNCED_TOTAL = "the shrinking schedule has at most 2 + (1 + log n)(1 + ceil(TC/eps)) rounds"
ANNOUNCED_DUAL = "the growing schedule has at most 2 + (1 + log n)(1 + ceil(DTC/eps)) rounds"
SAYS = "from 13 cells on 2 + (1 + log n)(1 + ceil(TC/eps)) is below n for some eps < TC"
SAYS_ALWAYS = "2 + (1 + log n)(1 + ceil(TC/eps)) is below n for some eps < TC"
LOGARITHM = "a target whose error is at least TC (1 - D/H(n - 1)) in any D rounds"


def sharp_total(case: Coded) -> Outcome:
    """See SHARP_TOTAL."""
    share = share_of_total(case.sizes)
    return _attained(case, [(e, share * total_correlation(c)) for e, c in case.errors])


def sharp_dual(case: Coded) -> Outcome:
    """See SHARP_DUAL."""
    share = share_of_dual(case.sizes)
    return _attained(case, [(e, share * dual_total_correlation(c)) for e, c in case.errors])


def sharp_largest(case: Coded) -> Outcome:
    """See SHARP_LARGEST."""
    share = Fraction(max(case.sizes) - 1, sum(case.sizes))
    return _attained(
        case,
        [(e, share * (total_correlation(c) + dual_total_correlation(c))) for e, c in case.errors],
    )


def _attained(case: Coded, pairs: list[tuple[LogSum, LogSum]]) -> Outcome:
    if any(error == limit for error, limit in pairs):
        return HOLDS
    return fails(f"no code has the stated error in batches of {case.sizes}")


def rounds_total(case: Counted) -> Outcome:
    """See ROUNDS_TOTAL: less than 2 + (1/share - 1/2) log(n - 1), up to the next share."""
    return rounds_total_two(case) if case.length > 2 else NOT_MET


def rounds_total_two(case: Counted) -> Outcome:
    """See ROUNDS_TOTAL_TWO."""
    if case.share >= 1:
        return NOT_MET
    sizes = shrinking(case.length, case.share)
    if share_of_total(sizes) > case.share:
        return fails(f"{sizes} has error {share_of_total(sizes)} TC")
    if fewest_rounds(case, share_of_total) < len(sizes):
        return fails(f"{sizes} is not the shortest")
    most = 2 + (1 / case.until - Fraction(1, 2)) * logarithm_below(case.length - 1)
    return HOLDS if len(sizes) < most else fails(f"{sizes} has {len(sizes)} rounds")


def rounds_dual(case: Counted) -> Outcome:
    """See ROUNDS_DUAL: less than 1 + (1/share + 1/2) log n, up to the next share."""
    sizes = growing(case.length, case.share)
    if share_of_dual(sizes) > case.share:
        return fails(f"{sizes} has error {share_of_dual(sizes)} DTC")
    if fewest_rounds(case, share_of_dual) < len(sizes):
        return fails(f"{sizes} is not the shortest")
    most = 1 + (1 / case.until + Fraction(1, 2)) * logarithm_below(case.length)
    return HOLDS if len(sizes) < most else fails(f"{sizes} has {len(sizes)} rounds")


def _announced(case: Counted, up: bool = False) -> Fraction:
    """A bound for that number at eps just below `until` times the correlation.

    From above, if `up`, else from below.
    """
    quotient = int(1 / case.until) + 1
    log = logarithm_above(case.length) if up else logarithm_below(case.length)
    return 2 + (1 + log) * (1 + quotient)


def announced_total(case: Counted) -> Outcome:
    """See ANNOUNCED_TOTAL."""
    sizes = shrinking(case.length, case.share)
    return HOLDS if len(sizes) <= _announced(case) else fails(f"{sizes} has {len(sizes)} rounds")


def announced_dual(case: Counted) -> Outcome:
    """See ANNOUNCED_DUAL."""
    sizes = growing(case.length, case.share)
    return HOLDS if len(sizes) <= _announced(case) else fails(f"{sizes} has {len(sizes)} rounds")


def says(length: int) -> Outcome:
    """See SAYS."""
    return says_always(length) if length > 12 else NOT_MET


def says_always(length: int) -> Outcome:
    """See SAYS_ALWAYS: the least value is that at eps just below TC, where the ceiling is 2."""
    case = Counted(length, Fraction(1), Fraction(1))
    if _announced(case, up=True) < length:
        return HOLDS
    return fails(f"at most {length} rounds are ever needed, and the bound is no smaller")


def logarithm(length: int) -> Outcome:
    """See LOGARITHM; the curve falls by 1/(n - i)^2 before i + 1 cells are visible."""
    curve = inverse_squares(length)
    total = total_correlation(curve)
    harmonic = sum((Fraction(1, i) for i in range(1, length)), Fraction(0))
    for best in best_schedules(curve):
        least = (1 - best.rounds / harmonic) * total
        if below(best.error, least):
            return fails(f"{best.sizes} has error {best.error}, less than {least}")
    return HOLDS
