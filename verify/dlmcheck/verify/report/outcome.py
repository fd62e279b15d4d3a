"""What the commands that check schedules have found out, and what it means for the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.equivalence import Equivalence
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.kernel.verdicts import Verdict

if TYPE_CHECKING:  # whoever only checks does not load what compiles
    from dlmcheck.verify.compilation import CompiledFigures


@dataclass(frozen=True)
class Spent:
    """What a task took: seconds, and the most memory in bytes that its process held."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Interface:
    """What a circuit shows: the names of its data and its random inputs, how many outputs."""

    data: tuple[str, ...]
    random: tuple[str, ...]
    outputs: int

    @classmethod
    def of(cls, circuit: Circuit) -> Interface:
        """That of a circuit."""
        data, random = (
            tuple(circuit.inputs[v].name for v in kind)
            for kind in (circuit.data_inputs, circuit.random_inputs)
        )
        return cls(data, random, len(circuit.outputs))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whether a schedule samples what a circuit samples, if that was asked.

    `file` is whose name stands above the answer, `interface` that of the circuit; `labels` are
    those of the schedule's cells, where a wrong run is to be told. `problem` says why an answer is
    missing, and `code` what that means. `spent` has an entry per task.
    """

    file: str
    interface: Interface
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


@dataclass(frozen=True, kw_only=True)
class CompiledOutcome(Outcome):
    """One circuit in one edit model: its figures too.

    The tasks are "compile" and "verify", and "kernel" where the kernel's part of the latter was a
    task of its own; then the seconds of "verify" include waiting for that.
    """

    edits: str
    figures: CompiledFigures | None = None


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
