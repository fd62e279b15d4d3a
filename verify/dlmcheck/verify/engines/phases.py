"""What an engine spends its time on, for whoever asks: a record that costs nothing otherwise."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_RECORD: ContextVar[dict[str, float] | None] = ContextVar("phases", default=None)


@contextmanager
def recorded() -> Generator[dict[str, float]]:
    """Seconds by the name of the phase, of all phases inside the block; it grows as they end.

    >>> with recorded() as seconds, phase("thinking"):
    ...     pass
    >>> list(seconds)
    ['thinking']
    """
    seconds: dict[str, float] = {}
    token = _RECORD.set(seconds)
    try:
        yield seconds
    finally:
        _RECORD.reset(token)


def watched() -> bool:
    """Whether anybody asks: if so, a sample may be taken that nothing else needs."""
    return _RECORD.get() is not None


@contextmanager
def phase(name: str) -> Generator[None]:
    """A part of the work; parts of one name add up."""
    began = time.perf_counter()
    try:
        yield
    finally:
        note(name, time.perf_counter() - began)


def note(name: str, seconds: float) -> None:
    """Seconds that were measured otherwise."""
    record = _RECORD.get()
    if record is not None:
        record[name] = record.get(name, 0.0) + seconds
