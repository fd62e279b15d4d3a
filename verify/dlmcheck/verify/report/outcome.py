"""What came of compiling and verifying one circuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.compilation import CompiledFigures
from dlmcheck.verify.equivalence import Equivalence
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.kernel.verdicts import Verdict


@dataclass(frozen=True)
class Spent:
    """What a task took: seconds, and the most memory in bytes that its process held."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Outcome:
    """One circuit in one edit model: its figures, and the answer if one was asked for.

    `labels` are those of the schedule's cells, where a wrong run is to be told. `problem` says why
    figures or answer are missing, and `code` what that means. `spent` has an entry per task:
    "compile" and "verify".
    """

    file: str
    circuit: Circuit
    edits: str
    figures: CompiledFigures | None = None
    labels: tuple[str, ...] = ()
    equivalence: Equivalence | None = None
    problem: str = ""
    code: ExitCode = ExitCode.OK
    spent: Mapping[str, Spent] = field(default_factory=dict[str, Spent])

    @property
    def answer(self) -> str:
        """EQUIVALENT, SAME LAW, NOT EQUIVALENT, UNKNOWN or ERROR; empty if nothing was asked.

        SAME LAW is said where the laws are equal and no coupling is known to show it.
        """
        if self.equivalence is None:
            return {ExitCode.OK: "", ExitCode.FAILURE: "ERROR"}.get(self.code, "UNKNOWN")
        if self.code is ExitCode.FAILURE:
            return "ERROR"
        if self.equivalence.simulates.is_affirmative:
            return "EQUIVALENT"
        if self.equivalence.same_law_only:
            return "SAME LAW"
        return "NOT EQUIVALENT" if self.equivalence.simulates is Verdict.REFUTED else "UNKNOWN"


def code_of(equivalence: Equivalence) -> ExitCode:
    """What an equivalence means for the exit code.

    A predictor that does not preserve masks, in a model where tokens stay, is a refutation too;
    a coupling that breaks is none where the laws are equal.
    """
    simulates = Verdict.PROVED if equivalence.same_law_only else equivalence.simulates
    answers = (simulates, equivalence.same_law, equivalence.preserves)
    if equivalence.disagreement or Verdict.ERROR in answers:
        return ExitCode.FAILURE
    if Verdict.REFUTED in answers:
        return ExitCode.REFUTED
    return ExitCode.OK if simulates.is_affirmative else ExitCode.UNKNOWN
