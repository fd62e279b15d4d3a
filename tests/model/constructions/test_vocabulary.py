"""2^k tokens against k binary positions: what survives, and what a round costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations, product

import pytest

from dlmcheck.model.constructions.grouping import grouped_sampler
from dlmcheck.model.constructions.vocabulary import (
    Labelling,
    all_but_one,
    all_labellings,
    binary_sampler,
    in_bits,
    one_token,
    some_labelling_survives,
    standard_labelling,
    survives_in_one_round,
)
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadPoint, LeavesMask
from dlmcheck.spec.lattice import Clock, Edits, End, Remasking, Stop, Unmasking
from dlmcheck.spec.law import Law, certain, is_product, marginal, uniform
from dlmcheck.spec.policies import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
    remasking_class,
    unmasking_class,
)
from dlmcheck.spec.sampler import laws_by_round, output_law
from dlmcheck.spec.tokens import MASK, State, masked_positions

TWO = standard_labelling(2)
GRAY = Labelling(((1, 1), (0, 1), (0, 0), (1, 0)))
HALF = Fraction(1, 2)


def as_words(law: Law[State], labelling: Labelling) -> Law[State]:
    return law.map(lambda state: tuple(bit for t in state for bit in labelling.words[t]))


def dependent_predictor(state: State, i: int, number: Round) -> Law[int]:
    """A law that depends on everything visible, on the place and on the clock; no product."""
    if state[i] != MASK:
        return certain(state[i])
    seed = sum((t + 2) * (3 + j) for j, t in enumerate(state)) + i + 5 * (number or 0)
    weights = [1 + (seed >> j) % 3 for j in range(4)]
    total = sum(weights)
    return Law({t: Fraction(w, total) for t, w in enumerate(weights)})


def left_to_right(state: State, number: Round) -> Positions:
    masked = sorted(masked_positions(state))
    return frozenset(masked[:2] if len(masked) == 3 else masked[:1])


def source_of(
    unmask: UnmaskingPolicy, rounds: int, clock: Clock = Clock.STATE_ONLY, length: int = 3
) -> Sampler:
    return Sampler(
        length=length,
        predictor=dependent_predictor,
        unmask=unmask,
        rounds=rounds,
        output=tuple(reversed(range(length))),
        vocabulary=4,
        clock=clock,
    )


POLICIES: list[tuple[UnmaskingPolicy, Unmasking]] = [
    (DeterministicUnmasking(left_to_right), Unmasking.DETERMINISTIC),
    (
        IndependentUnmasking(lambda x, i, t: Fraction(1) if t == 2 or i == 0 else Fraction(1, 3)),
        Unmasking.INDEPENDENT,
    ),
    (SameRateUnmasking(lambda x, t: Fraction(1) if t == 2 else HALF), Unmasking.INDEPENDENT),
    (UniformSubsetUnmasking(lambda x, t: 2), Unmasking.JOINT),
    (
        JointUnmasking(
            lambda x, t: (
                uniform([frozenset({0, 1}), frozenset({2})])
                if t == 1
                else certain(masked_positions(x))
            )
        ),
        Unmasking.JOINT,
    ),
]


# --- tokens to bits ------------------------------------------------------------------------


@pytest.mark.parametrize("labelling", [TWO, GRAY])
@pytest.mark.parametrize(("unmask", "becomes"), POLICIES)
def test_k_rounds_for_each_round_with_a_clock(
    unmask: UnmaskingPolicy, becomes: Unmasking, labelling: Labelling
) -> None:
    source = source_of(unmask, 2, Clock.ROUND_NUMBER)
    binary = binary_sampler(source, labelling)
    assert output_law(binary) == as_words(output_law(source), labelling)
    assert (binary.length, binary.rounds, binary.vocabulary) == (6, 4, 2)
    assert unmasking_class(binary.unmask) is becomes


@pytest.mark.parametrize("labelling", [TWO, GRAY])
def test_state_only_stays_state_only(labelling: Labelling) -> None:
    for unmask in (
        DeterministicUnmasking(left_to_right),
        UniformSubsetUnmasking(lambda x, t: 1 if t is None else 0),
        IndependentUnmasking(lambda x, i, t: Fraction(i == 0 or x[0] != MASK)),
    ):
        source = source_of(unmask, 3)
        binary = binary_sampler(source, labelling)
        assert binary.clock is Clock.STATE_ONLY
        assert output_law(binary) == as_words(output_law(source), labelling)


def test_a_round_that_happens_to_write_nothing_takes_one_round_only() -> None:
    """With random F, state-only, write-once, more rounds of the source run; they do no harm.

    Here F writes cell 0 at once, and with it cell 1 or not; the rest in round 2.
    """
    unmask = IndependentUnmasking(lambda x, i, t: Fraction(1) if i == 0 or x[0] != MASK else HALF)
    source = source_of(unmask, 2, length=2)
    assert output_law(binary_sampler(source, TWO)) == as_words(output_law(source), TWO)


@pytest.mark.parametrize("clock", list(Clock))
@pytest.mark.parametrize("joint", [False, True])
def test_remasking_masks_whole_blocks_at_the_end_of_a_round(clock: Clock, joint: bool) -> None:
    """Two cells: both are written, cell 0 is remasked unless it shows 3, and written again."""

    def again(state: State, number: Round) -> Positions:
        done = number == 2 if clock is Clock.ROUND_NUMBER else state[1] % 2 == 0
        return frozenset() if done or state[0] == 3 else frozenset({0})

    # State-only it must stop by itself: cell 0 is then written with 3.
    def predictor(state: State, i: int, number: Round) -> Law[int]:
        if i == 0 and state[1] != MASK:
            return certain(3) if clock is Clock.STATE_ONLY else uniform([2, 3])
        return dependent_predictor(state, i, number)

    source = Sampler(
        length=2,
        predictor=predictor,
        unmask=DeterministicUnmasking(lambda x, t: masked_positions(x)),
        remask=JointRemasking(lambda x, t: certain(again(x, t)))
        if joint
        else DeterministicRemasking(again),
        edits=Edits.REMASK,
        rounds=2,
        output=(0, 1),
        vocabulary=4,
        clock=clock,
        stop=Stop.ABSORBING if clock is Clock.STATE_ONLY else Stop.FIXED_ROUNDS,
    )
    binary = binary_sampler(source, TWO)
    assert output_law(binary) == as_words(output_law(source), TWO)
    assert binary.rounds == 4
    assert remasking_class(binary.remask) is (Remasking.JOINT if joint else Remasking.DETERMINISTIC)


def test_independent_remasking_becomes_joint() -> None:
    source = replace(
        source_of(DeterministicUnmasking(lambda x, t: masked_positions(x)), 2, Clock.ROUND_NUMBER),
        edits=Edits.REMASK,
        remask=IndependentRemasking(lambda x, i, t: HALF if t == 1 else Fraction(0)),
        length=2,
        output=(0, 1),
    )
    binary = binary_sampler(source, TWO)
    assert output_law(binary) == as_words(output_law(source), TWO)
    assert remasking_class(binary.remask) is Remasking.JOINT
    after = laws_by_round(binary)[2]
    # Whole blocks only: one block of two is masked half of the time, and never half a block.
    masks = after.map(lambda c: tuple(t == MASK for t in c.state))
    blocks = [(a, a, b, b) for a in (False, True) for b in (False, True)]
    assert masks == uniform(blocks)


def test_prompt_output_and_end_are_carried_over() -> None:
    source = replace(
        source_of(DeterministicUnmasking(left_to_right), 2),
        prompt=((1, 2),),
        output=(2,),
        end=End.OUTPUT_ONLY,
    )
    binary = binary_sampler(source, TWO)
    assert binary.prompt == ((2, 1), (3, 0))
    assert binary.output == (4, 5)
    assert binary.end is End.OUTPUT_ONLY
    assert output_law(binary) == as_words(output_law(source), TWO)
    assert all(c.state[2:4] == (1, 0) for law in laws_by_round(binary) for c in law)


def test_three_bits_take_three_rounds() -> None:
    eight = standard_labelling(3)
    source = one_token(all_but_one(3), 8)
    binary = binary_sampler(source, eight)
    assert (binary.length, binary.rounds) == (3, 3)
    assert output_law(binary) == in_bits(all_but_one(3), eight)


def test_what_does_not_survive_is_refused() -> None:
    four = source_of(DeterministicUnmasking(left_to_right), 2)
    with pytest.raises(BadPoint, match="vocabulary 4 with 3 bits"):
        binary_sampler(four, standard_labelling(3))
    with pytest.raises(BadPoint, match="revision"):
        binary_sampler(replace(four, edits=Edits.REVISE_TOKEN), TWO)
    with pytest.raises(BadPoint, match="candidates"):
        binary_sampler(
            replace(four, unmask=AfterSamplingUnmasking(lambda x, c, t: certain(frozenset({0})))),
            TWO,
        )
    remasking = replace(
        four, edits=Edits.REMASK, remask=DeterministicRemasking(lambda x, t: frozenset())
    )
    with pytest.raises(BadPoint, match="neither clock nor absorbing"):
        binary_sampler(remasking, TWO)
    with pytest.raises(BadPoint):
        Labelling(((0, 0), (0, 1), (1, 0), (1, 0)))
    with pytest.raises(BadPoint):
        Labelling(())


# --- what a round costs --------------------------------------------------------------------


def test_one_round_is_kept_exactly_by_products_over_the_bits() -> None:
    uniform_pair = uniform([0, 3])
    assert not survives_in_one_round(uniform_pair, TWO)
    assert survives_in_one_round(uniform_pair, Labelling(((0, 0), (1, 0), (1, 1), (0, 1))))
    for law in (uniform_pair, uniform([0, 1]), uniform(range(4)), certain(2), all_but_one(2)):
        in_one = replace(binary_sampler(one_token(law, 4), TWO), unmask=everything(), rounds=1)
        in_one = replace(in_one, predictor=bitwise(in_bits(law, TWO)))
        assert (output_law(in_one) == in_bits(law, TWO)) == survives_in_one_round(law, TWO)


def everything() -> DeterministicUnmasking:
    return DeterministicUnmasking(lambda x, t: masked_positions(x))


def bitwise(law: Law[State]) -> Callable[[State, int, Round], Law[int]]:
    """The best one round can do: every bit from its marginal."""

    def predictor(state: State, i: int, number: Round) -> Law[int]:
        return marginal(law, i)

    return predictor


def test_witness_that_costs_a_round_under_every_labelling() -> None:
    """Three of four tokens, uniformly: one round as a token; as two bits two, and no fewer."""
    law = all_but_one(2)
    assert output_law(one_token(law, 4)) == law.map(lambda t: (t,))
    tried = list(all_labellings(2))
    assert len(tried) == 24
    for labelling in tried:
        assert not survives_in_one_round(law, labelling)
        binary = binary_sampler(one_token(law, 4), labelling)
        assert binary.rounds == 2
        assert output_law(binary) == in_bits(law, labelling)


def test_dyadic_witness_that_costs_a_round_under_every_labelling() -> None:
    law = Law({0: HALF, 1: Fraction(1, 4), 2: Fraction(1, 4)})
    assert not some_labelling_survives([law], 2)


def test_three_contexts_that_no_single_labelling_serves() -> None:
    """Each pair of tokens is a product under some labelling, but not all three with token 0."""
    pairs = [uniform([0, t]) for t in (1, 2, 3)]
    for some in combinations(pairs, 2):
        assert some_labelling_survives(some, 2)
    assert not some_labelling_survives(pairs, 2)


def fewest_rounds(law: Law[State]) -> int:
    """Write-once, deterministic F, L = n, any predictor: by trying every strategy.

    The next set written must be independent given what is visible.
    """

    def rounds(given: dict[int, int]) -> int:
        left = law.given(lambda z: all(z[i] == b for i, b in given.items()))
        rest = [i for i in range(len(next(iter(law)))) if i not in given]
        if not rest:
            return 0
        best = len(rest)
        for size in range(1, len(rest) + 1):
            for chosen in combinations(rest, size):
                # mypy infers no type for a lambda with a default.
                part = left.map(lambda z, c=chosen: tuple(z[i] for i in c))  # type: ignore[misc]
                if is_product(part):
                    worst = max(
                        rounds(given | dict(zip(chosen, word, strict=True))) for word in part
                    )
                    best = min(best, 1 + worst)
        return best

    return rounds({})


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_all_but_one_token_needs_k_rounds_of_writing_once(bits: int) -> None:
    assert fewest_rounds(in_bits(all_but_one(bits), standard_labelling(bits))) == bits


def test_all_but_one_token_looks_alike_under_every_labelling() -> None:
    """A labelling only moves the word that is left out, and that is a renaming of the bits."""
    shapes = {
        frozenset(set(product((0, 1), repeat=2)) - set(in_bits(all_but_one(2), labelling)))
        for labelling in all_labellings(2)
    }
    assert shapes == {frozenset({word}) for word in product((0, 1), repeat=2)}
    laws = [in_bits(all_but_one(2), labelling) for labelling in all_labellings(2)]
    assert {fewest_rounds(law) for law in laws} == {2}


def test_canary_fewest_rounds_knows_easy_laws() -> None:
    assert fewest_rounds(uniform(product((0, 1), repeat=3))) == 1
    even = [z for z in product((0, 1), repeat=3) if sum(z) % 2 == 0]
    assert fewest_rounds(uniform(even)) == 2
    assert fewest_rounds(uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)])) == 3


# --- dyadic predictors ---------------------------------------------------------------------


def is_dyadic(number: Fraction) -> bool:
    return number.denominator & (number.denominator - 1) == 0


def test_dyadic_predictors_do_not_survive_under_any_labelling_or_order_of_bits() -> None:
    """5/8, 1/8, 1/8, 1/8: some conditional probability of a bit is no multiple of 2^-k.

    One round of bits is impossible too, so no write-once sampler of two dyadic bits with
    deterministic F draws this token.
    """
    law = Law({0: Fraction(5, 8), 1: Fraction(1, 8), 2: Fraction(1, 8), 3: Fraction(1, 8)})
    assert not some_labelling_survives([law], 2)
    for labelling in all_labellings(2):
        words = in_bits(law, labelling)
        for first, second in permutations(range(2)):
            seen = [
                # mypy infers no type for a lambda with a default.
                words.given(lambda w, b=b, f=first: w[f] == b).probability(  # type: ignore[misc]
                    lambda w, s=second: w[s] == 1  # type: ignore[misc]
                )
                for b in (0, 1)
            ]
            assert not all(map(is_dyadic, seen))


# --- bits to tokens ------------------------------------------------------------------------


def test_blocks_chosen_whole_are_a_sampler_of_tokens_of_the_same_rounds() -> None:
    """Two blocks; the second is drawn given the first, bit by bit independently."""

    def select(state: State, number: Round) -> Positions:
        return frozenset({0, 1} if state[0] == MASK else {2, 3} if state[2] == MASK else ())

    def predictor(state: State, i: int, number: Round) -> Law[int]:
        weight = 1 + (state[0] == 1) + 2 * (state[1] == 1) + i
        return Law({0: Fraction(weight, 8), 1: 1 - Fraction(weight, 8)})

    binary = Sampler(
        length=4,
        predictor=predictor,
        unmask=DeterministicUnmasking(select),
        rounds=2,
        output=(2, 3, 0, 1),
    )
    for labelling in (TWO, GRAY):
        grouped = grouped_sampler(binary, labelling)
        assert (grouped.length, grouped.rounds, grouped.vocabulary) == (2, 2, 4)
        assert as_words(output_law(grouped), labelling) == output_law(binary)


def test_grouping_follows_remasking_and_prompts() -> None:
    def unmask(state: State, number: Round) -> Positions:
        return masked_positions(state)

    binary = Sampler(
        length=4,
        predictor=lambda x, i, t: uniform([0, 1]) if t == 1 else certain(1),
        unmask=DeterministicUnmasking(unmask),
        remask=DeterministicRemasking(
            lambda x, t: frozenset({2, 3}) if t == 1 and x[2] == 0 else frozenset()
        ),
        edits=Edits.REMASK,
        rounds=2,
        output=(0, 1, 2, 3),
        clock=Clock.ROUND_NUMBER,
        prompt=((0, 1), (1, 0)),
    )
    grouped = grouped_sampler(binary, GRAY)
    assert grouped.prompt == ((0, GRAY.token((1, 0))),)
    assert as_words(output_law(grouped), GRAY) == output_law(binary)


def test_blocks_chosen_in_part_cannot_be_grouped() -> None:
    bit_by_bit = binary_sampler(one_token(all_but_one(2), 4), TWO)
    with pytest.raises(BadPoint, match="part of a block is chosen"):
        output_law(grouped_sampler(bit_by_bit, TWO))
    with pytest.raises(BadPoint, match="no whole binary blocks"):
        grouped_sampler(replace(bit_by_bit, output=(0,)), TWO)
    with pytest.raises(BadPoint, match="begin with a block"):
        grouped_sampler(
            replace(binary_sampler(source_of(everything(), 1, length=2), TWO), output=(1, 2)),
            TWO,
        )
    with pytest.raises(BadPoint, match="F is random"):
        grouped_sampler(replace(bit_by_bit, unmask=IndependentUnmasking(lambda x, i, t: HALF)), TWO)


# --- canaries ------------------------------------------------------------------------------


def test_canary_another_labelling_is_another_law() -> None:
    source = source_of(DeterministicUnmasking(left_to_right), 2)
    assert output_law(binary_sampler(source, GRAY)) != as_words(output_law(source), TWO)


def test_canary_fewer_than_k_rounds_leave_masks() -> None:
    binary = binary_sampler(one_token(all_but_one(2), 4), TWO)
    with pytest.raises(LeavesMask):
        output_law(replace(binary, rounds=1))
