"""Exactly d rounds: the witnesses where it is false, and canaries for the exact condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dlmcheck.model.constructions.gate_for_gate import GateForGate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.claims import domains, exactly_d
from dlmcheck.verify.claims.exactly_d import CUTS, RUNS, Exactly, three_copies
from dlmcheck.verify.claims.registry import Profile, SweepJob
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import Domain, check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims.planting import Audited, audit

R = Input("r0", InputKind.RANDOM)
S = Input("r1", InputKind.RANDOM)

ONE_BIT = Circuit((R,), (), (0,))
COPIED = Circuit((R,), (Gate(Op.ID, (0,)), Gate(Op.ID, (0,))), (1, 2))
ONE_GATE = Circuit((R, S), (Gate(Op.AND, (0, 1)),), (2,))
INDEPENDENT = Circuit((R, S), (Gate(Op.ID, (0,)), Gate(Op.XOR, (0, 1))), (2, 3))
DEEP = Circuit((R, S), (Gate(Op.AND, (0, 1)), Gate(Op.ID, (2,)), Gate(Op.NOT, (2,))), (3, 4))
DEEP_COPY = Circuit(
    (R,), (Gate(Op.ID, (0,)), Gate(Op.NOT, (0,)), Gate(Op.ID, (1,)), Gate(Op.ID, (2,))), (3, 4)
)

CIRCUITS = (ONE_BIT, COPIED, ONE_GATE, INDEPENDENT, DEEP, DEEP_COPY)
SUFFICES = {ONE_GATE, INDEPENDENT, DEEP}
"""AND of two bits is one biased draw; a and a xor b are independent; the AND may be drawn."""

CLAIM = replace(exactly_d.CLAIM, id="rows", rows=(*exactly_d.exactly_rows(), *exactly_d.CLAIM.rows))
FALSE = {row.id for row in exactly_d.exactly_rows()}
ONLY_IF = "T3.1-EXACT/output-law,only-if"
NO_CUT_NEEDED = "a simulation samples the circuit in d rounds, and there is no product cut"


@pytest.fixture(autouse=True)
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(_: Profile) -> Domain[Circuit]:
        return domains.listed("six circuits", CIRCUITS, circuit_to_json)

    monkeypatch.setattr(exactly_d, "random_circuits", few)


def audited() -> Audited:
    return audit([CLAIM], exactly_d.JOBS)


def witness(found: Audited, row: str, engine: str) -> tuple[Circuit, str]:
    (road,) = (road for road in found.of(row).roads if road.engine == engine)
    assert isinstance(road.evidence, Witness)
    return circuit_from_json(road.evidence.instance), road.evidence.reason


def test_exactly_d_is_false_with_the_smallest_circuits_as_witnesses() -> None:
    found = audited()
    for row in FALSE:
        smallest = COPIED if row.endswith("d>=1") else ONE_BIT
        assert found.of(row).verdict is Verdict.REFUTED
        assert witness(found, row, RUNS) == (smallest, exactly_d.NO_SIMULATION)
        assert witness(found, row, CUTS) == (smallest, exactly_d.NO_CUT)
    assert [found.of(row.id).verdict for row in exactly_d.CLAIM.rows] == [
        Verdict.PROVED,
        Verdict.PROVED,
        Verdict.REFUTED,
    ]


def test_the_condition_holds_of_three_of_the_six_circuits() -> None:
    for circuit in CIRCUITS:
        case = Exactly(circuit)
        assert case.met
        assert case.cut == (circuit in SUFFICES)
        assert case.faithful == case.cut == case.sampling


def test_the_converse_fails_for_the_law_of_the_output_alone() -> None:
    circuit, reason = witness(audited(), ONLY_IF, RUNS)
    assert reason == NO_CUT_NEEDED
    case = Exactly(circuit)
    assert (case.cut, case.faithful, case.sampling) == (False, False, True)


# --- planted errors --------------------------------------------------------------------------

Found = Callable[..., object]


def no_cut(*_: object) -> None:
    return None


def always_a_cut(*_: object) -> frozenset[int]:
    return frozenset()


def no_simulation(*_: object) -> Iterator[GateForGate]:
    return iter(())


def everything_is_faithful(*_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("name", "planted", "contradicted", "reasons"),
    [
        (
            "product_cut_exists",
            no_cut,
            set[str](),
            {
                "T3.1-EXACT/faithful,iff": "one of simulation and cut exists, the other does not",
                ONLY_IF: NO_CUT_NEEDED,
            },
        ),
        (
            "product_cut_exists",
            always_a_cut,
            FALSE,
            {
                "T3.1-EXACT/faithful,iff": "one of simulation and cut exists, the other does not",
                "T3.1-EXACT/output-law,if": "there is a product cut, and no simulation in d rounds",
            },
        ),
        (
            "simulations",
            no_simulation,
            set[str](),
            {
                "T3.1-EXACT/faithful,iff": "one of simulation and cut exists, the other does not",
                "T3.1-EXACT/output-law,if": "there is a product cut, and no simulation in d rounds",
            },
        ),
    ],
)
def test_canary_a_wrong_search_fails_the_condition_or_contradicts_the_other_road(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    planted: Found,
    contradicted: set[str],
    reasons: dict[str, str],
) -> None:
    monkeypatch.setattr(exactly_d, name, planted)
    found = audited()
    exact = {row.id for row in exactly_d.CLAIM.rows}
    told = {row: found.refuted_roads()[row][RUNS] for row in exact & set(found.refuted_roads())}
    assert told == reasons
    # What is planted leaves the proofs as they are, so that the roads of their rows contradict.
    proved = set(reasons) - {ONLY_IF}
    assert {row.row.id for row in found.rows if row.disagreement} == contradicted | proved
    for row in FALSE:
        assert found.of(row).verdict is (Verdict.ERROR if row in contradicted else Verdict.REFUTED)


def test_canary_a_law_that_is_always_right_contradicts_the_cuts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every simulation counts as faithful: then there seem to be some where no cut is."""
    monkeypatch.setattr(Exactly, "_is_faithful", everything_is_faithful)

    def all_of_one_draw(circuit: Circuit, rounds: int) -> Iterator[GateForGate]:
        del rounds
        yield GateForGate(circuit, frozenset(), (), ())

    monkeypatch.setattr(exactly_d, "simulations", all_of_one_draw)
    monkeypatch.setattr(Exactly, "_samples", everything_is_faithful)
    found = audited()
    iff = "T3.1-EXACT/faithful,iff"
    assert {row.row.id for row in found.rows if row.disagreement} == FALSE | {iff}
    assert RUNS in found.refuted_roads()[iff]


def test_a_circuit_with_an_early_output_is_not_met() -> None:
    early = Circuit((R,), (Gate(Op.ID, (0,)), Gate(Op.ID, (1,))), (1, 2))
    assert not Exactly(early).met


# --- the domain of three copies --------------------------------------------------------------


def copies() -> Domain[Circuit]:
    jobs = (job for job in exactly_d.JOBS if isinstance(job, SweepJob))
    (job,) = (job for job in jobs if job.id == "exactly-d-copies")
    return job.make(Profile.QUICK).domain


def test_three_copies_are_counted_by_a_product() -> None:
    members = list(three_copies())
    assert len(set(members)) == len(members) == copies().count == 2**3 * (3 + 2 * 3) ** 2 == 648


def test_the_domain_of_three_copies_contains_its_members_and_no_variant_of_them() -> None:
    domain = copies()
    for circuit in three_copies():
        assert domain.contains(circuit)
        assert domain.read(domain.write(circuit)) == circuit
        turned = tuple(Gate(gate.op, gate.args[::-1]) for gate in circuit.gates)
        variants = [
            replace(circuit, inputs=(S, R)),
            replace(circuit, output_names=("x", "y")),
            replace(circuit, outputs=(6, 5)),
            replace(circuit, outputs=(5, 6, 5), output_names=("a", "b", "c")),
            replace(circuit, gates=turned),
            replace(circuit, inputs=(R, replace(S, kind=InputKind.DATA))),
        ]
        assert not any(domain.contains(v) for v in variants if v != circuit)


def test_canary_a_reduced_domain_of_copies_is_rejected() -> None:
    jobs = (job for job in exactly_d.JOBS if isinstance(job, SweepJob))
    (job,) = (job for job in jobs if job.id == "exactly-d-copies")
    sweep = job.make(Profile.QUICK)
    short = replace(sweep.domain, members=lambda: list(three_copies())[1:])
    with pytest.raises(Rejected, match=r"647 members of the domain .* which has 648"):
        check_sweep(replace(sweep, domain=short))
