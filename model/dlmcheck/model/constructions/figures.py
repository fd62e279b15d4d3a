"""The figures of a compiled schedule, measured on the schedule's own circuits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.model.constructions.write_once import Compiled, compile_write_once
from dlmcheck.model.netlist import Reason
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.resources import Resources, layer_width, levels, live_width, measure


@dataclass(frozen=True)
class Figures:
    """What a report says of a compiled circuit. Counts are in nodes, cells and rounds.

    `added` and `dropped` say what the mapping did, `layer_width` and `live_width` are w of the
    mapped circuit at its earliest layers, `length` is L, `rounds` is D.
    """

    random_bits: RandomBits
    frontier: Frontier
    nodes_before: int
    nodes_after: int
    depth_before: int
    depth_after: int
    added: Mapping[Reason, int]
    dropped: int
    padding_cells: int
    layer_width: int
    live_width: int
    length: int
    rounds: int
    predictor: Resources
    unmask: Resources


def describe(compiled: Compiled) -> Figures:
    """The figures of one compiled circuit."""
    mapped, schedule = compiled.mapped, compiled.schedule
    layers = levels(mapped.circuit)
    same = mapped.circuit is mapped.original
    return Figures(
        random_bits=compiled.random_bits,
        frontier=compiled.frontier,
        nodes_before=mapped.nodes_before,
        nodes_after=mapped.nodes_after,
        depth_before=max(layers, default=0) if same else mapped.depth_before,
        depth_after=max(layers, default=0),
        added=mapped.added_by_reason,
        dropped=len(mapped.dropped),
        padding_cells=compiled.padding_cells,
        layer_width=layer_width(layers),
        live_width=live_width(mapped.circuit, layers),
        length=schedule.length,
        rounds=schedule.rounds,
        predictor=measure(schedule.predictor),
        unmask=measure(schedule.unmask),
    )


def compare_frontiers(
    circuit: Circuit, *, random_bits: RandomBits = RandomBits.SAMPLED
) -> dict[str, Figures]:
    """The same circuit under every frontier, each with the padding that it needs.

    The block shift comes three times: as it is, with blocks of one width, and on the circuit
    padded to strict layers by ID nodes. Raises the errors of `compile_write_once`.
    """

    def under(frontier: Frontier, *, pad: bool = False, equal: bool = False) -> Figures:
        return describe(
            compile_write_once(
                circuit,
                random_bits=random_bits,
                frontier=frontier,
                pad_layers=pad,
                equal_widths=equal,
            )
        )

    return {
        "arguments": under(Frontier.ARGUMENTS),
        "block shift": under(Frontier.BLOCK_SHIFT),
        "block shift, equal widths": under(Frontier.BLOCK_SHIFT, equal=True),
        "block shift, strict layers": under(Frontier.BLOCK_SHIFT, pad=True),
        "token shift": under(Frontier.TOKEN_SHIFT),
    }
