"""Certificates that an audit writes beside its rows: each passes alone, and replays."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult, run_audit
from dlmcheck.verify.certificate_kinds import check_certificate, read_document
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.identities import SOLVERS
from dlmcheck.verify.claims.registry import (
    Claim,
    DirectJob,
    Profile,
    ProofJob,
    Registry,
    Road,
    Row,
    SweepJob,
)
from dlmcheck.verify.engines import smt
from dlmcheck.verify.evidence_files import replay_file, write_rows
from dlmcheck.verify.kernel.evidence import Exhaustive, SolverAnswer, Witness
from dlmcheck.verify.kernel.query_texts import check_query_text
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Sweep
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proof_files import build_proof
from dlmcheck.verify.searches.write_once_space import Target, gates_taken
from tests.verify.cli.running import here

REGISTRY = catalogue()


def kinds(paths: list[Path]) -> Counter[str]:
    return Counter(json.loads(path.read_text("utf-8"))["kind"] for path in paths)


# --- refutations of clauses ----------------------------------------------------------------

KEEPING = {
    job.id for job in REGISTRY.jobs if isinstance(job, SweepJob) and job.certificates is not None
}


def affirmed(row: Row, job: str) -> RowResult:
    """As if the job had affirmed its statement; what is written beside does not depend on it."""
    evidence = Exhaustive("cases", 1, 1)
    roads = tuple(
        RoadResult(r.job, r.statement, r.engine, Verdict.BOUNDED, evidence)
        for r in row.roads
        if r.job == job
    )
    return RowResult(row, Verdict.BOUNDED, roads)


def beside(row: str, job: str, folder: Path) -> list[Path]:
    """The certificates of a row."""
    (found,) = (one for one in REGISTRY.rows if one.id == row)
    result = AuditResult(Profile.QUICK, (affirmed(found, job),))
    first, *rest = write_rows(result, folder, REGISTRY)
    assert json.loads(first.read_text("utf-8"))["kind"] == "row"
    return rest


REFUTED = "T3-MINIMUM/without,masks depend on the round alone,remask"
"""Copied wires with remasking: a row that is refuted keeps nothing."""
ROWS = [
    (row.id, road.job)
    for row in REGISTRY.rows
    for road in row.roads_of(Profile.QUICK)
    if road.job in KEEPING and row.id != REFUTED
]
NUMBERS = {"length": 126, "program": 29, "trajectory": 80, "locality": 56}


def test_every_job_that_keeps_certificates_is_tried() -> None:
    # One wire of depth 15: four cells are enough, so that there is nothing to keep.
    jobs = {"lengths-refuted", "space-schemes-refuted", "space-queries"}
    assert jobs | {"locality-proofs", "locality-three"} == KEEPING == {job for _, job in ROWS}


def test_each_refutation_is_a_file_that_passes_alone(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for number, (row, job) in enumerate(ROWS):
        paths = beside(row, job, tmp_path / str(number))
        assert len(set(paths)) == len(paths) > 0, row
        assert len(kinds(paths)) == 1
        found += kinds(paths)
        for path in paths:
            assert check_certificate(read_document(path)).verdict is Verdict.PROVED
            assert path.name.startswith(row.replace("/", "--"))
    assert found == NUMBERS


def test_a_certificate_beside_a_row_replays(tmp_path: Path) -> None:
    for row, job in ROWS[::5]:
        path = beside(row, job, tmp_path)[-1]
        assert replay_file(path, REGISTRY).verdict is Verdict.PROVED


def test_without_a_registry_or_without_affirmation_there_are_none(tmp_path: Path) -> None:
    (row,) = (one for one in REGISTRY.rows if one.id == "C-SPACE/functions")
    good = affirmed(row, "space-queries")
    assert len(write_rows(AuditResult(Profile.QUICK, (good,)), tmp_path)) == 1
    (road,) = good.roads
    refuted = RoadResult(
        road.job, road.statement, road.engine, Verdict.REFUTED, Witness("s", "majority of 3", "r")
    )
    result = AuditResult(Profile.QUICK, (RowResult(row, Verdict.REFUTED, (refuted,)),))
    assert len(write_rows(result, tmp_path, REGISTRY)) == 1


def test_canary_a_claim_that_is_too_strong_has_no_certificates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With one gate more said to be taken, the solver finds the program that there is."""

    def one_more(target: Target) -> int:
        return gates_taken(target) + 1

    name = "dlmcheck.verify.claims.length_certificates.gates_taken"
    monkeypatch.setattr(name, one_more)
    with pytest.raises(Rejected, match="not so: no program of 1 gates"):
        beside("C-SPACE/functions", "space-queries", tmp_path)


@pytest.mark.parametrize("fails", [False, True])
def test_the_command_writes_them_and_says_what_it_does_not_find_again(
    fails: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A refutation that is not found a second time costs a complaint and not the table."""

    def certificates(_: Profile, statement: str) -> Iterator[tuple[str, str]]:
        yield "one", json.dumps({"kind": statement})
        if fails:
            raise Rejected("not so: there are two")

    domain = Domain("numbers", 3, lambda: range(3), lambda n: 0 <= n < 3, str, int)
    sweep = Sweep(domain, lambda n: n, {"small": lambda _: HOLDS})
    job = SweepJob("job", lambda _: sweep, split=1, certificates=certificates)
    row = Row("C", "small", "all are small", (Road("job", "small", "an engine"),))
    registry = Registry((Claim("C", "title", "planted", (), "C", (row,)),), (job,))
    folder = tmp_path / "evidence"
    done = here(capsys, "audit", "--evidence", folder, registry=registry)
    assert (done.code, "not written whole: not so: there are two" in done.err) == (4 * fails, fails)
    assert "C/small" in done.out
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["C--small--0--one.json", "C--small--0.json"]


# --- queries alone -------------------------------------------------------------------------

ASKED = [row for row in REGISTRY.rows if any(road.engine == SOLVERS for road in row.roads)]
JOB = REGISTRY.job("arithmetic")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The file of each row that rests on queries alone, as an audit writes it."""
    folder = tmp_path_factory.mktemp("queries")
    only = [
        Row(row.claim, row.reading, row.statement, tuple(r for r in row.roads if r.job == JOB.id))
        for row in ASKED
    ]
    result = run_audit(Registry(REGISTRY.claims, REGISTRY.jobs), only, workers=1)
    paths = write_rows(result, folder, REGISTRY)
    return dict(zip((row.id for row in ASKED), paths, strict=True))


def test_every_query_that_is_asked_is_in_some_file(written: dict[str, Path]) -> None:
    assert isinstance(JOB, DirectJob)
    assert JOB.queries is not None
    assert kinds(list(written.values())) == {"queries": len(ASKED)}
    assert len(ASKED) >= 5
    assert {one.statement for one in JOB.queries()} == {
        json.loads(path.read_text("utf-8"))["statement"] for path in written.values()
    }


def test_a_file_of_queries_passes_alone_on_the_word_that_it_gives(
    written: dict[str, Path],
) -> None:
    for path in written.values():
        checked = check_certificate(read_document(path))
        assert checked.statement.startswith("the queries offered for: ")
        assert isinstance(checked.evidence, SolverAnswer)
        assert checked.evidence.version == "(as the file says)"
        assert "z3" in checked.evidence.engine


def test_a_file_of_queries_is_asked_again(written: dict[str, Path]) -> None:
    checked = replay_file(written["LENGTHS/growing"], REGISTRY)
    assert isinstance(checked.evidence, SolverAnswer)
    assert checked.evidence.engine == "z3"
    assert checked.statement.startswith("revision: the growing counter saves 1 cell")


def test_every_query_of_every_proof_has_the_form_that_cert_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is asked here: every question gets the answer that is hoped for."""

    def hoped_for(_text: str, _name: str) -> tuple[bool, bool]:
        return False, True

    def satisfiable(_text: str, _name: str = "") -> bool:
        return True

    monkeypatch.setattr(smt, "_decide", hoped_for)
    monkeypatch.setattr(smt, "decide", satisfiable)
    names: set[str] = set()
    for job in REGISTRY.jobs:
        made = job.make() if isinstance(job, ProofJob) else ()
        for proof in made:
            assert isinstance(job, ProofJob)
            for name, written in build_proof(job, proof.statement, made).queries.items():
                assert check_query_text(name, written) >= 0
                names.add(name)
    assert len(names) > 300


Change = Callable[[dict[str, Any]], object]


def text(old: str, new: str) -> Change:
    def change(raw: dict[str, Any]) -> None:
        query = raw["queries"][0]
        assert old in query["text"]
        query["text"] = query["text"].replace(old, new, 1)

    return change


CHANGES: list[tuple[Change, str]] = [
    (text("(* 2 P)", "(* 3 P)"), "written anew, is not that of the file"),
    (lambda raw: raw["queries"].pop(), "the queries, written anew, are not those"),
    (lambda raw: raw["queries"].reverse(), "the queries, written anew, are not those"),
    (lambda raw: raw.update(rules=[]), "the rules of the queries, written anew"),
    (lambda raw: raw.update(apart=True), "the apart of the queries, written anew"),
    (lambda raw: raw.update(row="LENGTHS/split"), "no row LENGTHS/split that rests on revis"),
    (lambda raw: raw.update(statement="less"), "no row LENGTHS/growing that rests on less"),
    (lambda raw: raw.update(job="lengths-exact"), "asks no queries of its own"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_canary_queries_of_something_else_are_rejected_with_the_claims(
    written: dict[str, Path], tmp_path: Path, change: Change, reason: str
) -> None:
    raw = json.loads(written["LENGTHS/growing"].read_text("utf-8"))
    change(raw)
    path = tmp_path / "file.json"
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(Rejected) as caught:
        replay_file(path, REGISTRY)
    assert reason in caught.value.reason


def test_a_row_is_named_whole_or_not_at_all(written: dict[str, Path], tmp_path: Path) -> None:
    raw = json.loads(written["LENGTHS/growing"].read_text("utf-8"))
    del raw["row"]
    path = tmp_path / "file.json"
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(BadInput, match="no key"):
        replay_file(path, REGISTRY)
    raw.update(row="LENGTHS/growing", profile="slow")
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(MalformedSyntax, match="no such job or profile"):
        replay_file(path, REGISTRY)
