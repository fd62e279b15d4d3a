"""Proofs for all n as files: every step a circuit, so that its truth table can be made again.

What is checked from the file alone are the steps: each holds and can fail. That these are the
steps of the statement, that is, that they speak of the construction that it names, cannot be seen
from the file; therefore the result is about "the steps offered for" the statement. With the
catalogue at hand `dlmcheck replay` builds the proof anew and compares it with the file. Queries of
arithmetic stand in the file as SMT-LIB2 text, for any solver; here nobody is asked, and the result
says that the file's word was taken for the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof, Rule, Step, check_proof
from dlmcheck.verify.kernel.query_texts import ROW, check_query_text, row_in, texts_in
from dlmcheck.verify.kernel.results import Checked, Rejected

KIND = "induction"
_PROOF = ("statement", "base", "steps", "rules", "queries", "trusted", "skeleton")


def proof_text(
    proof: Proof,
    queries: Mapping[str, str],
    trusted: str = "",
    place: Mapping[str, str] | None = None,
) -> str:
    """A proof as a file.

    `queries` has the text of each of its queries by name, `trusted` who answered them. `place`
    may say which row of the audit it decides: "row", "job" and "profile". Raises `KeyError` for a
    query without text.
    """
    return certificate_text(
        KIND,
        statement=proof.statement,
        base=[_step_fields(step) for step in proof.base],
        steps=[_step_fields(step) for step in proof.steps],
        rules=[rule.value for rule in proof.rules],
        queries=[{"name": name, "text": queries[name]} for name in proof.queries],
        trusted=trusted,
        skeleton=list(proof.skeleton),
        **(place or {}),
    )


def _step_fields(step: Step) -> dict[str, str]:
    return {"name": step.name, "circuit": circuit_to_json(step.circuit)}


def read_proof(document: Document) -> Proof:
    """The proof in a file. Raises `BadInput`."""
    raw = fields_of(document, _PROOF, ROW)
    rules = document.array(raw["rules"], ("rules",))
    skeleton = document.array(raw["skeleton"], ("skeleton",))
    return Proof(
        document.string(raw["statement"], ("statement",)),
        _steps(document, raw["base"], "base"),
        _steps(document, raw["steps"], "steps"),
        tuple(document.choice(rule, ("rules", k), Rule) for k, rule in enumerate(rules)),
        tuple(query_texts(document)),
        tuple(document.string(line, ("skeleton", k)) for k, line in enumerate(skeleton)),
    )


def _steps(document: Document, value: Json, key: str) -> tuple[Step, ...]:
    found: list[Step] = []
    for k, entry in enumerate(document.array(value, (key,))):
        path: Path = (key, k)
        fields = document.fields(entry, path, ("name", "circuit"))
        name = document.string(fields["name"], (*path, "name"))
        text = document.string(fields["circuit"], (*path, "circuit"))
        circuit = circuit_from_json(text, f"{document.source}: {key}[{k}]")
        try:
            found.append(Step(name, circuit))
        except ValueError as error:
            raise document.bad(str(error), path, "premises, and a conclusion last") from None
    return tuple(found)


def query_texts(document: Document) -> dict[str, str]:
    """The text of each query in a file, by name. Raises `BadInput`."""
    return texts_in(document, fields_of(document, _PROOF, ROW)["queries"])


def place_of(document: Document) -> dict[str, str] | None:
    """Which row of an audit a file speaks of; None if it names none. Raises `BadInput`."""
    return row_in(document, fields_of(document, _PROOF, ROW))


def check_document(document: Document) -> Checked:
    """The steps in a file, each by its truth table."""
    proof = read_proof(document)
    trusted = document.string(fields_of(document, _PROOF, ROW)["trusted"], ("trusted",))
    if proof.queries and not trusted:
        raise Rejected("the file does not say who answered its queries")
    answers = None
    if proof.queries:
        for name, text in query_texts(document).items():
            check_query_text(name, text)
        answers = SolverAnswer(trusted, "(as the file says)", len(proof.queries))
    offered = replace(proof, statement=f"the steps offered for: {proof.statement}")
    return check_proof(offered, answers)


def compare_proofs(ours: Proof, theirs: Proof) -> None:
    """Raise `Rejected` where a proof from a file is not the one that was built here."""
    for key in ("base", "steps"):
        _compare_steps(key, getattr(ours, key), getattr(theirs, key))
    for key in ("statement", "rules", "queries", "skeleton"):
        if getattr(ours, key) != getattr(theirs, key):
            raise Rejected(f"the {key} of the proof, built anew, are not those of the file")


def _compare_steps(key: str, ours: Sequence[Step], theirs: Sequence[Step]) -> None:
    for mine, other in zip(ours, theirs, strict=False):
        if mine != other:
            raise Rejected(f"step {mine.name}, built anew, is not that of the file")
    if len(ours) != len(theirs):
        raise Rejected(f"the proof has {len(ours)} {key}, the file {len(theirs)}")
