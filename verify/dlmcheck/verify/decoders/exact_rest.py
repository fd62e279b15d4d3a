"""What comes out if a decoder makes some rounds and the rest is decoded exactly, and how far it is.

Source: this project, note DECODERS, "Where it goes wrong".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from dlmcheck.spec.law import Law
from dlmcheck.spec.perfect import agrees
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.analysis import AfterRound, DecoderAnalysis

MOST_STATES = 100_000
"""So many states are gone through for the distances, and so many steps for the one to blame."""


class PartialSums:
    """The weight of all outcomes that show the visible tokens of a state, in whole numbers."""

    def __init__(self, weights: Mapping[State, int]) -> None:
        self._sums = dict(weights)
        self._tokens = sorted({token for outcome in weights for token in outcome})

    def __call__(self, state: State) -> int:
        """The weight of a state."""
        found = self._sums.get(state)
        if found is None:
            found = 0
            if MASK in state:
                i = state.index(MASK)
                found = sum(self((*state[:i], t, *state[i + 1 :])) for t in self._tokens)
            self._sums[state] = found
        return found


class Whole:
    """A target in whole numbers: its weights, and sums of them."""

    def __init__(self, target: Law[State]) -> None:
        self.total = lcm(*(weight.denominator for _, weight in target.items()))
        self.weights = {z: int(w * self.total) for z, w in target.items()}
        self.sums = PartialSums(self.weights)
        self.tokens = sorted({token for outcome in self.weights for token in outcome})

    def outcomes(self, state: State) -> list[State]:
        """The outcomes of the target that show the visible tokens of a state."""
        if MASK not in state:
            return [state] if state in self.weights else []
        return [outcome for outcome in self.weights if agrees(outcome, state)]


@dataclass(frozen=True)
class Ratios:
    """Q(z)/P(z) for the outcomes z of a target, as whole numbers over one denominator; outcomes
    that are not there have 0. Long fractions are not cancelled, which would take time.
    """

    above: dict[State, int]
    below: int

    def excess(self) -> set[State]:
        """The outcomes that Q has more of than P."""
        return {z for z, ratio in self.above.items() if ratio > self.below}

    def distance(self, target: Whole) -> Fraction:
        """The total variation of P and Q: what the target has too much."""
        lost = sum(
            weight * max(0, self.below - self.above.get(z, 0))
            for z, weight in target.weights.items()
        )
        return Fraction(lost, self.below * target.total)


def decoded_exactly(after: AfterRound, target: Whole) -> Ratios:
    """The law Q of the output if from each state after a round the rest is decoded exactly; what
    comes of states that the target excludes is left out.

    A state of chance w and weight P(x) hands w/P(x) to each state with one more token that has a
    weight, so that an outcome z ends with Q(z)/P(z): sums of whole numbers, cell by cell.
    """
    denominator = _common([after.denominator, *(w.denominator for w in after.ended.values())])
    scale = denominator // after.denominator
    chances = {state: weight * scale for state, weight in after.running.items()}
    for state, weight in after.ended.items():
        whole = weight.numerator * (denominator // weight.denominator)
        chances[state] = chances.get(state, 0) + whole
    weights = {state: target.sums(state) for state in chances}
    common = lcm(*filter(None, weights.values()))
    ratios = {
        state: chance * (common // weights[state])
        for state, chance in chances.items()
        if weights[state]
    }
    for cell in range(len(next(iter(target.weights)))):
        for state in [state for state in ratios if state[cell] == MASK]:
            ratio = ratios.pop(state)
            for token in target.tokens:
                filled = (*state[:cell], token, *state[cell + 1 :])
                if target.sums(filled):
                    ratios[filled] = ratios.get(filled, 0) + ratio
    divisor = gcd(target.total, denominator * common)
    factor = target.total // divisor
    return Ratios({z: r * factor for z, r in ratios.items()}, denominator * common // divisor)


def _common(denominators: list[int]) -> int:
    """A common multiple: the largest one if it will do."""
    most = max(denominators)
    return most if not any(most % one for one in denominators) else lcm(*denominators)


def distance_by_round(analysis: DecoderAnalysis, target: Law[State]) -> tuple[Fraction, ...]:
    """e(0), e(1), ... for the rounds of an analysis, as far as `MOST_STATES` goes."""
    whole = Whole(target)
    found: list[Fraction] = []
    states = 0
    for after in analysis.after_rounds:
        states += len(after.running) + len(after.ended)
        if states > MOST_STATES:
            break
        found.append(decoded_exactly(after, whole).distance(whole))
    return tuple(found)
