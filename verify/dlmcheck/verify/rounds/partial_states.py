"""Least rounds of any target of n bits: a dynamic program over all 3^n partial states, at once.

Setting: `dlmcheck.spec.rounds`. For each set S of visible cells all its states are handled
together, as rows of arrays. A set T is independent given a state if T without its last cell h is,
and h is independent of the rest of T: P(T = w) P() = P(T - h = w') P(h = w_h) for all w, four
entries of the table of all marginals. So the work is at most 5^n comparisons.

Numbers are integers over a common denominator N. If N < 2^31 their products are exact in 64 bits.
Otherwise they are kept modulo primes near 2^31. Two numbers that differ modulo a prime differ; two
below N^2 that agree modulo primes whose product exceeds N^2 are equal. At most `MOST_PRIMES` are
used: for larger N equality is not certain, and it is for the kernel to find out (a strategy with
a set that is not independent is rejected, so an error here cannot become a wrong number).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import lcm
from typing import TYPE_CHECKING, TypeVar

from dlmcheck.spec.errors import BadInput, UnsupportedFeature
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Number = TypeVar("Number", np.int64, np.int8)
    Integers = NDArray[np.int64]
    Small = NDArray[np.int8]
    Flags = NDArray[np.bool_]
    Table = tuple[int | None, Integers]
    """Numbers modulo a prime, or exactly."""

MOST_CELLS = 13
"""The tables of a longer target do not fit."""
MOST_PRIMES = 4
PRIMES = (2147483647, 2147483629, 2147483587, 2147483579)
"""The largest primes below 2^31."""
SAFE = 1 << 31
NEVER = 100
"""Stands for: no number of rounds is enough. (Only with dyadic predictors.)"""


@dataclass(frozen=True)
class PartialStates:
    """What the dynamic program found for one target.

    `adaptive[x]` is the least number of rounds from the state x, an array of n axes, on each 0, 1
    or 2 for the mask; impossible states have 0. `first[x]` is the set, as bits over the masked
    cells in order, that an optimal strategy writes there. `fixed[S]` and `fixed_first[S]` are the
    same for fixed schedules; S and the sets are bits over all cells, cell i being bit i.
    """

    n: int
    adaptive: Small
    first: NDArray[np.int16]
    fixed: list[int]
    fixed_first: list[int]
    certain: bool
    """Whether every comparison was exact."""

    def rounds_from(self, state: State) -> int:
        """The least number of rounds from a state; `NEVER` or more if no number is enough."""
        return int(self.adaptive[tuple(2 if token == MASK else token for token in state)])

    def choice_in(self, state: State) -> frozenset[int]:
        """The cells that an optimal strategy writes in a state."""
        bits = int(self.first[tuple(2 if token == MASK else token for token in state)])
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        return frozenset(cell for k, cell in enumerate(masked) if bits >> k & 1)

    @property
    def rounds(self) -> int | None:
        """The least number of rounds, adaptively; None if no number is enough."""
        return _number(self.rounds_from((MASK,) * self.n))

    @property
    def fixed_rounds(self) -> int | None:
        """The least number of rounds of a fixed schedule; None if no number is enough."""
        return _number(self.fixed[0])


def _number(rounds: int) -> int | None:
    return rounds if rounds < NEVER else None


def solve_partial_states(
    target: Law[State], reals: Reals = Reals.UNRESTRICTED, *, largest_only: bool = False
) -> PartialStates:
    """Run the dynamic program. Memory about 20 * 3^n bytes, time at most about 5^n steps.

    With `largest_only` adaptive strategies write inclusion-maximal sets only (this is not optimal;
    it is for comparisons). Raises `BadInput` for tokens that are no bits, `UnsupportedFeature`
    for more than `MOST_CELLS` cells.
    """
    import numpy as np

    n = len(next(iter(target)))
    if any(token not in (0, 1) for string in target for token in string):
        raise BadInput("tokens beyond 0 and 1", source="target", expected="bits")
    if n > MOST_CELLS:
        raise UnsupportedFeature(f"{n} cells", source="target", expected=f"at most {MOST_CELLS}")
    tables, certain = _marginals(target, n)
    support = _support(target, n)
    dyadic = _dyadic_cells(target, n) if reals is Reals.DYADIC else None
    adaptive = np.zeros((3,) * n, np.int8)
    first = np.zeros((3,) * n, np.int16)
    fixed, fixed_first = [0] * (1 << n), [0] * (1 << n)
    for visible in sorted(range(1 << n), key=int.bit_count, reverse=True):
        seen = [cell for cell in range(n) if visible >> cell & 1]
        rest = [cell for cell in range(n) if not visible >> cell & 1]
        if not rest:
            continue
        blocks = [(modulus, _block(table, seen, rest)) for modulus, table in tables]
        allowed = None if dyadic is None else _dyadic_rows(dyadic, seen, rest)
        after = _block(adaptive, seen, rest)
        possible = support[_states(seen, n)].reshape(-1)
        independent = _independence(blocks, possible, len(rest), allowed)
        best, choice = _best(independent, after, len(rest), largest_only=largest_only)
        index = _states(seen, n)
        adaptive[index] = np.where(possible, best, 0).reshape((2,) * len(seen))
        first[index] = choice.reshape((2,) * len(seen))
        fixed[visible], fixed_first[visible] = _best_fixed(
            independent, possible, visible, rest, fixed
        )
    return PartialStates(n, adaptive, first, fixed, fixed_first, certain)


def _marginals(target: Law[State], n: int) -> tuple[list[Table], bool]:
    """The table of P(state) for all 3^n states, exactly or modulo several primes."""
    import numpy as np

    common = lcm(*(weight.denominator for _, weight in target.items()))
    weights = {string: int(weight * common) for string, weight in target.items()}
    moduli: list[int | None] = [None]
    certain = True
    if common >= SAFE:
        needed, size = 0, 1
        while size <= common * common and needed < MOST_PRIMES:
            size *= PRIMES[needed]
            needed += 1
        certain = size > common * common
        moduli = list(PRIMES[:needed])
    tables: list[Table] = []
    for modulus in moduli:
        table = np.zeros((2,) * n, np.int64)
        for string, weight in weights.items():
            table[string] = weight if modulus is None else weight % modulus
        for axis in range(n):
            total = table.sum(axis=axis, keepdims=True)
            if modulus is not None:
                total %= modulus
            table = np.concatenate([table, total], axis=axis)
        tables.append((modulus, table))
    return tables, certain


def _support(target: Law[State], n: int) -> Flags:
    """Which of the 3^n states are possible. (What is 0 modulo a prime need not be 0.)"""
    import numpy as np

    table = np.zeros((2,) * n, np.bool_)
    for string in target:
        table[string] = True
    for axis in range(n):
        table = np.concatenate([table, table.any(axis=axis, keepdims=True)], axis=axis)
    return table


def _states(seen: list[int], n: int) -> tuple[slice | int, ...]:
    """The index of the states that show tokens exactly on these cells."""
    return tuple(slice(0, 2) if cell in seen else 2 for cell in range(n))


def _block(table: NDArray[Number], seen: list[int], rest: list[int]) -> NDArray[Number]:
    """Rows: the tokens of the visible cells; columns: the states of the others, ternary."""
    n = len(seen) + len(rest)
    part = table[tuple(slice(0, 2) if cell in seen else slice(0, 3) for cell in range(n))]
    return part.transpose(seen + rest).reshape(1 << len(seen), 3 ** len(rest))


@cache
def _columns(m: int) -> tuple[Integers, ...]:
    """For each set T of m cells (as bits; cell 0 is the first ternary digit) its outcomes.

    They are columns of a block, the other cells masked; the last cell of T counts fastest.
    """
    import numpy as np

    digit = [3 ** (m - 1 - cell) for cell in range(m)]
    every = 3**m - 1
    found = [np.array([every], np.int64)]
    for chosen in range(1, 1 << m):
        last = chosen.bit_length() - 1
        before = found[chosen ^ (1 << last)]
        token = np.array([-2, -1], np.int64) * digit[last]
        found.append((before[:, None] + token).reshape(-1))
    return tuple(found)


def _independence(
    blocks: list[Table], possible: Flags, m: int, allowed: Flags | None
) -> list[Flags | None]:
    """For each set T the rows in which it is independent; None where there is none."""
    import numpy as np

    columns = _columns(m)
    found: list[Flags | None] = [possible]
    for chosen in range(1, 1 << m):
        last = chosen.bit_length() - 1
        before = chosen ^ (1 << last)
        rows = found[before]
        if rows is None:
            found.append(None)
            continue
        if before:
            other = found[chosen ^ (chosen & -chosen)]
            if other is None:
                found.append(None)
                continue
            rows = rows & other
            places = np.flatnonzero(rows)
            for modulus, block in blocks:
                if not places.size:
                    break
                places = places[
                    _last_is_independent(
                        block[places], columns[chosen], columns[before], columns[1 << last], modulus
                    )
                ]
            rows = np.zeros(len(possible), np.bool_)
            rows[places] = True
        elif allowed is not None:
            rows = rows & allowed[:, last]
        found.append(rows if rows.any() else None)
    return found


def _last_is_independent(
    block: Integers, joint: Integers, before: Integers, last: Integers, modulus: int | None
) -> Flags:
    """Per row, whether P(T = w) P() = P(T - h = w') P(h = w_h) for all w."""
    left = block[:, joint].reshape(len(block), len(before), 2) * block[:, -1][:, None, None]
    right = block[:, before][:, :, None] * block[:, last][:, None, :]
    if modulus is not None:
        left %= modulus
        right %= modulus
    equal: Flags = (left == right).all(axis=(1, 2))
    return equal


def _best(
    independent: list[Flags | None], after: Small, m: int, *, largest_only: bool
) -> tuple[Small, NDArray[np.int16]]:
    """Per row the least number of rounds and a set to begin with; larger sets win ties."""
    import numpy as np

    columns = _columns(m)
    best = np.full(len(after), NEVER, np.int8)
    choice = np.zeros(len(after), np.int16)
    for chosen in sorted(range(1, 1 << m), key=int.bit_count, reverse=True):
        rows = independent[chosen]
        if rows is None:
            continue
        if largest_only:
            rows = rows.copy()
            for cell in range(m):
                larger = None if chosen >> cell & 1 else independent[chosen | 1 << cell]
                if larger is not None:
                    rows &= ~larger
        places = np.flatnonzero(rows & (best > 1))
        if not places.size:
            continue
        rounds = 1 + after[places][:, columns[chosen]].max(axis=1)
        better = rounds < best[places]
        best[places[better]] = rounds[better]
        choice[places[better]] = chosen
    return best, choice


def _best_fixed(
    independent: list[Flags | None],
    possible: Flags,
    visible: int,
    rest: list[int],
    least: list[int],
) -> tuple[int, int]:
    wanted = int(possible.sum())
    best, choice = NEVER, 0
    for chosen in sorted(range(1, len(independent)), key=int.bit_count, reverse=True):
        rows = independent[chosen]
        if rows is None or int(rows.sum()) != wanted:
            continue
        cells = sum(1 << cell for k, cell in enumerate(rest) if chosen >> k & 1)
        if 1 + least[visible | cells] < best:
            best, choice = 1 + least[visible | cells], cells
    return best, choice


def _dyadic_cells(target: Law[State], n: int) -> NDArray[np.bool_]:
    """For each state and masked cell whether the law of the cell is dyadic, by exact integers."""
    import numpy as np

    common = lcm(*(weight.denominator for _, weight in target.items()))
    table = np.zeros((2,) * n, object)
    for string, weight in target.items():
        table[string] = int(weight * common)
    for axis in range(n):
        table = np.concatenate([table, table.sum(axis=axis, keepdims=True)], axis=axis)
    found = np.zeros((*(3,) * n, n), np.bool_)
    flat, result = table.reshape(-1), found.reshape(-1, n)
    odd = [_odd_part(int(total)) for total in flat]
    for cell in range(n):
        step = 3 ** (n - 1 - cell)
        for place, total in enumerate(flat):
            if total and place // step % 3 == 2:
                result[place, cell] = int(flat[place - step]) % odd[place] == 0
    return found


def _odd_part(number: int) -> int:
    return number >> ((number & -number).bit_length() - 1) if number else 1


def _dyadic_rows(dyadic: NDArray[np.bool_], seen: list[int], rest: list[int]) -> Flags:
    """Per row and cell of the rest, whether its law is dyadic."""
    found = dyadic[_states(seen, len(seen) + len(rest))]
    return found.reshape(1 << len(seen), -1)[:, rest]
