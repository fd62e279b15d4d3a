"""Unmasking policies F and remasking policies G, one form for each class of the lattice.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: F says which positions are written in a
round, G which positions turn back to M at its end. The wider forms of F are the position rules
of decoders in use. A form promises a class; how a policy behaves may be simpler.

Every function is handed the state and, with a clock, the round number (else None). Rates are
exact rationals in [0, 1]; positions are numbered from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.lattice import Remasking, Unmasking
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State

Round = int | None
"""The round number, or None for a sampler without a clock."""
Positions = frozenset[int]


# --- unmasking policies F ------------------------------------------------------------------


@dataclass(frozen=True)
class DeterministicUnmasking:
    """S is a function of the state (and the clock)."""

    select: Callable[[State, Round], Positions]


@dataclass(frozen=True)
class IndependentUnmasking:
    """Position i is selected with probability rate(x, i), independently over i."""

    rate: Callable[[State, int, Round], Fraction]


@dataclass(frozen=True)
class SameRateUnmasking:
    """Each position is selected independently at one common rate (exchangeable).

    With revision that means every position, else every masked one.
    """

    rate: Callable[[State, Round], Fraction]


@dataclass(frozen=True)
class UniformSubsetUnmasking:
    """S is a uniform subset of a given size (exchangeable).

    It is drawn from all positions with revision, else from the masked ones. Where there are fewer
    of these than asked for, all of them are selected.
    """

    size: Callable[[State, Round], int]


@dataclass(frozen=True)
class JointUnmasking:
    """S follows any law on sets of positions, given the state."""

    select: Callable[[State, Round], Law[Positions]]


@dataclass(frozen=True)
class AfterSamplingUnmasking:
    """S follows a law that may depend on the candidates: select(state, candidates, round).

    With revision every cell has a drawn candidate; else the masked cells have one, and the
    candidate of a visible cell is the token that it shows.
    """

    select: Callable[[State, State, Round], Law[Positions]]


@dataclass(frozen=True)
class MemoryUnmasking:
    """S and the next memory follow a law: select(state, memory, candidates, round).

    The candidates are those of `AfterSamplingUnmasking`. Memory is any hashable value.
    """

    initial: Hashable
    select: Callable[[State, Hashable, State, Round], Law[tuple[Positions, Hashable]]]


UnmaskingPolicy = (
    DeterministicUnmasking
    | IndependentUnmasking
    | SameRateUnmasking
    | UniformSubsetUnmasking
    | JointUnmasking
    | AfterSamplingUnmasking
    | MemoryUnmasking
)


# --- remasking policies G ------------------------------------------------------------------


@dataclass(frozen=True)
class DeterministicRemasking:
    """G is a function of the state after the write."""

    select: Callable[[State, Round], Positions]


@dataclass(frozen=True)
class IndependentRemasking:
    """Position i is remasked with probability rate(x', i), independently over i."""

    rate: Callable[[State, int, Round], Fraction]


@dataclass(frozen=True)
class JointRemasking:
    """The remasked set follows any law, given the state after the write."""

    select: Callable[[State, Round], Law[Positions]]


RemaskingPolicy = DeterministicRemasking | IndependentRemasking | JointRemasking


# --- the class that a form promises --------------------------------------------------------


def unmasking_class(policy: UnmaskingPolicy) -> Unmasking:
    """The class of F that a policy's form promises (its behaviour may be simpler)."""
    if isinstance(policy, DeterministicUnmasking):
        return Unmasking.DETERMINISTIC
    if isinstance(policy, IndependentUnmasking):
        return Unmasking.INDEPENDENT
    if isinstance(policy, SameRateUnmasking | UniformSubsetUnmasking):
        return Unmasking.EXCHANGEABLE
    if isinstance(policy, JointUnmasking):
        return Unmasking.JOINT
    if isinstance(policy, AfterSamplingUnmasking):
        return Unmasking.AFTER_SAMPLING
    return Unmasking.MEMORY


def remasking_class(policy: RemaskingPolicy | None) -> Remasking:
    """The class of G that a policy's form promises."""
    if policy is None:
        return Remasking.NONE
    if isinstance(policy, DeterministicRemasking):
        return Remasking.DETERMINISTIC
    if isinstance(policy, IndependentRemasking):
        return Remasking.INDEPENDENT
    return Remasking.JOINT
