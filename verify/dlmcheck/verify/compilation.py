"""Compiling a circuit by any construction: schedule, figures, and a proposed certificate.

`CONSTRUCTIONS` is what `dlmcheck compile --edits` knows. To add one: write a function from a
circuit and the choices to a `Built`, and enter it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dlmcheck.model.constructions.figures import describe
from dlmcheck.model.constructions.write_once import Compiled, Frontier, compile_write_once
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.resources import Resources, measure
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.contents import Simulation


@dataclass(frozen=True)
class Choices:
    """The choices that the theorems leave open."""

    random_bits: RandomBits
    frontier: Frontier

    @property
    def described(self) -> dict[str, str]:
        """Each choice by its name on the command line."""
        return {"layer_0": self.random_bits.value, "frontier": _dashed(self.frontier)}


@dataclass(frozen=True)
class CompiledFigures:
    """What was measured of a compilation. Counts are in nodes, cells and rounds.

    `added` says how many nodes of each operation were added for which reason; `parts` are the
    resources of the schedule's own circuits.
    """

    nodes_before: int
    nodes_after: int
    depth_before: int
    depth_after: int
    added: Mapping[tuple[str, str], int]
    dropped: int
    padding_cells: int
    layer_width: int
    live_width: int
    length: int
    rounds: int
    parts: Mapping[str, Resources] = field(default_factory=dict[str, Resources])


@dataclass(frozen=True)
class Built:
    """A schedule, the certificate proposed for it, and the circuit its labels speak of."""

    schedule: Schedule
    plan: Simulation | None
    numbering: Circuit
    figures: CompiledFigures


Construction = Callable[[Circuit, Choices], Built]


def _write_once(circuit: Circuit, choices: Choices) -> Built:
    compiled = compile_write_once(
        circuit, random_bits=choices.random_bits, frontier=choices.frontier
    )
    return Built(
        compiled.schedule, cut_points(compiled), compiled.circuit, _write_once_figures(compiled)
    )


def _write_once_figures(compiled: Compiled) -> CompiledFigures:
    figures = describe(compiled)
    added = Counter(
        (compiled.circuit.gate_of(node).op.value, reason.value)
        for node, reason in compiled.mapped.added
    )
    return CompiledFigures(
        nodes_before=figures.nodes_before,
        nodes_after=figures.nodes_after,
        depth_before=figures.depth_before,
        depth_after=figures.depth_after,
        added=dict(sorted(added.items())),
        dropped=figures.dropped,
        padding_cells=figures.padding_cells,
        layer_width=figures.layer_width,
        live_width=figures.live_width,
        length=figures.length,
        rounds=figures.rounds,
        parts=part_resources(compiled.schedule),
    )


def part_resources(schedule: Schedule) -> dict[str, Resources]:
    """The measured resources of a schedule's circuits, by name."""
    parts = {"predictor": schedule.predictor, "unmask": schedule.unmask}
    if schedule.remask is not None:
        parts["remask"] = schedule.remask
    return {name: measure(circuit) for name, circuit in parts.items()}


CONSTRUCTIONS: Mapping[str, Construction] = {"write-once": _write_once}


def construction(edits: str) -> Construction:
    """A construction by its edit model. Raises `BadInput` if there is none."""
    if edits not in CONSTRUCTIONS:
        raise BadInput(f"{edits!r}", source="--edits", expected=", ".join(CONSTRUCTIONS))
    return CONSTRUCTIONS[edits]


def choices(layer_0: str, frontier: str) -> Choices:
    """Choices by their names. Raises `BadInput` for a name that is none."""
    readings = {bits.value: bits for bits in RandomBits}
    frontiers = {_dashed(one): one for one in Frontier}
    if layer_0 not in readings:
        raise BadInput(f"{layer_0!r}", source="--layer-0", expected=", ".join(readings))
    if frontier not in frontiers:
        raise BadInput(f"{frontier!r}", source="--frontier", expected=", ".join(frontiers))
    return Choices(readings[layer_0], frontiers[frontier])


def _dashed(frontier: Frontier) -> str:
    return frontier.value.replace(" ", "-")
