"""A task, what comes of it, and the process that does it (`jobs` begins and ends that)."""

from __future__ import annotations

import errno
import gc
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, unique
from functools import partial
from multiprocessing.connection import Connection

from dlmcheck.spec.errors import DlmcheckError

_COLLECT = (200_000, 20, 20)
"""The thresholds of the collector of cyclic garbage in a task."""
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
"""Where libraries read how many threads they may have, when they are loaded."""


@unique
class Ending(Enum):
    """How a task ended."""

    DONE = "done"
    TIMEOUT = "timeout"
    MEMORY = "out of memory"
    REJECTED = "rejected"
    """One of the package's own errors: evidence rejected, input refused."""
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Task:
    """A named function of a progress callback; its value must be picklable."""

    name: str
    work: Callable[[Callable[[int], None]], object]


@dataclass(frozen=True)
class InParts:
    """What a task returns whose value is of use before the task is over.

    `first` is handed on at once (see `run_tasks`); what `rest` returns is the task's value.
    """

    first: object
    rest: Callable[[], object]


@dataclass(frozen=True)
class After:
    """What a task returns that has come as far as it can without the outcome of another one.

    What `rest` returns when it is given that outcome, whatever it is, is the task's value. Waiting
    is part of the task's time.
    """

    task: str
    rest: Callable[[Finished], object]


@dataclass(frozen=True)
class Handed:
    """The first part of a task's value, on its way to the parent."""

    value: object


@dataclass(frozen=True)
class Awaited:
    """The name of the task whose outcome a process waits for."""

    task: str


@dataclass(frozen=True)
class Finished:
    """What came of a task: its value if done, else a message; seconds and peak bytes."""

    name: str
    ending: Ending
    value: object = None
    message: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0


class _Memory:
    """The most that this process may hold, which can be lifted and set again."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._before = resource.getrlimit(resource.RLIMIT_AS)
        if most is not None:
            # One task is one thread here, and each further one of theirs reserves address space.
            for name in _THREADS:
                os.environ.setdefault(name, "1")

    def limit(self) -> None:
        """Not more from now on."""
        if self._most is not None:
            hard = self._before[1]
            lowered = self._most if hard == resource.RLIM_INFINITY else min(self._most, hard)
            resource.setrlimit(resource.RLIMIT_AS, (lowered, hard))

    def lift(self) -> None:
        """As much as before: what has to be sent or received now may need some more."""
        if self._most is not None:
            resource.setrlimit(resource.RLIMIT_AS, self._before)


def do(task: Task, most: int | None, connection: Connection, parents_end: Connection) -> None:
    """Do a task in this process, with so many bytes at most, and tell the parent what came of it.

    The parent is sent numbers (progress), `Handed`, `Awaited`, which it answers with a `Finished`,
    and at last the task's own `Finished`.
    """
    # With the parent's end open here too, a worker whose parent is gone would wait for a reader
    # for ever instead of being told that there is none.
    parents_end.close()
    # Ctrl-C reaches the whole group of processes; it is the parent that decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What the parent has made stays, and large circuits are no garbage: look less often for it.
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    started = time.monotonic()
    last = started

    def progress(count: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 0.5:
            last = now
            connection.send(count)

    memory = _Memory(most)

    def work() -> object:
        found = task.work(progress)
        while isinstance(found, InParts | After):
            memory.lift()
            if isinstance(found, InParts):
                connection.send(Handed(found.first))
                rest = found.rest
            else:
                rest = partial(found.rest, _outcome_of(found.task, connection))
            memory.limit()
            found = rest()
        return found

    memory.limit()
    ending, value, message = _result_of(work, limited=most is not None)
    memory.lift()
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = usage * (1 if sys.platform == "darwin" else 1024)
    spent = time.monotonic() - started
    try:
        connection.send(Finished(task.name, ending, value, message, spent, peak))
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        text = f"the result cannot be sent: {error}"
        connection.send(Finished(task.name, Ending.CRASHED, None, text, spent, peak))
    connection.close()


def _outcome_of(name: str, connection: Connection) -> Finished:
    """The outcome of another task, once the parent has it."""
    connection.send(Awaited(name))
    try:
        outcome: Finished = connection.recv()
    except (EOFError, ConnectionResetError):  # the parent is gone: nobody asks for an answer
        os._exit(1)
    return outcome


def _result_of(work: Callable[[], object], *, limited: bool) -> tuple[Ending, object, str]:
    """How work ends, its value, and what is to be said of it."""
    try:
        return Ending.DONE, work(), ""
    except MemoryError:
        return Ending.MEMORY, None, "memory limit reached"
    except DlmcheckError as error:
        return Ending.REJECTED, None, f"{type(error).__name__}: {error}"
    except KeyboardInterrupt:
        os._exit(130)
    except Exception as error:  # a worker reports every failure, it must not vanish
        if _for_want_of_memory(error, limited=limited):
            return Ending.MEMORY, None, "memory limit reached"
        return Ending.CRASHED, None, traceback.format_exc()


def _for_want_of_memory(error: BaseException | None, *, limited: bool) -> bool:
    """Whether an error, or one that it came from, is that of memory that was refused.

    Under a limit that is why a library cannot be loaded that is there, and a thread not started.
    """
    while error is not None:
        said = str(error)
        if isinstance(error, MemoryError) or "out of memory" in said or "bad_alloc" in said:
            return True
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return True
        if limited and isinstance(error, ImportError):
            return not isinstance(error, ModuleNotFoundError)
        if limited and "can't start new thread" in said:
            return True
        error = error.__cause__ or error.__context__
    return False
