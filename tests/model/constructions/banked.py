"""What the tests of the banked constructions share: verdicts by the reference semantics.

`python -m tests.model.constructions.banked` from the root of the source tree sweeps over all
small circuits, which takes about an hour; `--step 100` takes every hundredth.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked, Mistake
from dlmcheck.model.domains import small_circuits, small_layers
from dlmcheck.model.mutations import mutants
from dlmcheck.spec import sampler
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, all_data
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import BadPoint, DlmcheckError
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State

SAME, OTHER = "same law", "other law"

Compile = Callable[..., Banked]


def wanted_law(circuit: Circuit, data: tuple[bool, ...]) -> Law[State]:
    """The circuit's output law, as tokens."""
    return circuit_law(circuit, data).map(lambda bits: tuple(map(int, bits)))


def outcome(schedule: Schedule, circuit: Circuit, extra_rounds: int = 0) -> str:
    """SAME, OTHER, or the name of the error that the reference semantics raises, over all data."""
    longer = replace(schedule, rounds=schedule.rounds + extra_rounds)
    try:
        for data in all_data(circuit):
            if sampler.output_law(sampler_of(longer, data)) != wanted_law(circuit, data):
                return OTHER
    except DlmcheckError as error:
        return type(error).__name__
    return SAME


def outcomes_of_mistake(
    compile_: Compile, mistake: Mistake | None, depths: Sequence[int], **conventions: object
) -> dict[int, str]:
    """Per depth, the outcome on the alternating circuit; "none" where there is no such mistake."""
    found: dict[int, str] = {}
    for d in depths:
        circuit = alternating(d)
        try:
            banked = compile_(circuit, mistake=mistake, **conventions)
        except BadPoint:
            found[d] = "none"
        else:
            found[d] = outcome(banked.schedule, circuit)
    return found


def alternating(depth: int) -> Circuit:
    """Two coins (a, b); layer 1 is (a and b, b), and every further layer negates the one before.

    Strictly layered, width 2, and no two neighbouring layers have the same law.
    """
    gates: list[Gate] = []
    for t in range(1, depth + 1):
        a, b = 2 * t - 2, 2 * t - 1
        gates += (
            [Gate(Op.AND, (a, b)), Gate(Op.ID, (b,))]
            if t == 1
            else [Gate(Op.NOT, (a,)), Gate(Op.NOT, (b,))]
        )
    coins = (Input("a", InputKind.RANDOM), Input("b", InputKind.RANDOM))
    return Circuit(coins, tuple(gates), (2 * depth, 2 * depth + 1))


def late_reader() -> Circuit:
    """A prompt (x, y) and a coin r; layer 2 reads x and layer 3 reads y, across layers.

    Outputs x xor r negated, and y and (x xor r).
    """
    inputs = (
        Input("x", InputKind.DATA),
        Input("y", InputKind.DATA),
        Input("r", InputKind.RANDOM),
    )
    gates = (
        Gate(Op.ID, (2,)),
        Gate(Op.XOR, (0, 3)),
        Gate(Op.ID, (4,)),
        Gate(Op.AND, (1, 4)),
    )
    return Circuit(inputs, gates, (~5, 6), ("not_x_xor_r", "masked_by_y"))


@cache
def some_small_circuits() -> tuple[Circuit, ...]:
    """Every 400th small circuit (listing them all takes longer than checking these)."""
    return tuple(islice(small_circuits(), 0, None, 400))


def verdicts_on_mutants(schedule: Schedule, circuit: Circuit, count: int) -> Counter[str]:
    """What the reference semantics says of so many single mutants of a schedule."""
    verdicts: Counter[str] = Counter()
    for mutant in mutants(schedule, 0, count):
        if isinstance(mutant.result, Schedule):
            verdicts[outcome(mutant.result, circuit)] += 1
        else:
            verdicts[type(mutant.result).__name__] += 1
    return verdicts


def sweep(compile_: Compile, circuits: Iterable[Circuit], **conventions: object) -> Counter[str]:
    """The outcomes on some small circuits."""
    found: Counter[str] = Counter()
    for circuit in circuits:
        banked = compile_(circuit, layers=small_layers(circuit), **conventions)
        found[outcome(banked.schedule, circuit)] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", type=int, default=1)
    step = parser.parse_args().step
    for compile_ in (compile_revision, compile_remasking):
        found = sweep(compile_, islice(small_circuits(), 0, None, step))
        sys.stdout.write(f"{compile_.__name__}: {dict(found)}\n")


if __name__ == "__main__":
    main()
