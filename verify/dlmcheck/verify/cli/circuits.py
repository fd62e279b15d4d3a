"""The commands about circuits and their schedules: compile, equivalent, widths.

They join the others on `app`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlmcheck.verify.cli.app import EXIT_CODES, Action, Json, Memory, Timeout, Workers, app

__all__ = ["app"]

Circuits = Annotated[
    list[str], typer.Argument(metavar="CIRCUIT...", help="Files: .aig, .aag, .bench or .json.")
]
Roads = Annotated[
    str, typer.Option(metavar="WHICH", help="Check by all roads, or by the first that decides.")
]
Evidence = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the evidence, for `dlmcheck replay`."),
]
Times = Annotated[
    bool,
    typer.Option("--times", help="Also report times and memory: on stderr and in the JSON."),
]
SeedOfRuns = Annotated[int, typer.Option(metavar="N", help="Seed of the search for wrong runs.")]
Coins = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Inputs that are fair coins: a name, a pattern with * and ?, or all.",
    ),
]
Moves = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="How many moves the search for a width tries."),
]


@app.command(epilog=EXIT_CODES)
def compile(
    circuits: Circuits,
    random: Coins = None,
    edits: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help="Edit model: write-once (if none is named), remask, revise, or all; repeatable.",
        ),
    ] = None,
    layer_0: Annotated[
        str,
        typer.Option(
            "--layer-0", metavar="READING", help="Random bits are sampled, free or private."
        ),
    ] = "sampled",
    frontier: Annotated[
        str,
        typer.Option(
            metavar="RULE", help="How F finds cells: arguments, block-shift or token-shift."
        ),
    ] = "arguments",
    optimise: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="With remask or revise: nothing, width (the layer of each gate, for few cells), "
            "or width-and-coins (also the round of each coin).",
        ),
    ] = "nothing",
    rounds: Annotated[
        int | None,
        typer.Option(metavar="D", min=1, help="Optimise with D rounds (default: the fewest)."),
    ] = None,
    moves: Moves = None,
    short: Annotated[
        bool, typer.Option("--short", help="Shorter counters than the theorems have.")
    ] = False,
    width_certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write why no width is smaller, for `dlmcheck cert`."),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the schedule against the circuit.")
    ] = False,
    roads: Roads = "all",
    flip: Annotated[
        str | None,
        typer.Option(metavar="PART:INDEX", help="Flip a gate of predictor, unmask or remask."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the schedule.")
    ] = None,
    certificate: Evidence = None,
    json: Json = None,
    timeout: Timeout = None,
    memory: Memory = None,
    workers: Workers = None,
    times: Times = False,
    seed: SeedOfRuns = 0,
) -> Action:
    """Compile circuits to decoding schedules; with --verify, check that they sample the same."""
    from dlmcheck.verify.cli.compile_command import compile_action

    return compile_action(
        circuits,
        random=random,
        edits=edits,
        layer_0=layer_0,
        frontier=frontier,
        optimise=optimise,
        rounds=rounds,
        moves=moves,
        short=short,
        width_certificate=width_certificate,
        verify=verify,
        roads=roads,
        flip=flip,
        output=output,
        certificate=certificate,
        json=json,
        timeout=timeout,
        memory=memory,
        jobs=workers,
        times=times,
        seed=seed,
    )


@app.command(epilog=EXIT_CODES)
def equivalent(
    schedule: Annotated[
        str, typer.Argument(metavar="SCHEDULE", help="A schedule, as `compile -o` writes it.")
    ],
    circuit: Annotated[
        str, typer.Argument(metavar="CIRCUIT", help="A file: .aig, .aag, .bench or .json.")
    ],
    random: Coins = None,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Cut points, or evidence from which these are taken."),
    ] = None,
    roads: Roads = "all",
    certificate: Evidence = None,
    json: Json = None,
    timeout: Timeout = None,
    memory: Memory = None,
    times: Times = False,
    seed: SeedOfRuns = 0,
) -> Action:
    """Check that a schedule, whoever made it, samples what a circuit samples."""
    from dlmcheck.verify.cli.equivalent_command import equivalent_action

    return equivalent_action(
        schedule,
        circuit,
        random=random,
        plan=plan,
        roads=roads,
        certificate=certificate,
        json=json,
        timeout=timeout,
        memory=memory,
        times=times,
        seed=seed,
    )


@app.command(epilog=EXIT_CODES)
def widths(
    circuits: Circuits,
    random: Coins = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Cells against rounds, for one circuit.")
    ] = False,
    late_coins: Annotated[
        bool, typer.Option("--late-coins", help="The curve with random inputs sampled late.")
    ] = False,
    until: Annotated[
        int | None, typer.Option(metavar="D", min=1, help="Rounds the curve ends at (default 2d).")
    ] = None,
    points: Annotated[int, typer.Option(metavar="N", min=2, help="Points of the curve.")] = 16,
    moves: Moves = None,
    json: Json = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the curve as CSV.")
    ] = None,
    timeout: Timeout = None,
    memory: Memory = None,
    workers: Workers = None,
) -> Action:
    """Table of widths and lengths of circuits, with lower bounds; or cells against rounds."""
    from dlmcheck.verify.cli.limits import limits
    from dlmcheck.verify.cli.widths_command import WidthsOptions, run_widths

    options = WidthsOptions(
        circuits=tuple(circuits),
        random=tuple(random or ()),
        curve=curve,
        late_coins=late_coins,
        until=until,
        points=points,
        moves=moves,
        json=json,
        csv=csv,
        limits=limits(timeout, memory, workers),
    )
    return lambda _: run_widths(options)
