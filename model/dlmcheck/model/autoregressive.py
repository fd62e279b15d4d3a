"""The same circuit as an autoregressive model with chain of thought: one token a step.

Source: Jiang, Haghtalab, Chen (ICLR 2026), the comparison after Theorem 3.1: an autoregressive
model needs as many steps as there are nodes to generate, whatever the depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.spec.autoregressive import AutoregressiveModel, Prefix
from dlmcheck.spec.circuit import Circuit, Gate, InputKind, Literal, Op, evaluate, node_of
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import Token


def autoregressive_model(
    circuit: Circuit,
    data: Sequence[bool] = (),
    *,
    random_bits: RandomBits = RandomBits.SAMPLED,
    given: Sequence[bool] = (),
) -> AutoregressiveModel:
    """The autoregressive model that generates the nodes of a circuit in topological order.

    The sequence is that of the token shift (`Frontier.TOKEN_SHIFT`): the data inputs are the
    prompt, the outputs are the last m tokens, and for that no output may be read by another
    node, so that the mapping may count more ID nodes than for a DLM. SAMPLED random inputs are
    tokens of their own; FREE ones are part of the prompt, with the values `given`; PRIVATE ones
    are coins of the token that reads them.

    Raises `SharedPrivateBit` as `compile_write_once` does, and `BadInput` if the number of values
    in `data` or `given` does not fit.
    """
    compiled = compile_write_once(circuit, random_bits=random_bits, frontier=Frontier.TOKEN_SHIFT)
    mapped, schedule = compiled.circuit, compiled.schedule
    prompt = tuple(int(value) for value in (*data, *given))
    if (len(data), len(given)) != (len(schedule.data_cells), len(schedule.given_cells)):
        raise BadInput(
            f"{len(data)} data and {len(given)} given values",
            source="autoregressive model",
            expected=f"{len(schedule.data_cells)} and {len(schedule.given_cells)}",
        )
    cell_of = compiled.cell_of
    node_at = {cell: node for node, cell in enumerate(cell_of) if cell is not None}

    def next_token(prefix: Prefix) -> Law[Token]:
        node = node_at[len(prefix)]
        if node < len(mapped.inputs):
            return uniform([0, 1])
        gate = mapped.gate_of(node)
        # A private coin is drawn here; everything else already stands in the prefix.
        read = sorted(set(map(node_of, gate.args)))
        cells = [cell_of[node] for node in read]
        options = [(False, True) if c is None else (bool(prefix[c]),) for c in cells]
        drawn = uniform(product(*options))
        computed = _computed(gate, read)
        return drawn.map(lambda bits: int(evaluate(computed, bits)[0]))

    return AutoregressiveModel(
        next_token=next_token,
        steps=generated(schedule.length, len(prompt)),
        output=schedule.output,
        prompt=prompt,
    )


def _computed(gate: Gate, read: Sequence[int]) -> Circuit:
    """The next token of a gate, as a circuit on the tokens and coins that it reads."""
    b = Builder.with_names(data=[f"n{node}" for node in read])
    wires = [read.index(node_of(arg)) for arg in gate.args]
    return b.build([next_bit(b, gate.op, gate.args, wires)], ["next"])


def next_bit(b: Builder, op: Op, edges: Sequence[Literal], wires: Sequence[Literal]) -> Literal:
    """The next token: a gate's value on tokens that stand before it, or on coins of its own.

    `edges` are the gate's arguments, inverted or not; `wires` carry what each of them reads.
    """
    drawn = rules.drawn_bit(b, op, list(map(rules.along, edges, wires)))
    return b.constant(drawn) if isinstance(drawn, bool) else drawn


def generated(length: rules.N, prompt: rules.N) -> rules.N:
    """The steps: one for every token of the finished sequence that is not in the prompt."""
    return length - prompt


@dataclass(frozen=True)
class Comparison:
    """One circuit, sampled one token a step and one layer a round.

    `nodes`, `depth` and `random_inputs` are those of the circuit itself; `steps` counts the
    tokens that the autoregressive model generates, `rounds` and `length` are D and L of the
    write-once DLM (frontier by arguments).
    """

    name: str
    nodes: int
    depth: int
    random_inputs: int
    steps: int
    rounds: int
    length: int


def steps_against_rounds(
    circuits: Iterable[tuple[str, Circuit]], *, random_bits: RandomBits = RandomBits.SAMPLED
) -> tuple[Comparison, ...]:
    """One `Comparison` per named circuit, in the order given.

    Raises the errors of `compile_write_once`.
    """
    rows: list[Comparison] = []
    for name, circuit in circuits:
        by_layer = compile_write_once(circuit, random_bits=random_bits)
        by_token = compile_write_once(
            circuit, random_bits=random_bits, frontier=Frontier.TOKEN_SHIFT
        ).schedule
        rows.append(
            Comparison(
                name=name,
                nodes=by_layer.mapped.nodes_before,
                depth=by_layer.mapped.depth_before,
                random_inputs=sum(i.kind is InputKind.RANDOM for i in circuit.inputs),
                steps=generated(
                    by_token.length, len(by_token.data_cells) + len(by_token.given_cells)
                ),
                rounds=by_layer.schedule.rounds,
                length=by_layer.schedule.length,
            )
        )
    return tuple(rows)
