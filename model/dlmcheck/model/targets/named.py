"""Targets by name: `even-parity:5`, `markov:4,1/3`, `linear-code:1011,0110`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from dlmcheck.model.targets.chains import flip_chain, noisy_chain
from dlmcheck.model.targets.codes import linear_code
from dlmcheck.model.targets.exact import TokenLaw, rational
from dlmcheck.model.targets.lacunary import lacunary_even_parity
from dlmcheck.model.targets.sources import Target
from dlmcheck.model.targets.strings import (
    even_parity,
    fixed_weight,
    odd_parity,
    one_hot,
    permutation_matrices,
    product_bits,
    repetition,
    tilted_even_parity,
    uniform,
)
from dlmcheck.spec.errors import MalformedSyntax


@dataclass(frozen=True)
class TargetFamily:
    """A family of targets and how to ask for a member in text."""

    name: str
    arguments: str
    summary: str
    build: Callable[[list[str]], TokenLaw]

    @property
    def usage(self) -> str:
        """The form in which to ask, as in `fixed-weight:N,K`."""
        return f"{self.name}:{self.arguments}"


def parse_target(text: str) -> Target:
    """The target that a text names, `family:arguments` with commas between the arguments.

    Raises `MalformedSyntax` for an unknown family or arguments of the wrong form, and what the
    family raises for arguments without a meaning.

    >>> len(parse_target("even-parity:5").law)
    16
    """
    name, _, rest = text.strip().partition(":")
    family = TARGETS.get(name)
    if family is None:
        raise MalformedSyntax(
            f"no target family {name!r}", source="target", expected=", ".join(TARGETS)
        )
    arguments = [argument.strip() for argument in rest.split(",")] if rest else []
    try:
        law = family.build(arguments)
    except _WrongForm as wrong:
        message = f"{text.strip()!r}" + (f": {wrong}" if str(wrong) else "")
        raise MalformedSyntax(message, source="target", expected=family.usage) from None
    return Target(text.strip(), law)


class _WrongForm(Exception):
    """The arguments are not of the form that the family asks for."""


def _whole(text: str) -> int:
    # No number of four digits or more is meant as a size here.
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 4):
        raise _WrongForm(f"{text!r} is no size")
    return int(text)


def _sized(function: Callable[[int], TokenLaw]) -> Callable[[list[str]], TokenLaw]:
    def build(arguments: list[str]) -> TokenLaw:
        if len(arguments) != 1:
            raise _WrongForm
        return function(_whole(arguments[0]))

    return build


def _fixed_weight(arguments: list[str]) -> TokenLaw:
    if len(arguments) != 2:
        raise _WrongForm
    return fixed_weight(_whole(arguments[0]), _whole(arguments[1]))


def _numbers(arguments: list[str]) -> list[Fraction]:
    if not arguments:
        raise _WrongForm
    return [rational(argument, source="target") for argument in arguments]


def _chain(arguments: list[str]) -> TokenLaw:
    if len(arguments) not in (2, 3):
        raise _WrongForm
    return flip_chain(_whole(arguments[0]), *_numbers(arguments[1:]))


def _noisy(arguments: list[str]) -> TokenLaw:
    if len(arguments) != 3:
        raise _WrongForm
    flip, noise = _numbers(arguments[1:])
    return noisy_chain(_whole(arguments[0]), flip, noise)


def _matrix(arguments: list[str]) -> list[list[int]]:
    for row in arguments:
        if not row or set(row) - {"0", "1"}:
            raise _WrongForm(f"{row!r} is no row of bits")
    if not arguments or len({len(row) for row in arguments}) != 1:
        raise _WrongForm
    return [[int(bit) for bit in row] for row in arguments]


_ALL = (
    TargetFamily("uniform", "N", "all bit strings", _sized(uniform)),
    TargetFamily(
        "product",
        "P,P,...",
        "independent bits, 1 with the given probabilities",
        lambda arguments: product_bits(_numbers(arguments)),
    ),
    TargetFamily("even-parity", "N", "strings with an even number of ones", _sized(even_parity)),
    TargetFamily("odd-parity", "N", "strings with an odd number of ones", _sized(odd_parity)),
    TargetFamily(
        "tilted-parity",
        "W,W,...",
        "even strings, weighted by the product of W over their ones",
        lambda arguments: tilted_even_parity(_numbers(arguments)),
    ),
    TargetFamily("one-hot", "N", "strings with exactly one 1", _sized(one_hot)),
    TargetFamily("fixed-weight", "N,K", "strings with exactly K ones", _fixed_weight),
    TargetFamily("repetition", "N", "all zeros or all ones", _sized(repetition)),
    TargetFamily(
        "linear-code",
        "ROW,ROW,...",
        "the span of rows of bits",
        lambda arguments: linear_code(generator=_matrix(arguments)),
    ),
    TargetFamily(
        "parity-check",
        "ROW,ROW,...",
        "the strings that satisfy every row of checks",
        lambda arguments: linear_code(parity_check=_matrix(arguments)),
    ),
    TargetFamily(
        "markov",
        "N,FLIP[,FIRST]",
        "a two-state chain; FIRST is the probability that it starts with 1 (1/2)",
        _chain,
    ),
    TargetFamily("noisy-markov", "N,FLIP,NOISE", "the same, seen through noise", _noisy),
    TargetFamily(
        "permutations", "M", "permutation matrices, M * M bits", _sized(permutation_matrices)
    ),
    TargetFamily(
        "lacunary-parity",
        "N",
        "even strings with weights far apart (N >= 4; N = 4 takes three rounds of revision)",
        _sized(lacunary_even_parity),
    ),
)

TARGETS: Mapping[str, TargetFamily] = MappingProxyType({family.name: family for family in _ALL})
"""All target families by name."""
