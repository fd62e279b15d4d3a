"""Upper bounds on rounds by a construction: for targets whose samplers are too long to write out.

The certificate holds the target as exact rationals, the name of a construction of the note
SEPARATION, and what it is built from. What is checked is that its rounds, taken one after the
other as the note describes them, give the target; that a sampler at the point named does these
rounds is argued in the note. Short samplers are written out instead (`sampler_table`).

    any-order       a uniform subset of one masked cell a round: n rounds, for every target
    uniform-subset  for exchangeable targets: as many cells of any place as the numbers of zeros
                    and ones shown allow; the rounds are counted here (`exchangeable`)
    joint-F, joint-G  a string is drawn jointly as a pattern of masks: 2 rounds
    alias, alias-clock, alias-masks  3 rounds of revision; `data` is the table over the prefixes
                    (keep, alias), with F deterministic, the round number known, or M written
    scratch-list, scratch-fair  a mixture of product laws, named by scratch cells: 2 rounds; `data`
                    has each law's mass and probabilities of 1. A decision list takes a cell less
                    than there are laws; fair bits as many as the masses have binary digits

Source of the model: Jiang, Haghtalab, Chen (ICLR 2026), section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import (
    Clock,
    Edits,
    Point,
    PredictorClass,
    Reals,
    Remasking,
    Unmasking,
)
from dlmcheck.spec.law import ONE, ZERO, Law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel.documents import called, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.exchangeable import Counts, adaptive_entry, exchangeable_weights
from dlmcheck.verify.kernel.rationals import law_field, rational_field
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "upper-bound"
MOST_PREFIX = 14
"""An alias table over longer prefixes is refused."""

_ANY_PLACE = Point(unmasking=Unmasking.EXCHANGEABLE, scratch=0)
_REVISE = Point(edits=Edits.REVISE_TOKEN, scratch=0)
_POINTS: Mapping[str, Point] = {
    "any-order": _ANY_PLACE,
    "uniform-subset": _ANY_PLACE,
    "joint-F": Point(unmasking=Unmasking.JOINT, scratch=0),
    "joint-G": Point(edits=Edits.REMASK, remasking=Remasking.JOINT, scratch=0),
    "alias": _REVISE,
    "alias-clock": Point(
        edits=Edits.REVISE_TOKEN,
        unmasking=Unmasking.EXCHANGEABLE,
        clock=Clock.ROUND_NUMBER,
        scratch=0,
    ),
    "alias-masks": Point(edits=Edits.REVISE_ANY, unmasking=Unmasking.EXCHANGEABLE, scratch=0),
}
_SCRATCH = ("scratch-list", "scratch-fair")
ARGUMENTS = (*_POINTS, *_SCRATCH)


@dataclass(frozen=True)
class Constructed:
    """What a certificate shows: the result, the rounds, and the point at which the sampler lies."""

    checked: Checked
    rounds: int
    point: Point


def check_document(document: Document) -> Checked:
    """PROVED if the rounds give the target; the statement says at which point. Raises likewise."""
    return construct(document).checked


def construct(document: Document) -> Constructed:
    """Check a certificate, and say where its sampler lies.

    Raises `BadInput` for a text of another form, `Rejected` if the rounds give another law.
    """
    raw = fields_of(document, ("name", "target", "argument", "data"))
    name = document.string(raw["name"], ("name",))
    target = law_field(document, raw["target"], ("target",))
    argument = document.string(raw["argument"], ("argument",))
    data = document.array(raw["data"], ("data",))
    if argument not in ARGUMENTS:
        raise document.malformed(argument, ("argument",), ", ".join(ARGUMENTS))
    n = len(next(iter(target)))
    if argument.startswith("alias"):
        found, dyadic = _alias(document, target, data)
        rounds, point = 3, _with(_POINTS[argument], dyadic)
    elif argument in _SCRATCH:
        pieces = [_piece(document, item, ("data", k), n) for k, item in enumerate(data)]
        found = _mixture(pieces, n)
        scratch, dyadic = _names(argument, pieces)
        rounds, point = 2, _with(Point(scratch=scratch), dyadic)
    elif data:
        raise document.malformed(raw["data"], ("data",), "nothing")
    elif argument == "uniform-subset":
        found, (rounds, dyadic) = target, _subsets(target)
        point = _with(_POINTS[argument], dyadic)
    else:
        found = _RUNS[argument](target)
        rounds, point = n if argument == "any-order" else 2, _POINTS[argument]
    if found != target:
        string = min(z for z in found.support | target.support if found[z] != target[z])
        shown = "".join(map(str, string))
        raise Rejected(f"string {shown} comes out with another probability than the target's")
    # That a sampler does these rounds is the note's argument, so the statement names it.
    statement = (
        f"{called(name)}: in {rounds} rounds at: {point}; by the construction {argument}, which a "
        "sampler at this point carries out (note SEPARATION)"
    )
    evidence = Certificate(KIND, "kernel", len(target) + len(data))
    return Constructed(kernel_result(statement, Verdict.PROVED, evidence), rounds, point)


def _with(point: Point, dyadic: bool) -> Point:
    reals = Reals.DYADIC if dyadic else Reals.UNRESTRICTED
    return Point(
        edits=point.edits,
        unmasking=point.unmasking,
        clock=point.clock,
        scratch=point.scratch,
        predictor=PredictorClass(reals),
    )


def _is_dyadic(number: Fraction) -> bool:
    return number.denominator.bit_count() == 1


def _law(weights: Iterable[tuple[State, Fraction]]) -> Law[State]:
    total: dict[State, Fraction] = {}
    for string, weight in weights:
        total[string] = total.get(string, ZERO) + weight
    return Law(total)


# --- any law -----------------------------------------------------------------------------------


def _one_by_one(target: Law[State]) -> Law[State]:
    """Each cell by its law given the cells before; the cells stand for any order of them."""
    n = len(next(iter(target)))
    before: dict[State, Fraction] = {(): ONE}
    for size in range(1, n + 1):
        mass, whole = _prefixes(target, size), _prefixes(target, size - 1)
        before = {y: before[y[:-1]] * (mass[y] / whole[y[:-1]]) for y in mass}
    return Law(before)


def _prefixes(target: Law[State], size: int) -> Law[State]:
    return target.map(lambda z: z[:size])


def _subsets(target: Law[State]) -> tuple[int, bool]:
    """The rounds by numbers of zeros and ones, and whether dyadic predictors need no more."""
    weights = exchangeable_weights(target)
    if weights is None:
        raise Rejected("the probability of a string depends on more than its number of ones")
    counts = Counts(weights)
    n = counts.n
    least: list[int | None] = []
    for reals in (Reals.UNRESTRICTED, Reals.DYADIC):
        table: list[list[int | None]] = [[None] * (n + 1 - a) for a in range(n + 1)]
        for visible in range(n, -1, -1):
            for a, b in counts.possible(visible):
                table[a][b] = adaptive_entry(counts, table, a, b, reals)
        least.append(table[0][0])
    assert least[0] is not None  # a cell a round is always enough
    return least[0], least[1] == least[0]


def _drawn_by_f(target: Law[State]) -> Law[State]:
    """F draws the string y without cell 0 and selects its ones; cell 0 instead if y = 0.

    What is visible then: cell 0 (None while masked) and the ones of y.
    """
    whole = target.map(lambda z: z[1:])
    visible: dict[tuple[int | None, State], Fraction] = {}
    for z, weight in target.items():
        y = z[1:]
        if any(y):
            visible[None, y] = whole[y]
        else:
            visible[z[0], y] = whole[y] * (weight / whole[y])

    def finished() -> Iterable[tuple[State, Fraction]]:
        for (first, ones), weight in visible.items():
            for bit in (0, 1) if first is None else (first,):
                chance = target[(bit, *ones)] / whole[ones] if first is None else ONE
                if chance:
                    yield (bit, *ones), weight * chance

    return _law(finished())


def _drawn_by_g(target: Law[State]) -> Law[State]:
    """Cell 1 is drawn, and G draws the cells after it and masks the zeros; then the rest."""
    if len(next(iter(target))) < 2:
        raise Rejected("a pattern of masks beside cell 0 takes two cells")
    second = target.map(lambda z: z[1])
    rest = target.map(lambda z: z[1:])

    def finished() -> Iterable[tuple[State, Fraction]]:
        for y, weight in rest.items():
            drawn = second[y[0]] * (weight / second[y[0]])
            for bit in (0, 1):
                chance = target[(bit, *y)] / weight
                if chance:
                    yield (bit, *y), drawn * chance

    return _law(finished())


_RUNS: Mapping[str, Callable[[Law[State]], Law[State]]] = {
    "any-order": _one_by_one,
    "joint-F": _drawn_by_f,
    "joint-G": _drawn_by_g,
}


# --- alias tables ------------------------------------------------------------------------------


def _alias(document: Document, target: Law[State], data: list[Json]) -> tuple[Law[State], bool]:
    """Round 1 draws a bin, round 2 whether it is kept, round 3 the prefix and the last bit."""
    n = len(next(iter(target)))
    if not 2 <= n <= MOST_PREFIX + 1 or len(data) != 1 << (n - 1):
        raise Rejected(f"{len(data)} bins: one for each string of all cells but the last")
    prefixes: list[State] = list(product((0, 1), repeat=n - 1))
    whole = target.map(lambda z: z[:-1])
    drawn = dict.fromkeys(prefixes, ZERO)
    dyadic = True
    for j, item in enumerate(data):
        path: Path = ("data", j)
        parts = document.array(item, path)
        if len(parts) != 2:
            raise document.malformed(item, path, "the chance to be kept, and the alias")
        keep = rational_field(document, parts[0], (*path, 0))
        other = document.integer(parts[1], (*path, 1))
        if other >= len(prefixes):
            raise document.malformed(parts[1], (*path, 1), "a bin")
        drawn[prefixes[j]] += keep / len(prefixes)
        drawn[prefixes[other]] += (1 - keep) / len(prefixes)
        dyadic = dyadic and _is_dyadic(keep)
    weights: dict[State, Fraction] = {}
    for prefix, weight in drawn.items():
        if not weight:
            continue
        if not whole[prefix]:
            raise Rejected("a prefix that the target does not have is drawn")
        for bit in (0, 1):
            chance = target[(*prefix, bit)] / whole[prefix]
            dyadic = dyadic and _is_dyadic(chance)
            if chance:
                weights[(*prefix, bit)] = weight * chance
    return Law(weights), dyadic


# --- scratch cells -----------------------------------------------------------------------------

_Piece = tuple[Fraction, tuple[Fraction, ...]]


def _piece(document: Document, item: Json, path: Path, n: int) -> _Piece:
    parts = document.array(item, path)
    if len(parts) != 2:
        raise document.malformed(item, path, "a mass, and the probabilities of 1")
    mass = rational_field(document, parts[0], (*path, 0))
    listed = document.array(parts[1], (*path, 1))
    if len(listed) != n:
        raise document.malformed(parts[1], (*path, 1), f"{n} probabilities")
    ones = [rational_field(document, one, (*path, 1, i)) for i, one in enumerate(listed)]
    if not mass:
        raise Rejected("a law of mass 0")
    return mass, tuple(ones)


def _mixture(pieces: list[_Piece], n: int) -> Law[State]:
    def strings() -> Iterable[tuple[State, Fraction]]:
        for mass, ones in pieces:
            free = [(0, 1) if 0 < one < 1 else (int(one),) for one in ones]
            for z in product(*free):
                chances = (one if bit else 1 - one for bit, one in zip(z, ones, strict=True))
                yield z, mass * prod(chances, start=ONE)

    if sum((mass for mass, _ in pieces), ZERO) != 1:
        raise Rejected("the masses do not sum to 1")
    return _law(strings())


def _names(argument: str, pieces: list[_Piece]) -> tuple[int, bool]:
    """The scratch cells that name the laws, and whether all probabilities are dyadic."""
    dyadic = all(_is_dyadic(one) for _, ones in pieces for one in ones)
    masses = [mass for mass, _ in pieces]
    if argument == "scratch-fair":
        if not all(map(_is_dyadic, masses)):
            raise Rejected("fair bits name no mass that is not dyadic")
        return max(mass.denominator.bit_length() - 1 for mass in masses), dyadic
    left = ONE
    for mass in masses[:-1]:
        dyadic = dyadic and _is_dyadic(mass / left)
        left -= mass
    return len(masses) - 1, dyadic
