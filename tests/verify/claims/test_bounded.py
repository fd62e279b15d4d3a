"""Every row that is locked as BOUNDED says why, and no other row does; and it is shown.

`python -m tests.verify.claims.test_bounded` removes the lines of rows that are BOUNDED no more.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from dlmcheck.verify.claims import bounded
from dlmcheck.verify.claims.bounded import BOUNDED, Bound, Why, table, why_bounded
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Claim, Profile, Registry, Road, Row
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock_file import read_lock
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli import proved
from tests.verify.cli.running import ROOT, here

TABLE = "claims/bounded.py"
ROWS = {row.id for row in catalogue().rows}


def locked() -> dict[str, Verdict]:
    """The verdict of each locked row, in the largest profile in which it is locked."""
    lock = read_lock(ROOT / "claims.lock")
    found: dict[str, Verdict] = {}
    for profile in Profile:
        if profile in lock.sections:
            found.update({row: one.verdict for row, one in lock.section(profile).items()})
    return found


def complaints(verdicts: dict[str, Verdict], rows: set[str]) -> list[str]:
    """What is to be done so that the table and the verdicts fit together.

    A row of the catalogue that is not locked yet may have its reason already.
    """
    found: list[str] = []
    for row, verdict in sorted(verdicts.items()):
        why = why_bounded(row)
        if verdict is Verdict.BOUNDED and why is None:
            found.append(f"{row} is BOUNDED: add a line with why to {TABLE}")
        if verdict is not Verdict.BOUNDED and why is not None:
            found.append(f"{row} is {verdict.value}: remove {place(row)}")
    for key in BOUNDED:
        if not any(r == key or (key[-1] == "*" and r.startswith(key[:-1])) for r in rows):
            found.append(f"{key} is no row: remove {place(key)}")
    return found


def place(row: str) -> str:
    """The line of the table that speaks of a row."""
    lines = inspect.getsource(bounded).splitlines()
    for number, line in enumerate(lines, start=1):
        key = line.strip().removesuffix(",").strip('"')
        if line.startswith('        "') and (
            key == row or (key.endswith("*") and row.startswith(key[:-1]))
        ):
            return f"line {number} of {TABLE}, {line.strip()}"
    return f"its line of {TABLE}"


def test_every_bounded_row_says_why_and_no_other_row_does() -> None:
    wrong = complaints(locked(), ROWS)
    assert not wrong, "\n".join(wrong)


def test_canary_each_misfit_is_named_with_its_line() -> None:
    verdicts = locked()
    verdicts["L4.3/shape,depth-2"] = Verdict.PROVED
    verdicts["NEW/row"] = Verdict.BOUNDED
    verdicts["T4.5-LOCAL/one-set,n=3,k=1"] = Verdict.REFUTED
    del verdicts["C-SPACE/functions"]
    rows = ROWS - {"C-SPACE/functions"}
    proved_row, bounded_row, refuted, gone = (
        [one for one in complaints(verdicts, rows) if one.startswith(start)]
        for start in ("L4.3/shape", "NEW/row", "T4.5-LOCAL/one-set,n=3,k=1", "C-SPACE/functions")
    )
    lines = inspect.getsource(bounded).splitlines()
    number = lines.index('        "L4.3/shape,depth-2",') + 1
    assert proved_row[0].startswith("L4.3/shape,depth-2 is PROVED: remove line ")
    assert proved_row[0].endswith(f'line {number} of claims/bounded.py, "L4.3/shape,depth-2",')
    assert bounded_row == ["NEW/row is BOUNDED: add a line with why to claims/bounded.py"]
    assert "is REFUTED: remove line" in refuted[0]
    assert refuted[0].endswith('"T4.5-LOCAL/one-set,n=*",')
    assert "C-SPACE/functions is no row: remove line" in gone[0]


_GROUP = re.compile(r"    \*_rows\(Why\..*?\n    \),\n", re.DOTALL)
_KEY = re.compile(r'^        "([^"]*/[^"]*)",\n', re.MULTILINE)


def pruned(source: str, gone: set[str]) -> str:
    """The table without the lines of some keys, and without reasons that have no row left."""

    def group(found: re.Match[str]) -> str:
        kept = _KEY.sub(lambda key: "" if key[1] in gone else key[0], found[0])
        return kept if _KEY.search(kept) else ""

    return _GROUP.sub(group, source)


def test_lines_are_removed_with_reasons_that_have_no_row_left() -> None:
    source = inspect.getsource(bounded)
    assert pruned(source, set()) == source
    assert set(_KEY.findall(source)) == set(BOUNDED)
    fewer = pruned(source, {"L4.3/shape,depth-2", "T4.5-ERROR/one-round,attained"})
    removed = set(source.splitlines()) - set(fewer.splitlines())
    reason = BOUNDED["L4.3/shape,depth-2"].text
    assert {line.strip().strip(",").strip('"') for line in removed} == {
        "L4.3/shape,depth-2",
        "T4.5-ERROR/one-round,attained",
        f'*_rows(Why.FINITE, "{reason}',
    }
    compile(fewer, "bounded", "exec")


def test_a_row_has_one_reason() -> None:
    bound = Bound(Why.OPEN, "nobody knows")
    with pytest.raises(ValueError, match="two reasons for C/a"):
        table(("C/a", bound), ("C/b", bound), ("C/a", bound))


def test_every_kind_occurs_and_every_reason_is_a_short_sentence() -> None:
    assert {bound.why for bound in BOUNDED.values()} == set(Why)
    for bound in BOUNDED.values():
        assert 10 < len(bound.text) < 100
        assert not bound.text.endswith(".")
        assert str(bound).startswith(f"{bound.why.value}: ")


# --- shown ---------------------------------------------------------------------------------

BOUNDED_ROW, PROVED_ROW = "L4.3/shape,depth-2", "L4.3/proved"


def registry() -> Registry:
    """A row whose id is that of a bounded one, and one that is proved; jobs are planted."""
    rows = (
        Row("L4.3", "shape,depth-2", "it holds", (Road("bounded", "holds", "an engine"),)),
        Row(
            "L4.3", "proved", "so does it",
            (Road("proofs", "the parity telescopes", "steps by truth tables"),),
        ),
    )  # fmt: skip
    claim = Claim("L4.3", "a claim", "planted", (), "L4.3-L4.4", rows)
    return Registry((claim,), proved.registry().jobs)


def test_explain_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    out = here(capsys, "explain", BOUNDED_ROW, registry=registry()).out
    assert f"  bounded     {why_bounded(BOUNDED_ROW)}" in out.splitlines()
    assert "  bounded " not in here(capsys, "explain", PROVED_ROW, registry=registry()).out


def test_reports_say_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report, suites = tmp_path / "report.json", tmp_path / "report.xml"
    done = here(capsys, "audit", "--json", report, "--junit", suites, registry=registry())
    assert done.code == 0
    assert done.out.count("bounded: finite statement") == 1
    raw = json.loads(report.read_text("utf-8"))
    jsonschema.validate(raw, schema("audit-1"))
    why = why_bounded(BOUNDED_ROW)
    assert why is not None
    shown = {row["id"]: row["bounded"] for row in raw["rows"]}
    said = {"why": "finite statement", "text": why.text}
    assert shown == {BOUNDED_ROW: said, PROVED_ROW: None}
    cases = {
        case.attrib["name"]: case.findtext("system-out") or ""
        for case in ElementTree.parse(suites).getroot().iter("testcase")
    }
    assert f"why bounded: {why}" in cases["shape,depth-2"]
    assert "bounded" not in cases["proved"]


def test_a_row_that_is_not_bounded_now_shows_no_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The table speaks of the lock; a verdict of this run counts more."""
    row = Row("L4.3", "shape,depth-2", "it fails", (Road("against", "fails", "an engine"),))
    claim = Claim("L4.3", "a claim", "planted", (), "L4.3-L4.4", (row,))
    refuted = Registry((claim,), proved.registry().jobs)
    report = tmp_path / "report.json"
    done = here(capsys, "audit", "--json", report, registry=refuted)
    assert done.code == 1
    assert "bounded" not in done.out
    assert json.loads(report.read_text("utf-8"))["rows"][0]["bounded"] is None


def test_the_schema_knows_every_kind_and_still_takes_documents_without_it() -> None:
    row = schema("audit-1")["properties"]["rows"]["items"]
    assert "bounded" not in row["required"]
    kinds = row["properties"]["bounded"]["anyOf"][0]["properties"]["why"]["enum"]
    assert kinds == [why.value for why in Why]


if __name__ == "__main__":
    now = locked()
    stale = {key for key in BOUNDED if key in now and now[key] is not Verdict.BOUNDED}
    stale |= {key for key in BOUNDED if not key.endswith("*") and key not in ROWS}
    file = Path(inspect.getfile(bounded))
    file.write_text(pruned(file.read_text("utf-8"), stale), "utf-8")
