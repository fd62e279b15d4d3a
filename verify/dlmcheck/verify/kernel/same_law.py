"""Equal output laws as a certificate: a schedule and a circuit, small enough to go through.

    {"kind": "same-law", "schedule": ..., "circuit": ...}

There is nothing else in the file, and nothing to believe: both laws are computed by the
specification for all data (`laws.check_same_law`). It is what is left to show where no coupling of
seeds is known, or the one that was tried breaks; a simulation (`simulation`) says more, and is
checked faster.
"""

from __future__ import annotations

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.laws import check_same_law
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "same-law"
STATEMENT = "same law"
MOST_INPUTS = 8
"""Laws of circuits with more inputs are not listed: all data and all seeds would be."""
MOST_CELLS = 64
"""Nor those of schedules with more cells."""
MOST_ROUNDS = 1 << 10
"""Nor those of schedules with more rounds, which one number in a short file can ask for."""


def is_listed(schedule: Schedule, circuit: Circuit) -> bool:
    """Whether the two are small enough for all data and seeds to be gone through."""
    if schedule.rounds > MOST_ROUNDS:
        return False
    return len(circuit.inputs) <= MOST_INPUTS and schedule.length <= MOST_CELLS


def check_document(document: Document) -> Checked:
    """PROVED if the schedule of a file samples its circuit, for all data.

    Raises `Rejected` if the laws differ, or are too large to be gone through.
    """
    fields_of(document, ("schedule", "circuit"))
    schedule, circuit = schedule_field(document), circuit_field(document)
    if not is_listed(schedule, circuit):
        raise Rejected("the laws are too large to be gone through")
    checked = check_same_law(STATEMENT, schedule, circuit)
    if checked.verdict is not Verdict.PROVED:
        evidence = checked.evidence
        reason = evidence.reason if isinstance(evidence, Witness) else str(evidence)
        raise Rejected(f"the laws differ: {reason}")
    return checked
