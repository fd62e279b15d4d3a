"""Wrong runs: replayed coin by coin, matched by name, and only as much as they show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Op
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.lattice import Edits, RandomBits, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import (
    LOOSE_LIMIT,
    Partners,
    Place,
    WrongRun,
    check_wrong_run,
    partners_to_json,
    replay,
)
from tests.verify.kernel.small import CIRCUIT, A, B, R, S, compiled, one_coin, or_for_xor

SCHEDULE = compiled().schedule
COUPLING: Partners = {"r": (("predictor", 1, 0), False), "s": (("predictor", 1, 1), False)}
WRONG = or_for_xor(SCHEDULE)
"""Node 3 is a or r instead of a xor r."""

RUN = WrongRun("1", (("predictor", 1, 0),), 2, 3)
"""a = r = 1, s = 0: the xor is 0, the or is 1, and so y is 1 in the run."""


def reason_of(
    schedule: Schedule, circuit: Circuit, coupling: Mapping[str, tuple[Place, bool]], run: WrongRun
) -> str:
    with pytest.raises(Rejected) as caught:
        check_wrong_run("x", schedule, circuit, coupling, run)
    return caught.value.reason


def test_a_wrong_run_is_accepted_with_its_coupling_in_the_evidence() -> None:
    assert difference(WRONG, CIRCUIT) is not None
    checked = check_wrong_run("simulation", WRONG, CIRCUIT, COUPLING, RUN)
    assert (checked.statement, checked.verdict) == ("simulation", Verdict.REFUTED)
    assert isinstance(checked.evidence, Witness)
    assert checked.evidence.reason == "output y is 1, the circuit gives 0 on this seed"
    assert json.loads(checked.evidence.instance) == {
        "run": json.loads(RUN.to_json()),
        "coupling": json.loads(partners_to_json(COUPLING)),
    }


def test_an_illegal_run_is_accepted_whatever_the_coupling() -> None:
    schedule, circuit = one_coin(rounds=0)
    checked = check_wrong_run("x", schedule, circuit, {}, WrongRun("", ()))
    assert isinstance(checked.evidence, Witness)
    assert checked.evidence.reason.startswith("the run is illegal:")


def test_an_absorbing_schedule_is_run_for_one_more_round() -> None:
    """It draws its token anew in every round: the law is right, and it never stands still."""
    schedule, circuit = one_coin(edits=Edits.REVISE_TOKEN, again=True)
    builder = Builder(interface(1, random=1))
    predictor = builder.build([builder.constant(False), 2])
    restless = replace(schedule, predictor=predictor, stop=Stop.ABSORBING)
    assert difference(replace(restless, stop=Stop.FIXED_ROUNDS), circuit) is None
    coupling: Partners = {"r": (("predictor", 1, 0), False)}
    run = WrongRun("", (("predictor", 2, 0),))
    said = "the run is illegal: after round 1 it changes cell 0, and is said to be absorbing"
    assert replay(restless, circuit, coupling, run) == said
    assert replay(restless, circuit, {}, run) == said
    # The other coin, one round without a promise, and a schedule that keeps it.
    assert replay(restless, circuit, coupling, WrongRun("", ())) == ""
    assert replay(replace(restless, stop=Stop.FIXED_ROUNDS), circuit, coupling, run) == ""
    assert replay(replace(schedule, stop=Stop.ABSORBING), circuit, coupling, run) == ""


def test_coins_of_the_round_after_the_last_are_those_of_an_absorbing_schedule_only() -> None:
    schedule, circuit = one_coin(edits=Edits.REVISE_TOKEN, again=True)
    later: Partners = {"r": (("predictor", 2, 0), False)}
    reason = "the run has no coin predictor, 2, 0"
    assert reason_of(schedule, circuit, later, WrongRun("", ())) == reason
    absorbing = replace(schedule, stop=Stop.ABSORBING)
    assert replay(absorbing, circuit, later, WrongRun("", ())) == ""
    assert reason_of(
        absorbing, circuit, {"r": (("predictor", 3, 0), False)}, WrongRun("", ())
    ).startswith("the run has no coin predictor, 3")


@pytest.mark.parametrize("data", "01")
def test_a_run_in_which_nothing_goes_wrong_is_rejected(data: str) -> None:
    for coins in [(), (("predictor", 1, 0),), (("predictor", 1, 1),)]:
        run = WrongRun(data, coins)
        assert reason_of(SCHEDULE, CIRCUIT, COUPLING, run) == "nothing goes wrong in this run"
    assert reason_of(WRONG, CIRCUIT, COUPLING, replace(RUN, data="0")).startswith("nothing goes")


def test_a_coin_may_stand_inverted() -> None:
    inverted = {**COUPLING, "r": (("predictor", 1, 0), True)}
    # On this seed r is 0 in the circuit while the coin is 1.
    assert replay(SCHEDULE, CIRCUIT, inverted, RUN) != ""
    assert replay(WRONG, CIRCUIT, inverted, RUN) == ""


def test_given_cells_are_coins_of_the_run() -> None:
    schedule = compiled(RandomBits.FREE).schedule
    coupling: Partners = {"r": (("given", 0, 0), False), "s": (("given", 0, 1), False)}
    for ones in ((), (("given", 0, 0),), (("given", 0, 1),)):
        assert replay(schedule, CIRCUIT, coupling, WrongRun("1", ones)) == ""
    exchanged = {"r": coupling["s"], "s": coupling["r"]}
    assert replay(schedule, CIRCUIT, exchanged, WrongRun("1", (("given", 0, 1),))) != ""


# --- canaries: what used to pass, or might ---------------------------------------------------


def test_canary_data_in_another_order_are_matched_by_name() -> None:
    """A right schedule whose prompt stands in another order than the circuit's inputs."""
    circuit = Circuit((A, B), (Gate(Op.AND, (0, ~1)),), (2,), ("o",))
    turned = Circuit((B, A), (Gate(Op.AND, (1, ~0)),), (2,), ("o",))
    schedule = compiled(RandomBits.SAMPLED, turned).schedule
    assert schedule.data_names == ("b", "a")
    for data in ("00", "01", "10", "11"):
        assert replay(schedule, circuit, {}, WrongRun(data, ())) == ""
    other = replace(circuit, gates=(Gate(Op.AND, (1, ~0)),))
    # b = 0, a = 1.
    assert replay(schedule, other, {}, WrongRun("01", ())) == (
        "output o is 1, the circuit gives 0 on this seed"
    )


def test_canary_a_missing_partner_does_not_refute_a_right_schedule() -> None:
    for name in ("r", "s"):
        part = {other: place for other, place in COUPLING.items() if other != name}
        for data in "01":
            for ones in ((), (("predictor", 1, 0),), (("predictor", 1, 1),)):
                assert replay(SCHEDULE, CIRCUIT, part, WrongRun(data, ones)) == ""
    assert replay(SCHEDULE, CIRCUIT, {}, RUN) == ""


def test_an_output_that_differs_for_every_value_of_the_uncoupled_is_wrong() -> None:
    """The circuit's output is a, through a coin that cancels out; the run's is not a."""
    circuit = Circuit((A, R), (Gate(Op.XOR, (0, 1, 1)),), (2,), ("o",))
    right = compiled(RandomBits.SAMPLED, Circuit((A,), (), (0,), ("o",))).schedule
    wrong = compiled(RandomBits.SAMPLED, Circuit((A,), (), (~0,), ("o",))).schedule
    assert replay(right, circuit, {}, WrongRun("1", ())) == ""
    assert replay(wrong, circuit, {}, WrongRun("1", ())) != ""


@pytest.mark.parametrize("loose", [LOOSE_LIMIT, LOOSE_LIMIT + 1])
def test_an_output_with_too_many_uncoupled_inputs_shows_nothing(loose: int) -> None:
    inputs = (A, *(replace(R, name=f"r{j}") for j in range(loose)))
    both = tuple(range(1, loose + 1)) * 2
    circuit = Circuit(inputs, (Gate(Op.XOR, (0, *both)),), (loose + 1,), ("o",))
    wrong = compiled(RandomBits.SAMPLED, Circuit((A,), (), (~0,), ("o",))).schedule
    assert (replay(wrong, circuit, {}, WrongRun("1", ())) != "") == (loose <= LOOSE_LIMIT)


NO_INJECTION = "the coupling is no injection of random inputs into coins"


@pytest.mark.parametrize(
    ("coupling", "reason"),
    [
        ({**COUPLING, "s": COUPLING["r"]}, NO_INJECTION),
        ({**COUPLING, "s": (("predictor", 1, 0), True)}, NO_INJECTION),
        ({**COUPLING, "a": (("predictor", 2, 0), False)}, NO_INJECTION),
        ({**COUPLING, "nobody": (("predictor", 2, 0), False)}, NO_INJECTION),
        ({**COUPLING, "s": (("predictor", 0, 1), False)}, "the run has no coin predictor, 0, 1"),
        ({**COUPLING, "s": (("predictor", 5, 1), False)}, "the run has no coin predictor, 5, 1"),
        ({**COUPLING, "s": (("predictor", 1, 2), False)}, "the run has no coin predictor, 1, 2"),
        ({**COUPLING, "s": (("predictor", 1, -1), False)}, "the run has no coin predictor, 1, -1"),
        ({**COUPLING, "s": (("unmask", 1, 0), False)}, "the run has no coin unmask, 1, 0"),
        ({**COUPLING, "s": (("remask", 1, 0), False)}, "the run has no coin remask, 1, 0"),
        ({**COUPLING, "s": (("given", 0, 0), False)}, "the run has no coin given, 0, 0"),
        ({**COUPLING, "s": (("given", 1, 0), False)}, "the run has no coin given, 1, 0"),
        ({**COUPLING, "s": (("dice", 1, 0), False)}, "the run has no coin dice, 1, 0"),
    ],
)
def test_canary_a_coupling_that_is_no_injection_into_coins_is_rejected(
    coupling: Partners, reason: str
) -> None:
    assert reason_of(WRONG, CIRCUIT, coupling, RUN) == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": ""}, "the witness does not give one bit per data input"),
        ({"data": "11"}, "the witness does not give one bit per data input"),
        ({"data": "2"}, "the witness does not give one bit per data input"),
        ({"data": "0"}, "nothing goes wrong in this run"),
        ({"coins": ()}, "nothing goes wrong in this run"),
        ({"coins": (("predictor", 2, 0),)}, "nothing goes wrong in this run"),
        ({"coins": (("unmask", 1, 0),)}, "nothing goes wrong in this run"),
    ],
)
def test_canary_a_tampered_run_is_rejected(change: dict[str, Any], reason: str) -> None:
    assert reason_of(WRONG, CIRCUIT, COUPLING, replace(RUN, **change)) == reason


def test_names_must_be_those_of_the_circuit() -> None:
    renamed = replace(CIRCUIT, output_names=("y", "w"))
    assert reason_of(WRONG, renamed, COUPLING, RUN) == (
        "the schedule's outputs are not the circuit's"
    )
    doubled = replace(WRONG, output_names=("y", "y"))
    assert reason_of(doubled, CIRCUIT, COUPLING, RUN) == (
        "the schedule's outputs are not the circuit's"
    )
    other = replace(CIRCUIT, inputs=(B, R, S))
    assert reason_of(WRONG, other, COUPLING, RUN) == (
        "the schedule's data inputs are not the circuit's"
    )


# --- as text ---------------------------------------------------------------------------------


def test_a_wrong_run_is_read_as_it_was_written() -> None:
    assert WrongRun.from_json(RUN.to_json()) == RUN
    assert WrongRun.from_json(WrongRun("", ()).to_json()) == WrongRun("", ())


@pytest.mark.parametrize(
    "change",
    [
        {"data": 1},
        {"coins": {}},
        {"coins": [["predictor", 1]]},
        {"coins": [["predictor", 1, "0"]]},
        {"coins": [["predictor", True, 0]]},
        {"coins": [["predictor", 1, -1]]},
        {"round": 1.5},
        {"cell": -2},
        {"other": 0},
    ],
    ids=str,
)
def test_a_malformed_run_is_bad_input(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedSyntax):
        WrongRun.from_json(json.dumps({**json.loads(RUN.to_json()), **change}))
