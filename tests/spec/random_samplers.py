"""Samplers of every class, whose laws are looked up in a table that a seed fills.

A value is drawn anew from the text of its key, so that the same question always gets the same
answer and nothing has to be stored.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import chain, combinations
from typing import TypeVar

from dlmcheck.spec.lattice import Clock, Edits, End
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.sampler import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    MemoryUnmasking,
    Positions,
    RemaskingPolicy,
    Round,
    SameRateUnmasking,
    Sampler,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.tokens import MASK, State, Token

T = TypeVar("T", bound=Hashable)

UNMASKING_FORMS = (
    "deterministic",
    "independent",
    "same-rate",
    "uniform-subset",
    "joint",
    "after-sampling",
    "memory",
)
REMASKING_FORMS = ("none", "deterministic", "independent", "joint")
SHAPES = ((1, 3), (2, 2), (3, 1))
"""(length, rounds) for which every path can be enumerated quickly."""


class Table:
    """Reproducible answers to questions, from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def source(self, *key: object) -> random.Random:
        return random.Random(repr((self.seed, *key)))

    def number(self, below: int, *key: object) -> int:
        return self.source(*key).randrange(below)

    def rate(self, *key: object) -> Fraction:
        """A probability; the ends 0 and 1 come up often."""
        return self.source(*key).choice([*map(Fraction, (0, 1)), Fraction(1, 3), Fraction(3, 4)])

    def law_on(self, outcomes: Sequence[T], *key: object) -> Law[T]:
        source = self.source(*key)
        weights = [source.randrange(4) for _ in outcomes]
        weights[source.randrange(len(outcomes))] += 1
        return Law({o: Fraction(w, sum(weights)) for o, w in zip(outcomes, weights, strict=True)})

    def subset(self, cells: Sequence[int], *key: object) -> Positions:
        source = self.source(*key)
        return frozenset(i for i in cells if source.randrange(3))


def subsets(cells: Sequence[int]) -> list[Positions]:
    sizes = range(len(cells) + 1)
    return [frozenset(c) for c in chain.from_iterable(combinations(cells, k) for k in sizes)]


def random_unmasking(table: Table, form: str, length: int) -> UnmaskingPolicy:
    cells = range(length)
    sets = subsets(cells)

    def deterministic(x: State, t: Round) -> Positions:
        return table.subset(cells, "S", x, t)

    def rate(x: State, i: int, t: Round) -> Fraction:
        return table.rate("F", x, i, t)

    def common(x: State, t: Round) -> Fraction:
        return table.rate("F", x, t)

    def size(x: State, t: Round) -> int:
        return table.number(length + 1, "k", x, t)

    def joint(x: State, t: Round) -> Law[Positions]:
        return table.law_on(sets, "S", x, t)

    def seeing(x: State, candidates: State, t: Round) -> Law[Positions]:
        return table.law_on(sets, "S", x, candidates, t)

    pairs: list[tuple[Positions, Hashable]] = [(s, m) for s in sets for m in range(2)]

    def remembering(
        x: State, memory: Hashable, candidates: State, t: Round
    ) -> Law[tuple[Positions, Hashable]]:
        return table.law_on(pairs, "S", x, memory, candidates, t)

    policies: dict[str, UnmaskingPolicy] = {
        "deterministic": DeterministicUnmasking(deterministic),
        "independent": IndependentUnmasking(rate),
        "same-rate": SameRateUnmasking(common),
        "uniform-subset": UniformSubsetUnmasking(size),
        "joint": JointUnmasking(joint),
        "after-sampling": AfterSamplingUnmasking(seeing),
        "memory": MemoryUnmasking(0, remembering),
    }
    return policies[form]


def random_remasking(table: Table, form: str, length: int) -> RemaskingPolicy | None:
    cells = range(length)

    def deterministic(x: State, t: Round) -> Positions:
        return table.subset(cells, "G", x, t)

    def rate(x: State, i: int, t: Round) -> Fraction:
        return table.rate("G", x, i, t)

    def joint(x: State, t: Round) -> Law[Positions]:
        return table.law_on(subsets(cells), "G", x, t)

    policies: dict[str, RemaskingPolicy | None] = {
        "none": None,
        "deterministic": DeterministicRemasking(deterministic),
        "independent": IndependentRemasking(rate),
        "joint": JointRemasking(joint),
    }
    return policies[form]


def random_sampler(
    seed: int,
    unmasking: str,
    edits: Edits,
    *,
    shape: tuple[int, int] = (2, 2),
    remasking: str = "none",
    clock: Clock = Clock.ROUND_NUMBER,
) -> Sampler:
    """A legal sampler without output cells, so that it may end with masks."""
    table = Table(seed)
    length, rounds = shape
    keeps = edits in (Edits.WRITE_ONCE, Edits.REMASK)
    tokens = (0, 1, MASK) if edits is Edits.REVISE_ANY else (0, 1)

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if keeps and x[i] != MASK:
            return certain(x[i])
        return table.law_on(tokens, "p", x, i, t)

    return Sampler(
        length=length,
        predictor=predictor,
        unmask=random_unmasking(table, unmasking, length),
        rounds=rounds,
        output=(),
        edits=edits,
        remask=random_remasking(table, remasking, length) if edits is Edits.REMASK else None,
        clock=clock,
        end=End.OUTPUT_ONLY,
    )


def permuted(sampler: Sampler, order: Sequence[int]) -> Sampler:
    """The same sampler with its cells renumbered: new cell j is old cell order[j]."""
    place = {old: new for new, old in enumerate(order)}

    def old_state(x: State) -> State:
        return tuple(x[place[i]] for i in range(len(x)))

    def new_set(chosen: Positions) -> Positions:
        return frozenset(place[i] for i in chosen)

    def sets(law: Law[Positions]) -> Law[Positions]:
        return law.map(new_set)

    f, g = sampler.unmask, sampler.remask
    unmask: UnmaskingPolicy
    if isinstance(f, DeterministicUnmasking):
        unmask = DeterministicUnmasking(lambda x, t: new_set(f.select(old_state(x), t)))
    elif isinstance(f, IndependentUnmasking):
        unmask = IndependentUnmasking(lambda x, i, t: f.rate(old_state(x), order[i], t))
    elif isinstance(f, SameRateUnmasking):
        unmask = SameRateUnmasking(lambda x, t: f.rate(old_state(x), t))
    elif isinstance(f, UniformSubsetUnmasking):
        unmask = UniformSubsetUnmasking(lambda x, t: f.size(old_state(x), t))
    elif isinstance(f, JointUnmasking):
        unmask = JointUnmasking(lambda x, t: sets(f.select(old_state(x), t)))
    elif isinstance(f, AfterSamplingUnmasking):
        unmask = AfterSamplingUnmasking(
            lambda x, c, t: sets(f.select(old_state(x), old_state(c), t))
        )
    else:
        unmask = MemoryUnmasking(
            f.initial,
            lambda x, m, c, t: f.select(old_state(x), m, old_state(c), t).map(
                lambda pair: (new_set(pair[0]), pair[1])
            ),
        )
    remask: RemaskingPolicy | None = None
    if isinstance(g, DeterministicRemasking):
        remask = DeterministicRemasking(lambda x, t: new_set(g.select(old_state(x), t)))
    elif isinstance(g, IndependentRemasking):
        remask = IndependentRemasking(lambda x, i, t: g.rate(old_state(x), order[i], t))
    elif isinstance(g, JointRemasking):
        remask = JointRemasking(lambda x, t: sets(g.select(old_state(x), t)))
    return Sampler(
        length=sampler.length,
        predictor=lambda x, i, t: sampler.predictor(old_state(x), order[i], t),
        unmask=unmask,
        rounds=sampler.rounds,
        output=tuple(place[i] for i in sampler.output),
        edits=sampler.edits,
        remask=remask,
        clock=sampler.clock,
        end=sampler.end,
        prompt=tuple((place[i], token) for i, token in sampler.prompt),
    )


def all_kinds() -> list[tuple[str, Edits, str]]:
    """Every policy form with every edit model that goes with it."""
    return [
        (unmasking, edits, remasking)
        for unmasking in UNMASKING_FORMS
        for edits in Edits
        for remasking in REMASKING_FORMS
        if (edits is Edits.REMASK) == (remasking != "none")
    ]


def kinds_for(forms: Sequence[str]) -> list[tuple[str, Edits, str]]:
    return [kind for kind in all_kinds() if kind[0] in forms]
