"""Uniform laws of linear circuits: against the exact law, and against every kind of error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.samplers.remasking import parity_remask_clock, parity_remask_state_only
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, output_law
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.law import uniform
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.elimination import linear_text, uniform_claim
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.linear import Uniform, check_document, check_uniform
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict


@st.composite
def linear_circuits(draw: st.DrawFn) -> Circuit:
    inputs = draw(st.integers(0, 4))
    gates: list[Gate] = [Gate(Op.CONST1)]
    for _ in range(draw(st.integers(0, 4))):
        op = draw(st.sampled_from((Op.XOR, Op.XOR, Op.NOT, Op.ID, Op.CONST0, Op.AND)))
        count = {Op.CONST0: 0, Op.XOR: draw(st.integers(1, 3))}.get(op, 1)
        nodes = st.integers(-inputs - len(gates), inputs + len(gates) - 1)
        gates.append(Gate(op, tuple(draw(nodes) for _ in range(count))))
    last = inputs + len(gates) - 1
    outputs = tuple(draw(st.integers(-last - 1, last)) for _ in range(draw(st.integers(0, 4))))
    named = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(inputs))
    return Circuit(named, tuple(gates), outputs)


def solutions(claim: Uniform, outputs: int) -> list[tuple[bool, ...]]:
    return [
        z
        for z in product((False, True), repeat=outputs)
        if all(
            sum(z[place] for place in row if isinstance(place, int)) % 2 == int(constant)
            for row, constant in zip(claim.equations, claim.constants, strict=True)
        )
    ]


@given(linear_circuits())
def test_what_is_accepted_is_the_exact_law(circuit: Circuit) -> None:
    claim = uniform_claim(circuit)
    assert check_uniform(circuit, claim).verdict is Verdict.PROVED
    assert output_law(circuit) == uniform(solutions(claim, len(circuit.outputs)))


places = st.lists(st.integers(0, 2), max_size=3, unique=True).map(tuple)


@given(
    linear_circuits(),
    st.lists(places, max_size=3).map(tuple),
    st.lists(st.booleans(), max_size=3).map(tuple),
    places,
    st.lists(places, max_size=3).map(tuple),
    st.lists(places, max_size=3).map(tuple),
)
def test_nothing_wrong_is_ever_accepted(
    circuit: Circuit,
    equations: tuple[tuple[int, ...], ...],
    constants: tuple[bool, ...],
    coins: tuple[int, ...],
    left: tuple[tuple[int, ...], ...],
    right: tuple[tuple[int, ...], ...],
) -> None:
    """Whatever is handed in, and what it is with the good claim's parts put in."""
    good = uniform_claim(circuit)
    wild = Uniform(equations, constants, coins, left, right)
    for claim in (
        wild,
        replace(good, equations=equations),
        replace(good, constants=constants),
        replace(good, coins=coins, left=left),
    ):
        try:
            check_uniform(circuit, claim)
        except Rejected:
            continue
        assert output_law(circuit) == uniform(solutions(claim, len(circuit.outputs)))


# --- files ---------------------------------------------------------------------------------


def checked(text: str) -> Any:
    return check_document(Document.parse(text, "file"))


def revision_certificate(n: int) -> Simulation:
    """Round 1 writes y (the random inputs of `even_strings`) and 0, round 2 writes z."""
    circuit = even_strings(n)
    first: tuple[tuple[int, Content], ...] = (*((i, i) for i in range(n - 1)), (n - 1, "0"))
    second: tuple[tuple[int, Content], ...] = tuple((i, circuit.outputs[i]) for i in range(n))
    return Simulation((first, second), tuple((1, i, i) for i in range(n - 1)))


@pytest.mark.parametrize("n", [2, 3, 8, 60])
def test_even_parity_by_revision_through_a_simulation(n: int) -> None:
    text = linear_text(even_strings(n), parity_revision(n, clock=True), revision_certificate(n))
    found = checked(text)
    assert found.verdict is Verdict.PROVED
    if n == 3:
        assert found.statement == "the output is uniform on the solutions of z0 + z1 + z2 = 0"
    if n == 60:
        assert found.statement == "the output is uniform on the solutions of 1 equation in 60 bits"
    assert isinstance(found.evidence, Certificate)


@pytest.mark.parametrize(
    "schedule", [parity_revision(4), parity_remask_clock(4), parity_remask_state_only(4)]
)
def test_even_parity_where_masks_depend_on_coins_through_all_seeds(schedule: Schedule) -> None:
    names = schedule.output_names
    circuit = replace(even_strings(4), output_names=names)
    assert checked(linear_text(circuit, schedule)).verdict is Verdict.PROVED


def raw_file() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(
        linear_text(even_strings(4), parity_revision(4, clock=True), revision_certificate(4))
    )
    return raw


Change = Callable[[dict[str, Any]], object]


def outer(**fields: Any) -> Change:
    return lambda raw: raw.update(fields)


def circuit_with(old: str, new: str) -> Change:
    return lambda raw: raw.update(circuit=raw["circuit"].replace(old, new, 1))


def without_certificate(raw: dict[str, Any]) -> None:
    del raw["certificate"]
    raw["circuit"] = raw["circuit"].replace('["XOR", 0, 1]', '["XOR", 0, 2]')


REJECTED: list[tuple[str, Change, str]] = [
    ("another equation", outer(equations=[[0, 1, 2]]), "not every output solves equation 0"),
    ("the odd strings", outer(constants=[True]), "not every output solves equation 0"),
    ("no equation", outer(equations=[], constants=[], right=[]), "3 coins and 0 equations do not"),
    ("an equation twice", outer(equations=[[0, 1, 2, 3]] * 2, constants=[False] * 2,
                                right=[[3], [2]]), "H R is not the identity at row 1 and column 0"),
    ("the empty equation", outer(equations=[[]]), "H R is not the identity at row 0"),
    ("a coin less", outer(coins=[0, 1], left=[[0], [0, 1]]), "2 coins and 1 equations do not"),
    ("rows of L swapped", lambda raw: raw["left"].reverse(), "L A is not the identity at coin 0"),
    ("a coin that is not there", outer(coins=[0, 1, 3]), "a coin is named that there is not"),
    ("a coin twice", outer(coins=[0, 1, 1]), "a coin is named that there is not, or twice"),
    ("an output that is not there", outer(right=[[4]]), "an output is named that there is not"),
    ("a row of L less", lambda raw: raw["left"].pop(), "one row of L for each chosen coin"),
    ("a constant less", outer(constants=[]), "one constant and one column of R"),
    ("a gate that is not linear", circuit_with("XOR", "AND"), "round 2: cell 1 does not write"),
    ("another circuit", without_certificate, "the schedule does not sample the circuit"),
    ("another schedule", lambda raw: raw.update(
        schedule=raw["schedule"].replace("XOR", "OR", 1)), "does not write"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"), [pytest.param(c, r, id=what) for what, c, r in REJECTED]
)
def test_canary_a_changed_certificate_is_rejected(change: Change, reason: str) -> None:
    raw = raw_file()
    change(raw)
    with pytest.raises(Rejected) as caught:
        checked(json.dumps(raw))
    assert reason in caught.value.reason


def test_what_is_no_linear_circuit() -> None:
    builder = Builder.with_names(data=["a"])
    with pytest.raises(Rejected, match="the input a is no coin"):
        uniform_claim(builder.build([0]))
    builder = Builder.with_names(random=["a", "b"])
    with pytest.raises(Rejected, match="node 2 is an AND, which is not linear"):
        uniform_claim(builder.build([builder.and_(0, 1)]))


def test_laws_that_are_too_large_need_a_certificate() -> None:
    text = linear_text(even_strings(14), parity_revision(14, clock=True))
    with pytest.raises(Rejected, match="too large to be gone through"):
        checked(text)


def without(field: str) -> Change:
    return lambda raw: raw.pop(field)


MALFORMED: list[Change] = [
    outer(coins=7),
    outer(coins=[-1]),
    outer(left=[0]),
    outer(constants=[0]),
    outer(extra=1),
    outer(certificate=None),
    outer(certificate="{}"),
    without("schedule"),
    without("circuit"),
]


@pytest.mark.parametrize("change", MALFORMED)
def test_a_malformed_file_is_bad_input(change: Change) -> None:
    raw = raw_file()
    change(raw)
    with pytest.raises(BadInput):
        checked(json.dumps(raw))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": ((0, 1), (5, 2))}, "an output or earlier step is named that there is not: 5"),
        ({"steps": ((0, 1), (-1,))}, "an output or earlier step is named that there is not: -1"),
        ({"steps": ((0, 1), ()), "left": ((0,), (4,), (6,))}, "output or step .* there is not: 6"),
        ({"equations": ((0, 1, 2, 4),)}, "an output is named that there is not: 4"),
        ({"right": ((-1,),)}, "an output is named that there is not: -1"),
    ],
)
def test_places_are_looked_at_in_rows_that_have_no_runs(change: dict[str, Any], said: str) -> None:
    # The first place past the end and the last before the beginning: Python would take the latter.
    claim = Uniform(((0, 1, 2, 3),), (False,), (0, 1, 2), ((0,), (0, 1), (3,)), ((3,),))
    assert check_uniform(even_strings(4), claim).verdict is Verdict.PROVED
    with pytest.raises(Rejected, match=said):
        check_uniform(even_strings(4), replace(claim, **change))
