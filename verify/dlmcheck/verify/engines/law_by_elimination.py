"""Elimination over GF(2) as an engine for exact laws: samplers whose outputs are sums of coins.

Such a law is uniform on an affine space, whose elements are listed as far as `Limits.outcomes`
allows. For the law in its compact form, with evidence that the kernel accepts at any size, see
`elimination`. The sums are read off by the kernel's own code.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dlmcheck.spec.circuit import InputKind
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    counted,
)
from dlmcheck.verify.kernel.affine import (
    ONE,
    ZERO,
    Form,
    Sums,
    Value,
    coin,
    numbers_in,
    required,
    values_of,
)
from dlmcheck.verify.kernel.linear import Outputs, Uniform
from dlmcheck.verify.kernel.linear_runs import run_outputs
from dlmcheck.verify.kernel.results import Rejected

PER_GATE = 1e-6
PER_OUTCOME = 2e-7
PER_WORD = 16
"""An outcome as a Python number takes so many bytes at least, besides its bits."""
LISTED = 64
"""With more outputs and coins than this the outcomes may be too many to be listed."""


class Elimination:
    """Uniform laws on affine spaces."""

    def refuses(self, problem: LawProblem) -> str:
        """What is not linear is refused, with the first gate or cell at which it bends."""
        try:
            _read(problem)
        except Rejected as error:
            return error.reason
        return ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """The gates, and as many outcomes as there are, by the rank."""
        rank = _read(problem).rank
        seconds = PER_GATE * _gates(problem) + PER_OUTCOME * 2.0 ** min(rank, 900)
        reason = f"linear: uniform on an affine space of 2^{rank} outcomes"
        return Estimate(seconds, reason, 1 << rank)

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """The uniform law on all sums."""
        began = time.monotonic()
        try:
            read = _read(problem)
        except Rejected as error:
            return Unknown(Why.REFUSED, error.reason)
        rank = read.rank
        if limits.outcomes is not None and 1 << rank > limits.outcomes:
            return Unknown(Why.OUTCOMES, f"2^{rank} outcomes, more than {limits.outcomes}")
        if limits.memory is not None:
            needed = (1 << rank) * (24 + PER_WORD + problem.outputs // 8)
            if needed > limits.memory:
                return Unknown(Why.MEMORY, f"2^{rank} outcomes take {needed} bytes")
        word, basis = read.space
        words = [word]
        for direction in basis:
            if limits.seconds is not None and time.monotonic() - began > limits.seconds:
                return Unknown(Why.TIME, f"{len(words)} of 2^{rank} outcomes")
            words += [direction ^ other for other in words]
        if limits.seconds is not None and time.monotonic() - began > limits.seconds:
            return Unknown(Why.TIME, f"2^{rank} outcomes, not in order yet")
        return counted(problem.outputs, dict.fromkeys(words, 1), rank)


def _gates(problem: LawProblem) -> int:
    if isinstance(problem, CircuitLaw):
        return problem.circuit.node_count
    schedule = problem.schedule
    parts = (schedule.predictor, schedule.unmask, schedule.remask)
    return schedule.rounds * sum(part.node_count for part in parts if part is not None)


@dataclass(frozen=True)
class _Read:
    """A problem whose outputs are sums of coins, and what has been found out about it."""

    problem: LawProblem
    outputs: Outputs

    @cached_property
    def space(self) -> tuple[int, list[int]]:
        """The set of outcomes."""
        return affine_space(self.outputs.forms)

    @cached_property
    def claim(self) -> Uniform:
        """The set of outcomes by its equations, with the inverses that show it."""
        from dlmcheck.verify.engines.elimination import uniform_outputs

        return uniform_outputs(self.outputs)

    @cached_property
    def rank(self) -> int:
        """log2 of the number of outcomes, in the way that is needed next."""
        few = min(len(self.outputs.forms), self.outputs.coins) <= LISTED
        return len(self.space[1]) if few else len(self.claim.coins)


_LAST: list[_Read] = []
"""The problem that was read last: refusing, estimating, answering and certifying all need it."""


def _read(problem: LawProblem) -> _Read:
    """A problem with its outputs as sums of coins. Raises `Rejected` if they are none."""
    if not (_LAST and _LAST[0].problem is problem):
        forms, coins = _forms(problem)
        subject = problem.circuit if isinstance(problem, CircuitLaw) else problem.schedule
        _LAST[:] = [_Read(problem, Outputs(subject.output_names, forms, coins))]
    return _LAST[0]


def claim_of(problem: LawProblem) -> Uniform:
    """The set on which a linear sampler is uniform, with inverses.

    Raises `Rejected` if it is not linear.
    """
    return _read(problem).claim


def _forms(problem: LawProblem) -> tuple[tuple[Form, ...], int]:
    """The outputs as sums of coins, and how many coins there are. Raises `Rejected`."""
    if not isinstance(problem, CircuitLaw):
        return run_outputs(problem.schedule, problem.data)
    circuit = problem.circuit
    inputs: list[Value] = []
    data = iter(problem.data)
    coins = 0
    for one in circuit.inputs:
        if one.kind is InputKind.DATA:
            inputs.append(ONE if next(data) else ZERO)
        else:
            inputs.append(coin(coins))
            coins += 1
    values = values_of(circuit, inputs, Sums(coins))
    return tuple(required(value) for value in values), coins


def affine_space(forms: Sequence[Form]) -> tuple[int, list[int]]:
    """A word, and independent words: the space is the word plus all their sums.

    The first form is the highest bit of a word.
    """
    columns: dict[int, int] = {}
    for place, form in enumerate(reversed(forms)):
        for number in numbers_in(form):
            columns[number] = columns.get(number, 0) | 1 << place
    word = columns.pop(0, 0)
    by_top: dict[int, int] = {}
    for number in sorted(columns):
        left = columns[number]
        while left:
            top = left.bit_length()
            if top not in by_top:
                by_top[top] = left
                break
            left ^= by_top[top]
    return word, [by_top[top] for top in sorted(by_top)]


ENGINE = Elimination()
