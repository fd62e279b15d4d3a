"""Replaying the evidence of a whole audit: `python -m tests.verify.replaying DIR`.

As `dlmcheck replay` over the files that `dlmcheck audit --evidence DIR` wrote, each pass gone
through once; what does not replay is listed, and the time is taken.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Registry
from dlmcheck.verify.evidence_files import Replay


def replay_all(folder: Path, registry: Registry) -> Iterator[tuple[Path, str]]:
    """Every file of a folder with what is wrong with it; empty if it replays."""
    paths = sorted(folder.glob("*.json"))
    replay = Replay(registry, paths)
    for path in paths:
        try:
            replay.file(path)
        except DlmcheckError as error:
            yield path, str(error)
        else:
            yield path, ""


def main(folder: Path) -> int:
    """Replay all, say what does not, and how long it took (CPU seconds)."""
    before = time.process_time()
    found = list(replay_all(folder, catalogue()))
    wrong = [(path, reason) for path, reason in found if reason]
    for path, reason in wrong:
        sys.stdout.write(f"{path.name}: {reason}\n")
    spent = time.process_time() - before
    replayed = len(found) - len(wrong)
    sys.stdout.write(f"{len(found)} files, {replayed} replay, {spent:.0f} s of CPU\n")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
