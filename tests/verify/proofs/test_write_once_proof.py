"""Theorem 3.1 for every circuit: its steps on concrete circuits, and what makes them fail."""

from __future__ import annotations

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import DepthCount, End, RandomBits
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import check_proof, check_step
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import write_once
from dlmcheck.verify.proofs.terms import Term
from tests.verify.proofs.rounds import countermodels, failing, rows
from tests.verify.proofs.write_once_scenes import SCENES, all_steps

STEPS = all_steps()


def test_every_step_has_a_scene() -> None:
    assert set(STEPS) == set(SCENES)


@pytest.mark.parametrize("name", STEPS)
def test_the_step_says_what_the_schedule_does(name: str) -> None:
    check_step(STEPS[name])
    for row in rows(STEPS[name]):
        assert SCENES[name](row.atoms).law == row.conclusion, row.atoms


@pytest.mark.parametrize("name", STEPS)
def test_countermodels_replay_as_rounds_and_the_premises_make_them_right(name: str) -> None:
    for premise, atoms in countermodels(STEPS[name]):
        assert not SCENES[name](atoms).run, (premise, atoms)
    for row in [row for row in rows(STEPS[name]) if row.premises][:3]:
        assert SCENES[name](row.atoms).run, row.atoms


# --- the proof ---------------------------------------------------------------------------------


@pytest.mark.parametrize("frontier", [Frontier.ARGUMENTS, Frontier.BLOCK_SHIFT])
def test_the_kernel_accepts_it(frontier: Frontier) -> None:
    argument = write_once.argument(
        frontier, RandomBits.SAMPLED, DepthCount.FROM_ONE, End.WHOLE_STATE
    )
    checked = check_proof(argument.proof, smt.answer(argument.queries))
    assert checked.verdict is Verdict.PROVED
    assert 5 <= len(argument.proof.skeleton) <= 10


def test_with_sampled_bits_and_layers_from_0_only_the_number_of_rounds_fails() -> None:
    argument = write_once.argument(
        Frontier.ARGUMENTS, RandomBits.SAMPLED, DepthCount.FROM_ZERO, End.WHOLE_STATE
    )
    assert failing(argument) == {"the stated rounds reach the last layer"}


# --- planted errors ----------------------------------------------------------------------------

GATES = {name for name in STEPS if name.startswith("a cell gets ")}
TWO = {name for name in GATES if name.endswith((" j, k", " j, coin"))}
INVERTED = {name for name in GATES if not name.endswith("nothing")}


def _any_awaited(builder: Builder, masked: Literal, awaited: list[Literal]) -> Literal:
    return builder.and_(masked, builder.or_(*(~a for a in awaited))) if awaited else masked


def _never_stops(builder: Builder, masked: Literal, awaited: list[Literal]) -> Literal:
    return builder.and_(*(~a for a in awaited)) if awaited else builder.constant(True)


def _redraws(
    builder: Builder, masked: Literal, value: Literal, new: Literal | bool
) -> list[Literal]:
    del masked, value
    low = new if not isinstance(new, bool) else builder.constant(new)
    return [builder.constant(False), low]


def _plain(edge: Literal, bit: Literal) -> Literal:
    del edge
    return bit


def _same_round(latest: Term) -> Term:
    return latest


def _two_back(start: Term, width: Term, place: Term) -> Term:
    return start - width - width + place


PLANTED: dict[str, tuple[str, object, set[str]]] = {
    "F waits for one argument, not for all": (
        "is_due",
        _any_awaited,
        {write_once.waits().name},
    ),
    "F does not stop": (
        "is_due",
        _never_stops,
        {write_once.left_alone().name},
    ),
    "visible tokens are drawn again": (
        "keeping_bits",
        _redraws,
        {write_once.keeps().name, write_once.keeps_against_one().name},
    ),
    "inverted edges are read as plain ones": (
        "along",
        _plain,
        INVERTED,
    ),
    "a node's round is that of its latest argument": (
        "next_round",
        _same_round,
        {
            "when its turn comes all that it waits for and reads is visible",
            "what waits for nothing that is later written is written in round 1",
        },
    ),
    "a cell looks two blocks back": (
        "cell_before",
        _two_back,
        {"a cell looks at a cell of the block before"},
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_canary_exactly_the_expected_steps_and_queries_fail(
    planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, wrong, expected = PLANTED[planted]
    monkeypatch.setattr(rules, name, wrong)
    found: set[str] = set()
    for frontier in (Frontier.ARGUMENTS, Frontier.BLOCK_SHIFT):
        for bits in RandomBits:
            argument = write_once.argument(frontier, bits, DepthCount.FROM_ONE, End.WHOLE_STATE)
            found |= failing(argument)
    assert found == expected
