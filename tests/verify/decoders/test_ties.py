"""Ties are seen however a step looks for its largest number, and nothing else is changed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dlmcheck.model.decoders import tensors
from dlmcheck.model.decoders.adapters import log, with_generator, with_random, with_torch
from dlmcheck.model.decoders.confidence import NegativeEntropy
from dlmcheck.model.decoders.exact import Exact
from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.rules import entropy_of, evenly, left_to_right, most_confident
from dlmcheck.model.decoders.shadows import Logarithm
from dlmcheck.model.decoders.torch_style import confident_step
from dlmcheck.model.targets import even_parity, parse_target, product_bits
from dlmcheck.spec.choices import Choices, explore
from dlmcheck.spec.decoder import Candidates, Decoder, Step, StepFunction
from dlmcheck.spec.law import Law
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.foreign import ForeignStep
from dlmcheck.verify.decoders.tie_watch import Watch, WatchedLaw, shown, watching
from dlmcheck.verify.decoders.ties import Ties, ties

NINE, HALF, THIRD = Fraction(9, 10), Fraction(1, 2), Fraction(1, 3)
PARITY = even_parity(3)
Scores = list[list[Exact]]


def found(step: StepFunction, target: Law[State], rounds: int | None = None) -> Ties:
    length = len(next(iter(target)))
    decoder = Decoder(length, perfect_predictor(target), step, rounds, may_revise=True)
    return ties(decoder, analyse(decoder).table)


# --- one rule, written in many ways: the surest cell first --------------------------------------


def by_a_loop(cells: list[int], p: Scores) -> int:
    best = cells[0]
    for cell in cells:
        if p[cell][1] > p[best][1]:
            best = cell
    return best


def by_a_loop_to_the_right(cells: list[int], p: Scores) -> int:
    best = cells[0]
    for cell in cells:
        if p[cell][1] >= p[best][1]:
            best = cell
    return best


def by_max_of_pairs(cells: list[int], p: Scores) -> int:
    return -max((p[cell][1], -cell) for cell in cells)[1]


def by_min_with_a_key(cells: list[int], p: Scores) -> int:
    return min(cells, key=lambda cell: (-p[cell][1], cell))


def by_a_sort(cells: list[int], p: Scores) -> int:
    return sorted(cells, key=lambda cell: 2 * p[cell][1] - 1, reverse=True)[0]


def by_a_heap(cells: list[int], p: Scores) -> int:
    heap: list[tuple[Exact, int]] = []
    for cell in cells:
        heapq.heappush(heap, (-p[cell][1], cell))
    return heapq.heappop(heap)[1]


def by_the_place_of_the_largest(cells: list[int], p: Scores) -> int:
    scores = [p[cell][1] for cell in cells]
    return cells[scores.index(max(scores))]


def by_argmax(cells: list[int], p: Scores) -> int:
    return cells[int(np.argmax(np.array([p[cell][1] for cell in cells], dtype=object)))]


def by_argsort(cells: list[int], p: Scores) -> int:
    scores = np.array([-p[cell][1] for cell in cells], dtype=object)
    return cells[int(np.argsort(scores, kind="stable")[0])]


def by_entropy(cells: list[int], p: Scores) -> int:
    scores = {cell: sum(q * log(q) for q in p[cell] if q > 0) for cell in cells}
    return max(scores, key=lambda cell: scores[cell])


WAYS = [
    by_a_loop,
    by_a_loop_to_the_right,
    by_max_of_pairs,
    by_min_with_a_key,
    by_a_sort,
    by_a_heap,
    by_the_place_of_the_largest,
    by_argmax,
    by_argsort,
    by_entropy,
]


def plain(choose: Callable[[list[int], Scores], int]) -> Callable[..., list[int]]:
    def function(tokens: list[int], p: Scores, number: int, source: Any) -> list[int]:
        cell = choose([c for c, token in enumerate(tokens) if token == MASK], p)
        token = int(source.random() < p[cell][1])
        return [token if c == cell else old for c, old in enumerate(tokens)]

    return function


@pytest.mark.parametrize("adapter", [with_random, with_generator])
@pytest.mark.parametrize("choose", WAYS)
def test_a_tie_is_seen_however_the_largest_is_found(
    choose: Callable[[list[int], Scores], int], adapter: Callable[..., StepFunction]
) -> None:
    met = found(adapter(plain(choose)), PARITY)
    # All masked cells are fair until one is left: in one state and in those of one more token.
    assert (met.configurations, met.watched) == (7, 7)
    assert (met.ranked, met.between_cells, met.decided) == (3, 3, 3)
    assert (met.between_tokens, met.tested, met.refused) == (0, 0, None)
    assert met.example is not None
    assert (met.example.round_number, met.example.state) == (1, (MASK,) * 3)
    assert met.example.tie.cells == (0, 1)
    told_apart = found(adapter(plain(choose)), product_bits([NINE, HALF, THIRD]))
    assert (told_apart.ranked, told_apart.decided, told_apart.example) == (0, 0, None)


def test_our_rules_meet_ties_where_scores_are_equal() -> None:
    met = found(most_confident(evenly(3, 3), entropy_of), PARITY)
    assert (met.ranked, met.between_cells, met.decided) == (3, 3, 3)
    assert met.example is not None
    assert met.example.tie.value == "the entropy of 1/2, 1/2"
    assert found(left_to_right(evenly(3, 3)), PARITY).ranked == 0
    confident = found(most_confident(evenly(2, 2)), product_bits([NINE, NINE]))
    assert (confident.ranked, confident.decided) == (1, 1)


def test_entropies_with_one_equal_weight_are_no_tie() -> None:
    """Lists of weights are compared place by place; that is not the step's comparison."""
    quarter = Fraction(1, 4)
    laws = (
        Law({(0,): quarter, (1,): quarter, (2,): HALF}),
        Law({(0,): quarter, (1,): Fraction(3, 8), (2,): Fraction(3, 8)}),
    )
    target: Law[State] = Law(
        {(a, b): p * q for (a,), p in laws[0].items() for (b,), q in laws[1].items()}
    )
    step = most_confident(evenly(2, 2), entropy_of)
    decoder = Decoder(2, perfect_predictor(target, 3), step, vocabulary=3)
    assert ties(decoder, analyse(decoder).table).ranked == 0


def test_ties_of_tokens_are_told_from_ties_of_cells() -> None:
    met = found(RULES["mdlm-ancestral"].make(3, 1), PARITY)
    assert met.ranked == met.between_tokens == met.decided > 0
    assert met.between_cells == 0


def test_ties_of_tensors_are_those_at_the_cut() -> None:
    def the_first(count: int) -> Any:
        def function(torch: Any, x: Any, model: Any, number: int) -> Any:
            p = torch.softmax(model(x).logits, dim=-1)
            score = torch.where(x == MASK, p[..., 1], torch.full_like(p[..., 1], -torch.inf))
            chosen = torch.topk(score[0], k=count).indices
            drawn = torch.multinomial(p[0], 1).squeeze(-1)
            x = x.clone()
            x[0, chosen] = drawn[chosen]
            return x

        return with_torch(function)

    target = product_bits([HALF, HALF, THIRD])
    # Of 1/2, 1/2, 1/3 the largest is not determined, the two largest are.
    assert (found(the_first(1), target).ranked, found(the_first(1), target).decided) == (1, 1)
    decoder = Decoder(3, perfect_predictor(target), the_first(2))
    assert ties(decoder, [(decoder.start(), 1)]).ranked == 0
    met = found(confident_step, product_bits([NINE, NINE]))
    assert (met.ranked, met.between_cells, met.decided) == (1, 1, 1)


def test_a_certain_cell_keeps_its_tie_in_logits() -> None:
    """The logarithm of one has no terms; two cells that are certain tie all the same."""

    def the_surest(torch: Any, x: Any, model: Any, number: int) -> Any:
        p = torch.softmax(model(x).logits, dim=-1)
        score = torch.where(x == MASK, p.max(dim=-1).values, torch.full_like(p[..., 0], -1))
        chosen = torch.argmax(score[0], dim=-1)
        x = x.clone()
        x[0, chosen] = torch.multinomial(p[0], 1).squeeze(-1)[chosen]
        return x

    met = found(with_torch(the_surest), parse_target("one-hot:3").law)
    # At the start, and where one cell is shown: its 1 leaves two certain zeros.
    assert (met.between_cells, met.decided, met.decided_between_cells) == (3, 3, 3)


def test_an_order_is_not_laid_to_ties_of_tokens() -> None:
    """The first masked cell, and its likelier token: only the latter may tie."""

    def function(tokens: list[int], p: Scores, number: int, source: Any) -> list[int]:
        cell = tokens.index(MASK)
        token = max((0, 1), key=lambda t: p[cell][t])
        return [token if c == cell else old for c, old in enumerate(tokens)]

    met = found(with_random(function), PARITY)
    assert met.decided > 0
    assert met.decided_between_cells == 0


# --- what is told apart from a tie ---------------------------------------------------------------


def test_a_threshold_that_is_met_exactly_is_no_tie() -> None:
    met = found(RULES["fast-dllm-threshold-drawn"].make(2, 2), product_bits([NINE, THIRD]))
    assert (met.ranked, met.example) == (0, None)
    assert met.thresholds == 3
    assert met.threshold is not None
    assert (met.threshold.tie.value, met.threshold.tie.cells) == ("9/10", (0,))
    missed = found(RULES["fast-dllm-threshold-drawn"].make(2, 2), product_bits([HALF, THIRD]))
    assert missed.thresholds == 0


def test_equality_that_is_asked_for_is_counted_apart() -> None:
    def the_second_of_equals(cells: list[int], p: Scores) -> int:
        return cells[1] if len(cells) > 1 and p[cells[0]][1] == p[cells[1]][1] else cells[0]

    met = found(with_random(plain(the_second_of_equals)), PARITY)
    assert (met.ranked, met.tested, met.decided) == (0, 3, 3)

    def by_the_first_that_equals_the_largest(cells: list[int], p: Scores) -> int:
        scores: Any = np.array([p[cell][1] for cell in cells], dtype=object)
        largest = scores.max()
        return cells[int(np.flatnonzero(scores == largest)[0])]

    met = found(with_random(plain(by_the_first_that_equals_the_largest)), PARITY)
    assert (met.ranked, met.tested, met.decided) == (3, 3, 3)


def test_a_tie_that_is_broken_by_a_coin_matters_and_one_without_a_say_does_not() -> None:
    def by_a_coin(tokens: list[int], p: Scores, number: int, source: Any) -> list[int]:
        masked = [cell for cell, token in enumerate(tokens) if token == MASK]
        best = max(p[cell][1] for cell in masked)
        cell: int = source.choice([one for one in masked if p[one][1] == best])
        after = list(tokens)
        after[cell] = int(source.random() < p[cell][1])
        return after

    def by_a_sort_of_values(cells: list[int], p: Scores) -> int:
        return cells[0] if sorted(p[cell][1] for cell in cells)[0] < 1 else cells[-1]

    coin = found(with_random(by_a_coin), PARITY)
    assert coin.ranked == coin.decided == 7
    values = found(with_random(plain(by_a_sort_of_values)), PARITY)
    assert (values.ranked, values.decided) == (3, 0)


def test_a_step_that_fails_with_ties_broken_otherwise_is_not_seen_to_decide() -> None:
    def picky(cells: list[int], p: Scores) -> int:
        best = max(cells, key=lambda cell: p[cell][1])
        if best != cells[0]:
            raise ValueError("not the first")
        return best

    step = ForeignStep(with_random(plain(picky)), "picky")
    met = found(step, PARITY)
    assert (met.ranked, met.decided, met.refused) == (3, 0, None)


def test_the_name_of_a_module_does_not_hide_it() -> None:
    source = "def surest(cells, p):\n    return max(cells, key=lambda cell: p[cell][1])\n"
    for name in ("numpy_steps", "functools2", "mine"):
        module: dict[str, Any] = {"__name__": name}
        exec(source, module)
        assert found(with_random(plain(module["surest"])), PARITY).ranked == 3


def test_limits_what_is_kept_or_becomes_something_else_is_not_seen() -> None:
    def by_whole_numbers(cells: list[int], p: Scores) -> int:
        return max(cells, key=lambda cell: p[cell][1].value.limit_denominator(8).numerator)

    def by_a_difference(cells: list[int], p: Scores) -> int:
        best = cells[0]
        for cell in cells:
            best = cell if p[cell][1] - p[best][1] > 0 else best
        return best

    def by_memory(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        fresh = tuple(candidates.law(cell)[1] for cell in range(len(state)))
        kept: Any = fresh if memory is None else memory
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        return Step(reveal=frozenset({max(masked, key=lambda c: kept[c])}), memory=kept)

    for choose in (by_whole_numbers, by_a_difference):
        assert found(with_random(plain(choose)), PARITY).ranked == 0
    # In round 1 the numbers are those of the round, and later they are not.
    assert found(by_memory, PARITY).ranked == 1


# --- nothing else is changed ---------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in RULES if n != "llada-low-confidence-blocks"])
def test_what_is_decided_under_a_watch_is_what_is_decided_without(name: str) -> None:
    rule = RULES[name]
    for text in ("product:9/10,9/10,1/3", "markov:3,1/4", "one-hot:3"):
        target = parse_target(text).law
        predictor = perfect_predictor(target)
        rounds = 2 + rule.extra if rule.fixed_rounds else None
        decoder = Decoder(3, predictor, rule.make(3, 2), rounds, may_revise=True)
        for before, number in list(analyse(decoder).table)[:60]:

            def decided(watch: Watch | None, at: Any = (before, number, decoder)) -> Law[Hashable]:
                (state, memory), now, one = (at[0].state, at[0].memory), at[1], at[2]

                def way(choices: Choices) -> Hashable:
                    def law(cell: int) -> Law[Token]:
                        plainly = one.predictor(state, cell)
                        return plainly if watch is None else WatchedLaw(plainly, cell, watch)

                    candidates = Candidates(law, choices)
                    made: Step = one.step(state, now, memory, candidates, choices)
                    return made, tuple(map(candidates.was_drawn, range(3)))

                return explore(way)

            watch = Watch()
            with watching(watch):
                watched = decided(watch)
            assert watched == decided(None)


def test_afterwards_numbers_are_as_they_were() -> None:
    owners = (Fraction, NegativeEntropy, Logarithm)
    before = [dict(vars(owner)) for owner in owners]
    ranking = vars(tensors)["ranking"]
    with pytest.raises(ZeroDivisionError), watching(Watch()):
        _ = Fraction(1, 2) / (Fraction(1, 2) - HALF)
    assert [dict(vars(owner)) for owner in owners] == before
    assert vars(tensors)["ranking"] is ranking


def test_canary_without_origins_nothing_is_a_tie() -> None:
    watch = Watch()
    with watching(watch):
        half, other = Fraction(1, 2), Fraction(1, 2)
        assert max(half, other) == half
        assert not watch.met
        ours, theirs = watch.copy(half, {(0, 1)}), watch.copy(half, {(1, 1)})
        assert max(ours, theirs) is ours
        assert len(watch.met) == 1
        assert sorted([ours + 1, theirs + 1]) == [Fraction(3, 2)] * 2
    later = Watch(1)
    with watching(later):
        ours, theirs = later.copy(half, {(0, 1)}), later.copy(half, {(1, 1)})
        assert max(ours, theirs) is theirs
        assert sorted([theirs, ours])[0] is ours


def test_long_numbers_are_cut() -> None:
    """Python refuses to write numbers of more than 4,300 digits."""
    long = Fraction(10**5000 + 1, 3 * 10**5000)
    assert shown(Exact(long)) == "0.333333333333.."
    assert shown(-long) == "-0.333333333333.."
    assert shown(Exact(Fraction(1, 3))) == "1/3"
    assert shown(Fraction(2)) == "2"
    near = 1 - Fraction(1, 10**5000)
    product: Law[State] = Law(
        {
            (a, b): (near if a else 1 - near) * (near if b else 1 - near)
            for a in (0, 1)
            for b in (0, 1)
        }
    )
    met = found(most_confident(evenly(2, 2)), product)
    assert (met.ranked, met.refused) == (1, None)


def test_the_number_of_runs_is_bounded() -> None:
    decoder = Decoder(3, perfect_predictor(PARITY), most_confident(evenly(3, 3)))
    table = analyse(decoder).table
    few = ties(decoder, table, most_runs=30)
    assert 0 < few.watched < few.configurations == len(table)
    assert ties(decoder, table) == ties(decoder, table)
