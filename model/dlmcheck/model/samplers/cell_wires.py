"""What the rule of a cell may ask for: the bits of cells near it, coins, the round number, gates.

A rule is one function for all cells of a schedule. It is given wires and a position; positions
are numbers where a schedule is emitted, and symbolic where a proof is about every position of a
class at once. So the proof is about the circuits that run.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, Self, TypeVar

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import BadInput


class Position(Protocol):
    """A number, or an expression that adds, multiplies and compares like one."""

    def __add__(self, other: int, /) -> Self:
        """The sum."""
        ...

    def __sub__(self, other: int, /) -> Self:
        """The difference."""
        ...

    def __mul__(self, other: int, /) -> Self:
        """The product."""
        ...

    def __mod__(self, other: Any, /) -> Self:
        """The remainder."""
        ...

    def __lt__(self, other: Any, /) -> bool:
        """Whether it is smaller."""
        ...

    def __le__(self, other: Any, /) -> bool:
        """Whether it is no larger."""
        ...

    def __gt__(self, other: Any, /) -> bool:
        """Whether it is larger."""
        ...

    def __ge__(self, other: Any, /) -> bool:
        """Whether it is no smaller."""
        ...


P = TypeVar("P", bound=Position)


def fixed(like: P, number: int) -> P:
    """A fixed position, of the same kind as another one."""
    return like * 0 + number


class CellWires(ABC, Generic[P]):
    """Literals by their meaning, in the paper's encoding, over a builder.

    `clock_bits` is the number of bits of the round number, 0 without a clock.
    """

    def __init__(self, builder: Builder, clock_bits: int) -> None:
        self.builder = builder
        self.clock_bits = clock_bits

    @abstractmethod
    def masked(self, cell: P) -> Literal:
        """Whether a cell holds M."""

    @abstractmethod
    def value(self, cell: P) -> Literal:
        """The token of a cell, 0 while it is masked."""

    @abstractmethod
    def candidate(self, cell: P) -> Literal:
        """The drawn candidate of a cell (the token itself where it is visible)."""

    @abstractmethod
    def coin(self, index: P) -> Literal:
        """A fair random bit."""

    @abstractmethod
    def clock_bit(self, index: int) -> Literal:
        """A bit of the round number, lowest first."""

    def visible(self, cell: P) -> Literal:
        """Whether a cell shows a token."""
        return ~self.masked(cell)

    def zero(self) -> Literal:
        """The constant 0."""
        return self.builder.constant(False)

    def one(self) -> Literal:
        """The constant 1."""
        return self.builder.constant(True)

    def all_of(self, *literals: Literal) -> Literal:
        """AND of any number of literals; no gate for a single one."""
        if not literals:
            return self.one()
        return literals[0] if len(literals) == 1 else self.builder.and_(*literals)

    def any_of(self, *literals: Literal) -> Literal:
        """OR of any number of literals; no gate for a single one."""
        if not literals:
            return self.zero()
        return literals[0] if len(literals) == 1 else self.builder.or_(*literals)

    def parity_of(self, *literals: Literal) -> Literal:
        """XOR of any number of literals; no gate for a single one."""
        if not literals:
            return self.zero()
        return literals[0] if len(literals) == 1 else self.builder.xor(*literals)

    def round_is(self, number: int) -> Literal:
        """Whether the round number is the one given. Raises `BadInput` if it does not fit."""
        if not self.clock_bits or number >= 1 << self.clock_bits:
            raise BadInput(f"round {number} does not fit the clock", source="clock")
        bits = [self.clock_bit(j) for j in range(self.clock_bits)]
        return self.all_of(*(bit if number >> j & 1 else ~bit for j, bit in enumerate(bits)))
