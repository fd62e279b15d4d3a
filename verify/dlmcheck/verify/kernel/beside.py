"""Work in a process beside this one, where the system can copy a process.

What it comes to is a matter of time only: work that came to nothing there, for whatever reason
(an exception, no memory, no processes here), has to be done here, and fails here if it fails.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def beside(work: Callable[[], _T]) -> Callable[[], _T | None]:
    """Begin work in a process beside this one, on a copy of all that there is here.

    Returns what waits for it: its value, which has to be picklable and not None, or None if it
    came to nothing. The process ends with this one.
    """
    if sys.platform != "linux":
        return _nothing
    answer, told = os.pipe()
    alive, held = os.pipe()  # `held` is open for as long as somebody waits
    try:
        child = os.fork()
    except OSError:
        for end in (answer, told, alive, held):
            os.close(end)
        return _nothing
    if not child:
        os.close(held)
        _work(work, told, alive)
    os.close(told)
    os.close(alive)

    def value() -> _T | None:
        with os.fdopen(answer, "rb") as file:
            text = file.read()
        os.close(held)
        _, status = os.waitpid(child, 0)
        return pickle.loads(text) if status == 0 else None

    return value


def at_once(work: Callable[[], _T], *, aside: bool) -> Callable[[], _T]:
    """Begin work beside this process if `aside`; what returns its value, done here if need be."""
    begun = beside(work) if aside else _nothing

    def value() -> _T:
        found = begun()
        return work() if found is None else found

    return value


def _nothing() -> None:
    return None


def _work(work: Callable[[], object], told: int, alive: int) -> None:
    """What the copy does; it does not return."""
    status = 1
    try:
        threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
        text = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(told, "wb") as file:
            file.write(text)
        status = 0
    finally:  # neither exceptions nor what is to be done at the end of the program is for a copy
        os._exit(status)


def _end_with(alive: int) -> None:
    os.read(alive, 1)
    os._exit(1)
