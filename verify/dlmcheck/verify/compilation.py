"""Compiling a circuit by any construction: schedule, figures, and a proposed certificate.

`CONSTRUCTIONS` is what `dlmcheck compile --edits` knows. To add one: write a function from a
circuit and the choices to a `Built`, and enter it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from dlmcheck.model.constructions.figures import describe
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked
from dlmcheck.model.constructions.write_once import Compiled, Frontier, compile_write_once
from dlmcheck.model.layering import layered
from dlmcheck.spec.circuit import Circuit, Literal, Op, is_inverted, node_of
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.resources import Resources, depth, layer_width, live_width, measure
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


def _banked(compile_layers: Callable[..., Banked], circuit: Circuit, chosen: Choices) -> Built:
    """A construction that works layer by layer: the circuit is made strictly layered first."""
    if chosen != Choices(RandomBits.SAMPLED, Frontier.ARGUMENTS):
        raise BadInput(
            "a choice that only write-once schedules have",
            source="--layer-0 or --frontier",
            expected="sampled, and arguments",
        )
    padded, layers = layered(circuit)
    banked = compile_layers(padded, layers=layers)
    old = origins(circuit, padded)
    plan = Simulation(
        tuple(
            tuple((cell, one if isinstance(one, str) else _moved(one, old)) for cell, one in line)
            for line in banked.writes
        ),
        banked.coins,
    )
    figures = CompiledFigures(
        nodes_before=circuit.node_count,
        nodes_after=padded.node_count,
        depth_before=depth(circuit),
        depth_after=banked.rows.depth,
        added={("ID", "skipped layer"): padded.node_count - circuit.node_count},
        dropped=0,
        padding_cells=0,
        layer_width=layer_width(layers),
        live_width=live_width(padded, layers),
        length=banked.schedule.length,
        rounds=banked.schedule.rounds,
        parts=part_resources(banked.schedule),
    )
    if padded.node_count == circuit.node_count:
        figures = replace(figures, added={})
    return Built(banked.schedule, plan, padded, figures)


def origins(circuit: Circuit, padded: Circuit) -> tuple[int, ...]:
    """For each node of a circuit padded by `layered`, the node whose value it hands on.

    A padded gate is the next gate of the circuit with its operation and arguments; an ID for
    which there is none left hands on its argument.

    >>> from dlmcheck.model.families import FAMILIES
    >>> origins(FAMILIES["parity-chain"](3), layered(FAMILIES["parity-chain"](3))[0])
    (0, 1, 2, 3, 2, 4)
    """
    left: dict[tuple[Op, tuple[Literal, ...]], list[int]] = {}
    for node in range(circuit.node_count - 1, len(circuit.inputs) - 1, -1):
        gate = circuit.gate_of(node)
        left.setdefault((gate.op, gate.args), []).append(node)
    old = list(range(len(padded.inputs)))
    for gate in padded.gates:
        args = tuple(_moved(arg, old) for arg in gate.args)
        same = left.get((gate.op, args))
        old.append(same.pop() if same else node_of(args[0]))
    return tuple(old)


def _moved(literal: Literal, old: Sequence[int]) -> Literal:
    return ~old[node_of(literal)] if is_inverted(literal) else old[literal]


CONSTRUCTIONS: Mapping[str, Construction] = {
    "write-once": _write_once,
    "remask": partial(_banked, compile_remasking),
    "revise": partial(_banked, compile_revision),
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


def _dashed(frontier: Frontier) -> str:
    return frontier.value.replace(" ", "-")
