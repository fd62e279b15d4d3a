"""Identities, inequalities and counts for all n: they hold, and planted errors are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from dlmcheck.model.samplers.prefix_tree import leaves, prefix_tree, two_round_sampler
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.law import Law, total_variation, uniform
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import identity_checks, inexact
from dlmcheck.verify.claims.identities import CLAIMS
from dlmcheck.verify.claims.registry import Profile, Registry, SweepJob
from dlmcheck.verify.engines import smt
from dlmcheck.verify.engines.algebra import (
    Identity,
    Limit,
    NotNegative,
    Side,
    check_algebra,
    difference,
)
from dlmcheck.verify.kernel.evidence import SolverAnswer, SymbolicIdentity
from dlmcheck.verify.kernel.induction import check_proof, check_step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import check_sweep
from dlmcheck.verify.kernel.trusted import proved_on_the_word_of
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import dimension, errors, families, lengths
from dlmcheck.verify.proofs.arithmetic import ByAlgebra, ByQueries
from dlmcheck.verify.proofs.locality import Planted

ALGEBRAIC = [one for one in identity_checks.ARITHMETIC if isinstance(one, ByAlgebra)]
IDENTITIES = [f for one in ALGEBRAIC for f in one.facts if isinstance(f, Identity)]
QUERIES = [
    q for one in identity_checks.ARITHMETIC if isinstance(one, ByQueries) for q in one.queries
]


def side(function: Side) -> Side:
    """A side of an identity, typed."""
    return function


# --- the engine --------------------------------------------------------------------------------


def square(x: Fraction, y: Fraction) -> Fraction:
    return (x + y) ** 2 / (x + y)


def total(x: Fraction, y: Fraction) -> Fraction:
    return x + y


def test_identities_are_decided_in_normal_form() -> None:
    good = Identity("quotient", ("x", "y"), square, total)
    evidence = check_algebra([good])
    assert evidence.identity == "quotient"
    assert evidence.engine.startswith("trusted: sympy 1.")
    with pytest.raises(Rejected, match="differ by -y"):
        check_algebra([good, Identity("wrong", ("x", "y"), lambda x, y: x + 0 * y, total)])
    with pytest.raises(ValueError, match="nothing"):
        check_algebra([])


def test_inequalities_are_decided_by_signs() -> None:
    def margin(k: Fraction, power: Fraction) -> Fraction:
        return (k + 1) ** 2 * power - (2 * k + 1) * power

    good = NotNegative("an earlier check sees no more", ("k", "P"), margin)
    assert check_algebra([good]).identity == good.name
    with pytest.raises(Rejected, match="is 0 at 0"):
        check_algebra([replace(good, strict=True)])
    with pytest.raises(Rejected, match="negative"):
        check_algebra([replace(good, value=side(lambda k, p: margin(k, p) - 1))])
    with pytest.raises(Rejected, match="no polynomial"):
        check_algebra([replace(good, value=side(lambda k, p: p / (k + 1)))])


def inverse(log: Callable[[int], Fraction]) -> Fraction:
    return log(3) / log(2)


def test_limits_are_computed_and_compared() -> None:
    ratio = lengths.ASYMPTOTICS.facts[0]
    assert isinstance(ratio, Limit)
    assert check_algebra([ratio]).identity == ratio.name
    with pytest.raises(Rejected, match=r"limit .* it is log\(2\)/log\(3\)"):
        check_algebra([replace(ratio, value=inverse)])


def test_many_identities_are_not_all_listed() -> None:
    one = Identity("one", ("x",), lambda x: x, lambda x: x)
    assert check_algebra([replace(one, name=f"no. {i}") for i in range(9)]).identity == (
        "9 of them, no. 0 and so on"
    )


def test_both_sides_agree_on_rationals() -> None:
    """Another arithmetic, the same functions: Python's own rationals at seeded points."""
    for number, identity in enumerate(IDENTITIES):
        source = Random(number)
        for _ in range(3):
            values = [Fraction(source.randint(2, 40), 7) for _ in identity.variables]
            assert identity.left(*values) == identity.right(*values), identity.name


def test_what_is_trusted_is_named() -> None:
    for evidence in (SymbolicIdentity("i", "trusted: sympy 0"), SolverAnswer("z3", "0", 1)):
        assert proved_on_the_word_of("S", evidence).verdict is Verdict.PROVED
    for nothing in (SymbolicIdentity("", "trusted: sympy 0"), SolverAnswer("z3", "0", 0)):
        with pytest.raises(ValueError, match="on trust"):
            proved_on_the_word_of("S", nothing)


# --- the statements ----------------------------------------------------------------------------


def test_every_statement_is_proved() -> None:
    found = identity_checks.decided(Profile.QUICK)
    assert len(found) == len(identity_checks.ARITHMETIC)
    assert {checked.verdict for checked in found.values()} == {Verdict.PROVED}
    for module in (identity_checks, inexact):
        for proof in module.proofs():
            answers = module.answered(proof) if proof.queries else None
            assert check_proof(proof, answers).verdict is Verdict.PROVED


def sweeps() -> Iterator[SweepJob]:
    yield from (job for job in identity_checks.JOBS if isinstance(job, SweepJob))


def test_every_statement_holds_of_what_is_built() -> None:
    for job in sweeps():
        found = check_sweep(job.make(Profile.QUICK))
        assert {checked.verdict for checked in found.values()} == {Verdict.BOUNDED}, job.id


def test_the_rows_lead_to_jobs() -> None:
    registry = Registry(CLAIMS, identity_checks.JOBS)
    assert {row.claim for row in registry.rows} == {
        "LENGTHS",
        "FAMILIES",
        "X-DIM2",
        "PARITY-ERROR",
    }
    assert {errors.BALANCED, errors.LOWER} <= {
        road.statement for row in inexact.CLAIM.rows for road in row.roads
    }


# --- planted errors ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "wrong"),
    [
        (lengths.COUNTED.facts[1], side(lambda w: (w**2 + 7 * w + 16) / 2)),
        (families.RECURRENCES.facts[1], side(lambda k, p: 2 * families.merged(k, p) + 2 * p)),
        (families.BY_DEPTH.facts[0], side(lambda k, p: 2 * (k - 1) + 2 + 0 * p)),
        (errors.PARITY_OF_BITS.facts[1], side(lambda odd, p: (1 - odd) * (1 - 2 * p))),
        (errors.LAST_BIT.facts[0], side(lambda n, e: e / 2 + 0 * n)),
        (errors.ONE_COIN.facts[0], side(lambda n, p: 2 * p - 1 + 0 * n)),
    ],
)
def test_another_right_side_is_rejected(identity: Identity, wrong: Side) -> None:
    assert difference(identity) == 0
    with pytest.raises(Rejected, match="the sides differ"):
        check_algebra([replace(identity, right=wrong)])


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_a_query_with_the_opposite_conclusion_does_not_hold(query: smt.Query) -> None:
    with pytest.raises(Rejected, match="does not hold"):
        smt.answer([replace(query, conclusion=f"(not {query.conclusion})")])


@pytest.mark.parametrize("symbols", [2, 3])
def test_the_count_does_not_begin_earlier(symbols: int) -> None:
    with pytest.raises(Rejected, match=r"query at n = \d does not hold"):
        smt.answer(dimension.count_queries(symbols, least=dimension.LARGEST[symbols]))


@pytest.mark.parametrize("symbols", [2, 3])
def test_the_tree_has_no_leaf_to_spare(symbols: int) -> None:
    largest = dimension.LARGEST[symbols]
    for n in range(1, largest + 1):
        assert list(leaves(prefix_tree(n, symbols))) == list(range(1 << (n - 1)))
    with pytest.raises(BadPoint, match="prefixes"):
        prefix_tree(largest + 1, symbols)


def test_a_product_law_on_all_strings_need_not_be_a_point() -> None:
    step = dimension.not_enough(2).steps[0]
    assert check_step(step) == 8
    names = step.premises
    assert len(names) == 2


def test_planted_errors_fail_their_step_of_the_balance() -> None:
    def failing(planted: Planted) -> set[str]:
        found: set[str] = set()
        for step in errors.balance_proof(planted).every_step:
            try:
                check_step(step)
            except Rejected:
                found.add(step.name)
        return found

    assert failing(Planted.RANDOM_F) == {"the trace follows the run"}
    assert failing(Planted.REVISION) == {"a visible token stays"}
    assert failing(Planted.CELLS_COST_MASKS) == {"a factor that misses the bit stays"}


def refuted(job: str) -> set[str]:
    (found,) = (one for one in sweeps() if one.id == job)
    checked = check_sweep(found.make(Profile.QUICK))
    return {name for name, one in checked.items() if one.verdict is Verdict.REFUTED}


def claimed_late(d: int) -> int:
    return 0 if lengths.is_power_of_two(d + 2) else 1


def doubled(_: Fraction, power: Fraction) -> Fraction:
    return 2 * power


def test_canaries_of_the_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    growing = lengths.SAVINGS[0]
    late = replace(growing, claimed=claimed_late)
    monkeypatch.setattr(lengths, "SAVINGS", (late,))
    assert refuted("lengths-exact") == {growing.proof.statement}
    tree = families.GROWTHS[2]
    monkeypatch.setattr(families, "GROWTHS", (replace(tree, size=doubled),))
    assert refuted("families-grow") == {identity_checks.growth_name(tree)}
    monkeypatch.setattr(lengths, "CLOSED", lengths.CLOSED[1:])
    assert refuted("layers-counted") == {identity_checks.COUNTS}


def test_canary_another_sampler_has_another_law(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(n: int, target: Law[tuple[int, ...]], symbols: int) -> object:
        fair: list[State] = list(product((0, 1), repeat=n))
        assert target
        return two_round_sampler(n, uniform(fair), symbols)

    monkeypatch.setattr(identity_checks, "two_round_sampler", planted)
    assert refuted("two-rounds-any-law") == {dimension.enough(s).statement for s in (2, 3)}


def test_canary_half_the_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    def halved(left: Law[tuple[int, ...]], right: Law[tuple[int, ...]]) -> Fraction:
        return total_variation(left, right) / 2

    monkeypatch.setattr(identity_checks, "total_variation", halved)
    assert refuted("parity-errors") == {
        errors.LAST_BIT.statement,
        errors.ONE_COIN.statement,
        identity_checks.ENDS,
    }


def test_canary_bits_that_are_not_independent(monkeypatch: pytest.MonkeyPatch) -> None:
    def copies(laws: Iterator[Law[int]]) -> Law[tuple[int, ...]]:
        listed = list(laws)
        return listed[0].map(lambda bit: (bit,) * len(listed))

    monkeypatch.setattr(identity_checks, "product_law", copies)
    assert refuted("parity-errors") == {errors.PARITY_OF_BITS.statement}


def test_any_law_has_a_sampler_that_is_exact_at_the_corners() -> None:
    corners: list[State] = list(product((0, 1), repeat=4))
    for string in corners:
        point = Law({string: Fraction(1)})
        assert output_law(two_round_sampler(4, point, 3)) == point


def test_canary_a_case_below_the_induction_is_looked_at() -> None:
    for saving in lengths.SAVINGS[1:]:
        assert isinstance(saving.proof, ByQueries)
        assert saving.proof.cases is not None
        with pytest.raises(Rejected, match="a case apart fails"):
            replace(saving.proof, cases=lambda: False).check()
