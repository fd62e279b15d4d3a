"""The kernel's own enumeration as an engine: no library, no compiler, all seeds by long numbers.

What it finds the kernel would find again, since it is the kernel that looks: an answer of this
engine is no second opinion on a certificate of kind `circuit-law`, but needs none either.
"""

from __future__ import annotations

import time

from dlmcheck.spec.circuit import cone
from dlmcheck.verify.engines.law_engines import (
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    counted,
    too_many,
)
from dlmcheck.verify.engines.phases import phase
from dlmcheck.verify.engines.straight_line import as_circuit, legal
from dlmcheck.verify.kernel.counted_laws import BLOCK, blocks_of_counts
from dlmcheck.verify.kernel.row_counts import SPLIT, Tally

PER_GATE = 1e-11
"""Seconds for a gate on one seed, roughly."""
PER_ROW = 6e-11
"""Seconds for a seed and one of up to 2^SPLIT strings of outputs, roughly."""
PER_TEXT = 7e-8
"""Seconds for a seed where its outputs are read as a number, roughly."""


class Columns:
    """Enumeration by the kernel, 2^BLOCK seeds in one number."""

    def refuses(self, problem: LawProblem) -> str:
        """Nothing is refused: what takes too long is a matter of the estimate."""
        return ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """Seeds times gates, and the time that counting takes."""
        circuit = as_circuit(problem).circuit
        small, _ = cone(circuit, circuit.outputs)
        coins, outputs = len(small.random_inputs), len(circuit.outputs)
        counting = PER_ROW * 2**outputs if outputs <= SPLIT else PER_TEXT
        args = sum(len(gate.args) for gate in small.gates)
        seconds = 2.0 ** min(coins, 900) * (PER_GATE * args + counting) + 2e-6 * args
        return Estimate(seconds, f"{coins} coins, all seeds by long numbers in the kernel")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """All seeds, a block at a time."""
        with phase("enumerating"):
            return self._law(problem, limits)

    def _law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        began = time.monotonic()
        circuit = as_circuit(problem)
        coins, tally = 0, Tally(circuit.outputs)
        for done, (coins, tally) in enumerate(
            blocks_of_counts(circuit.circuit, circuit.data), start=1
        ):
            stopped = too_many(len(tally), limits)
            if stopped is not None:
                return stopped
            if limits.seconds is not None and time.monotonic() - began > limits.seconds:
                shown = f"{done} of 2^{max(0, coins - BLOCK)} blocks"
                return Unknown(Why.TIME, f"{shown} in {limits.seconds} s")
        counts = {int(text or "0", 2): count for text, count in tally.counts().items()}
        return legal(problem, counted(circuit.outputs, counts, coins))


ENGINE = Columns()
