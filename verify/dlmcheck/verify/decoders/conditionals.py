"""The perfect predictor of a target, from a table of its partial sums.

`spec.perfect` goes through the target for every state and cell. Here the weight of a partial state
is the sum of the weights that the first masked cell leads to, each computed once, in integers; and
equal laws are one object, so that they are compared at once. The two agree (tests).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.perfect import Impossible
from dlmcheck.spec.tokens import MASK, State, Token


def tabulated_predictor(
    target: Law[State], vocabulary: int = 2, impossible: Impossible = Impossible.UNIFORM
) -> Callable[[State, int], Law[Token]]:
    """`spec.perfect.perfect_predictor`, remembering what it has computed."""
    common = lcm(*(weight.denominator for _, weight in target.items()))
    sums = {z: w.numerator * (common // w.denominator) for z, w in target.items()}
    tokens = range(1 + max(vocabulary - 1, *(max(z, default=0) for z in target)))
    laws: dict[tuple[State, int], Law[Token]] = {}
    equal: dict[Law[Token], Law[Token]] = {}

    def weight(state: State) -> int:
        """The weight of all outcomes that show the visible tokens of a state."""
        found = sums.get(state)
        if found is None:
            found = 0
            if MASK in state:
                first = state.index(MASK)
                found = sum(weight((*state[:first], t, *state[first + 1 :])) for t in tokens)
            sums[state] = found
        return found

    def computed(state: State, cell: int) -> Law[Token]:
        weights = [weight((*state[:cell], token, *state[cell + 1 :])) for token in tokens]
        total = sum(weights)
        if total:
            return Law({t: Fraction(w, total) for t, w in zip(tokens, weights, strict=True)})
        if impossible is Impossible.UNIFORM:
            return uniform(range(vocabulary))
        return certain(0 if impossible is Impossible.LOW else vocabulary - 1)

    def predictor(state: State, cell: int) -> Law[Token]:
        law = laws.get((state, cell))
        if law is None:
            law = computed(state, cell)
            laws[state, cell] = law = equal.setdefault(law, law)
        return law

    return predictor
