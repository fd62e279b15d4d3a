"""Certificates that no simulation of a circuit is so short: the encoder against two others."""

from __future__ import annotations

import json
from itertools import permutations, product
from typing import Any

import pytest

from dlmcheck.spec.errors import DlmcheckError, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims.length_certificates import proof_of
from dlmcheck.verify.encoders.trajectories import NoSimulation, check_document, trajectory_text
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.propositional import Formula, Model, solve
from dlmcheck.verify.searches.trajectories import System, Wires, negations, question, replay
from tests.verify.encoders import whole_states

ONE_WIRE = [
    Wires(1, maps) for d in range(4) for maps in product(((0, 1), (1, 0)), repeat=d)
]  # fmt: skip
TWO_WIRES = [Wires(2, ()), *(Wires(2, (table,)) for table in list(permutations(range(4)))[::5])]


def has_model(clauses: list[list[int]]) -> bool:
    found = solve(Formula(clauses=[tuple(clause) for clause in clauses]))
    return isinstance(found, Model)


@pytest.mark.parametrize("edits", Edits)
@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize(
    ("wires", "lengths"),
    [*((one, (1, 2)) for one in ONE_WIRE), *((two, (2,)) for two in TWO_WIRES)],
    ids=str,
)
def test_both_encoders_have_a_model_or_neither(
    wires: Wires, lengths: tuple[int, ...], edits: Edits, end: End
) -> None:
    for length in lengths:
        first = [list(c) for c in question(wires, edits, length, end).clauses]
        second = whole_states.clauses(wires, edits, length, end)
        assert has_model(first) == has_model(second), length


@pytest.mark.parametrize("edits", Edits)
@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize("wires", [negations(1, 2), negations(1, 4), TWO_WIRES[1]], ids=str)
def test_both_encoders_agree_on_three_cells(wires: Wires, edits: Edits, end: End) -> None:
    first = [list(c) for c in question(wires, edits, 3, end).clauses]
    assert has_model(first) == has_model(whole_states.clauses(wires, edits, 3, end))


def runs(system: System, end: End) -> bool:
    try:
        replay(system, end)
    except DlmcheckError:
        return False
    return True


@pytest.mark.parametrize("edits", [Edits.REVISE_TOKEN, Edits.REVISE_ANY, Edits.WRITE_ONCE])
@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize("wires", [Wires(1, ()), Wires(1, ((0, 1),)), Wires(1, ((1, 0),))], ids=str)
def test_the_encoder_says_what_all_systems_run_by_the_specification_say(
    wires: Wires, edits: Edits, end: End
) -> None:
    """Every choice of different states for all layers and seeds, on one cell and on two."""
    for length in (1, 2):
        states: list[State] = list(product((0, 1, MASK), repeat=length))
        systems = (
            System(
                wires, edits,
                tuple(chosen[2 * t : 2 * t + 2] for t in range(wires.depth + 1)),
                (), tuple((cell,) for cell in (*shown, length - 1)),
            )
            for chosen in permutations(states, 2 * (wires.depth + 1))
            for shown in product(range(length), repeat=wires.depth)
        )  # fmt: skip
        found = any(runs(system, end) for system in systems)
        clauses = [list(c) for c in question(wires, edits, length, end).clauses]
        assert has_model(clauses) == found


CLAIM = NoSimulation(negations(1, 3), Edits.REVISE_TOKEN, 2, End.WHOLE_STATE)


def good() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(trajectory_text(CLAIM, proof_of(CLAIM.encoded)))
    return raw


def checked(raw: dict[str, Any]) -> Any:
    return check_document(Document.parse(json.dumps(raw), "file"))


def test_a_certificate_is_accepted_and_says_of_which_circuit() -> None:
    result = checked(good())
    assert result.verdict is Verdict.PROVED
    assert "bijections [[1, 0], [1, 0], [1, 0]] of 1 bits on 2 cells" in result.statement
    assert isinstance(result.evidence, Certificate)
    assert "by the encoder 'trajectories'" in result.evidence.kind


def test_canary_there_is_no_certificate_of_what_is_not_so() -> None:
    with pytest.raises(Rejected, match="not so: no layer-by-layer simulation"):
        proof_of(NoSimulation(negations(1, 3), Edits.REVISE_TOKEN, 3, End.WHOLE_STATE).encoded)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", 0), ("width", 2), ("width", 9), ("length", 0), ("length", 99), ("edits", "none"),
        ("end", 1), ("proof", 1), ("layers", [[1, 1]]), ("layers", [[1, 0, 2]]),
        ("layers", [7]), ("layers", [[0, 1]] * 64),
    ],
)  # fmt: skip
def test_a_malformed_claim_is_bad_input(field: str, value: object) -> None:
    with pytest.raises(MalformedSyntax, match=r"^file:\d+: \w+(\[\d+\])* is "):
        checked({**good(), field: value})
