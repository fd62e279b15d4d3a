"""Time and memory of a command that runs in this process: what does not fit in is unknown."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.cli import complain
from dlmcheck.verify.cli.limits import parse_memory, parse_seconds
from dlmcheck.verify.exits import ExitCode


class OutOfTime(BaseException):
    """The time is up. Somebody's code may catch every `Exception`, and must not catch this."""


def within(timeout: str | None, memory: str | None, run: Callable[[], ExitCode]) -> ExitCode:
    """What `run` returns, or 3 and one line on stderr if the time or memory does not suffice.

    Raises `BadInput` for a limit that is none, and what `run` raises.
    """
    seconds = None if timeout is None else parse_seconds(timeout)
    size = None if memory is None else parse_memory(memory)
    try:
        with _at_most_seconds(seconds), _at_most_bytes(size):
            return run()
    except OutOfTime:
        complain(f"unknown: not done in {timeout} seconds")
    except MemoryError:
        complain(_no_memory(memory))
    except BadInput as error:
        # Memory may run out inside of somebody's function.
        if not isinstance(error.__cause__, MemoryError):
            raise
        complain(_no_memory(memory))
    return ExitCode.UNKNOWN


def _no_memory(memory: str | None) -> str:
    return "unknown: out of memory" if memory is None else f"unknown: not done in {memory}"


@contextmanager
def _at_most_seconds(seconds: float | None) -> Generator[None, None, None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTime

    if seconds is None:
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _at_most_bytes(size: int | None) -> Generator[None, None, None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if size is None:
        yield
        return
    lowered = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (lowered, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
