"""Statements for all n that are identities, inequalities or counts, and their finite checks.

Sources: the lengths of Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3, and of this
project (note LENGTHS); sizes and depths of the circuit families (note FAMILIES); the dimension
count of X-DIM2 in the public follow-up notes; the errors of samplers that drop a hypothesis (note
PARITY-ERROR). A row has a proof for all n and, beside it, the same statement on what is built.
"""

from __future__ import annotations

from dlmcheck.spec.lattice import Clock, Edits, Point
from dlmcheck.verify.claims.identity_checks import (
    COUNTS,
    DEPTHS,
    ENDS,
    ENDS_PROVED,
    JOBS,
    growth_name,
)
from dlmcheck.verify.claims.registry import Claim, Road, Row
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.proofs import dimension, errors, families, family_stages, lengths, parity_ends
from dlmcheck.verify.proofs.arithmetic import Arithmetic, ByQueries

__all__ = ["CLAIMS", "JOBS"]

SOLVERS = "queries of arithmetic, answered by solvers"
ALGEBRA = "identities of rational functions, by SymPy"
PROOF = "steps by truth tables, arithmetic by solvers"
FORMULAS = "the constructions' own formulas"
MEASURED = "measured on what is built"
BIJECTION = "the map y -> z is a bijection onto the strings of one parity (claim T4.1)"


def _row(
    claim: str,
    reading: str,
    says: str,
    one: Arithmetic,
    *roads: Road,
    point: Point | None = None,
    rests_on: tuple[str, ...] = (),
) -> Row:
    engine = SOLVERS if isinstance(one, ByQueries) else ALGEBRA
    rules = tuple(f"rule: {rule.value}" for rule in one.rules)
    first = Road("arithmetic", one.statement, engine)
    return Row(claim, reading, says, (first, *roads), point, (*rules, *rests_on))


LENGTHS = Claim(
    "LENGTHS",
    "when the shorter lengths are strictly shorter",
    "this project, on the lengths of Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3",
    (),
    "LENGTHS",
    (
        *(
            _row(
                "LENGTHS",
                saving.reading,
                f"for all w and d, at d + 1 rounds each: {saving.says} (built: d <= {DEPTHS})",
                saving.proof,
                Road("lengths-exact", saving.proof.statement, FORMULAS),
            )
            for saving in lengths.SAVINGS
        ),
        _row(
            "LENGTHS",
            "counted",
            "revision to M, as short as counting states allows, for all w: L = w + 1 for "
            "1 <= d <= w + 2, w + 2 up to d = (w^2 + 7w + 16)/2, w + 3 up to "
            "d = (w^3 + 12w^2 + 65w + 156)/6",
            lengths.COUNTED,
            Road("layers-counted", COUNTS, FORMULAS),
        ),
        _row(
            "LENGTHS",
            "asymptotics",
            "as d grows, the ternary counter takes log 2 / log 3 of the cells of the stated one; "
            "as w grows, w + c cells hold w^c / c! layers to first order (c = 1, 2, 3)",
            lengths.ASYMPTOTICS,
        ),
    ),
)


def _family_row(growth: families.Growth) -> Row:
    measured = Road("families-grow", growth_name(growth), MEASURED)
    says = (
        f"{growth.family}: the stated size and depth are the closed forms ({growth.says}), "
        "k <= 12, and so are the measured ones for n <= 16"
    )
    proof = family_stages.proof(growth.family)
    stages = f"for every {growth.sizes}, by stages"
    return _row("FAMILIES", growth.family, f"{stages}; {says}", proof, measured)


FAMILIES_CLAIM = Claim(
    "FAMILIES",
    "size against depth of the circuit families",
    "this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1",
    (),
    "FAMILIES",
    (
        _row(
            "FAMILIES",
            "by-depth",
            "for all sizes, the closed forms of size and depth give N as a function of d: "
            + "; ".join(f"{g.family} {g.says}" for g in families.GROWTHS if g.by_depth is not None),
            families.BY_DEPTH,
        ),
        _row(
            "FAMILIES",
            "recurrences",
            "n = 2^k, all k: Batcher's network has (k^2 - k + 4) 2^(k-2) - 1 comparators, the "
            "Kogge-Stone adder (3k + 1) 2^k + 3 nodes",
            families.RECURRENCES,
        ),
        *map(_family_row, families.GROWTHS),
    ),
)


def _dimension_rows(symbols: int) -> tuple[Row, ...]:
    tokens = symbols == 2
    point = Point(
        edits=Edits.REVISE_TOKEN if tokens else Edits.REVISE_ANY,
        clock=Clock.ROUND_NUMBER,
        scratch=0,
    )
    enough, short = dimension.enough(symbols), dimension.not_enough(symbols)
    name = "tokens" if tokens else "tokens-or-M"
    written = "tokens only" if tokens else "tokens or M"
    least = dimension.LARGEST[symbols]
    return (
        _row(
            "X-DIM2",
            f"{name},enough",
            f"revision to {written}, F deterministic, L = n, any real probabilities: every law on "
            f"n <= {least} bits is sampled in two rounds",
            enough,
            Road("two-rounds-any-law", enough.statement, REFERENCE),
            point=point,
        ),
        Row(
            "X-DIM2",
            f"{name},not-enough",
            f"revision to {written}, F deterministic, L = n, any real probabilities: for every "
            f"n >= {least + 1} some law on n bits is not sampled in two rounds",
            (Road("identity-proofs", short.statement, PROOF),),
            point,
            (dimension.DIMENSION,),
        ),
    )


TWO_ROUNDS = Claim(
    "X-DIM2",
    "two rounds of revision do not always suffice",
    "the public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026), X-DIM2",
    (),
    "X-DIM2",
    (*_dimension_rows(2), *_dimension_rows(3)),
)

ERRORS = Claim(
    "PARITY-ERROR",
    "what a dropped hypothesis costs even parity in total variation",
    "this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.1",
    (),
    "PARITY-ERROR",
    (
        *(
            _row(
                "PARITY-ERROR",
                reading,
                f"for all n (built: n <= 5): {one.statement}",
                one,
                Road("parity-errors", one.statement, REFERENCE),
                rests_on=rests_on,
            )
            for reading, one, rests_on in (
                ("one-round", errors.PARITY_OF_BITS, ()),
                ("last-bit", errors.LAST_BIT, (BIJECTION,)),
                ("one-coin", errors.ONE_COIN, (BIJECTION,)),
            )
        ),
        Row(
            "PARITY-ERROR",
            "ends",
            f"for all n (run: n <= 5): {ENDS}",
            (
                Road("parity-errors", ENDS, REFERENCE),
                Road(ENDS_PROVED.id, parity_ends.STATEMENT, PROOF),
            ),
        ),
        _row("PARITY-ERROR", "two-bits", errors.TWO_BITS.statement, errors.TWO_BITS),
    ),
)

CLAIMS = (LENGTHS, FAMILIES_CLAIM, TWO_ROUNDS, ERRORS)
