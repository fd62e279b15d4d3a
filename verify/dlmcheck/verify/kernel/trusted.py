"""Results that rest on the word of a solver, so that nobody takes them for more.

What a solver says can be trusted without being true: a model can be checked by whoever asked, but
"there is no model", without a proof that is gone through here, is the solver's word alone.
"""

from __future__ import annotations

from dlmcheck.verify.kernel.evidence import SolverAnswer, SymbolicIdentity
from dlmcheck.verify.kernel.results import Checked, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict


def on_the_word_of(checked: Checked, engine: str, version: str, queries: int) -> Checked:
    """The same result, with evidence that names the solver that the checks believed.

    BOUNDED stays BOUNDED, but no longer counts as exhaustive evidence: `queries` answers of the
    solver were taken as they are. Any other verdict is returned unchanged; the reason of a
    counterexample has to say itself if it is the solver's. Raises `ValueError` for no query:
    then nobody was trusted.
    """
    if queries < 1:
        raise ValueError("no answer was taken on trust")
    if checked.verdict is not Verdict.BOUNDED:
        return checked
    evidence = SolverAnswer(engine, version, queries)
    return kernel_result(checked.statement, Verdict.BOUNDED, evidence)


def proved_on_the_word_of(statement: str, evidence: SolverAnswer | SymbolicIdentity) -> Checked:
    """PROVED for all values of the variables, on the word of a solver or an algebra system alone.

    Raises `ValueError` for evidence of no query or no identity.
    """
    told = evidence.queries if isinstance(evidence, SolverAnswer) else len(evidence.identity)
    if told < 1:
        raise ValueError("no answer was taken on trust")
    return kernel_result(statement, Verdict.PROVED, evidence)
