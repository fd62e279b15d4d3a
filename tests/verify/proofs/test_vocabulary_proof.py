"""k binary rounds for one round of tokens: the proof, the reduction that runs, and wrong rules."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.constructions.vocabulary import binary_sampler, standard_labelling
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import DeterministicUnmasking, Positions, Round
from dlmcheck.spec.sampler import laws_by_round, output_law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions
from dlmcheck.verify.engines import smt
from dlmcheck.verify.proofs import vocabulary
from dlmcheck.verify.proofs.terms import Term
from tests.verify.proofs.rounds import accepted, countermodels, failing

BEGIN = "a round of the source begins with the blocks that it chooses"
GO_ON = "a later round goes on with the blocks begun, and with no other"
SEEN = "half-written blocks count as masked, as they were"
END = "after the last bit no block is half-written"


def test_the_kernel_accepts_it() -> None:
    argument = vocabulary.k_rounds()
    accepted(argument.proof, smt.answer(argument.queries))
    steps = argument.proof.every_step
    assert {step.name for step in steps} == {BEGIN, GO_ON, SEEN, END}
    assert all(len(countermodels(step)) == len(step.premises) for step in steps)


def _source() -> Sampler:
    """Two tokens of four kinds: the first one, then the second one given it."""

    def predictor(state: State, position: int, _: Round) -> Law[Token]:
        shift = 0 if position == 0 or state[0] == MASK else state[0]
        return Law({(token + shift) % 4: Fraction(token, 6) for token in range(4)})

    def select(state: State, _: Round) -> Positions:
        return frozenset(sorted(masked_positions(state))[:1])

    return Sampler(
        length=2,
        predictor=predictor,
        unmask=DeterministicUnmasking(select),
        rounds=2,
        output=(0, 1),
        vocabulary=4,
    )


def test_the_rounds_are_those_of_the_steps() -> None:
    source = _source()
    labelling = standard_labelling(2)
    binary = binary_sampler(source, labelling)
    shown = [
        {tuple(sum(t != MASK for t in c.state[b : b + 2]) for b in (0, 2)) for c in law}
        for law in laws_by_round(binary)
    ]
    assert shown == [{(0, 0)}, {(1, 0)}, {(2, 0)}, {(2, 1)}, {(2, 2)}]
    words = output_law(source).map(lambda z: tuple(b for t in z for b in labelling.words[t]))
    assert output_law(binary) == words


# --- wrong rules -------------------------------------------------------------------------------


def _fails(monkeypatch: pytest.MonkeyPatch, name: str, planted: Any) -> set[str]:
    monkeypatch.setattr(vocabulary, name, planted)
    return failing(vocabulary.k_rounds())


def test_canary_whole_blocks_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def some_is_enough(*, some: bool, whole: bool) -> bool:
        return some or whole

    assert _fails(monkeypatch, "is_begun", some_is_enough) == {GO_ON, END}


def test_canary_half_written_blocks_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(**_: bool) -> bool:
        return False

    assert _fails(monkeypatch, "counts_as_masked", never) == {BEGIN, SEEN}


def test_canary_blocks_begin_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_masked(*, some: bool, **_: bool) -> bool:
        return not some

    assert _fails(monkeypatch, "is_started", all_masked) == {BEGIN}


def test_canary_the_next_cell_is_one_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_far(start: Term, shown: Term) -> Term:
        return start + shown + 1

    assert _fails(monkeypatch, "next_cell", too_far) == {"the next cell is one of the block"}
