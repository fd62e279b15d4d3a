"""The planted errors for the claims on numbers of rounds.

Each is an error of its own: in a definition, a target, a construction, a formula, an engine, a
checker or a certificate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

from dlmcheck.model.samplers import alias, drawn_patterns
from dlmcheck.model.samplers.alias import AliasTable, alias_table
from dlmcheck.model.targets import Target, TokenLaw, even_parity, odd_parity
from dlmcheck.spec import law as laws
from dlmcheck.spec import rounds as definition
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, bernoulli, is_product
from dlmcheck.spec.policies import Positions
from dlmcheck.spec.rounds import is_writable
from dlmcheck.spec.tokens import State, Token, all_masked
from dlmcheck.verify.claims import (
    round_cases,
    round_families,
    round_subsets,
    rounds_checks,
    rounds_one_hot,
    rounds_one_round,
)
from dlmcheck.verify.claims.one_round import by_reference
from dlmcheck.verify.claims.round_cases import statement
from dlmcheck.verify.kernel.rationals import law_texts
from dlmcheck.verify.rounds.exchangeable import exchangeable_rounds
from dlmcheck.verify.rounds.facts import Lower
from dlmcheck.verify.rounds.lower_bounds import arguments
from dlmcheck.verify.rounds.write_once import write_once
from tests.headline.planted import Planted
from tests.verify.claims import planted_semantics


def blind_to_the_state(
    target: Law[State], state: State, cells: Positions, reals: Reals = Reals.UNRESTRICTED
) -> bool:
    """Independence without the event that the visible tokens are."""
    return is_writable(target, all_masked(len(state)), cells, reals)


def pairwise_independent(law: TokenLaw) -> bool:
    n = len(next(iter(law)))

    def on(cells: tuple[int, ...]) -> TokenLaw:
        return law.map(lambda string: tuple(string[i] for i in cells))

    return all(is_product(on(pair)) for pair in combinations(range(n), 2))


def rows_without_their_sums(*, generator: Sequence[Sequence[int]]) -> TokenLaw:
    """The words are the rows of the generator and zero, not the span of the rows."""
    rows = {tuple(row) for row in generator}
    return laws.uniform(sorted(rows | {(0,) * len(generator[0])}))


def rounded_up(n: int) -> int:
    """ceil(log2 n) + 1 instead of floor(log2 n) + 1."""
    return (n - 1).bit_length() + 1


def weight_modulo_two(n: int, k: int) -> TokenLaw:
    return odd_parity(n) if k % 2 else even_parity(n)


def untilted(weights: Sequence[Fraction]) -> TokenLaw:
    return even_parity(len(weights))


def never_fixed(target: Target, **_: object) -> Any:
    """The sets are chosen by the state, whatever was asked for."""
    return write_once(target, adaptive=True)


def single_cells(cells: Positions) -> Iterator[Positions]:
    return (frozenset([cell]) for cell in sorted(cells))


def kept_where_aliased(weights: Sequence[Fraction]) -> AliasTable:
    table = alias_table(weights)
    return replace(table, keep=tuple(1 - keep for keep in table.keep))


def whatever_the_others_are(
    ones: dict[State, Fraction], mass: dict[State, Fraction], _: State
) -> Law[Token]:
    """The cell that is drawn last has its own law, not its law given the others."""
    return bernoulli(sum(ones.values(), Fraction(0)) / sum(mass.values(), Fraction(0)))


def with_real_predictors(weights: Sequence[Fraction], *, reals: Reals) -> Any:
    """Whether a token can be drawn with fair bits is never asked."""
    del reals
    return exchangeable_rounds(weights)


def of_another_target(target: Target) -> tuple[Lower, ...]:
    """The arguments for a target, stated about even parity."""
    other = law_texts(dict(even_parity(target.length).items()))

    def stated(lower: Lower) -> Lower:
        if lower.bound.certificate is None:
            return lower
        text = json.dumps({**json.loads(lower.bound.certificate), "target": other})
        return replace(lower, bound=replace(lower.bound, certificate=text))

    return tuple(stated(lower) for lower in arguments(target))


def any_point(_: object) -> bool:
    """Samplers with revision or a random F count as write-once with deterministic F."""
    return True


ROUNDS: Mapping[str, Planted] = {
    "ROUNDS-EVENTS": Planted(
        "rounds-few-strings", round_subsets.AGREE, definition, "is_writable", blind_to_the_state,
        "policies take 2 rounds, the dynamic program says 3",
    ),
    "ROUNDS-PRODUCT": Planted(
        "rounds-few-strings", round_subsets.PRODUCT, round_subsets, "is_product",
        pairwise_independent, "one round without a product law, or the other way round",
    ),
    "ROUNDS-CODES": Planted(
        "rounds-codes", statement("codes", "certificates"), round_families, "linear_code",
        rows_without_their_sums, "10,01: 2 rounds, stated 1",
    ),
    "ROUNDS-MARKOV": Planted(
        "rounds-markov", statement("markov", "definition"), round_families, "log_rounds",
        rounded_up, "3,1/3: 2 rounds, stated 3",
    ),
    "ROUNDS-WEIGHT": Planted(
        "rounds-weight", statement("fixed-weight", "certificates"), round_families,
        "fixed_weight", weight_modulo_two, "3,1: 2 rounds, stated 3",
    ),
    "ROUNDS-TILTED": Planted(
        "rounds-tilted", statement("tilted-parity", "definition"), round_families,
        "tilted_even_parity", untilted, "3,primes: 2 rounds, stated 3",
    ),
    "ROUNDS-ADAPTIVE": Planted(
        "rounds-adaptive", statement("either-order", "certificates"), round_cases, "write_once",
        never_fixed, "3: fixed 3 rounds, stated 4",
    ),
    "ROUNDS-GREEDY": Planted(
        "rounds-four-cells", round_subsets.MAXIMAL, round_subsets, "non_empty_subsets",
        single_cells, "maximal sets take 2 rounds, others 1",
    ),
    "X-ONE-ROUND": Planted(
        "rounds-two-cells", "X-ONE-ROUND/only-if", rounds_one_round, "by_reference",
        planted_semantics.one_number_for_all_cells(by_reference, given=False),
        "no product law: *",
    ),
    "X-ALIAS3": Planted(
        "rounds-laws", "X-ALIAS3/deterministic", alias, "alias_table", kept_where_aliased,
        "* comes out with probability *",
    ),
    "X-JOINT2": Planted(
        "rounds-laws", "X-JOINT2/F", drawn_patterns, "_bit", whatever_the_others_are,
        "* comes out with probability *",
    ),
    "X-ONEHOT": Planted(
        "rounds-one-hot-certified", "X-ONEHOT/write-once,dyadic,certified", rounds_one_hot,
        "exchangeable_rounds", with_real_predictors,
        "the certificate is about another number of rounds or another setting",
    ),
    "X-DIM2-TARGET": Planted(
        rounds_checks.TARGET_JOB, rounds_checks.LOWER, rounds_checks, "arguments",
        of_another_target, "the relation .* of the magnitudes is not excluded",
    ),
    "X-SCRATCH": Planted(
        "rounds-scratch", "X-SCRATCH/one-hot", rounds_one_hot, "_is_plain", any_point,
        "n = 4: from 1 to 1 cells",
    ),
}  # fmt: skip
