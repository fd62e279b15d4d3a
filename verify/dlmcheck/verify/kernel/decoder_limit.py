"""The limit law of a decoder that does the same in every round, checked by substitution.

    {"kind": "decoder", "decoder": NAME, "name": NAME OF THE TARGET, "target": LAW, "start": "MM",
     "limit": [[state, memory, VISITS or null, [PART, ...]], ...], "law": WEIGHTS,
     "never_ends": "1/3", "expected": "9/4" or null,
     "total_variation": ..., "kl_target_law": ..., "kl_law_target": ... (null if runs never end)}

One entry for each configuration with a masked cell that is reached, and no other; PART as in
`decoder_table`. A run ends as soon as no cell is masked. Checked is that

- every configuration that follows has an entry or has ended, and every entry is reached;
- VISITS stands where an ended configuration can be reached from, null elsewhere;
- the visits v solve v(c) = [c is the start] + sum of v(b) P(b -> c) over those entries b.

From each entry with visits some run ends, so that the chain leaves them for good with probability
one, and the equations have one solution: the expected numbers of rounds that begin in c. So the
weight of an outcome z is the sum of v(b) P(b -> z), what is missing to one is the probability of
never ending, and if nothing is, the expected number of rounds is the sum of v.

As with the table of rounds, that the entries are what the decoder's code does, here in every
round, is not shown. Source: absorbing Markov chains (Kemeny, Snell: Finite Markov Chains, ch. 3).
"""

from __future__ import annotations

from fractions import Fraction

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.tokens import MASK, show_state
from dlmcheck.verify.kernel.decoder_rows import (
    Place,
    Reader,
    after_of,
    check_divergence,
    check_law,
    check_weights,
)
from dlmcheck.verify.kernel.divergence import divergence
from dlmcheck.verify.kernel.documents import called, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.rationals import rational_field
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

FIELDS = (
    "decoder",
    "name",
    "target",
    "start",
    "limit",
    "law",
    "never_ends",
    "expected",
    "total_variation",
    "kl_target_law",
    "kl_law_target",
)
Chain = dict[Place, dict[Place, Fraction]]
Visits = dict[Place, Fraction]


def check_limit(document: Document, kind: str) -> Checked:
    """PROVED if the limit is that of the table in the file; the statement says it.

    Raises `MalformedSyntax` for a text of another form, `UnnormalisedLaw` for weights that do not
    sum to one, `Rejected` for a table that is not complete or a number that is not right.
    """
    raw = fields_of(document, FIELDS)
    reader = Reader(document)
    start = reader.state(raw["start"], ("start",), None), 0
    target = reader.whole_law(raw["target"], ("target",))
    if any(len(state) != len(start[0]) for state in target):
        raise document.malformed(raw["target"], ("target",), f"strings of {len(start[0])} cells")
    chain, visits = _entries(reader, raw["limit"], len(start[0]))
    _check_reach(chain, start)
    if visits.keys() != _can_end(chain):
        place = min(visits.keys() ^ _can_end(chain))
        raise Rejected(f"whether a run ends from {show_state(place[0])} is said wrongly")
    _check_visits(chain, visits, start)
    law: dict[tuple[int, ...], Fraction] = {}
    for before, times in visits.items():
        for (state, _), chance in chain[before].items():
            if MASK not in state:
                law[state] = law.get(state, Fraction(0)) + times * chance
    check_weights(law, reader.weights_of_strings(raw["law"], ("law",)))
    never = 1 - sum(law.values(), Fraction(0))
    if reader.number(raw["never_ends"], ("never_ends",)) != never:
        raise Rejected(f"runs never end with probability {never}")
    subject = f"the table in the file, taken for every round, called {raw['decoder']!r}"
    document.string(raw["decoder"], ("decoder",))
    to = called(document.string(raw["name"], ("name",)))
    evidence = Certificate(kind, "kernel", len(chain))
    if never:
        for key in FIELDS[-4:]:
            if raw[key] is not None:
                raise document.malformed(raw[key], (key,), "null, since not all runs end")
        statement = f"{subject}: runs never end with probability {never}"
        return kernel_result(statement, Verdict.PROVED, evidence)
    expected = sum(visits.values(), Fraction(0))
    if reader.number(raw["expected"], ("expected",)) != expected:
        raise Rejected(f"a run takes {expected} rounds on average")
    found = Law(law)
    check_law(found, reader.whole_law(raw["law"], ("law",)))
    distance = total_variation(found, target)
    if rational_field(document, raw["total_variation"], ("total_variation",)) != distance:
        raise Rejected(f"the total variation is {distance}")
    check_divergence(reader, raw["kl_target_law"], "kl_target_law", divergence(target, found))
    check_divergence(reader, raw["kl_law_target"], "kl_law_target", divergence(found, target))
    statement = (
        f"{subject}: in the limit total variation {distance} to {to}; all runs end, after "
        f"{expected} rounds on average"
    )
    return kernel_result(statement, Verdict.PROVED, evidence)


def _entries(reader: Reader, value: Json, cells: int) -> tuple[Chain, Visits]:
    document = reader.document
    chain: Chain = {}
    visits: Visits = {}
    for k, item in enumerate(document.array(value, ("limit",))):
        path: Path = ("limit", k)
        parts = document.array(item, path)
        if len(parts) != 4:
            raise document.malformed(item, path, "state, memory, visits, parts")
        state = reader.state(parts[0], (*path, 0), cells)
        place = state, document.integer(parts[1], (*path, 1))
        if place in chain or MASK not in state:
            raise document.malformed(parts[0], (*path, 0), "one entry, with a masked cell")
        chain[place] = after_of(reader, parts[3], (*path, 3), cells)
        if parts[2] is not None:
            visits[place] = reader.number(parts[2], (*path, 2))
    return chain, visits


def _check_reach(chain: Chain, start: Place) -> None:
    reached: set[Place] = set()
    todo = [start]
    while todo:
        place = todo.pop()
        if place in reached or MASK not in place[0]:
            continue
        reached.add(place)
        if place not in chain:
            raise Rejected(f"no entry for {show_state(place[0])} with memory {place[1]}")
        todo += chain[place]
    for place in chain:
        if place not in reached:
            raise Rejected(f"{show_state(place[0])} with memory {place[1]} is never reached")


def _can_end(chain: Chain) -> set[Place]:
    """The entries from which an ended configuration can be reached."""
    found: set[Place] = set()
    grown = True
    while grown:
        grown = False
        for place, after in chain.items():
            if place not in found and any(
                MASK not in state or (state, memory) in found for state, memory in after
            ):
                found.add(place)
                grown = True
    return found


def _check_visits(chain: Chain, visits: Visits, start: Place) -> None:
    sums = {place: Fraction(int(place == start)) for place in visits}
    for before, times in visits.items():
        for after, chance in chain[before].items():
            if after in sums:
                sums[after] += times * chance
    for place, times in visits.items():
        if times != sums[place]:
            raise Rejected(f"the visits to {show_state(place[0])} do not solve their equation")
