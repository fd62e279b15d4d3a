"""The library's front door: every name is there, and certificates go through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlmcheck.verify import api
from tests.verify.sample_certificates import samples


def test_every_name_is_there() -> None:
    assert len(set(api.__all__)) == len(api.__all__)
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


def test_a_certificate_is_read_and_checked_alone(tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(samples()["same-law"], "utf-8")
    document = api.read_document(path)
    assert isinstance(document, api.Document)
    checked = api.check_certificate(document)
    assert isinstance(checked, api.Checked)
    assert (checked.statement, checked.verdict) == ("same law", api.Verdict.PROVED)
    path.write_text(path.read_text("utf-8").replace("AND", "OR", 1), "utf-8")
    with pytest.raises(api.Rejected, match="the laws differ"):
        api.check_certificate(api.read_document(path))
