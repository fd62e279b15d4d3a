"""Shorter lengths than Theorems 3.2 and 3.3 state, at the same number of rounds.

Divergence from Jiang, Haghtalab, Chen (ICLR 2026): the stated lengths are not optimal. A bank
shows by its mask whether it was written, so the mask of the counter is free to carry more; each
of two banks needs to count its own layers only; and with a round number nothing has to be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlmcheck.model.constructions.remask import remasking
from dlmcheck.model.constructions.revise import revision
from dlmcheck.model.constructions.rows import Banked, binary_code, rows_of
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.tokens import MASK, State

# --- counters ------------------------------------------------------------------------------


def growing_code(count: int) -> tuple[State, ...]:
    """Counter states that only ever turn masks into tokens, never back.

    The number s is written as s+1 in binary without its leading 1, in the first cells; the
    others stay M. With c cells there are 1 + 2 + ... + 2^c = 2^(c+1) - 1 states, which is most
    possible: with j cells visible there are 2^j, and j never falls.

    >>> growing_code(4)
    ((-1, -1), (0, -1), (1, -1), (0, 0))
    """
    cells = ceil_log2(count + 1) - 1
    codes: list[State] = []
    for number in range(count):
        bits = (number + 1).bit_length() - 1
        shown = tuple((number + 1) >> j & 1 for j in range(bits))
        codes.append(shown + (MASK,) * (cells - bits))
    return tuple(codes)


def ceil_log3(number: int) -> int:
    """ceil(log3(number)) for a positive number, exactly.

    >>> [ceil_log3(n) for n in (1, 2, 3, 4, 9, 10)]
    [0, 1, 1, 2, 2, 3]
    """
    exponent = 0
    while 3**exponent < number:
        exponent += 1
    return exponent


def ternary_code(count: int) -> tuple[State, ...]:
    """A countdown in base 3 with the digits 0, 1 and M (for 2): the last number shows no M.

    >>> ternary_code(3)
    ((-1,), (1,), (0,))
    """
    digits = (0, 1, MASK)
    codes: list[State] = []
    for number in reversed(range(count)):
        rest, shown = number, list[int]()
        for _ in range(ceil_log3(count)):
            rest, digit = divmod(rest, 3)
            shown.append(digits[digit])
        codes.append(tuple(shown))
    return tuple(codes)


# --- lengths -------------------------------------------------------------------------------


def numbers_needed(depth: int, stop: Stop) -> int:
    """How many layers the counter has to tell apart.

    An absorbing DLM must see that layer d stands. With a fixed stop nobody reads the counter
    after the last round, so that layers 0..d-1 are enough.
    """
    return depth + 1 if stop is Stop.ABSORBING else max(1, depth)


def binary_revision_length(width: int, depth: int, stop: Stop) -> int:
    """L = w + ceil(log2(d+1)), as Theorem 3.3 has it; with a fixed stop w + ceil(log2(d))."""
    return width + ceil_log2(numbers_needed(depth, stop))


def growing_revision_length(width: int, depth: int, stop: Stop = Stop.ABSORBING) -> int:
    """L = w + ceil(log2(d+2)) - 1; with a fixed stop w + ceil(log2(d+1)) - 1."""
    return width + ceil_log2(numbers_needed(depth, stop) + 1) - 1


def ternary_revision_length(width: int, depth: int, stop: Stop = Stop.ABSORBING) -> int:
    """L = w + ceil(log3(d+1)); with a fixed stop w + ceil(log3(d))."""
    return width + ceil_log3(numbers_needed(depth, stop))


def split_remasking_length(even: int, odd: int, depth: int) -> int:
    """L = w_even + w_odd + ceil(log2(floor(d/2)+1)) + ceil(log2(max(1, ceil(d/2))))."""
    return even + odd + ceil_log2(depth // 2 + 1) + ceil_log2(max(1, (depth + 1) // 2))


# --- constructions -------------------------------------------------------------------------


def _codes(count: Callable[[int], tuple[State, ...]], depth: int, stop: Stop) -> tuple[State, ...]:
    """One code per layer; with a fixed stop layer d shows the code of layer d-1 once more."""
    codes = count(numbers_needed(depth, stop))
    return codes + codes[-1:] * (depth + 1 - len(codes))


def _binary(count: int) -> tuple[State, ...]:
    return binary_code(count, ceil_log2(count))


def compile_binary_revision(
    circuit: Circuit,
    *,
    layers: Sequence[int] | None = None,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
) -> Banked:
    """Theorem 3.3's counter: `binary_revision_length`, shorter than stated with a fixed stop.

    Raises the errors of `rows_of`.
    """
    rows = rows_of(circuit, layers)
    return revision(rows, _codes(_binary, rows.depth, stop), end=end, stop=stop)


def compile_growing_revision(
    circuit: Circuit,
    *,
    layers: Sequence[int] | None = None,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
) -> Banked:
    """Revision to tokens with M as a symbol of the counter: `growing_revision_length`.

    State-only. All cells are visible at the end, because the last number takes
    floor(log2(count)) cells, which is all of them. Raises the errors of `rows_of`.
    """
    rows = rows_of(circuit, layers)
    return revision(rows, _codes(growing_code, rows.depth, stop), end=end, stop=stop)


def compile_ternary_revision(
    circuit: Circuit,
    *,
    layers: Sequence[int] | None = None,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
) -> Banked:
    """Revision to tokens and to M with a ternary counter: `ternary_revision_length`.

    State-only; all cells are visible at the end. Raises the errors of `rows_of`.
    """
    rows = rows_of(circuit, layers)
    code = _codes(ternary_code, rows.depth, stop)
    return revision(rows, code, edits=Edits.REVISE_ANY, end=end, stop=stop)


def compile_split_remasking(
    circuit: Circuit,
    *,
    layers: Sequence[int] | None = None,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
) -> Banked:
    """Remasking where each bank is as wide as its own layers and counts these only.

    State-only; the length is `split_remasking_length`. Raises the errors of `rows_of`.
    """
    rows = rows_of(circuit, layers)
    d = rows.depth
    cells = (ceil_log2(d // 2 + 1), ceil_log2(max(1, (d + 1) // 2)))
    halves = [binary_code(d // 2 + 1, c) for c in cells]
    code = tuple(halves[t % 2][t // 2] for t in range(d + 1))
    return remasking(rows, code, _split(circuit, layers), end=end, stop=stop)


def _split(circuit: Circuit, layers: Sequence[int] | None) -> tuple[int, int]:
    """Widths of the left and the right bank; the right one has the layers d, d-2, ..."""
    rows = rows_of(circuit, layers)
    d = rows.depth
    return rows.width_of(range((d + 1) % 2, d, 2)), rows.width_of(range(d % 2, d + 1, 2))


def compile_clocked_revision(
    circuit: Circuit, *, layers: Sequence[int] | None = None, end: End = End.WHOLE_STATE
) -> Banked:
    """Revision with the round number: no counter, L = w. Raises the errors of `rows_of`."""
    rows = rows_of(circuit, layers)
    rounds = rows.depth + 1
    return revision(
        rows, ((),) * rounds, end=end, stop=Stop.FIXED_ROUNDS, clock_bits=rounds.bit_length()
    )


def compile_clocked_remasking(
    circuit: Circuit, *, layers: Sequence[int] | None = None, end: End = End.WHOLE_STATE
) -> Banked:
    """Remasking with the round number: no counters, L = w_even + w_odd.

    Raises the errors of `rows_of`.
    """
    rows = rows_of(circuit, layers)
    rounds = rows.depth + 1
    return remasking(
        rows,
        ((),) * rounds,
        _split(circuit, layers),
        end=end,
        stop=Stop.FIXED_ROUNDS,
        clock_bits=rounds.bit_length(),
    )
