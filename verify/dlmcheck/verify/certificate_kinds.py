"""The table of certificate kinds. To add one: one line in `KINDS`, and nothing else anywhere.

The line maps the kind, as it stands in a file, to the module that checks it. That is a module of
the kernel, which imports the standard library, the specification and the kernel alone, or one of
`encoders`, which may also use an encoding of `searches`, but no engine. It defines

    KIND = "..."                                     the same word
    def check_document(document: Document) -> Checked

where `document` (`dlmcheck.spec.jsontext.Document`) is the whole file and the result comes from
the kernel. `dlmcheck.verify.kernel.documents` has the helpers for reading the fields and for
writing a file (`certificate_text`). `dlmcheck cert` and `dlmcheck replay` then know the kind, the
tests of tests/verify/test_certificate_kinds.py go over it, and the JSON schema allows it.

A certificate is complete: what it says is checked from the file alone, with no engine. Rows of
an audit are no certificates, since they need the catalogue (`evidence_files` reads them).
"""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from dlmcheck.spec.errors import BadInput, DlmcheckError, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel.documents import kind_of
from dlmcheck.verify.kernel.results import Checked

KINDS: dict[str, str] = {
    "simulation": "dlmcheck.verify.kernel.simulation",
    "merged-simulation": "dlmcheck.verify.kernel.merged_simulation",
    "wrong-run": "dlmcheck.verify.kernel.witness",
    "same-law": "dlmcheck.verify.kernel.same_law",
    "law": "dlmcheck.verify.kernel.laws",
    "state-law": "dlmcheck.verify.kernel.state_laws",
    "broken-mask": "dlmcheck.verify.kernel.preservation",
    "locality": "dlmcheck.verify.kernel.local_certificate",
    "local-target": "dlmcheck.verify.kernel.local_targets",
    "induction": "dlmcheck.verify.kernel.proof_documents",
    "refutation": "dlmcheck.verify.kernel.encoders",
    "length": "dlmcheck.verify.encoders.lengths",
    "trajectory": "dlmcheck.verify.encoders.trajectories",
    "program": "dlmcheck.verify.encoders.programs",
    "queries": "dlmcheck.verify.kernel.query_documents",
    "circuit-law": "dlmcheck.verify.kernel.counted_laws",
    "diagram-law": "dlmcheck.verify.kernel.diagram_laws",
    "frontier-law": "dlmcheck.verify.kernel.frontier_laws",
    "width": "dlmcheck.verify.kernel.widths",
    "linear": "dlmcheck.verify.kernel.linear",
    "sampler": "dlmcheck.verify.kernel.sampler_table",
    "decoder": "dlmcheck.verify.kernel.decoder_table",
    "upper-bound": "dlmcheck.verify.kernel.round_constructions",
    "lower-bound": "dlmcheck.verify.kernel.round_bounds",
    "round-strategy": "dlmcheck.verify.kernel.strategy",
    "round-dependence": "dlmcheck.verify.kernel.dependence",
    "block-chain": "dlmcheck.verify.kernel.block_chains",
    "exchangeable-rounds": "dlmcheck.verify.kernel.exchangeable",
}


class Checker(Protocol):
    """What a module offers that checks a kind of certificate."""

    KIND: str

    def check_document(self, document: Document) -> Checked:
        """Check a certificate. Raises `BadInput` or `Rejected`."""
        ...


def checker(kind: str) -> Checker:
    """The module that checks a kind. Raises `KeyError` if there is none."""
    return cast(Checker, import_module(KINDS[kind]))


def read_document(path: Path) -> Document:
    """A file as a document. Raises `BadInput` if it cannot be read or is no JSON."""
    source = str(path)
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", source=source) from None
    except UnicodeDecodeError as error:
        raise MalformedSyntax(str(error), source=source, expected="text in UTF-8") from None
    return Document.parse(text, source)


def subjects(document: Document) -> dict[str, str]:
    """The schedule and the circuit inside a certificate, each by the SHA-256 of its text.

    `sha256sum` gives the same for a schedule as `dlmcheck compile` writes it.
    """
    value = document.value
    fields = value if isinstance(value, dict) else {}
    texts = {key: fields.get(key) for key in ("schedule", "circuit")}
    return {
        key: sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        for key, text in texts.items()
        if isinstance(text, str)
    }


def data_bits(document: Document) -> str:
    """The data inputs for which a certificate gives a law, as bits; empty where there are none."""
    value = document.value
    bits = value.get("data") if isinstance(value, dict) else None
    return bits if isinstance(bits, str) else ""


def check_certificate(document: Document) -> Checked:
    """Check a certificate from what is in its file, and from nothing else.

    Raises `BadInput` if the file is malformed or of no kind in the table, `Rejected` (or another
    error of the package) if the kernel does not accept it.
    """
    kind = kind_of(document)
    if kind not in KINDS:
        raise document.bad(
            f"unknown kind {kind!r}", ("kind",), ", ".join(KINDS), kind=MalformedSyntax
        )
    try:
        return checker(kind).check_document(document)
    except DlmcheckError:
        raise
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        # The checkers look at the form of every field; what slips through them is no certificate.
        raise MalformedSyntax(
            f"a field is missing or of the wrong form ({type(error).__name__}: {error})",
            source=document.source,
            expected=f"a certificate of kind {kind}",
        ) from error
