"""Limits of tasks as they are written on the command line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.engines.cores import cores

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
LEAST_MEMORY = 64 << 20
"""Less than this does not even start a worker."""


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes of a task (None: no limit), and how many run at a time."""

    timeout: float | None
    memory: int | None
    workers: int


def limits(timeout: str | None, memory: str | None, workers: int | None) -> Limits:
    """Limits from options. Raises `BadInput`."""
    return Limits(
        None if timeout is None else parse_seconds(timeout),
        None if memory is None else parse_memory(memory),
        cores() if workers is None else workers,
    )


def parse_seconds(text: str) -> float:
    """A positive number of seconds. Raises `BadInput`.

    >>> parse_seconds("2.5")
    2.5
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadInput(f"{text!r}", source="--timeout", expected="a positive number of seconds")
    return seconds


def parse_memory(text: str) -> int:
    """A size in bytes, with K, M, G or T for powers of 1024. Raises `BadInput`.

    >>> parse_memory("2G"), parse_memory("512MiB"), parse_memory("0.5g")
    (2147483648, 536870912, 536870912)
    """
    found = re.fullmatch(r"(\d+)(?:\.(\d{1,6}))?([KMGT]?)(?:i?B)?", text, re.IGNORECASE)
    if found is None:
        raise BadInput(f"{text!r}", source="--memory", expected="a size such as 512M or 2G")
    whole, decimals, unit = found.group(1), found.group(2) or "", found.group(3).upper()
    size: int = int(whole + decimals) * _UNITS[unit] // 10 ** len(decimals)
    if size < LEAST_MEMORY:
        raise BadInput(f"{text!r}", source="--memory", expected="at least 64M")
    return size
