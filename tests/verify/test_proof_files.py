"""Proofs for all n as files: checked alone, replayed with their claims, found out where changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Gate, Op
from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.audit import run_audit
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.claims.registry import Claim, ProofJob, Registry, Road, Row
from dlmcheck.verify.engines import smt
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.evidence_files import replay_file, write_rows
from dlmcheck.verify.kernel.evidence import Induction, SolverAnswer
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.kernel.proof_documents import proof_text, read_proof
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict

QUERY = Query("one more", "QF_LIA", ("(declare-const n Int)",), (("p", "(>= n 0)"),), "(> n -1)")


def step(name: str) -> Step:
    """From a, and a implies b, follows b."""
    builder = Builder.with_names(data=["a", "b"])
    outputs = [0, builder.or_(~0, 1), 1]
    return Step(name, builder.build(outputs, ["a", "a implies b", "conclusion"]))


PLAIN = Proof("plain", (step("start"),), (step("round"),), (Rule.ROUNDS,), skeleton=("So.",))
ASKED = Proof("asked", (step("start"),), (step("round"),), (Rule.ROUNDS,), (QUERY.name,))


def proofs() -> Sequence[Proof]:
    return PLAIN, ASKED


def answered(proof: Proof) -> SolverAnswer:
    assert proof.queries == (QUERY.name,)
    return smt.answer([QUERY])


def rows(*names: str) -> tuple[Row, ...]:
    return tuple(Row("C", name, name, (Road("job", name, "engine"),)) for name in names)


REGISTRY = Registry(
    (Claim("C", "title", "reference", (), "note", rows("plain", "asked")),),
    (ProofJob("job", proofs, answered),),
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files that an audit writes, by reading."""
    result = run_audit(REGISTRY, REGISTRY.rows, workers=1)
    paths = write_rows(result, tmp_path_factory.mktemp("rows"), REGISTRY)
    return {path.name.split("--")[1]: path.read_text("utf-8") for path in paths}


def replayed(text: str, folder: Path, registry: Registry = REGISTRY) -> Any:
    path = folder / "proof.json"
    path.write_text(text, "utf-8")
    return replay_file(path, registry)


def alone(text: str) -> Any:
    return check_certificate(Document.parse(text, "file"))


def test_a_file_of_an_audit_is_replayed_and_checked_alone(
    files: dict[str, str], tmp_path: Path
) -> None:
    version = smt.engines().version
    for name in ("plain", "asked"):
        with_claims, without = replayed(files[name], tmp_path), alone(files[name])
        assert (with_claims.verdict, with_claims.statement) == (Verdict.PROVED, name)
        assert without.verdict is Verdict.PROVED
        assert without.statement == f"the steps offered for: {name}"
        trusted = f"z3 {version}" if name == "asked" else ""
        assert isinstance(with_claims.evidence, Induction)
        assert with_claims.evidence.trusted == trusted
        said = f"{trusted} (as the file says)" if trusted else ""
        assert without.evidence == replace(with_claims.evidence, trusted=said)


def test_a_file_holds_the_whole_proof(files: dict[str, str]) -> None:
    assert read_proof(Document.parse(files["plain"], "file")) == PLAIN
    assert read_proof(Document.parse(files["asked"], "file")) == ASKED
    (query,) = json.loads(files["asked"])["queries"]
    assert query == {"name": "one more", "text": smt.script(QUERY)}
    assert smt.solve(query["text"]) == "unsat"
    with pytest.raises(KeyError):
        proof_text(ASKED, {})


Change = Callable[[dict[str, Any]], object]


def first(**fields: Any) -> Change:
    """Change fields of the first step."""
    return lambda raw: raw["steps"][0].update(fields)


def gate(op: Op, args: tuple[int, ...]) -> Change:
    """Put another gate into the first step."""

    def change(raw: dict[str, Any]) -> None:
        entry = raw["steps"][0]
        circuit = circuit_from_json(entry["circuit"])
        entry["circuit"] = circuit_to_json(replace(circuit, gates=(Gate(op, args),)))

    return change


def outer(**fields: Any) -> Change:
    return lambda raw: raw.update(fields)


def other_names(raw: dict[str, Any]) -> None:
    raw["steps"][0]["circuit"] = raw["steps"][0]["circuit"].replace('"a"', '"c"')


REJECTED_ALONE: list[tuple[str, Change, str]] = [
    ("a gate that makes the step fail", gate(Op.OR, (0, 1)), "step round fails at a=1, b=0"),
    ("a premise that is never true", gate(Op.AND, (0, ~0)), "the premises contradict each other"),
    ("a premise that is always true", gate(Op.OR, (0, ~0)), "step round fails"),
    ("no steps", outer(base=[], steps=[]), "a proof has steps"),
    ("a step twice", first(name="start"), "no two of one name"),
    ("no rule", outer(rules=[]), "rests on a rule"),
    ("a rule twice", outer(rules=[Rule.ROUNDS.value] * 2), "names each once"),
]


@pytest.mark.parametrize(
    ("change", "reason"), [pytest.param(c, r, id=what) for what, c, r in REJECTED_ALONE]
)
def test_canary_a_wrong_proof_is_rejected_alone(
    files: dict[str, str], change: Change, reason: str
) -> None:
    raw = json.loads(files["plain"])
    change(raw)
    with pytest.raises(Rejected) as caught:
        alone(json.dumps(raw))
    assert reason in caught.value.reason


def test_canary_queries_need_somebody_who_answers(files: dict[str, str]) -> None:
    raw = json.loads(files["asked"])
    raw["trusted"] = ""
    with pytest.raises(Rejected, match="does not say who answered its queries"):
        alone(json.dumps(raw))


REJECTED_WITH_CLAIMS: list[tuple[str, str, Change, str]] = [
    ("plain", "another step", gate(Op.XOR, (~0, 1)), "step round, built anew, is not that of"),
    ("plain", "other atoms", other_names, "step round, built anew, is not that of the file"),
    ("plain", "a step less", lambda raw: raw["steps"].pop(), "the proof has 1 steps, the file 0"),
    ("plain", "a renamed step", first(name="turn"), "step round, built anew, is not that of"),
    ("plain", "another rule", outer(rules=[Rule.LISTS.value]), "the rules of the proof, built"),
    ("plain", "another skeleton", outer(skeleton=[]), "the skeleton of the proof, built anew"),
    ("plain", "another statement", outer(statement="asked"), "no row C/plain that rests on asked"),
    ("plain", "another row", outer(row="C/asked"), "no row C/asked that rests on plain"),
    ("plain", "a row of nobody", outer(row="T3.1/free"), "no row T3.1/free that rests on plain"),
    (
        "asked",
        "another query",
        lambda raw: raw["queries"][0].update(text="(check-sat)\n"),
        "the query 'one more', written anew, is not that of the file",
    ),
    ("asked", "no query", outer(queries=[]), "the queries of the proof, built anew"),
]


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [pytest.param(n, c, r, id=what) for n, what, c, r in REJECTED_WITH_CLAIMS],
)
def test_canary_a_proof_of_something_else_is_rejected_with_its_claims(
    files: dict[str, str], tmp_path: Path, name: str, change: Change, reason: str
) -> None:
    raw = json.loads(files[name])
    change(raw)
    with pytest.raises(Rejected) as caught:
        replayed(json.dumps(raw), tmp_path)
    assert reason in caught.value.reason


def without_row(raw: dict[str, Any]) -> None:
    del raw["row"]


def without_name(raw: dict[str, Any]) -> None:
    del raw["steps"][0]["name"]


MALFORMED: list[Change] = [
    outer(rules=["induction by hope"]),
    outer(rules="induction over rounds"),
    outer(steps={}),
    first(circuit="{}"),
    first(circuit=7),
    first(extra=1),
    outer(queries=[{"name": "q", "text": ""}] * 2),
    without_name,
    first(circuit=circuit_to_json(replace(step("x").circuit, output_names=("a", "b", "c")))),
]


@pytest.mark.parametrize("change", MALFORMED)
def test_a_malformed_proof_is_bad_input(
    files: dict[str, str], tmp_path: Path, change: Change
) -> None:
    raw = json.loads(files["plain"])
    change(raw)
    with pytest.raises(BadInput, match=r"^file"):
        alone(json.dumps(raw))
    with pytest.raises(BadInput):
        replayed(json.dumps(raw), tmp_path)


def test_a_row_is_named_whole_or_not_at_all(files: dict[str, str], tmp_path: Path) -> None:
    raw = json.loads(files["plain"])
    without_row(raw)
    with pytest.raises(BadInput, match="no key"):
        replayed(json.dumps(raw), tmp_path)
    del raw["job"], raw["profile"]
    assert replayed(json.dumps(raw), tmp_path).statement == "the steps offered for: plain"


@pytest.mark.parametrize("field", ["job", "profile"])
def test_a_job_that_is_not_there(files: dict[str, str], tmp_path: Path, field: str) -> None:
    raw = json.loads(files["plain"])
    raw[field] = "absent"
    with pytest.raises(MalformedSyntax, match="no such job or profile"):
        replayed(json.dumps(raw), tmp_path)


def test_a_proof_whose_queries_are_no_text_is_written_as_a_row(tmp_path: Path) -> None:
    """Whoever answers without `smt.answer` leaves nothing that could be asked again."""
    job = ProofJob("job", proofs, lambda proof: SolverAnswer("oracle", "1", len(proof.queries)))
    registry = Registry(REGISTRY.claims, (job,))
    paths = write_rows(run_audit(registry, registry.rows, workers=1), tmp_path, registry)
    kinds = {path.name: json.loads(path.read_text("utf-8"))["kind"] for path in paths}
    assert kinds == {"C--plain--0.json": "induction", "C--asked--0.json": "row"}
    for path in paths:
        assert replay_file(path, registry).verdict is Verdict.PROVED
