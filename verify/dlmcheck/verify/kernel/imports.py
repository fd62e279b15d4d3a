"""Imported theorems: what is cited and not checked, so that nobody takes it for more."""

from __future__ import annotations

from dlmcheck.verify.kernel.evidence import Citation
from dlmcheck.verify.kernel.results import Checked, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict


def imported(statement: str, source: str) -> Checked:
    """A statement that rests on a published theorem: UNSETTLEABLE here, with its source."""
    return kernel_result(statement, Verdict.UNSETTLEABLE, Citation(source))
