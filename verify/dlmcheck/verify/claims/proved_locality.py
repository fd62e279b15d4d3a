"""The locality bound and rigidity, proved for all n, and their steps on concrete samplers.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5 in its locality form (note T4.5), and the
rigidity lemma of the public follow-up notes (note RIGIDITY). The proofs are replayed by the
kernel, their queries of arithmetic answered by solvers. What the proofs speak of is compared with
what concrete samplers do, seeded and constructed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property

from dlmcheck.model.reductions.cones import cone_bounds, longest_parity
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import laws_by_round, output_law
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.loose_choices import LOOSE, Loose, choices
from dlmcheck.verify.claims.parity_samplers import WRITE_ONCE
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.proofs import locality, locality_parts, rigidity
from dlmcheck.verify.proofs.locality_runs import (
    LocalSampler,
    check_certificate,
    dependence,
    flipped,
    of_schedule,
    random_adaptive_sampler,
    random_local_sampler,
    strings,
    violations,
)

PROOF = "steps by truth tables, arithmetic by solvers"
SEEDS = {Profile.QUICK: 100, Profile.FULL: 400, Profile.DEEP: 1500}
LARGEST = 5

# --- the proofs --------------------------------------------------------------------------------


def proofs() -> Sequence[Proof]:
    """The proofs of this module, built anew."""
    return (
        locality.locality_proof(),
        rigidity.parity_rigidity(),
        rigidity.dyadic_rigidity(),
        rigidity.one_hot_needs_other_predictors(),
        *(argument.proof for argument in locality_parts.arguments()),
    )


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on the queries of one of these proofs. Raises `KeyError` for another."""
    asked = (*locality.locality_queries(), *rigidity.QUERIES.values(), locality_parts.QUOTIENT)
    known = {query.name: query for query in asked}
    return smt.answer([known[name] for name in proof.queries])


# --- concrete samplers -------------------------------------------------------------------------

DEPENDS = "the bits on which masks and cells depend are at most A_t and B_t"
UNREAD = "a string that differs in a bit which the violated check does not read is rejected, too"
EVENT = "the probability of a reached state is that of what it shows"
CONDITIONAL = "a reachable choice is the conditional law of its bit"
POWERS = "with atoms that are powers of 1/2 reachable choices are fair or certain"
PARITY = "if the law is D_n, reachable choices are fair or certain, and n <= (k+1)^(D-1)"


class Case:
    """A local sampler with its laws."""

    def __init__(self, local: LocalSampler) -> None:
        self.local = local

    @cached_property
    def output(self) -> Law[State]:
        """The output law."""
        return output_law(self.local.sampler)

    def shows(self, state: State) -> Fraction:
        """The probability that the output agrees with what a state shows."""
        agree = (
            p
            for z, p in self.output.items()
            if all(x in (MASK, bit) for x, bit in zip(state, z, strict=True))
        )
        return sum(agree, Fraction(0))


def _depends(case: Case) -> Outcome:
    local = case.local
    if local.adaptive:
        return NOT_MET
    bounds = cone_bounds(local.tokens, local.sampler.rounds)
    for (mask, cell), after in zip(bounds, dependence(local), strict=True):
        for i, found in enumerate(after):
            if len(found.mask) > mask or len(found.shown) > cell:
                return fails(f"cell {i}: {len(found.mask)} and {len(found.shown)} bits")
    return HOLDS


def _unread(case: Case) -> Outcome:
    local, met = case.local, False
    for z in strings(local.n):
        for violation in violations(local, z)[:1]:
            met = True
            seen = check_certificate(local, z, violation)
            if len(seen) > longest_parity(local.tokens, local.sampler.rounds):
                return fails(f"a check sees {len(seen)} bits")
            for j in range(local.n):
                if j not in seen and case.output[flipped(z, j)]:
                    return fails(f"{z} is rejected without a look at bit {j}, on which it depends")
    return HOLDS if met else NOT_MET


def _event(case: Case) -> Outcome:
    for number, law in enumerate(laws_by_round(case.local.sampler)):
        for configuration, probability in law.items():
            if probability != case.shows(configuration.state):
                return fails(f"{configuration.state} after round {number}")
    return HOLDS


def _conditional(case: Case) -> Outcome:
    for choice in choices(case.local.sampler):
        whole = case.shows(choice.state)
        for token in (0, 1):
            shown = tuple(token if i == choice.position else x for i, x in enumerate(choice.state))
            if case.shows(shown) != whole * choice.law[token]:
                return fails(f"cell {choice.position} in {choice.state}")
    return HOLDS


def _is_power_of_half(weight: Fraction) -> bool:
    return weight.numerator == 1 and weight.denominator & (weight.denominator - 1) == 0


def _rigid(case: Case) -> Outcome:
    loose = [choice for choice in choices(case.local.sampler) if not choice.is_rigid]
    return fails(f"cell {loose[0].position} in {loose[0].state}") if loose else HOLDS


def _powers(case: Case) -> Outcome:
    if not all(_is_power_of_half(weight) for _, weight in case.output.items()):
        return NOT_MET
    return _rigid(case)


def _parity(case: Case) -> Outcome:
    local = case.local
    even = [z for z in strings(local.n) if sum(z) % 2 == 0]
    if any(case.output[z] * len(even) != 1 for z in even):
        return NOT_MET
    if local.n > longest_parity(local.tokens, local.sampler.rounds):
        return fails(f"D_{local.n} in {local.sampler.rounds} rounds, {local.tokens} tokens read")
    return _rigid(case)


PROPERTIES: dict[str, Callable[[Case], Outcome]] = {
    DEPENDS: _depends,
    UNREAD: _unread,
    EVENT: _event,
    CONDITIONAL: _conditional,
    POWERS: _powers,
    PARITY: _parity,
}


SEEDED = {"local": random_local_sampler, "adaptive": random_adaptive_sampler}


def _named(name: str) -> LocalSampler:
    kind, _, number = name.rpartition(" ")
    if kind in SEEDED:
        return SEEDED[kind](int(number))
    (sampler,) = (s for s in WRITE_ONCE if s.name == kind)
    return of_schedule(sampler.make(int(number)))


def local_samplers(profile: Profile) -> list[str]:
    """Every constructed write-once sampler of D_n with n <= 5, then seeded ones, by name."""
    names = [f"{s.name} {n}" for n in range(2, LARGEST + 1) for s in WRITE_ONCE]
    return [*names, *(f"{kind} {seed}" for seed in range(SEEDS[profile]) for kind in SEEDED)]


def concrete(profile: Profile) -> Sweep[str, Case]:
    """The steps' objects on concrete samplers."""
    domain = listed("write-once samplers with deterministic F", local_samplers(profile), str)
    return Sweep(domain, lambda name: Case(_named(name)), PROPERTIES)


# --- without a hypothesis ------------------------------------------------------------------------


def _tight(loose: Loose) -> Outcome:
    sampler = loose.sampler
    if output_law(sampler) != loose.target:
        return NOT_MET
    for choice in choices(sampler):
        if not choice.is_rigid:
            return fails(f"{choice.law} for cell {choice.position} in {choice.state}")
    return HOLDS


def _only(wanted: Loose) -> Callable[[Loose], Outcome]:
    return lambda loose: _tight(loose) if loose.hypothesis == wanted.hypothesis else NOT_MET


def without(_: Profile) -> Sweep[Loose, Loose]:
    """Rigidity with one hypothesis less, each time with a sampler that has a loose choice."""
    domain = listed("samplers with a loose choice", LOOSE, lambda loose: loose.hypothesis)
    return Sweep(domain, lambda loose: loose, {loose.statement: _only(loose) for loose in LOOSE})


# --- rows --------------------------------------------------------------------------------------


def _proved(claim: str, reading: str, says: str, statement: str) -> Row:
    return Row(claim, reading, says, (Road("locality-proved", statement, PROOF),))


SAMPLERS = "write-once samplers with L = n and deterministic F"


def _both(claim: str, reading: str, statement: str, proved: str, samplers: str = SAMPLERS) -> Row:
    """Looked at on seeded and constructed samplers, and proved for all."""
    roads = (
        Road("locality-concrete", statement, REFERENCE),
        Road("locality-proved", proved, PROOF),
    )
    return Row(claim, reading, f"all {samplers}: {statement}", roads)


BOUND = Claim(
    "T4.5-BOUND",
    "the locality bound: D_n takes 1 + ceil(log_(k+1) n) rounds write-once",
    "Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, locality form",
    ("write-once", "L=n", "deterministic-F", "weak-predictor"),
    "T4.5",
    (
        _proved(
            "T4.5-BOUND",
            "all-n",
            "write-once, L = n, F deterministic, every p_i and F_i reading at most k tokens beside "
            "its own mask status, which ones may depend on those read before, with or without the "
            "round number, any real probabilities: D_n takes D >= 1 + ceil(log_(k+1) n) rounds, "
            "for all n, k and D",
            locality.STATEMENT,
        ),
        _both("T4.5-BOUND", "dependence", DEPENDS, locality_parts.DEPENDS),
        _both("T4.5-BOUND", "unread-bit", UNREAD, locality_parts.UNREAD),
    ),
)
RIGIDITY = Claim(
    "RIGIDITY",
    "reachable choices of exact write-once samplers are fair or certain",
    "a lemma of the public follow-up notes, behind Theorem 4.5 of Jiang, Haghtalab, Chen",
    ("write-once", "L=n", "deterministic-F", "dyadic-predictor", "atoms-powers-of-half"),
    "RIGIDITY",
    (
        _proved(
            "RIGIDITY",
            "parity",
            "write-once, L = n, F deterministic, any real probabilities: in a sampler of D_n every "
            "reachable choice is (1,0), (0,1) or (1/2,1/2), for all n",
            rigidity.PARITY_RIGID,
        ),
        _proved(
            "RIGIDITY",
            "dyadic",
            "the same for every target whose atoms are powers of 1/2, equal or not, if the "
            "predictor is dyadic",
            rigidity.DYADIC_RIGID,
        ),
        _proved(
            "RIGIDITY",
            "one-hot",
            "the uniform one-hot law, n >= 3, is not sampled write-once with L = n, F "
            "deterministic and dyadic predictors, in any number of rounds",
            rigidity.ONE_HOT,
        ),
        _both("RIGIDITY", "event", EVENT, locality_parts.EVENT),
        _both("RIGIDITY", "conditional", CONDITIONAL, locality_parts.CONDITIONAL),
        _both("RIGIDITY", "powers", POWERS, rigidity.DYADIC_RIGID, f"{SAMPLERS}, and dyadic p"),
        _both("RIGIDITY", "even", PARITY, locality_parts.EVEN),
        *(
            Row(
                "RIGIDITY",
                f"without,{loose.hypothesis}",
                f"write-once rigidity, {loose.says}: every reachable choice is fair or certain",
                (Road("loose-choices", loose.statement, REFERENCE),),
                dropped=loose.hypothesis,
            )
            for loose in LOOSE
        ),
    ),
)

CLAIMS = (BOUND, RIGIDITY)
JOBS = (
    ProofJob("locality-proved", proofs, answered),
    SweepJob("locality-concrete", concrete),
    SweepJob("loose-choices", without, split=1),
)
