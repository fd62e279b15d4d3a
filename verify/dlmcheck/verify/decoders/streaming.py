"""A law from below, for a rule that remasks by shares of what it remembers of each cell.

Such a rule (`model.decoders.noise.Shares`) reaches more configurations than can be merged or held:
on eight cells 7^8 ways lead through two rounds, and a share has a sum over the visible cells below
the line. Two things help. Given the configuration the cells are independent, and masked cells
depend on the state alone. And nothing is remembered after the last round with memory, so that only
sums over configurations are asked for, state by state: columns that are made, added up, and
forgotten.

All is rounded down (`downward`); what the result lacks to one is what was lost. Note DECODERS,
section "Laws that are enclosed".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dlmcheck.model.decoders.noise import Shares
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders.downward import (
    BITS,
    HALF_BITS,
    NODES,
    ONE,
    WEIGHT_BITS,
    Units,
    coins,
    decays,
    floored,
    node_factors,
    summed_products,
    times,
)
from dlmcheck.verify.decoders.enumeration import transition
from dlmcheck.verify.decoders.state_tables import Half, StateTables, Whole


@dataclass(frozen=True)
class Held:
    """Configurations after a round, sorted by state: their numbers of a state, probabilities, and
    the weights that the cells remember (0 for masked ones).
    """

    states: Whole
    chances: Units
    weights: Whole


class Streaming:
    """The law of a decoder on its masked cells, round by round, from below."""

    def __init__(self, decoder: Decoder, shares: Shares) -> None:
        self.tables = StateTables(decoder, shares)
        self.decoder, self.shares = decoder, shares
        self.configurations = 0

    def state_law(self, held: Held) -> Units:
        """The law of the state."""
        found = np.zeros(len(self.tables.digits), dtype=np.int64)
        np.add.at(found, held.states, held.chances)
        return found

    # --- configurations ------------------------------------------------------------------------

    def first(self) -> Held:
        """The start."""
        one = np.array([ONE], dtype=np.int64)
        return Held(one * 0, one, np.zeros((1, len(self.tables.cells)), dtype=np.int64))

    def moves(self, held: Held, number: int) -> tuple[Units, Whole]:
        """Per configuration, cell and digit: with what probability the cell shows it after a
        round, and the weight it then has.
        """
        chances = self.tables.writing(number)[held.states]
        weights = self.tables.new_weights[held.states]
        rows, cells = np.nonzero(held.weights)
        if len(rows):
            shown = self.tables.digits[held.states[rows], cells]
            sums = held.weights.sum(axis=1)[rows]
            own = held.weights[rows, cells]
            back, stays = coins(own, sums, self.shares.remask(number))
            chances[rows, cells, 0] = back
            chances[rows, cells, shown] = stays
            weights[rows, cells, shown] = own
        return chances, weights

    def ways(self, held: Held, moves: tuple[Units, Whole], after: int) -> tuple[Units, Whole]:
        """The configurations of one state after a round: probabilities, and weights per cell."""
        digits = self.tables.digits[after]
        before = np.zeros(1, dtype=np.int64)
        for power, digit in zip(self.tables.powers.tolist(), digits.tolist(), strict=True):
            options = (0, digit) if digit else range(self.tables.base)
            before = (before[:, None] + np.array([power * one for one in options])).ravel()
        first = np.searchsorted(held.states, before)
        count = np.searchsorted(held.states, before, side="right") - first
        ends = np.cumsum(count)
        rows = np.arange(int(ends[-1])) + np.repeat(first - (ends - count), count)
        chances = held.chances[rows]
        for i, digit in enumerate(digits.tolist()):
            chances = times(chances, moves[0][rows, i, digit])
        rows, chances = rows[chances > 0], chances[chances > 0]
        weights = moves[1][rows[:, None], np.arange(len(digits)), digits]
        return chances, np.where(digits > 0, weights, 0)

    def pushed(self, held: Held, number: int) -> Held:
        """All configurations after one more round."""
        moves = self.moves(held, number)
        found = [self.ways(held, moves, after) for after in range(len(self.tables.digits))]
        counts = [len(chances) for chances, _ in found]
        return Held(
            np.repeat(np.arange(len(self.tables.digits)), counts),
            np.concatenate([chances for chances, _ in found]),
            np.concatenate([weights for _, weights in found]),
        )

    # --- the last rounds -----------------------------------------------------------------------

    def last_but_one(self, held: Held, number: int) -> tuple[Units, Units, Units]:
        """The laws of the state after the rounds `number` and `number` + 1, and for the second
        one the sums of probability times share (weight over sum), per cell.
        """
        moves, writing = self.moves(held, number), self.tables.writing(number + 1)
        states, cells = self.tables.digits.shape
        one, two = np.zeros(states, dtype=np.int64), np.zeros(states, dtype=np.int64)
        shares = np.zeros(cells * states, dtype=np.int64)
        for state in range(states):
            chances, weights = self.ways(held, moves, state)
            total = int(chances.sum())
            if not total:
                continue
            one[state] = total
            self.configurations += len(chances)
            # As large as the units allow, since what is cut off counts for this state.
            shift = BITS - total.bit_length()
            chances <<= shift
            shown = np.flatnonzero(self.tables.digits[state])
            own = weights[:, shown]
            back, stays = coins(own, own.sum(axis=1)[:, None], self.shares.remask(number + 1))
            middle = len(shown) // 2
            halves = [
                self.tables.half(state, tuple(part.tolist())) for part in np.split(shown, [middle])
            ]
            left = _multiplied(chances[:, None], back[:, :middle], stays[:, :middle])
            right = _multiplied(np.full((len(own), 1), ONE), back[:, middle:], stays[:, middle:])
            sums = summed_products(left, right)
            offsets = halves[0].offsets[:, None] + halves[1].offsets
            new = self.tables.written(writing, state)
            after = offsets[:, :, None] + new[1]
            two[after.ravel()] += (times(sums[:, :, None], new[0]) >> shift).ravel()
            if self.tables.has_nodes:
                for places, values in self._shares(weights, (left, right), halves, new):
                    shares[places.ravel()] += (values >> shift).ravel()
        return one, two, shares.reshape(cells, states)

    def _shares(
        self,
        weights: Whole,
        columns: tuple[Units, Units],
        halves: Sequence[Half],
        new: tuple[Units, Whole, Whole],
    ) -> Iterator[tuple[Whole, Units]]:
        """For the next states of one state: places (cell times the number of states, plus state)
        and what probability times share is there.

        The reciprocal of the sum of the weights is taken from below by exponentials, which split,
        so that the sums over configurations are products of matrices. These hold whole numbers
        below 2^53 in floating point, where they are exact in whatever order they are added.
        """
        chances, offsets, fresh = new
        states, (left, right) = len(self.tables.digits), halves
        (stay, stay_marked), (other, other_marked) = (
            _decayed(weights, column, half, bits)
            for column, half, bits in zip(columns, halves, (31, 22), strict=True)
        )
        decay = np.full((len(NODES), len(chances)), 1 << HALF_BITS)
        for i in range(len(self.tables.cells)):
            if fresh[:, i].any():
                decay = (decay * decays(fresh[:, i])) >> HALF_BITS
        factors = np.array([int(one * 2**18) for one in node_factors()])[:, None]
        nodes = (decay * factors) >> HALF_BITS + 18 - 26

        def summed(one: NDArray[np.float64], two: NDArray[np.float64]) -> Units:
            """Over configurations, then over nodes; in units of 2^-60."""
            found = np.matmul(one.transpose(0, 2, 1), two).astype(np.int64) >> 19
            flat = np.matmul(found.reshape(len(nodes), found[0].size).T, nodes)
            shaped: Units = flat.reshape(*found.shape[1:], len(chances))
            return shaped

        value = times(summed(stay_marked, other) << 2, chances)
        place = np.array(left.cells, dtype=np.int64)[left.marked_cells] * states
        place += left.offsets[left.marked_columns]
        yield place[:, None, None] + right.offsets[:, None] + offsets, value
        value = times(summed(stay, other_marked) << 2, chances)
        place = np.array(right.cells, dtype=np.int64)[right.marked_cells] * states
        place += right.offsets[right.marked_columns]
        yield left.offsets[:, None, None] + place[:, None] + offsets, value
        unmarked = summed(stay, other) >> WEIGHT_BITS
        for i in range(len(self.tables.cells)):
            shown = np.flatnonzero(fresh[:, i])
            if len(shown):
                value = times((unmarked[:, :, shown] * fresh[shown, i]) << 2, chances[shown])
                place = left.offsets[:, None, None] + right.offsets[:, None] + offsets[shown]
                yield place + i * states, value

    def last(self, before: Units, shares: Units, number: int) -> Units:
        """The law of the state after the last round with memory.

        Let m be the sum of the chances to turn back. That no cell does has probability 1 - m or
        more, and that one does alone, its own chance times 1 - m or more.
        """
        most, writing = self.shares.remask(number), self.tables.writing(number)
        found = np.zeros(len(before), dtype=np.int64)
        for state in np.flatnonzero(before).tolist():
            chances, offsets, _ = self.tables.written(writing, state)
            shown = np.flatnonzero(self.tables.digits[state])
            if not len(shown):
                found[state + offsets] += times(chances, int(before[state]))
                continue
            alone = times(times(shares[shown, state], floored(most)), floored(1 - most))
            none = times(before[state : state + 1], floored(1 - most))
            after = state - np.append(
                self.tables.digits[state, shown] * self.tables.powers[shown], 0
            )
            values = np.append(alone, none)[:, None]
            found[(after[:, None] + offsets).ravel()] += times(values, chances).ravel()
        return found

    def filled(self, before: Units, number: int) -> Units:
        """The law after a round without memory, by the step itself."""
        found = np.zeros(len(before), dtype=np.int64)
        for state in np.flatnonzero(before).tolist():
            made = transition(self.decoder, Configuration(self.tables.state(state), None), number)
            for after, weight in made.after.items():
                chance = floored(Fraction(weight, made.denominator))
                found[self.tables.number(after.state)] += times(before[state : state + 1], chance)[
                    0
                ]
        return found


def _multiplied(first: Units, back: Units, stays: Units) -> Units:
    """Columns of products over cells (last axis), in the order of `Half`."""
    found = first
    for i in range(stays.shape[-1]):
        pair = times(found, back[..., i, None]), times(found, stays[..., i, None])
        found = np.concatenate(pair, axis=-1)
    return found


def _decayed(
    weights: Whole, column: Units, half: Half, bits: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per node and configuration the columns times exp(-t sum of weights), and these once more
    for each cell that stays, times its weight; whole numbers of so many bits.
    """
    own = weights[:, half.cells]
    decay = decays(own)
    found = np.full((len(NODES), len(own), 1), 1 << HALF_BITS)
    for i in range(len(half.cells)):
        found = np.concatenate([found, (found * decay[:, :, i, None]) >> HALF_BITS], axis=-1)
    whole = (found * (column >> BITS - HALF_BITS)) >> HALF_BITS
    marked = (whole[:, :, half.marked_columns] * own[:, half.marked_cells]) >> WEIGHT_BITS
    shift = HALF_BITS - bits
    return (whole >> shift).astype(np.float64), (marked >> shift).astype(np.float64)


@dataclass(frozen=True)
class FromBelow:
    """Laws of the state after 0, 1, ... rounds, each probability rounded down."""

    by_round: tuple[dict[State, Fraction], ...]
    configurations: int
    """How many ways into a configuration were streamed before the last round with memory."""


def law_from_below(decoder: Decoder, shares: Shares) -> FromBelow:
    """All laws of a decoder that remasks by shares, from three rounds with memory on.

    Raises `ValueError` for fewer, and for weights that are no multiples of 2^-20 up to 1.
    """
    rounds = shares.steps
    if rounds < 3 or decoder.rounds != rounds + 1:
        raise ValueError(f"{rounds} rounds")
    stream = Streaming(decoder, shares)
    held = stream.first()
    laws = [stream.state_law(held)]
    for number in range(1, rounds - 2):
        held = stream.pushed(held, number)
        laws.append(stream.state_law(held))
    one, two, parts = stream.last_but_one(held, rounds - 2)
    three = stream.last(two, parts, rounds)
    laws += [one, two, three, stream.filled(three, rounds + 1)]
    found = [
        {stream.tables.state(k): Fraction(int(law[k]), ONE) for k in np.flatnonzero(law).tolist()}
        for law in laws
    ]
    return FromBelow(tuple(found), stream.configurations)
