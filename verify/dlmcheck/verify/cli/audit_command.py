"""`dlmcheck audit`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dlmcheck.verify.audit import AuditResult, run_audit
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.cli import complain
from dlmcheck.verify.cli.limits import Limits
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.evidence_files import write_rows
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.gate import Gate, gate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.lock import EXPECTABLE, Lock, updated
from dlmcheck.verify.lock_file import lock_text, read_lock
from dlmcheck.verify.report.audit_json import audit_document, to_text
from dlmcheck.verify.report.table import print_table
from dlmcheck.verify.resume import kept_parts, resumable
from dlmcheck.verify.selection import Selection, select


@dataclass(frozen=True)
class AuditOptions:
    """The options of `dlmcheck audit`."""

    claims: tuple[str, ...]
    profile: Profile
    limits: Limits
    lock: Path | None = None
    write_lock: Path | None = None
    json: Path | None = None
    junit: Path | None = None
    evidence: Path | None = None
    resume: Path | None = None
    times: bool = False


def run_audit_command(options: AuditOptions, given: Registry | None) -> ExitCode:
    """Audit, write what is to be written, print the table. Raises `BadInput` before any of it."""
    section = (
        None
        if options.lock is None
        else read_lock(options.lock).section(options.profile, str(options.lock))
    )
    old = _old_lock(options.write_lock)
    read = options.lock
    if read is not None and options.write_lock is not None:
        # A lock may be renewed where it stands. Nothing else may be written there.
        read = None if read.resolve() == options.write_lock.resolve() else read
    check_outputs(
        {
            "--json": options.json,
            "--junit": options.junit,
            "--write-lock": options.write_lock,
            "--evidence": options.evidence,
            "--resume": options.resume,
        },
        folders=("--evidence", "--resume"),
        inputs=[None if read is None else str(read)],
    )
    registry = _catalogue() if given is None else given
    selection = select(registry, options.claims, options.profile)
    result = _audited(registry, selection, options)
    gated = gate(result, selection, section)
    failures = _write_files(gated, registry, old, options)
    print_table(gated, sys.stdout)
    sys.stdout.flush()
    if options.times:
        _print_times(result)
    return worst([gated.code, *failures])


def _catalogue() -> Registry:
    from dlmcheck.verify.claims.catalogue import catalogue

    return catalogue()


def _old_lock(path: Path | None) -> Lock:
    return read_lock(path) if path is not None and path.exists() else Lock()


def _audited(registry: Registry, selection: Selection, options: AuditOptions) -> AuditResult:
    if not selection.rows:
        return AuditResult(options.profile, ())
    if options.resume is not None:
        registry = resumable(registry, options.resume)
        kept = kept_parts(registry, options.profile)
        if kept:
            complain(f"{len(kept)} finished parts are kept in {options.resume}")
    wanted = {road.job for row in selection.rows for road in row.roads_of(options.profile)}
    tasks = sum(job.parts(options.profile) for job in registry.jobs if job.id in wanted)
    progress = Progress(tasks)
    try:
        return run_audit(
            registry,
            selection.rows,
            profile=options.profile,
            workers=options.limits.workers,
            timeout=options.limits.timeout,
            memory=options.limits.memory,
            on_finish=progress.on_finish,
            on_progress=progress.on_progress,
        )
    finally:
        progress.close()


def _write_files(
    gated: Gate, registry: Registry, old: Lock, options: AuditOptions
) -> list[ExitCode]:
    """Write each file that was asked for; one that fails does not keep the others back."""

    def json(path: Path) -> None:
        document = audit_document(gated, registry, times=options.times)
        write_file(path, to_text(document))

    def junit(path: Path) -> None:
        from dlmcheck.verify.report.junit import junit_bytes

        write_file(path, junit_bytes(gated))

    def evidence(path: Path) -> None:
        write_rows(gated.result, path, registry)

    def lock(path: Path) -> None:
        missing = [row.row.id for row in gated.result.rows if row.verdict not in EXPECTABLE]
        if missing or gated.result.interrupted or not gated.result.rows:
            why = f"no result for {', '.join(missing[:3])}" if missing else "nothing was audited"
            why = "interrupted" if gated.result.interrupted else why
            complain(f"{path} is not written: {why}")
            return
        write_file(path, lock_text(updated(old, gated.result, gated.selection)))

    steps: tuple[tuple[Path | None, Callable[[Path], None]], ...] = (
        (options.json, json),
        (options.junit, junit),
        (options.evidence, evidence),
        (options.write_lock, lock),
    )
    failures: list[ExitCode] = []
    for path, write in steps:
        if path is not None:
            try:
                write(path)
            except OSError as error:
                complain(f"{path}: cannot be written: {error.strerror}")
                failures.append(ExitCode.FAILURE)
            except Rejected as error:  # a refutation that is not found a second time
                complain(f"{path}: not written whole: {error.reason}")
                failures.append(ExitCode.FAILURE)
    return failures


def _print_times(result: AuditResult) -> None:
    for name, seconds in sorted(result.seconds.items()):
        peak = result.peak_bytes.get(name, 0) >> 20
        print(f"{seconds:9.1f} s {peak:7d} MB  {name}", file=sys.stderr)
