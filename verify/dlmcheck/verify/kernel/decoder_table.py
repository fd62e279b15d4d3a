"""A decoder's behaviour as a table, run again: its output law, distances, rounds, class of F.

    {"kind": "decoder", "decoder": NAME, "name": NAME OF THE TARGET, "target": LAW,
     "start": "MM", "rounds": 0, "rows": [ROW, ...], "law": LAW, "total_variation": "81/1000",
     "kl_target_law": ["0.053", "1/18"] or "infinite", "kl_law_target": ...,
     "worst": 2, "expected": "2", "unmasking": "after-sampling", "own_predictor": ["joint", ...]}

    ROW    [round, state, memory, [PART, ...], [SOURCE, ...] or null]
    PART   [weight, memory after, [SHOWN, ...]]     with weights that sum to one
    SHOWN  what a cell shows after the round, independently of the others: "0", "M", or a law of it
    SOURCE null, or the law that the cell's token is drawn from if the cell is written

There is a row for each configuration (state and memory, which is a number, 0 at the start) in each
round in which it is reached, and no other. A run ends after `rounds` rounds, or, if that is 0, as
soon as no cell is masked. Everything below the rows is computed again from them: the law, its
total variation to the target, enclosures of both divergences in nats, rounds, the class of F, once
for the sources and once with a predictor of its own.

A file with a field "limit" is of the other form, for runs without a bound: see `decoder_limit`.

What is *not* shown here is that the rows are what the decoder's code does: that is the
enumeration's word. The sources are its word as well; the statement says so where one of them is
not the target's conditional at a state that the target allows. `own_predictor` does without them.

Source of the model: Jiang, Haghtalab, Chen (ICLR 2026), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions, show_state
from dlmcheck.verify.kernel.decoder_limit import check_limit
from dlmcheck.verify.kernel.decoder_rows import (
    Place,
    Reader,
    Row,
    after_of,
    check_divergence,
    check_law,
    sources_of,
)
from dlmcheck.verify.kernel.divergence import divergence
from dlmcheck.verify.kernel.documents import called, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.rationals import rational_field
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.round_forms import (
    NARROW_TO_WIDE,
    Classes,
    Written,
    forms,
    narrowest,
    token_laws,
)
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "decoder"
FIELDS = (
    "decoder",
    "name",
    "target",
    "start",
    "rounds",
    "rows",
    "law",
    "total_variation",
    "kl_target_law",
    "kl_law_target",
    "worst",
    "expected",
    "unmasking",
    "own_predictor",
)


@dataclass(frozen=True)
class Run:
    """What running a table gives."""

    law: Law[State]
    worst: int
    expected: Fraction
    unmasking: Unmasking
    own_predictor: Classes
    beside: str
    """What rounds do to visible cells, of which the class of F does not speak; empty if nothing."""


def check_document(document: Document) -> Checked:
    """PROVED if what the file says of its table is so; the statement says it.

    Raises `MalformedSyntax` for a text that is no such table, `UnnormalisedLaw` for weights that
    do not sum to one, `Rejected` for a table that is not complete or a number that is not right.
    """
    if isinstance(document.value, dict) and "limit" in document.value:
        return check_limit(document, KIND)
    raw = fields_of(document, FIELDS)
    reader = Reader(document)
    start = reader.state(raw["start"], ("start",), None)
    rounds = document.integer(raw["rounds"], ("rounds",)) or None
    table = _rows(reader, raw["rows"], start)
    target = reader.whole_law(raw["target"], ("target",))
    if any(len(state) != len(start) for state in target):
        raise document.malformed(raw["target"], ("target",), f"strings of {len(start)} cells")
    found = run(table, start, rounds)
    check_law(found.law, reader.whole_law(raw["law"], ("law",)))
    distance = total_variation(found.law, target)
    if rational_field(document, raw["total_variation"], ("total_variation",)) != distance:
        raise Rejected(f"the total variation is {distance}")
    for key, exact in (
        ("kl_target_law", divergence(target, found.law)),
        ("kl_law_target", divergence(found.law, target)),
    ):
        check_divergence(reader, raw[key], key, exact)
    if document.integer(raw["worst"], ("worst",)) != found.worst:
        raise Rejected(f"the longest run takes {found.worst} rounds")
    if reader.number(raw["expected"], ("expected",)) != found.expected:
        raise Rejected(f"a run takes {found.expected} rounds on average")
    if document.choice(raw["unmasking"], ("unmasking",), Unmasking) is not found.unmasking:
        raise Rejected(f"F is {found.unmasking.value}")
    own = [
        document.choice(one, ("own_predictor", k), Unmasking)
        for k, one in enumerate(document.array(raw["own_predictor"], ("own_predictor",)))
    ]
    if len(set(own)) != len(own):
        raise Rejected("a class of F with a predictor of its own is named twice")
    if frozenset(own) != found.own_predictor:
        listed = ", ".join(sorted(one.value for one in found.own_predictor))
        raise Rejected(f"with a predictor of its own F is {listed}")
    name = document.string(raw["decoder"], ("decoder",))
    to = called(document.string(raw["name"], ("name",)))
    drawn = (
        "" if _from_conditionals(table, target) else " (from laws that are not all the target's)"
    )
    statement = (
        f"the table in the file, called {name!r}: total variation {distance} to {to}; "
        f"F {found.unmasking.value}{drawn}{found.beside}; at most {found.worst} rounds"
    )
    return kernel_result(statement, Verdict.PROVED, Certificate(KIND, "kernel", len(table)))


# --- running a table -----------------------------------------------------------------------------


def run(table: dict[tuple[int, Place], Row], start: State, rounds: int | None) -> Run:
    """Run a table from its start, memory 0. Raises `Rejected` where it is not complete."""

    def ends(state: State, number: int) -> bool:
        return MASK not in state if rounds is None else number >= rounds

    running: dict[Place, Fraction] = {(start, 0): Fraction(1)}
    weights: dict[State, Fraction] = {}
    used: set[tuple[int, Place]] = set()
    worst, expected, number = 0, Fraction(0), 0
    while True:
        for place in [one for one in running if ends(one[0], number)]:
            weight = running.pop(place)
            weights[place[0]] = weights.get(place[0], Fraction(0)) + weight
            expected += number * weight
            worst = number
        if not running:
            break
        number += 1
        following: dict[Place, Fraction] = {}
        for place, weight in running.items():
            row = table.get((number, place))
            if row is None:
                raise Rejected(f"no row for round {number} at {show_state(place[0])}")
            used.add((number, place))
            for after, chance in row.after.items():
                following[after] = following.get(after, Fraction(0)) + weight * chance
        running = following
    for number, place in table:
        if (number, place) not in used:
            raise Rejected(f"round {number} at {show_state(place[0])} is never reached")
    fits, own = _classes(table)
    return Run(Law(weights), worst, expected, fits, own, _beside(table))


def _from_conditionals(table: dict[tuple[int, Place], Row], target: Law[State]) -> bool:
    """Whether the laws that tokens are drawn from are the target's conditionals where it has any:
    the class of F is about these laws, and the file could name others.
    """
    for (_, (before, _)), row in table.items():
        shown = [(cell, token) for cell, token in enumerate(before) if token != MASK]
        left = [(z, w) for z, w in target.items() if all(z[cell] == token for cell, token in shown)]
        total = sum((weight for _, weight in left), Fraction(0))
        for cell, law in () if not total else (row.sources or {}).items():
            weights: dict[Token, Fraction] = {}
            for string, weight in left:
                weights[string[cell]] = weights.get(string[cell], Fraction(0)) + weight / total
            if law != Law(weights):
                return False
    return True


def _beside(table: dict[tuple[int, Place], Row]) -> str:
    """Whether visible cells turn back to M or to other tokens, as words for the statement."""
    remasks = revises = False
    for (_, (before, _)), row in table.items():
        for after, _ in row.after:
            pairs = [(old, new) for old, new in zip(before, after, strict=True) if old != MASK]
            remasks |= any(new == MASK for _, new in pairs)
            revises |= any(new not in (MASK, old) for old, new in pairs)
    said = [what for what, so in (("remasks", remasks), ("revises", revises)) if so]
    return f" on masked cells, and it {' and '.join(said)} visible ones" if said else ""


def _classes(table: dict[tuple[int, Place], Row]) -> tuple[Unmasking, Classes]:
    """The class of F, for the sources, and all that fit with a predictor of its own."""
    fits = own = frozenset(NARROW_TO_WIDE)
    seen: dict[tuple[int, State], dict[State, Fraction]] = {}
    memory = False
    for (number, (before, _)), row in table.items():
        masked, pairs = masked_positions(before), _written(row, before)
        own &= forms(pairs, masked, token_laws(pairs))
        if row.sources is None or not row.sources.keys() >= token_laws(pairs).keys():
            fits &= frozenset({Unmasking.AFTER_SAMPLING})
        else:
            fits &= forms(pairs, masked, row.sources)
        # Hidden memory: the state is the same, and what follows is not.
        states: dict[State, Fraction] = {}
        for (state, _), chance in row.after.items():
            states[state] = states.get(state, Fraction(0)) + chance
        memory |= seen.setdefault((number, before), states) != states
    return Unmasking.MEMORY if memory else narrowest(fits), own


def _written(row: Row, before: State) -> Law[Written]:
    """The joint law of the masked cells that are written, and of their tokens."""
    weights: dict[Written, Fraction] = {}
    for (after, _), chance in row.after.items():
        pairs = tuple(
            (cell, token)
            for cell, (old, token) in enumerate(zip(before, after, strict=True))
            if old == MASK and token != MASK
        )
        weights[pairs] = weights.get(pairs, Fraction(0)) + chance
    return Law(weights)


def _rows(reader: Reader, value: Json, start: State) -> dict[tuple[int, Place], Row]:
    document = reader.document
    table: dict[tuple[int, Place], Row] = {}
    for k, item in enumerate(document.array(value, ("rows",))):
        path: Path = ("rows", k)
        parts = document.array(item, path)
        if len(parts) != 5:
            raise document.malformed(item, path, "round, state, memory, parts, sources")
        number = document.integer(parts[0], (*path, 0), 1)
        state = reader.state(parts[1], (*path, 1), len(start))
        place = number, (state, document.integer(parts[2], (*path, 2)))
        if place in table:
            raise document.malformed(parts[1], (*path, 1), "one row for a round and configuration")
        table[place] = Row(
            after_of(reader, parts[3], (*path, 3), len(start)),
            sources_of(reader, parts[4], (*path, 4), len(start)),
        )
    return table
