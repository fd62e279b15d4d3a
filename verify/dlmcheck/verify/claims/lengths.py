"""T3-MINIMUM: the least L of a gate-for-gate simulation, against what is stated and built.

Source: the lengths are those of Theorems 3.2 and 3.3 of Jiang, Haghtalab, Chen (ICLR 2026). The
question for the least length, and its definition (`dlmcheck.verify.searches.schemes`), are this
project's. The claim on the footprint of write-once simulation stands in `footprint`, that on the
layers of gates in `widths`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from dlmcheck.spec.lattice import REVISING, Clock, Edits, End, Point, Remasking, Stop
from dlmcheck.verify.claims import footprint, length_cases, proved_schemes, widths
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.footprint import REFUTATIONS, SEARCH
from dlmcheck.verify.claims.length_cases import Case, case_domain
from dlmcheck.verify.claims.length_certificates import Named, no_schemes, no_simulations
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, Sweep, fails
from dlmcheck.verify.proofs import scheme_lengths
from dlmcheck.verify.searches import trajectories
from dlmcheck.verify.searches.explicit_schemes import revision_scheme
from dlmcheck.verify.searches.schemes import objection
from dlmcheck.verify.searches.shortest import counted_length

COUNTING = "written-down schemes against a count of states"

REWRITING = (Edits.REMASK, Edits.REVISE_TOKEN, Edits.REVISE_ANY)

# --- T3-MINIMUM --------------------------------------------------------------------------------

LEAST = "the least length is as claimed"
STATED = "no scheme is shorter than stated"
BUILT = "no scheme is shorter than the constructions"
NEGATIONS = "negated wires need as much, whatever masks depend on"
COPIES = "copied wires need as much, whatever masks depend on"
CLOCKED = "the round number saves nothing"
WRITTEN_DOWN = "revision schemes meet the count"


def _named(statement: str, edits: Edits) -> str:
    return f"{statement}: {edits.value}"


def _only(edits: Edits, holds: Callable[[Case], Outcome]) -> Callable[[Case], Outcome]:
    return lambda case: holds(case) if case.edits is edits else Outcome(met=False)


def _per_edits(
    **statements: Callable[[Case], Outcome],
) -> dict[str, Callable[[Case], Outcome]]:
    names = {
        "least": LEAST,
        "stated": STATED,
        "built": BUILT,
        "negations": NEGATIONS,
        "copies": COPIES,
    }
    return {
        _named(names[key], edits): _only(edits, holds)
        for key, holds in statements.items()
        for edits in REWRITING
    }


def _searched(_: Profile) -> Sweep[Case, Case]:
    properties = _per_edits(
        least=length_cases.least_by(length_cases.by_search),
        stated=length_cases.stated_is_least,
        built=length_cases.built_is_least,
    )
    properties[CLOCKED] = length_cases.needed_with_clock
    return Sweep(case_domain(REWRITING, 2, 4), lambda case: case, properties)


_KEPT: dict[str, Callable[[Iterable[Case]], Iterable[Named]]] = {
    LEAST: no_schemes,
    NEGATIONS: partial(no_simulations, trajectories.negations),
    COPIES: partial(no_simulations, trajectories.copies),
}


def _certificates(profile: Profile, statement: str) -> Iterator[Named]:
    cases = list(_refuted(profile).domain.members())
    for name, certificates in _KEPT.items():
        for edits in REWRITING:
            if statement == _named(name, edits):
                yield from certificates(case for case in cases if case.edits is edits)


def _refuted(_: Profile) -> Sweep[Case, Case]:
    properties = _per_edits(
        least=length_cases.least_by(length_cases.by_refutation),
        negations=length_cases.negations_need,
        copies=length_cases.copies_need,
    )
    return Sweep(case_domain(REWRITING, 2, 4), lambda case: case, properties)


def _meets_count(case: Case) -> Outcome:
    scheme = revision_scheme(case.edits, case.width, case.depth)
    reason = objection(scheme)
    if reason is not None:
        return fails(f"{scheme}: {reason}")
    if scheme.length != counted_length(case.edits, case.width, case.depth):
        return fails(f"{scheme.length} cells")
    return HOLDS


def _deep_copies(_: Profile) -> Sweep[Case, Case]:
    """A single wire, so deep that four cells are too few for a scheme."""
    cases = [Case(Edits.REVISE_TOKEN, 1, 15, end) for end in End]
    domain = listed("one wire of depth 15", cases, str)
    return Sweep(domain, lambda case: case, {COPIES: length_cases.copies_need})


def _counted(_: Profile) -> Sweep[Case, Case]:
    domain = case_domain(REVISING, 4, 40)
    return Sweep(domain, lambda case: case, {WRITTEN_DOWN: _meets_count})


def _point(edits: Edits) -> Point:
    remasking = Remasking.DETERMINISTIC if edits is Edits.REMASK else Remasking.NONE
    return Point(edits=edits, remasking=remasking, stop=Stop.ABSORBING)


LENGTHS = {
    Edits.REMASK: "w = 1: 1, 2, 3, 3, 3; w = 2: 2, 4, 5, 5, 5 for d = 0, ..., 4",
    Edits.REVISE_TOKEN: "w + ceil(log2(d+2)) - 1",
    Edits.REVISE_ANY: "the first L with sum over k >= w of C(L,k) 2^(k-w) at least d+1",
}
_LEAST_PROVED = {
    Edits.REVISE_TOKEN: scheme_lengths.TOKENS,
    Edits.REVISE_ANY: scheme_lengths.ANY,
}
_ANY_MASKS_PROVED = {Edits.REVISE_ANY: scheme_lengths.ANY_MASKS}
_MINIMUM = "T3-MINIMUM"


def _minimum_rows(edits: Edits) -> tuple[Row, ...]:
    name, point = edits.value, _point(edits)

    def row(reading: str, says: str, *roads: Road) -> Row:
        return Row(_MINIMUM, f"{reading},{name}", f"{name}: {says}", roads, point)

    def road(statement: str, job: str, engine: str) -> Road:
        return Road(job, _named(statement, edits), engine)

    def proved(statements: Mapping[Edits, str]) -> tuple[Road, ...]:
        return (proved_schemes.road(statements[edits]),) if edits in statements else ()

    return (
        row(
            "least",
            f"the least L of a gate-for-gate scheme is {LENGTHS[edits]}",
            road(LEAST, "lengths-searched", SEARCH),
            road(LEAST, "lengths-refuted", REFUTATIONS),
            *proved(_LEAST_PROVED),
        ),
        row(
            "stated",
            "the length that the theorem states is the least of a scheme",
            road(STATED, "lengths-searched", SEARCH),
        ),
        row(
            "built",
            "the length of this project's shorter construction is the least of a scheme",
            road(BUILT, "lengths-searched", SEARCH),
        ),
        row(
            "any-masks",
            "w negated wires need the least length of a scheme, even if masks depend on values",
            road(NEGATIONS, "lengths-refuted", REFUTATIONS),
            *proved(_ANY_MASKS_PROVED),
        ),
        Row(
            _MINIMUM,
            f"without,masks depend on the round alone,{name}",
            f"{name}: w copied wires need the least length of a scheme even if masks may depend "
            "on values",
            (road(COPIES, "lengths-refuted", REFUTATIONS), *proved(_ANY_MASKS_PROVED)),
            point,
            dropped="masks depend on the round alone",
        ),
    )


MINIMUM_CLAIM = Claim(
    id=_MINIMUM,
    title="the least length of a gate-for-gate simulation in d+1 rounds",
    reference="this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3",
    hypotheses=("masks depend on the round alone", "the state tells the round"),
    note="T3-SHORTER",
    rows=(
        *(row for edits in REWRITING for row in _minimum_rows(edits)),
        Row(
            _MINIMUM,
            "written-down",
            "revision: a scheme on the number of cells that counting leaves exists, w <= 4, "
            "d <= 40",
            (Road("lengths-counted", WRITTEN_DOWN, COUNTING),),
        ),
        Row(
            _MINIMUM,
            "without,masks depend on the round alone,deep",
            "revise-token: a copied wire of depth 15 needs the five cells of a scheme even if "
            "masks may depend on values",
            (Road("lengths-deep", COPIES, REFUTATIONS),),
            _point(Edits.REVISE_TOKEN),
            dropped="masks depend on the round alone",
        ),
        Row(
            _MINIMUM,
            "without,the state tells the round",
            "with the round number, revision needs the least length of a scheme as well",
            (Road("lengths-searched", CLOCKED, "run by the specification"),),
            Point(edits=Edits.REVISE_TOKEN, clock=Clock.ROUND_NUMBER),
            dropped="the state tells the round",
        ),
    ),
)

CLAIMS = (MINIMUM_CLAIM, footprint.CLAIM, *widths.CLAIMS)
JOBS = (
    SweepJob("lengths-searched", _searched),
    SweepJob("lengths-refuted", _refuted, certificates=_certificates),
    SweepJob("lengths-deep", _deep_copies, split=1),
    SweepJob("lengths-counted", _counted, split=1),
    proved_schemes.JOB,
    *footprint.JOBS,
    *widths.JOBS,
)
