"""Steps of Theorem 3.2 for every layered circuit: two banks that take turns, the older remasked.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.2; the argument is in the note T3.2. X is
the bank that shows layer t after round t+1, Y the other one. In each bank a step looks at the first
value cell, whose mask tells, and at one counter cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.remask import keeps_older_bank
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.kernel.induction import Step
from dlmcheck.verify.proofs.banks import (
    ANOTHER,
    BINARY,
    DUE,
    ITS_VALUE,
    NO_OTHER,
    OTHER_VALUE,
    THIS,
    different,
    prompt_stays,
    shown,
    slots,
    standing,
    stands,
)
from dlmcheck.verify.proofs.cells import Scene

X_FIRST, Y_FIRST = "X's first cell", "Y's first cell"
X_COUNTER, Y_COUNTER = "X's counter cell", "Y's counter cell"
X_OLD, X_SHOWS = "the rest of X matches another layer", "the rest of X matches layer t"
Y_OLD, Y_SHOWS = "the rest of Y matches another layer", "the rest of Y matches layer t+1"
Y_LAST = "the rest of Y matches the last layer"
CELL = "the cell"


@dataclass(frozen=True)
class TwoBanks:
    """The steps of two banks with binary counters, under one end convention."""

    end: End
    mistake: Mistake | None = None

    def _due(self, s: Scene, layers: Sequence[Literal]) -> list[Literal]:
        start = rules.all_of(s.builder, [s.cell(X_FIRST).masked, s.cell(Y_FIRST).masked])
        forever = self.mistake is Mistake.DOES_NOT_STOP
        return rules.due_layers(s.builder, start, layers, forever=forever)

    # --- which layer is due --------------------------------------------------------------

    def start(self, k: int) -> Step:
        """While both banks are masked layer 0 is due, and no other."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        name = f"at the start layer 0 is due; codes with {shown(k)}"
        s = Scene(name, cells=cells, atoms=[X_OLD, Y_OLD, Y_LAST])
        x, y = s.cell(X_FIRST).masked, s.cell(Y_FIRST).masked
        s.premise("X is masked", x)
        s.premise("Y is masked", y)
        layers = [
            stands(s, x, s.cell(X_COUNTER), k, X_OLD),
            stands(s, y, s.cell(Y_COUNTER), k, Y_OLD),
            stands(s, y, s.cell(Y_COUNTER), k, Y_LAST),
        ]
        return s.concludes(s.exactly(self._due(s, layers), (True, False, False)))

    def round(self, k: int, other: int) -> Step:
        """When X shows t and Y is masked, layer t+1 is due, and no other."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        name = f"layer t+1 is due when t stands; codes with {shown(k)} and {shown(other)}"
        s = Scene(name, cells=cells, atoms=[X_OLD, Y_OLD, X_SHOWS, Y_LAST])
        x, y = s.cell(X_FIRST).masked, s.cell(Y_FIRST).masked
        s.premise("X is visible", ~x)
        s.premise("Y is masked", y)
        s.premise("X's counter cell shows layer t", s.shows(s.cell(X_COUNTER), k))
        s.premise("the rest of X's counter shows layer t", s.bit(X_SHOWS))
        layers = [
            stands(s, x, s.cell(X_COUNTER), other, X_OLD),
            stands(s, y, s.cell(Y_COUNTER), k, Y_OLD),
            stands(s, x, s.cell(X_COUNTER), k, X_SHOWS),
            stands(s, y, s.cell(Y_COUNTER), k, Y_LAST),
        ]
        return s.concludes(s.exactly(self._due(s, layers), (False, False, False, True)))

    def stop(self, k: int, other: int) -> Step:
        """When X shows the last layer, neither bank is selected, whether Y is masked or not."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        name = f"no bank is selected when layer d stands; codes with {shown(k)} and {shown(other)}"
        s = Scene(name, cells=cells, atoms=[X_OLD, Y_OLD, Y_LAST, X_SHOWS])
        x, y = s.cell(X_FIRST).masked, s.cell(Y_FIRST).masked
        s.premise("X is visible", ~x)
        s.premise("X's counter cell shows the last layer", s.shows(s.cell(X_COUNTER), k))
        layers = [
            stands(s, y, s.cell(Y_COUNTER), k, Y_OLD),
            stands(s, x, s.cell(X_COUNTER), other, X_OLD),
            stands(s, y, s.cell(Y_COUNTER), k, Y_LAST),
            stands(s, x, s.cell(X_COUNTER), k, X_SHOWS),
        ]
        due = self._due(s, layers)
        flags = [
            rules.bank_is_due(s.builder, x, due[1::2], fill=False),
            rules.bank_is_due(s.builder, y, due[0::2], fill=False),
        ]
        return s.concludes(~s.builder.or_(*flags))

    # --- G ---------------------------------------------------------------------------------

    def _pair(
        self, s: Scene, x_token: int, x_rest: str, y_token: int, y_rest: str, *, x_older: bool
    ) -> Literal:
        """The construction's bit "both layers of a pair stand", one in X and the other in Y."""
        in_x = standing(s, s.cell(X_FIRST).masked, s.cell(X_COUNTER), x_token, x_rest)
        in_y = standing(s, s.cell(Y_FIRST).masked, s.cell(Y_COUNTER), y_token, y_rest)
        return rules.both_stand(s.builder, *((in_x, in_y) if x_older else (in_y, in_x)))

    def remasks(self, k: int, y_token: int) -> Step:
        """When X shows t and Y shows t+1, G masks X: not the last pair, or it may be masked."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        name = f"the older bank is masked; codes with {shown(k)} and {shown(y_token)}"
        s = Scene(name, cells=cells, atoms=[X_OLD, Y_OLD, X_SHOWS, Y_SHOWS])
        s.premise("X is visible", ~s.cell(X_FIRST).masked)
        s.premise("Y is visible", ~s.cell(Y_FIRST).masked)
        s.premise("X's counter cell shows layer t", s.shows(s.cell(X_COUNTER), k))
        s.premise("the rest of X's counter shows layer t", s.bit(X_SHOWS))
        s.premise("Y's counter cell shows layer t+1", s.shows(s.cell(Y_COUNTER), y_token))
        s.premise("the rest of Y's counter shows layer t+1", s.bit(Y_SHOWS))
        flags = [
            self._pair(s, 1 - k, X_OLD, 1 - y_token, Y_OLD, x_older=True),
            self._pair(s, k, X_SHOWS, y_token, Y_SHOWS, x_older=True),
        ]
        keep = keeps_older_bank(self.end, self.mistake)
        watched = [flag for flag in flags if rules.is_watched(newest=False, keep=keep)]
        return s.concludes(rules.any_of(s.builder, watched))

    def keeps_newer(self, k: int, y_token: int) -> Step:
        """When X shows t and Y shows t+1, G leaves Y alone."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        name = f"the newer bank is kept; codes with {shown(k)} and {shown(y_token)}"
        s = Scene(name, cells=cells, atoms=[X_OLD, Y_OLD, X_SHOWS, Y_SHOWS])
        s.premise("X's counter cell shows layer t", s.shows(s.cell(X_COUNTER), k))
        s.premise("Y's counter cell shows layer t+1", s.shows(s.cell(Y_COUNTER), y_token))
        flags = [
            # An older layer of Y is another one than t+1, or its successor is t+2 and not t.
            self._pair(s, k, X_SHOWS, 1 - y_token, Y_OLD, x_older=False),
            self._pair(s, 1 - k, X_OLD, y_token, Y_SHOWS, x_older=False),
        ]
        return s.concludes(~rules.any_of(s.builder, flags))

    def no_pair(self, k: int, y_token: int) -> Step:
        """While Y is masked G finds no pair."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        name = f"nothing is masked beside a masked bank; codes {shown(k)} and {shown(y_token)}"
        s = Scene(name, cells=cells, atoms=[X_SHOWS, Y_SHOWS])
        s.premise("Y is masked", s.cell(Y_FIRST).masked)
        flags = [
            self._pair(s, k, X_SHOWS, y_token, Y_SHOWS, x_older=older) for older in (True, False)
        ]
        return s.concludes(~rules.any_of(s.builder, flags))

    def keeps_both(self, k: int) -> Step:
        """When X shows the last layer but one, G keeps it, if all cells are to be visible."""
        cells = [X_FIRST, X_COUNTER, Y_FIRST, Y_COUNTER]
        s = Scene(
            f"the last two layers are kept; a code with {shown(k)}",
            cells=cells,
            atoms=[X_OLD, Y_OLD, X_SHOWS, Y_SHOWS],
        )
        s.premise("X's counter cell shows the last layer but one", s.shows(s.cell(X_COUNTER), k))
        keep = keeps_older_bank(self.end, self.mistake)
        flags = [self._pair(s, 1 - k, X_OLD, 0, Y_OLD, x_older=True)]
        if rules.is_watched(newest=True, keep=keep):
            flags.append(self._pair(s, k, X_SHOWS, 0, Y_SHOWS, x_older=True))
        return s.concludes(~rules.any_of(s.builder, flags))

    # --- all of them -------------------------------------------------------------------------

    def steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """Base and steps."""
        pairs = different(BINARY)
        every = [(k, token) for k in BINARY for token in BINARY]
        steps = [self.round(k, other) for k, other in pairs]
        steps += [
            make(k, token)
            for make in (self.remasks, self.keeps_newer, self.no_pair)
            for k, token in every
        ]
        if self.end is End.WHOLE_STATE:
            steps += [self.keeps_both(k) for k in BINARY]
        else:
            # In the other reading both banks are visible then, and none can be selected.
            steps += [self.stop(k, other) for k, other in pairs]
        codes = [written_code(token, other) for token in BINARY for other in BINARY]
        return tuple(self.start(k) for k in BINARY), (*steps, *self.written(), *codes)

    def written(self) -> tuple[Step, ...]:
        """What the bank that is due gets, counters apart."""
        fill = self.end is End.WHOLE_STATE
        steps = [prompt_stays(), bank_due(), bank_waits(), visible_bank(fill=fill)]
        steps += [written_value(), written_spare(), kept_value()]
        steps += [fills(), fills_with_zero()] if fill else []
        return (*steps, *slots())


# --- F at a bank -----------------------------------------------------------------------------

FIRST_MASKED = "the bank is masked"


def bank_due() -> Step:
    """A masked bank one of whose layers is due is selected."""
    s = Scene("a masked bank is selected when a layer of its own is due", cells=[X_FIRST],
              atoms=[THIS, ANOTHER])  # fmt: skip
    masked = s.cell(X_FIRST).masked
    s.premise(FIRST_MASKED, masked)
    s.premise(DUE, s.bit(THIS))
    due = [s.bit(THIS), s.bit(ANOTHER)]
    return s.concludes(rules.bank_is_due(s.builder, masked, due, fill=False))


def bank_waits() -> Step:
    """A bank none of whose layers is due is not selected."""
    s = Scene("a bank is not selected when no layer of its own is due", cells=[X_FIRST],
              atoms=[THIS, ANOTHER])  # fmt: skip
    s.premise("this layer is not due", ~s.bit(THIS))
    s.premise(NO_OTHER, ~s.bit(ANOTHER))
    due = [s.bit(THIS), s.bit(ANOTHER)]
    masked = s.cell(X_FIRST).masked
    return s.concludes(~rules.bank_is_due(s.builder, masked, due, fill=True))


def visible_bank(*, fill: bool) -> Step:
    """A visible bank is not selected, whatever is due."""
    s = Scene("a visible bank is not selected", cells=[X_FIRST], atoms=[THIS, ANOTHER])
    masked = s.cell(X_FIRST).masked
    s.premise("the bank is visible", ~masked)
    due = [s.bit(THIS), s.bit(ANOTHER)]
    flags = [rules.bank_is_due(s.builder, masked, layers, fill=fill) for layers in (due, [])]
    return s.concludes(~s.builder.or_(*flags))


def fills() -> Step:
    """Depth 0: the bank to which no layer belongs is selected while it is masked."""
    s = Scene("a masked bank without layers is selected", cells=[X_FIRST])
    masked = s.cell(X_FIRST).masked
    s.premise(FIRST_MASKED, masked)
    return s.concludes(rules.bank_is_due(s.builder, masked, [], fill=True))


def fills_with_zero() -> Step:
    """Depth 0: the bank to which no layer belongs gets 0."""
    s = Scene("a cell of a bank without layers gets 0", cells=[CELL])
    cell = s.cell(CELL)
    s.premise("the cell is masked", cell.masked)
    drawn = rules.chosen(s.builder, [])
    bits = rules.keeping_bits(s.builder, cell.masked, cell.value, drawn)
    return s.concludes(s.is_code(bits, 0))


# --- what is written -------------------------------------------------------------------------


def written_value() -> Step:
    """A masked value cell gets the value that the layer that is due has for it."""
    s = Scene("a value is that of the layer due", cells=[CELL],
              atoms=[THIS, ANOTHER, ITS_VALUE, OTHER_VALUE])  # fmt: skip
    cell = s.cell(CELL)
    s.premise("the cell is masked", cell.masked)
    s.premise(DUE, s.bit(THIS))
    s.premise(NO_OTHER, ~s.bit(ANOTHER))
    cases = [(s.bit(THIS), s.bit(ITS_VALUE)), (s.bit(ANOTHER), s.bit(OTHER_VALUE))]
    drawn = rules.chosen(s.builder, cases)
    bits = rules.keeping_bits(s.builder, cell.masked, cell.value, drawn)
    return s.concludes(s.is_value(bits, s.bit(ITS_VALUE)))


def written_spare() -> Step:
    """A masked value cell that the layer that is due leaves free gets 0."""
    s = Scene("a spare cell gets 0", cells=[CELL], atoms=[THIS, ANOTHER, OTHER_VALUE])
    cell = s.cell(CELL)
    s.premise("the cell is masked", cell.masked)
    s.premise(NO_OTHER, ~s.bit(ANOTHER))
    cases = [(s.bit(THIS), None), (s.bit(ANOTHER), s.bit(OTHER_VALUE))]
    drawn = rules.chosen(s.builder, cases)
    bits = rules.keeping_bits(s.builder, cell.masked, cell.value, drawn)
    return s.concludes(s.is_code(bits, 0))


def written_code(token: int, other: int) -> Step:
    """A masked counter cell gets the token of the layer that is due."""
    name = f"a counter cell gets {shown(token)}; another layer has {shown(other)}"
    s = Scene(name, cells=[CELL], atoms=[THIS, ANOTHER])
    cell = s.cell(CELL)
    s.premise("the cell is masked", cell.masked)
    if token == 1:
        s.premise(DUE, s.bit(THIS))
    elif other == 1:
        s.premise(NO_OTHER, ~s.bit(ANOTHER))
    due = [s.bit(THIS), s.bit(ANOTHER)]
    _, low = rules.code_bits(s.builder, [token, other], due, Edits.REMASK)
    bits = rules.keeping_bits(s.builder, cell.masked, cell.value, low)
    return s.concludes(s.is_code(bits, token))


def kept_value() -> Step:
    """A visible cell would be given its own token, whatever is due."""
    s = Scene("a visible cell keeps its token", cells=[CELL], atoms=["drawn"])
    cell = s.cell(CELL)
    s.premise("the cell is visible", ~cell.masked)
    bits = rules.keeping_bits(s.builder, cell.masked, cell.value, s.bit("drawn"))
    return s.concludes(s.is_value(bits, cell.value))
