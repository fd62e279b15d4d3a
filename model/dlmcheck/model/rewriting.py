"""The same functions by other gates: circuits whose structure no longer matches.

A schedule that somebody has optimised draws the same tokens by other formulas. To see whether a
check rests on structure or on meaning, every gate is replaced here by another way to write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.layered_random import pick
from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.spec.schedule import Schedule


def reexpressed(circuit: Circuit, seed: int) -> Circuit:
    """A circuit with the same inputs and the same outputs, as functions, and other gates.

    Gates of two or more arguments are written as a redundant or a split formula, chosen by the
    seed: a and b as a and (not a or b), a xor b as (a and not b) or (not a and b), and so on.

    >>> from dlmcheck.model.families import FAMILIES
    >>> chain = FAMILIES["parity-chain"](3)
    >>> len(chain.gates), len(reexpressed(chain, 1).gates) > 4
    (2, True)
    """
    coins = Random(seed)
    builder = Builder(circuit.inputs)
    nodes: list[Literal] = list(range(len(circuit.inputs)))

    def moved(literal: Literal) -> Literal:
        return nodes[literal] if literal >= 0 else ~nodes[~literal]

    for gate in circuit.gates:
        args = [moved(arg) for arg in gate.args]
        if len(args) < 2:
            nodes.append(builder.gate(gate.op, args))
        else:
            nodes.append(_other_way(builder, gate.op, args, pick(coins, 2)))
    outputs = [moved(output) for output in circuit.outputs]
    return builder.build(outputs, circuit.output_names)


def _other_way(builder: Builder, op: Op, args: Sequence[Literal], way: int) -> Literal:
    first, rest = args[0], args[1]
    if len(args) > 2:
        rest = builder.gate(op, args[1:])
    if op is Op.AND:
        if way:
            return builder.and_(first, builder.or_(~first, rest))
        return builder.xor(first, builder.and_(first, ~rest))
    if op is Op.OR:
        if way:
            return builder.or_(first, builder.and_(~first, rest))
        return builder.xor(first, builder.and_(~first, rest))
    if way:
        return builder.or_(builder.and_(first, ~rest), builder.and_(~first, rest))
    return builder.and_(builder.or_(first, rest), ~builder.and_(first, rest))


def reexpressed_schedule(schedule: Schedule, seed: int) -> Schedule:
    """A schedule with all its circuits written in another way; it does what it did."""
    return replace(
        schedule,
        predictor=reexpressed(schedule.predictor, seed),
        unmask=reexpressed(schedule.unmask, seed),
        remask=None if schedule.remask is None else reexpressed(schedule.remask, seed),
    )
