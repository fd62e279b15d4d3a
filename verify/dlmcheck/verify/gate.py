"""The gate: an audit, held against its lock where there is one, and the exit code of that."""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.verify.audit import AuditResult
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.lock import Deviation, Section, compare, judge
from dlmcheck.verify.selection import Selection


@dataclass(frozen=True)
class Gate:
    """What a report is made from. `locked` says whether there was a lock to meet."""

    result: AuditResult
    selection: Selection
    locked: bool
    deviations: tuple[Deviation, ...]
    code: ExitCode

    def deviations_of(self, row_id: str) -> tuple[Deviation, ...]:
        """The deviations of one row."""
        return tuple(one for one in self.deviations if one.row == row_id)


def gate(result: AuditResult, selection: Selection, section: Section | None = None) -> Gate:
    """Judge an audit, against a section of a lock or by itself.

    With a lock each deviation has its code. Without one, a refutation is 1 and what is no result
    is 3. Selecting nothing is 3 too, and so is a pattern that matches nothing. An interrupted
    audit is 130 and is not held against a lock.
    """
    codes: list[ExitCode] = []
    deviations: tuple[Deviation, ...] = ()
    if not result.rows or selection.unmet:
        codes.append(ExitCode.UNKNOWN)
    if result.interrupted:
        codes.append(ExitCode.INTERRUPTED)
    elif section is None:
        codes += map(judge, result.rows)
    else:
        deviations = compare(section, result, selection)
        codes += [deviation.code for deviation in deviations]
    locked = section is not None and not result.interrupted
    return Gate(result, selection, locked, deviations, worst(codes))
