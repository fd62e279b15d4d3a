"""Wrong even-parity samplers, each in the place of the right one in its account.

`WRONG` says which steps of the proof each of them breaks, and on how many cells its schedule,
which the same rules emit, has another law (or no legal run).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dlmcheck.model.samplers.cell_wires import CellWires, P, fixed
from dlmcheck.model.samplers.local_rules import one_coin_each
from dlmcheck.model.samplers.random_unmasking import (
    after_sampling,
    independent_unmasking,
    joint_unmasking,
    joint_unmasking_clock,
)
from dlmcheck.model.samplers.remasking import remask_blocks, remask_clock, remask_state_only
from dlmcheck.model.samplers.revision import revision, revision_absorbing
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.proofs import parity_random, parity_samplers
from dlmcheck.verify.proofs.parity_account import Account


def right_neighbour() -> Account:
    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(i) if i < n - 1 else w.zero()
        cells = (i, i + 1) if i < n - 1 else (i,)
        return (w.builder.mux(w.masked(i), fresh, w.parity_of(*map(w.value, cells))),)

    sampler = replace(revision(), low=low)
    return parity_samplers.revision_account("S", clock=False, sampler=sampler)


def without_the_last_zero() -> Account:
    def low(w: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
        cells = (i, i - 1) if i > 0 else (i,)
        return (w.builder.mux(w.masked(i), w.coin(i), w.parity_of(*map(w.value, cells))),)

    sampler = replace(revision(), low=low, predictor_coins=one_coin_each)
    return parity_samplers.revision_account("S", clock=False, sampler=sampler)


def first_is_one() -> Account:
    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(i) if i < n - 1 else w.zero()
        if i > 0:
            again = w.parity_of(w.value(i), w.value(i - 1))
        else:
            again = ~w.value(i)
        return (w.builder.mux(w.round_is(1), fresh, again),)

    sampler = replace(revision(clock=True), low=low)
    return parity_samplers.revision_account("S", clock=True, sampler=sampler)


def a_round_too_late() -> Account:
    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(i) if i < n - 1 else w.zero()
        cells = (i, i - 1) if i > 0 else (i,)
        return (w.builder.mux(~w.round_is(3), fresh, w.parity_of(*map(w.value, cells))),)

    sampler = replace(revision(clock=True), low=low)
    return parity_samplers.revision_account("S", clock=True, sampler=sampler)


def no_stop() -> Account:
    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        return (f.masked(n - 1) if i < n - 1 else f.visible(fixed(n, 0)),)

    sampler = replace(revision_absorbing(), flag=flag)
    return parity_samplers.revision_absorbing_account("S", sampler=sampler)


def masked_by_itself() -> Account:
    def mark(g: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
        return (g.all_of(g.round_is(1), g.value(i)) if i > 0 else g.zero(),)

    sampler = replace(remask_clock(), mark=mark)
    return parity_samplers.remask_clock_account("S", sampler=sampler)


def always_remasking() -> Account:
    def mark(g: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        return (g.value((i - 1) % (n - 2)) if i < n - 2 else g.zero(),)

    sampler = replace(remask_state_only(), mark=mark)
    return parity_samplers.remask_state_only_account("S", sampler=sampler)


def wrong_marker() -> Account:
    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i < n - 1:
            return (f.masked(i),)
        return (f.all_of(f.masked(i), f.visible(fixed(n, 0))),)

    sampler = replace(remask_state_only(), flag=flag)
    return parity_samplers.remask_state_only_account("S", sampler=sampler)


def blocks_remasked_by_the_first() -> Account:
    right = remask_blocks()

    def mark(g: CellWires[P], j: P, _m: P) -> tuple[Literal, ...]:
        a, b = right.layout.cells(j)
        early = g.any_of(g.round_is(2), g.all_of(g.round_is(3), g.value(a)))
        return early, g.all_of(g.round_is(3), g.value(a), g.value(b))

    return parity_samplers.remask_blocks_account("S", sampler=replace(right, mark=mark))


def last_block_draws() -> Account:
    right = independent_unmasking(odd=False, clock=True)

    def flag(f: CellWires[P], j: P, _m: P) -> tuple[Literal, ...]:
        a, b = right.layout.cells(j)
        first = f.all_of(f.round_is(1), f.coin(a))
        flag_a = f.all_of(f.masked(a), f.any_of(f.round_is(3), first))
        return flag_a, f.all_of(f.masked(b), f.round_is(2))

    def low(w: CellWires[P], j: P, m: P) -> tuple[Literal, ...]:
        # The rule of the blocks before, which read y off the mask.
        return right.low(w, j, m + 1)

    sampler = replace(right, flag=flag, low=low)
    return parity_random.independent_account("S", odd=False, clock=True, sampler=sampler)


def carry_of_the_block_itself() -> Account:
    right = independent_unmasking(odd=True)

    def low(w: CellWires[P], j: P, m: P) -> tuple[Literal, ...]:
        if j < 0:
            return right.low(w, j, m)
        a, b = right.layout.cells(j)
        from_a, from_b = w.value(a), w.value(b)
        low_a = w.builder.mux(w.masked(b), w.coin(a), from_b)
        return low_a, w.builder.mux(w.visible(a), ~from_a if j < m - 1 else from_a, w.coin(b))

    sampler = replace(right, low=low)
    return parity_random.independent_account("S", odd=True, clock=False, sampler=sampler)


def the_wrong_one_of_two() -> Account:
    right = joint_unmasking()

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i > 1:
            return right.flag(f, i, n)
        odd = f.coin(n - 3) if n > 2 else f.zero()
        zero, one = right.layout.cells(i)
        return (
            f.all_of(f.masked(zero), f.any_of(f.visible(one), odd)),
            f.all_of(f.masked(one), f.any_of(f.visible(zero), ~odd)),
        )

    return parity_random.joint_account("S", sampler=replace(right, flag=flag))


def ones_for_ever() -> Account:
    def low(w: CellWires[P], _i: P, _n: P) -> tuple[Literal, ...]:
        return (w.one(),)

    sampler = replace(joint_unmasking_clock(), low=low)
    return parity_random.joint_clock_account("S", sampler=sampler)


def candidate_of_the_next() -> Account:
    right = after_sampling()

    def keep(f: CellWires[P], i: P, n: P) -> Literal:
        return f.any_of(f.visible(n - 2), ~f.candidate((i + 1) % (n - 2)))

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i < n - 2:
            return (f.all_of(f.masked(i), keep(f, i, n)),)
        return right.flag(f, i, n)

    sampler = replace(right, flag=flag, before_flags=None)
    return parity_random.after_sampling_account("S", sampler=sampler)


RING = ("ring of one", "ring, first", "ring, inner", "ring, last")

WRONG: dict[str, tuple[Callable[[], Account], set[str], int]] = {
    "right neighbour": (
        right_neighbour,
        {f"round 2, write: {s}" for s in ("first", "inner", "last")},
        4,
    ),
    "y_n fair": (without_the_last_zero, {f"round 1, write: {s}" for s in ("only", "last")}, 4),
    "y_0 = 1": (first_is_one, {f"round 2, write: {s}" for s in ("only", "first")}, 4),
    "a round too late": (
        a_round_too_late,
        {f"round 2, write: {s}" for s in ("first", "inner", "last")},
        4,
    ),
    "F that does not stop": (
        no_stop,
        # For n = 2 the last cell is a copy of the first one, and is copied again.
        {"a further round, write: last"},
        4,
    ),
    "G by the cell itself": (
        masked_by_itself,
        {f"round 1, remask: {s}" for s in ("inner", "last")},
        4,
    ),
    "G that does not stop": (
        always_remasking,
        {f"{r}, remask: {s}" for r in ("round 2", "a further round") for s in RING},
        5,
    ),
    "wrong marker": (wrong_marker, {"round 2, write: check"}, 4),
    "G of the wrong block": (
        blocks_remasked_by_the_first,
        {f"round 3, remask: {s}" for s in ("only", "first", "inner", "last")},
        4,
    ),
    "y of the last block fair": (
        last_block_draws,
        {f"round 1, write: {s}" for s in ("only", "last")},
        4,
    ),
    "no carry": (
        carry_of_the_block_itself,
        {f"round 2, write: {s}" for s in ("first", "inner")}
        | {f"round 3, write: {s}" for s in ("only", "first", "inner", "last")},
        5,
    ),
    "the wrong one of two": (
        the_wrong_one_of_two,
        {"round 1, write: cells 0 and 1", "round 1, write: cells 0 and 1, no others"},
        4,
    ),
    "ones in both rounds": (
        ones_for_ever,
        {f"round 2, write: {s}" for s in ("first", "inner", "last")},
        4,
    ),
    "candidate of the next cell": (
        candidate_of_the_next,
        {f"round 1, write: {s}" for s in ("ring, first", "ring, inner", "ring, last")},
        6,
    ),
}
