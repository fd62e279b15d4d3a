"""Section 4: even parity with and without revision or remasking, and how F decides.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1, 4.2, 4.5, the lemmas that 4.5 imports,
the remark after 4.2, and the hierarchy. Theorem 4.5 is taken apart: what its reduction does is
checked on objects, its locality form has a bound of its own, its asymptotic form is imported, and
each other class of F is a reading of its own.
"""

from __future__ import annotations

from dlmcheck.verify.claims import (
    proved_collapse,
    proved_parity,
    proved_write_once,
    section4_checks,
)
from dlmcheck.verify.claims.parity_samplers import (
    RANDOM_F,
    REMASKING,
    REVISION,
    WRITE_ONCE,
    ParitySampler,
    key,
)
from dlmcheck.verify.claims.registry import Claim, Job, Road, Row
from dlmcheck.verify.claims.section4_checks import (
    COLLAPSED,
    COLLAPSED_BLOCKS,
    CONE_BOUND,
    FASTER,
    HASTAD,
    NO_ROUND,
    PUSH_FORWARD,
    SHAPE,
    SOURCE,
    WIRES,
    bound_key,
    faster_key,
)
from dlmcheck.verify.claims.t31 import REFERENCE

JOBS: tuple[Job, ...] = (
    *section4_checks.JOBS,
    *proved_parity.JOBS,
    proved_collapse.JOB,
    *proved_write_once.JOBS,
)


def _says(sampler: ParitySampler) -> str:
    edits = sampler.edits.value
    clock = "with the round number" if sampler.clock else "seeing the state only"
    tokens = "" if sampler.tokens is None else f", each part reading <= {sampler.tokens} tokens"
    return f"{edits}, F {sampler.unmasking.value}, {clock}, L = n{tokens}"


def _slug(sampler: ParitySampler) -> str:
    return sampler.name.replace(", ", ",").replace(" ", "-")


def _exact_rows(claim: str, group: str, samplers: tuple[ParitySampler, ...]) -> list[Row]:
    rows: list[Row] = []
    for s in samplers:
        proved = proved_parity.roads(group, s)
        if group == proved_write_once.GROUP:
            proved = (proved_write_once.exact_road(s),)
        says = f"the sampler '{s.name}' samples D_n exactly, in the stated rounds: {_says(s)}"
        roads = (
            Road("parity-definition", key(group, s), REFERENCE),
            Road("parity-engine", key(group, s), PUSH_FORWARD),
            *proved,
        )
        statement = f"{proved_parity.every_n(s)}, {says}" if proved else says
        rows.append(Row(claim, _slug(s), statement, roads, s.point))
    return rows


def _random_f_rows() -> list[Row]:
    return [
        Row(
            "T4.5",
            f"{_slug(s)},bound",
            "a write-once sampler of D_n whose F is of this class takes at least "
            f"1 + ceil(log_(k+1) n) rounds, as with deterministic F: {_says(s)}",
            (Road("parity-bound", bound_key(s), PUSH_FORWARD),),
            s.point,
            (CONE_BOUND,),
            dropped="deterministic-F",
        )
        for s in RANDOM_F
    ]


def _deterministic_rows() -> list[Row]:
    rows = [
        Row(
            "T4.5",
            "deterministic,AC0",
            "write-once, L = n, p and F in AC0, F deterministic: D_n is not sampled in O(1) rounds",
            (Road("imported", "T4.5/deterministic,AC0", "none: imported"),),
            assumptions=(HASTAD, "the reduction (note T4.5)"),
        )
    ]
    for s in WRITE_ONCE:
        rows.append(
            Row(
                "T4.5",
                f"reduction,{_slug(s)}",
                f"{proved_parity.every_n(s)}, the recogniser built from the sampler '{s.name}' "
                "computes parity, at a depth linear in its rounds",
                (
                    Road("parity-reduction", f"reduction: {s.name}", "truth tables"),
                    proved_write_once.reduction_road(s),
                ),
                s.point,
            )
        )
        rows.append(
            Row(
                "T4.5",
                f"locality,{_slug(s)}",
                f"{proved_parity.every_n(s)}, in the sampler '{s.name}' some check reads n cells, "
                "none reads more than (k+1)^(D-1), and D >= 1 + ceil(log_(k+1) n)",
                (
                    Road("parity-cones", f"cones: {s.name}", WIRES),
                    proved_write_once.locality_road(s),
                ),
                s.point,
            )
        )
    return rows


def _hierarchy_rows() -> list[Row]:
    rows = [
        Row(
            "H",
            f"{s.edits.value},{_slug(s)}",
            f"'{s.name}' ({_says(s)}) takes fewer rounds for every D_n, n >= 4, than any "
            "write-once sampler with deterministic F that reads as few tokens",
            (
                Road("parity-faster", faster_key(s), PUSH_FORWARD),
                *proved_parity.fewer_roads(s),
            ),
            s.point,
        )
        for s in FASTER
    ]
    rows.append(
        Row(
            "H",
            "deterministic,AC0",
            "revision and remasking sample D_n in O(1) rounds, write-once with deterministic F "
            "does not, p, F, G in AC0 and L = n",
            (Road("imported", "H/deterministic,AC0", "none: imported"),),
            assumptions=(HASTAD, "the reduction (note T4.5)"),
        )
    )
    for s in RANDOM_F:
        rows.append(
            Row(
                "H",
                f"write-once,{_slug(s)}",
                "revision and remasking are strictly more expressive on D_n than write-once with "
                f"F of this class, as the bound for deterministic F would have it: {_says(s)}",
                (Road("parity-bound", bound_key(s), PUSH_FORWARD),),
                s.point,
                (CONE_BOUND,),
                dropped="deterministic-F",
            )
        )
    return rows


def _collapse_rows() -> tuple[Row, ...]:
    listed = (
        ("circuit,revision", "n >= 2", COLLAPSED),
        ("circuit,blocks", "even n >= 2", COLLAPSED_BLOCKS),
        ("no-round", "n >= 2", NO_ROUND),
    )
    return tuple(
        Row(
            "R-4",
            reading,
            f"for every {sizes}, {statement}",
            (
                Road("parity-collapse", statement, REFERENCE),
                proved_collapse.road(reading),
            ),
        )
        for reading, sizes, statement in listed
    )


def _lemma(claim: str, says: str) -> Claim:
    rows = [
        Row(
            claim,
            "imported",
            says,
            (Road("imported", f"{claim}/imported", "none: imported"),),
            assumptions=(HASTAD,),
        )
    ]
    if claim == "L4.3":
        rows.append(
            Row(
                claim,
                "shape,depth-2",
                f"n <= 4, all circuits of depth 2: {SHAPE}",
                (Road("depth-two", SHAPE, "all functions of s terms"),),
            )
        )
    return Claim(claim, says, f"{SOURCE} 4.5, lemmas ({HASTAD})", (), "L4.3-L4.4", tuple(rows))


CLAIMS = (
    Claim(
        "T4.1",
        "with revision, even parity takes two rounds",
        f"{SOURCE} 4.1",
        ("y_0=0", "y_n=0"),
        "T4.1",
        tuple(_exact_rows("T4.1", "T4.1", REVISION)),
    ),
    Claim(
        "T4.2",
        "with remasking, even parity takes O(1) rounds",
        f"{SOURCE} 4.2",
        ("y_0=0", "y_n=0", "round-number"),
        "T4.2",
        tuple(_exact_rows("T4.2", "T4.2", REMASKING)),
    ),
    Claim(
        "R-4",
        "one shallow circuit samples even parity, one round does not",
        "Jiang, Haghtalab, Chen (ICLR 2026), remark after Theorem 4.2",
        ("n>=2",),
        "R-4",
        _collapse_rows(),
    ),
    _lemma("L4.3", "AC0 circuits agree with parity on little more than half of the inputs"),
    _lemma("L4.4", "the same for probabilistic circuits"),
    Claim(
        "T4.5",
        "write-once sampling of even parity takes more than O(1) rounds",
        f"{SOURCE} 4.5",
        ("write-once", "L=n", "deterministic-F", "weak-predictor"),
        "T4.5",
        (
            *_deterministic_rows(),
            *_exact_rows("T4.5", "write-once", WRITE_ONCE),
            *_exact_rows("T4.5", "T4.5", RANDOM_F),
            *_random_f_rows(),
        ),
    ),
    Claim(
        "H",
        "revision or remasking is strictly more expressive than neither",
        "Jiang, Haghtalab, Chen (ICLR 2026), section 4",
        ("deterministic-F",),
        "H",
        tuple(_hierarchy_rows()),
    ),
)
