"""Identities and inequalities of rational functions, decided by SymPy's exact arithmetic.

An identity is a function of numbers, written once: with rationals it can be run, with the
generators of a field of rational functions it is decided, since elements of that field have one
normal form. No simplification by rules, no floats. Exponentials are generators of their own: with P
for 2^k, a step from k to k + 1 is one from P to 2 P.

An inequality is decided by signs: a polynomial with non-negative coefficients only is not negative
where its variables are not. SymPy is trusted, by name and version.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dlmcheck.verify.kernel.evidence import SymbolicIdentity
from dlmcheck.verify.kernel.results import Rejected

Number = Any
"""A rational, or an element of a field of rational functions over the rationals."""


Side = (
    Callable[[Number], Number]
    | Callable[[Number, Number], Number]
    | Callable[[Number, Number, Number], Number]
)
"""A function of numbers; one of more variables is wrapped by `partial`."""


@dataclass(frozen=True)
class Identity:
    """Both sides as functions of the same variables; they are claimed to be equal."""

    name: str
    variables: tuple[str, ...]
    left: Side
    right: Side


@dataclass(frozen=True)
class NotNegative:
    """A polynomial that is claimed not to be negative where no variable is.

    `strict`: it is even positive there, by its constant term.
    """

    name: str
    variables: tuple[str, ...]
    value: Side
    strict: bool = False


@dataclass(frozen=True)
class Limit:
    """A function of a positive variable x and of the natural logarithm, and its limit at infinity.

    `value` is a function of the logarithm alone. SymPy computes limits by comparing growth
    (Gruntz); that the difference is 0 is decided by its normal forms of logarithms.
    """

    name: str
    value_at: Callable[[Number, Callable[[Number], Number]], Number]
    value: Callable[[Callable[[Number], Number]], Number]


def generators(variables: Sequence[str]) -> list[Number]:
    """The variables as elements of the field of rational functions over the rationals."""
    import sympy
    from sympy.polys.fields import field

    found: tuple[Any, ...] = field(list(variables), sympy.QQ)
    return list(found[1:])


def difference(identity: Identity) -> Number:
    """Left minus right, in normal form: 0 exactly if the identity holds."""
    values = generators(identity.variables)
    return identity.left(*values) - identity.right(*values)


def check_algebra(statements: Sequence[Identity | NotNegative | Limit]) -> SymbolicIdentity:
    """Evidence for all the statements together.

    Raises `Rejected` for one that does not hold or cannot be decided by signs, `ValueError` for
    none at all.
    """
    if not statements:
        raise ValueError("nothing is stated")
    for statement in statements:
        if isinstance(statement, Identity):
            left_over = difference(statement)
            if left_over != 0:
                raise Rejected(f"identity {statement.name}: the sides differ by {left_over}")
        elif isinstance(statement, Limit):
            _check_limit(statement)
        else:
            _check_signs(statement)
    names = [statement.name for statement in statements]
    listed = "; ".join(names) if len(names) <= 4 else f"{len(names)} of them, {names[0]} and so on"
    return SymbolicIdentity(listed, engine())


def _check_signs(statement: NotNegative) -> None:
    values = generators(statement.variables)
    element = statement.value(*values) + 0 * values[0]
    if not element.denom.is_ground:
        raise Rejected(f"inequality {statement.name}: {element} is no polynomial")
    coefficients = [coefficient / element.denom.LC for _, coefficient in element.numer.terms()]
    if any(coefficient < 0 for coefficient in coefficients):
        raise Rejected(f"inequality {statement.name}: a coefficient of {element} is negative")
    constant = [c for powers, c in element.numer.terms() if not any(powers)]
    if statement.strict and not constant:
        raise Rejected(f"inequality {statement.name}: {element} is 0 at 0")


def _check_limit(statement: Limit) -> None:
    import sympy

    x: Any = sympy.Symbol("x", positive=True)
    found: Any = sympy.limit(statement.value_at(x, sympy.log), x, sympy.oo)
    if sympy.simplify(found - statement.value(sympy.log)) != 0:
        raise Rejected(f"limit {statement.name}: it is {found}")


def engine() -> str:
    """Who is trusted."""
    import sympy

    return f"trusted: sympy {sympy.__version__}"
