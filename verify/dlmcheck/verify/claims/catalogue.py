"""The catalogue: every claim that an audit knows, with the jobs that decide them."""

from __future__ import annotations

from functools import cache

from dlmcheck.verify.claims import comparisons, exactly_d, section3, section4, t31
from dlmcheck.verify.claims.registry import Registry


@cache
def catalogue() -> Registry:
    """All claims and jobs."""
    return Registry(
        claims=(
            t31.CLAIM,
            exactly_d.CLAIM,
            *comparisons.CLAIMS,
            *section3.CLAIMS,
            *section4.CLAIMS,
        ),
        jobs=(*t31.JOBS, *exactly_d.JOBS, *comparisons.JOBS, *section3.JOBS, *section4.JOBS),
    )
