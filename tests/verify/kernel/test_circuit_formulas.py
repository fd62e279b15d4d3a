"""The encoders of claims about circuits, against enumeration and against a second encoder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.engines.network import Network, embedded
from dlmcheck.verify.engines.solver import Answer, Z3Solver
from dlmcheck.verify.kernel.circuit_formulas import EQUAL, equal_circuits, inverse_circuits
from dlmcheck.verify.kernel.encoders import check_document, refutation_text
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.refutation import Encoded
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.propositional import Formula, Model

ARITY = {Op.CONST0: 0, Op.CONST1: 0, Op.ID: 1, Op.NOT: 1}


@st.composite
def circuits(draw: st.DrawFn, inputs: int = 3, outputs: int = 2) -> Circuit:
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, 5))):
        op = draw(st.sampled_from(Op))
        count = ARITY[op] if op in ARITY else draw(st.integers(1, 3))
        nodes = st.integers(-inputs - len(gates), inputs + len(gates) - 1)
        gates.append(Gate(op, tuple(draw(nodes) for _ in range(count))))
    last = inputs + len(gates) - 1
    ends = tuple(draw(st.integers(-last - 1, last)) for _ in range(outputs))
    named = tuple(Input(f"x{i}", InputKind.RANDOM) for i in range(inputs))
    return Circuit(named, tuple(gates), ends)


def table(circuit: Circuit) -> list[tuple[bool, ...]]:
    rows = product((False, True), repeat=len(circuit.inputs))
    return [evaluate(circuit, row) for row in rows]


def solved(encoded: Encoded) -> Model | str:
    return refute(Formula(encoded.variables, list(encoded.clauses)))


@given(circuits(), circuits())
def test_the_clauses_have_a_model_exactly_where_the_circuits_differ(
    left: Circuit, right: Circuit
) -> None:
    found = solved(equal_circuits(left, right))
    assert isinstance(found, str) == (table(left) == table(right))
    if isinstance(found, Model):
        row = tuple(v in found.true for v in range(1, 4))
        assert evaluate(left, row) != evaluate(right, row)


@given(circuits(), circuits())
def test_a_second_encoder_says_the_same(left: Circuit, right: Circuit) -> None:
    """Through a network with structural hashing and another solver."""
    network = Network()
    inputs = [network.variable(("input", 0, i)) for i in range(3)]
    nodes = [network.embed(one, inputs) for one in (left, right)]
    unequal = network.or_all(
        network.xor(embedded(nodes[0], a), embedded(nodes[1], b))
        for a, b in zip(left.outputs, right.outputs, strict=True)
    )
    answer = Z3Solver(network).satisfy([unequal]).answer
    assert isinstance(solved(equal_circuits(left, right)), Model) == (answer is Answer.SAT)


@given(circuits(2, 2), circuits(2, 2))
def test_a_circuit_and_its_inverse(forward: Circuit, backward: Circuit) -> None:
    rows = list(product((False, True), repeat=2))
    undone = all(evaluate(backward, evaluate(forward, row)) == row for row in rows)
    assert isinstance(solved(inverse_circuits(forward, backward)), str) == undone


# --- certificates --------------------------------------------------------------------------


def parity(order: Sequence[int], names: Sequence[str] = ("o",)) -> Circuit:
    """The parity of four bits, added up in an order."""
    builder = Builder.with_names(random=list("abcd"))
    total = order[0]
    for bit in order[1:]:
        total = builder.xor(total, bit)
    return builder.build([total], list(names))


def certificate(left: Circuit, right: Circuit) -> dict[str, Any]:
    encoded = equal_circuits(left, right)
    proof = solved(encoded)
    assert isinstance(proof, str)
    claim = {"left": circuit_to_json(left), "right": circuit_to_json(right)}
    raw: dict[str, Any] = json.loads(refutation_text(claim, encoded, proof))
    return raw


GOOD = certificate(parity([0, 1, 2, 3]), parity([3, 1, 0, 2]))


def checked(raw: dict[str, Any]) -> Any:
    return check_document(Document.parse(json.dumps(raw), "file"))


def test_a_certificate_is_checked_from_its_file() -> None:
    found = checked(GOOD)
    assert found.verdict is Verdict.PROVED
    assert found.statement == "the circuits agree on o"
    assert isinstance(found.evidence, Certificate)
    assert found.evidence.kind == f"refutation of 29 clauses by the encoder {EQUAL!r}"
    assert found.evidence.size == GOOD["proof"].count(" 0 ")


def test_a_bijection_of_seeds_with_its_inverse() -> None:
    """y -> z, z_i = y_i xor y_{i-1}, and back."""
    there = Builder.with_names(random=list("abc"))
    forward = there.build([0, there.xor(1, 0), there.xor(2, 1)])
    back = Builder.with_names(random=list("uvw"))
    second = back.xor(1, 0)
    backward = back.build([0, second, back.xor(2, second)])
    encoded = inverse_circuits(forward, backward)
    proof = solved(encoded)
    assert isinstance(proof, str)
    claim = {"forward": circuit_to_json(forward), "backward": circuit_to_json(backward)}
    raw = json.loads(refutation_text(claim, encoded, proof))
    assert checked(raw).statement == "the circuits are bijections of 3 bits, inverse to one another"
    raw["claim"]["forward"], raw["claim"]["backward"] = (
        raw["claim"]["backward"],
        raw["claim"]["forward"],
    )
    with pytest.raises(Rejected, match="the clauses are not those"):
        checked(raw)


def test_canary_other_claims_do_not_fit() -> None:
    three = Builder.with_names(random=list("abc"))
    with pytest.raises(Rejected, match="inputs of the two circuits"):
        equal_circuits(parity([0, 1]), three.build([0], ["o"]))
    with pytest.raises(Rejected, match="outputs of the two circuits"):
        equal_circuits(parity([0, 1]), parity([0, 1], ["p"]))
    with pytest.raises(Rejected, match="as many outputs as inputs"):
        inverse_circuits(parity([0, 1]), parity([0, 1]))


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"left": "{}"}, "an object with encoder"),
        ([], "an object with encoder"),
        ({"encoder": "prophet"}, "unknown encoder 'prophet'"),
        ({"encoder": 1}, "claim.encoder is 1"),
        ({"encoder": EQUAL, "left": "{}"}, 'no key "right"'),
        ({"encoder": EQUAL, "left": "{}", "right": "{}", "more": 1}, 'unknown key "more"'),
        ({"encoder": EQUAL, "left": 3, "right": "{}"}, "claim.left is 3"),
    ],
)
def test_a_malformed_claim_is_bad_input(claim: object, message: str) -> None:
    with pytest.raises(MalformedSyntax, match="file:1: ") as caught:
        checked({**GOOD, "claim": claim})
    assert message in str(caught.value)
