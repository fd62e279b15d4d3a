"""Published position rules by name, with the number of rounds they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from dlmcheck.model.decoders.noise import Schedule, ancestral, capped, remasking, rescaled
from dlmcheck.model.decoders.rules import (
    above_threshold,
    entropy_of,
    evenly,
    left_to_right,
    margin_of,
    most_confident,
    random_order,
)
from dlmcheck.spec.decoder import StepFunction


@dataclass(frozen=True)
class NamedRule:
    """A rule for runs of a length and a number of rounds; `source` is where it is published.

    `make(cells, rounds)` gives the step for so many masked cells. `fixed_rounds` says that a run
    lasts exactly that many rounds; otherwise it lasts until no cell is masked.
    """

    name: str
    source: str
    make: Callable[[int, int], StepFunction]
    fixed_rounds: bool = False


_LAST_TIME = Fraction(1, 100_000)
"""The time at which MDLM's ancestral sampler stops and takes the likeliest tokens instead."""
_NINE_TENTHS = Fraction(9, 10)

_RULES = (
    NamedRule("left-to-right", "autoregressive order", lambda n, d: left_to_right(evenly(n, d))),
    NamedRule("llada-random", "LLaDA, remasking=random", lambda n, d: random_order(evenly(n, d))),
    NamedRule(
        "llada-low-confidence",
        "LLaDA, remasking=low_confidence, temperature 1",
        lambda n, d: most_confident(evenly(n, d)),
    ),
    NamedRule(
        "llada-low-confidence-greedy",
        "LLaDA, remasking=low_confidence, temperature 0",
        lambda n, d: most_confident(evenly(n, d), greedy=True),
    ),
    NamedRule(
        "dream-entropy",
        "Dream, alg=entropy",
        lambda n, d: most_confident(evenly(n, d), entropy_of),
    ),
    NamedRule(
        "dream-topk-margin",
        "Dream, alg=topk_margin",
        lambda n, d: most_confident(evenly(n, d), margin_of),
    ),
    NamedRule(
        "dream-maskgit-plus",
        "Dream, alg=maskgit_plus, temperature 1",
        lambda n, d: most_confident(evenly(n, d)),
    ),
    NamedRule(
        "fast-dllm-threshold",
        "Fast-dLLM, threshold 0.9, temperature 0",
        lambda n, d: above_threshold(_NINE_TENTHS),
    ),
    NamedRule(
        "mdlm-ancestral",
        "MDLM, linear schedule, then one greedy round",
        lambda n, d: ancestral(Schedule(d, _LAST_TIME)),
    ),
    NamedRule(
        "remdm-cap",
        "ReMDM, sigma at most 1/25",
        lambda n, d: remasking(Schedule(d), capped(Fraction(1, 25))),
        fixed_rounds=True,
    ),
    NamedRule(
        "remdm-rescale",
        "ReMDM, sigma 1/25 of the largest",
        lambda n, d: remasking(Schedule(d), rescaled(Fraction(1, 25))),
        fixed_rounds=True,
    ),
)

RULES: Mapping[str, NamedRule] = MappingProxyType({rule.name: rule for rule in _RULES})
