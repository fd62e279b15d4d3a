"""What audit, explain and doctor print and write: the same bytes twice, valid, nothing cut off."""

from __future__ import annotations

import inspect
import io
import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlmcheck.spec.lattice import Point
from dlmcheck.verify.api import UnknownClaim, audit
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Claim, Profile, Registry, Road, Row
from dlmcheck.verify.cli.limits import parse_memory, parse_seconds
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.jobs import Ending, Finished
from dlmcheck.verify.kernel.sweep import HOLDS
from dlmcheck.verify.report.audit_json import audit_document
from dlmcheck.verify.report.schemas import NAMES, schema
from dlmcheck.verify.report.table import print_table
from dlmcheck.verify.selection import is_meant, select
from tests.verify.cli.planted import registry, sweep
from tests.verify.cli.running import PLANTED, Result, complaint, here, outside

EVERYTHING = ("GOOD", "BAD", "VACUOUS", "LIES", "REJECTED", "CITED", "GROWS")


@pytest.fixture
def planted(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    return lambda *arguments: here(capsys, *arguments, registry=registry())


# --- audit ---------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    found: list[tuple[str, ...]] = []
    for number, workers in enumerate((1, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = [folder / "report.json", folder / "report.xml", folder / "claims.lock"]
        done = outside(
            "audit", *EVERYTHING, "-j", str(workers), "--json", files[0], "--junit", files[1],
            "--evidence", folder / "evidence", module=PLANTED,
        )  # fmt: skip
        assert done.code == 4
        again = outside("audit", "GOOD", "BAD", "--write-lock", files[2], module=PLANTED)
        assert again.code == 1
        evidence = sorted((folder / "evidence").iterdir())
        found.append((done.out, *(file.read_text() for file in (*files, *evidence))))
    assert found[0] == found[1]
    assert len(found[0]) > 8


def test_json_is_valid_and_times_come_on_request_only(
    tmp_path: Path, planted: Callable[..., Result]
) -> None:
    path = tmp_path / "report.json"
    documents: list[dict[str, Any]] = []
    for more in ((), ("--times",)):
        done = planted("audit", *EVERYTHING, "--json", path, *more)
        documents.append(json.loads(path.read_text()))
        jsonschema.validate(documents[-1], schema("audit-1"))
        assert ("good2#0" in done.err.split("good2#0: done")[-1]) == bool(more)
    plain, timed = documents
    times = timed.pop("times")
    assert timed == plain
    assert set(times["good#1"]) == {"seconds", "peak_bytes"}
    assert plain["exit_code"] == 4
    assert plain["verdicts"] == {
        "BOUNDED": 2, "REFUTED": 1, "VACUOUS": 1, "UNSETTLEABLE": 1, "ERROR": 2
    }  # fmt: skip
    assert [row["id"] for row in plain["rows"]][:2] == ["GOOD/reading", "BAD/reading"]


def test_json_says_what_deviates(tmp_path: Path, planted: Callable[..., Result]) -> None:
    lock, report = tmp_path / "claims.lock", tmp_path / "report.json"
    planted("audit", "GOOD", "--write-lock", lock)
    planted("audit", "GOOD", "--lock", lock, "--json", report)
    assert json.loads(report.read_text())["lock"] == {"met": True, "deviations": []}
    planted("audit", "GOOD", "BAD", "--lock", lock, "--json", report)
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("audit-1"))
    assert raw["lock"] == {
        "met": False,
        "deviations": [{"row": "BAD/reading", "exit_code": 1, "message": "not in the lock"}],
    }


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_schemas_and_refuse_what_they_do_not_know(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"format": "other", "version": 1}, schema(name))


def test_canary_the_schema_refuses_an_audit_with_one_field_changed() -> None:
    gate = audit(["GOOD", "BAD"], registry=registry())
    good = audit_document(gate, registry())
    jsonschema.validate(good, schema("audit-1"))

    def refused(change: Callable[[dict[str, Any]], object]) -> None:
        raw = json.loads(json.dumps(good))
        change(raw)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(raw, schema("audit-1"))

    refused(lambda raw: raw.pop("rows"))
    refused(lambda raw: raw.update(more=1))
    refused(lambda raw: raw["rows"][0].update(verdict="TRUE"))
    refused(lambda raw: raw["rows"][0]["roads"][0]["evidence"]["fields"].update(count=-1))
    refused(lambda raw: raw["rows"][0]["roads"][0]["evidence"].update(type="Hearsay"))
    refused(lambda raw: raw["rows"][0]["point"].pop("edits"))


def junit_ends(path: Path) -> dict[str, list[str]]:
    """For each case, what is in it besides its output; read by another XML reader."""
    root = ET.parse(path).getroot()
    counted = dict.fromkeys(("failure", "error", "skipped"), 0)
    ends: dict[str, list[str]] = {}
    for case in root.iter("testcase"):
        ends[f"{case.get('classname')}/{case.get('name')}"] = [
            one.tag for one in case if one.tag != "system-out"
        ]
        for name in counted:
            counted[name] += len(case.findall(name))
    said = [root.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert said == [str(len(ends)), *map(str, counted.values())]
    return ends


def test_junit_has_a_case_per_row_and_no_result_is_no_pass(
    tmp_path: Path, planted: Callable[..., Result]
) -> None:
    path = tmp_path / "report.xml"
    planted("audit", *EVERYTHING, "--junit", path)
    assert junit_ends(path) == {
        "GOOD/reading": [],
        "BAD/reading": ["failure"],
        "VACUOUS/reading": ["failure"],
        "LIES/reading": ["error"],
        "REJECTED/reading": ["error"],
        "CITED/reading": ["skipped"],
        "GROWS/reading": [],
    }


def test_junit_of_a_locked_audit_passes_what_is_expected(
    tmp_path: Path, planted: Callable[..., Result]
) -> None:
    path, lock = tmp_path / "report.xml", tmp_path / "claims.lock"
    planted("audit", "GOOD", "BAD", "CITED", "--write-lock", lock)
    planted("audit", "GOOD", "BAD", "CITED", "--lock", lock, "--junit", path)
    assert set(map(tuple, junit_ends(path).values())) == {()}
    lock.write_text(lock.read_text().replace("CITED/", "OLD/"))
    planted("audit", "GOOD", "BAD", "CITED", "VACUOUS", "O*", "--lock", lock, "--junit", path)
    failed = {name for name, ends in junit_ends(path).items() if ends}
    assert {"OLD/reading", "CITED/reading", "VACUOUS/reading"} <= failed
    assert not {"GOOD/reading", "BAD/reading"} & failed


LONG = "A-CLAIM-WITH-AN-ID-THAT-IS-LONGER-THAN-ANY-TERMINAL-IS-WIDE-" + 100 * "x"


def long_registry() -> Registry:
    row = Row(LONG, "d>=1", "it holds", (Road("job", "holds", "an engine"),), Point(), ("an oath",))
    return Registry(
        (Claim(LONG, "long", "planted", (), LONG, (row,)),),
        (sweep("job", "holds", lambda _: HOLDS),),
    )


def test_ids_are_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    done = here(capsys, "audit", registry=long_registry())
    assert f"{LONG}/d>=1 " in done.out
    assert "rests on: an oath" in done.out


def test_a_pipe_gets_plain_ascii_whatever_the_terminal_is(
    planted: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: set[str] = set()
    for columns in ("20", "300"):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setenv("FORCE_TERM", "xterm")
        tables.add(planted("audit", "GOOD", "BAD").out)
    (table,) = tables
    assert table.isascii()
    assert "\x1b" not in table
    assert all(line == line.rstrip() for line in table.splitlines())
    assert table.splitlines()[2].split()[:2] == ["GOOD/reading", "BOUNDED"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", ["40", "200"])
def test_a_terminal_gets_colours_and_whole_ids(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    print_table(audit(["GOOD", "BAD"], registry=registry()), stream)
    assert "\x1b[" in stream.getvalue()
    assert "GOOD/reading" in stream.getvalue()


def test_progress_goes_to_stderr_and_names_task_and_seconds(
    planted: Callable[..., Result],
) -> None:
    done = planted("audit", "GOOD")
    assert sorted(line.split(":")[0] for line in done.err.splitlines()) == [
        "good#0", "good#1", "good2#0"
    ]  # fmt: skip
    assert "done," in done.err
    assert "s, " in done.err
    assert "#" not in done.out


def test_progress_on_a_terminal_is_one_line_that_changes() -> None:
    stream = Terminal()
    progress = Progress(2, stream)
    progress.on_progress("first", 1234)
    assert "0/2 tasks, 0:00  first 1,234" in stream.getvalue()
    progress.on_finish(Finished("first", Ending.DONE, seconds=1.0))
    progress.on_finish(Finished("second", Ending.TIMEOUT, None, "5 s", 5.0))
    progress.close()
    # Only what did not end well stays to be read.
    assert [line for line in stream.getvalue().split("\n") if "second" in line] == [
        stream.getvalue().split("\n")[0]
    ]
    assert "second: timeout, 5.0 s (5 s)" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("\r\x1b[K")


def test_outputs_that_cannot_be_written_are_refused_before_the_work(
    tmp_path: Path, planted: Callable[..., Result]
) -> None:
    file = tmp_path / "file"
    file.touch()
    for arguments, message in (
        (("--json", tmp_path / "no" / "x.json"), "the folder does not exist"),
        (("--json", tmp_path), "is a folder"),
        (("--evidence", file), "is no folder"),
        (("--resume", file), "is no folder"),
        (("--json", file, "--junit", file), "is also given to --json"),
    ):
        done = planted("audit", "GOOD", *arguments)
        assert done.code == 2
        assert message in complaint(done)
    assert file.read_bytes() == b""


# --- selecting -----------------------------------------------------------------------------


def test_ids_and_patterns() -> None:
    assert is_meant("T3.1", "T3.1/free,from-zero")
    assert is_meant("T3.1/*", "T3.1/free,from-zero")
    assert is_meant("T3.1*", "T3.1-EXACT/faithful,iff")
    assert not is_meant("T3.1", "T3.1-EXACT/faithful,iff")
    assert not is_meant("T3.1/free", "T3.1/free,from-zero")
    assert not is_meant("[T]3.1*", "T3.1/free")


def test_a_row_without_a_road_in_the_profile_is_not_audited() -> None:
    assert [row.id for row in select(registry(), ["LATER"], Profile.QUICK).rows] == []
    assert [row.id for row in select(registry(), ["LATER"], Profile.FULL).rows] == ["LATER/reading"]


def test_unknown_ids_come_with_what_looks_like_them() -> None:
    with pytest.raises(UnknownClaim) as caught:
        select(registry(), ["VACUUS"], Profile.QUICK)
    assert caught.value.near[0] == "VACUOUS"


# --- explain, doctor, options --------------------------------------------------------------


@pytest.mark.parametrize("claim", catalogue().claims, ids=lambda claim: claim.id)
def test_every_claim_of_the_catalogue_explains_itself(
    capsys: pytest.CaptureFixture[str], source_root: Path, claim: Claim
) -> None:
    done = here(capsys, "explain", claim.id)
    assert done.code == 0
    for part in (claim.title, claim.reference, *claim.hypotheses, f"proofs_notes/{claim.note}.md"):
        assert part in done.out
    for row in claim.rows:
        for part in (row.id, row.statement, *row.assumptions, *(r.engine for r in row.roads)):
            assert part in done.out
        if row.point is not None:
            assert str(row.point) in done.out
    (place,) = [line.split()[-1] for line in done.out.splitlines() if line.startswith("  source")]
    module, _, number = place.partition(":")
    path = source_root / "verify" / (module.replace(".", "/") + ".py")
    lines = path.read_text().splitlines()[int(number) - 1 : int(number) + 2]
    assert "(" in lines[0]
    constants = [name for name, value in vars(import_module(module)).items() if value == claim.id]
    assert any(name in line for name in (claim.id, *constants) for line in lines)


def test_a_row_explains_itself_alone(capsys: pytest.CaptureFixture[str]) -> None:
    rows = catalogue().claim("T3.1").rows
    done = here(capsys, "explain", rows[1].id)
    assert done.code == 0
    assert rows[1].statement in done.out
    assert rows[0].id not in done.out


def test_without_an_id_the_claims_are_listed(planted: Callable[..., Result]) -> None:
    done = planted("explain")
    assert done.code == 0
    listed = [line.split(maxsplit=2) for line in done.out.splitlines()]
    assert listed == [[one.id, str(len(one.rows)), one.title] for one in registry().claims]


def test_explaining_nothing_known(capsys: pytest.CaptureFixture[str]) -> None:
    done = here(capsys, "explain", "T3.1-EXAKT")
    assert done.code == 2
    assert "T3.1-EXACT" in complaint(done)


def test_the_source_of_a_claim_from_elsewhere(planted: Callable[..., Result]) -> None:
    for claim in ("LATER", "GOOD"):
        done = planted("explain", claim)
        (place,) = [line.split()[-1] for line in done.out.splitlines() if "  source" in line]
        module, _, number = place.partition(":")
        assert module == "tests.verify.cli.planted"
        line = Path(inspect.getsourcefile(sweep) or "").read_text().splitlines()[int(number) - 1]
        assert line.strip().lower().startswith("claim(")
    assert "from full" in planted("explain", "LATER").out


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    done = here(capsys, "doctor")
    assert done.code == 0
    assert f"z3-solver    {version('z3-solver')}" in done.out
    assert ".".join(map(str, sys.version_info[:3])) in done.out
    assert "missing" not in done.out
    (line,) = [line for line in done.out.splitlines() if line.startswith("cvc5")]
    installed = find_spec("cvc5") is not None
    found = f"{version('cvc5')}" if installed else "-"
    state = "available" if installed else "not installed"
    assert line.split(maxsplit=2) == ["cvc5", found, f"{state} (second SMT solver, optional)"]


def test_doctor_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "junitparser", None)
    done = here(capsys, "doctor")
    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if line.startswith("junitparser")]
    assert "missing: ModuleNotFoundError" in line


@pytest.mark.parametrize(
    ("text", "size"), [("64M", 1 << 26), ("2G", 1 << 31), ("1.5g", 3 << 29), ("100000000", 10**8)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "G", "-1G", "1e9", "2X", "63M", "1.G", "1,5G", "inf"])
def test_what_is_no_size(capsys: pytest.CaptureFixture[str], text: str) -> None:
    done = here(capsys, "audit", f"--memory={text}", registry=registry())
    assert done.code == 2
    assert complaint(done).startswith("--memory: ")


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "1s"])
def test_what_is_no_number_of_seconds(capsys: pytest.CaptureFixture[str], text: str) -> None:
    done = here(capsys, "audit", f"--timeout={text}", registry=registry())
    assert done.code == 2
    assert complaint(done).startswith("--timeout: ")


def test_seconds() -> None:
    assert parse_seconds("0.5") == 0.5
