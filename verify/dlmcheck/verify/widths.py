"""How wide and how long the schedules of a circuit are: one row of a table, one curve.

The definitions are in the note WIDTH. Lengths are in cells besides the prompt. *Stated* is the
length of the theorems for the width at hand, *short* that of this project's shorter counters at
the same number of rounds (`dlmcheck.model.constructions.shorter`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlmcheck.model.constructions.carrying import carried_along
from dlmcheck.model.constructions.remask import remasking_length
from dlmcheck.model.constructions.revise import revision_length
from dlmcheck.model.constructions.rows import rows_of
from dlmcheck.model.constructions.shorter import growing_revision_length, split_remasking_length
from dlmcheck.model.layering import Padded, padded_to_layers
from dlmcheck.model.netlist import map_netlist
from dlmcheck.model.scheduling.narrow import MOVES
from dlmcheck.model.scheduling.slack import slack_of
from dlmcheck.spec.assignment import bank_rows, needed_nodes
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadCircuit, BadInput
from dlmcheck.verify.engines.widths import Optimised, optimise

CURVE_CONFLICTS = 500
"""The solver's limit for each point of a curve: there are many, and `compile` does more."""


@dataclass(frozen=True)
class Lengths:
    """L by edit model for one assignment, as the theorems state it and with shorter counters."""

    remask_stated: int
    remask_short: int
    revise_stated: int
    revise_short: int


@dataclass(frozen=True)
class Widths:
    """The figures of one circuit.

    `early` is the width of what is compiled if nothing is optimised, with every gate in its
    earliest layer, and `early_rounds` its rounds: they may be more, as gates that no output depends
    on stay. `gates` is the optimised width; in `coins` random inputs are sampled late, too (None if
    there are none). `write_once` is L of Theorem 3.1. Rounds are depth + 1 with rewriting;
    write-once the same, unless the circuit has no random inputs, whose bits round 1 samples.

    Lengths are None where there is no schedule by rewriting: `refused_early` says why there is none
    if nothing is optimised, `refused` why there is none if something is.
    """

    nodes: int
    data: int
    random: int
    outputs: int
    depth: int
    early: int
    gates: Optimised
    coins: Optimised | None
    write_once: int
    early_rounds: int
    before: Lengths | None
    after: Lengths | None
    after_coins: Lengths | None
    refused_early: str
    refused: str

    @property
    def rounds(self) -> int:
        """D of remasking and revision: one for each layer from 0 on."""
        return self.depth + 1


def widths(circuit: Circuit, *, moves: int = MOVES) -> Widths:
    """Optimise the width of a circuit at the fewest rounds, and measure.

    Raises the errors of `optimise`.
    """
    slack = slack_of(circuit)
    gates = optimise(circuit, moves=moves)
    coins = optimise(circuit, late_coins=True, moves=moves) if circuit.random_inputs else None
    mapped = map_netlist(circuit).circuit
    # Just what `compile` does if nothing is optimised.
    strict = padded_to_layers(circuit)
    early, refused_early = _rows(strict)
    refused = refusal(circuit, gates.claim.layers)
    return Widths(
        nodes=circuit.node_count,
        data=len(circuit.data_inputs),
        random=len(circuit.random_inputs),
        outputs=len(circuit.outputs),
        depth=slack.last,
        early=max(1, *early) if early else gates.before,
        gates=gates,
        coins=coins,
        write_once=mapped.node_count - len(mapped.data_inputs),
        early_rounds=max(strict.layers, default=0) + 1,
        before=_lengths(early) if early else None,
        after=None if refused else lengths(circuit, gates.claim.layers),
        after_coins=None if refused or coins is None else lengths(circuit, coins.claim.layers),
        refused_early=refused_early,
        refused=refused,
    )


def _rows(strict: Padded) -> tuple[list[int], str]:
    """How long the rows of a strictly layered circuit are; none, and why, if it is refused."""
    try:
        return list(map(len, rows_of(strict.circuit, strict.layers).rows)), ""
    except BadCircuit as error:
        return [], error.message


def refusal(circuit: Circuit, layers: tuple[int, ...]) -> str:
    """Why no schedule by rewriting is compiled with this assignment; empty if one is."""
    if circuit.outputs and any(layers[v] for v in needed_nodes(circuit)):
        return ""
    try:
        return _rows(carried_along(circuit, layers))[1]
    except BadCircuit as error:
        return error.message


def lengths(circuit: Circuit, layers: tuple[int, ...]) -> Lengths:
    """L of the four constructions for an assignment, whose last layer is the last one used."""
    last = max((layers[v] for v in needed_nodes(circuit)), default=0)
    return _lengths(bank_rows(circuit, layers, last))


def _lengths(rows: Sequence[int]) -> Lengths:
    last = len(rows) - 1
    width = max(1, *rows)
    # Layers d, d-2, ... have one bank, the others the other one.
    newer = max(1, *rows[last % 2 :: 2])
    older = max(1, *rows[(last + 1) % 2 :: 2]) if last else 0
    return Lengths(
        remask_stated=remasking_length(width, last),
        remask_short=split_remasking_length(newer, older, last),
        revise_stated=revision_length(width, last),
        revise_short=growing_revision_length(width, last),
    )


@dataclass(frozen=True)
class CurvePoint:
    """Width and lengths if so many rounds are allowed; `used` are those that the schedule takes."""

    rounds: int
    used: int
    found: Optimised
    lengths: Lengths


def allowed_rounds(circuit: Circuit, until: int | None, points: int) -> list[int]:
    """At most so many numbers of rounds, evenly spaced, from the fewest to `until` (default 2d).

    Raises `BadInput` if `until` is less than the fewest, or if there is no schedule by rewriting.
    """
    slack = slack_of(circuit)
    fewest = slack.last + 1
    refused = refusal(circuit, slack.layers(slack.earliest))
    if refused:
        raise BadInput(refused, source="--curve", expected="a circuit that rewriting compiles")
    if until is not None and until < fewest:
        expected = f"at least the {fewest} rounds that depth {fewest - 1} needs"
        raise BadInput(f"{until} rounds", source="--until", expected=expected)
    most = max(fewest, 2 * fewest - 2 if until is None else until)
    steps = max(1, min(points - 1, most - fewest))
    return sorted({fewest + (most - fewest) * k // steps for k in range(steps + 1)})


def curve(
    circuit: Circuit,
    rounds: list[int],
    *,
    late_coins: bool = False,
    moves: int = MOVES,
) -> Iterator[CurvePoint]:
    """Width against rounds, in the order given (ascending); each point starts from the last one.

    It ends where no further round can make the width smaller: at the number of outputs, or of
    random inputs that stand in layer 0.
    """
    start: tuple[int, ...] | None = None
    for allowed in rounds:
        found = optimise(
            circuit,
            allowed - 1,
            late_coins=late_coins,
            moves=moves,
            conflicts=CURVE_CONFLICTS,
            start=start,
        )
        start = found.claim.layers
        used = max((start[v] for v in needed_nodes(circuit)), default=0) + 1
        yield CurvePoint(allowed, used, found, lengths(circuit, start))
        if found.width == slack_of(circuit, allowed - 1, late_coins=late_coins).floor:
            return
