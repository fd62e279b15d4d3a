"""Seeded random schedules of any length with local rules, under which every state occurs.

For each cell the predictor and the unmasking policy read the cell itself and its neighbours, as
many as asked for, and coins of the cell's own; revision to any token or M is allowed (Jiang,
Haghtalab, Chen, ICLR 2026, section 2, with locality in the sense of NC0). They keep every rule of
the model, so that they serve to compare the speed of engines on the full set of 3^L states.
"""

from __future__ import annotations

from random import Random

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Literal, Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.schedule import Schedule, interface

COINS = 3
"""Coins of the predictor for each cell; F has one more."""


def local_schedule(
    length: int,
    rounds: int,
    seed: int,
    *,
    reads: int = 2,
    ring: bool = False,
    whole: bool = False,
) -> Schedule:
    """A schedule in which every cell reads itself and the `reads` - 1 cells before it.

    Without a ring the first cells have fewer neighbours. In every state each cell shows 0, 1 and
    M next with positive probability if F selects it, and F may select any set of cells, so after
    one round all 3^L states occur. The output is empty, so no cell must show a token at the end;
    or, if `whole`, all cells are the output, and the last round, told by a clock, writes a token
    in each. Raises `BadInput` for fewer than one cell or one token read.

    >>> local_schedule(4, 2, 0) == local_schedule(4, 2, 0)
    True
    """
    if length < 1 or reads < 1:
        raise BadInput(f"{length} cells that read {reads}", expected="at least one of each")
    source = Random(f"{length} cells, seed {seed}")
    clock = rounds.bit_length() if whole else 0
    predictor = Builder(interface(length, clock_bits=clock, random=COINS * length))
    unmask = Builder(interface(length, clock_bits=clock, random=length))
    fixed = 2 * length + clock
    codes: list[Literal] = []
    flags: list[Literal] = []
    for i in range(length):
        near = [(i - k) % length for k in range(min(reads, length)) if ring or i >= k]
        bits = [2 * j + half for j in near for half in (0, 1)]
        first, second, third = (fixed + COINS * i + k for k in range(COINS))
        # M with probability one half, and where it does not fall 1 with one or three quarters.
        hidden = predictor.xor(first, _mess(predictor, source, bits))
        rare, often = predictor.and_(second, third), predictor.or_(second, third)
        shown = predictor.mux(_mess(predictor, source, bits), often, rare)
        flag = unmask.or_(fixed + i, _mess(unmask, source, bits))
        if whole:
            hidden = predictor.and_(hidden, ~_is_last(predictor, length, rounds))
            flag = unmask.or_(flag, _is_last(unmask, length, rounds))
        codes += [hidden, predictor.and_(shown, ~hidden)]
        flags.append(flag)
    return Schedule(
        length=length,
        rounds=rounds,
        predictor=predictor.build(codes),
        unmask=unmask.build(flags),
        output=tuple(range(length)) if whole else (),
        output_names=tuple(f"z{i}" for i in range(length)) if whole else (),
        edits=Edits.REVISE_ANY,
        clock_bits=clock,
        end=End.WHOLE_STATE if whole else End.OUTPUT_ONLY,
    )


def _is_last(builder: Builder, length: int, rounds: int) -> Literal:
    first = 2 * length
    bits = range(rounds.bit_length())
    return builder.and_(*(first + j if rounds >> j & 1 else ~(first + j) for j in bits))


def _mess(builder: Builder, source: Random, inputs: list[int], gates: int = 4) -> Literal:
    """A random function of some inputs, mostly of all of them."""
    pool: list[Literal] = [v if source.random() < 0.5 else ~v for v in inputs]
    for _ in range(gates):
        op = source.choice((Op.AND, Op.OR, Op.XOR))
        one, other = pool.pop(source.randrange(len(pool))), source.choice(pool or inputs)
        pool.append(builder.gate(op, [one, other]))
    return pool[-1]
