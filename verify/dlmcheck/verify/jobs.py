"""Running tasks in processes of their own: deadlines, memory limits, interruption.

A task that overruns its deadline is killed, one that overruns its memory fails, one that dies
takes nobody with it; in each case the outcome says so and the other tasks go on. On interruption
the running tasks are killed and what was finished is kept.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from dlmcheck.verify.interruption import Interruption
from dlmcheck.verify.task_process import (
    After,
    Awaited,
    Ending,
    Finished,
    Handed,
    InParts,
    Task,
    do,
)

__all__ = [
    "After",
    "Ending",
    "Finished",
    "InParts",
    "Sealed",
    "Task",
    "run_tasks",
    "seal",
    "without_collecting",
]

_WITHOUT_MEMORY = (1, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL)
"""How native code ends a process that is refused memory: by itself, or going on without."""

_T = TypeVar("_T")


@contextmanager
def without_collecting() -> Generator[None]:
    """No looking for cyclic garbage meanwhile: for work that makes many objects and no cycles.

    What there is at the end stays out of the collector's sight.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


@dataclass(frozen=True)
class Sealed(Generic[_T]):
    """A value on its way from one task to another.

    It is pickled where it is made and made again where it is opened, and not by the process in
    between that hands it on: that takes longest where there are many small objects.
    """

    _pickled: bytes = field(repr=False)

    def open(self) -> _T:
        """The value, made anew at each call."""
        value: _T = pickle.loads(self._pickled)
        return value


def seal(value: _T) -> Sealed[_T]:
    """A picklable value, sealed."""
    return Sealed(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def run_tasks(
    tasks: Iterable[Task],
    *,
    workers: int = 1,
    timeout: float | None = None,
    memory: int | None = None,
    on_finish: Callable[[Finished], None] | None = None,
    on_progress: Callable[[str, int], None] | None = None,
    on_first: Callable[[str, object], Sequence[Task]] | None = None,
) -> list[Finished]:
    """Run tasks, so many at a time; each gets `timeout` seconds and `memory` bytes.

    `on_first` is told the first part of a value in parts, with the task's name, and returns the
    tasks that it makes possible: these are run next, and may begin while the first is not over.

    A task that waits for another one's outcome (`After`) takes up no worker meanwhile, and the
    other one is run next. Whoever waits for a task that is not there, or for one that waits for it,
    ends as CRASHED.

    Returns the outcomes in the order of the tasks, those that were added last. On
    `KeyboardInterrupt` the unfinished tasks come back as INTERRUPTED; the exception does not leave
    this function.
    """
    run = _Run(list(tasks), workers, memory, on_finish)
    interruption = Interruption()
    try:
        # This comes to an end: see `_Run.begin`.
        while run.waiting or run.running:
            interruption.check()
            run.begin(interruption)
            ready = wait([entry.connection for entry in run.running], timeout=0.2)
            for entry in list(run.running):
                message = _receive(entry, memory) if entry.connection in ready else None
                if isinstance(message, int) and on_progress is not None:
                    on_progress(entry.task.name, message)
                if isinstance(message, Handed) and on_first is not None:
                    run.add(on_first(entry.task.name, message.value))
                if isinstance(message, Awaited):
                    message = run.hold(entry, message.task)
                outcome = message if isinstance(message, Finished) else _overdue(entry, timeout)
                if outcome is not None:
                    run.settle(entry, outcome)
    except KeyboardInterrupt:
        run.interrupt()
    finally:
        interruption.undo()
    return run.outcomes()


@dataclass
class _Running:
    """A process, and the task whose outcome it waits for if it does."""

    task: Task
    process: BaseProcess
    connection: Connection
    started: float
    awaited: str | None = None

    @property
    def spent(self) -> float:
        return time.monotonic() - self.started


class _Run:
    """Tasks that are waiting to be begun, that are running, and that are finished."""

    def __init__(
        self,
        tasks: list[Task],
        workers: int,
        memory: int | None,
        on_finish: Callable[[Finished], None] | None,
    ) -> None:
        if sys.platform == "linux":
            self._context = multiprocessing.get_context("fork")
        else:
            self._context = multiprocessing.get_context("spawn")
        self.waiting = tasks
        self.running: list[_Running] = []
        self._order = [task.name for task in tasks]
        self._finished: dict[str, Finished] = {}
        self._workers = workers
        self._memory = memory
        self._on_finish = on_finish

    def add(self, tasks: Sequence[Task]) -> None:
        """Tasks that are to be begun next."""
        self.waiting[:0] = tasks
        self._order += [task.name for task in tasks]

    def begin(self, interruption: Interruption) -> None:
        """Let as many processes work as may: first those whose outcome is there, then new ones.

        Where nobody works after that, nobody is left: nothing is waiting to be begun, and whoever
        runs waits for one that runs and waits as well, in a circle that `hold` has not let close.
        """
        for entry in self.running:
            outcome = None if entry.awaited is None else self._finished.get(entry.awaited)
            if outcome is not None and self._idle > 0:
                entry.awaited = None
                with suppress(OSError):  # it has died: that is seen when its connection is read
                    # The process does nothing but read, so that this does not take long.
                    entry.connection.send(outcome)
        while self.waiting and self._idle > 0:
            task = self.waiting.pop(0)
            with interruption.held():  # a process that was begun has to be known
                ours, theirs = self._context.Pipe()
                process = self._context.Process(
                    target=do, args=(task, self._memory, theirs, ours), daemon=True
                )
                process.start()
                theirs.close()
                self.running.append(_Running(task, process, ours, time.monotonic()))

    @property
    def _idle(self) -> int:
        """How many workers have nothing to do."""
        return self._workers - sum(1 for entry in self.running if entry.awaited is None)

    def hold(self, entry: _Running, name: str) -> Finished | None:
        """Let a process wait for the outcome of a task, or say why it would wait for ever."""
        awaited = {one.task.name: one.awaited for one in self.running}
        link: str | None = name
        while link is not None and link != entry.task.name:
            link = awaited.get(link)
        if link is None and name in self._order:
            entry.awaited = name
            self.waiting.sort(key=lambda task: task.name != name)
            return None
        problem = "does not exist" if link is None else "waits for this one"
        text = f"it waits for the task {name!r}, which {problem}"
        return Finished(entry.task.name, Ending.CRASHED, None, text, entry.spent)

    def settle(self, entry: _Running, outcome: Finished) -> None:
        """A task has come to its end, or comes to it now."""
        entry.connection.close()
        if entry.process.is_alive():
            entry.process.kill()
        entry.process.join()
        self.running.remove(entry)
        self._finished[outcome.name] = outcome
        if self._on_finish is not None:
            self._on_finish(outcome)

    def interrupt(self) -> None:
        """Whatever is not finished ends now."""
        for entry in list(self.running):
            name = entry.task.name
            self.settle(entry, Finished(name, Ending.INTERRUPTED, seconds=entry.spent))

    def outcomes(self) -> list[Finished]:
        """In the order of the tasks; those that were never begun count as interrupted."""
        return [
            self._finished.get(name, Finished(name, Ending.INTERRUPTED)) for name in self._order
        ]


def _receive(entry: _Running, memory: int | None) -> Finished | Handed | Awaited | int:
    try:
        message: Finished | Handed | Awaited | int = entry.connection.recv()
    except (EOFError, OSError):
        entry.process.join(1)
        code = entry.process.exitcode or 0
        # Nobody here has killed it. Native code ends the process where Python raises MemoryError,
        # and the system kills when memory is gone; neither is an answer.
        if code == -signal.SIGKILL or (code in _WITHOUT_MEMORY and memory is not None):
            how = f"by signal {-code}" if code < 0 else f"with {code}"
            text = f"process ended {how}, as when memory runs out"
            return Finished(entry.task.name, Ending.MEMORY, None, text, entry.spent)
        text = f"process ended with {code}"
        return Finished(entry.task.name, Ending.CRASHED, None, text, entry.spent)
    return message


def _overdue(entry: _Running, timeout: float | None) -> Finished | None:
    if timeout is None or entry.spent <= timeout:
        return None
    return Finished(entry.task.name, Ending.TIMEOUT, None, f"{timeout:g} s", entry.spent)
