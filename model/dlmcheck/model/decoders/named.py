"""Published position rules by name, with the number of rounds they are asked for.

Each entry says where the rule was read: repository, file and commit. Where a repository was read
in a public copy, the copy is named. Numbers of the published code that are decimal fractions are
taken for these fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from dlmcheck.model.decoders.dream import Prepared, diminishing, dream, prepared
from dlmcheck.model.decoders.noise import (
    Loop,
    Schedule,
    Shares,
    ancestral,
    by_confidence,
    capped,
    confidence_shares,
    looping,
    origin,
    remasking,
    rescaled,
)
from dlmcheck.model.decoders.revision import (
    every_cell,
    one_after_the_other,
    resampling,
    reveal_and_verify,
)
from dlmcheck.model.decoders.rules import (
    Score,
    entropy_of,
    evenly,
    from_factor,
    from_threshold,
    in_equal_blocks,
    left_to_right,
    margin_of,
    most_confident,
    probability_of,
    random_order,
)
from dlmcheck.spec.decoder import StepFunction


@dataclass(frozen=True)
class NamedRule:
    """A rule for runs of a length and a number of rounds; `source` is where it is published.

    `make(cells, rounds)` gives the step for so many masked cells. `fixed_rounds` says that a run
    lasts exactly that many rounds and `extra` more (a last greedy one); otherwise it lasts until
    no cell is masked. `shares` has the numbers of a rule that remasks by shares of its notes.
    """

    name: str
    source: str
    make: Callable[[int, int], StepFunction]
    fixed_rounds: bool = False
    extra: int = 0
    shares: Callable[[int, int], Shares] | None = None


LLADA = "ML-GSAI/LLaDA generate.py at 41760b9"
DREAM = (
    "Dream, sample_tokens and its loop as in NVlabs/Fast-dLLM generation_utils_block.py at 4e9aeec"
)
FAST_DLLM = "NVlabs/Fast-dLLM llada/generate.py at f6b35ec"
MDLM = "kuleshov-group/mdlm diffusion.py at 06dd29f"
REMDM = "kuleshov-group/remdm, diffusion.py in the copy Pabiya/remdm at 2189d81"
WINO = "Feng-Hong/WINO-DLLM LLaDA/decoding.py at 84964c7"
OURS = "a reference rule of this project"

_END = Fraction(1, 100_000)
"""The time at which MDLM and ReMDM stop and take the likeliest tokens instead."""
_DREAM_END = Fraction(1, 1000)
_NINE_TENTHS = Fraction(9, 10)
_LOOP = Loop(Fraction(11, 20), Fraction(1, 20), _NINE_TENTHS, Fraction(1, 50))


def _blocks(cells: int, rounds: int) -> StepFunction:
    fewest = next((b for b in range(2, cells) if cells % b == 0), max(cells, 1))
    quota, inside = in_equal_blocks(cells, fewest, rounds)
    return most_confident(quota, cells=inside)


def _dream(
    score: Score,
    law_of: Prepared | None = None,
    *,
    greedy: bool = False,
    alg_temperature: Fraction | None = None,
) -> Callable[[int, int], StepFunction]:
    return lambda n, d: dream(
        diminishing(d, _DREAM_END),
        score,
        law_of or prepared(),
        greedy=greedy,
        alg_temperature=alg_temperature,
    )


_RULES = (
    NamedRule(
        "left-to-right", f"autoregressive order; {OURS}", lambda n, d: left_to_right(evenly(n, d))
    ),
    NamedRule(
        "llada-random",
        f"LLaDA, remasking=random: {LLADA}",
        lambda n, d: random_order(evenly(n, d)),
    ),
    NamedRule(
        "llada-low-confidence",
        f"LLaDA, remasking=low_confidence, temperature 1: {LLADA}",
        lambda n, d: most_confident(evenly(n, d)),
    ),
    NamedRule(
        "llada-low-confidence-cold",
        f"LLaDA, remasking=low_confidence, temperature 1/2: {LLADA}",
        lambda n, d: most_confident(evenly(n, d), sharpen=2),
    ),
    NamedRule(
        "llada-low-confidence-greedy",
        f"LLaDA, remasking=low_confidence, temperature 0: {LLADA}",
        lambda n, d: most_confident(evenly(n, d), greedy=True),
    ),
    NamedRule(
        "llada-low-confidence-blocks",
        f"LLaDA, remasking=low_confidence, temperature 1, two or more blocks: {LLADA}",
        _blocks,
    ),
    NamedRule(
        "dream-origin",
        f"Dream, alg=origin, temperature 1: {DREAM}",
        lambda n, d: origin(Schedule(d, _DREAM_END)),
    ),
    NamedRule(
        "dream-entropy",
        f"Dream, alg=entropy, temperature 1, alg_temp None: {DREAM}",
        _dream(entropy_of),
    ),
    NamedRule(
        "dream-topk-margin",
        f"Dream, alg=topk_margin, temperature 1, alg_temp None: {DREAM}",
        _dream(margin_of),
    ),
    NamedRule(
        "dream-maskgit-plus",
        f"Dream, alg=maskgit_plus, temperature 1, alg_temp None: {DREAM}",
        _dream(probability_of),
    ),
    NamedRule(
        "dream-entropy-greedy",
        f"Dream, alg=entropy, temperature 0 (the default): {DREAM}",
        _dream(entropy_of, greedy=True),
    ),
    NamedRule(
        "dream-entropy-nucleus",
        f"Dream, alg=entropy, temperature 1/5, top_p 19/20, alg_temp 0: {DREAM}",
        _dream(entropy_of, prepared(5, Fraction(19, 20))),
    ),
    NamedRule(
        "dream-maskgit-plus-warm",
        f"Dream, alg=maskgit_plus, temperature 1, alg_temp 1/10: {DREAM}",
        _dream(probability_of, alg_temperature=Fraction(1, 10)),
    ),
    NamedRule(
        "entropy-order",
        f"the surest law first, evenly many cells a round; {OURS}",
        lambda n, d: most_confident(evenly(n, d), entropy_of),
    ),
    NamedRule(
        "fast-dllm-threshold",
        f"Fast-dLLM, threshold 9/10, temperature 0: {FAST_DLLM}",
        lambda n, d: from_threshold(_NINE_TENTHS),
    ),
    NamedRule(
        "fast-dllm-threshold-drawn",
        f"Fast-dLLM, threshold 9/10, temperature 1: {FAST_DLLM}",
        lambda n, d: from_threshold(_NINE_TENTHS, greedy=False),
    ),
    NamedRule(
        "fast-dllm-factor",
        f"Fast-dLLM, factor 1, temperature 0: {FAST_DLLM}",
        lambda n, d: from_factor(Fraction(1)),
    ),
    NamedRule(
        "mdlm-ancestral",
        f"MDLM, loglinear noise, then one greedy round: {MDLM}",
        lambda n, d: ancestral(Schedule(d, _END)),
    ),
    NamedRule(
        "remdm-cap",
        f"ReMDM, sigma at most 1/25: {REMDM}",
        lambda n, d: remasking(Schedule(d, _END), capped(Fraction(1, 25))),
        fixed_rounds=True,
        extra=1,
    ),
    NamedRule(
        "remdm-rescale",
        f"ReMDM, sigma 1/25 of the largest: {REMDM}",
        lambda n, d: remasking(Schedule(d, _END), rescaled(Fraction(1, 25))),
        fixed_rounds=True,
        extra=1,
    ),
    NamedRule(
        "remdm-loop",
        f"ReMDM, t_on 0.55, t_off 0.05, alpha_on 0.9, eta 0.02: {REMDM}",
        lambda n, d: looping(Schedule(d, _END), _LOOP),
        fixed_rounds=True,
        extra=1,
    ),
    NamedRule(
        "remdm-conf",
        f"ReMDM, sigma by confidence: {REMDM}",
        lambda n, d: by_confidence(Schedule(d, _END)),
        fixed_rounds=True,
        extra=1,
        shares=lambda n, d: confidence_shares(Schedule(d, _END)),
    ),
    NamedRule(
        "wino",
        f"WINO, thresholds 6/10 and 9/10, temperature 0: {WINO}",
        lambda n, d: reveal_and_verify(Fraction(6, 10), _NINE_TENTHS),
    ),
    NamedRule(
        "wino-drawn",
        f"WINO, thresholds 6/10 and 9/10, temperature 1: {WINO}",
        lambda n, d: reveal_and_verify(Fraction(6, 10), _NINE_TENTHS, greedy=False),
    ),
    NamedRule(
        "revision-one-cell",
        f"all at once, then one cell a round anew; {OURS}",
        lambda n, d: resampling(one_after_the_other),
        fixed_rounds=True,
    ),
    NamedRule(
        "revision-all-cells",
        f"all at once, then all cells anew in each round; {OURS}",
        lambda n, d: resampling(every_cell),
        fixed_rounds=True,
    ),
)

RULES: Mapping[str, NamedRule] = MappingProxyType({rule.name: rule for rule in _RULES})
"""All rules by name."""
