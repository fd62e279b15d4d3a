"""What is checked of the claims on rounds beyond write-once (`rounds_lattice`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

from dlmcheck.model.samplers.alias import Marking, alias_over_strings, any_target_by_revision
from dlmcheck.model.samplers.drawn_patterns import (
    any_target_by_joint_patterns,
    any_target_by_joint_remasking,
)
from dlmcheck.model.samplers.mixtures import (
    codebook,
    codebook_with_masks,
    mixture_by_revision,
    mixture_with_scratch,
    pieces_of,
)
from dlmcheck.model.targets import (
    TokenLaw,
    even_parity,
    lacunary_even_parity,
    parse_target,
)
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import IllegalSampler
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.membership import axes_left
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.proved_rounds import ANY_TARGET_PROOFS, DECISION_LIST_PROOFS
from dlmcheck.verify.claims.registry import DirectJob, Job, Profile, SweepJob
from dlmcheck.verify.engines.paths import paths
from dlmcheck.verify.kernel import round_bounds, sampler_table
from dlmcheck.verify.kernel.documents import called
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.rounds.lower_bounds import arguments
from dlmcheck.verify.rounds.tables import table_certificate

REFERENCE = "specification, run on the sampler"
PATHS = "paths one by one"
KERNEL = "certificates of the kernel"

LAWS, LACUNARY = "rounds-laws", "rounds-lacunary"
TARGET_JOB = "rounds-lacunary-target"

Engine = Callable[[Sampler], Law[State]]
Make = Callable[[TokenLaw], Sampler | None]


def by_paths(sampler: Sampler) -> Law[State]:
    """The output law, by paths that are not merged."""
    weights: dict[State, Fraction] = defaultdict(Fraction)
    for path in paths(sampler):
        weights[tuple(path.states[-1][i] for i in sampler.output)] += path.weight
    return Law(weights)


def samples(
    make: Make, rounds: int, point: Point | None, engine: Engine
) -> Callable[[TokenLaw], Outcome]:
    """The sampler of a law has it as its output law, in so many rounds, at a point.

    Where `make` gives none, nothing is claimed of the law.
    """

    def holds(law: TokenLaw) -> Outcome:
        sampler = make(law)
        if sampler is None:
            return NOT_MET
        if sampler.rounds > rounds:
            return fails(f"{sampler.rounds} rounds")
        left = () if point is None else axes_left(sampler, point)
        if left:
            return fails(f"not at the point: {', '.join(left)}")
        try:
            found = engine(sampler)
        except IllegalSampler as error:
            return fails(f"the run is illegal: {type(error).__name__}")
        if found == law:
            return HOLDS
        string = min(z for z in found.support | law.support if found[z] != law[z])
        shown = "".join("M" if bit < 0 else str(bit) for bit in string)
        return fails(f"{shown} comes out with probability {found[string]}, not {law[string]}")

    return holds


def takes_more(make: Make, than: int, engine: Engine) -> Callable[[TokenLaw], Outcome]:
    """That a law takes more rounds than so many: refuted by a sampler that is exact."""

    def holds(law: TokenLaw) -> Outcome:
        found = samples(make, than, None, engine)(law)
        if not found.met:
            return NOT_MET
        return fails(f"{than} rounds are enough") if found == HOLDS else HOLDS

    return holds


# --- laws on few cells -------------------------------------------------------------------------


def seeded_law(seed: int) -> TokenLaw:
    """A law on two or three bits with small weights; every third has full support."""
    draw = Random(seed)
    strings = list(product((0, 1), repeat=2 + seed % 2))
    menu = (1, 2, 3) if seed % 3 == 0 else (0, 0, 1, 2, 5)
    weights = [draw.choice(menu) for _ in strings]
    weights[draw.randrange(len(strings))] += 1
    total = sum(weights)
    return Law({z: Fraction(w, total) for z, w in zip(strings, weights, strict=True)})


def _marked(marking: Marking, *, forget: bool = False) -> Make:
    def make(law: TokenLaw) -> Sampler:
        sampler = any_target_by_revision(law, marking=marking)
        return replace(sampler, clock=Clock.STATE_ONLY) if forget else sampler

    return make


def two_rounds_of_revision(law: TokenLaw) -> Sampler | None:
    """The mixture of at most n + 1 product laws, drawn by a decision list."""
    pieces = pieces_of(law)
    book = codebook([piece.mass for piece in pieces], len(next(iter(law))))
    return None if book is None else mixture_by_revision(pieces, book)


def required(make: Make) -> Make:
    """The same, where there is no excuse for having none."""

    def made(law: TokenLaw) -> Sampler:
        sampler = make(law)
        if sampler is None:
            raise Rejected("the construction does not fit")
        return sampler

    return made


def _with_scratch(law: TokenLaw) -> Sampler | None:
    pieces = pieces_of(law)
    book = codebook([piece.mass for piece in pieces], len(pieces) - 1)
    if book is None:
        return None
    return mixture_with_scratch({(): pieces}, (), (), book, len(next(iter(law))))


def _laws(profile: Profile) -> Sweep[int, TokenLaw]:
    from dlmcheck.verify.claims.rounds_lattice import ALIAS3, DIM2_TARGET, JOINT2, SCRATCH

    point = {row.id: row.point for c in (ALIAS3, DIM2_TARGET, JOINT2, SCRATCH) for row in c.rows}
    made: tuple[tuple[str, Make, int], ...] = (
        ("X-ALIAS3/deterministic", _marked(Marking.UNWRITTEN), 3),
        ("X-ALIAS3/one-rate,M", _marked(Marking.PREDICTED_MASK), 3),
        ("X-ALIAS3/one-rate,clock", _marked(Marking.CLOCK), 3),
        ("X-ALIAS3/strings", alias_over_strings, 3),
        ("X-ALIAS3/one-rate,tokens", _marked(Marking.CLOCK, forget=True), 3),
        ("X-JOINT2/F", any_target_by_joint_patterns, 2),
        ("X-JOINT2/G", any_target_by_joint_remasking, 2),
        ("X-DIM2-TARGET/n<=3", required(two_rounds_of_revision), 2),
        ("X-SCRATCH/any-law", required(_with_scratch), 2),
    )
    properties: dict[str, Callable[[TokenLaw], Outcome]] = {}
    for name, make, rounds in made:
        properties[name] = samples(make, rounds, point[name], output_law)
        properties[f"{name},paths"] = samples(make, rounds, point[name], by_paths)
    count = {Profile.QUICK: 60, Profile.FULL: 300, Profile.DEEP: 1000}[profile]
    seeds = listed("seeds of laws on two and three bits", range(count), str)
    return Sweep(seeds, seeded_law, properties)


# --- the lacunary target -----------------------------------------------------------------------

NAME = "lacunary-parity:4"
TARGET = called(NAME)
LOWER = f"{TARGET}: at least 3 rounds with F and G deterministic and no M written, on 4 cells"
UPPER_POINT = Point(edits=Edits.REVISE_TOKEN, scratch=0, predictor=PredictorClass(Reals.DYADIC))
UPPER = f"{TARGET}: in 3 rounds at: {UPPER_POINT}"


def _target(_: Profile) -> Mapping[str, Checked]:
    target = parse_target(NAME)
    upper = table_certificate(NAME, target.law, any_target_by_revision(target.law))
    results = [sampler_table.check_document(Document.parse(upper, NAME))]
    for lower in arguments(target):
        if lower.bound.certificate is not None:
            document = Document.parse(lower.bound.certificate, NAME)
            results.append(round_bounds.check_document(document))
    return {checked.statement: checked for checked in results}


def _masks(law: TokenLaw, *, independent: bool) -> Sampler | None:
    pieces = pieces_of(law)
    n = len(next(iter(law)))
    book = codebook_with_masks([piece.mass for piece in pieces], n, clock=False)
    return None if book is None else mixture_by_revision(pieces, book, independent=independent)


def _one_scratch(law: TokenLaw) -> Sampler | None:
    pieces = pieces_of(law)
    book = codebook([piece.mass for piece in pieces], len(next(iter(law))) + 1)
    return None if book is None else mixture_by_revision(pieces, book, scratch=1)


def _lacunary(_: Profile) -> Sweep[str, TokenLaw]:
    laws = {NAME: lacunary_even_parity(4), "even-parity:4": even_parity(4)}
    of_target: Mapping[str, Make] = {
        "M": lambda law: _masks(law, independent=False),
        "independent": lambda law: _masks(law, independent=True),
        "scratch": _one_scratch,
        "every-law": two_rounds_of_revision,
    }
    properties: dict[str, Callable[[TokenLaw], Outcome]] = {}
    for suffix, engine in (("", output_law), (",paths", by_paths)):
        for reading, make in of_target.items():
            name = f"X-DIM2-TARGET/{reading}{suffix}"
            properties[name] = takes_more(_only(make, every=reading == "every-law"), 2, engine)
    return Sweep(
        listed("laws on the even strings of length 4", list(laws), str),
        laws.__getitem__,
        properties,
    )


def _only(make: Make, *, every: bool) -> Make:
    return lambda law: make(law) if every or law == lacunary_even_parity(4) else None


JOBS: tuple[Job, ...] = (
    SweepJob(LAWS, _laws, split=1),
    SweepJob(LACUNARY, _lacunary, split=1),
    DirectJob(TARGET_JOB, _target),
    ANY_TARGET_PROOFS,
    DECISION_LIST_PROOFS,
)
