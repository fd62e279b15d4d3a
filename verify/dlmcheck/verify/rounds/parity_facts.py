"""Even parity at bounded locality: samplers made of circuits, and bounds for write-once ones.

A point with locality k speaks of samplers whose every part (p_i, F_i, G_i) reads at most k tokens,
from one set of cells for all rounds. Sources: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1,
4.2 and 4.5; notes T4.1, T4.2, T4.5, T4.5-LOCAL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.model.samplers.ablated import parity_with_scratch
from dlmcheck.model.samplers.mask_memory import parity_chain, parity_tree
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import parity_remask_clock, parity_remask_state_only
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.model.targets import Target, even_parity
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Clock, Edits, Point, Unmasking
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.sampler_table import examine
from dlmcheck.verify.rounds.facts import Lower, Upper
from dlmcheck.verify.rounds.results import Bound
from dlmcheck.verify.rounds.tables import schedule_certificate

MOST_CELLS = 7
"""The schedules of more cells are not run by the specification here."""

SAMPLERS: tuple[tuple[str, Callable[[int], Schedule]], ...] = (
    ("T4.1", parity_revision),
    ("T4.1", parity_revision_absorbing),
    ("T4.2", parity_remask_clock),
    ("T4.2", parity_remask_state_only),
    ("T4.5", parity_independent_unmasking),
    ("T4.5", parity_joint_unmasking),
    ("T4.5", lambda n: parity_joint_unmasking(n, clock=True)),
    ("T4.5", parity_after_sampling),
    ("T4.5", parity_tree),
    ("T4.5", lambda n: parity_tree(n, clock=True)),
    ("T4.5", parity_chain),
    ("T4.5", parity_with_scratch),
    ("T4.5", parity_two_rounds),
)


def is_even_parity(target: Target) -> bool:
    """Whether a target is the uniform law on the even strings of some length."""
    n = target.length
    return len(target.law) == 1 << (n - 1) and target.law == even_parity(n)


def samplers(target: Target) -> Iterator[Upper]:
    """The circuits that sample even parity, at 2 to `MOST_CELLS` cells, with their locality."""
    n = target.length
    if not (2 <= n <= MOST_CELLS and is_even_parity(target)):
        return
    for note, make in SAMPLERS:
        text = schedule_certificate(target.name, target.law, make(n))
        seen = examine(Document.parse(text, target.name))
        yield Upper(seen.point, seen.rounds, f"circuits of note {note}", text)


def local_bounds(target: Target, tokens: int) -> Iterator[Lower]:
    """The cone bound: write-once, F deterministic, L = n, every part reading at most so many."""
    n = target.length
    if n < 2 or not is_even_parity(target):
        return
    least = least_rounds(n, tokens)
    bound = Bound(least, "claim T4.5: n <= (k+1)^(D-1) at locality k", never=least is None)

    def covers(point: Point) -> bool:
        local = point.predictor.locality
        return local is not None and local <= tokens and is_local_region(point)

    yield Lower(covers, bound)


def is_local_region(point: Point) -> bool:
    """Write-once, F deterministic, no scratch cells."""
    return (
        point.edits is Edits.WRITE_ONCE
        and point.unmasking is Unmasking.DETERMINISTIC
        and point.scratch == 0
    )


def state_only(point: Point) -> bool:
    """Whether the round number is not used."""
    return point.clock is Clock.STATE_ONLY
