"""The law of a schedule's run on all 3^L states, pushed forward site by site with numpy.

Source of the rules: Jiang, Haghtalab, Chen (ICLR 2026), section 2. In a phase of a round every
cell i has, in every state x, a law q_i(. | x) of what it shows next, and cells are independent
given x. Cells are drawn one after the other. After some of them, what matters of x for the rest is
not x but the list of laws that the other cells have in x: states with equal lists are merged, so
that what is kept is a weight for each pair of

    what the cells drawn so far show, and a class of states that agree on the laws still to come.

For local rules that is about 3^L pairs at every step; nothing is ever 9^L. The order of the cells
is chosen so that few old cells are still read. Coins of F or G that several cells share are gone
through from outside, one push for each setting.

Every probability is dyadic. Weights are integers over a power of two, of any length (`limbs`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from dlmcheck.spec.errors import LeavesMask
from dlmcheck.spec.lattice import End, Stop
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.limbs import (
    HALF,
    LIMB,
    SPARE,
    Weights,
    carry,
    grown_to,
    limbs_for,
    reduced,
)
from dlmcheck.verify.engines.site_tables import (
    M,
    NotTabulated,
    SiteRows,
    remask_rows,
    shared_coins,
    write_rows,
)
from dlmcheck.verify.engines.statelaw import check_unchanged, replay_round

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dlmcheck.verify.engines.site_tables import Bytes, Numbers

    Words = NDArray[np.uint64]

MOST_SHARED = 8
"""With more coins shared between cells there would be too many pushes."""
MOST_BYTES = 1 << 33
"""Weights that take more bytes are not begun with where no limit is given."""


class Exceeded(Exception):
    """A limit was met: that of memory, or else that of time."""

    def __init__(self, message: str, *, memory: bool) -> None:
        super().__init__(message)
        self.memory = memory


@dataclass(frozen=True)
class Guard:
    """Limits that are looked at before each cell is drawn: a time to end, and bytes."""

    end: float | None = None
    memory: int | None = None

    @classmethod
    def of(cls, seconds: float | None, memory: int | None) -> Guard:
        """From now on."""
        return cls(None if seconds is None else time.monotonic() + seconds, memory)

    def check(self, needed: int) -> None:
        """Raise `Exceeded` if the time is over, or so many bytes are too many."""
        if self.end is not None and time.monotonic() > self.end:
            raise Exceeded("the time is over", memory=False)
        if needed > (MOST_BYTES if self.memory is None else self.memory):
            raise Exceeded(f"{needed} bytes are needed at once", memory=True)


def weights_by_round(
    schedule: Schedule, data: Sequence[bool] = (), guard: Guard | None = None
) -> Iterator[Weights]:
    """The law of the state after 0, 1, ..., D rounds.

    Raises the errors of the model, as `statelaw.laws_by_round` does, and `NotTabulated` for
    schedules whose F sees the candidates, or with many coins shared by cells or at one cell;
    `Exceeded` if the guard says so.
    """
    if schedule.unmask_sees_candidates:
        raise NotTabulated("F sees the candidates")
    law = _start(schedule, data)
    yield law
    for number in range(1, schedule.rounds + 1):
        law = _Round(schedule, data, number, guard or Guard()).apply(law)
        yield law


def final_weights(
    schedule: Schedule, data: Sequence[bool] = (), guard: Guard | None = None
) -> Weights:
    """The law of the state after D rounds, with the end and stop conventions checked.

    Raises `LeavesMask`, `NotAbsorbing`, and the errors of `weights_by_round`.
    """
    final: Weights | None = None
    for law in weights_by_round(schedule, data, guard):
        final = law
    assert final is not None
    cells = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    masked = (final.cells[list(cells)] == M).any(axis=0)
    if masked.any():
        number = int(masked.argmax())
        weight = Fraction(final.weight(number), 1 << final.exponent)
        raise LeavesMask(final.state(number), schedule.rounds, weight)
    if schedule.stop is Stop.ABSORBING:
        _Round(schedule, data, schedule.rounds + 1, guard or Guard()).check_still(final)
    return final


def _start(schedule: Schedule, data: Sequence[bool]) -> Weights:
    import numpy as np

    given = list(product((0, 1), repeat=len(schedule.given_cells)))
    cells = np.full((schedule.length, len(given)), M, dtype=np.uint8)
    for cell, value in zip(schedule.data_cells, data, strict=True):
        cells[cell] = int(value)
    for k, cell in enumerate(schedule.given_cells):
        cells[cell] = [values[k] for values in given]
    return Weights(cells, np.ones((1, len(given)), dtype=np.uint64), len(schedule.given_cells))


_Rows = Callable[["Bytes", Mapping[int, bool]], list[SiteRows]]


@dataclass(frozen=True)
class _Round:
    """One round of a schedule on many states."""

    schedule: Schedule
    data: Sequence[bool]
    number: int
    guard: Guard

    @property
    def prompt(self) -> dict[int, int]:
        """The prompt's cells and tokens."""
        return dict(zip(self.schedule.data_cells, map(int, self.data), strict=True))

    def apply(self, law: Weights) -> Weights:
        """The law after the round."""
        for rows, shared in self._phases():
            law = self._pushed(law, rows, shared)
        return law

    def check_still(self, law: Weights) -> None:
        """Raise `NotAbsorbing` if the round changes a state of the law."""
        import numpy as np

        moves = np.zeros(law.states, dtype=np.bool_)
        for rows, shared in self._phases():
            for setting in product((False, True), repeat=len(shared)):
                for site in rows(law.cells, dict(zip(shared, setting, strict=True))):
                    self._check_rules(law, site)
                    certain = np.array(
                        [[row[t] == 1 << site.coins for t in (0, 1, M)] for row in site.rows]
                    )
                    moves |= ~certain[site.which, law.cells[site.cell]]
        # What moves in one phase may be moved back in the next: these are looked at one by one.
        for number in np.flatnonzero(moves).tolist():
            check_unchanged(self.schedule, self.data, self.number, law.state(number))

    def _phases(self) -> Iterator[tuple[_Rows, tuple[int, ...]]]:
        schedule, prompt, number = self.schedule, self.prompt, self.number
        yield (
            lambda states, given: write_rows(schedule, prompt, number, states, given),
            shared_coins(schedule.unmask),
        )
        remask = schedule.remask
        if remask is not None:
            yield (
                lambda states, given: remask_rows(schedule, remask, prompt, number, states, given),
                shared_coins(remask),
            )

    def _check_rules(self, law: Weights, site: SiteRows) -> None:
        """Raise the model's error if the cell may break a rule in some state."""
        if site.broken >= 0:
            replay_round(self.schedule, self.data, self.number, law.state(site.broken))
            raise AssertionError("a rule was said to be broken that is not")

    def _pushed(self, law: Weights, rows: _Rows, shared: tuple[int, ...]) -> Weights:
        if len(shared) > MOST_SHARED:
            raise NotTabulated(f"{len(shared)} coins are shared by cells")
        total: _Product | None = None
        for setting in product((False, True), repeat=len(shared)):
            sites = rows(law.cells, dict(zip(shared, setting, strict=True)))
            for site in sites:
                self._check_rules(law, site)
            pushed = _push(law, sites, len(shared), self.guard)
            total = pushed if total is None else total.plus(pushed)
        assert total is not None
        return total.weights(law.exponent + len(shared)).checked()


# --- one push ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Product:
    """Weights of all combinations of tokens: `limbs[k]` by the number of the combination.

    The token of the j-th of `cells` is `tokens[j][digit]`; the first cell's digit is the lowest.
    """

    cells: tuple[int, ...]
    tokens: tuple[tuple[int, ...], ...]
    limbs: Words
    coins: int

    def plus(self, other: _Product) -> _Product:
        """The sum of two, in which cells may come in another order and show other tokens."""
        mine, theirs = self._full(), other._full()
        total = mine + theirs
        carry(total)
        every = tuple(range(len(self.cells)))
        return _Product(every, ((0, 1, M),) * len(every), total.reshape(len(total), -1), self.coins)

    def _full(self) -> Words:
        """As an array with an axis of three for each cell, in the cells' order, last cell first."""
        import numpy as np

        number = len(self.cells)
        shape = tuple(len(tokens) for tokens in reversed(self.tokens))
        array = self.limbs.reshape(-1, *shape)
        full = np.zeros((len(self.limbs), *(3,) * number), dtype=np.uint64)
        index = np.ix_(range(len(self.limbs)), *reversed(self.tokens))
        full[index] = array
        # Axis 1 + k is that of cells[number - 1 - k]; it has to be that of cell number - 1 - k.
        axes = [0, *(1 + number - 1 - self.cells.index(number - 1 - k) for k in range(number))]
        return np.ascontiguousarray(full.transpose(axes))

    def weights(self, exponent: int) -> Weights:
        """The law, without the combinations of weight zero and with the smallest exponent."""
        import numpy as np

        alive = np.flatnonzero(self.limbs.any(axis=0))
        cells = np.empty((len(self.cells), len(alive)), dtype=np.uint8)
        left = alive
        for cell, tokens in zip(self.cells, self.tokens, strict=True):
            cells[cell] = np.array(tokens, dtype=np.uint8)[left % len(tokens)]
            left = left // len(tokens)
        return reduced(Weights(cells, self.limbs[:, alive], exponent + self.coins))


def _order(sites: Sequence[SiteRows]) -> list[SiteRows]:
    """The cells so that, from behind, each one reads few cells that those after it do not."""
    left = sorted(sites, key=lambda site: site.cell)
    behind: list[SiteRows] = []
    read: frozenset[int] = frozenset()
    while left:
        chosen = min(left, key=lambda site: (len(site.reads - read), -site.cell))
        left.remove(chosen)
        behind.append(chosen)
        read |= chosen.reads
    return behind[::-1]


def _push(law: Weights, sites: Sequence[SiteRows], shared: int, guard: Guard) -> _Product:
    """Draw all cells, one after the other."""
    import numpy as np

    ordered = _order(sites)
    for site in ordered:
        if (len(site.rows) << site.coins).bit_length() > SPARE:
            raise NotTabulated(f"cell {site.cell} has {len(site.rows)} laws of {site.coins} coins")
    # From behind: the classes of states that agree on the laws of all cells from a place on.
    classes: Numbers = np.zeros(law.states, dtype=np.int32)
    number = 1
    steps: list[tuple[Numbers, Numbers]] = []
    for site in reversed(ordered):
        keys = classes * np.int64(len(site.rows)) + site.which
        seen = np.zeros(number * len(site.rows), dtype=np.bool_)
        seen[keys] = True
        kept = np.flatnonzero(seen)
        names = np.cumsum(seen, dtype=np.int32) - np.int32(1)
        classes, number = names[keys], len(kept)
        steps.append((kept // len(site.rows), kept % len(site.rows)))
    exponent = law.exponent + shared
    limbs = grown_to(law.limbs, limbs_for(exponent))
    held: Words = np.zeros((len(limbs), number), dtype=np.uint64)
    for k in range(len(limbs)):
        # Sums of halves: very many states may be merged at once.
        low, high = (np.zeros(number, dtype=np.uint64) for _ in range(2))
        np.add.at(low, classes, limbs[k] & np.uint64((1 << HALF) - 1))
        np.add.at(high, classes, limbs[k] >> np.uint64(HALF))
        if k + 1 < len(limbs):
            held[k + 1] += high >> np.uint64(LIMB - HALF)
            high &= np.uint64((1 << LIMB - HALF) - 1)
        held[k] += low + (high << np.uint64(HALF))
    carry(held)
    held = held.reshape(len(limbs), number, 1)
    tokens: list[tuple[int, ...]] = []
    for site, (after, row) in zip(ordered, reversed(steps), strict=True):
        exponent += site.coins
        held = grown_to(held, limbs_for(exponent))
        shown = tuple(t for t in (0, 1, M) if any(counts[t] for counts in site.rows))
        tokens.append(shown)
        _, _, before = held.shape
        needed = 8 * len(held) * (int(after.max()) + 1) * len(shown) * before
        guard.check(held.nbytes + needed)
        held = _drawn(held, site, after, row, shown)
    coins = sum(site.coins for site in ordered)
    return _Product(
        tuple(site.cell for site in ordered), tuple(tokens), held.reshape(len(held), -1), coins
    )


def _drawn(
    held: Words, site: SiteRows, after: Numbers, row: Numbers, shown: tuple[int, ...]
) -> Words:
    """Draw one cell: from classes and tokens so far to classes and one token more."""
    import numpy as np

    limbs, _, before = held.shape
    number = int(after.max()) + 1
    drawn = np.zeros((limbs, number, len(shown), before), dtype=np.uint64)
    for r, counts in enumerate(site.rows):
        classes = np.flatnonzero(row == r)
        if not len(classes):
            continue
        # Classes that have one row differ in what comes after it, so no place is met twice.
        goes = after[classes]
        for k in range(limbs):
            weights = held[k, classes]
            for j, t in enumerate(shown):
                if counts[t]:
                    scaled = weights if counts[t] == 1 else weights * np.uint64(counts[t])
                    drawn[k, goes, j] += scaled
    carry(drawn)
    return drawn.reshape(limbs, number, -1)
