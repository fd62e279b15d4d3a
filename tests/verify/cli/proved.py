"""A registry whose claims are proved for all n, with and without queries, and in part only."""

from __future__ import annotations

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.verify.claims.registry import Claim, ProofJob, Registry, Road, Row
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import CONCLUSION, Proof, Rule, Step
from dlmcheck.verify.kernel.sweep import HOLDS, fails
from tests.verify.cli.planted import sweep

QUERY = "1 <= t + 1"


def step(name: str) -> Step:
    """The parity of a prefix goes on: from s and y the next s, as the XOR of both."""
    builder = Builder([Input(n, InputKind.DATA) for n in ("s", "y", "next")])
    agrees = ~builder.xor(2, builder.xor(0, 1))
    built = builder.build([agrees, 0, 1, ~2])
    names = ("next is s xor y", "s is 1", "y is 1", CONCLUSION)
    return Step(name, Circuit(built.inputs, built.gates, built.outputs, names))


def parity() -> Proof:
    return Proof(
        "the parity telescopes",
        (step("first position"),),
        (step("next position"),),
        (Rule.POSITIONS,),
        skeleton=("At the first cell s is y_1.", "A cell adds its own bit."),
    )


def with_query() -> Proof:
    return Proof(
        "rounds go on",
        (step("first round"),),
        (step("next round"),),
        (Rule.ROUNDS, Rule.SITUATIONS),
        (QUERY,),
        ("Every round has a next one.",),
    )


def answered(_: Proof) -> SolverAnswer:
    return SolverAnswer("toy", "1.2", 1)


def claim(name: str, *roads: Road, assumptions: tuple[str, ...] = ()) -> Claim:
    row = Row(name, "all-n", f"{name} holds for all n", roads, assumptions=assumptions)
    return Claim(name, f"the claim {name}", "planted", (), name, (row,))


def twice() -> Claim:
    """Two rows that rest on one proof."""
    (row,) = claim("TWICE", Road("proofs", "rounds go on", "steps by truth tables")).rows
    other = Row("TWICE", "again", row.statement, row.roads)
    return Claim("TWICE", "the claim TWICE", "planted", (), "TWICE", (row, other))


def registry() -> Registry:
    proof = Road("proofs", "the parity telescopes", "steps by truth tables")
    asked = Road("proofs", "rounds go on", "steps by truth tables")
    return Registry(
        claims=(
            claim("PURE", proof, Road("bounded", "holds", "an engine")),
            claim("ASKED", asked, assumptions=("declared",)),
            twice(),
            claim("BOUNDED", Road("bounded", "holds", "an engine")),
            claim("AGAINST", proof, Road("against", "fails", "an engine")),
            claim(
                "REFUTED",
                Road("against", "fails", "reference enumeration by the specification"),
            ),
        ),
        jobs=(
            ProofJob("proofs", lambda: (parity(), with_query()), answered),
            sweep("bounded", "holds", lambda _: HOLDS),
            sweep("against", "fails", lambda n: fails("it is three") if n == 3 else HOLDS),
        ),
    )
