"""An unrolled run on one seed: its states, and the first rule that it breaks."""

from __future__ import annotations

from collections.abc import Mapping

from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.engines.network import Key
from dlmcheck.verify.engines.unroll import Obligation, Pair, Unrolling


def states_on(unrolling: Unrolling, inputs: Mapping[Key, int]) -> list[State]:
    """The concrete states before round 1 and after each round, on one seed.

    `inputs` gives the value (0 or 1) of each variable that is not 0. A cell with the code 11,
    which only occurs where an obligation is broken, is shown as M.
    """
    changes = [(number, change) for number, done in enumerate(unrolling.rounds, start=1)
               for change in (*done.written, *done.remasked)]  # fmt: skip
    roots = [literal for pair in unrolling.start for literal in pair]
    roots += [literal for _, (_, high, low) in changes for literal in (high, low)]
    network = unrolling.network
    values = network.simulate(network.cone(roots), inputs, 1)
    encoding = unrolling.schedule.encoding

    def token(pair: Pair) -> int:
        high, low = (values[lit >> 1] ^ (lit & 1) for lit in pair)
        return MASK if high and low else encoding.token_of((bool(high), bool(low)))

    states = [tuple(token(pair) for pair in unrolling.start)]
    state = list(states[0])
    position = 0
    for number in range(1, len(unrolling.rounds) + 1):
        while position < len(changes) and changes[position][0] == number:
            cell, high, low = changes[position][1]
            state[cell] = token((high, low))
            position += 1
        states.append(tuple(state))
    return states


def first_broken(unrolling: Unrolling, inputs: Mapping[Key, int]) -> Obligation | None:
    """The first rule that the run breaks on one seed; None if it is legal there."""
    roots = [obligation.broken for obligation in unrolling.open]
    values = unrolling.network.evaluate(roots, inputs)
    for obligation, broken in zip(unrolling.open, values, strict=True):
        if broken:
            return obligation
    return None
