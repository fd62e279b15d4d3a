"""What decides the rows of `identities`: arithmetic for all n, and the same on what is built.

Sources as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.samplers.ablated import (
    Boundary,
    remasking_with_boundary,
    revision_with_boundary,
)
from dlmcheck.model.samplers.prefix_tree import two_round_sampler
from dlmcheck.model.targets import even_parity
from dlmcheck.spec.law import Law, bernoulli, product_law, total_variation
from dlmcheck.spec.resources import measure
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.parity_samplers import sizes
from dlmcheck.verify.claims.registry import DirectJob, Profile, ProofJob, SweepJob
from dlmcheck.verify.engines import smt
from dlmcheck.verify.engines.biased import biased_schedule_law
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.kernel.query_documents import Queries
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.proofs import (
    dimension,
    errors,
    families,
    family_stages,
    lengths,
    parity_ends,
    vocabulary,
)
from dlmcheck.verify.proofs.arithmetic import Arithmetic, ByQueries

# --- the proofs --------------------------------------------------------------------------------

ARITHMETIC: tuple[Arithmetic, ...] = (
    *(saving.proof for saving in lengths.SAVINGS),
    lengths.COUNTED,
    lengths.ASYMPTOTICS,
    families.BY_DEPTH,
    families.RECURRENCES,
    dimension.enough(2),
    dimension.enough(3),
    errors.PARITY_OF_BITS,
    errors.LAST_BIT,
    errors.ONE_COIN,
    errors.TWO_BITS,
    *(family_stages.proof(family) for family in family_stages.MAKERS),
    vocabulary.NO_LABELLING_PROOF,
)
QUERIES = {q.name: q for symbols in (2, 3) for q in dimension.count_queries(symbols)}


def decided(_: Profile) -> Mapping[str, Checked]:
    """Every arithmetic statement, by whoever decides it."""
    return {one.statement: one.check() for one in ARITHMETIC}


def asked() -> tuple[Queries, ...]:
    """The statements among them that solvers decide, with the texts that they are asked."""
    return tuple(one.asked for one in ARITHMETIC if isinstance(one, ByQueries))


def proofs() -> tuple[Proof, ...]:
    """The proofs that have steps, too."""
    return dimension.not_enough(2), dimension.not_enough(3)


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on a proof's queries. Raises `KeyError` for a query of another proof."""
    return smt.answer([QUERIES[name] for name in proof.queries])


# --- the same on what is built -------------------------------------------------------------------

DEPTHS = 5000
COUNTS = "the layers on w + c cells are these polynomials"


def _saves(saving: lengths.Saving) -> Callable[[int], Outcome]:
    def holds(d: int) -> Outcome:
        if lengths.holds_at(d, saving.saved, saving.claimed):
            return HOLDS
        return fails(f"d = {d}: {saving.saved(d)} cells saved, claimed {saving.claimed(d)}")

    return holds


def _depths(_: Profile) -> Sweep[int, int]:
    properties = {saving.proof.statement: _saves(saving) for saving in lengths.SAVINGS}
    return Sweep(sizes("depths", 0, DEPTHS), lambda d: d, properties)


def _widths(_: Profile) -> Sweep[int, int]:
    def holds(w: int) -> Outcome:
        return HOLDS if lengths.counts_agree(w) else fails(f"w = {w}")

    return Sweep(sizes("widths", 1, 12), lambda w: w, {COUNTS: holds})


def growth_name(growth: families.Growth) -> str:
    """The statement about a family."""
    return f"{growth.family}: size and depth are as in closed form"


def _grows(growth: families.Growth) -> Callable[[int], Outcome]:
    def holds(k: int) -> Outcome:
        if k < growth.least:
            return NOT_MET
        family, n = FAMILIES[growth.family], growth.member(k)
        stated = (Fraction(family.size(n)), Fraction(family.depth(n)))
        if stated != growth.closed(k):
            return fails(f"k = {k}: stated {stated}, closed form {growth.closed(k)}")
        if n <= 16:
            circuit = family(n)
            found = (Fraction(circuit.node_count), Fraction(measure(circuit).depth))
            if found != stated:
                return fails(f"k = {k}: measured {found}, stated {stated}")
        return HOLDS

    return holds


def _families(_: Profile) -> Sweep[int, int]:
    properties = {growth_name(growth): _grows(growth) for growth in families.GROWTHS}
    return Sweep(sizes("k", 0, 12), lambda k: k, properties)


@dataclass(frozen=True)
class Drawn:
    """A seeded law on {0,1}^n, with zeros."""

    seed: int

    @property
    def n(self) -> int:
        """1 to 4."""
        return 1 + self.seed % 4

    @property
    def law(self) -> Law[State]:
        """Weights up to 7, a third of them 0, that do not all vanish."""
        source = Random(self.seed)
        weights = [source.choice((0, 0, 1, 2, 5, 7)) for _ in range(1 << self.n)]
        weights[source.randrange(len(weights))] += 1
        strings = product((0, 1), repeat=self.n)
        return Law({z: Fraction(w, sum(weights)) for z, w in zip(strings, weights, strict=True)})


def two_rounds_name(symbols: int) -> str:
    """The statement about seeded laws."""
    return dimension.enough(symbols).statement


def _two_rounds(symbols: int) -> Callable[[Drawn], Outcome]:
    def holds(drawn: Drawn) -> Outcome:
        if drawn.n > dimension.LARGEST[symbols]:
            return NOT_MET
        found = output_law(two_round_sampler(drawn.n, drawn.law, symbols))
        return HOLDS if found == drawn.law else fails(f"n = {drawn.n}: another law")

    return holds


def _drawn(_: Profile) -> Sweep[Drawn, Drawn]:
    domain = Domain(
        "seeded laws on 1 to 4 bits, seeds 0 to 199",
        200,
        lambda: map(Drawn, range(200)),
        lambda drawn: 0 <= drawn.seed < 200,
        lambda drawn: str(drawn.seed),
        lambda text: Drawn(int(text)),
    )
    properties = {two_rounds_name(symbols): _two_rounds(symbols) for symbols in (2, 3)}
    return Sweep(domain, lambda drawn: drawn, properties)


# --- errors on concrete samplers -----------------------------------------------------------------

ENDS = (
    "with a fair last bit the distance from D_n is 1/2 for T4.1, and for T4.2's two rounds 1/4 if "
    "n >= 2; with y_0 = 1 it is 1 for both"
)
SIXTHS = tuple(Fraction(s, 6) for s in range(7))


def biased_revision(n: int, coin: int, bias: Fraction) -> Law[State]:
    """T4.1 with the last bit drawn too; coin `coin` has a bias, the last one is 0 unless it."""
    biases = [Fraction(1, 2)] * (n - 1) + [Fraction(0)]
    biases[coin] = bias
    schedule = revision_with_boundary(n, Boundary.LAST_FAIR)
    return Law({z: Fraction(w) for z, w in biased_schedule_law(schedule, (), biases).items()})


def _last_bit(n: int) -> Outcome:
    for e in SIXTHS:
        distance = total_variation(biased_revision(n, n - 1, e), even_parity(n))
        if distance != e:
            return fails(f"n = {n}, e = {e}: distance {distance}")
    return HOLDS


def _one_coin(n: int) -> Outcome:
    if n < 2:
        return NOT_MET
    for p, coin in product(SIXTHS[3:], range(n - 1)):
        distance = total_variation(biased_revision(n, coin, p), even_parity(n))
        if distance != p - Fraction(1, 2):
            return fails(f"n = {n}, p = {p}: distance {distance}")
    return HOLDS


def _ends(n: int) -> Outcome:
    # By remasking a masked last cell forgets its bit, so that only half of the error is left.
    half = Fraction(1, 2)
    expected = (
        (revision_with_boundary, Boundary.LAST_FAIR, half),
        (remasking_with_boundary, Boundary.LAST_FAIR, half if n == 1 else half / 2),
        (revision_with_boundary, Boundary.FIRST_ONE, Fraction(1)),
        (remasking_with_boundary, Boundary.FIRST_ONE, Fraction(1)),
    )
    for make, boundary, wanted in expected:
        law = output_law(sampler_of(make(n, boundary)))
        distance = total_variation(law, even_parity(n))
        if distance != wanted:
            return fails(f"n = {n}, {boundary.value}, {make.__name__}: distance {distance}")
    return HOLDS


def _parity_of_bits(n: int) -> Outcome:
    source = Random(n)
    for _ in range(20):
        ps = [source.choice(SIXTHS) for _ in range(n)]
        law = product_law(bernoulli(p) for p in ps)
        odd = sum((w for z, w in law.items() if sum(z) % 2), Fraction(0))
        signed = Fraction(1)
        for p in ps:
            signed *= 1 - 2 * p
        if 2 * odd != 1 - signed:
            return fails(f"n = {n}: {odd} for {ps}")
    return HOLDS


def _errors(_: Profile) -> Sweep[int, int]:
    return Sweep(
        sizes("n", 1, 5),
        lambda n: n,
        {
            errors.LAST_BIT.statement: _last_bit,
            errors.ONE_COIN.statement: _one_coin,
            errors.PARITY_OF_BITS.statement: _parity_of_bits,
            ENDS: _ends,
        },
    )


def _ends_answered(_: Proof) -> SolverAnswer:
    return smt.answer(parity_ends.argument().queries)


ENDS_PROVED = ProofJob(
    "parity-ends-proved", lambda: (parity_ends.argument().proof,), _ends_answered
)

JOBS = (
    ENDS_PROVED,
    DirectJob("arithmetic", decided, asked),
    ProofJob("identity-proofs", proofs, answered),
    SweepJob("lengths-exact", _depths, split=1),
    SweepJob("layers-counted", _widths, split=1),
    SweepJob("families-grow", _families, split=1),
    SweepJob("two-rounds-any-law", _drawn, split=1),
    SweepJob("parity-errors", _errors, split=1),
)
