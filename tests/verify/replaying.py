"""Replaying the evidence of a whole audit: `python -m tests.verify.replaying DIR`.

`dlmcheck replay` replays each file by itself, and a row of a pass costs that pass. Here the
files that `dlmcheck audit --evidence DIR` wrote are gone through together, each pass once; what a
file says is compared with what the kernel comes to now, as `dlmcheck replay` does.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Profile, Registry, SweepJob
from dlmcheck.verify.evidence_files import replay_file
from dlmcheck.verify.kernel.results import Checked


def is_pass(raw: Mapping[str, Any], registry: Registry) -> bool:
    """Whether a file is replayed by doing its job once more, and not from the file alone."""
    if raw["kind"] != "row":
        return False
    witnessed = raw["evidence"]["type"] == "Witness"
    return not (witnessed and isinstance(registry.job(raw["job"]), SweepJob))


def job_again(registry: Registry, job: str, profile: Profile) -> Mapping[str, Checked]:
    """What a job comes to now: all its parts, in this process."""
    found = registry.job(job)
    parts = [found.run(profile, part, lambda _: None) for part in range(found.parts(profile))]
    return found.conclude(profile, parts)


def difference(raw: Mapping[str, Any], checked: Checked | None) -> str:
    """How a file of a row is not what the kernel comes to; empty if it is."""
    if checked is None:
        return "the job has no such statement"
    if checked.verdict.value != raw["verdict"]:
        return f"the file says {raw['verdict']}, the kernel {checked.verdict.value}"
    now = {"type": type(checked.evidence).__name__, **vars(checked.evidence)}
    for name, value in raw["evidence"].items():
        if json.loads(json.dumps(now.get(name))) != value:
            return f"{name}: the file says {value}, the kernel {now.get(name)}"
    return ""


def replay_all(folder: Path, registry: Registry) -> Iterator[tuple[Path, str]]:
    """Every file of a folder with what is wrong with it; empty if it replays."""
    passes: dict[tuple[str, str], list[tuple[Path, dict[str, Any]]]] = {}
    for path in sorted(folder.glob("*.json")):
        raw = json.loads(path.read_text("utf-8"))
        if is_pass(raw, registry):
            passes.setdefault((raw["job"], raw["profile"]), []).append((path, raw))
            continue
        try:
            replay_file(path, registry)
        except DlmcheckError as error:
            yield path, str(error)
        else:
            yield path, ""
    for (job, profile), files in passes.items():
        found = job_again(registry, job, Profile(profile))
        for path, raw in files:
            yield path, difference(raw, found.get(raw["statement"]))


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
