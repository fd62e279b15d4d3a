"""The engines for write-once rounds against the specification, all policies, and each other."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb

import pytest

from dlmcheck.model.targets import Target, flip_chain, linear_code, parse_target
from dlmcheck.model.targets.exchangeable import parse_weights
from dlmcheck.model.targets.orders import either_order_marked
from dlmcheck.model.targets.sources import empirical_target
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import (
    BadInput,
    MalformedSyntax,
    UnnormalisedLaw,
    UnsupportedFeature,
)
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, bernoulli, uniform
from dlmcheck.spec.policies import DeterministicUnmasking, Positions
from dlmcheck.spec.rounds import least_fixed_rounds, least_rounds
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State, all_masked
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.claims.round_policies import Policy, least_rounds_by_policies, policies
from dlmcheck.verify.kernel.exchangeable import exchangeable_weights
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.rounds import partial_states
from dlmcheck.verify.rounds import write_once as front
from dlmcheck.verify.rounds.exchangeable import exchangeable_rounds
from dlmcheck.verify.rounds.partial_states import PartialStates, solve_partial_states
from dlmcheck.verify.rounds.write_once import (
    COUNTS,
    EVENTS,
    PRODUCT,
    RESIDUALS,
    STATES,
    WriteOnce,
    write_once,
    write_once_by_weights,
)
from tests.verify.rounds.random_targets import random_targets

F = Fraction
COUNT = 300


def accepted(found: WriteOnce) -> None:
    """Both ends of an interval have certificates that are accepted from their text alone."""
    for bound in (found.result.lower, found.result.upper):
        if bound.value is not None or bound.never:
            assert bound.certificate is not None
            document = Document.parse(bound.certificate, "file")
            assert check_certificate(document).verdict is Verdict.PROVED


def test_the_engines_agree_with_the_specification_on_random_targets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: Counter[int | None] = Counter()
    methods: Counter[str] = Counter()
    for number, law in enumerate(random_targets(COUNT, seed=5)):
        # Every other target goes through the residual laws first, where they apply.
        monkeypatch.setattr(front, "FEW_STRINGS", 48 if number % 2 else 0)
        reals = Reals.DYADIC if number % 4 == 0 else Reals.UNRESTRICTED
        for adaptive, definition in ((True, least_rounds), (False, least_fixed_rounds)):
            wanted = definition(law, reals)
            found = write_once(Target("t", law), adaptive=adaptive, reals=reals)
            assert found.result.is_exact
            assert found.rounds == wanted
            seen[wanted] += 1
            methods[found.method] += 1
            if number % 10 == 0:
                accepted(found)
    assert sum(seen.values()) == 2 * COUNT
    assert set(seen) == {None, 1, 2, 3, 4}
    assert set(methods) == {COUNTS, STATES, RESIDUALS, PRODUCT}


def test_all_policies_run_by_the_semantics_take_as_many_rounds() -> None:
    seen: Counter[int | None] = Counter()
    for law in random_targets(60, seed=6, most=3):
        wanted = least_rounds_by_policies(law)
        assert least_rounds(law) == wanted
        assert write_once(Target("t", law)).rounds == wanted
        seen[wanted] += 1
    assert set(seen) == {1, 2, 3}


def test_no_policy_with_any_predictor_on_a_grid_takes_fewer_rounds() -> None:
    """Nothing is assumed of the predictor: on two cells every one with rates in quarters is run."""
    rates = [F(k, 4) for k in range(5)]
    best: dict[Law[tuple[int, ...]], int] = {}
    for policy, rounds in policies(all_masked(2)):
        asked = [(state, cell) for state in policy for cell in sorted(policy[state])]
        for chosen in product(rates, repeat=len(asked)):
            rate = dict(zip(asked, chosen, strict=True))
            law = output_law(_with_rates(policy, rate, rounds))
            best[law] = min(rounds, best.get(law, 9))
    assert len(best) > 100
    assert all(rounds == least_rounds(law) for law, rounds in best.items())


def _with_rates(policy: Policy, rate: dict[tuple[State, int], Fraction], rounds: int) -> Sampler:
    def predictor(state: State, cell: int, _: object) -> Law[int]:
        return bernoulli(rate.get((state, cell), F(0)))

    def select(state: State, _: object) -> Positions:
        return policy.get(state, frozenset())

    return Sampler(2, predictor, DeterministicUnmasking(select), rounds, (0, 1))


# --- each engine ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "adaptive", "rounds", "method"),
    [
        ("one-hot:12", True, 12, COUNTS),
        ("even-parity:9", False, 2, COUNTS),
        ("uniform:6", True, 1, COUNTS),
        ("product:1/3,1/5,1/7,2/11,3/13,5/17", True, 1, PRODUCT),
        ("product:1/3,1/5,1/7", False, 1, PRODUCT),
        ("permutations:3", True, 3, RESIDUALS),
        ("permutations:3", False, 4, STATES),
        ("permutations:4", True, 4, RESIDUALS),
        ("markov:7,1/3", True, 3, STATES),
        ("markov:8,1/3", False, 4, STATES),
        ("tilted-parity:2,3,5,7", True, 4, RESIDUALS),
        ("repetition:9", True, 2, COUNTS),
    ],
)
def test_named_targets(name: str, adaptive: bool, rounds: int, method: str) -> None:
    found = write_once(parse_target(name), adaptive=adaptive)
    assert (found.rounds, found.method) == (rounds, method)
    accepted(found)


def test_exchangeable_targets_far_beyond_tables() -> None:
    for n, k in ((30, 1), (40, 15), (64, 32)):
        weights = [F(0)] * (n + 1)
        weights[k] = F(1, comb(n, k))
        for adaptive in (True, False):
            found = exchangeable_rounds(weights, adaptive=adaptive)
            assert found.rounds == n
            checked = check_certificate(Document.parse(found.certificate, "file"))
            assert checked.statement.startswith(f"exactly {n} rounds")
        assert exchangeable_rounds(weights, reals=Reals.DYADIC).rounds is None


def test_weights_that_are_no_law_are_refused() -> None:
    with pytest.raises(UnnormalisedLaw):
        exchangeable_rounds([F(1, 2), F(1, 2), F(1, 2)])


def test_long_linear_codes() -> None:
    rows = [
        [int(i == j) for j in range(7)] + [(i * j + i) % 2 for j in range(13)] for i in range(7)
    ]
    target = Target("code", linear_code(generator=rows))
    for adaptive in (True, False):
        found = write_once(target, adaptive=adaptive)
        assert (target.length, found.rounds) == (20, 2)
        accepted(found)


def test_more_tokens_than_two() -> None:
    target = Target("marked", either_order_marked(3), 4)
    assert write_once(target).rounds == 3
    found = write_once(target, adaptive=False)
    assert (found.rounds, found.method) == (4, EVENTS)
    accepted(found)


def test_large_denominators_are_kept_modulo_primes() -> None:
    law = flip_chain(5, F(1, 10**9 + 7))
    solved = solve_partial_states(law)
    assert (solved.rounds, solved.fixed_rounds, solved.certain) == (3, 3, False)
    assert write_once(Target("t", law)).rounds == 3
    small = solve_partial_states(flip_chain(5, F(1, 7)))
    assert (small.rounds, small.certain) == (3, True)


def test_canary_equality_modulo_too_few_primes_is_found_out_by_the_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With 7 for a prime unequal numbers look equal; the strategy built on that is rejected."""
    monkeypatch.setattr(partial_states, "PRIMES", (7,))
    monkeypatch.setattr(partial_states, "MOST_PRIMES", 1)
    monkeypatch.setattr(partial_states, "SAFE", 0)
    monkeypatch.setattr(front, "FEW_STRINGS", 0)
    weights: dict[State, int] = {(0, 0): 1 + 7, (0, 1): 2, (1, 0): 3, (1, 1): 6}
    law: Law[State] = Law({string: F(weight, 19) for string, weight in weights.items()})
    with pytest.raises(Rejected, match="not independent"):
        write_once(Target("t", law))


def test_canary_an_engine_that_promises_too_few_rounds_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hasty(law: Law[tuple[int, ...]], reals: Reals) -> PartialStates:
        found = solve_partial_states(law, reals)
        found.first[...] = 7
        return found

    monkeypatch.setattr(front, "solve_partial_states", hasty)
    monkeypatch.setattr(front, "FEW_STRINGS", 0)
    with pytest.raises(Rejected):
        write_once(parse_target("tilted-parity:2,3,5"))


def test_at_the_limit_the_interval_is_what_is_known() -> None:
    target = parse_target("permutations:4")
    found = write_once(target, limit=5)
    assert found.rounds is None
    low, high = found.result.lower.value, found.result.upper.value
    assert low is not None
    assert high is not None
    assert low <= 4 <= high
    accepted(found)


def test_an_estimate_is_marked_as_one() -> None:
    estimate = empirical_target([(0, 0), (1, 1), (1, 1)])
    assert write_once(estimate).result.estimate
    assert not write_once(parse_target("one-hot:2")).result.estimate


def test_what_the_table_of_all_states_cannot_hold_is_refused() -> None:
    with pytest.raises(BadInput, match="tokens beyond 0 and 1"):
        solve_partial_states(uniform([(0, 2)]))
    with pytest.raises(UnsupportedFeature, match="14 cells"):
        solve_partial_states(uniform([(0,) * 14]))


# --- far beyond tables -------------------------------------------------------------------------


def test_a_family_by_name_without_a_table() -> None:
    for text, adaptive, rounds in (
        ("one-hot:100", True, 100),
        ("fixed-weight:40,13", False, 40),
        ("even-parity:100", True, 2),
        ("uniform:150", False, 1),
        ("repetition:99", True, 2),
    ):
        weights = parse_weights(text)
        assert weights is not None
        found = write_once_by_weights(text, weights, adaptive=adaptive)
        assert (found.rounds, found.method, found.result.target) == (rounds, COUNTS, text)
        accepted(found)


@pytest.mark.parametrize("text", ["one-hot:5", "fixed-weight:5,2", "odd-parity:5", "repetition:4"])
def test_weights_by_name_are_those_of_the_table(text: str) -> None:
    weights = parse_weights(text)
    assert weights == exchangeable_weights(parse_target(text).law)
    assert weights is not None
    by_weights = write_once_by_weights(text, weights).result
    assert by_weights == write_once(parse_target(text)).result


def test_what_is_no_exchangeable_family_has_no_weights() -> None:
    assert parse_weights("markov:4,1/3") is None
    for text, kind in (
        ("one-hot", MalformedSyntax),
        ("one-hot:1,2", MalformedSyntax),
        ("fixed-weight:4", MalformedSyntax),
        ("fixed-weight:4,5", BadInput),
        ("uniform:0", BadInput),
        ("uniform:1000", UnsupportedFeature),
    ):
        with pytest.raises(kind):
            parse_weights(text)
    assert exchangeable_weights(parse_target("markov:3,1/3").law) is None
    assert exchangeable_weights(uniform([(0, 1)])) is None
