"""What is expected of the rows of a claim: bounded, or refuted by a certain witness."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from dlmcheck.verify.claims.registry import Row
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict


def check_verdict(
    row: Row,
    results: Iterable[Checked],
    witnesses: Mapping[str, tuple[str, str]],
    proved: Collection[str] = (),
) -> None:
    """The results of a row's roads: with a hypothesis dropped the witness, an instance and why it
    fails; else BOUNDED, or PROVED for the rows named so.
    """
    for result in results:
        if row.id in witnesses:
            assert isinstance(result.evidence, Witness)
            assert (result.evidence.instance, result.evidence.reason) == witnesses[row.id]
        else:
            assert result.verdict is (Verdict.PROVED if row.id in proved else Verdict.BOUNDED)
    assert (row.dropped is None) == (row.id not in witnesses)
