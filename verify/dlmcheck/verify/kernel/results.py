"""The abstract type of checked results.

`Checked` can be built only with a token that this package keeps to itself; a test forbids other
construction sites. Whoever holds a `Checked` holds something the kernel went through.
"""

from __future__ import annotations

from typing import Final

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.kernel.evidence import Evidence
from dlmcheck.verify.kernel.verdicts import Verdict


class Rejected(DlmcheckError):
    """The kernel does not accept a piece of evidence; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class _Token:
    """Held by the kernel alone."""


_TOKEN: Final = _Token()


class Checked:
    """A statement, the verdict the kernel reached on it, and the evidence it went through."""

    __slots__ = ("_evidence", "_statement", "_verdict")

    def __init__(self, token: _Token, statement: str, verdict: Verdict, evidence: Evidence) -> None:
        if token is not _TOKEN:
            raise TypeError("a checked result is made by the kernel only")
        self._statement = statement
        self._verdict = verdict
        self._evidence = evidence

    @property
    def statement(self) -> str:
        """The name of the statement."""
        return self._statement

    @property
    def verdict(self) -> Verdict:
        """What the kernel found."""
        return self._verdict

    @property
    def evidence(self) -> Evidence:
        """What it rests on."""
        return self._evidence

    def __repr__(self) -> str:
        return f"Checked({self._statement}: {self._verdict.value}; {self._evidence})"


def kernel_result(statement: str, verdict: Verdict, evidence: Evidence) -> Checked:
    """Make a checked result. For the modules of this package only."""
    return Checked(_TOKEN, statement, verdict, evidence)
