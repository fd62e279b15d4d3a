"""`dlmcheck cert`: certificates, checked alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dlmcheck.spec.errors import BadInput, DlmcheckError
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.certificate_kinds import (
    check_certificate,
    data_bits,
    read_document,
    subjects,
)
from dlmcheck.verify.cli import complain, one_line
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.kernel.documents import kind_of
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict


def cert_action(files: Sequence[Path]) -> Callable[[object], ExitCode]:
    """What `dlmcheck cert` does with its arguments."""
    return lambda _: run_cert(tuple(files))


def run_cert(files: tuple[Path, ...]) -> ExitCode:
    """Check each certificate from its file alone: 0 if all are good, 4 if one is rejected, 2 if
    one is malformed.

    No engine is loaded, and neither are the claims. A refutation that checks is a success. What a
    certificate is about is in its file: it is named by its hash, for comparison with one's own,
    and a law by the data that it is for.
    """
    return worst([_check(path) for path in files])


def _check(path: Path) -> ExitCode:
    try:
        document = read_document(path)
        checked = _checked(document)
    except BadInput as error:
        complain(str(error))
        return ExitCode.BAD_INPUT
    except DlmcheckError as error:
        print(one_line(f"{path}: REJECTED by the kernel: {error}"))
        return ExitCode.FAILURE
    said = "refuted" if checked.verdict is Verdict.REFUTED else "accepted"
    found = f"{checked.verdict.value} {checked.statement}; {checked.evidence}"
    about = "".join(f"; {what} sha256 {digest}" for what, digest in subjects(document).items())
    if bits := data_bits(document):
        about += f"; data {bits}"
    print(one_line(f"{path}: {said}: {found}{about}"))
    return ExitCode.OK


def _checked(document: Document) -> Checked:
    if kind_of(document) == "row":
        raise BadInput(
            "a row of an audit is no certificate, dlmcheck replay reads it",
            source=document.source,
            line=document.line(("kind",)),
            expected="a certificate",
        )
    return check_certificate(document)
