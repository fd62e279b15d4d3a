"""`dlmcheck replay`."""

from __future__ import annotations

from pathlib import Path

from dlmcheck.spec.errors import BadInput, DlmcheckError
from dlmcheck.verify.claims.registry import Registry
from dlmcheck.verify.cli import complain, one_line
from dlmcheck.verify.evidence_files import Replay
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.kernel.verdicts import Verdict


def run_replay(files: tuple[Path, ...], given: Registry | None) -> ExitCode:
    """Replay each file through the kernel: 0 if all replay, 4 if one is rejected, 2 if malformed.

    A refutation that replays is a success of the replay.
    """
    replay = Replay(given or _catalogue(), files)
    return worst([_replay(path, replay) for path in files])


def _catalogue() -> Registry:
    from dlmcheck.verify.claims.catalogue import catalogue

    return catalogue()


def _replay(path: Path, replay: Replay) -> ExitCode:
    try:
        checked = replay.file(path)
    except BadInput as error:
        complain(str(error))
        return ExitCode.BAD_INPUT
    except DlmcheckError as error:
        print(one_line(f"{path}: REJECTED by the kernel: {error}"))
        return ExitCode.FAILURE
    said = "the refutation replays" if checked.verdict is Verdict.REFUTED else "replays"
    found = f"{checked.verdict.value} {checked.statement}; {checked.evidence}"
    print(one_line(f"{path}: {said}: {found}"))
    return ExitCode.OK
