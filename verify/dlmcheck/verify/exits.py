"""Exit codes, and which of several wins."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, unique


@unique
class ExitCode(IntEnum):
    """What a command tells its caller."""

    OK = 0
    """Every claim meets its lock; everything asked for holds."""
    REFUTED = 1
    """Something is refuted, or is not what the lock says."""
    BAD_INPUT = 2
    """Usage, or input that is malformed."""
    UNKNOWN = 3
    """Time or memory ran out, no instance met the hypotheses, or nothing was selected."""
    FAILURE = 4
    """Engines disagree, evidence was rejected, or something broke."""
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    """Whoever read the output has left; as a shell says it of a tool that SIGPIPE has ended."""


PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.BAD_INPUT,
    ExitCode.FAILURE,
    ExitCode.REFUTED,
    ExitCode.UNKNOWN,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that wins: 130, then 2, 4, 1, 3; 0 if there is no other.

    >>> int(worst([ExitCode.UNKNOWN, ExitCode.REFUTED, ExitCode.OK]))
    1
    """
    found = set(codes)
    return next((code for code in PRECEDENCE if code in found), ExitCode.OK)
