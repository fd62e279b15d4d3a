"""Runs of decoders over which the claims about them are audited: rules, targets, rounds.

A case is named by text and run in exact numbers, once by the specification, which remembers
nothing, and once with equal configurations merged. What class a rule is in is never said here: it
is read off what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.rules import masked_cells
from dlmcheck.model.targets import parse_target
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import (
    Candidates,
    Decoder,
    DecoderPredictor,
    Step,
    StepFunction,
    decoder_laws,
    unfinished,
)
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State, all_masked
from dlmcheck.verify.decoders.analysis import DecoderAnalysis, analyse

MOST_ROUNDS = 12


def ends_first(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """The leftmost or the rightmost masked cell; which one is a fair coin of the first round,
    kept in hidden memory.
    """
    side = choices.choose(uniform([0, -1])) if memory is None else memory
    masked = masked_cells(state, number)
    return Step(reveal=frozenset({masked[0] if side == 0 else masked[-1]}), memory=side)


def with_a_blind_remask(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """From left to right, one cell a round; in round 2 the first cell turns back to M if it shows
    a token, whichever.
    """
    cell = masked_cells(state, number)[0]
    back = frozenset({0} if number == 2 and state[0] != MASK else ())
    return Step(reveal=frozenset({cell}), remask=back)


def with_a_choosy_remask(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """The same, but the first cell turns back only if it shows 0."""
    cell = masked_cells(state, number)[0]
    back = frozenset({0} if number == 2 and state[0] == 0 else ())
    return Step(reveal=frozenset({cell}), remask=back)


OWN: Mapping[str, StepFunction] = MappingProxyType(
    {
        "ends-first": ends_first,
        "blind-remask": with_a_blind_remask,
        "choosy-remask": with_a_choosy_remask,
    }
)
"""Rules of this project that no published decoder has."""

MARGINALS = "marginals"
PERFECT = "perfect"


def predictor_of(name: str, target: Law[State]) -> DecoderPredictor:
    """The perfect predictor, or the one that sees no token and says the marginals."""
    perfect = perfect_predictor(target)
    if name == PERFECT:
        return perfect
    nothing = all_masked(len(next(iter(target))))
    return lambda state, cell: perfect(nothing, cell)


@dataclass(frozen=True)
class DecoderCase:
    """A rule by name, a target by name, the rounds it is asked for, and the predictor."""

    rule: str
    target: str
    rounds: int
    predictor: str = PERFECT

    def __str__(self) -> str:
        return f"{self.rule} {self.target} {self.rounds} {self.predictor}"


class DecoderRun:
    """A case with its decoder, its target and its laws. Raises `BadInput` for an unknown rule."""

    def __init__(self, case: DecoderCase) -> None:
        self.case = case
        self.target = parse_target(case.target).law
        length = len(next(iter(self.target)))
        fixed = None
        if case.rule in OWN:
            step = OWN[case.rule]
        elif case.rule in RULES:
            rule = RULES[case.rule]
            step = rule.make(length, case.rounds)
            fixed = case.rounds + rule.extra if rule.fixed_rounds else None
        else:
            raise BadInput(f"no rule {case.rule!r}", source="decoder case")
        self.decoder = Decoder(
            length,
            predictor_of(case.predictor, self.target),
            step,
            rounds=fixed,
            may_revise=True,
            name=case.rule,
        )

    @cached_property
    def analysis(self) -> DecoderAnalysis:
        """The enumeration with equal configurations merged."""
        return analyse(self.decoder, MOST_ROUNDS)

    def merged(self) -> Law[State] | None:
        """The output law by merged configurations; None if not all runs end."""
        return Law(self.analysis.law) if self.analysis.ended == 1 else None

    def defined(self) -> Law[State] | None:
        """The output law by the specification; None if not all runs end."""
        laws = decoder_laws(self.decoder, MOST_ROUNDS)
        if unfinished(self.decoder, laws):
            return None
        return laws[-1].map(lambda one: one.state)


Engine = Callable[[DecoderRun], Law[State] | None]

_ORDERS = ("left-to-right", "llada-random", "entropy-order", "llada-low-confidence")
_SMALL = ("product:9/10,9/10", "even-parity:2", "one-hot:2", "markov:2,1/4")
_LARGER = (
    "product:9/10,9/10,1/3",
    "even-parity:3",
    "one-hot:3",
    "markov:3,1/4",
    "noisy-markov:3,1/4,1/10",
)


def decoder_cases() -> tuple[DecoderCase, ...]:
    """Smallest first: four orders on nine targets in every number of rounds, rules with memory and
    with remasking, and a predictor that is not perfect.
    """
    found: list[DecoderCase] = []
    for length, targets in ((2, _SMALL), (3, _LARGER)):
        for target in targets:
            for rounds in range(length, 0, -1):
                found += [DecoderCase(rule, target, rounds) for rule in _ORDERS]
            found += [DecoderCase(rule, target, length) for rule in OWN]
            found += [
                DecoderCase(rule, target, length, MARGINALS) for rule in ("left-to-right", *OWN)
            ]
    found += [
        DecoderCase(rule, target, 3)
        for target in _LARGER
        for rule in (
            "dream-entropy",
            "dream-maskgit-plus",
            "fast-dllm-threshold-drawn",
            "llada-low-confidence-greedy",
            "llada-low-confidence-cold",
        )
    ]
    return tuple(found)
