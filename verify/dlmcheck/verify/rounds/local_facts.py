"""Bounded locality: circuits that sample even parity, and bounds for write-once samplers.

A point with locality k speaks of samplers whose every part (p_i, F_i, G_i) reads at most k tokens,
from one set of cells for all rounds. Sources: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1,
4.2 and 4.5; notes T4.1, T4.2, T4.5, T4.5-LOCAL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
from dlmcheck.spec.lattice import Clock, Edits, Point, Reals, Unmasking
from dlmcheck.spec.law import is_product
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.sampler_table import examine
from dlmcheck.verify.rounds.cones import cone_bound
from dlmcheck.verify.rounds.facts import Lower, Upper
from dlmcheck.verify.rounds.local import (
    CERTIFIED,
    local_rounds,
    local_target_rounds,
    lower_for_all,
    point_of,
)
from dlmcheck.verify.rounds.results import UNKNOWN, Bound
from dlmcheck.verify.rounds.tables import schedule_certificate
from dlmcheck.verify.rounds.words import locality_text
from dlmcheck.verify.rounds.write_once import write_once
from dlmcheck.verify.searches.locality import Reading

MOST_SEARCHED = 4
"""Local samplers of other laws are searched for on so many cells."""
MOST_CELLS = 9
"""The schedules of more cells are not run by the specification here."""
MORE = 2
MOST_MORE = 7
"""Up to this length so many numbers of rounds are asked for beyond the bound for all n."""


@dataclass(frozen=True)
class Effort:
    """What a search may cost, if it is asked for: else only what is quick is searched for.

    `folder` keeps finished cases, `workers` run at a time, with `timeout` seconds a case.
    """

    folder: Path | None = None
    workers: int = 1
    timeout: float | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anything was said about it."""
        return self != Effort()

    @property
    def depth(self) -> int:
        """Cases are split only if that is of use: to go on later, or at the same time."""
        return int(self.is_asked)


QUICK = Effort()

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


def local_facts(
    target: Target, tokens: int, effort: Effort = QUICK
) -> tuple[list[Upper], list[Lower]]:
    """Write-once, F deterministic, L = n, every part reading at most so many tokens.

    Searched for where that is quick (`searched`); else the cone bound, which holds for all n, what
    is quick to refute or to write down, and as claims by name the entries of T4.5-LOCAL.
    """
    uppers: list[Upper] = []
    lowers: list[Lower] = []
    n = target.length
    if n < 2 or tokens < 1 or is_product(target.law):
        return uppers, lowers
    if not is_even_parity(target):
        return _of_any_law(target, tokens)
    for reading in (Reading.STATE_ONLY, Reading.ONE_SET):
        for lower, upper in _bounds(n, tokens, reading, effort):
            if upper.value is not None:
                point = point_of(tokens, reading, Reals.DYADIC)
                uppers.append(Upper(point, upper.value, upper.rests_on, upper.certificate))
            if lower.says_something:
                region = _Local(tokens, reading)
                lowers.append(Lower(region, lower, region.words))
    return uppers, lowers


def _bounds(n: int, tokens: int, reading: Reading, effort: Effort) -> Iterator[tuple[Bound, Bound]]:
    """Pairs of bounds on the rounds for even parity."""
    yield cone_bound(n, tokens), UNKNOWN
    if effort.is_asked or searched(n, tokens, reading):
        yield local_rounds(
            n,
            tokens,
            reading,
            depth=effort.depth,
            folder=effort.folder,
            workers=effort.workers,
            timeout=effort.timeout,
        )
    else:
        least = lower_for_all(n, tokens, reading).value or 1
        most = max(1, least + MORE if n <= MOST_MORE else least - 1)
        yield local_rounds(n, tokens, reading, most=most, largest=CERTIFIED)
    yield _claimed(n, tokens, reading)


def _of_any_law(target: Target, tokens: int) -> tuple[list[Upper], list[Lower]]:
    """The same for another law on few cells, with real and with dyadic predictors."""
    uppers: list[Upper] = []
    lowers: list[Lower] = []
    if target.length > MOST_SEARCHED:
        return uppers, lowers
    for reals in Reals:
        # Where no number of rounds is enough for any predictor, a search would not end.
        if write_once(target, reals=reals).result.lower.never:
            continue
        for reading in (Reading.STATE_ONLY, Reading.ONE_SET):
            lower, upper = local_target_rounds(target.law, tokens, reading, reals)
            if upper.value is not None:
                point = point_of(tokens, reading, reals)
                uppers.append(Upper(point, upper.value, upper.rests_on, upper.certificate))
            if lower.never or lower.value:
                region = _Local(tokens, reading, reals)
                lowers.append(Lower(region, lower, region.words))
    return uppers, lowers


def searched(n: int, tokens: int, reading: Reading) -> bool:
    """Whether the search takes about a minute at most."""
    if reading is Reading.STATE_ONLY:
        return n <= 6 or (n == 7 and tokens <= 2)
    return n <= 6 or (tokens in (2, 3) and n == 7)


def _claimed(n: int, tokens: int, reading: Reading) -> tuple[Bound, Bound]:
    from dlmcheck.verify.claims.locality_entries import ENTRIES

    for entry in ENTRIES:
        if (entry.reading, entry.n, entry.tokens) == (reading, n, tokens):
            words = f"claim T4.5-LOCAL, {entry.slug}"
            # The claim itself says which refutations are gone through.
            trusted = "a solver, as the claim says" if entry.proof is None else ""
            if entry.high is None:
                return Bound(None, words, trusted=trusted, never=True), UNKNOWN
            claimed = Bound(entry.low, words, trusted=trusted)
            return claimed, Bound(entry.high, words)
    return UNKNOWN, UNKNOWN


@dataclass(frozen=True)
class _Local:
    """The region of a lower bound for local samplers."""

    tokens: int
    reading: Reading
    reals: Reals = Reals.UNRESTRICTED

    @property
    def words(self) -> str:
        """The region in words."""
        clock = "" if self.reading.has_clock else ", state only"
        numbers = "" if self.reals is Reals.UNRESTRICTED else ", dyadic predictors"
        tokens = locality_text(self.tokens)
        return f"points with write-once edits, F deterministic, L = n, {tokens}{clock}{numbers}"

    def __call__(self, point: Point) -> bool:
        local = point.predictor.locality
        if local is None or local > self.tokens:
            return False
        if self.reals not in (Reals.UNRESTRICTED, point.predictor.reals):
            return False
        if point.clock is Clock.ROUND_NUMBER and not self.reading.has_clock:
            return False
        return (
            point.edits is Edits.WRITE_ONCE
            and point.unmasking is Unmasking.DETERMINISTIC
            and point.scratch == 0
        )
