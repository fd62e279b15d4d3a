"""Compiling a circuit by any construction: schedule, figures, and a proposed certificate.

`CONSTRUCTIONS` is what `dlmcheck compile --edits` knows. To add one: write a function from a
circuit and the choices to a `Built`, and enter it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, unique
from functools import partial
from typing import TYPE_CHECKING

from dlmcheck.model.constructions.carrying import carried_along
from dlmcheck.model.constructions.figures import describe
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked
from dlmcheck.model.constructions.shorter import compile_growing_revision, compile_split_remasking
from dlmcheck.model.constructions.write_once import Compiled, Frontier, compile_write_once
from dlmcheck.model.layering import Padded, moved, padded_to_layers
from dlmcheck.model.scheduling.narrow import MOVES
from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.resources import Resources, depth, layer_width, live_width, measure
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.contents import Simulation

if TYPE_CHECKING:
    from dlmcheck.verify.engines.widths import Optimised


@unique
class Optimise(Enum):
    """What is chosen so that the largest set of values to be kept is small."""

    NOTHING = "nothing"
    """Every gate stands in its earliest layer, and inputs in layer 0."""
    WIDTH = "width"
    """The layer of each gate."""
    WIDTH_AND_COINS = "width-and-coins"
    """And in which round each random input is sampled."""


@dataclass(frozen=True)
class Choices:
    """The choices that the theorems leave open.

    `rounds` is the number of rounds that a schedule may take when something is optimised (None:
    as few as possible), `moves` how long the search is; `short` takes the shorter counters of this
    project (the note T3-SHORTER) instead of those of the theorems.
    """

    random_bits: RandomBits
    frontier: Frontier
    optimise: Optimise = Optimise.NOTHING
    rounds: int | None = None
    moves: int = MOVES
    short: bool = False

    @property
    def described(self) -> dict[str, str]:
        """Each choice by its name on the command line; those of rewriting only if made."""
        found = {"layer_0": self.random_bits.value, "frontier": _dashed(self.frontier)}
        if self.optimise is not Optimise.NOTHING:
            found["optimise"] = self.optimise.value
        if self.short:
            found["counter"] = "short"
        return found


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
    optimised: Optimised | None = None


@dataclass(frozen=True)
class Built:
    """A schedule, the certificate proposed for it, and the circuit its labels speak of.

    `figures` measures the schedule: it is called where they are asked for, as that takes long.
    """

    schedule: Schedule
    plan: Simulation | None
    numbering: Circuit
    figures: Callable[[], CompiledFigures]


Construction = Callable[[Circuit, Choices], Built]


def _write_once(circuit: Circuit, choices: Choices) -> Built:
    compiled = compile_write_once(
        circuit, random_bits=choices.random_bits, frontier=choices.frontier
    )
    return Built(
        compiled.schedule,
        cut_points(compiled),
        compiled.circuit,
        partial(_write_once_figures, compiled),
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
        parts={"predictor": figures.predictor, "unmask": figures.unmask},
    )


def part_resources(schedule: Schedule) -> dict[str, Resources]:
    """The measured resources of a schedule's circuits, by name."""
    parts = {"predictor": schedule.predictor, "unmask": schedule.unmask}
    if schedule.remask is not None:
        parts["remask"] = schedule.remask
    return {name: measure(circuit) for name, circuit in parts.items()}


def _banked(
    compile_stated: Callable[..., Banked],
    compile_short: Callable[..., Banked],
    circuit: Circuit,
    chosen: Choices,
) -> Built:
    """A construction that works layer by layer: the circuit is made strictly layered first."""
    if (chosen.random_bits, chosen.frontier) != (RandomBits.SAMPLED, Frontier.ARGUMENTS):
        raise BadInput(
            "a choice that only write-once schedules have",
            source="--layer-0 or --frontier",
            expected="sampled, and arguments",
        )
    found: Optimised | None = None
    if chosen.optimise is Optimise.NOTHING:
        strict = padded_to_layers(circuit)
    else:
        from dlmcheck.verify.engines.widths import optimise

        found = optimise(
            circuit,
            None if chosen.rounds is None else chosen.rounds - 1,
            late_coins=chosen.optimise is Optimise.WIDTH_AND_COINS,
            moves=chosen.moves,
        )
        strict = carried_along(circuit, found.claim.layers)
    padded, layers, old = strict.circuit, strict.layers, strict.origin
    banked = (compile_short if chosen.short else compile_stated)(padded, layers=layers)
    plan = Simulation(
        tuple(
            tuple([(cell, one if isinstance(one, str) else moved(one, old)) for cell, one in line])
            for line in banked.writes
        ),
        banked.coins,
    )
    return Built(
        banked.schedule, plan, padded, partial(_banked_figures, circuit, strict, banked, found)
    )


def _banked_figures(
    circuit: Circuit, strict: Padded, banked: Banked, found: Optimised | None
) -> CompiledFigures:
    padded, layers = strict.circuit, strict.layers
    dropped = 0 if found is None else unneeded_gates(circuit)
    figures = CompiledFigures(
        nodes_before=circuit.node_count,
        nodes_after=padded.node_count,
        depth_before=depth(circuit),
        depth_after=banked.rows.depth,
        added={("ID", "skipped layer"): padded.node_count - circuit.node_count + dropped},
        dropped=dropped,
        padding_cells=0,
        layer_width=layer_width(layers),
        live_width=live_width(padded, layers),
        length=banked.schedule.length,
        rounds=banked.schedule.rounds,
        parts=part_resources(banked.schedule),
        optimised=found,
    )
    if padded.node_count + dropped == circuit.node_count:
        figures = replace(figures, added={})
    return figures


def unneeded_gates(circuit: Circuit) -> int:
    """How many gates no output depends on."""
    needed = needed_nodes(circuit)
    return sum(v not in needed for v in range(len(circuit.inputs), circuit.node_count))


CONSTRUCTIONS: Mapping[str, Construction] = {
    "write-once": _write_once,
    "remask": partial(_banked, compile_remasking, compile_split_remasking),
    "revise": partial(_banked, compile_revision, compile_growing_revision),
}


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


def optimising(
    chosen: Choices, what: str, rounds: int | None, moves: int | None, *, short: bool, edits: str
) -> Choices:
    """The choices of rewriting added to others. Raises `BadInput` for those that do not fit."""
    known = {one.value: one for one in Optimise}
    if what not in known:
        raise BadInput(f"{what!r}", source="--optimise", expected=", ".join(known))
    made = known[what]
    if edits not in CONSTRUCTIONS or edits == "write-once":
        if made is not Optimise.NOTHING or short:
            raise BadInput(
                "a choice that write-once schedules do not have",
                source="--optimise or --short",
                expected="--edits remask or --edits revise",
            )
    if made is Optimise.NOTHING and (rounds is not None or moves is not None):
        raise BadInput(
            "nothing is optimised",
            source="--rounds or --moves",
            expected="--optimise width or --optimise width-and-coins",
        )
    return replace(
        chosen,
        optimise=made,
        rounds=rounds,
        moves=MOVES if moves is None else moves,
        short=short,
    )


def _dashed(frontier: Frontier) -> str:
    return frontier.value.replace(" ", "-")
