"""One-hot laws in the claims on rounds (`rounds_lattice`): samplers, counts, scratch cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from dlmcheck.model.samplers.drawn_patterns import (
    fixed_weight_by_uniform_subset,
    one_hot_by_independent_unmasking,
    one_hot_by_remasking,
)
from dlmcheck.model.samplers.mixtures import Piece, codebook, mixture_with_scratch, pieces_of
from dlmcheck.model.targets import TokenLaw, one_hot, parse_target
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Point, PredictorClass, Reals
from dlmcheck.spec.rounds import least_rounds
from dlmcheck.spec.sampler import output_law
from dlmcheck.verify.claims.parity_samplers import sizes
from dlmcheck.verify.claims.proved_rounds import ONE_HOT_PROOFS
from dlmcheck.verify.claims.registry import Job, Profile, SweepJob
from dlmcheck.verify.claims.rounds_checks import (
    Make,
    by_paths,
    required,
    samples,
    takes_more,
    two_rounds_of_revision,
)
from dlmcheck.verify.kernel.exchangeable import check_document as check_exchangeable
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.rounds.exchangeable import exchangeable_rounds
from dlmcheck.verify.rounds.facts import Lower
from dlmcheck.verify.rounds.lower_bounds import arguments
from dlmcheck.verify.rounds.upper_bounds import constructions

DEFINITION = "dynamic program of the definition"
CERTIFIED = "certificates by numbers of zeros and ones"
ONE_HOT, SCRATCH_JOB = "rounds-one-hot", "rounds-scratch"
ONE_HOT_DEFINITION, ONE_HOT_CERTIFIED = "rounds-one-hot-definition", "rounds-one-hot-certified"


# --- one-hot -----------------------------------------------------------------------------------


def one_hot_with_scratch(law: TokenLaw) -> Sampler | None:
    """Two rounds, write-once: output 0 is drawn first, scratch cells name the place of the 1."""
    n = len(next(iter(law)))
    rest = law.given(lambda z: not z[0])
    pieces = pieces_of(rest)
    book = codebook([piece.mass for piece in pieces], max(n - 2, 0))
    if book is None:
        return None
    alone = pieces_of(law.given(lambda z: bool(z[0])))
    by_value: dict[tuple[int, ...], Sequence[Piece]] = {(0,): pieces, (1,): alone}
    return mixture_with_scratch(by_value, (0,), (law.probability(lambda z: bool(z[0])),), book, n)


ONE_HOT_SAMPLERS: Mapping[str, Make] = {
    "revision": two_rounds_of_revision,
    "independent": one_hot_by_independent_unmasking,
    "exchangeable": lambda law: fixed_weight_by_uniform_subset(len(next(iter(law))), 1),
    "remask": one_hot_by_remasking,
    "scratch": one_hot_with_scratch,
}


def _one_hot(profile: Profile) -> Sweep[int, TokenLaw]:
    from dlmcheck.verify.claims.rounds_lattice import ONE_HOT as CLAIM

    point = {row.id: row.point for row in CLAIM.rows}
    properties: dict[str, Callable[[TokenLaw], Outcome]] = {}
    for suffix, engine in (("", output_law), (",paths", by_paths)):
        for reading in ("revision", "independent", "exchangeable", "remask"):
            name = f"X-ONEHOT/{reading}"
            make = required(ONE_HOT_SAMPLERS[reading])
            properties[name + suffix] = samples(make, 2, point[name], engine)
        for reading in ("revision", "independent", "scratch"):
            more = takes_more(ONE_HOT_SAMPLERS[reading], 2, engine)
            properties[f"X-ONEHOT/n rounds,{reading}{suffix}"] = _from_three(more)
    largest = {Profile.QUICK: 5, Profile.FULL: 6, Profile.DEEP: 7}[profile]
    return Sweep(sizes("one-hot laws", 2, largest), one_hot, properties)


def _from_three(holds: Callable[[TokenLaw], Outcome]) -> Callable[[TokenLaw], Outcome]:
    return lambda law: NOT_MET if len(law) < 3 else holds(law)


Count = Callable[[int, Reals], int | None]
"""The least number of rounds of the one-hot law of length n, None for never."""


def by_definition(n: int, reals: Reals) -> int | None:
    """By the dynamic program of the specification."""
    return least_rounds(one_hot(n), reals)


def by_certificate(n: int, reals: Reals) -> int | None:
    """By the table of numbers of zeros and ones, checked by the kernel."""
    weights = [Fraction(int(k == 1), n) for k in range(n + 1)]
    found = exchangeable_rounds(weights, reals=reals)
    document = Document.parse(found.certificate, "one-hot")
    check_exchangeable(document, weights, rounds=found.rounds, reals=reals)
    return found.rounds


def one_hot_counts(count: Count) -> dict[str, Callable[[int], Outcome]]:
    """The statements on write-once samplers with deterministic F, by one way to count."""

    def least(n: int) -> Outcome:
        found = count(n, Reals.UNRESTRICTED)
        return HOLDS if found == n else fails(f"n = {n}: {found} rounds")

    def at_most(most: int) -> Callable[[int], Outcome]:
        def holds(n: int) -> Outcome:
            found = count(n, Reals.UNRESTRICTED)
            return (
                HOLDS if found is not None and found <= most else fails(f"n = {n}: {found} rounds")
            )

        return holds

    def never(reals: Reals, least_n: int) -> Callable[[int], Outcome]:
        def holds(n: int) -> Outcome:
            if n < least_n:
                return NOT_MET
            found = count(n, reals)
            return HOLDS if found is None else fails(f"n = {n}: {found} rounds")

        return holds

    return {
        "X-ONEHOT/write-once": least,
        "X-ONEHOT/write-once,dyadic": never(Reals.DYADIC, 3),
        "X-ONEHOT/never,real": never(Reals.UNRESTRICTED, 3),
        "X-ONEHOT/never,n=2": never(Reals.DYADIC, 2),
        "X-ALIAS3/write-once": at_most(3),
        "X-JOINT2/deterministic": at_most(2),
    }


def _counted(
    count: Count, largest: Mapping[Profile, int], suffix: str
) -> Callable[..., Sweep[int, int]]:
    def make(profile: Profile) -> Sweep[int, int]:
        properties = {name + suffix: holds for name, holds in one_hot_counts(count).items()}
        return Sweep(sizes("one-hot laws", 2, largest[profile]), lambda n: n, properties)

    return make


# --- the frontier of scratch cells -------------------------------------------------------------


def fewest_scratch_cells(n: int, most: int = 4) -> tuple[int, int]:
    """The fewest scratch cells for one-hot in two rounds: at least, at most, each certified."""
    target = parse_target(f"one-hot:{n}")
    least, upper = 0, most + 1
    for scratch in range(1, most + 1):
        if any(
            fact.rounds == 2 and _is_plain(fact.point) for fact in constructions(target, (scratch,))
        ):
            upper = scratch
            break
    for scratch in range(1, upper):
        if any(_is_scratch(lower, scratch) for lower in arguments(target, (scratch,))):
            least = scratch
    return least + 1, upper


def _is_plain(point: Point) -> bool:
    return replace(point, predictor=PredictorClass(), scratch=0) == Point(scratch=0)


def _is_scratch(lower: Lower, scratch: int) -> bool:
    return lower.bound.value == 3 and lower.covers(Point(scratch=scratch))


def _frontier(n: int) -> Outcome:
    least, most = fewest_scratch_cells(n)
    wanted = {3: 1, 4: 2, 5: 2}[n]
    return HOLDS if least == most == wanted else fails(f"n = {n}: from {least} to {most} cells")


def _one_cell(n: int) -> Outcome:
    least, _ = fewest_scratch_cells(n)
    return HOLDS if least <= 1 else fails(f"n = {n}: at least {least} cells")


def _scratch(_: Profile) -> Sweep[int, int]:
    properties = {"X-SCRATCH/one-hot": _frontier, "X-SCRATCH/one-cell": _one_cell}
    return Sweep(sizes("one-hot laws with scratch cells", 3, 5), lambda n: n, properties)


SMALL = {Profile.QUICK: 4, Profile.FULL: 5, Profile.DEEP: 5}
LARGE = {Profile.QUICK: 10, Profile.FULL: 20, Profile.DEEP: 30}

JOBS: tuple[Job, ...] = (
    SweepJob(ONE_HOT, _one_hot, split=1),
    SweepJob(ONE_HOT_DEFINITION, _counted(by_definition, SMALL, ""), split=1),
    SweepJob(ONE_HOT_CERTIFIED, _counted(by_certificate, LARGE, ",certified"), split=1),
    SweepJob(SCRATCH_JOB, _scratch, split=1),
    ONE_HOT_PROOFS,
)
