"""The table of certificate kinds: each has a checker in the kernel, and nobody else decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify import certificate_kinds
from dlmcheck.verify.certificate_kinds import KINDS, check_certificate, checker
from dlmcheck.verify.kernel.documents import FORMAT, certificate_text
from dlmcheck.verify.kernel.results import Checked
from tests.house import checks
from tests.verify.sample_certificates import samples

HOMES = ("dlmcheck.verify.kernel.", "dlmcheck.verify.encoders.")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_names_a_module_that_offers_it(kind: str) -> None:
    assert KINDS[kind].startswith(HOMES)
    module = checker(kind)
    assert kind == module.KIND
    assert callable(module.check_document)


def test_every_kind_has_samples_that_the_tests_of_forgery_go_through() -> None:
    for second in (False, True):
        assert set(samples(second)) == set(KINDS)


def test_no_module_offers_a_kind_that_is_not_in_the_table(source_root: Path) -> None:
    assert sorted(offered(source_root)) == sorted(KINDS.values())


def offered(root: Path) -> Iterator[str]:
    for path in (root / "verify").rglob("*.py"):
        if "\ndef check_document(" in path.read_text("utf-8"):
            name = path.relative_to(root / "verify").with_suffix("")
            yield ".".join(name.parts)


@pytest.mark.parametrize("kind", KINDS)
def test_no_checker_loads_an_engine(kind: str, source_root: Path) -> None:
    loaded = checks.loaded_modules(source_root, KINDS[kind])
    allowed = ["dlmcheck.spec", "dlmcheck.verify.kernel"]
    if KINDS[kind].startswith(HOMES[1]):
        allowed += ["dlmcheck.verify.encoders", "dlmcheck.verify.searches"]
    assert {name for name in loaded if not checks.is_below(name, tuple(allowed))} == {
        "dlmcheck",
        "dlmcheck.verify",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_without_its_fields_is_malformed(kind: str) -> None:
    for text in (certificate_text(kind), certificate_text(kind, foreign=1)):
        with pytest.raises(MalformedSyntax) as caught:
            check_certificate(Document.parse(text, "file"))
        assert caught.value.line is not None  # by the reader of the fields, not by accident


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "another format"),
        ({}, "another format"),
        ({"format": "other", "version": 1, "kind": "law"}, "another format"),
        ({"format": FORMAT, "version": 2, "kind": "law"}, "another format"),
        ({"format": FORMAT, "version": True, "kind": "law"}, "another format"),
        ({"format": FORMAT, "version": 1}, 'no key "kind"'),
        ({"format": FORMAT, "version": 1, "kind": 7}, "kind is 7"),
        ({"format": FORMAT, "version": 1, "kind": "hearsay"}, "unknown kind 'hearsay'"),
        ({"format": FORMAT, "version": 1, "kind": "row"}, "unknown kind 'row'"),
    ],
)
def test_what_is_no_certificate(value: object, reason: str) -> None:
    with pytest.raises(BadInput, match="file:1: ") as caught:
        check_certificate(Document.parse(json.dumps(value), "file"))
    assert reason in caught.value.message


def test_a_checker_that_stumbles_accepts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stumbling:
        KIND = "law"

        def check_document(self, document: Document) -> Checked:
            raise IndexError(document.source)

    def stumbling(_kind: str) -> Stumbling:
        return Stumbling()

    monkeypatch.setattr(certificate_kinds, "checker", stumbling)
    with pytest.raises(MalformedSyntax, match="IndexError: file"):
        check_certificate(Document.parse(certificate_text("law"), "file"))
