"""The catalogue: every claim that an audit knows, with the jobs that decide them."""

from __future__ import annotations

from functools import cache

from dlmcheck.verify.claims import (
    ablations,
    batch_schedules,
    biased_coins,
    comparisons,
    decoder_parity,
    decoders,
    exactly_d,
    identities,
    inexact,
    lengths,
    locality_table,
    optimality,
    proved_locality,
    rounds_lattice,
    rounds_write_once,
    section3,
    section4,
    semantics,
    step_bounds,
    t31,
)
from dlmcheck.verify.claims.registry import Registry


@cache
def catalogue() -> Registry:
    """All claims, each with its ablations, and all jobs."""
    modules = (
        semantics,
        comparisons,
        section3,
        lengths,
        identities,
        optimality,
        biased_coins,
        section4,
        inexact,
        proved_locality,
        rounds_write_once,
        rounds_lattice,
        decoders,
        decoder_parity,
        batch_schedules,
        step_bounds,
    )
    claims = (
        t31.CLAIM,
        exactly_d.CLAIM,
        *(claim for m in modules for claim in m.CLAIMS),
        locality_table.CLAIM,
    )
    jobs = (
        *t31.JOBS,
        *exactly_d.JOBS,
        *(job for m in modules for job in m.JOBS),
        *locality_table.JOBS,
        *ablations.JOBS,
    )
    return Registry(ablations.with_ablations(claims), jobs)
