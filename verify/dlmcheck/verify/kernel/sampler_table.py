"""A sampler as a table, replayed: an upper bound on the rounds that a target takes.

The certificate holds the target as exact rationals and a sampler, either written out (for every
state that is reached what F, the predictor and G do there) or as a schedule of circuits. The
sampler is run by the specification, and its output law compared with the target. Its place on
the lattice is read off its form here, not believed: what F and G draw, whether the round number
is used, the cells beyond the output, whether every probability of the predictor is dyadic, and
for a schedule how many tokens a part reads.

Source of the model: Jiang, Haghtalab, Chen (ICLR 2026), section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dlmcheck.spec.definition import Predictor, Sampler
from dlmcheck.spec.errors import IllegalSampler, MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals
from dlmcheck.spec.law import ZERO, Law, certain
from dlmcheck.spec.policies import (
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    Positions,
    RemaskingPolicy,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
    remasking_class,
    unmasking_class,
)
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.serial import schedule_from_json
from dlmcheck.spec.tokens import MASK, State, Token, parse_state
from dlmcheck.verify.kernel.documents import called, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.rationals import law_field, rational_field
from dlmcheck.verify.kernel.reading import fewest_cells, tokens_read
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.same_law import MOST_ROUNDS
from dlmcheck.verify.kernel.verdicts import Verdict

V = TypeVar("V")
KIND = "sampler"
FORMS = ("deterministic", "independent", "same-rate", "uniform-subset", "joint")
REMASKING_FORMS = ("none", "deterministic", "independent", "joint")


@dataclass(frozen=True)
class Entry:
    """What F and the predictor do in one state; `rows[i]` is None where nothing is asked."""

    select: object
    rows: tuple[Law[Token] | None, ...]


Place = tuple[int, State]
"""A round number (0 without a clock) and a state."""


@dataclass(frozen=True)
class Examined:
    """What a certificate shows: the result, the rounds, and the point at which the sampler lies."""

    checked: Checked
    rounds: int
    point: Point


def check_document(document: Document) -> Checked:
    """PROVED if the sampler's law is the target; the statement names the point of the lattice.

    Raises as `examine`.
    """
    return examine(document).checked


def examine(document: Document) -> Examined:
    """Check a certificate, and say where its sampler lies.

    Raises `MalformedSyntax` for a text that is no such table, `Rejected` for a sampler that is
    illegal or has another law.
    """
    raw = fields_of(document, ("name", "target"), ("table", "schedule"))
    name = document.string(raw["name"], ("name",))
    target = law_field(document, raw["target"], ("target",))
    table: Tabulated | None = None
    reading: int | None
    if ("table" in raw) == ("schedule" in raw):
        raise document.bad("one sampler", (), "a table or a schedule", kind=MalformedSyntax)
    if "table" in raw:
        table = _tabulated(document, raw["table"], ("table",))
        sampler, size, dyadic = table.sampler, len(table.entries) + len(table.masks), table.dyadic
        reading = None
    else:
        text = document.string(raw["schedule"], ("schedule",))
        schedule = schedule_from_json(text, f"{document.source}: schedule")
        if schedule.data_cells or schedule.given_cells:
            raise Rejected("a sampler starts from masks everywhere")
        sampler, size, dyadic = sampler_of(schedule), len(schedule.predictor.gates), True
        reading = tokens_read(schedule)
    if sampler.rounds > MOST_ROUNDS:
        raise BeyondLimits(f"more than {MOST_ROUNDS} rounds are too many to be gone through")
    try:
        found = output_law(sampler)
    except IllegalSampler as error:
        raise Rejected(f"the run is illegal: {error}") from None
    if found != target:
        string = min(z for z in found.support | target.support if found[z] != target[z])
        shown = "".join(map(str, string))
        raise Rejected(f"string {shown} comes out with another probability than the target's")
    if table is not None and not table.missed:
        reading = reading_of_table(table)
    point = point_of(sampler, dyadic, reading)
    statement = f"{called(name)}: in {sampler.rounds} rounds at: {point}"
    checked = kernel_result(statement, Verdict.PROVED, Certificate(KIND, "kernel", size))
    return Examined(checked, sampler.rounds, point)


def point_of(sampler: Sampler, dyadic: bool, reading: int | None) -> Point:
    """The narrowest point of the lattice that the form of a sampler shows.

    `reading` bounds the tokens that each part reads (None: not known).
    """
    return Point(
        edits=sampler.edits,
        unmasking=unmasking_class(sampler.unmask),
        remasking=remasking_class(sampler.remask),
        clock=sampler.clock,
        scratch=sampler.length - len(set(sampler.output)),
        predictor=PredictorClass(Reals.DYADIC if dyadic else Reals.UNRESTRICTED, reading),
    )


@dataclass(frozen=True)
class Tabulated:
    """A sampler with the table that it was made of; `missed` fills as it runs."""

    sampler: Sampler
    form: str
    remask_form: str
    entries: Mapping[Place, Entry]
    masks: Mapping[Place, Any]
    missed: set[Place]

    @property
    def dyadic(self) -> bool:
        """Whether every probability of the predictor is dyadic."""
        rows = (row for entry in self.entries.values() for row in entry.rows if row is not None)
        return all(w.denominator.bit_count() == 1 for row in rows for _, w in row.items())


def reading_of_table(table: Tabulated) -> int | None:
    """The most tokens that a part need read to do what the table says; None beyond three.

    Where F or G draws sets of cells jointly, nobody knows. The own cell is free for p_i and F_i
    without revision, as is the own mask for G_i.
    """
    if table.form in ("uniform-subset", "joint") or table.remask_form == "joint":
        return None
    sampler = table.sampler
    own_is_free = sampler.edits in (Edits.WRITE_ONCE, Edits.REMASK)
    parts: list[int | None] = []
    for i in range(sampler.length):
        here = {
            place: entry
            for place, entry in table.entries.items()
            if not own_is_free or place[1][i] == MASK
        }
        rows = {place: e.rows[i] for place, e in here.items() if e.rows[i] is not None}
        rates = {place: _value(table.form, e.select, i) for place, e in here.items()}
        shown = {
            place: _value(table.remask_form, masks, i)
            for place, masks in table.masks.items()
            if place[1][i] != MASK
        }
        free = i if own_is_free else None
        parts += [fewest_cells(rows, free), fewest_cells(rates, free), fewest_cells(shown, None)]
        if None in parts:
            return None
    return max((part for part in parts if part is not None), default=0)


def _value(form: str, choice: Any, i: int) -> object:
    if form == "deterministic":
        return i in choice
    return choice[i] if form == "independent" else choice


# --- from the text to the sampler ----------------------------------------------------------------


def _tabulated(document: Document, value: Json, path: Path) -> Tabulated:
    form_of = ("cells", "output", "rounds", "edits", "clock", "unmasking", "remasking")
    raw = document.fields(value, path, (*form_of, "entries", "masks"))
    cells = document.integer(raw["cells"], (*path, "cells"), 1)
    output = tuple(
        document.integer(cell, (*path, "output", k))
        for k, cell in enumerate(document.array(raw["output"], (*path, "output")))
    )
    form = document.string(raw["unmasking"], (*path, "unmasking"))
    remask_form = document.string(raw["remasking"], (*path, "remasking"))
    if form not in FORMS:
        raise document.malformed(form, (*path, "unmasking"), f"one of {', '.join(FORMS)}")
    if remask_form not in REMASKING_FORMS:
        expected = f"one of {', '.join(REMASKING_FORMS)}"
        raise document.malformed(remask_form, (*path, "remasking"), expected)
    clock = document.boolean(raw["clock"], (*path, "clock"))
    reader = _Reader(document, cells)
    table: dict[Place, Entry] = {}
    for k, item in enumerate(document.array(raw["entries"], (*path, "entries"))):
        place = (*path, "entries", k)
        parts = document.array(item, place)
        if len(parts) != 4:
            raise document.malformed(item, place, "round, state, F, rows")
        where = reader.place(parts, place, clock)
        if where in table:
            raise document.malformed(parts[1], (*place, 1), "one entry a state")
        table[where] = Entry(reader.choice(form, parts[2], (*place, 2)), reader.rows(parts, place))
    masks: dict[Place, object] = {}
    for k, item in enumerate(document.array(raw["masks"], (*path, "masks"))):
        place = (*path, "masks", k)
        parts = document.array(item, place)
        if len(parts) != 3 or remask_form == "none":
            raise document.malformed(item, place, "round, state, G (and a form of G)")
        where = reader.place(parts, place, clock)
        if where in masks:
            raise document.malformed(parts[1], (*place, 1), "one entry a state")
        masks[where] = reader.choice(remask_form, parts[2], (*place, 2))
    missed: set[Place] = set()
    sampler = Sampler(
        length=cells,
        predictor=_predictor(table),
        unmask=_unmasking(form, _Lookup(table, missed), cells),
        rounds=document.integer(raw["rounds"], (*path, "rounds")),
        output=output,
        edits=document.choice(raw["edits"], (*path, "edits"), Edits),
        remask=_remasking(remask_form, _Lookup(masks, missed), cells),
        clock=Clock.ROUND_NUMBER if clock else Clock.STATE_ONLY,
    )
    return Tabulated(sampler, form, remask_form, table, masks, missed)


@dataclass(frozen=True)
class _Reader:
    """Reads the entries of one table."""

    document: Document
    cells: int

    def place(self, parts: list[Json], path: Path, clock: bool) -> Place:
        number = self.document.integer(parts[0], (*path, 0), int(clock))
        state = parse_state(self.document.string(parts[1], (*path, 1)))
        if len(state) != self.cells or (number and not clock):
            raise self.document.malformed(parts[1], (*path, 1), f"{self.cells} cells, a round")
        return number, state

    def rows(self, parts: list[Json], place: Path) -> tuple[Law[Token] | None, ...]:
        listed = self.document.array(parts[3], (*place, 3))
        if len(listed) != self.cells:
            raise self.document.malformed(parts[3], (*place, 3), f"{self.cells} rows")
        return tuple(self._row(row, (*place, 3, i)) for i, row in enumerate(listed))

    def _row(self, value: Json, path: Path) -> Law[Token] | None:
        """null, the probability of 1, or the probabilities of 0 and 1 (the rest is M's)."""
        if value is None:
            return None
        if isinstance(value, list):
            if len(value) != 2:
                raise self.document.malformed(value, path, "the probabilities of 0 and 1")
            zero, one = (rational_field(self.document, w, (*path, k)) for k, w in enumerate(value))
            return Law({0: zero, 1: one, MASK: 1 - zero - one})
        one = rational_field(self.document, value, path)
        return Law({0: 1 - one, 1: one})

    def choice(self, form: str, value: Json, path: Path) -> object:
        """What a policy of a form does in one state."""
        if form == "deterministic":
            return self._positions(value, path)
        if form == "independent":
            rates = self.document.array(value, path)
            if len(rates) != self.cells:
                raise self.document.malformed(value, path, f"{self.cells} rates")
            return tuple(rational_field(self.document, w, (*path, i)) for i, w in enumerate(rates))
        if form == "same-rate":
            return rational_field(self.document, value, path)
        if form == "uniform-subset":
            return self.document.integer(value, path)
        if not isinstance(value, dict):
            raise self.document.malformed(value, path, "sets with their probabilities")
        return Law(
            {
                self._positions(key, path): rational_field(self.document, w, (*path, key))
                for key, w in value.items()
            }
        )

    def _positions(self, value: Json, path: Path) -> Positions:
        text = self.document.string(value, path)
        if len(text) != self.cells or set(text) - {"0", "1"}:
            raise self.document.malformed(value, path, f"{self.cells} flags")
        return frozenset(i for i, flag in enumerate(text) if flag == "1")


# --- the functions of a table ------------------------------------------------------------------
# In a state that the table does not name, nothing is selected, remasked or changed.

NOTHING: Positions = frozenset()


def _predictor(table: Mapping[Place, Entry]) -> Predictor:
    def predictor(state: State, i: int, number: Round) -> Law[Token]:
        entry = table.get((number or 0, state))
        row = None if entry is None else entry.rows[i]
        return certain(max(state[i], 0)) if row is None else row

    return predictor


@dataclass(frozen=True)
class _Lookup(Generic[V]):
    """A table that remembers what was asked of it in vain."""

    table: Mapping[Place, V]
    missed: set[Place]

    def __call__(self, state: State, number: Round) -> V | None:
        place = number or 0, state
        if place not in self.table:
            self.missed.add(place)
        return self.table.get(place)


def _unmasking(form: str, entries: _Lookup[Entry], cells: int) -> UnmaskingPolicy:
    def look(state: State, number: Round) -> Any:
        entry = entries(state, number)
        return None if entry is None else entry.select

    if form == "deterministic":
        return DeterministicUnmasking(lambda state, number: look(state, number) or NOTHING)
    if form == "independent":
        still = (ZERO,) * cells
        return IndependentUnmasking(lambda state, i, number: (look(state, number) or still)[i])
    if form == "same-rate":
        return SameRateUnmasking(lambda state, number: look(state, number) or ZERO)
    if form == "uniform-subset":
        return UniformSubsetUnmasking(lambda state, number: look(state, number) or 0)
    return JointUnmasking(lambda state, number: look(state, number) or certain(NOTHING))


def _remasking(form: str, masks: _Lookup[Any], cells: int) -> RemaskingPolicy | None:
    if form == "none":
        return None
    if form == "deterministic":
        return DeterministicRemasking(lambda state, t: masks(state, t) or NOTHING)
    if form == "independent":
        still = (ZERO,) * cells
        return IndependentRemasking(lambda state, i, t: (masks(state, t) or still)[i])
    return JointRemasking(lambda state, t: masks(state, t) or certain(NOTHING))
