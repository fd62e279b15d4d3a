"""Lower bounds on rounds, each from the target alone: what no sampler of some region can do.

The certificate holds the target as exact rationals, the name of an argument, and what that
argument points at. The arguments are proved in the note SEPARATION; what is checked here is that
the target meets their hypotheses.

    start       before round 1 every cell is masked: at least 1 round
    product     one round gives a product law, and the target is none: at least 2 rounds, whatever
                edits, F, G, clock, scratch cells and predictors are
    not-dyadic  F and G deterministic, dyadic predictors: an atom is not dyadic, so never
    scratch     write-once, F deterministic, c scratch cells: for no choice of the outputs written
                first do the rest become a mixture of 2^c product laws: at least 3 rounds
    revision    F and G deterministic, no M from the predictor, L cells in all: no law of a product
                law's images has these atoms (magnitudes): at least 3 rounds
    locality    even parity, write-once, F deterministic, L = n, k tokens read: a check does not
                see all n bits within D rounds (`cone_bounds`; the target is named by n)

Source of the model: Jiang, Haghtalab, Chen (ICLR 2026), section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, product
from math import isqrt, prod

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.law import ZERO, Law, is_product, marginal
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel import cone_bounds
from dlmcheck.verify.kernel.documents import called, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.rationals import law_field
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "lower-bound"
REGIONS: Mapping[str, str] = {
    "start": "at least 1 round at every point of the lattice",
    "product": "at least 2 rounds at every point of the lattice",
    "not-dyadic": "never, with F and G deterministic and dyadic predictors",
    "scratch": "at least 3 rounds write-once, F deterministic, with at most {} scratch cells",
    "revision": "at least 3 rounds with F and G deterministic and no M written, on {} cells",
}
MOST_PARAMETERS = 4
"""The relations of the magnitudes of more cells are too many to go through."""


def check_document(document: Document) -> Checked:
    """PROVED if the target meets the hypotheses of the argument.

    Raises `MalformedSyntax` for a text of another form, `Rejected` if the target does not.
    """
    raw = fields_of(
        document,
        ("name", "argument"),
        ("target", "string", "scratch", "sets", "strings", *cone_bounds.FIELDS),
    )
    name = document.string(raw["name"], ("name",))
    argument = document.string(raw["argument"], ("argument",))
    if argument == "locality" and set(raw) == {"name", "argument", *cone_bounds.FIELDS}:
        return cone_bounds.check_cone_bound(document, raw)
    if "target" not in raw:
        raise document.bad('no key "target"', (), "the target's law", kind=MalformedSyntax)
    target = law_field(document, raw["target"], ("target",))
    rest = set(raw) - {"name", "target", "argument"}
    wanted: Mapping[str, set[str]] = {
        "start": set(),
        "product": {"string"},
        "not-dyadic": {"string"},
        "scratch": {"scratch", "sets"},
        "revision": {"strings"},
    }
    if argument not in wanted or rest != wanted[argument]:
        found = f"the argument {argument} with {', '.join(sorted(rest)) or 'nothing'}"
        raise document.bad(
            found, ("argument",), ", ".join([*wanted, "locality"]), kind=MalformedSyntax
        )
    region = REGIONS[argument]
    if argument == "start":
        size = len(target)
    elif argument == "product":
        size = _differs_from_product(target, _string(document, raw["string"], ("string",), target))
    elif argument == "not-dyadic":
        size = _not_dyadic(target, _string(document, raw["string"], ("string",), target))
    elif argument == "scratch":
        scratch = document.integer(raw["scratch"], ("scratch",))
        size = _no_opening(document, target, scratch, raw["sets"])
        region = region.format(scratch)
    else:
        listed = document.array(raw["strings"], ("strings",))
        strings = [_string(document, z, ("strings", k), target) for k, z in enumerate(listed)]
        size = apart(target, strings)
        region = region.format(len(strings) - 1)
    statement = f"{called(name)}: {region}"
    return kernel_result(statement, Verdict.PROVED, Certificate(KIND, "kernel", size))


def _string(document: Document, value: Json, path: Path, target: Law[State]) -> State:
    text = document.string(value, path)
    length = len(next(iter(target)))
    if len(text) != length or set(text) - {"0", "1"}:
        raise document.malformed(value, path, f"a string of {length} bits")
    return tuple(int(bit) for bit in text)


# --- product, not-dyadic -----------------------------------------------------------------------


def _differs_from_product(target: Law[State], string: State) -> int:
    expected = prod((marginal(target, i)[bit] for i, bit in enumerate(string)), start=Fraction(1))
    if target[string] == expected:
        raise Rejected("the string has the probability that the product of the marginals gives")
    return 1


def _not_dyadic(target: Law[State], string: State) -> int:
    if target[string].denominator.bit_count() == 1:
        raise Rejected("the string's probability is dyadic")
    return 1


# --- scratch -----------------------------------------------------------------------------------


def _no_opening(document: Document, target: Law[State], scratch: int, value: Json) -> int:
    """Whether every set of outputs that round 1 might write is refused for a valid reason."""
    n = len(next(iter(target)))
    sets = document.array(value, ("sets",))
    seen: set[tuple[int, ...]] = set()
    for k, item in enumerate(sets):
        path: Path = ("sets", k)
        parts = document.array(item, path)
        if len(parts) not in (1, 3):
            raise document.malformed(item, path, "a set, and for an independent one its refusal")
        flags = _string(document, parts[0], (*path, 0), target)
        cells = tuple(i for i, flag in enumerate(flags) if flag)
        seen.add(cells)
        if len(parts) == 1:
            if is_product(_on(target, cells)):
                raise Rejected(f"the cells {cells} are independent")
            continue
        shown = document.string(parts[1], (*path, 1))
        if len(shown) != len(cells) or set(shown) - {"0", "1"}:
            raise document.malformed(parts[1], (*path, 1), f"the {len(cells)} bits shown")
        listed = document.array(parts[2], (*path, 2))
        strings = [_string(document, z, (*path, 2, j), target) for j, z in enumerate(listed)]
        given = frozenset(
            z for z in target if all(z[i] == int(b) for i, b in zip(cells, shown, strict=True))
        )
        _fooling(given, strings, scratch)
    if len(seen) != len(sets) or len(seen) != 1 << n:
        raise Rejected(f"{len(seen)} of {1 << n} sets of outputs, each once")
    return len(sets)


def _on(target: Law[State], cells: tuple[int, ...]) -> Law[State]:
    return target.map(lambda z: tuple(z[i] for i in cells))


def _fooling(support: frozenset[State], strings: list[State], scratch: int) -> None:
    """More than 2^scratch strings of the support, no two of them in one product law on it.

    The support of a product law is a box; one that contains two strings contains every string
    that agrees, cell by cell, with one of the two.
    """
    if len(set(strings)) <= 1 << scratch or not set(strings) <= support:
        raise Rejected(f"the strings are not more than 2^{scratch} of the support")
    for one, two in combinations(strings, 2):
        if all(z in support for z in product(*({a, b} for a, b in zip(one, two, strict=True)))):
            raise Rejected("two of the strings may belong to one product law")


# --- revision ----------------------------------------------------------------------------------


def apart(target: Law[State], strings: list[State]) -> int:
    """Check that no product law on L cells has images with the weights of L + 1 strings.

    Returns the number of relations gone through. Hypotheses: no two strings of the support differ
    in one cell only (so that a product law on the support is a single string), and for every
    integer vector c, not 0, with entries up to the largest minor of L rows of zeros and ones, the
    sum of c_j (-log2 t_j) is larger than L times the sum of |c_j|. Raises `Rejected`.
    """
    parameters = len(strings) - 1
    if not 1 <= parameters <= MOST_PARAMETERS or len(set(strings)) != len(strings):
        raise Rejected(f"{len(strings)} strings: a different one for each cell, and one more")
    if parameters < len(strings[0]):
        raise Rejected("the sampler has at least as many cells as the strings")
    for z in target:
        if any((*z[:i], 1 - z[i], *z[i + 1 :]) in target.support for i in range(len(z))):
            raise Rejected("two strings of the support differ in one cell only")
    weights = [target[z] for z in strings]
    if ZERO in weights:
        raise Rejected("a string of probability 0")
    # -log2 t lies in [low, low + 1), and is low if t is a power of two.
    lows = [_whole_bits(weight) for weight in weights]
    loose = [weight != Fraction(1, 1 << low) for weight, low in zip(weights, lows, strict=True)]
    minor = largest_minor(parameters)
    count = 0
    for c in product(range(-minor, minor + 1), repeat=len(strings)):
        if not any(c):
            continue
        count += 1
        total = abs(sum(a * low for a, low in zip(c, lows, strict=True)))
        slack = sum(abs(a) for a, is_loose in zip(c, loose, strict=True) if is_loose)
        if total - slack <= parameters * sum(map(abs, c)):
            raise Rejected(f"the relation {c} of the magnitudes is not excluded")
    return count


def largest_minor(size: int) -> int:
    """A bound (Hadamard) on the determinants of matrices of zeros and ones of at most this size.

    >>> [largest_minor(k) for k in range(1, 7)]
    [1, 1, 2, 3, 6, 14]
    """
    return isqrt((size + 1) ** (size + 1)) // (1 << size)


def _whole_bits(weight: Fraction) -> int:
    """The largest integer that is at most -log2 of a weight in (0, 1]."""
    low = max(weight.denominator.bit_length() - weight.numerator.bit_length() - 1, 0)
    while weight <= Fraction(1, 1 << (low + 1)):
        low += 1
    return low
