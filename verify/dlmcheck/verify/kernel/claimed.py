"""What a cut-point certificate names exists: checked before any round is looked at."""

from __future__ import annotations

from dlmcheck.spec.circuit import Circuit, InputKind, node_of
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.results import Rejected


def refuse_unsupported(schedule: Schedule) -> None:
    """Policies must be circuits of state and clock alone. Raises `Rejected`."""
    if schedule.unmask_sees_candidates:
        raise Rejected("the unmasking policy sees the candidates: no cut-point certificate")
    for name, circuit in (("unmasking", schedule.unmask), ("remasking", schedule.remask)):
        if circuit is not None and any(i.kind is InputKind.RANDOM for i in circuit.inputs):
            raise Rejected(f"the {name} policy is random: no cut-point certificate")


def check_form(schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
    """Every cell, content and coin that the certificate names exists, and none is named twice."""
    all_cells, nodes = frozenset(range(schedule.length)), circuit.node_count
    if len(certificate.writes) != schedule.rounds:
        raise Rejected(
            f"{len(certificate.writes)} rounds claimed, the schedule runs {schedule.rounds}"
        )
    for number, line in enumerate(certificate.writes, start=1):
        cells = {cell for cell, _ in line}
        if len(cells) != len(line):
            raise Rejected(f"round {number}: a cell is claimed twice")
        for cell in sorted(cells - all_cells):
            raise Rejected(f"round {number}: there is no cell {cell}")
        for content in dict.fromkeys(content for _, content in line):
            if isinstance(content, str):
                if content not in ("M", "0", "1"):
                    raise Rejected(f"round {number}: {content!r} is no content")
            elif node_of(content) >= nodes:
                raise Rejected(f"round {number}: the circuit has no node {node_of(content)}")
    tossed = len(schedule.predictor.random_inputs)
    for number, j, _ in certificate.coins:
        if not (1 <= number <= schedule.rounds and 0 <= j < tossed):
            raise Rejected(f"round {number} has no coin {j}")


def contents_at_start(
    schedule: Schedule, circuit: Circuit, certificate: Simulation
) -> list[Content]:
    """The contents of all cells before round 1. Raises `Rejected` if names do not fit."""
    names = tuple(circuit.inputs[v].name for v in circuit.data_inputs)
    if names != schedule.data_names:
        raise Rejected("the schedule's data inputs are not the circuit's")
    if schedule.output_names != circuit.output_names:
        raise Rejected("the schedule's outputs are not the circuit's")
    if len(certificate.given) != len(schedule.given_cells):
        raise Rejected("the certificate does not name one random input per given cell")
    contents: list[Content] = ["M"] * schedule.length
    for cell, node in zip(schedule.data_cells, circuit.data_inputs, strict=True):
        contents[cell] = node
    for cell, node in zip(schedule.given_cells, certificate.given, strict=True):
        contents[cell] = node
    return contents


def coin_map(
    schedule: Schedule, circuit: Circuit, certificate: Simulation
) -> dict[tuple[int, int], int]:
    """(round, coin) -> random input, checked to be injective and to meet only random inputs."""
    random = set(circuit.random_inputs)
    used = [*certificate.given, *(node for _, _, node in certificate.coins)]
    if len(set(used)) != len(used) or not set(used) <= random:
        raise Rejected("the coupling does not name random inputs only, each at most once")
    places = {(t, j): node for t, j, node in certificate.coins}
    if len(places) != len(certificate.coins):
        raise Rejected("the coupling uses a coin twice")
    return places
