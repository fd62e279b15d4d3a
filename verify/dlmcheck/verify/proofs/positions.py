"""Symbolic positions: an index such as i - 1, compared with n - 1 without knowing either.

A *situation* (first cell, inner cell, last cell, ...) is a set of linear constraints on a few
integers. Within it a comparison of two indices is true, false, or not decided; the last is an
error, never a guess. A rule written for numbers runs on such indices unchanged, and so emits the
circuit of every cell of the situation at once.

What was decided is kept as facts, and exported as queries of linear arithmetic, so that a solver
answers for them and not this module. That situations leave nothing out is such a query as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.engines.smt import Query

LOGIC = "QF_LIA"
WITNESS_LIMIT = 12
"""How far an instance of a situation is looked for."""


class Undecided(DlmcheckError):
    """The constraints of a situation do not decide a comparison; `fact` is what was asked."""

    def __init__(self, situation: str, fact: str) -> None:
        self.situation = situation
        self.fact = fact
        super().__init__(f"situation {situation}: {fact} is not decided")


# --- linear expressions and constraints ----------------------------------------------------


@dataclass(frozen=True)
class Linear:
    """A linear expression over integers: name and factor (not 0) in order of names, constant."""

    factors: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    @classmethod
    def of(cls, value: Linear | int | str) -> Linear:
        """A number, a variable by its name, or the expression itself."""
        if isinstance(value, Linear):
            return value
        return cls(((value, 1),)) if isinstance(value, str) else cls((), value)

    def plus(self, other: Linear | int | str, times: int = 1) -> Linear:
        """Self and a multiple of the other."""
        added = Linear.of(other)
        factors = dict(self.factors)
        for name, factor in added.factors:
            factors[name] = factors.get(name, 0) + times * factor
        listed = tuple(sorted((name, factor) for name, factor in factors.items() if factor))
        return Linear(listed, self.constant + times * added.constant)

    def minus(self, other: Linear | int | str) -> Linear:
        """The difference."""
        return self.plus(other, -1)

    def value(self, values: Mapping[str, int]) -> int:
        """The number, for values of the variables. Raises `KeyError` for one without a value."""
        return sum(factor * values[name] for name, factor in self.factors) + self.constant

    def smt(self) -> str:
        """The expression in SMT-LIB2."""
        terms = [name if f == 1 else f"(* {_number(f)} {name})" for name, f in self.factors]
        if self.constant or not terms:
            terms.append(_number(self.constant))
        return terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"

    def __str__(self) -> str:
        text = ""
        for name, factor in sorted(self.factors, key=lambda one: (one[1] < 0, one[0])):
            sign = "-" if factor < 0 else "+"
            size = name if abs(factor) == 1 else f"{abs(factor)}{name}"
            text += f" {sign} {size}" if text else (f"-{size}" if factor < 0 else size)
        if not text:
            return str(self.constant)
        if self.constant:
            text += f" {'-' if self.constant < 0 else '+'} {abs(self.constant)}"
        return text


def _number(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"


@dataclass(frozen=True)
class Constraint:
    """An expression is 0, or at least 0."""

    linear: Linear
    equality: bool = False

    def holds(self, values: Mapping[str, int]) -> bool:
        """For values of the variables."""
        found = self.linear.value(values)
        return found == 0 if self.equality else found >= 0

    def smt(self) -> str:
        """The constraint in SMT-LIB2."""
        return f"({'=' if self.equality else '>='} {self.linear.smt()} 0)"

    def __str__(self) -> str:
        return f"{self.linear} {'=' if self.equality else '>='} 0"


def at_least(left: Linear | int | str, right: Linear | int | str) -> Constraint:
    """left >= right."""
    return Constraint(Linear.of(left).minus(right))


def below(left: Linear | int | str, right: Linear | int | str) -> Constraint:
    """left < right."""
    return Constraint(Linear.of(right).minus(left).minus(1))


def equal(left: Linear | int | str, right: Linear | int | str) -> Constraint:
    """left = right."""
    return Constraint(Linear.of(left).minus(right), equality=True)


# --- situations ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A class of positions: what holds of its integers.

    Constraints compare two variables, or one with a number (x - y + c, x + c, c - x, up to a
    common factor). Raises `ValueError` for others, and if no small instance satisfies them.
    """

    name: str
    constraints: tuple[Constraint, ...]

    def __post_init__(self) -> None:
        for one in self.constraints:
            if _difference(one.linear) is None:
                raise ValueError(f"situation {self.name}: {one} compares no two variables")
        if self.example is None:
            raise ValueError(f"situation {self.name} has no small instance")

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its integers."""
        return tuple(sorted({name for c in self.constraints for name, _ in c.linear.factors}))

    @property
    def example(self) -> dict[str, int] | None:
        """The first instance, by the largest number in it and then by the order of the names."""
        return next(iter(self.instances(WITNESS_LIMIT)), None)

    def instances(self, largest: int) -> Sequence[dict[str, int]]:
        """All instances within numbers from -1 to `largest`, the smallest first."""
        names = self.variables
        found = [
            dict(zip(names, numbers, strict=True))
            for numbers in product(range(-1, largest + 1), repeat=len(names))
        ]
        met = [values for values in found if all(c.holds(values) for c in self.constraints)]
        return sorted(met, key=lambda values: (max(values.values(), default=0), *values.values()))

    def entails(self, fact: Constraint) -> bool:
        """Whether the constraints give the fact; False if they do not, or it is beyond them."""
        return _entails(self.constraints, fact)

    def normal(self, linear: Linear) -> Linear:
        """An expression with every equality of the situation solved for one of its variables."""
        return _solved(self.constraints, linear)[1]

    def smt(self) -> str:
        """The conjunction of its constraints."""
        return f"(and true {' '.join(c.smt() for c in self.constraints)})"


def _difference(linear: Linear) -> tuple[str, str, int] | None:
    """An expression >= 0 as `minus - plus <= c`; "" stands for 0. None if it is no such one."""
    divisor = math.gcd(*(factor for _, factor in linear.factors)) or 1
    signs = {name: factor // divisor for name, factor in linear.factors}
    plus = [name for name, sign in signs.items() if sign == 1]
    minus = [name for name, sign in signs.items() if sign == -1]
    if len(plus) + len(minus) != len(signs) or len(plus) > 1 or len(minus) > 1:
        return None
    return (minus or [""])[0], (plus or [""])[0], linear.constant // divisor


def _entails(constraints: Sequence[Constraint], fact: Constraint) -> bool:
    if fact.equality:
        opposite = Linear().minus(fact.linear)
        both = (Constraint(fact.linear), Constraint(opposite))
        divisor = math.gcd(*(factor for _, factor in fact.linear.factors)) or 1
        return fact.linear.constant % divisor == 0 and all(_entails(constraints, f) for f in both)
    known, linear = _solved(constraints, fact.linear)
    wanted = _difference(linear)
    if wanted is None:
        return False
    minus, plus, bound = wanted
    reached = _distances(known, minus)
    return plus in reached and reached[plus] <= bound


def _solved(constraints: Sequence[Constraint], linear: Linear) -> tuple[list[Constraint], Linear]:
    """Every equality solved for one of its variables, which is replaced everywhere else."""
    known = list(constraints)
    for number in range(len(known)):
        one = known[number]
        solvable = [(v, f) for v, f in one.linear.factors if abs(f) == 1]
        if one.equality and solvable:
            name, sign = solvable[0]
            for k, other in enumerate(known):
                if k != number:
                    known[k] = replace(other, linear=_without(other.linear, name, sign, one))
            linear = _without(linear, name, sign, one)
    return known, linear


def _without(linear: Linear, name: str, sign: int, one: Constraint) -> Linear:
    factor = dict(linear.factors).get(name, 0)
    return linear.plus(one.linear, -factor * sign)


def _distances(constraints: Sequence[Constraint], start: str) -> dict[str, int]:
    """The least c with `start - name <= c`, for every name that has one (shortest paths)."""
    edges: list[tuple[str, str, int]] = []
    for one in constraints:
        for linear in (one.linear, Linear().minus(one.linear))[: 1 + one.equality]:
            edge = _difference(linear)
            if edge is not None:
                edges.append(edge)
    reached = {start: 0}
    for _ in range(len(edges) + 1):
        for minus, plus, bound in edges:
            if minus in reached and reached[minus] + bound < reached.get(plus, math.inf):
                reached[plus] = reached[minus] + bound
    return reached


# --- indices -------------------------------------------------------------------------------


@dataclass
class Frame:
    """A situation at work: the indices made in it, and the facts that their comparisons used."""

    situation: Situation
    facts: list[Constraint] = field(default_factory=list[Constraint])
    _asked: dict[Constraint, bool] = field(default_factory=dict[Constraint, bool])

    def index(self, value: Linear | int | str) -> Index:
        """An index: a number, a variable by its name, or an expression."""
        return Index(Linear.of(value), self)

    def is_at_least(self, left: Linear, right: Linear) -> bool:
        """Whether left >= right. Raises `Undecided`."""
        yes, no = at_least(left, right), below(left, right)
        for fact in (yes, no):
            if self._holds(fact):
                return fact is yes
        raise Undecided(self.situation.name, f"{left} >= {right}")

    def is_equal(self, left: Linear, right: Linear) -> bool:
        """Whether left = right. Raises `Undecided`."""
        yes = equal(left, right)
        for fact in (yes, below(left, right), below(right, left)):
            if self._holds(fact):
                return fact is yes
        divisor = math.gcd(*(factor for _, factor in yes.linear.factors)) or 1
        if yes.linear.constant % divisor:
            return False
        raise Undecided(self.situation.name, f"{left} = {right}")

    def _holds(self, fact: Constraint) -> bool:
        if fact not in self._asked:
            self._asked[fact] = self.situation.entails(fact)
            given = not fact.linear.factors or fact in self.situation.constraints
            if self._asked[fact] and not given:
                self.facts.append(fact)
        return self._asked[fact]

    def queries(self) -> list[Query]:
        """Each fact that was used, from those constraints of the situation that it needs."""
        return [_query(self.situation, fact) for fact in self.facts]


@dataclass(frozen=True, eq=False)
class Index:
    """A position in a frame; adds, multiplies and compares as a number does.

    Raises `Undecided` where the frame's situation does not settle a comparison, `ValueError` for
    indices of two frames.
    """

    linear: Linear
    frame: Frame

    def _of(self, other: object) -> Linear:
        if isinstance(other, Index):
            if other.frame is not self.frame:
                raise ValueError("indices of two frames")
            return other.linear
        if isinstance(other, int):
            return Linear.of(other)
        raise TypeError(f"{other!r} is no index")

    def __add__(self, other: int) -> Index:
        return Index(self.linear.plus(self._of(other)), self.frame)

    def __sub__(self, other: Index | int) -> Index:
        return Index(self.linear.minus(self._of(other)), self.frame)

    def __mul__(self, other: int) -> Index:
        return Index(Linear().plus(self.linear, other), self.frame)

    def __mod__(self, other: object) -> Index:
        """The remainder, for an index from -other to below 2 other."""
        modulus = self._of(other)
        found = self.linear
        if not self.frame.is_at_least(found, Linear()):
            found = found.plus(modulus)
        elif self.frame.is_at_least(found, modulus):
            found = found.minus(modulus)
        inside = self.frame.is_at_least(found, Linear())
        if inside and not self.frame.is_at_least(found, modulus):
            return Index(found, self.frame)
        raise Undecided(self.frame.situation.name, f"{self.linear} modulo {modulus}")

    def __ge__(self, other: object) -> bool:
        return self.frame.is_at_least(self.linear, self._of(other))

    def __lt__(self, other: object) -> bool:
        return not self >= other

    def __gt__(self, other: object) -> bool:
        return not self <= other

    def __le__(self, other: object) -> bool:
        return self.frame.is_at_least(self._of(other), self.linear)

    def __eq__(self, other: object) -> bool:
        return self.frame.is_equal(self.linear, self._of(other))

    __hash__ = None  # type: ignore[assignment]  # equality is asked of a situation, and may raise

    def value(self, values: Mapping[str, int]) -> int:
        """The number, for an instance of the situation."""
        return self.linear.value(values)

    def __str__(self) -> str:
        return str(self.frame.situation.normal(self.linear))


# --- queries -------------------------------------------------------------------------------


def _declared(constraints: Sequence[Constraint]) -> tuple[str, ...]:
    names = sorted({name for one in constraints for name, _ in one.linear.factors})
    return tuple(f"(declare-const {name} Int)" for name in names)


def _query(situation: Situation, fact: Constraint) -> Query:
    needed = list(situation.constraints)
    for one in situation.constraints:
        fewer = [c for c in needed if c is not one]
        if _entails(fewer, fact):
            needed = fewer
    premises = tuple((str(one), one.smt()) for one in needed)
    name = f"{situation.name}: {fact}"
    return Query(name, LOGIC, _declared((*needed, fact)), premises, fact.smt())


def exhaustive(name: str, domain: Sequence[Constraint], situations: Sequence[Situation]) -> Query:
    """The query that every instance of a domain is in one of the situations."""
    used = [*domain, *(c for situation in situations for c in situation.constraints)]
    premises = tuple((str(one), one.smt()) for one in domain)
    cases = " ".join(situation.smt() for situation in situations)
    return Query(name, LOGIC, _declared(used), premises, f"(or false {cases})")
