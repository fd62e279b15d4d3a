"""Tasks as commands run them: under the limits of the command line, with progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.cli.limits import Limits
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.jobs import Ending, Finished, Task, run_tasks

CODES = {
    Ending.TIMEOUT: ExitCode.UNKNOWN,
    Ending.MEMORY: ExitCode.UNKNOWN,
    Ending.INTERRUPTED: ExitCode.INTERRUPTED,
    Ending.REJECTED: ExitCode.FAILURE,
    Ending.CRASHED: ExitCode.FAILURE,
}
"""What a command tells its caller of a task that came to no value."""


def run_all(
    tasks: Sequence[Task],
    limits: Limits,
    progress: Progress,
    on_first: Callable[[str, object], Sequence[Task]] | None = None,
) -> list[Finished]:
    """What came of each task, in their order, and of those that `on_first` adds (`run_tasks`)."""

    def on_finish(ended: Finished) -> None:
        if not isinstance(ended.value, Refused):  # that is said once, as the error it is
            progress.on_finish(ended)

    return run_tasks(
        tasks,
        workers=limits.workers,
        timeout=limits.timeout,
        memory=limits.memory,
        on_finish=on_finish,
        on_progress=progress.on_progress,
        on_first=on_first,
    )


@dataclass(frozen=True)
class Refused:
    """What a task returns that has met bad input: an error on its way to another process."""

    message: str
    source: str
    line: int | None
    expected: str

    @classmethod
    def of(cls, error: BadInput) -> Refused:
        """That of an error."""
        return cls(error.message, error.source, error.line, error.expected)

    def error(self, source: str = "") -> BadInput:
        """The error, about a source that the task has not known by its name if one is given."""
        line, expected = self.line, self.expected
        return BadInput(self.message, source=source or self.source, line=line, expected=expected)


def print_times(tasks: Iterable[Finished | None]) -> None:
    """What each task took, on stderr."""
    for task in filter(None, tasks):
        peak = task.peak_bytes >> 20
        print(f"{task.seconds:9.1f} s {peak:7d} MB  {task.name}", file=sys.stderr)
