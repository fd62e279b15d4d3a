"""The lock: met exactly or not at all, in both directions; and what is no lock."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax, UnsupportedFeature
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.evidence import Evidence
from dlmcheck.verify.lock import PINNED
from dlmcheck.verify.lock_file import lock_text, parse_lock
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.planted import registry
from tests.verify.cli.running import Result, complaint, here

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    return lambda *arguments: here(capsys, "audit", *arguments, registry=registry())


@pytest.fixture
def lock(tmp_path: Path, audit: Callable[..., Result]) -> Path:
    """A lock of three claims: one holds, one is refuted, one is cited."""
    path = tmp_path / "claims.lock"
    assert audit("GOOD", "BAD", "CITED", "--write-lock", path).code == 1
    return path


def edited(path: Path, edit: Edit) -> None:
    raw = json.loads(path.read_text())
    edit(raw["profiles"]["quick"])
    path.write_text(json.dumps(raw))


def test_a_lock_has_one_row_per_row_and_is_sorted(lock: Path) -> None:
    raw = json.loads(lock.read_text())
    jsonschema.validate(raw, schema("lock-1"))
    rows = raw["profiles"]["quick"]
    assert list(rows) == ["BAD/reading", "CITED/reading", "GOOD/reading"]
    assert rows["GOOD/reading"] == {
        "verdict": "BOUNDED",
        "assumptions": [],
        "roads": [
            {
                "job": "good",
                "engine": "first engine",
                "evidence": {
                    "type": "Exhaustive",
                    "domain": "numbers below 10",
                    "count": 10,
                    "met": 10,
                },
            },
            {
                "job": "good2",
                "engine": "second engine",
                "evidence": {
                    "type": "Exhaustive",
                    "domain": "numbers below 10",
                    "count": 10,
                    "met": 9,
                },
            },
        ],
    }
    assert rows["BAD/reading"]["roads"][0]["evidence"] == {"type": "Witness", "instance": "3"}
    assert rows["BAD/reading"]["assumptions"] == ["three is a number"]


def test_text_and_value_are_inverse(lock: Path) -> None:
    text = lock.read_text()
    assert lock_text(parse_lock(text)) == text
    assert lock_text(parse_lock(json.dumps(json.loads(text)))) == text


def test_writing_a_lock_that_is_met_changes_no_byte(
    lock: Path, audit: Callable[..., Result]
) -> None:
    before = lock.read_bytes()
    assert audit("GOOD", "BAD", "CITED", "--lock", lock, "--write-lock", lock).code == 0
    assert lock.read_bytes() == before


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_no_report_is_written_over_the_lock(
    lock: Path, audit: Callable[..., Result], option: str
) -> None:
    before = lock.read_bytes()
    for more in ([], ["--write-lock", lock]):
        done = audit("GOOD", "--lock", lock, option, lock, *more)
        assert done.code == 2
        assert f"{lock}: is " in complaint(done)
        assert lock.read_bytes() == before


def row(name: str, **changes: Any) -> Edit:
    def edit(section: dict[str, Any]) -> None:
        section[f"{name}/reading"].update(changes)

    return edit


def evidence(name: str, road: int, **changes: Any) -> Edit:
    def edit(section: dict[str, Any]) -> None:
        section[f"{name}/reading"]["roads"][road]["evidence"].update(changes)

    return edit


def road(name: str, number: int, **changes: Any) -> Edit:
    def edit(section: dict[str, Any]) -> None:
        section[f"{name}/reading"]["roads"][number].update(changes)

    return edit


def without(name: str) -> Edit:
    def edit(section: dict[str, Any]) -> None:
        del section[f"{name}/reading"]

    return edit


def with_old_row(section: dict[str, Any]) -> None:
    section["GONE/reading"] = section["GOOD/reading"]


def with_one_road(section: dict[str, Any]) -> None:
    del section["GOOD/reading"]["roads"][1]


# What the lock says instead, and what must be complained about. The audit finds BOUNDED with 10
# and 9 of 10 for GOOD, REFUTED by 3 for BAD, UNSETTLEABLE for CITED.
DEVIATIONS: list[tuple[str, Edit, str]] = [
    (
        "weaker than locked",
        row("GOOD", verdict="PROVED"),
        "GOOD/reading: verdict BOUNDED, locked PROVED (weaker)",
    ),
    (
        "stronger than locked",
        row("GOOD", verdict="UNSETTLEABLE"),
        "GOOD/reading: verdict BOUNDED, locked UNSETTLEABLE (stronger)",
    ),
    (
        "no longer refuted",
        row("GOOD", verdict="REFUTED"),
        "GOOD/reading: verdict BOUNDED, locked REFUTED (other)",
    ),
    (
        "refuted",
        row("BAD", verdict="BOUNDED"),
        "BAD/reading: verdict REFUTED, locked BOUNDED (other)",
    ),
    ("smaller count", evidence("GOOD", 0, count=11), "first engine (good): count 10, locked 11"),
    ("larger count", evidence("GOOD", 0, count=9), "first engine (good): count 10, locked 9"),
    ("fewer met", evidence("GOOD", 1, met=10), "second engine (good2): met 9, locked 10"),
    ("more met", evidence("GOOD", 1, met=8), "second engine (good2): met 9, locked 8"),
    (
        "another domain",
        evidence("GOOD", 0, domain="letters"),
        "domain numbers below 10, locked letters",
    ),
    ("another witness", evidence("BAD", 0, instance="4"), "instance 3, locked 4"),
    ("another source", evidence("CITED", 0, source="Elsewhere"), "locked Elsewhere"),
    (
        "another engine",
        road("GOOD", 0, engine="third engine"),
        "locked third engine (good); second engine (good2)",
    ),
    ("another job", road("GOOD", 0, job="good3"), "locked first engine (good3); second engine"),
    (
        "another kind of evidence",
        road("GOOD", 0, evidence={"type": "Citation", "source": "x"}),
        "evidence Exhaustive, locked Citation",
    ),
    ("a road more than locked", with_one_road, "locked first engine (good)"),
    (
        "an assumption more",
        row("BAD", assumptions=[]),
        "rests on an assumption that the lock does not have: three is a number",
    ),
    (
        "an assumption less",
        row("GOOD", assumptions=["P = NP"]),
        "GOOD/reading: no longer rests on: P = NP",
    ),
    ("a row that is not locked", without("GOOD"), "GOOD/reading: not in the lock"),
]


@pytest.mark.parametrize(
    ("edit", "message"), [pytest.param(e, m, id=name) for name, e, m in DEVIATIONS]
)
def test_every_deviation_is_reported_and_is_exit_1(
    lock: Path, audit: Callable[..., Result], edit: Edit, message: str
) -> None:
    edited(lock, edit)
    done = audit("GOOD", "BAD", "CITED", "--lock", lock)
    assert done.code == 1, done
    (line,) = [line for line in done.out.splitlines() if line.startswith("! ")]
    assert message in line
    assert "; 1 deviation from the lock" in done.out


def test_a_locked_row_that_is_gone_is_a_deviation(lock: Path, audit: Callable[..., Result]) -> None:
    edited(lock, with_old_row)
    # It concerns everybody who audits everything, and whoever asks for it,
    assert "! GONE/reading: in the lock, but" in audit("--lock", lock).out
    done = audit("GOOD", "G*", "--lock", lock)
    assert done.code == 1
    assert "! GONE/reading: in the lock, but this profile has no such row" in done.out
    # and not those who audit other claims.
    assert audit("GOOD", "--lock", lock).code == 0


@pytest.mark.parametrize(("claim", "code"), [("VACUOUS", 3), ("CRASH", 4), ("LIES", 4)])
def test_what_is_no_result_meets_no_lock(
    lock: Path, audit: Callable[..., Result], claim: str, code: int
) -> None:
    def expect_it(section: dict[str, Any]) -> None:
        section[f"{claim}/reading"] = section["GOOD/reading"]

    edited(lock, expect_it)
    assert audit(claim, "--lock", lock).code == code
    edited(lock, without(claim))
    assert audit(claim, "--lock", lock).code == code


def test_a_lock_is_not_written_without_a_result(lock: Path, audit: Callable[..., Result]) -> None:
    before = lock.read_bytes()
    done = audit("GOOD", "VACUOUS", "--write-lock", lock)
    assert done.code == 3
    assert "is not written: no result for VACUOUS/reading" in done.err
    assert lock.read_bytes() == before


def test_auditing_some_claims_updates_their_rows_only(
    lock: Path, audit: Callable[..., Result]
) -> None:
    edited(lock, row("GOOD", verdict="PROVED"))
    edited(lock, row("BAD", verdict="PROVED"))
    edited(lock, with_old_row)
    assert audit("GOOD", "--write-lock", lock).code == 0
    verdicts = parse_lock(lock.read_text()).verdicts(Profile.QUICK)
    assert verdicts == {
        "BAD/reading": "PROVED",
        "CITED/reading": "UNSETTLEABLE",
        "GOOD/reading": "BOUNDED",
        "GONE/reading": "PROVED",
    }


def test_profiles_are_locked_apart(lock: Path, audit: Callable[..., Result]) -> None:
    quick = parse_lock(lock.read_text()).sections[Profile.QUICK]
    done = audit("GROWS", "--profile", "full", "--lock", lock)
    assert done.code == 2
    assert complaint(done) == (
        f"{lock}: nothing is locked for the profile full "
        "(expected a locked profile (quick); --write-lock adds one)"
    )
    assert audit("GROWS", "LATER", "--profile", "full", "--write-lock", lock).code == 0
    sections = parse_lock(lock.read_text()).sections
    assert sections[Profile.QUICK] == quick
    assert sections[Profile.FULL]["GROWS/reading"].roads[0].pinned["count"] == 20
    assert set(sections[Profile.FULL]) == {"GROWS/reading", "LATER/reading"}
    assert audit("GROWS", "LATER", "--profile", "full", "--lock", lock).code == 0


# --- what is no lock -----------------------------------------------------------------------

ENTRY = '{"verdict": "PROVED", "assumptions": [], "roads": []}'


def with_row(entry: str) -> str:
    return (
        '{"format": "dlmcheck-lock", "version": 1,\n"profiles": {"quick": {\n"A/b": '
        + entry
        + "}}}"
    )


def with_road(text: str) -> str:
    return with_row(f'{{"verdict": "PROVED", "assumptions": [],\n"roads": [{text}]}}')


MALFORMED: list[tuple[str, str, type[BadInput], int, str]] = [
    ("empty", "", MalformedSyntax, 1, "expected JSON text"),
    ("no object", "[]", MalformedSyntax, 1, "the text is an array"),
    ("no profiles", '{"format": "dlmcheck-lock", "version": 1}', MalformedSyntax, 1, "profiles"),
    (
        "other format",
        with_row(ENTRY).replace("-lock", "-locks"),
        MalformedSyntax,
        1,
        'expected "dlmcheck-lock"',
    ),
    ("newer", with_row(ENTRY).replace("1,", "2,"), UnsupportedFeature, 1, "version 2"),
    ("profile", with_row(ENTRY).replace("quick", "slow"), MalformedSyntax, 2, "quick, full, deep"),
    ("row", with_row("7"), MalformedSyntax, 3, "an object with verdict"),
    ("verdict", with_row(ENTRY.replace("PROVED", "TRUE")), MalformedSyntax, 3, "one of PROVED"),
    (
        "unknown expected",
        with_row(ENTRY.replace("PROVED", "UNKNOWN")),
        MalformedSyntax,
        3,
        "UNKNOWN cannot be expected",
    ),
    (
        "vacuous expected",
        with_row(ENTRY.replace("PROVED", "VACUOUS")),
        MalformedSyntax,
        3,
        "VACUOUS cannot be expected",
    ),
    (
        "row twice",
        with_row(f'{ENTRY},\n"A/b": {ENTRY}'),
        MalformedSyntax,
        4,
        'the key "A/b" again',
    ),
    ("assumption", with_row(ENTRY.replace("[]", "[1]", 1)), MalformedSyntax, 3, "a string"),
    ("road", with_road("1"), MalformedSyntax, 4, "an object with job"),
    (
        "no evidence",
        with_road('{"job": "j", "engine": "e"}'),
        MalformedSyntax,
        4,
        'no key "evidence"',
    ),
    (
        "kind of evidence",
        with_road('{"job": "j", "engine": "e", "evidence": {"type": "Hearsay"}}'),
        MalformedSyntax,
        4,
        "one of Exhaustive",
    ),
    (
        "count missing",
        with_road('{"job": "j", "engine": "e", "evidence": {"type": "Citation"}}'),
        MalformedSyntax,
        4,
        'no key "source"',
    ),
    (
        "float",
        with_road(
            '{"job": "j", "engine": "e",\n"evidence": '
            '{"type": "Exhaustive", "domain": "d", "count": 1.0, "met": 1}}'
        ),
        MalformedSyntax,
        5,
        "the number 1.0",
    ),
]


@pytest.mark.parametrize(
    ("text", "kind", "line", "message"),
    [pytest.param(*case[1:], id=case[0]) for case in MALFORMED],
)
def test_a_malformed_lock_is_exit_2_with_its_line(
    tmp_path: Path,
    audit: Callable[..., Result],
    text: str,
    kind: type[BadInput],
    line: int,
    message: str,
) -> None:
    with pytest.raises(BadInput) as caught:
        parse_lock(text)
    assert type(caught.value) is kind
    path = tmp_path / "claims.lock"
    path.write_text(text)
    report = tmp_path / "report.json"
    for option in ("--lock", "--write-lock"):
        done = audit("GOOD", option, path, "--json", report)
        assert done.code == 2
        said = complaint(done)
        assert said.startswith(f"{path}:{line}: ")
        assert message in said
        assert path.read_text() == text
        assert not report.exists()


def test_a_lock_that_is_not_there(tmp_path: Path, audit: Callable[..., Result]) -> None:
    done = audit("GOOD", "--lock", tmp_path / "claims.lock")
    assert done.code == 2
    assert "cannot be read" in complaint(done)


def test_every_kind_of_evidence_can_be_locked() -> None:
    kinds = {kind.__name__: kind for kind in get_args(Evidence)}
    assert set(PINNED) == set(kinds)
    for name, fields in PINNED.items():
        assert set(fields) <= set(kinds[name].__dataclass_fields__)
