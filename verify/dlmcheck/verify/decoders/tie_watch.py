"""Who compares which equal numbers, while a step is run.

The probabilities that a step is handed are fractions, whatever they are wrapped in (`Exact`,
tensors, logarithms). While a `Watch` is on, each of them is known by its cell and token, what is
calculated of them by the cells and tokens that it is made of, and every comparison in which two
such numbers are equal is noted. `fractions.Fraction` has other methods for that time; they
calculate the same. To know whether a tie decides anything, a watch can be told to break ties by
cell and token (`prefer`): then the greater or the smaller one counts as larger.

Not seen: numbers kept in memory from an earlier round, or in a cache of the step's own; what has
become something else (numerators, whole numbers, strings); a difference that is compared with 0.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from inspect import currentframe
from itertools import count, pairwise
from math import isfinite
from typing import Any, cast

from dlmcheck.model.decoders import tensor_lines, tensors
from dlmcheck.model.decoders.confidence import NegativeEntropy
from dlmcheck.model.decoders.exact import Exact
from dlmcheck.model.decoders.shadows import Logarithm, Race
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import Token
from dlmcheck.verify.decoders.calling_frames import Use, use_of_comparison
from dlmcheck.verify.kernel.divergence import decimal

Origin = frozenset[tuple[int, Token]]
"""The cells and tokens whose probabilities a number is made of."""
NOTHING: Origin = frozenset()
_RUNS = count()
MOST_BITS = 256
"""Longer numbers are not written out."""


@unique
class Kind(Enum):
    """What two equal numbers were compared for."""

    ORDER = "order"
    """By <, <=, > or >=, in a sort, a maximum, or at the last place of the k largest."""
    EQUALITY = "equality"
    """By ==."""
    THRESHOLD = "threshold"
    """In order, with a number that is none of the predictor's."""


@dataclass(frozen=True)
class Tie:
    """Two equal numbers that were compared, in the order of their origins."""

    kind: Kind
    value: str
    left: Origin
    right: Origin

    @property
    def cells(self) -> tuple[int, ...]:
        """The cells that they are about."""
        return tuple(sorted({cell for cell, _ in self.left | self.right}))

    @property
    def is_between_cells(self) -> bool:
        """Whether they are about different cells."""
        ours, theirs = ({cell for cell, _ in one} for one in (self.left, self.right))
        return bool(ours and theirs) and not ours & theirs

    @property
    def is_between_tokens(self) -> bool:
        """Whether they are about tokens of one cell."""
        return bool(self.left and self.right) and len(self.cells) == 1


class WatchedLaw(Law[Token]):
    """A law whose weights are known by their cell and token.

    It equals the law that it is a copy of, but is another key of a cache: what is remembered for
    that law has no origin.
    """

    __slots__ = ("_cell", "_run", "_watch")

    def __init__(self, law: Law[Token], cell: int, watch: Watch) -> None:
        self._weights = {token: watch.copy(w, {(cell, token)}) for token, w in law.items()}
        self._cell = cell
        self._watch = watch
        self._run = watch.run

    def __getitem__(self, outcome: Token) -> Fraction:
        """See `Law`; a zero has an origin, too."""
        found = self._weights.get(outcome)
        if found is None:
            return self._watch.copy(Fraction(0), {(self._cell, outcome)})
        return found

    def __hash__(self) -> int:
        return hash((WatchedLaw, self._cell, self._run))


class Watch:
    """What is known of the numbers of one run of a step, and the ties that it has met.

    `prefer` is 0 for ties as they are; with 1 the number of the later cell (or token) counts as
    larger in them, with -1 that of the earlier one.
    """

    def __init__(self, prefer: int = 0) -> None:
        self.prefer = prefer
        self.run = next(_RUNS)
        self.met: list[Tie] = []
        self._known: dict[int, tuple[object, Origin]] = {}
        self._is_paused = False

    def begin(self) -> None:
        """Forget what was known: another run begins."""
        self.run = next(_RUNS)
        self.met = []
        self._known = {}

    def copy(self, number: Fraction, origin: Iterable[tuple[int, Token]]) -> Fraction:
        """A fraction of the same value with an origin."""
        made = Fraction(number.numerator, number.denominator)
        self._known[id(made)] = made, frozenset(origin)
        return made

    def note(self, made: object, *parts: object) -> None:
        """A number is made of others; it is kept, so that its identity stays its own."""
        found = [self._known[id(part)][1] for part in parts if id(part) in self._known]
        if found:
            self._known[id(made)] = made, frozenset[tuple[int, Token]]().union(*found)

    def origin(self, number: object) -> Origin:
        """What a number is made of; nothing if that is not known."""
        if isinstance(number, Fraction):
            return self._known.get(id(number), (None, NOTHING))[1]
        if isinstance(number, Exact):
            return self.origin(number.value)
        if isinstance(number, Logarithm):
            made_of = self._known.get(id(number), (None, NOTHING))[1]
            return made_of | self._of_all([*number.terms, *number.terms.values()])
        if isinstance(number, NegativeEntropy):
            return self._of_all([weight for _, weight in number.law.items()])
        return NOTHING

    def _of_all(self, numbers: Iterable[object]) -> Origin:
        return NOTHING.union(*map(self.origin, numbers))

    @contextmanager
    def paused(self) -> Generator[None, None, None]:
        """Comparisons in here are nobody's."""
        before, self._is_paused = self._is_paused, True
        try:
            yield
        finally:
            self._is_paused = before

    def equal(self, left: object, right: object, in_order: bool) -> int:
        """Two equal numbers are compared: note it, and say which one counts as larger (the left
        one if 1, the right one if -1, 0 for neither).
        """
        if self._is_paused or left is right:
            return 0
        ours, theirs = self.origin(left), self.origin(right)
        if not (ours or theirs) or (ours == theirs and len(ours) == 1):
            return 0
        use = use_of_comparison()
        if use is Use.OURS:
            return 0
        kind = Kind.ORDER if in_order or use is Use.ORDER else Kind.EQUALITY
        if not (ours and theirs):
            if not in_order or not isinstance(left, Fraction) or not 0 < left < 1:
                return 0  # that something is certain, or excluded, is asked all the time
            kind = Kind.THRESHOLD
        return self.noted(kind, left, ours, theirs)

    def noted(self, kind: Kind, value: object, ours: Origin, theirs: Origin) -> int:
        """Note a tie; which one counts as larger, as in `equal`."""
        with self.paused():
            first, second = sorted([ours, theirs], key=sorted)
            self.met.append(Tie(kind, shown(value), first, second))
            if kind is Kind.THRESHOLD or not self.prefer or ours == theirs:
                return 0
            return self.prefer if first == theirs else -self.prefer


def shown(value: object) -> str:
    """A number that was compared, in words."""
    if isinstance(value, NegativeEntropy):
        weights = sorted(weight for _, weight in value.law.items())
        return f"the entropy of {', '.join(map(_written, weights))}"
    if isinstance(value, Exact):
        return _written(value.value)
    if isinstance(value, Logarithm):
        terms = (f"{_written(power)} log {_written(base)}" for base, power in value.terms.items())
        return " + ".join(terms) or "0"
    return _written(value) if isinstance(value, Fraction) else str(value)


def _written(number: Fraction) -> str:
    """A fraction, or where that is long (and Python would not write it) twelve of its decimals."""
    if max(number.numerator.bit_length(), number.denominator.bit_length()) <= MOST_BITS:
        return f"{number.numerator}/{number.denominator}".removesuffix("/1")
    return f"{'-' if number < 0 else ''}{decimal(abs(number), down=True)}.."


# --- methods that tell a watch -----------------------------------------------------------------

_BINARY = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow")
_UNARY = ("neg", "abs", "pos")
_ORDER: dict[str, Callable[[int], bool]] = {
    "lt": lambda side: side < 0,
    "le": lambda side: side <= 0,
    "gt": lambda side: side > 0,
    "ge": lambda side: side >= 0,
}


@contextmanager
def watching(watch: Watch) -> Generator[None, None, None]:
    """While this holds, numbers tell a watch what they are made of and when they are equal."""
    changed: list[tuple[Any, str, object]] = []

    def put(owner: Any, name: str, method: Any) -> None:
        changed.append((owner, name, cast(object, vars(owner)[name])))
        setattr(owner, name, method)

    try:
        for name in (*_BINARY, *_UNARY):
            put(Fraction, f"__{name}__", _calculated(getattr(Fraction, f"__{name}__"), watch))
        put(Fraction, "__new__", staticmethod(_made(vars(Fraction)["__new__"].__func__, watch)))
        for name, answer in _ORDER.items():
            put(Fraction, f"__{name}__", _ordered(getattr(Fraction, f"__{name}__"), answer, watch))
        put(Fraction, "__eq__", _compared(Fraction.__eq__, watch))
        for owner in (NegativeEntropy, Logarithm):
            put(owner, "_against", _against(vars(owner)["_against"], watch))
        put(Logarithm, "__init__", _logarithm(Logarithm.__init__, watch))
        for name in ("exp", "__add__", "__mul__"):
            put(Logarithm, name, _of_logarithms(vars(Logarithm)[name], watch))
        put(tensors, "ranking", _ranked(tensor_lines.ranking, watch))
        yield
    finally:
        for owner, name, method in reversed(changed):
            setattr(owner, name, method)


def _calculated(method: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    def calculate(self: Fraction, *other: object) -> Any:
        made = method(self, *other)
        if type(made) is Fraction:
            watch.note(made, self, *other)
        return made

    return calculate


def _made(new: Callable[..., Fraction], watch: Watch) -> Callable[..., Fraction]:
    def make(cls: type[Fraction], *parts: Any, **options: Any) -> Fraction:
        made = new(cls, *parts, **options)
        if len(parts) == 1 and isinstance(parts[0], Fraction):
            watch.note(made, parts[0])
        return made

    return make


def _logarithm(init: Callable[..., None], watch: Watch) -> Callable[..., None]:
    """The logarithm of one has no terms, and is still that of somebody's probability."""

    def make(self: Logarithm, terms: Mapping[Fraction, Fraction]) -> None:
        init(self, terms)
        watch.note(self, *terms, *terms.values())

    return make


def _of_logarithms(method: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    def calculate(self: Logarithm, *other: object) -> Any:
        made = method(self, *other)
        if isinstance(made, Exact):
            watch.note(made.value, self)
        elif isinstance(made, Logarithm):
            watch.note(made, self, made, *other)
        return made

    return calculate


def _ordered(
    method: Callable[[Any, Any], Any], answer: Callable[[int], bool], watch: Watch
) -> Callable[[Any, Any], Any]:
    def compare(self: Fraction, other: Any) -> Any:
        found = method(self, other)
        if isinstance(other, float) and isfinite(other):
            other = Fraction(other)
        if isinstance(other, Fraction) and _same(self, other):
            side = watch.equal(self, other, in_order=True)
            return answer(side) if side else found
        return found

    return compare


def _same(left: Fraction, right: Fraction) -> bool:
    return left.numerator == right.numerator and left.denominator == right.denominator


def _compared(method: Callable[[Any, Any], Any], watch: Watch) -> Callable[[Any, Any], Any]:
    def compare(self: Fraction, other: Any) -> Any:
        found = method(self, other)
        if found is True and isinstance(other, Fraction):
            return not watch.equal(self, other, in_order=False)
        return found

    return compare


def _against(method: Callable[[Any, Any], int], watch: Watch) -> Callable[[Any, Any], int]:
    def compare(self: Any, other: Any) -> int:
        with watch.paused():
            found = method(self, other)
        frame = currentframe()
        caller = frame and frame.f_back
        in_order = caller is not None and caller.f_code.co_name == "__lt__"
        return found or watch.equal(self, other, in_order=in_order)

    return compare


def _ranked(method: Callable[..., list[int]], watch: Watch) -> Callable[..., list[int]]:
    """The k largest cells of a line: a tie is one between the last of them and the next one, or in
    a line that is put in order as a whole, between neighbours.
    """

    def rank(line: list[Any], most: int, *, largest: bool) -> list[int]:
        with watch.paused():
            if any(isinstance(cell, Race) for cell in line):
                return method(line, most, largest=largest)
            order = method(line, len(line), largest=largest)
            equal = [
                type(line[a]) is type(line[b]) and bool(line[a] == line[b])
                for a, b in pairwise(order)
            ]
        places = range(len(order) - 1) if most == len(order) else range(most - 1, most)
        for place in places:
            if 0 <= place < len(equal) and equal[place]:
                ours, theirs = (watch.origin(line[order[i]]) for i in (place, place + 1))
                if ours and theirs:
                    watch.noted(Kind.ORDER, line[order[place]], ours, theirs)
        return _rearranged(order, equal, line, watch, largest=largest)[:most]

    return rank


def _rearranged(
    order: list[int], equal: list[bool], line: list[Any], watch: Watch, *, largest: bool
) -> list[int]:
    """An order with its runs of equal cells in the order of their origins, if that is asked for."""
    if not watch.prefer:
        return order
    found: list[int] = []
    run: list[int] = []
    for place, same in zip(order, (*equal, False), strict=True):
        run.append(place)
        if not same:
            known = all(watch.origin(line[i]) for i in run)
            if known:
                run.sort(
                    key=lambda i: sorted(watch.origin(line[i])),
                    reverse=(watch.prefer > 0) is largest,
                )
            found += run
            run = []
    return found
