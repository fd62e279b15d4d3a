"""A circuit of a schedule that is followed from round to round: one interface, two ways."""

from __future__ import annotations

from typing import Protocol

from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.engines.events import CoinMaker, EventCircuit
from dlmcheck.verify.engines.network import Lit, Network

# By measurement, in nanoseconds. A scan takes so much in each round for each gate and each level,
# and to begin with; following events so much for each gate, and in each round as well if tokens
# that are there are written or masked again.
_GATE, _LEVEL, _START = 10, 20_000, 150_000_000
_EVENTS, _AGAIN = 6_000, 200


class Followed(Protocol):
    """The literals of a circuit's outputs under changing inputs.

    The circuit's inputs are data inputs (to be set by `set_input`; FALSE before), then random
    ones. Call `next_round` before each round: it forgets the coins. Inputs that it does not
    read, which are all but `reads`, need not be set.
    """

    @property
    def reads(self) -> frozenset[int]:
        """The inputs that a gate or an output reads."""
        ...

    def next_round(self) -> None:
        """Forget the coins of the round before."""

    def set_input(self, node: int, literal: Lit) -> None:
        """Give a data input its literal."""

    def take_touched(self) -> set[int]:
        """The outputs whose literal may have changed since they were last taken.

        One that was not asked for since it was last listed need not be listed again.
        """
        ...

    def output(self, index: int) -> Lit:
        """The literal of an output in the current round."""
        ...


def follow(
    circuit: Circuit, network: Network, coin: CoinMaker, rounds: int, *, again: bool
) -> Followed:
    """A circuit to be followed for so many rounds, in the way that is likely to be faster.

    `again` says whether tokens that are there may be written or masked again.
    """
    gates = len(circuit.gates)
    worth = gates * (_EVENTS + again * _AGAIN * rounds) - _START
    most = (worth // max(1, rounds) - _GATE * gates) // _LEVEL
    if most > 0:
        from dlmcheck.verify.engines.levels import in_levels
        from dlmcheck.verify.engines.scanned import ScannedCircuit

        levels = in_levels(circuit, most)
        if levels is not None:
            return ScannedCircuit(levels, network, coin)
    return EventCircuit(circuit, network, coin)
