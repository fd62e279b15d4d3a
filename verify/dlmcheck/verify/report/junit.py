"""An audit as JUnit XML: one suite per claim, one case per row.

A case passes only where the row is as it should be: as locked, or without a lock affirmed. What
is no result is a failure and never shown as skipped, because a skipped test looks green; skipped
is only what no finite check can settle and no lock expects.
"""

from __future__ import annotations

from io import BytesIO

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from dlmcheck.verify.audit import RowResult
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.gate import Gate
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock import judge
from dlmcheck.verify.report.table import row_lines


def junit_bytes(gate: Gate) -> bytes:
    """The XML of an audit; no times, no host, so the same audit gives the same bytes."""
    xml = JUnitXml("dlmcheck")
    suites: dict[str, TestSuite] = {}
    for row in gate.result.rows:
        case = _case(gate, row)
        suites.setdefault(row.row.claim, TestSuite(row.row.claim)).add_testcase(case)
    present = {row.row.id for row in gate.result.rows}
    for deviation in gate.deviations:
        if deviation.row not in present:
            claim, _, reading = deviation.row.partition("/")
            case = TestCase(reading or claim, claim)
            case.result = [Failure(_clean(deviation.message), "MISSING")]
            suites.setdefault(claim, TestSuite(claim)).add_testcase(case)
    for suite in suites.values():
        xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call]  # the library has no types here
    buffer = BytesIO()
    xml.write(buffer)  # pyright: ignore[reportUnknownMemberType]
    return buffer.getvalue() + b"\n"


def _case(gate: Gate, row: RowResult) -> TestCase:
    case = TestCase(row.row.reading, row.row.claim)
    basis = ", ".join(one.value for one in row.bases) or "none"
    lines = [row.row.statement, f"{row.verdict.value}", *row_lines(row), f"trust: {basis}"]
    if row.bounded is not None:
        lines.append(f"why bounded: {row.bounded}")
    case.system_out = _clean("\n".join(lines))
    if gate.locked:
        complaints = [(one.message, one.code) for one in gate.deviations_of(row.row.id)]
    else:
        code = judge(row)
        complaints = [] if code is ExitCode.OK else [(f"verdict {row.verdict.value}", code)]
    case.result = [
        (Error if code is ExitCode.FAILURE else Failure)(_clean(message), row.verdict.value)
        for message, code in complaints
    ]
    if not gate.locked and row.verdict is Verdict.UNSETTLEABLE:
        case.result = [Skipped(row.verdict.value)]
    return case


def _clean(text: str) -> str:
    """Text that XML can hold: control characters are shown as escapes."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )
