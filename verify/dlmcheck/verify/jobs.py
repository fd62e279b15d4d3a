"""Running tasks in processes of their own: deadlines, memory limits, interruption.

A task that overruns its deadline is killed, one that overruns its memory fails, one that dies
takes nobody with it; in each case the outcome says so and the other tasks go on. On interruption
the running tasks are killed and what was finished is kept.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, unique
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from dlmcheck.spec.errors import DlmcheckError


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
) -> list[Finished]:
    """Run tasks, so many at a time; each gets `timeout` seconds and `memory` bytes.

    Returns the outcomes in the order of the tasks. On `KeyboardInterrupt` the unfinished tasks
    come back as INTERRUPTED; the exception does not leave this function.
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

    try:
        while waiting or running:
            while waiting and len(running) < workers:
                task = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(task, memory, theirs), daemon=True)
                process.start()
                theirs.close()
                running.append(_Running(task, process, ours, time.monotonic()))
            ready = wait([entry.connection for entry in running], timeout=0.2)
            for entry in list(running):
                message = _receive(entry) if entry.connection in ready else None
                if isinstance(message, int) and on_progress is not None:
                    on_progress(entry.task.name, message)
                outcome = message if isinstance(message, Finished) else _overdue(entry, timeout)
                if outcome is not None:
                    settle(entry, outcome)
    except KeyboardInterrupt:
        for entry in list(running):
            spent = time.monotonic() - entry.started
            settle(entry, Finished(entry.task.name, Ending.INTERRUPTED, seconds=spent))
        for task in waiting:
            finished[task.name] = Finished(task.name, Ending.INTERRUPTED)
    return [finished[name] for name in order]


def _receive(entry: _Running) -> Finished | int:
    try:
        message: Finished | int = entry.connection.recv()
    except (EOFError, OSError):
        entry.process.join(1)
        text = f"process ended with {entry.process.exitcode}"
        spent = time.monotonic() - entry.started
        return Finished(entry.task.name, Ending.CRASHED, None, text, spent)
    return message


def _overdue(entry: _Running, timeout: float | None) -> Finished | None:
    spent = time.monotonic() - entry.started
    if timeout is None or spent <= timeout:
        return None
    return Finished(entry.task.name, Ending.TIMEOUT, None, f"{timeout:g} s", spent)


def _child(task: Task, memory: int | None, connection: Connection) -> None:
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    started = time.monotonic()
    last = started

    def progress(count: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 0.5:
            last = now
            connection.send(count)

    ending, value, message = Ending.DONE, None, ""
    try:
        value = task.work(progress)
    except MemoryError:
        ending, message = Ending.MEMORY, "memory limit reached"
    except DlmcheckError as error:
        ending, message = Ending.REJECTED, f"{type(error).__name__}: {error}"
    except KeyboardInterrupt:
        os._exit(130)
    except Exception:  # a worker reports every failure, it must not vanish with the process
        ending, message = Ending.CRASHED, traceback.format_exc()
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = usage * (1 if sys.platform == "darwin" else 1024)
    connection.send(Finished(task.name, ending, value, message, time.monotonic() - started, peak))
    connection.close()
