"""When the shorter lengths are strictly shorter: exact statements for all depths d.

Source: the lengths of Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3, and of this
project's shorter constructions; the note LENGTHS has the arguments. The least c with x <= 2^c is
the one with P < x <= 2 P for P = 2^(c-1); so statements on rounded logarithms become linear ones
on x and P. All constructions compared here take d + 1 rounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import comb, factorial

from dlmcheck.model.constructions.remask import remasking_length
from dlmcheck.model.constructions.revise import revision_length
from dlmcheck.model.constructions.shorter import (
    growing_revision_length,
    split_remasking_length,
    ternary_revision_length,
)
from dlmcheck.spec.lattice import Edits
from dlmcheck.verify.engines.algebra import Identity, Limit, Number
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.proofs.arithmetic import Arithmetic, ByAlgebra, ByQueries, query
from dlmcheck.verify.searches.shortest import counted_length, most_layers


def is_power_of_two(number: int) -> bool:
    """Whether a positive number is 1, 2, 4, ..."""
    return number & (number - 1) == 0


Saved = Callable[[int], int]
Claimed = Callable[[int], int | range]
"""The number of cells saved at a depth, or the numbers that are possible."""


def holds_at(d: int, saved: Saved, claimed: Claimed) -> bool:
    """Whether the cells saved at a depth are those that are claimed."""
    found, wanted = saved(d), claimed(d)
    return found == wanted if isinstance(wanted, int) else found in wanted


def _up_to(last: int, saved: Saved, claimed: Claimed) -> Callable[[], bool]:
    return lambda: all(holds_at(d, saved, claimed) for d in range(last + 1))


@dataclass(frozen=True)
class Saving:
    """How many cells one construction saves against another, as a function of the depth."""

    reading: str
    says: str
    proof: Arithmetic
    saved: Saved
    claimed: Claimed


def _split_saves(d: int) -> int:
    if d < 2:
        return (0, 2)[d]
    return 3 if is_power_of_two(d) else 2


def _ternary_saves(d: int) -> range:
    return range(1, d + 2) if d == 2 or d >= 4 else range(1)


def _ternary_saves_on_growing(d: int) -> range:
    shorter = d in (7, 8) or 15 <= d <= 26 or d >= 31
    return range(1, d + 2) if shorter else range(1)


def _growing(d: int) -> int:
    return revision_length(1, d) - growing_revision_length(1, d)


def _ternary(d: int) -> int:
    return revision_length(1, d) - ternary_revision_length(1, d)


def _ternary_growing(d: int) -> int:
    return growing_revision_length(1, d) - ternary_revision_length(1, d)


def _split(d: int) -> int:
    return remasking_length(4, d) - split_remasking_length(4, 4, d)


_TABLES = (Rule.NUMBERS,)

GROWING = ByQueries(
    "revision: the growing counter saves 1 cell unless d+1 is a power of two, then none",
    (
        query(
            "d+1 is a power of two",
            "QF_LIA",
            "x P",
            (("x is the power", "(= x P)"), ("the power is positive", "(>= P 1)")),
            "(and (< P (+ x 1)) (<= (+ x 1) (* 2 P)))",
        ),
        query(
            "d+1 is between two powers of two",
            "QF_LIA",
            "x P",
            (("above the lower", "(< P x)"), ("below the upper", "(< x (* 2 P))")),
            "(and (< P (+ x 1)) (<= (+ x 1) (* 2 P)))",
        ),
    ),
    _TABLES,
)

_STEP = query(
    "three to two",
    "QF_LIA",
    "T P",
    (("the power of three is no less", "(>= T P)"), ("powers are positive", "(>= P 1)")),
    "(>= (* 3 T) (* 2 P))",
)

TERNARY = ByQueries(
    "revision to M: the ternary counter is shorter than stated exactly for d = 2 and d >= 4",
    (
        query("nine and eight", "QF_LIA", "T", (("two digits", "(= T 9)"),), "(>= T 8)"),
        _STEP,
        query(
            "one digit less is enough",
            "QF_LIA",
            "x T P",
            (("the binary counter", "(<= x P)"), ("the power of three", "(>= T P)")),
            "(<= x T)",
        ),
    ),
    _TABLES,
    _up_to(3, _ternary, _ternary_saves),
)
TERNARY_GROWING = ByQueries(
    "the ternary counter is shorter than the growing one exactly for d = 7, 8, 15 to 26, d >= 31",
    (
        query("eighty-one", "QF_LIA", "T", (("four digits", "(= T 81)"),), "(>= T 64)"),
        _STEP,
        query(
            "one digit less is enough",
            "QF_LIA",
            "x T P",
            (("the growing counter", "(< x (* 2 P))"), ("the power of three", "(>= T (* 2 P))")),
            "(<= x T)",
        ),
    ),
    _TABLES,
    _up_to(30, _ternary_growing, _ternary_saves_on_growing),
)

_UP = "(and (< {0} {1}) (<= {1} (* 2 {0})))"
SPLIT = ByQueries(
    "remasking, equal widths: split counters save 3 cells if d >= 2 is a power of two, else 2",
    (
        query(
            "d is odd",
            "QF_LIA",
            "e d P",
            (
                ("d is 2 e + 1", "(= d (+ (* 2 e) 1))"),
                ("e + 1 has this logarithm", _UP.format("P", "(+ e 1)")),
            ),
            "(and (< (* 2 P) (+ d 1)) (<= (+ d 1) (* 4 P)))",
        ),
        query(
            "d is twice a power of two",
            "QF_LIA",
            "d P",
            (("d is 2 P", "(= d (* 2 P))"), ("the power is positive", "(>= P 1)")),
            "(and (< (* 2 P) (+ d 1)) (<= (+ d 1) (* 4 P)) " + _UP.format("P", "(+ P 1)") + ")",
        ),
        query(
            "d is even, its half between two powers",
            "QF_LIA",
            "e d P",
            (
                ("d is 2 e", "(= d (* 2 e))"),
                ("above the lower", "(< P e)"),
                ("below the upper", "(< e (* 2 P))"),
            ),
            "(and (< (* 2 P) (+ d 1)) (<= (+ d 1) (* 4 P)) " + _UP.format("P", "(+ e 1)") + ")",
        ),
    ),
    _TABLES,
    _up_to(1, _split, _split_saves),
)


SAVINGS = (
    Saving(
        "growing",
        "revision to tokens: w + ceil(log2(d+2)) - 1 is one cell less than w + ceil(log2(d+1)) "
        "unless d+1 is a power of two; then they are equal",
        GROWING,
        _growing,
        lambda d: 0 if is_power_of_two(d + 1) else 1,
    ),
    Saving(
        "ternary",
        "revision to M: w + ceil(log3(d+1)) is less than w + ceil(log2(d+1)) exactly for d = 2 "
        "and all d >= 4, and never more",
        TERNARY,
        _ternary,
        _ternary_saves,
    ),
    Saving(
        "ternary,growing",
        "revision to M: w + ceil(log3(d+1)) is less than w + ceil(log2(d+2)) - 1 exactly for "
        "d = 7, 8, d = 15, ..., 26 and all d >= 31, and never more",
        TERNARY_GROWING,
        _ternary_growing,
        _ternary_saves_on_growing,
    ),
    Saving(
        "split",
        "remasking with banks of equal width: the two counters save, against "
        "2w + 2 ceil(log2(d+1)), 3 cells if d >= 2 is a power of two, 2 for other d >= 1, none "
        "for d = 0",
        SPLIT,
        _split,
        _split_saves,
    ),
)


# --- revision to M, as short as counting allows --------------------------------------------------


def layers_with_extra_cells(extra: int, width: Number) -> Number:
    """sum over j <= c of C(w+c, w+j) 2^j, as a polynomial in w: the layers of w + c cells."""

    def choose(below: int) -> Number:
        """C(w + c, c - j) as a product."""
        result: Number = 1
        for i in range(below):
            result = result * (width + extra - i) / (i + 1)
        return result

    return sum((choose(extra - j) * 2**j for j in range(extra + 1)), 0 * width)


CLOSED: tuple[Callable[[Number], Number], ...] = (
    lambda w: w + 3,
    lambda w: (w**2 + 7 * w + 18) / 2,
    lambda w: (w**3 + 12 * w**2 + 65 * w + 162) / 6,
)
"""With one, two and three cells beyond w."""


def _relative_layers(extra: int, width: Number, _: object) -> Number:
    return layers_with_extra_cells(extra, width) / width**extra


def _over_factorial(extra: int, _: object) -> Number:
    return Fraction(1, factorial(extra))


COUNTED = ByAlgebra(
    "revision to M: w + c cells hold so many layers, c = 1, 2, 3",
    tuple(
        Identity(
            f"layers of w + {extra} cells", ("w",), partial(layers_with_extra_cells, extra), closed
        )
        for extra, closed in enumerate(CLOSED, start=1)
    ),
)


ASYMPTOTICS = ByAlgebra(
    "how counters and layers grow with the depth and the width",
    (
        # ceil(y) is at least y and less than y + 1, so both ends of the ratio are as stated.
        Limit(
            "ternary against stated, from above",
            lambda x, log: (log(x) / log(3) + 1) / (log(x) / log(2)),
            lambda log: log(2) / log(3),
        ),
        Limit(
            "ternary against stated, from below",
            lambda x, log: log(x) / log(3) / (log(x) / log(2) + 1),
            lambda log: log(2) / log(3),
        ),
        *(
            Limit(
                f"layers of w + {extra} cells against w^{extra}",
                partial(_relative_layers, extra),
                partial(_over_factorial, extra),
            )
            for extra in range(1, len(CLOSED) + 1)
        ),
    ),
)


def counts_agree(width: int) -> bool:
    """The polynomials against the count that the searches use, and the lengths that follow."""
    exact = Fraction(width)
    for extra, closed in enumerate(CLOSED, start=1):
        layers = sum(comb(width + extra, width + j) * 2**j for j in range(extra + 1))
        if layers != most_layers(Edits.REVISE_ANY, width, width + extra):
            return False
        if closed(exact) != layers or layers_with_extra_cells(extra, exact) != layers:
            return False
        if counted_length(Edits.REVISE_ANY, width, layers - 1) != width + extra:
            return False
        if counted_length(Edits.REVISE_ANY, width, layers) != width + extra + 1:
            return False
    return True
