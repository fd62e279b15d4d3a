"""The table of least rounds without one of its hypotheses: each time there is a faster sampler.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 4, and the public follow-up notes on it. The
statement that is ablated: at k = 2 and n = 4, 5, 6 even parity takes the rounds of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import parity_joint_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.samplers.wires import Wires, wire_locality
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.claims.locality_entries import ENTRIES
from dlmcheck.verify.claims.parity_samplers import sizes
from dlmcheck.verify.claims.registry import Profile, Road, Row, SweepJob
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.searches.locality import Question, Reading

TOKENS = 2
JOB = "locality-dropped"


def parity_with_scratch(n: int) -> Schedule:
    """Write-once, n - 1 further cells: they are fair in round 1, neighbours are added in round 2.

    Cell 2n-2 is the last output; scratch y_0, ..., y_(n-2) come first, then z_i = y_i + y_(i-1)
    with y_(-1) = y_(n-1) = 0. Two tokens are read, and the state tells the round. n >= 2.
    """
    length = 2 * n - 1
    select = Wires(length)
    flags = [select.masked(j) for j in range(n - 1)]
    flags += [select.all_of(select.masked(n - 1 + i), select.visible(0)) for i in range(n)]
    write = Wires(length, random=n - 1)
    lows = [
        write.any_of(write.value(j), write.all_of(write.masked(j), write.coin(j)))
        for j in range(n - 1)
    ]
    for i in range(n):
        added = [write.value(j) for j in (i - 1, i) if 0 <= j < n - 1]
        cell = n - 1 + i
        new = write.all_of(write.masked(cell), write.parity_of(*added))
        lows.append(write.any_of(write.value(cell), new))
    return Schedule(
        length=length,
        rounds=2,
        predictor=write.values(lows),
        unmask=select.marks(flags),
        output=tuple(range(n - 1, length)),
        output_names=tuple(f"z{i}" for i in range(n)),
    )


@dataclass(frozen=True)
class Dropped:
    """A hypothesis, what is used in its place, and a sampler that needs it."""

    hypothesis: str
    says: str
    make: Callable[[int], Schedule]
    tokens: int | None = TOKENS

    @property
    def statement(self) -> str:
        """The statement about one n."""
        return f"least rounds at k = {TOKENS}, {self.says}"


DROPPED = (
    Dropped("write-once", "with revision", parity_revision),
    Dropped("L=n", "with further cells", parity_with_scratch),
    Dropped("deterministic-F", "with jointly random F", parity_joint_unmasking),
    Dropped("weak-predictor", "with any number of tokens read", parity_two_rounds, None),
)


def least_of_table(n: int) -> int:
    """The lower end of the table at k = 2, a set per round. Raises `KeyError` outside the table."""
    places = {(e.reading, e.n, e.tokens): e.low for e in ENTRIES}
    return places[Reading.PER_ROUND, n, TOKENS]


def takes_as_long(
    dropped: Dropped, schedule_for: Callable[[int], Schedule]
) -> Callable[[int], Outcome]:
    """The sampler, if it samples D_n and reads no more than allowed, takes the table's rounds."""

    def holds(n: int) -> Outcome:
        schedule = schedule_for(n)
        read = wire_locality(schedule)
        tokens = max(read.predictor, read.unmasking or 0)
        if dropped.tokens is not None and tokens > dropped.tokens:
            return NOT_MET
        even = Question(n, TOKENS, schedule.rounds, Reading.PER_ROUND).strings()
        try:
            if not statelaw.output_law(schedule).is_uniform_on(even):
                return NOT_MET
        except (IllegalSampler, IllegalCode):
            return NOT_MET
        if schedule.rounds >= least_of_table(n):
            return HOLDS
        return fails(
            f"n = {n}: {schedule.rounds} rounds, reading {tokens} tokens; the table has "
            f"{least_of_table(n)}"
        )

    return holds


def _sweep(_: Profile) -> Sweep[int, int]:
    properties = {d.statement: takes_as_long(d, d.make) for d in DROPPED}
    return Sweep(sizes("D_n", 4, 6), lambda n: n, properties)


ROWS = tuple(
    Row(
        "T4.5-LOCAL",
        f"without,{d.hypothesis}",
        f"even parity takes the rounds of the table at k = {TOKENS}, n = 4, 5, 6, {d.says}",
        (Road(JOB, d.statement, "integer push-forward on states"),),
        dropped=d.hypothesis,
    )
    for d in DROPPED
)
ABLATION_JOB = SweepJob(JOB, _sweep, split=1)
