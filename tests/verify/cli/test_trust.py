"""Trust base and size of every row, rules by name in its assumptions, the skeleton of a proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from dlmcheck.verify import trust
from dlmcheck.verify.api import audit
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.evidence import (
    Certificate,
    Citation,
    Coupling,
    Evidence,
    Exhaustive,
    Induction,
    Sampled,
    SolverAnswer,
    SymbolicIdentity,
    Witness,
)
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock import locked_row, pinned
from dlmcheck.verify.lock_file import lock_text, parse_lock, read_lock
from dlmcheck.verify.report.schemas import schema
from dlmcheck.verify.trust import Basis, bases, believed, names, size
from tests.verify.cli.proved import QUERY, registry
from tests.verify.cli.running import Result, here

POSITIONS = "rule: induction over positions"
ROUNDS = "rule: induction over rounds"
SITUATIONS = "rule: cases over positions"


@pytest.fixture
def proved(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    return lambda *arguments: here(capsys, *arguments, registry=registry())


def row(name: str) -> tuple[Verdict, tuple[str, ...], tuple[Basis, ...]]:
    (found,) = audit([name], registry=registry()).result.rows
    return found.verdict, found.assumptions, found.bases


def test_the_rules_of_a_proof_are_assumptions_of_its_row_and_nobody_typed_them() -> None:
    assert registry().claim("PURE").rows[0].assumptions == ()
    assert row("PURE") == (Verdict.PROVED, (POSITIONS,), (Basis.RULES, Basis.ENGINE))
    assert row("ASKED") == (
        Verdict.PROVED,
        ("declared", ROUNDS, SITUATIONS, trust.QUERY_ENCODER, trust.QUERIES),
        (Basis.RULES, Basis.SOLVER),
    )


def test_a_road_that_comes_to_less_than_its_row_adds_no_assumption() -> None:
    assert row("BOUNDED") == (Verdict.BOUNDED, (), (Basis.ENGINE,))
    assert row("REFUTED") == (Verdict.REFUTED, (), (Basis.KERNEL,))
    verdict, assumptions, _ = row("AGAINST")
    assert (verdict, assumptions) == (Verdict.ERROR, ())


def test_a_lock_pins_rules_steps_and_assumptions_and_reads_them_back(
    tmp_path: Path, proved: Callable[..., Result]
) -> None:
    path = tmp_path / "claims.lock"
    assert proved("audit", "PURE", "ASKED", "--write-lock", path).code == 0
    jsonschema.validate(json.loads(path.read_text()), schema("lock-1"))
    section = read_lock(path).section(Profile.QUICK)
    (result,) = audit(["ASKED"], registry=registry()).result.rows
    assert section["ASKED/all-n"] == locked_row(result)
    assert section["ASKED/all-n"].assumptions == tuple(sorted(row("ASKED")[1]))
    assert lock_text(parse_lock(path.read_text())) == path.read_text()
    assert proved("audit", "PURE", "ASKED", "--lock", path).code == 0


def test_canary_a_rule_that_the_lock_does_not_have_is_a_deviation(
    tmp_path: Path, proved: Callable[..., Result]
) -> None:
    path = tmp_path / "claims.lock"
    proved("audit", "PURE", "--write-lock", path)
    path.write_text(path.read_text().replace(f'["{POSITIONS}"]', "[]"))
    done = proved("audit", "PURE", "--lock", path)
    assert done.code == 1
    assert f"rests on an assumption that the lock does not have: {POSITIONS}" in done.out


def test_table_and_json_show_the_trust_base_and_the_size(
    tmp_path: Path, proved: Callable[..., Result]
) -> None:
    path = tmp_path / "report.json"
    junit = tmp_path / "report.xml"
    done = proved("audit", "PURE", "ASKED", "REFUTED", "--json", path, "--junit", junit)
    assert done.code == 1
    assert "trust: rules, solver" in junit.read_text()
    assert "trust" in done.out.splitlines()[0]
    assert "proof: 2 steps (16 rows of truth tables), 1 queries" in done.out
    assert "toy 1.2" in done.out
    assert POSITIONS in done.out
    raw = json.loads(path.read_text())
    jsonschema.validate(raw, schema("audit-1"))
    pure, asked, refuted = raw["rows"]
    assert [pure["trust"], asked["trust"], refuted["trust"]] == [
        ["rules", "engine"], ["rules", "solver"], ["kernel"]
    ]  # fmt: skip
    assert asked["roads"][0]["size"] == {"steps": 2, "rows": 16, "queries": 1}
    assert asked["roads"][0]["believed"] == "toy 1.2"
    assert pure["roads"][1]["size"] == {"instances": 10}
    assert refuted["roads"][0]["size"] == {"characters": 1}


def test_explain_prints_the_skeleton_the_steps_and_who_is_believed(
    proved: Callable[..., Result],
) -> None:
    done = proved("explain", "ASKED")
    assert done.code == 0
    lines = done.out.splitlines()
    assert "  proof       for all n, of: rounds go on" in lines
    assert "              Every round has a next one." in lines
    premises = "next is s xor y, s is 1, y is 1"
    assert f"  base        first round: from {premises} (8 rows)" in lines
    assert f"  steps       next round: from {premises} (8 rows)" in lines
    assert f"  queries     {QUERY}" in lines
    assert any(line.startswith("  solvers     z3 ") for line in lines)
    rests = "; ".join(("declared", ROUNDS, SITUATIONS, trust.QUERY_ENCODER, trust.QUERIES))
    assert lines[-1] == f"  rests on    {rests}"
    pure = proved("explain", "PURE").out
    assert "solvers" not in pure
    assert f"  rests on    {POSITIONS}" in pure
    assert "  proof " not in proved("explain", "BOUNDED").out


def test_explain_does_not_say_what_only_the_evidence_can(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A check in one piece may believe a solver, or name rules: before it is made nobody knows."""
    done = here(capsys, "explain", "X-DIM2/tokens,enough")
    assert done.code == 0
    assert "SymPy" in done.out
    assert "rests on    what its evidence names when it is checked" in done.out


def test_a_proof_that_two_rows_rest_on_is_printed_once(proved: Callable[..., Result]) -> None:
    done = proved("explain", "TWICE")
    assert done.out.count("for all n, of: rounds go on") == 1
    assert done.out.count("as above, of: rounds go on") == 1
    assert done.out.count("Every round has a next one.") == 1
    assert done.out.count(f"rests on    {ROUNDS}") == 2


SPECIFICATION = "reference enumeration by the specification"
PROPAGATION = "clauses; refutations checked by unit propagation"
KINDS: tuple[tuple[Evidence, str, tuple[Basis, ...], tuple[str, ...]], ...] = (
    (Exhaustive("d", 3, 2), SPECIFICATION, (Basis.KERNEL,), ()),
    (Exhaustive("d", 3, 2), "an engine", (Basis.ENGINE,), ()),
    (Exhaustive("d", 3, 2), PROPAGATION, (Basis.ENCODER,), (trust.ENCODER,)),
    (
        Exhaustive("d", 3, 2),
        "last cells, a solver, refutation checked by the kernel",
        (Basis.ENCODER,),
        (trust.ENCODER,),
    ),
    (
        Exhaustive("d", 3, 2),
        "compared by SymPy 1.14 (trusted)",
        (Basis.ENGINE, Basis.SOLVER),
        ("engine: compared by SymPy (trusted)",),
    ),
    (Witness("s", "i", "r"), "cut points, replayed by the kernel", (Basis.KERNEL,), ()),
    (Witness("s", "i", "r"), "an engine", (Basis.ENGINE,), ()),
    (Certificate("cut points", "kernel", 4), "an engine", (Basis.KERNEL,), ()),
    (
        Certificate("refutation of 9 clauses in 2 cases", "the kernel, by the hints", 4),
        "an engine",
        (Basis.ENCODER,),
        (trust.ENCODER,),
    ),
    (Induction((), ("s",), ("r",), 4), "e", (Basis.RULES,), ("rule: r",)),
    (
        Induction((), ("s",), ("r",), 4, ("q",), "z3 5"),
        "e",
        (Basis.RULES, Basis.SOLVER),
        ("rule: r", trust.QUERY_ENCODER, trust.QUERIES),
    ),
    (SymbolicIdentity("a = b", "SymPy 1.14"), "e", (Basis.ENGINE, Basis.SOLVER),
     ("solver: SymPy, on its word",)),
    (Coupling(1, 2, 3, "trusted: hashing"), "e", (Basis.ENGINE, Basis.SOLVER),
     ("engine: hashing",)),
    (Coupling(1, 2, 3, "trusted: hashing, z3 5.4, refutations checked"), "e",
     (Basis.ENGINE, Basis.SOLVER), ("engine: hashing", trust.ENCODER)),
    (Coupling(1, 2, 3, "trusted: hashing, z3 5.4"), "e", (Basis.ENGINE, Basis.SOLVER),
     ("engine: hashing", "solver: z3, on its word")),
    (Coupling(1, 2, 3, "trusted: hashing, z3 5.4 and cvc5 1.4.2"), "e",
     (Basis.ENGINE, Basis.SOLVER), ("engine: hashing", "solver: z3, on its word")),
    (SolverAnswer("CaDiCaL", "1.9.5", 3), "e", (Basis.ENCODER, Basis.SOLVER),
     (trust.ENCODER, "solver: CaDiCaL, on its word")),
    (SolverAnswer("z3", "5.4", 3), "e", (Basis.ENCODER, Basis.SOLVER),
     (trust.QUERY_ENCODER, "solver: z3, on its word")),
    (Citation("Somebody"), "e", (Basis.IMPORTED,), ()),
    (Sampled(3, 0), "e", (Basis.HINT,), ()),
)  # fmt: skip


@pytest.mark.parametrize(("evidence", "engine", "basis", "named"), KINDS)
def test_each_kind_of_evidence(
    evidence: Evidence, engine: str, basis: tuple[Basis, ...], named: tuple[str, ...]
) -> None:
    assert bases(evidence, engine) == basis
    assert names(evidence, engine) == named
    assert not any(version in name for name in named for version in ("1.", "5."))


def test_every_kind_of_evidence_is_among_them_and_none_is_without_a_basis() -> None:
    assert {type(evidence) for evidence, *_ in KINDS} == set(Evidence.__args__)
    assert all(basis for *_, basis, _ in KINDS)
    assert bases(None, "e") == ()
    assert names(None, "e") == ()


def test_neither_a_version_nor_a_second_solver_changes_what_is_pinned() -> None:
    pairs: tuple[tuple[Evidence, Evidence], ...] = (
        (SolverAnswer("z3", "5.4", 3), SolverAnswer("z3", "6.0 and cvc5 1.4.2", 3)),
        (
            Induction((), ("s",), ("r",), 4, ("q",), "z3 5.4"),
            Induction((), ("s",), ("r",), 4, ("q",), "z3 6.0 and cvc5 1.4.2"),
        ),
    )
    for alone, both in pairs:
        assert alone != both
        assert (pinned(alone), names(alone, "e")) == (pinned(both), names(both, "e"))
    old, new = (SymbolicIdentity("i", f"trusted: sympy {v}") for v in ("1.14.0", "1.15"))
    assert pinned(old) == pinned(new) == {"identity": "i", "engine": "sympy"}
    assert pinned(SymbolicIdentity("j", "trusted: sympy 1.14.0")) != pinned(old)


def test_sizes_and_versions() -> None:
    assert size(Certificate("cut points", "kernel", 4)) == {"entries": 4}
    assert size(Certificate("refutation of 9 clauses", "the kernel", 4)) == {"lemmas": 4}
    assert size(Coupling(1, 2, 3, "e")) == {"obligations": 5}
    assert size(SolverAnswer("z3", "5", 7)) == {"queries": 7}
    assert size(Citation("Somebody")) == size(None) == {}
    assert believed(SolverAnswer("z3", "5", 7)) == "z3 5"
    assert believed(Exhaustive("d", 1, 1)) == believed(None) == ""
