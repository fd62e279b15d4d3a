"""Cube and conquer: a question about local samplers split into cases, each decided by a process.

A case fixes how many cells of the first string are visible after rounds 1, 2, ..., up to some depth
(`kernel.local_parity` says why these are all cases). What is finished is kept as a file, whole or
not at all, so that an interruption loses no finished case and the next run goes on with the rest.
A file is believed only as far as it goes: the policy is run, and the kernel checks all cases
together when they become a certificate.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.jobs import Ending, Finished, Task, run_tasks
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.local_certificate import Case, policy_certificate, policy_of
from dlmcheck.verify.kernel.local_parity import LocalParity, clauses_about
from dlmcheck.verify.kernel.local_policy import LocalPolicy
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.locality import Question
from dlmcheck.verify.searches.locality_refute import decide

Sizes = tuple[int, ...]

KIND = "locality-case"
SHARED = 500_000
"""Formulas of so many clauses, which take half a gigabyte, are built once for all cases."""


@dataclass(frozen=True)
class Conquered:
    """What came of the cases: a policy if one was found, the refuted ones, and those left open.

    The answer is no if there is neither a policy nor an open case.
    """

    question: Question
    policy: LocalPolicy | None
    cases: tuple[Case, ...]
    open: tuple[Sizes, ...]
    read: int = 0
    """How many cases were read from files and not decided now."""


def all_sizes(question: Question, depth: int) -> Iterator[Sizes]:
    """All numbers of visible cells after rounds 1, ..., depth.

    >>> from dlmcheck.verify.searches.locality import Reading
    >>> list(all_sizes(Question(2, 1, 3, Reading.ONE_SET), 1))
    [(0,), (1,), (2,)]

    Raises `BadInput` for a depth that is not below the number of rounds.
    """
    if not 0 <= depth < question.rounds:
        raise BadInput(f"depth {depth}", source="cases", expected=f"0 to {question.rounds - 1}")
    found: list[Sizes] = [()]
    for _ in range(depth):
        found = [
            (*sizes, size)
            for sizes in found
            for size in range(sizes[-1] if sizes else 0, question.n + 1)
        ]
    yield from found


def conquer(
    question: Question,
    depth: int,
    folder: Path,
    *,
    workers: int = 1,
    timeout: float | None = None,
    on_finish: Callable[[Finished], None] | None = None,
) -> Conquered:
    """Decide all cases of a depth, so many at a time; each gets so many seconds.

    Cases that lie in the folder are not decided again. An interruption ends the run, and what is
    not finished comes back as open. Raises `BadInput` for a depth out of range, and `OSError` if
    the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(all_sizes(question, depth))
    kept = {sizes: load(folder, question, sizes) for sizes in wanted}
    if not any(isinstance(one, LocalPolicy) for one in kept.values()):
        due = [sizes for sizes in wanted if kept[sizes] is None]
        parity = _shared(question, len(due))
        tasks = [_task(folder, question, sizes, parity) for sizes in due]
        run_tasks(tasks, workers=workers, timeout=timeout, on_finish=on_finish)
    found = {sizes: load(folder, question, sizes) for sizes in wanted}
    policies = [one for one in found.values() if isinstance(one, LocalPolicy)]
    return Conquered(
        question,
        policies[0] if policies else None,
        tuple(one for one in found.values() if isinstance(one, Case)),
        tuple(sizes for sizes, one in found.items() if one is None),
        sum(one is not None for one in kept.values()),
    )


def _shared(question: Question, cases: int) -> LocalParity | None:
    """The formula, for the processes of several cases to begin with; None if each builds its own.

    To build it takes longer than most cases, and a process that is forked has it already. (A
    solver that is kept from case to case is no faster with proofs: see the note T4.5-LOCAL.)
    """
    if cases < 2 or clauses_about(question) > SHARED:
        return None
    return LocalParity(question)


def _task(folder: Path, question: Question, sizes: Sizes, parity: LocalParity | None) -> Task:
    def work(_: Callable[[int], None]) -> object:
        save(folder, question, sizes, decide(question, sizes, parity))
        return Ending.DONE.value

    return Task(f"{question}, visible {sizes}", work)


# --- files -------------------------------------------------------------------------------------


def path_of(folder: Path, question: Question, sizes: Sizes) -> Path:
    """Where a case is kept."""
    name = "--".join([str(question).replace(" ", ","), "-".join(map(str, sizes)) or "whole"])
    return folder / f"{name}.json"


def save(folder: Path, question: Question, sizes: Sizes, found: LocalPolicy | Case) -> None:
    """Keep a case. Raises `OSError`; then nothing, or the whole case, is there."""
    if isinstance(found, LocalPolicy):
        text = policy_certificate(found)
    else:
        text = certificate_text(
            KIND,
            question=str(question),
            sizes=list(sizes),
            core=list(found.core),
            proof=found.proof,
        )
    handle, name = tempfile.mkstemp(dir=folder, prefix=".case-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(path_of(folder, question, sizes))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(folder: Path, question: Question, sizes: Sizes) -> LocalPolicy | Case | None:
    """A case that is kept; None if there is none, or none of this question and these sizes."""
    path = path_of(folder, question, sizes)
    try:
        document = Document.parse(path.read_text("utf-8"), str(path))
        raw = json.loads(document.text)
        if raw["question"] != str(question):
            return None
        if raw["kind"] != KIND:
            return policy_of(document)
        if tuple(raw["sizes"]) != sizes or not isinstance(raw["proof"], str):
            return None
        return Case(sizes, tuple(int(number) for number in raw["core"]), raw["proof"])
    except (OSError, ValueError, KeyError, TypeError, BadInput, Rejected):
        return None
