"""Evidence for laws that are uniform on an affine set too large to be listed."""

from __future__ import annotations

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.engines.elimination import linear_run_text, linear_text
from dlmcheck.verify.engines.law_by_elimination import claim_of
from dlmcheck.verify.engines.law_engines import CircuitLaw, LawProblem
from dlmcheck.verify.kernel.linear import Uniform, check_uniform, check_uniform_run
from dlmcheck.verify.kernel.results import Checked, Rejected


class NoCertificate(DlmcheckError):
    """The law stays on the word of its engine; the message says why."""


def affine_certificate(problem: LawProblem) -> tuple[str, Checked]:
    """A certificate of the set on which a linear sampler is uniform, however large that set is.

    Raises `NoCertificate` if it has data inputs or is not linear.
    """
    # Without a file nobody needs the table of kinds, nor what it loads.
    from dlmcheck.verify.certificate_kinds import check_certificate

    claim = _claim(problem)
    if isinstance(problem, CircuitLaw):
        text = linear_text(problem.circuit, claim=claim)
    else:
        text = linear_run_text(problem.schedule, claim)
    return text, check_certificate(Document.parse(text, "certificate"))


def check_affine(problem: LawProblem) -> Checked:
    """What the kernel says of that set, where nobody wants the file: it reads the gates itself.

    Raises `NoCertificate` as above, `Rejected` if the kernel does not accept it.
    """
    claim = _claim(problem)
    if isinstance(problem, CircuitLaw):
        return check_uniform(problem.circuit, claim)
    return check_uniform_run(problem.schedule, claim)


def _claim(problem: LawProblem) -> Uniform:
    if problem.data:
        raise NoCertificate("there is no certificate of a linear sampler with data")
    try:
        return claim_of(problem)
    except Rejected as error:
        raise NoCertificate(error.reason) from None
