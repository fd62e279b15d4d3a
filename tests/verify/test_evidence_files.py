"""Evidence as files: what is written is replayed, and what was changed in it is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.verify.audit import run_audit
from dlmcheck.verify.claims.registry import Claim, DirectJob, Profile, Registry, Road, Row, SweepJob
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.equivalence_files import (
    broken_mask_file,
    law_file,
    simulation_file,
    wrong_run_file,
)
from dlmcheck.verify.evidence_files import Replay, replay_file, write_rows
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.preservation import BrokenMask
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, check_sweep, fails
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import WrongRun

CIRCUIT = Circuit(
    (Input("a", InputKind.DATA), Input("r", InputKind.RANDOM)), (Gate(Op.AND, (0, 1)),), (2,)
)
COMPILED = compile_write_once(CIRCUIT)
SCHEDULE = COMPILED.schedule
OR = replace(CIRCUIT, gates=(Gate(Op.OR, (0, 1)),))
"""For a = 0 and r = 1 the OR is 1 and the AND 0."""

RUN = WrongRun("0", (("predictor", 1, 0),))
COUPLING = {"r": (("predictor", 1, 0), False)}


def breaking() -> tuple[str, BrokenMask]:
    """A mutant that breaks masks, found among the gates of the predictor."""
    for index in range(len(SCHEDULE.predictor.gates)):
        schedule = flip_gate(SCHEDULE, "predictor", index)
        for cell in range(schedule.length):
            for token in (0, 1):
                broken = BrokenMask(cell, ((cell, token),), (0,))
                try:
                    text = broken_mask_file(schedule, broken)
                    replayed(text)
                except Rejected:
                    continue
                return text, broken
    raise AssertionError("no gate breaks a mask")


def small(n: int) -> Outcome:
    return HOLDS if n < 3 else fails(f"{n} is too large")


def odd(n: int) -> Outcome:
    return HOLDS if n % 2 in (0, 1) else fails("neither")


DOMAIN = Domain("numbers", 5, lambda: range(5), lambda n: 0 <= n < 5, str, int)
JOB = SweepJob("job", lambda _: Sweep(DOMAIN, lambda n: n, {"small": small, "odd": odd}))
REGISTRY = Registry(
    (
        Claim(
            "C",
            "title",
            "reference",
            (),
            "note",
            (
                Row("C", "small", "all are small", (Road("job", "small", "engine"),)),
                Row("C", "odd", "all are odd or even", (Road("job", "odd", "engine"),)),
            ),
        ),
    ),
    (JOB,),
)


def replayed(text: str, folder: Path | None = None) -> Verdict:
    path = (folder or _FOLDER[0]) / "evidence.json"
    path.write_text(text, "utf-8")
    return replay_file(path, REGISTRY).verdict


_FOLDER: list[Path] = []


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    _FOLDER[:] = [tmp_path]


def rows() -> dict[str, str]:
    """The files of both rows, as an audit writes them."""
    result = run_audit(REGISTRY, REGISTRY.rows, workers=1)
    paths = write_rows(result, _FOLDER[0] / "rows")
    return {path.name.split("--")[1]: path.read_text("utf-8") for path in paths}


def texts() -> dict[str, tuple[str, Verdict]]:
    law = difference(SCHEDULE, OR)
    assert law is not None
    files = rows()
    return {
        "simulation": (simulation_file(SCHEDULE, CIRCUIT, cut_points(COMPILED)), Verdict.PROVED),
        "wrong-run": (wrong_run_file(SCHEDULE, OR, COUPLING, RUN), Verdict.REFUTED),
        "law": (law_file(SCHEDULE, OR, law), Verdict.REFUTED),
        "broken-mask": (breaking()[0], Verdict.REFUTED),
        "row, affirmed": (files["odd"], Verdict.BOUNDED),
        "row, refuted": (files["small"], Verdict.REFUTED),
    }


def test_every_kind_of_file_is_replayed_to_its_verdict() -> None:
    found = texts()
    assert {kind: replayed(text) for kind, (text, _) in found.items()} == {
        kind: verdict for kind, (_, verdict) in found.items()
    }


Change = Callable[[dict[str, Any]], object]


def inner(key: str, **fields: Any) -> Change:
    """Change fields of a JSON text inside the file."""

    def change(raw: dict[str, Any]) -> None:
        raw[key] = json.dumps({**json.loads(raw[key]), **fields})

    return change


def outer(**fields: Any) -> Change:
    return lambda raw: raw.update(fields)


def evidence(**fields: Any) -> Change:
    return lambda raw: raw["evidence"].update(fields)


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("simulation", inner("certificate", coins=[]), "round 1: cell 1 does not write node 1"),
        ("simulation", inner("certificate", writes=[]), "0 rounds claimed"),
        (
            "simulation",
            inner("circuit", outputs=[{"name": "o0", "literal": -3}]),
            "output o0 is not what cell 2 holds",
        ),
        ("wrong-run", inner("run", data="1"), "nothing goes wrong"),
        ("wrong-run", inner("run", coins=[]), "nothing goes wrong"),
        ("wrong-run", outer(coupling={}), "nothing goes wrong"),
        ("wrong-run", outer(coupling={"r": [["predictor", 9, 0], False]}), "the run has no coin"),
        ("law", inner("witness", by_run="1/3"), "the laws differ in another way"),
        ("law", inner("witness", data="11"), "one bit per data input"),
        ("broken-mask", inner("witness", coins=[7]), "names a cell, token, coin or round"),
        ("row, affirmed", outer(verdict="PROVED"), "the file says PROVED, the kernel BOUNDED"),
        ("row, affirmed", outer(verdict="REFUTED"), "the file says REFUTED, the kernel BOUNDED"),
        ("row, affirmed", evidence(met=4), "met: the file says 4, the kernel 5"),
        ("row, affirmed", evidence(count=6), "count: the file says 6, the kernel 5"),
        ("row, affirmed", evidence(domain="all"), 'domain: the file says "all", the kernel "numb'),
        ("row, affirmed", evidence(type="Induction"), 'type: the file says "Induction", the'),
        ("row, affirmed", outer(statement="small"), "no row C/odd that rests on small"),
        ("row, affirmed", outer(row="C/small"), "no row C/small that rests on odd"),
        ("row, affirmed", outer(row="T3.1/free"), "no row T3.1/free that rests on odd"),
        ("row, refuted", outer(verdict="BOUNDED"), "the file says BOUNDED, the kernel REFUTED"),
        ("row, refuted", evidence(instance="2"), "the witness does not refute the statement"),
        ("row, refuted", evidence(instance="5"), "the witness is not in the domain"),
        ("row, refuted", evidence(reason="7 is too large"), "fails for another reason"),
    ],
)
def test_canary_a_changed_file_is_rejected_for_the_right_reason(
    kind: str, change: Change, reason: str
) -> None:
    raw = json.loads(texts()[kind][0])
    change(raw)
    with pytest.raises(Rejected) as caught:
        replayed(json.dumps(raw))
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        "[" * 100_000,
        '{"format": "other", "version": 1}',
        '{"format": "dlmcheck-evidence", "version": 1, "kind": "guess", "schedule": "{}"}',
        '{"format": "dlmcheck-evidence", "version": 1, "kind": "row"}',
        '{"format": "dlmcheck-evidence", "version": 1, "version": 1}',
        '{"format": "dlmcheck-evidence", "version": 1.0}',
    ],
    ids=lambda text: text[:40],
)
def test_a_malformed_file_is_bad_input(text: str) -> None:
    with pytest.raises(MalformedSyntax):
        replayed(text)


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        replay_file(tmp_path / "nothing.json", REGISTRY)
    path = tmp_path / "latin.json"
    path.write_bytes(b'{"format": "\xff"}')
    with pytest.raises(MalformedSyntax):
        replay_file(path, REGISTRY)


def test_files_of_the_same_audit_are_the_same() -> None:
    assert rows() == rows()
    assert len(rows()) == 2
    assert Profile(json.loads(rows()["odd"])["profile"]) is Profile.QUICK


class Counted:
    """A registry whose passes and pieces are counted: how often each property was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.prepared = self.pieces = 0
        names = ("first", "second", "third")
        sweep = SweepJob(
            "job", lambda _: Sweep(DOMAIN, self.prepare, {n: self.of(n) for n in names})
        )
        piece = DirectJob("piece", self.piece)
        rows = [Row("C", n, n, (Road("job", n, "engine"),)) for n in names]
        rows += [Row("C", n, n, (Road("piece", n, "engine"),)) for n in ("small", "odd")]
        claim = Claim("C", "title", "reference", (), "note", tuple(rows))
        self.registry = Registry((claim,), (sweep, piece))
        self.paths = write_rows(
            run_audit(self.registry, self.registry.rows, workers=1), _FOLDER[0] / "counted"
        )
        self.asked.clear()
        self.prepared = self.pieces = 0

    def prepare(self, n: int) -> int:
        self.prepared += 1
        return n

    def of(self, name: str) -> Callable[[int], Outcome]:
        def holds(_n: int) -> Outcome:
            self.asked.append(name)
            return HOLDS

        return holds

    def piece(self, _: Profile) -> dict[str, Checked]:
        self.pieces += 1
        return check_sweep(Sweep(DOMAIN, lambda n: n, {"small": small, "odd": odd}))


def test_of_a_pass_only_the_statement_asked_for_is_checked() -> None:
    counted = Counted()
    path = next(path for path in counted.paths if "second" in path.name)
    assert replay_file(path, counted.registry).verdict is Verdict.BOUNDED
    assert counted.asked == ["second"] * 5


def test_what_several_files_rest_on_is_done_once() -> None:
    counted = Counted()
    (bad := _FOLDER[0] / "bad.json").write_text("{")
    first, second, third, small_, odd_ = counted.paths
    replay = Replay(counted.registry, [bad, first, third, small_, odd_])
    for path in (first, third, small_, odd_):
        said = Verdict(json.loads(path.read_text("utf-8"))["verdict"])
        assert replay.file(path).verdict is said
    assert (counted.prepared, counted.pieces) == (5, 1)
    assert sorted(set(counted.asked)) == ["first", "third"]
    assert replay.file(second).verdict is Verdict.BOUNDED  # not announced: a pass of its own
    assert counted.prepared == 10


def test_what_is_kept_of_one_file_does_not_answer_for_another() -> None:
    """A changed file is rejected after a good one of the same pass, and in a piece as well."""
    counted = Counted()
    replay = Replay(counted.registry, counted.paths)
    for path in counted.paths:
        raw = json.loads(path.read_text("utf-8"))
        replay.file(path)
        raw["evidence"][next(key for key in ("met", "reason") if key in raw["evidence"])] = "other"
        path.write_text(json.dumps(raw), "utf-8")
        with pytest.raises(Rejected, match='the file says "other", the kernel'):
            replay.file(path)
