"""`dlmcheck notes`: whether notes and claims fit, and the index of both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.cli import complain
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.lock_file import read_lock
from dlmcheck.verify.notes import INDEX, index, problems, read_notes


@dataclass(frozen=True)
class NotesOptions:
    """The options of `dlmcheck notes`."""

    folder: Path
    lock: Path
    profile: Profile = Profile.QUICK
    write: bool = False


def run_notes(options: NotesOptions, given: Registry | None) -> ExitCode:
    """Print what does not fit, one line each: 1 if there is anything, 0 if there is nothing.

    With `write` the index is written; without it, an index that is out of date is a misfit.
    """
    if not options.folder.is_dir():
        raise BadInput("is no folder", source=str(options.folder), expected="a folder of notes")
    registry = _catalogue() if given is None else given
    verdicts = read_lock(options.lock).section(options.profile, str(options.lock))
    path = options.folder / INDEX
    check_outputs({"--write": path if options.write else None})
    notes = read_notes(options.folder)
    found = problems(notes, registry)
    page = index(notes, registry, {row: entry.verdict.value for row, entry in verdicts.items()})
    if options.write:
        try:
            write_file(path, page)
        except OSError as error:
            complain(f"{path}: cannot be written: {error.strerror}")
            return ExitCode.FAILURE
    elif not path.is_file() or path.read_text("utf-8") != page:
        found.append(f"{INDEX} is out of date: dlmcheck notes --write")
    for line in found:
        print(line)
    print(f"{len(notes)} notes, {len(registry.claims)} claims: {len(found) or 'no'} misfits")
    return ExitCode.REFUTED if found else ExitCode.OK


def _catalogue() -> Registry:
    from dlmcheck.verify.claims.catalogue import catalogue

    return catalogue()
