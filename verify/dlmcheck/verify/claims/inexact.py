"""Even parity with an error allowed: what too few rounds cost in total variation.

Source: Theorem 4.5 of Jiang, Haghtalab, Chen (ICLR 2026) asks for D_n exactly; this is the claim
with exactness weakened (note T4.5-ERROR, with the proofs). For write-once sampling on L = n cells
with deterministic F the probability of an output is a product of local factors. If every factor
misses a cell, the product over all even strings equals the product over all odd ones, and the
total-variation distance to D_n is at least 1/(2^(n-1) + 1). For one round, and for three cells,
`inexact_small` has the exact trade-off.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from dlmcheck.model.families.layered_random import pick
from dlmcheck.model.samplers.wires import Wires, parity_schedule
from dlmcheck.model.targets import even_parity
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import LeavesMask
from dlmcheck.spec.law import Law, bernoulli, product_law, total_variation
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import inexact_small
from dlmcheck.verify.claims.parity_samplers import sizes
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.proofs import errors

SEEDS = 300

BALANCED = "the products over even and over odd strings are equal"
FAR = "the distance to D_n is at least 1/(2^(n-1) + 1)"
HALF = "with an error of 1/2 allowed, D_n takes more than one round"


BY_STEPS = "steps by truth tables, arithmetic by solvers"


# --- local samplers of too few rounds ----------------------------------------------------------


def local_sampler(seed: int) -> tuple[int, Schedule]:
    """n = 3 or 4 cells, two rounds, each later cell reads one earlier token: (n, schedule).

    Round 1 writes some cells (F deterministic, with a clock), round 2 the others. So no check
    reads more than two cells, and two is less than n: too few rounds for locality 1. The bits
    are drawn with probability 0, 1/4, 1/2, 3/4 or 1, which may depend on the token read.
    """
    source = Random(seed)
    n = 3 + pick(source, 2)
    first = [i for i in range(n) if source.random() < 0.5] or [0]
    w = Wires(n, clock_bits=2, random=2 * n)
    f = Wires(n, clock_bits=2)
    lows: list[Literal] = []
    flags: list[Literal] = []
    for i in range(n):
        number = 1 if i in first else 2
        flags.append(f.all_of(f.masked(i), f.round_is(number)))
        coins = (w.coin(2 * i), w.coin(2 * i + 1))
        drawn = _biased(w, coins, pick(source, 5))
        if i not in first:
            read = w.value(first[pick(source, len(first))])
            drawn = w.builder.mux(read, _biased(w, coins, pick(source, 5)), drawn)
        lows.append(w.any_of(w.all_of(w.masked(i), drawn), w.value(i)))
    return n, parity_schedule(n, 2, w.values(lows), f.marks(flags), clock=True)


def _biased(w: Wires, coins: tuple[Literal, Literal], quarters: int) -> Literal:
    """A bit that is 1 with so many quarters."""
    return (
        w.zero(),
        w.builder.and_(*coins),
        coins[0],
        w.builder.or_(*coins),
        w.one(),
    )[quarters]


class LocalCase:
    """One local sampler with its exact output law."""

    def __init__(self, seed: int) -> None:
        self.n, schedule = local_sampler(seed)
        try:
            self.law: Law[State] | None = output_law(sampler_of(schedule))
        except LeavesMask:
            self.law = None


def _is_balanced(case: LocalCase) -> Outcome:
    if case.law is None:
        return NOT_MET
    products = [Fraction(1), Fraction(1)]
    for z in product((0, 1), repeat=case.n):
        products[sum(z) % 2] *= case.law[z]
    if products[0] != products[1]:
        return fails(f"n = {case.n}: {products[0]} over even strings, {products[1]} over odd ones")
    return HOLDS


def _is_far(case: LocalCase) -> Outcome:
    if case.law is None:
        return NOT_MET
    distance = total_variation(case.law, even_parity(case.n))
    least = Fraction(1, 2 ** (case.n - 1) + 1)
    if distance < least:
        return fails(f"n = {case.n}: distance {distance}, stated at least {least}")
    return HOLDS


def _seeds(_: Profile) -> Sweep[int, LocalCase]:
    domain = Domain(
        f"local samplers of two rounds, seeds 0 to {SEEDS - 1}",
        SEEDS,
        lambda: range(SEEDS),
        lambda seed: 0 <= seed < SEEDS,
        str,
        int,
    )
    return Sweep(domain, LocalCase, {BALANCED: _is_balanced, FAR: _is_far})


# --- an error of one half ----------------------------------------------------------------------


def more_than_one_round(n: int) -> Outcome:
    """That no product law is within 1/2 of D_n: the uniform one is."""
    uniform = product_law([bernoulli(Fraction(1, 2))] * n)
    distance = total_variation(uniform, even_parity(n))
    if distance > Fraction(1, 2):
        return HOLDS
    return fails(f"n = {n}: one round of fair bits has error {distance}")


def _half(_: Profile) -> Sweep[int, int]:
    return Sweep(sizes("D_n", 2, 8), lambda n: n, {HALF: more_than_one_round})


def proofs() -> tuple[Proof, ...]:
    """The first two statements for all n."""
    return errors.balance_proof(), errors.distance_proof()


def answered(_: Proof) -> SolverAnswer:
    """Who was believed on the one query, that of the second statement."""
    return smt.answer([errors.FAR])


JOBS = (
    SweepJob("inexact-local", _seeds, split=1),
    SweepJob("inexact-half", _half, split=1),
    *inexact_small.JOBS,
    ProofJob("inexact-proved", proofs, answered),
)

CLAIM = Claim(
    "T4.5-ERROR",
    "too few rounds cost an error, and an error buys rounds",
    "Theorem 4.5 of Jiang, Haghtalab, Chen (ICLR 2026) with exactness weakened (this project)",
    ("small-error",),
    "T4.5-ERROR",
    (
        Row(
            "T4.5-ERROR",
            "balanced",
            "write-once, L = n, deterministic F, every check missing a cell: the product of the "
            "output probabilities over even strings is that over odd strings",
            (
                Road("inexact-local", BALANCED, REFERENCE),
                Road("inexact-proved", errors.BALANCED, BY_STEPS),
            ),
        ),
        Row(
            "T4.5-ERROR",
            "lower-bound",
            "the same samplers are at total-variation distance >= 1/(2^(n-1) + 1) from D_n",
            (
                Road("inexact-local", FAR, REFERENCE),
                Road("inexact-proved", errors.LOWER, BY_STEPS),
            ),
            assumptions=(errors.MEANS,),
        ),
        *inexact_small.rows("T4.5-ERROR"),
        Row(
            "T4.5-ERROR",
            "half",
            "an error of 1/2 does not help: D_n still takes more than one round",
            (Road("inexact-half", HALF, REFERENCE),),
            dropped="small-error",
        ),
    ),
)
CLAIMS = (CLAIM,)
