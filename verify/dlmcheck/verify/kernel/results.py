"""The abstract type of checked results.

`Checked` can be built only with a token that this package keeps to itself; a test forbids other
construction sites. Whoever holds a `Checked` holds something the kernel went through. (Python
hides nothing from those who insist; what is excluded is to make one by mistake.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.kernel.evidence import Evidence
from dlmcheck.verify.kernel.verdicts import Verdict


class Rejected(DlmcheckError):
    """The kernel does not accept a piece of evidence; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class BeyondLimits(Rejected):
    """The kernel does not go through it, whatever is stated: it takes too long, or it has no way.

    Says nothing against the statement.
    """


class _Token:
    """Held by the kernel alone."""


_KERNEL_TOKEN: Final = _Token()


@final
class Checked:
    """A statement, the verdict the kernel reached on it, and the evidence it went through.

    Nothing of it can be changed afterwards, and it has no subclasses.
    """

    __slots__ = ("_evidence", "_statement", "_verdict")
    _evidence: Evidence
    _statement: str
    _verdict: Verdict

    def __init__(self, token: _Token, statement: str, verdict: Verdict, evidence: Evidence) -> None:
        if token is not _KERNEL_TOKEN:
            raise TypeError("a checked result is made by the kernel only")
        object.__setattr__(self, "_statement", statement)
        object.__setattr__(self, "_verdict", verdict)
        object.__setattr__(self, "_evidence", evidence)

    def __init_subclass__(cls) -> None:
        raise TypeError("a checked result has no subclasses")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a checked result cannot be changed ({name})")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a checked result cannot be changed ({name})")

    def __reduce__(self) -> tuple[Callable[..., Checked], tuple[str, Verdict, Evidence]]:
        # From a worker process to the one that waits for it.
        return kernel_result, (self._statement, self._verdict, self._evidence)

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
    return Checked(_KERNEL_TOKEN, statement, verdict, evidence)
