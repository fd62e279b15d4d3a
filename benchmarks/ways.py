"""Ways to an answer: a command, what it is asked, and how its answer is read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import environment
from benchmarks.peers.common import Answers, counted

DLMCHECK = [str(Path(sys.executable).with_name("dlmcheck"))]
OURS = "ours"
CERTIFIED = "ours, with a certificate"
REPLAY = "the kernel's replay of the certificate"

THE_SAME = "the same question"
TOLD = "told the law, and confirms it"
EASIER = "easier question"


@dataclass(frozen=True)
class Way:
    """A name, a command, and how its answers are read from what it printed.

    `ours` is set for this project's engines, `package` for a peer that has to be installed,
    `needs` names a file without which the way has nothing to do. `question` says how the peer's
    question stands to ours: the same; or the same, but the way is told the law and only confirms
    it; or one that is easier, by itself or for want of the file.
    """

    name: str
    command: list[str]
    read: Callable[[str], Answers]
    ours: bool = False
    package: str = ""
    needs: Path | None = None
    question: str = THE_SAME


@dataclass(frozen=True)
class Workload:
    """Sizes, those of the short version, how size is called, and what is asked at one size.

    `growth` is "factor" where time multiplies with each step of size (then it is given for one
    more), else "power" (then the exponent of size is given).
    """

    name: str
    title: str
    unit: str
    sizes: tuple[int, ...]
    short: tuple[int, ...]
    growth: str
    prepare: Callable[[int, Path], list[Way]]


# --- reading answers ---------------------------------------------------------------------------


def said(output: str) -> Answers:
    """What an adapter printed, last line."""
    return dict(json.loads(output.splitlines()[-1]))


def law_file(path: Path, output: str) -> Answers:
    """The law that `dlmcheck law` wrote, or what it printed of one that cannot be listed."""
    sys.set_int_max_str_digits(0)
    (found,) = json.loads(path.read_text("utf-8"))["answers"]
    if "counts" in found:
        counts = {bits: int(count) for bits, count in found["counts"].items()}
        return counted(counts, int(found["exponent"]))
    for line in output.splitlines():
        if "uniform on the solutions of" in line:
            words = line.split()
            return {"dimension": str(int(words[-2]) - int(words[words.index("of") + 1]))}
    raise ValueError(f"no law: {found.get('message')}")


def verdict(output: str, *, yes: str, no: str) -> Answers:
    """What a program says in words."""
    if no in output:
        return {"verdict": "different"}
    if yes in output:
        return {"verdict": "equivalent"}
    raise ValueError("undecided")


def accepted(output: str) -> Answers:
    """What `dlmcheck cert` says; it has no number to compare."""
    if ": accepted" not in output:
        raise ValueError("not accepted")
    return {}


# --- the ways ----------------------------------------------------------------------------------


def peer(
    name: str, package: str, module: str, question: str, *files: Path | int, easier: bool = False
) -> Way:
    """An adapter in the environment of the peers."""
    command = [str(environment.PYTHON), "-m", f"benchmarks.peers.{module}", question]
    command += map(str, files)
    if easier:
        return Way(f"{EASIER}: {name}", command, said, package=package, question=EASIER)
    return Way(name, command, said, package=package)


def plain(question: str, *files: Path) -> Way:
    """The definitions, in plain Python."""
    command = [sys.executable, "-m", "benchmarks.peers.by_python", question]
    return Way("plain Python, by the definition", [*command, *map(str, files)], said)


def elimination(kind: str, *files: Path) -> Way:
    """Elimination by hand in plain Python."""
    command = [sys.executable, "-m", "benchmarks.peers.by_elimination", kind]
    return Way(f"plain Python, rows as {kind}", [*command, *map(str, files)], said)


def laws(file: Path, *more: str) -> list[Way]:
    """Our engines on a law, without and with evidence, and the kernel on that."""
    out, certificate = file.with_suffix(".law"), file.with_suffix(".certificate")
    command = [*DLMCHECK, "law", str(file), *more, "--json", str(out)]
    read = partial(law_file, out)
    return [
        Way(OURS, command, read, ours=True),
        Way(CERTIFIED, [*command, "--certificate", str(certificate)], read, ours=True),
        Way(REPLAY, [*DLMCHECK, "cert", str(certificate)], accepted, ours=True, needs=certificate),
    ]
