"""The commands and their options. Each command returns what is to be done, as a function.

Those about circuits, and those about targets and decoders, have modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from dlmcheck.verify.claims.profiles import Profile
from dlmcheck.verify.exits import ExitCode

Action = Callable[[Any], ExitCode]
"""Takes the registry, or None for the catalogue. Its type would be imported at every start."""

EXIT_CODES = (
    "Exit codes: 0 all as it should be; 1 refuted, or not as locked; 2 usage or bad input; "
    "3 unknown, timeout, vacuous or nothing selected; 4 engines disagree, evidence rejected or "
    "internal error; 130 interrupted; 141 the reader of a pipe has left."
)

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Decides exactly, and with evidence, whether claims about samplers of diffusion "
    "language models hold.",
    epilog=EXIT_CODES,
)

Timeout = Annotated[
    str | None, typer.Option(metavar="SECONDS", help="Kill a task that takes longer.")
]
Memory = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Memory of a task, such as 512M or 2G.")
]
Workers = Annotated[
    int | None,
    typer.Option("-j", "--jobs", metavar="N", min=1, help="Tasks at a time (default: cores)."),
]
Json = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the results as JSON.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"dlmcheck {version('dlmcheck')}")
        raise typer.Exit


@app.callback()
def _dlmcheck(  # pyright: ignore[reportUnusedFunction]
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command(epilog=EXIT_CODES)
def audit(
    claims: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CLAIM]...", help="Ids of claims or rows; * and ? are wildcards."),
    ] = None,
    profile: Annotated[Profile, typer.Option(help="How large the domains are.")] = Profile.QUICK,
    timeout: Timeout = None,
    memory: Memory = None,
    workers: Workers = None,
    lock: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What the audit is expected to find.")
    ] = None,
    write_lock: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Enter what was found into a lock.")
    ] = None,
    json: Json = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the results as JUnit XML.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write files that `dlmcheck replay` reads.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep finished parts here, and go on from them."),
    ] = None,
    times: Annotated[
        bool, typer.Option("--times", help="Also report times: on stderr and in the JSON.")
    ] = False,
) -> Action:
    """Audit the claims: a table of verdicts with their evidence, held against a lock."""
    from dlmcheck.verify.cli.audit_command import AuditOptions, run_audit_command
    from dlmcheck.verify.cli.limits import limits

    options = AuditOptions(
        claims=tuple(claims or ()),
        profile=profile,
        limits=limits(timeout, memory, workers),
        lock=lock,
        write_lock=write_lock,
        json=json,
        junit=junit,
        evidence=evidence,
        resume=resume,
        times=times,
    )
    return lambda registry: run_audit_command(options, registry)


@app.command()
def explain(
    claim: Annotated[
        str | None, typer.Argument(metavar="CLAIM", help="Id of a claim or of a row.")
    ] = None,
) -> Action:
    """Explain a claim: readings, hypotheses, roads, assumptions, note, source place.

    Without an id: list the claims.
    """
    from dlmcheck.verify.cli.explain_command import run_explain, run_list

    return lambda registry: run_list(registry) if claim is None else run_explain(claim, registry)


@app.command(epilog=EXIT_CODES)
def replay(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Evidence that dlmcheck has written.")
    ],
) -> Action:
    """Replay evidence through the kernel; a refutation that replays is a success."""
    from dlmcheck.verify.cli.replay_command import run_replay

    return lambda registry: run_replay(tuple(files), registry)


@app.command(epilog=EXIT_CODES)
def cert(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Certificates.")],
) -> Action:
    """Check certificates from their files alone, with no engine and no catalogue."""
    from dlmcheck.verify.cli.cert_command import cert_action

    return cert_action(files)


@app.command(epilog=EXIT_CODES)
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="What `audit --json` wrote.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same, of another audit.")],
) -> Action:
    """What changed between two audits: 1 if anything did."""
    from dlmcheck.verify.cli.diff_command import run_diff

    return lambda _: run_diff(old, new)


@app.command(epilog=EXIT_CODES)
def counterexample(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim.")],
    drop: Annotated[
        str | None,
        typer.Option(metavar="HYPOTHESIS", help="The hypothesis to drop; without it, a list."),
    ] = None,
    profile: Annotated[Profile, typer.Option(help="How large the domains are.")] = Profile.QUICK,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the counterexample, for `dlmcheck replay`."),
    ] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="Stop the search after so long.")
    ] = None,
) -> Action:
    """Drop a hypothesis of a claim and look for the smallest counterexample (1: there is one)."""
    from dlmcheck.verify.cli.counterexample_command import CounterexampleOptions, run_counterexample
    from dlmcheck.verify.cli.limits import parse_seconds

    seconds = None if timeout is None else parse_seconds(timeout)
    options = CounterexampleOptions(claim, drop, profile, save, seconds)
    return lambda registry: run_counterexample(options, registry)


@app.command()
def notes(
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where the notes are.")] = Path(
        "proofs_notes"
    ),
    lock: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the verdicts of the index come from.")
    ] = Path("claims.lock"),
    profile: Annotated[Profile, typer.Option(help="Which verdicts.")] = Profile.QUICK,
    write: Annotated[bool, typer.Option("--write", help="Write the index.")] = False,
) -> Action:
    """Check that notes and claims fit together; write the index of both."""
    from dlmcheck.verify.cli.notes_command import NotesOptions, run_notes

    options = NotesOptions(folder, lock, profile, write)
    return lambda registry: run_notes(options, registry)


@app.command()
def doctor() -> Action:
    """Show what there is to work with: Python, libraries, engines, cores, memory."""
    from dlmcheck.verify.cli.doctor_command import run_doctor

    return lambda _: run_doctor()
