"""Running tasks in processes of their own: deadlines, memory limits, interruption.

A task that overruns its deadline is killed, one that overruns its memory fails, one that dies
takes nobody with it; in each case the outcome says so and the other tasks go on. On interruption
the running tasks are killed and what was finished is kept.
"""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, unique
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Generic, TypeVar

from dlmcheck.spec.errors import DlmcheckError

_COLLECT = (200_000, 20, 20)
"""The thresholds of the collector of cyclic garbage in a task."""
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
"""Where libraries read how many threads they may have, when they are loaded."""
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
class _Handed:
    """The first part of a task's value."""

    value: object


@dataclass(frozen=True)
class Finished:
    """What came of a task: its value if done, else a message; seconds and peak bytes."""

    name: str
    ending: Ending
    value: object = None
    message: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0


@dataclass
class _Running:
    task: Task
    process: BaseProcess
    connection: Connection
    started: float


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

    Returns the outcomes in the order of the tasks, those that were added last. On
    `KeyboardInterrupt` the unfinished tasks come back as INTERRUPTED; the exception does not leave
    this function.
    """
    if sys.platform == "linux":
        context = multiprocessing.get_context("fork")
    else:
        context = multiprocessing.get_context("spawn")
    waiting = list(tasks)
    order = [task.name for task in waiting]
    finished: dict[str, Finished] = {}
    running: list[_Running] = []

    def settle(entry: _Running, outcome: Finished) -> None:
        entry.connection.close()
        if entry.process.is_alive():
            entry.process.kill()
        entry.process.join()
        running.remove(entry)
        finished[outcome.name] = outcome
        if on_finish is not None:
            on_finish(outcome)

    interruption = _Interruption()
    try:
        while waiting or running:
            interruption.check()
            while waiting and len(running) < workers:
                task = waiting.pop(0)
                with interruption.held():  # a process that was begun has to be known
                    ours, theirs = context.Pipe(duplex=False)
                    process = context.Process(
                        target=_child, args=(task, memory, theirs, ours), daemon=True
                    )
                    process.start()
                    theirs.close()
                    running.append(_Running(task, process, ours, time.monotonic()))
            ready = wait([entry.connection for entry in running], timeout=0.2)
            for entry in list(running):
                message = _receive(entry, memory) if entry.connection in ready else None
                if isinstance(message, int) and on_progress is not None:
                    on_progress(entry.task.name, message)
                added = _made_possible(entry, message, on_first)
                waiting[:0] = added
                order += [task.name for task in added]
                outcome = message if isinstance(message, Finished) else _overdue(entry, timeout)
                if outcome is not None:
                    settle(entry, outcome)
    except KeyboardInterrupt:
        for entry in list(running):
            spent = time.monotonic() - entry.started
            settle(entry, Finished(entry.task.name, Ending.INTERRUPTED, seconds=spent))
        for task in waiting:
            finished[task.name] = Finished(task.name, Ending.INTERRUPTED)
    finally:
        interruption.undo()
    # A task that was about to be started when the interruption came stands nowhere.
    return [finished.get(name, Finished(name, Ending.INTERRUPTED)) for name in order]


class _Interruption:
    """Takes note of Ctrl-C beside raising it.

    An exception that happens to be raised in a finaliser is dropped by Python, and nobody would
    be told; one that is raised while a process is being started leaves it without a parent.
    """

    def __init__(self) -> None:
        self._noticed = False
        self._is_held = False
        self._before = signal.getsignal(signal.SIGINT)
        ours = threading.current_thread() is threading.main_thread()
        self._is_ours = ours and self._before is signal.default_int_handler
        if self._is_ours:
            signal.signal(signal.SIGINT, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._noticed = True
        if not self._is_held:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raises `KeyboardInterrupt` if there was one."""
        if self._noticed:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Generator[None]:
        """Meanwhile it is not raised; afterwards it is."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        self.check()

    def undo(self) -> None:
        """Let who was told before be told again."""
        if self._is_ours:
            signal.signal(signal.SIGINT, self._before)


def _made_possible(
    entry: _Running, message: object, on_first: Callable[[str, object], Sequence[Task]] | None
) -> Sequence[Task]:
    if isinstance(message, _Handed) and on_first is not None:
        return on_first(entry.task.name, message.value)
    return ()


def _receive(entry: _Running, memory: int | None) -> Finished | _Handed | int:
    try:
        message: Finished | _Handed | int = entry.connection.recv()
    except (EOFError, OSError):
        entry.process.join(1)
        spent = time.monotonic() - entry.started
        code = entry.process.exitcode or 0
        # Nobody here has killed it. Native code ends the process where Python raises MemoryError,
        # and the system kills when memory is gone; neither is an answer.
        if code == -signal.SIGKILL or (code in _WITHOUT_MEMORY and memory is not None):
            how = f"by signal {-code}" if code < 0 else f"with {code}"
            text = f"process ended {how}, as when memory runs out"
            return Finished(entry.task.name, Ending.MEMORY, None, text, spent)
        text = f"process ended with {code}"
        return Finished(entry.task.name, Ending.CRASHED, None, text, spent)
    return message


def _overdue(entry: _Running, timeout: float | None) -> Finished | None:
    spent = time.monotonic() - entry.started
    if timeout is None or spent <= timeout:
        return None
    return Finished(entry.task.name, Ending.TIMEOUT, None, f"{timeout:g} s", spent)


def _child(task: Task, memory: int | None, connection: Connection, parents_end: Connection) -> None:
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

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)

    def limit() -> None:
        if memory is not None:
            lowered = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
            resource.setrlimit(resource.RLIMIT_AS, (lowered, hard))

    def unlimit() -> None:  # what has to be sent now may need some more
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    def work() -> object:
        found = task.work(progress)
        if not isinstance(found, InParts):
            return found
        unlimit()
        connection.send(_Handed(found.first))
        limit()
        return found.rest()

    if memory is not None:
        # One task is one thread here, and each further one of theirs reserves address space.
        for name in _THREADS:
            os.environ.setdefault(name, "1")
    limit()
    ending, value, message = _result_of(work, limited=memory is not None)
    unlimit()
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = usage * (1 if sys.platform == "darwin" else 1024)
    spent = time.monotonic() - started
    try:
        connection.send(Finished(task.name, ending, value, message, spent, peak))
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        text = f"the result cannot be sent: {error}"
        connection.send(Finished(task.name, Ending.CRASHED, None, text, spent, peak))
    connection.close()


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
