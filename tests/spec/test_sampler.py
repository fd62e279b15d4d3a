"""Samplers: laws worked out by hand, and every rule of the model with the error that guards it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.spec.errors import (
    BadPoint,
    BadProbability,
    BadSubsetSize,
    ChangesPrompt,
    IllegalSampler,
    LeavesMask,
    NotAbsorbing,
    RemasksWithoutLicence,
    SelectsNoCell,
    WritesForeignToken,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import Clock, Edits, End, Remasking, Stop, Unmasking
from dlmcheck.spec.law import Law, bernoulli, certain, product_law, uniform
from dlmcheck.spec.sampler import (
    AfterSamplingUnmasking,
    Configuration,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    MemoryUnmasking,
    Positions,
    Predictor,
    RemaskingPolicy,
    Round,
    SameRateUnmasking,
    Sampler,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
    check_absorbing,
    initial_configurations,
    laws_by_round,
    output_law,
    remasking_class,
    round_law,
    run_law,
    selection_law,
    unmasking_class,
    write_law,
)
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

COIN: Law[Token] = uniform([0, 1])
HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)
NONE: Positions = frozenset()


def coin_where_masked(x: State, i: int, t: Round) -> Law[Token]:
    return COIN if x[i] == MASK else certain(x[i])


def always(token: Token) -> Predictor:
    return lambda x, i, t: certain(token)


def select(*cells: int) -> DeterministicUnmasking:
    return DeterministicUnmasking(lambda x, t: frozenset(cells))


def remask(*cells: int) -> DeterministicRemasking:
    return DeterministicRemasking(lambda x, t: frozenset(cells))


ALL = DeterministicUnmasking(lambda x, t: masked_positions(x))
COIN_SAMPLER = Sampler(length=1, predictor=coin_where_masked, unmask=ALL, rounds=1, output=(0,))


# --- laws worked out by hand -----------------------------------------------------------------


def test_a_scratch_cell_makes_two_bits_equal_in_two_rounds() -> None:
    # Cell 0 is a coin in round 1; cells 1 and 2 copy it in round 2: chain of thought, L = 3, n = 2.
    sampler = Sampler(
        length=3,
        predictor=lambda x, i, t: COIN if i == 0 and x[0] == MASK else certain(x[0]),
        unmask=DeterministicUnmasking(
            lambda x, t: frozenset({0}) if x[0] == MASK else frozenset({1, 2})
        ),
        rounds=2,
        output=(1, 2),
        stop=Stop.FIXED_ROUNDS,
    )
    # Cells 1 and 2 are only drawn where cell 0 is visible; a visible cell 1 shows the same token.
    assert output_law(sampler) == uniform([(0, 0), (1, 1)])
    assert run_law(sampler) == uniform([(0, 0, 0), (1, 1, 1)])


def test_output_cells_are_read_in_the_order_given() -> None:
    sampler = Sampler(
        length=2,
        predictor=lambda x, i, t: certain(i),
        unmask=ALL,
        rounds=1,
        output=(1, 0),
    )
    assert output_law(sampler) == certain((1, 0))


def test_a_masked_diffusion_schedule_by_hand() -> None:
    # Two rounds; each masked cell is written with probability 1/2, then with probability 1. Cell
    # 1 copies cell 0 if it can see it, else it is a coin; cell 0 is a coin that copies nothing.
    # The cells are equal for sure iff cell 0 comes first (1/4), else with probability 1/2.
    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if x[i] != MASK:
            return certain(x[i])
        return certain(x[0]) if i == 1 and x[0] != MASK else COIN

    sampler = Sampler(
        length=2,
        predictor=predictor,
        unmask=SameRateUnmasking(lambda x, t: HALF if t == 1 else Fraction(1)),
        rounds=2,
        output=(0, 1),
        clock=Clock.ROUND_NUMBER,
    )
    equal = Fraction(1, 4) + Fraction(3, 4) * HALF
    assert output_law(sampler) == Law(
        {
            (0, 0): equal / 2,
            (1, 1): equal / 2,
            (0, 1): (1 - equal) / 2,
            (1, 0): (1 - equal) / 2,
        }
    )


def test_a_remasked_cell_is_drawn_again() -> None:
    # A coin that is remasked with probability 1/2 if it shows 1, in rounds 1 and 2 of 3:
    #   after a round, from M: 0 with 1/2, 1 with 1/4, M with 1/4
    #   from 1: 1 with 1/2, M with 1/2; from 0: 0
    # After 2 rounds: 0: 1/2 + 1/4*1/2 = 5/8; 1: 1/4*1/2 + 1/4*1/4 = 3/16; M: 1/8 + 1/16 = 3/16.
    # Round 3 remasks nothing: 0: 5/8 + 3/32 = 23/32; 1: 9/32.
    sampler = Sampler(
        length=1,
        predictor=coin_where_masked,
        unmask=ALL,
        rounds=3,
        output=(0,),
        edits=Edits.REMASK,
        remask=IndependentRemasking(lambda x, i, t: HALF if x[i] == 1 and t != 3 else Fraction(0)),
        clock=Clock.ROUND_NUMBER,
    )
    after_two = laws_by_round(sampler)[2].map(lambda c: c.state[0])
    assert after_two == Law({0: Fraction(5, 8), 1: Fraction(3, 16), MASK: Fraction(3, 16)})
    assert output_law(sampler) == bernoulli(Fraction(9, 32)).map(lambda z: (z,))


def test_a_quota_in_memory_by_hand() -> None:
    # Memory counts the ones that have been kept; a candidate 1 is kept at most once, a candidate
    # 0 always. Two cells, two rounds. Round 1 (00, 01, 10, 11 with 1/4 each): 00, 01, 10 are
    # kept, of 11 the left one. Round 2 draws the right one: 0 is kept, 1 is not.
    def keep(
        x: State, memory: Hashable, candidates: State, t: Round
    ) -> Law[tuple[Positions, Hashable]]:
        assert isinstance(memory, int)
        chosen: set[int] = set()
        for i in sorted(masked_positions(x)):
            if candidates[i] == 0 or memory == 0:
                chosen.add(i)
                memory += candidates[i]
        return certain((frozenset(chosen), memory))

    sampler = Sampler(
        length=2,
        predictor=coin_where_masked,
        unmask=MemoryUnmasking(0, keep),
        rounds=2,
        output=(),
        end=End.OUTPUT_ONLY,
    )
    quarter, eighth = Fraction(1, 4), Fraction(1, 8)
    assert laws_by_round(sampler)[-1] == Law(
        {
            Configuration((0, 0), 0): quarter,
            Configuration((0, 1), 1): quarter,
            Configuration((1, 0), 1): quarter + eighth,
            Configuration((1, MASK), 1): eighth,
        }
    )


def test_a_run_may_start_from_a_law() -> None:
    sampler = replace(COIN_SAMPLER, given=Law({(0,): HALF, (MASK,): HALF}))
    assert output_law(sampler) == bernoulli(Fraction(1, 4)).map(lambda z: (z,))


def test_a_prompt_stands_there_from_the_start() -> None:
    # Cell 1 copies the prompt in cell 0.
    sampler = Sampler(
        length=2,
        predictor=lambda x, i, t: certain(x[0]),
        unmask=ALL,
        rounds=1,
        output=(1,),
        prompt=((0, 1),),
    )
    assert initial_configurations(sampler) == certain(Configuration((1, MASK)))
    assert output_law(sampler) == certain((1,))


def test_a_larger_vocabulary() -> None:
    def die(x: State, i: int, t: Round) -> Law[Token]:
        return uniform([0, 1, 2])

    sampler = replace(COIN_SAMPLER, predictor=die, vocabulary=3)
    assert output_law(sampler) == uniform([(0,), (1,), (2,)])


def test_no_round_is_a_run_too() -> None:
    sampler = replace(COIN_SAMPLER, rounds=0, output=(), end=End.OUTPUT_ONLY)
    assert run_law(sampler) == certain((MASK,))


@pytest.mark.parametrize(
    ("clock", "seen"), [(Clock.STATE_ONLY, [None, None]), (Clock.ROUND_NUMBER, [1, 2])]
)
def test_the_round_number_is_only_told_with_a_clock(clock: Clock, seen: list[Round]) -> None:
    told: dict[str, list[Round]] = {"p": [], "F": [], "G": []}

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        told["p"].append(t)
        return certain(0)

    def unmask(x: State, t: Round) -> Positions:
        told["F"].append(t)
        return frozenset({0})

    def again(x: State, t: Round) -> Positions:
        told["G"].append(t)
        return NONE

    run_law(
        Sampler(
            length=1,
            predictor=predictor,
            unmask=DeterministicUnmasking(unmask),
            rounds=2,
            output=(0,),
            edits=Edits.REMASK,
            remask=DeterministicRemasking(again),
            clock=clock,
        )
    )
    assert told == {"p": seen, "F": seen, "G": seen}


# --- exchangeable policies and candidates reach every cell that can change -------------------


@pytest.mark.parametrize(
    ("edits", "sets"),
    [(Edits.WRITE_ONCE, [{1}, {2}]), (Edits.REVISE_TOKEN, [{0}, {1}, {2}])],
)
def test_a_uniform_subset_is_drawn_from_the_cells_that_can_change(
    edits: Edits, sets: list[set[int]]
) -> None:
    sampler = Sampler(
        length=3,
        predictor=coin_where_masked,
        unmask=UniformSubsetUnmasking(lambda x, t: 1),
        rounds=1,
        output=(),
        edits=edits,
        end=End.OUTPUT_ONLY,
    )
    assert selection_law(sampler, (0, MASK, MASK), 1) == uniform(map(frozenset, sets))


def test_a_uniform_subset_takes_all_if_more_are_wanted_than_there_are() -> None:
    sampler = replace(COIN_SAMPLER, unmask=UniformSubsetUnmasking(lambda x, t: 5))
    assert output_law(sampler) == uniform([(0,), (1,)])


@pytest.mark.parametrize("edits", [Edits.WRITE_ONCE, Edits.REVISE_TOKEN])
def test_with_revision_a_policy_sees_candidates_for_visible_cells_too(edits: Edits) -> None:
    seen: set[State] = set()

    def keep_all(x: State, candidates: State, t: Round) -> Law[Positions]:
        seen.add(candidates)
        return certain(frozenset({0, 1}) if edits is Edits.REVISE_TOKEN else masked_positions(x))

    sampler = Sampler(
        length=2,
        predictor=lambda x, i, t: certain(1),
        unmask=AfterSamplingUnmasking(keep_all),
        rounds=1,
        output=(0, 1),
        edits=edits,
        given=certain((0, MASK)),
    )
    revised = edits is Edits.REVISE_TOKEN
    assert output_law(sampler) == certain((1, 1) if revised else (0, 1))
    assert seen == {(1, 1) if revised else (0, 1)}


# --- the rules -------------------------------------------------------------------------------


def two_cells(unmask: UnmaskingPolicy, **changes: Any) -> Sampler:
    base = Sampler(
        length=2,
        predictor=coin_where_masked,
        unmask=unmask,
        rounds=1,
        output=(),
        end=End.OUTPUT_ONLY,
    )
    return replace(base, **changes)


def where(error: IllegalSampler) -> tuple[State, int, int | None]:
    return error.state, error.round_number, error.position


@pytest.mark.parametrize("edits", [Edits.WRITE_ONCE, Edits.REMASK])
def test_a_visible_token_may_not_be_written_over(edits: Edits) -> None:
    sampler = two_cells(
        select(0, 1),
        predictor=always(1),
        given=certain((MASK, 0)),
        edits=edits,
        remask=remask() if edits is Edits.REMASK else None,
    )
    with pytest.raises(WritesVisibleToken) as error:
        run_law(sampler)
    assert where(error.value) == ((MASK, 0), 1, 1)


@pytest.mark.parametrize(
    "policy",
    [
        AfterSamplingUnmasking(lambda x, c, t: certain(frozenset({0, 1}))),
        MemoryUnmasking(0, lambda x, m, c, t: certain((frozenset({0, 1}), m))),
    ],
)
def test_a_policy_that_sees_candidates_may_not_write_over_visible_tokens_either(
    policy: UnmaskingPolicy,
) -> None:
    # The row of cell 1 does not keep its token; to select the cell shows it.
    sampler = two_cells(policy, predictor=always(1), given=certain((MASK, 0)))
    with pytest.raises(WritesVisibleToken) as error:
        run_law(sampler)
    assert where(error.value) == ((MASK, 0), 1, 1)
    kept = replace(sampler, predictor=coin_where_masked)
    assert run_law(kept) == uniform([(0, 0), (1, 0)])


def test_the_rows_of_cells_that_are_not_written_do_no_harm() -> None:
    sampler = two_cells(select(0), predictor=always(1), given=certain((MASK, 0)))
    assert run_law(sampler) == certain((1, 0))


@pytest.mark.parametrize("edits", list(Edits))
def test_only_revision_to_any_token_may_write_a_mask(edits: Edits) -> None:
    sampler = two_cells(
        select(0),
        predictor=always(MASK),
        edits=edits,
        remask=remask() if edits is Edits.REMASK else None,
    )
    if edits is Edits.REVISE_ANY:
        assert run_law(sampler) == certain((MASK, MASK))
        return
    with pytest.raises(WritesMask) as error:
        run_law(sampler)
    assert where(error.value) == ((MASK, MASK), 1, 0)


def test_revision_to_a_token_may_change_a_token_but_not_mask_it() -> None:
    given = certain((0, 0))
    sampler = two_cells(select(0), predictor=always(1), given=given, edits=Edits.REVISE_TOKEN)
    assert run_law(sampler) == certain((1, 0))
    with pytest.raises(WritesMask):
        run_law(replace(sampler, predictor=always(MASK)))
    to_mask = replace(sampler, predictor=always(MASK), edits=Edits.REVISE_ANY)
    assert run_law(to_mask) == certain((MASK, 0))


@pytest.mark.parametrize("token", [2, -2])
def test_a_token_outside_the_vocabulary_may_not_be_written(token: Token) -> None:
    with pytest.raises(WritesForeignToken) as error:
        run_law(two_cells(select(1), predictor=always(token)))
    assert where(error.value) == ((MASK, MASK), 1, 1)


@pytest.mark.parametrize("cell", [-1, 2])
def test_only_cells_that_exist_may_be_selected(cell: int) -> None:
    policies: list[UnmaskingPolicy] = [
        select(cell),
        JointUnmasking(lambda x, t: certain(frozenset({cell}))),
        AfterSamplingUnmasking(lambda x, c, t: certain(frozenset({cell}))),
        MemoryUnmasking(0, lambda x, m, c, t: certain((frozenset({cell}), m))),
    ]
    for policy in policies:
        with pytest.raises(SelectsNoCell) as error:
            run_law(two_cells(policy))
        assert where(error.value) == ((MASK, MASK), 1, cell)


@pytest.mark.parametrize("cell", [-1, 2])
def test_only_cells_that_exist_may_be_remasked(cell: int) -> None:
    policies: list[RemaskingPolicy] = [
        remask(cell),
        JointRemasking(lambda x, t: certain(frozenset({cell}))),
    ]
    for policy in policies:
        sampler = two_cells(select(0), predictor=always(1), edits=Edits.REMASK, remask=policy)
        with pytest.raises(SelectsNoCell) as error:
            run_law(sampler)
        # G sees the state after the write.
        assert where(error.value) == ((1, MASK), 1, cell)


def test_a_negative_number_of_cells_cannot_be_selected() -> None:
    with pytest.raises(BadSubsetSize) as error:
        run_law(two_cells(UniformSubsetUnmasking(lambda x, t: -1)))
    assert error.value.size == -1
    assert where(error.value) == ((MASK, MASK), 1, None)


@pytest.mark.parametrize("rate", [Fraction(3, 2), Fraction(-1, 2), 0.5])
def test_rates_are_probabilities(rate: Any) -> None:
    for policy in (
        SameRateUnmasking(lambda x, t: rate),
        IndependentUnmasking(lambda x, i, t: rate),
    ):
        with pytest.raises(BadProbability):
            run_law(two_cells(policy))
    sampler = two_cells(
        select(), edits=Edits.REMASK, remask=IndependentRemasking(lambda x, i, t: rate)
    )
    with pytest.raises(BadProbability):
        run_law(sampler)


@pytest.mark.parametrize("edits", [Edits.REVISE_TOKEN, Edits.REVISE_ANY])
def test_a_prompt_may_not_be_revised(edits: Edits) -> None:
    sampler = two_cells(select(0, 1), predictor=always(1), edits=edits, prompt=((1, 0),))
    with pytest.raises(ChangesPrompt) as error:
        run_law(sampler)
    assert where(error.value) == ((MASK, 0), 1, 1)
    # To write the same token again changes nothing.
    same = replace(sampler, predictor=always(0))
    assert run_law(same) == certain((0, 0))


def test_a_prompt_may_not_be_revised_to_a_mask() -> None:
    sampler = two_cells(select(1), predictor=always(MASK), edits=Edits.REVISE_ANY, prompt=((1, 0),))
    with pytest.raises(ChangesPrompt) as error:
        run_law(sampler)
    assert error.value.position == 1


def test_a_prompt_may_not_be_remasked() -> None:
    sampler = two_cells(
        select(0),
        predictor=always(1),
        edits=Edits.REMASK,
        remask=remask(1),
        prompt=((1, 0),),
    )
    with pytest.raises(ChangesPrompt) as error:
        run_law(sampler)
    assert where(error.value) == ((1, 0), 1, 1)


def test_a_run_must_end_without_masks() -> None:
    # Each cell is written with probability 1/3: the state MM stays with probability 4/9.
    sampler = two_cells(SameRateUnmasking(lambda x, t: THIRD), end=End.WHOLE_STATE)
    with pytest.raises(LeavesMask) as error:
        run_law(sampler)
    assert error.value.round_number == 1
    law = laws_by_round(sampler)[-1]
    assert error.value.probability == law[Configuration(error.value.state)]
    assert MASK in error.value.state
    assert law[Configuration((MASK, MASK))] == Fraction(4, 9)


def test_only_output_cells_must_show_a_token_if_that_is_the_convention() -> None:
    sampler = two_cells(select(0), output=(0,))
    assert output_law(sampler) == uniform([(0,), (1,)])
    with pytest.raises(LeavesMask) as error:
        run_law(replace(sampler, end=End.WHOLE_STATE))
    assert error.value.state[1] == MASK
    assert error.value.probability == HALF
    with pytest.raises(LeavesMask):
        run_law(replace(sampler, output=(1,)))


# --- stop ------------------------------------------------------------------------------------


def test_a_sampler_that_goes_on_is_not_absorbing() -> None:
    # Revision flips the bit in every round.
    sampler = Sampler(
        length=1,
        predictor=lambda x, i, t: certain(1 if x[i] != 1 else 0),
        unmask=select(0),
        rounds=2,
        output=(0,),
        edits=Edits.REVISE_TOKEN,
        stop=Stop.ABSORBING,
    )
    with pytest.raises(NotAbsorbing) as error:
        run_law(sampler)
    assert where(error.value) == ((0,), 3, None)
    assert run_law(replace(sampler, stop=Stop.FIXED_ROUNDS)) == certain((0,))


def waits(rounds: int) -> MemoryUnmasking:
    """Revises cell 0 once memory has counted so many rounds, and counts on to 9."""

    def choose(
        x: State, memory: Hashable, candidates: State, t: Round
    ) -> Law[tuple[Positions, Hashable]]:
        assert isinstance(memory, int)
        chosen = frozenset({0}) if x[0] == MASK or memory == rounds else NONE
        return certain((chosen, min(memory + 1, 9)))

    return MemoryUnmasking(0, choose)


def test_memory_may_wait_longer_than_one_round_before_it_moves_on() -> None:
    # Round 1 writes 0; memory 0 counts up, and only round 5 turns the 0 into a 1. To look one
    # round further than D = 1 is not enough.
    sampler = Sampler(
        length=1,
        predictor=lambda x, i, t: certain(0 if x[i] == MASK else 1),
        unmask=waits(4),
        rounds=1,
        output=(0,),
        edits=Edits.REVISE_TOKEN,
        stop=Stop.ABSORBING,
    )
    with pytest.raises(NotAbsorbing) as error:
        run_law(sampler)
    assert where(error.value) == ((0,), 5, None)
    final = laws_by_round(sampler)[-1]
    check_absorbing(sampler, final, further=3)
    with pytest.raises(NotAbsorbing):
        check_absorbing(sampler, final, further=4)
    # If it never moves, memory may count as it likes.
    assert run_law(replace(sampler, unmask=waits(10))) == certain((0,))


def test_with_a_clock_only_so_many_further_rounds_can_be_checked() -> None:
    sampler = Sampler(
        length=1,
        predictor=lambda x, i, t: certain(0 if x[i] == MASK else 1),
        unmask=DeterministicUnmasking(lambda x, t: frozenset({0} if t in (1, 4) else ())),
        rounds=1,
        output=(0,),
        edits=Edits.REVISE_TOKEN,
        clock=Clock.ROUND_NUMBER,
    )
    final = laws_by_round(sampler)[-1]
    check_absorbing(sampler, final, further=2)
    with pytest.raises(NotAbsorbing) as error:
        check_absorbing(sampler, final, further=3)
    assert where(error.value) == ((0,), 4, None)
    with pytest.raises(BadPoint, match="all further rounds"):
        check_absorbing(sampler, final)
    with pytest.raises(BadPoint, match="an absorbing stop with a round number"):
        replace(sampler, stop=Stop.ABSORBING)


# --- what a sampler may not be ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"edits": Edits.REMASK}, "edits remask without a remasking policy"),
        ({"output": (1,)}, "an output or prompt cell is out of range"),
        ({"output": (-1,)}, "an output or prompt cell is out of range"),
        ({"prompt": ((1, 0),)}, "an output or prompt cell is out of range"),
        ({"rounds": -1}, "negative rounds or length, or no vocabulary"),
        ({"length": -1, "output": ()}, "negative rounds or length, or no vocabulary"),
        ({"vocabulary": 0}, "negative rounds or length, or no vocabulary"),
        ({"prompt": ((0, 0), (0, 1))}, "the prompt names a cell twice"),
        ({"prompt": ((0, MASK),)}, "the prompt shows no token of the vocabulary"),
        ({"prompt": ((0, 2),)}, "the prompt shows no token of the vocabulary"),
        ({"given": certain((0, 0))}, "the given start (0, 0) has another length"),
        ({"given": certain((2,))}, "the given start (2,) has a foreign token"),
        ({"given": certain((-2,))}, "the given start (-2,) has a foreign token"),
        (
            {"given": uniform([(0,), (1,)]), "prompt": ((0, 1),)},
            "the given start (0,) contradicts the prompt",
        ),
        (
            {"given": certain((MASK,)), "prompt": ((0, 1),)},
            "the given start (-1,) contradicts the prompt",
        ),
        (
            # The wrong type is what is tested.
            {"unmask": MemoryUnmasking([], lambda x, m, c, t: certain((NONE, m)))},  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "the initial memory is not hashable",
        ),
    ],
)
def test_contradictions_are_refused_before_anything_runs(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadPoint) as error:
        replace(COIN_SAMPLER, **changes)
    assert error.value.message == message


@pytest.mark.parametrize("edits", [Edits.WRITE_ONCE, Edits.REVISE_TOKEN, Edits.REVISE_ANY])
def test_only_the_edit_model_remask_licenses_a_remasking_policy(edits: Edits) -> None:
    with pytest.raises(RemasksWithoutLicence, match=edits.value):
        replace(COIN_SAMPLER, edits=edits, remask=remask())


def test_rounds_are_numbered_from_one() -> None:
    before = Configuration((MASK,))
    for number in (0, -1):
        for law in (round_law, write_law):
            with pytest.raises(BadPoint, match=f"round {number}"):
                law(COIN_SAMPLER, before, number)
    with pytest.raises(BadPoint, match="-1 rounds"):
        laws_by_round(COIN_SAMPLER, -1)
    assert len(laws_by_round(COIN_SAMPLER, 3)) == 4


def test_a_policy_that_sees_candidates_has_no_law_of_its_own() -> None:
    sampler = replace(COIN_SAMPLER, unmask=AfterSamplingUnmasking(lambda x, c, t: certain(NONE)))
    with pytest.raises(BadPoint, match="this policy sees the candidates"):
        selection_law(sampler, (MASK,), 1)


def test_the_class_that_a_policy_promises() -> None:
    rate = Fraction(1)
    promised: list[tuple[UnmaskingPolicy, Unmasking]] = [
        (ALL, Unmasking.DETERMINISTIC),
        (IndependentUnmasking(lambda x, i, t: rate), Unmasking.INDEPENDENT),
        (SameRateUnmasking(lambda x, t: rate), Unmasking.EXCHANGEABLE),
        (UniformSubsetUnmasking(lambda x, t: 1), Unmasking.EXCHANGEABLE),
        (JointUnmasking(lambda x, t: certain(NONE)), Unmasking.JOINT),
        (AfterSamplingUnmasking(lambda x, c, t: certain(NONE)), Unmasking.AFTER_SAMPLING),
        (MemoryUnmasking(0, lambda x, m, c, t: certain((NONE, m))), Unmasking.MEMORY),
    ]
    assert [unmasking_class(policy) for policy, _ in promised] == [c for _, c in promised]
    assert {c for _, c in promised} == set(Unmasking)
    forms: list[tuple[RemaskingPolicy | None, Remasking]] = [
        (None, Remasking.NONE),
        (remask(), Remasking.DETERMINISTIC),
        (IndependentRemasking(lambda x, i, t: rate), Remasking.INDEPENDENT),
        (JointRemasking(lambda x, t: certain(NONE)), Remasking.JOINT),
    ]
    assert [remasking_class(policy) for policy, _ in forms] == [c for _, c in forms]
    assert {c for _, c in forms} == set(Remasking)


def test_remasking_masked_cells_changes_nothing() -> None:
    sampler = two_cells(select(0), edits=Edits.REMASK, remask=remask(1))
    assert run_law(sampler) == product_law([COIN, certain(MASK)])
