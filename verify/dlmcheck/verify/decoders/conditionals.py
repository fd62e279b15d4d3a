"""The perfect predictor of a target, from a table of its partial sums.

`spec.perfect` goes through the target for every state and cell. Here the weight of a partial state
is the sum of the weights that the first masked cell leads to, each computed once, in integers; and
equal laws are one object, so that they are compared at once. The two agree (tests).
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.perfect import Impossible
from dlmcheck.spec.tokens import MASK, State, Token


class TabulatedPredictor:
    """The conditionals of a target, a law for each state and cell that is asked for.

    `met_impossible` says whether some state was asked for that has probability zero, so that the
    convention had a say.
    """

    def __init__(self, target: Law[State], vocabulary: int, impossible: Impossible) -> None:
        common = lcm(*(weight.denominator for _, weight in target.items()))
        self._sums = {z: w.numerator * (common // w.denominator) for z, w in target.items()}
        most = max(vocabulary - 1, *(max(z, default=0) for z in target))
        self._tokens = range(1 + most)
        self._convention = uniform(range(vocabulary))
        if impossible is not Impossible.UNIFORM:
            self._convention = certain(0 if impossible is Impossible.LOW else vocabulary - 1)
        self._laws: dict[tuple[State, int], Law[Token]] = {}
        self._equal: dict[Law[Token], Law[Token]] = {}
        self.met_impossible = False

    def __call__(self, state: State, cell: int) -> Law[Token]:
        """The law of a cell in a state."""
        law = self._laws.get((state, cell))
        if law is None:
            law = self._computed(state, cell)
            self._laws[state, cell] = law = self._equal.setdefault(law, law)
        return law

    def _weight(self, state: State) -> int:
        """The weight of all outcomes that show the visible tokens of a state."""
        found = self._sums.get(state)
        if found is None:
            found = 0
            if MASK in state:
                i = state.index(MASK)
                found = sum(self._weight((*state[:i], t, *state[i + 1 :])) for t in self._tokens)
            self._sums[state] = found
        return found

    def _computed(self, state: State, cell: int) -> Law[Token]:
        weights = [self._weight((*state[:cell], t, *state[cell + 1 :])) for t in self._tokens]
        total = sum(weights)
        if total:
            return Law({t: Fraction(w, total) for t, w in zip(self._tokens, weights, strict=True)})
        self.met_impossible = True
        return self._convention


def tabulated_predictor(
    target: Law[State], vocabulary: int = 2, impossible: Impossible = Impossible.UNIFORM
) -> TabulatedPredictor:
    """`spec.perfect.perfect_predictor`, remembering what it has computed."""
    return TabulatedPredictor(target, vocabulary, impossible)
