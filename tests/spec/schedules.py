"""Schedules for the tests of the specification: small ones by hand, and random ones."""

from __future__ import annotations

import random
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.schedule import Schedule, interface
from tests.spec.circuits import Net


@dataclass(frozen=True)
class Shape:
    """What a random schedule looks like. Coins are counted per round (and given ones per run)."""

    edits: Edits = Edits.WRITE_ONCE
    length: int = 2
    rounds: int = 2
    clock_bits: int = 0
    unmask_coins: int = 0
    remask_coins: int = 0
    sees_candidates: bool = False
    given: int = 0
    data: int = 0
    all_rows_legal: bool = True


def random_schedule(seed: int, shape: Shape) -> Schedule:
    """Circuits of random gates. Their rows obey the edit model if `all_rows_legal`."""
    source = random.Random(seed)
    length = shape.length
    fixed = 2 * length + shape.clock_bits
    # One private coin for each position of the predictor.
    predictor = Net(interface(length, clock_bits=shape.clock_bits, random=length))
    outputs: list[Literal] = []
    zero = predictor.add(Op.CONST0)
    for i in range(length):
        pool: list[Literal] = [*range(fixed), fixed + i, fixed + i]
        value = predictor.random_literal(source, pool, 3)
        high = predictor.random_literal(source, pool, 2)
        masked, shown = 2 * i, 2 * i + 1
        if not shape.all_rows_legal:
            outputs += [high, value]
        elif shape.edits is Edits.REVISE_ANY:
            outputs += [high, predictor.add(Op.AND, ~high, value)]
        elif shape.edits is Edits.REVISE_TOKEN:
            outputs += [zero, value]
        else:
            outputs += [zero, predictor.mux(masked, value, shown)]
    return Schedule(
        length=length,
        rounds=shape.rounds,
        predictor=predictor.circuit(*outputs),
        unmask=_policy(source, shape, shape.unmask_coins, candidates=shape.sees_candidates),
        output=(),
        output_names=(),
        remask=_policy(source, shape, shape.remask_coins, candidates=False)
        if shape.edits is Edits.REMASK
        else None,
        edits=shape.edits,
        clock_bits=shape.clock_bits,
        unmask_sees_candidates=shape.sees_candidates,
        data_cells=tuple(range(shape.data)),
        data_names=tuple(f"d{i}" for i in range(shape.data)),
        given_cells=tuple(range(length - shape.given, length)),
        end=End.OUTPUT_ONLY,
    )


def _policy(source: random.Random, shape: Shape, coins: int, *, candidates: bool) -> Circuit:
    net = Net(
        interface(shape.length, clock_bits=shape.clock_bits, candidates=candidates, random=coins)
    )
    pool: list[Literal] = list(range(len(net.inputs)))
    return net.circuit(*(net.random_literal(source, pool, 3) for _ in range(shape.length)))


def copy_schedule(**changes: object) -> Schedule:
    """Cell 0 is a coin; a round later cell 1 copies it. Both in the paper's encoding.

    F selects cell 0 while it is masked, and cell 1 while it is masked and cell 0 is not.
    """
    # Nodes: 0, 1 = cell 0 (masked, value), 2, 3 = cell 1, 4 = coin.
    predictor = Net(interface(2, random=1))
    zero = predictor.add(Op.CONST0)
    first = predictor.mux(0, 4, 1)
    second = predictor.mux(2, 1, 3)
    unmask = Net(interface(2))
    ready = unmask.add(Op.AND, ~0, 2)
    arguments: dict[str, object] = {
        "length": 2,
        "rounds": 2,
        "predictor": predictor.circuit(zero, first, zero, second),
        "unmask": unmask.circuit(0, ready),
        "output": (0, 1),
        "output_names": ("a", "b"),
    }
    return Schedule(**(arguments | changes))  # type: ignore[arg-type]  # fields of all types
