"""One circuit of a schedule, whose gates are gone through in every round, level by level.

A gate that reads something new is computed: whether it is constant in this round, or the literal
of another gate or input, because of what is constant. Nearly all of a predictor is, and that takes
some nanoseconds a gate. What is left is built in the network when it is asked for. It also says
which gates may not be what they were before. A coin becomes a variable only when a gate really
needs it.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from dlmcheck.verify.engines.events import CoinMaker
from dlmcheck.verify.engines.levels import Level, Levels
from dlmcheck.verify.engines.network import FALSE, Lit, Network

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class ScannedCircuit:
    """As `EventCircuit`, for few rounds of a large circuit."""

    def __init__(self, levels: Levels, network: Network, coin: CoinMaker) -> None:
        import numpy as np

        self._levels = levels
        self.reads = levels.reads
        self._network = network
        self._coin = coin
        # Per place: the literal that it equals in this round (its own, if it is nothing simpler),
        # its literal in the network, and whether that is known; what is new since the last scan.
        # Gates are nothing yet, so that the first scan finds all of them new.
        self._simpler = array("i", [-1]) * levels.count
        self._simpler[: levels.inputs + 1] = array("i", bytes(4 * (levels.inputs + 1)))
        self._value: list[Lit] = [FALSE] * levels.count
        self._is_known = bytearray(levels.count)
        self._is_known[: levels.first_random + 1] = bytes([1]) * (levels.first_random + 1)
        self._new = np.zeros(levels.count, np.bool_)
        for place in range(levels.first_random + 1, levels.inputs + 1):
            self._simpler[place] = 2 * place
        self._touched = np.ones(len(levels.outputs), np.bool_)
        self._outputs: list[Lit] = levels.outputs.tolist()
        self._changed = list(range(levels.inputs + 1))
        self._has_new_coins = True
        self._is_scanned = False

    def next_round(self) -> None:
        """Forget the coins of the round before."""
        if self._levels.first_random < self._levels.inputs:
            self._has_new_coins = True
            self._is_scanned = False

    def set_input(self, node: int, literal: Lit) -> None:
        """Give a data input its literal."""
        place = node + 1
        if self._value[place] != literal:
            self._value[place] = literal
            self._simpler[place] = literal if literal < 2 else 2 * place
            self._changed.append(place)
            self._is_scanned = False

    def take_touched(self) -> set[int]:
        """The outputs whose literal may have changed since they were last taken."""
        import numpy as np

        if not self._is_scanned:
            self._scan()
        touched = set(np.flatnonzero(self._touched).tolist())
        self._touched[:] = False
        return touched

    def output(self, index: int) -> Lit:
        """The literal of an output in the current round."""
        if not self._is_scanned:
            self._scan()
        literal = self._outputs[index]
        literal = self._simpler[literal >> 1] ^ literal & 1
        place = literal >> 1
        if not self._is_known[place]:
            self._build(place)
        return self._value[place] ^ literal & 1

    # --- all gates ---------------------------------------------------------------------------

    def _scan(self) -> None:
        import numpy as np

        levels = self._levels
        simpler, new = np.frombuffer(self._simpler, np.int32), self._new
        new[: levels.first_random + 1] = False
        new[self._changed] = True
        new[levels.first_random + 1 : levels.inputs + 1] = self._has_new_coins
        for level in levels.levels:
            look_at(level, simpler, new)
        known = np.frombuffer(self._is_known, np.bool_)
        known[levels.first_random + 1 :] &= ~new[levels.first_random + 1 :]
        self._touched |= new[levels.outputs >> 1]
        self._changed, self._has_new_coins, self._is_scanned = [], False, True

    # --- what is asked for -------------------------------------------------------------------

    def _build(self, root: int) -> None:
        """Find the literal of a place, and of what it needs."""
        levels, known, stack = self._levels, self._is_known, [root]
        while stack:
            place = stack[-1]
            if known[place]:
                stack.pop()
            elif place <= levels.inputs:
                self._value[place] = self._coin(place - 1 - levels.first_random)
                known[place] = 1
            else:
                self._build_gate(place, stack)

    def _build_gate(self, place: int, stack: list[int]) -> None:
        """Build a gate, or push the argument that is needed first."""
        levels, net = self._levels, self._network
        is_xor = levels.is_xor[place]
        pair = levels.left[place], levels.right[place]
        literals: list[Lit] = []
        for member in levels.members(place) if levels.is_many[place] else pair:
            literal = self._simpler[member >> 1] ^ member & 1
            if not self._is_known[literal >> 1]:
                stack.append(literal >> 1)
                return
            literals.append(self._value[literal >> 1] ^ literal & 1)
            if literals[-1] == FALSE and not is_xor:
                break
        if len(literals) == 2:  # as nearly always
            made = net.xor(*literals) if is_xor else net.and_(*literals)
        else:
            made = net.xor_all(literals) if is_xor else net.and_all(literals)
        self._value[place] = made
        self._is_known[place] = 1


def look_at(level: Level, simpler: npt.NDArray[np.int32], new: npt.NDArray[np.bool_]) -> None:
    """What the gates of a level are in this round, and which of them may be new.

    A gate is what it was if nothing that it reads is new, so that only the others are computed.
    """
    import numpy as np

    at = slice(level.low, level.high)
    is_new = new[level.left]
    is_new |= new[level.right]
    rows = np.flatnonzero(is_new)
    new[at] = False
    if not len(rows):
        return
    places = rows + level.low
    ands = int(np.searchsorted(rows, level.middle - level.low))
    x = simpler[level.left[rows]]
    x ^= level.left_sign[rows]
    y = simpler[level.right[rows]]
    y ^= level.right_sign[rows]
    both = x ^ y
    found = (places * 2).astype(np.int32)  # their own
    if ands:
        p, q, r, conjunction = x[:ands], y[:ands], both[:ands], found[:ands]
        np.copyto(conjunction, p, where=(q == 1) | (r == 0))
        np.copyto(conjunction, q, where=p == 1)
        np.copyto(conjunction, 0, where=(p == 0) | (q == 0) | (r == 1))
    p, q, r = x[ands:], y[ands:], both[ands:]
    np.copyto(found[ands:], r, where=(p < 2) | (q < 2) | (r < 2))
    new[places] = (found >= 2) | (found != simpler[places])
    simpler[places] = found
