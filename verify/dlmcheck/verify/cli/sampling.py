"""The commands about targets, decoders and laws: rounds, separate, sampler, batches, law.

They join those of `app` and `circuits` on `app`, which is whole once this module is imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlmcheck.spec.perfect import Impossible
from dlmcheck.verify.cli.app import EXIT_CODES, Action, Json, Memory, Timeout
from dlmcheck.verify.cli.circuits import app

__all__ = ["app"]

TargetCoins = Annotated[
    list[str] | None,
    typer.Option(metavar="PATTERN", help="Inputs of a circuit that are fair coins."),
]
Samples = Annotated[
    bool, typer.Option("--samples", help="TARGET is a file of samples: an estimate.")
]


@app.command(epilog=EXIT_CODES)
def rounds(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="A family such as one-hot:4, a table in .json, or a circuit."
        ),
    ],
    edits: Annotated[
        str, typer.Option(help="write-once, remask, revise-token or revise-any.")
    ] = "write-once",
    f: Annotated[
        str,
        typer.Option(
            help="Unmasking policy: deterministic, independent, exchangeable, joint, "
            "after-sampling or memory."
        ),
    ] = "deterministic",
    g: Annotated[
        str | None,
        typer.Option(help="Remasking policy: deterministic, independent or joint."),
    ] = None,
    clock: Annotated[
        bool, typer.Option("--clock/--no-clock", help="Whether the round number is known.")
    ] = False,
    locality: Annotated[
        int | None, typer.Option(metavar="K", min=0, help="Each part reads at most K tokens.")
    ] = None,
    scratch: Annotated[str, typer.Option(metavar="C", help="Scratch cells; or any.")] = "0",
    predictor: Annotated[str, typer.Option(help="Probabilities: real or dyadic.")] = "real",
    fixed: Annotated[
        bool, typer.Option("--fixed", help="The sets of cells fixed in advance (write-once).")
    ] = False,
    samples: Samples = False,
    random: TargetCoins = None,
    certificates: Annotated[
        Path | None,
        typer.Option(
            "--certificates", "--certificate", metavar="DIR", help="Write files for `cert`."
        ),
    ] = None,
    json: Json = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --locality: keep finished cases, and go on."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("-j", "--workers", min=1, help="With --locality: cases at a time."),
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="With --locality: for each case of a search."),
    ] = None,
) -> Action:
    """The least number of rounds for a target at a point of the lattice (3: an interval)."""
    from dlmcheck.verify.cli.rounds_command import RoundsOptions, TargetOptions, run_rounds

    options = RoundsOptions(
        TargetOptions(target, samples, tuple(random or ())),
        edits=edits,
        unmasking=f,
        remasking=g,
        clock=clock,
        scratch=scratch,
        locality=locality,
        predictor=predictor,
        fixed=fixed,
        certificates=certificates,
        json=json,
        resume=resume,
        workers=workers,
        timeout=timeout,
    )
    return lambda _: run_rounds(options)


@app.command(epilog=EXIT_CODES)
def separate(
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="As for `dlmcheck rounds`.")
    ] = None,
    scratch: Annotated[
        str, typer.Option(metavar="C,C,...", help="Numbers of scratch cells.")
    ] = "0,1,any",
    locality: Annotated[
        str, typer.Option(metavar="K,K,...", help="Bounds on the tokens read.")
    ] = "any",
    samples: Samples = False,
    random: TargetCoins = None,
    certificates: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write files for `cert`.")
    ] = None,
    json: Json = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Renew the tables of the notes instead.")
    ] = None,
) -> Action:
    """The table of a target over the lattice: edits, F, clock, scratch cells, locality."""
    from dlmcheck.verify.cli.rounds_command import SeparateOptions, TargetOptions, run_separate

    chosen = None if target is None else TargetOptions(target, samples, tuple(random or ()))
    options = SeparateOptions(
        chosen, scratch=scratch, locality=locality, certificates=certificates, json=json, page=page
    )
    return lambda _: run_separate(options)


@app.command(epilog=EXIT_CODES)
def sampler(
    step: Annotated[
        str,
        typer.Argument(
            metavar="STEP", help="MODULE:STEP, FILE.py:STEP, or the name of a published rule."
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="A family such as even-parity:4, a table, a circuit."),
    ] = None,
    model_law: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:LAW", help="A function of the tokens, whose conditionals are used."
        ),
    ] = None,
    cells: Annotated[
        int | None, typer.Option(min=1, help="With --model-law and no target: so many cells.")
    ] = None,
    random: TargetCoins = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Rounds that a rule is asked for (default: cells); a step of your own runs for so "
            "many (default: until no cell is masked).",
        ),
    ] = None,
    prompt: Annotated[
        str | None, typer.Option(metavar="TOKENS", help="Visible tokens in front, such as 01.")
    ] = None,
    impossible: Annotated[
        Impossible | None,
        typer.Option(help="What the predictor says where the visible tokens are impossible."),
    ] = None,
    most_rounds: Annotated[int, typer.Option(min=1, help="Stop after so many rounds.")] = 64,
    against: Annotated[
        str | None,
        typer.Option(metavar="STEP", help="Another decoder, that ought to have the same law (1)."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was enumerated for `cert`.")
    ] = None,
    json: Json = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="Stop after so long (3: unknown).")
    ] = None,
    memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Stop at so much memory, such as 2G (3).")
    ] = None,
) -> Action:
    """The exact output law of a decoder, with the target's conditionals or a model's (1: not the
    target's, or not what the model says; not that of another decoder, with --against).

    STEP is a function step(state, round, memory, candidates, choices) that returns a Step of
    dlmcheck.spec.decoder; or STEP = with_random(f), with_generator(f), with_torch(f), of
    dlmcheck.model.decoders.adapters, for a plain function f(tokens, probabilities, round, source)
    that draws from a random.Random or a NumPy Generator, or f(torch, x, model, round).
    """
    from dlmcheck.verify.cli.budgets import within
    from dlmcheck.verify.cli.sampler_command import run_sampler
    from dlmcheck.verify.cli.sampler_outcomes import SamplerOptions

    options = SamplerOptions(
        step,
        target,
        rounds,
        prompt,
        impossible,
        most_rounds,
        json,
        model_law=model_law,
        cells=cells,
        random=tuple(random or ()),
        certificate=certificate,
        against=against,
    )
    return lambda _: within(timeout, memory, lambda: run_sampler(options))


@app.command(epilog=EXIT_CODES)
def law(
    circuit: Annotated[
        str, typer.Argument(metavar="CIRCUIT", help="A circuit, or a schedule that was compiled.")
    ],
    random: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Inputs that are fair coins; or all."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="BITS", help="The data inputs, in order, such as 0110.")
    ] = None,
    outputs: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="The joint law of these outputs only."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="NAME,...",
            help="auto, reference, columns, compiled, numpy, diagrams, frontier, linear, states "
            "or plain-states; several have to agree.",
        ),
    ] = "auto",
    nodes: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Nodes of diagrams, or rows of a sweep.")
    ] = None,
    outcomes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="A law with more outcomes than so many is unknown."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write evidence that `cert` checks.")
    ] = None,
    json: Json = None,
    timeout: Timeout = None,
    memory: Memory = None,
    times: Annotated[
        bool,
        typer.Option(
            "--times",
            help="Also report gates x seeds per second, and what bounds them: on stderr and in "
            "the JSON.",
        ),
    ] = False,
) -> Action:
    """The exact law of a circuit's outputs over its coins (3: a limit was met)."""
    from dlmcheck.verify.cli.law_command import law_action

    return law_action(
        circuit,
        random=random,
        data=data,
        outputs=outputs,
        engine=engine,
        nodes=nodes,
        outcomes=outcomes,
        certificate=certificate,
        json=json,
        timeout=timeout,
        memory=memory,
        times=times,
    )


@app.command(epilog=EXIT_CODES)
def batches(
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="A family such as even-parity:4, or a JSON file."),
    ],
    every: Annotated[
        bool, typer.Option("--all", help="Every schedule, not the best only.")
    ] = False,
    own_law: Annotated[
        bool, typer.Option("--own-law", help="Also the law of a run, the order forgotten.")
    ] = False,
    json: Json = None,
) -> Action:
    """The error of writing cells in batches: the best schedule of each length."""
    from dlmcheck.verify.cli.batches_command import BatchesOptions, run_batches

    options = BatchesOptions(target, every, own_law, json)
    return lambda _: run_batches(options)
