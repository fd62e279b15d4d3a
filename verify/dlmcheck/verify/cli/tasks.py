"""Tasks as commands run them: under the limits of the command line, with progress on stderr."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    return run_tasks(
        tasks,
        workers=limits.workers,
        timeout=limits.timeout,
        memory=limits.memory,
        on_finish=progress.on_finish,
        on_progress=progress.on_progress,
        on_first=on_first,
    )
