"""The entries of the table of least rounds for even parity at locality k, as they are claimed.

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5. What is claimed here
is decided in `locality_table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.searches.locality import Question, Reading


@dataclass(frozen=True)
class Entry:
    """An entry of the table: `low` <= least D <= `high`; `high` None: no D is enough.

    `proof` and `word` are the smallest profiles in which the refutation is gone through, and in
    which it is asked for once more by the other encoding; None: never.
    """

    reading: Reading
    n: int
    tokens: int
    low: int
    high: int | None
    proof: Profile | None = Profile.QUICK
    word: Profile | None = Profile.QUICK
    word_on_traces: bool = False
    """The solver's word is asked for by the first encoding: by the other one it takes too long."""

    @property
    def statement(self) -> str:
        """What is claimed."""
        if self.high is None:
            what = "no number of rounds is enough"
        elif self.low == self.high:
            what = f"the least D is {self.high}"
        else:
            what = f"the least D is from {self.low} to {self.high}"
        return f"{self.slug}: {what}"

    @property
    def slug(self) -> str:
        """The entry's name."""
        return f"{self.reading.value},n={self.n},k={self.tokens}"

    @property
    def questions(self) -> tuple[Question, ...]:
        """What has to be asked: one round less than `low`, and `high`.

        Without a round number D = n stands for all D (`locality_search`).
        """
        # Between two neighbouring D nothing is left to ask, by monotonicity.
        no = self.n if self.high is None else self.low - 1
        wanted = [no, self.high]
        return tuple(
            Question(self.n, self.tokens, d, self.reading) for d in wanted if d is not None and d
        )


_Least = Mapping[tuple[int, int], int | None]
"""(n, k) -> the least D, or None where no D is enough."""


def _entries() -> tuple[Entry, ...]:
    full, deep = Profile.FULL, Profile.DEEP
    per, one, state = Reading.PER_ROUND, Reading.ONE_SET, Reading.STATE_ONLY
    small: Mapping[Reading, _Least] = {
        per: {(3, 1): 3, (3, 2): 2, (4, 1): 4, (4, 2): 3, (4, 3): 2}
        | {(5, 1): 5, (5, 2): 3, (5, 3): 3, (5, 4): 2},
        one: {(3, 1): 3, (3, 2): 2, (4, 1): 5, (4, 2): 3, (4, 3): 2}
        | {(5, 2): 3, (5, 3): 3, (5, 4): 2},
        state: {(3, 1): None, (3, 2): 2, (4, 1): None, (4, 2): 3, (4, 3): 2}
        | {(5, 1): None, (5, 3): 3, (5, 4): 2},
    }
    larger: Mapping[Reading, _Least] = {
        per: {(6, 2): 4, (6, 3): 3, (6, 4): 3, (6, 5): 2, (7, 2): 4, (7, 3): 3},
        one: {(6, 2): 4, (6, 3): 3, (6, 4): 3, (6, 5): 2, (7, 3): 3},
        state: {(6, 1): None, (6, 3): 3, (6, 4): 3, (6, 5): 2},
    }
    # By states these take too long.
    on_traces: Mapping[Reading, _Least] = {state: {(7, 1): None, (7, 3): 4}}
    largest: Mapping[Reading, _Least] = {
        per: {(8, 2): 4, (8, 3): 4, (9, 2): 5, (9, 3): 4},
        one: {(8, 2): 5, (8, 3): 4, (9, 2): 5, (9, 3): 4},
        state: {(8, 2): None, (8, 3): 4},
    }
    return (
        *_table(small),
        *_table(larger, proof=full, word=full),
        Entry(state, 5, 2, 5, 5, full),
        Entry(one, 5, 1, 8, 8, full, full),
        Entry(one, 7, 2, 5, 5, full, full),
        Entry(state, 6, 2, 1, None, full, full),
        Entry(per, 6, 1, 7, 7, full, full, word_on_traces=True),
        *_table(on_traces, proof=full, word=full, word_on_traces=True),
        # For these the other encodings take too long: one road, with a proof.
        Entry(one, 6, 1, 12, 12, full, None),
        Entry(state, 7, 2, 1, None, full, None),
        *_table(largest, proof=deep, word=None),
    )


def _table(
    table: Mapping[Reading, _Least],
    *,
    proof: Profile | None = Profile.QUICK,
    word: Profile | None = Profile.QUICK,
    word_on_traces: bool = False,
) -> list[Entry]:
    return [
        Entry(reading, n, k, least or 1, least, proof, word, word_on_traces)
        for reading, entries in table.items()
        for (n, k), least in entries.items()
    ]


ENTRIES = _entries()


def table_text() -> str:
    """The table in Markdown, as it stands in the note."""
    lines = [
        "| n | k | cone bound | " + " | ".join(reading.value for reading in Reading) + " |",
        "|---" * (3 + len(Reading)) + "|",
    ]
    places = {(e.reading, e.n, e.tokens): e for e in ENTRIES}
    for n, k in sorted({(e.n, e.tokens) for e in ENTRIES}):
        cells = [_least(places.get((reading, n, k))) for reading in Reading]
        lines.append(f"| {n} | {k} | {least_rounds(n, k)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _least(entry: Entry | None) -> str:
    if entry is None:
        return "not asked"
    if entry.high is None:
        return "never"
    return str(entry.high) if entry.low == entry.high else f"{entry.low} to {entry.high}"
