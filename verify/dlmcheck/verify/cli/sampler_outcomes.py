"""What `dlmcheck sampler` is asked, and what comes of it: the decoder, its law, the comparison."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol, TypeVar

from dlmcheck.model.decoders.mirror import mirrored, shuffled
from dlmcheck.model.targets import Target
from dlmcheck.spec.decoder import Decoder, DecoderPredictor
from dlmcheck.spec.errors import BadInput, DlmcheckError
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import Impossible, agrees
from dlmcheck.spec.tokens import MASK, State, parse_state
from dlmcheck.verify.cli.rounds_command import TargetOptions, load
from dlmcheck.verify.decoders.against import Against, against
from dlmcheck.verify.decoders.analysis import (
    Comparison,
    DecoderAnalysis,
    analyse,
    shortest_wrong_trace,
)
from dlmcheck.verify.decoders.codes import TooManyConfigurations
from dlmcheck.verify.decoders.conditionals import TabulatedPredictor, tabulated_predictor
from dlmcheck.verify.decoders.enclosed import MOST_EXACT, NotEnumerated, shares_of
from dlmcheck.verify.decoders.exact_rest import distance_by_round
from dlmcheck.verify.decoders.foreign import ForeignStep
from dlmcheck.verify.decoders.going_wrong import GoesWrong, goes_wrong
from dlmcheck.verify.decoders.limits import Trace
from dlmcheck.verify.decoders.loading import load_step
from dlmcheck.verify.decoders.model_law import ModelLaw, load_model
from dlmcheck.verify.decoders.ties import Ties, ties

MOST_SHUFFLED = 4
"""So many masked cells are put in random order; the number of orders is a factorial."""


MOST_MIRRORED = 2_000
"""A decoder of more configurations is not run a second time, from right to left."""


@dataclass(frozen=True)
class SamplerOptions:
    """The options of `dlmcheck sampler`; `rounds` None stands for one round per cell in a published
    rule, and in a step of somebody's own for "until no cell is masked".

    With `model_law` the predictor is that model's, and not the target's own conditionals; without
    a target the law is compared with what the model says, on `cells` cells.
    """

    step: str
    target: str | None = None
    rounds: int | None = None
    prompt: str | None = None
    impossible: Impossible | None = None
    most_rounds: int = 64
    json: Path | None = None
    model_law: str | None = None
    cells: int | None = None
    random: tuple[str, ...] = ()
    certificate: Path | None = None
    against: str | None = None


@dataclass(frozen=True)
class SamplerOutcome:
    """What was found under one convention for impossible states."""

    convention: Impossible | None
    decoder: Decoder
    target: Law[State]
    analysis: DecoderAnalysis
    comparison: Comparison | None
    trace: Trace | None
    distances: tuple[Fraction, ...]
    """After each round, how far the law would be if the rest were decoded exactly."""
    wrong: GoesWrong | None
    ties: Ties
    mirrored: Law[State] | None
    """The law of the same rule from right to left; None if it has none, or was not run so."""
    shuffled: Law[State] | None
    """The law with the masked cells in random order; None if it was not computed."""
    against: Against | None = None
    """How another decoder compares, if one was named."""
    model: ModelLaw | None = None

    @property
    def tie_effect(self) -> Fraction | None:
        """The total variation between the laws from the left and from the right."""
        return self._away(self.mirrored)

    @property
    def random_tie_effect(self) -> Fraction | None:
        """The total variation between the law from the left and that in random order."""
        return self._away(self.shuffled)

    def _away(self, other: Law[State] | None) -> Fraction | None:
        found = self.analysis.final_law
        return None if other is None or found is None else total_variation(found, other)


def sampler_outcomes(options: SamplerOptions, given: Target | None) -> list[SamplerOutcome]:
    """One outcome for each convention that makes a difference; the named one alone if given.

    A model says something at every state, so that there is no convention.
    """
    if options.model_law is not None or given is None:
        return [_by_model(options, None if given is None else given.law)]
    return under_conventions(
        options.impossible, lambda one: _by_target(options, given.law, one), _law_or_rest
    )


class _Decoded(Protocol):
    """What was found of a decoder."""

    @property
    def decoder(self) -> Decoder:
        """The decoder."""
        ...


_Found = TypeVar("_Found", bound=_Decoded)


def under_conventions(
    named: Impossible | None,
    outcome: Callable[[Impossible], _Found],
    law: Callable[[_Found], object],
) -> list[_Found]:
    """The outcome under the named convention; with none named, under each that matters."""
    first = outcome(named or Impossible.UNIFORM)
    predictor = first.decoder.predictor
    met = not isinstance(predictor, TabulatedPredictor) or predictor.met_impossible
    if named is not None or not met:
        return [first]
    others = [outcome(one) for one in (Impossible.LOW, Impossible.HIGH)]
    return [first, *(one for one in others if law(one) != law(first))]


def _law_or_rest(outcome: SamplerOutcome) -> object:
    found = outcome.analysis
    return found.final_law or (found.law, found.never_ends)


def _by_target(options: SamplerOptions, law: Law[State], convention: Impossible) -> SamplerOutcome:
    length = len(next(iter(law)))
    if options.cells not in (None, length):
        raise BadInput(
            f"{options.cells} cells", source="--cells", expected=f"the {length} of the target"
        )
    start = _start(options.prompt, length)
    target = _given_prompt(law, start)
    vocabulary = 1 + max(1, *(token for outcome in law for token in outcome))
    predictor = tabulated_predictor(law, vocabulary, convention)
    return _outcome(options, start, predictor, vocabulary, target, convention)


def _by_model(options: SamplerOptions, law: Law[State] | None) -> SamplerOutcome:
    """The decoder with a model's conditionals; the target is what the model says, or another."""
    if options.model_law is None:
        raise BadInput("nothing to decode", source="sampler", expected="--target or --model-law")
    if options.impossible is not None:
        raise BadInput(
            "a model says something at every state",
            source="--impossible",
            expected="--target alone",
        )
    cells = options.cells if law is None else len(next(iter(law)))
    if cells is None or options.cells not in (None, cells):
        expected = "--cells N with --model-law" if law is None else f"the {cells} of the target"
        raise BadInput(f"{options.cells} cells", source="--cells", expected=expected)
    start = _start(options.prompt, cells)
    model = load_model(options.model_law, start)
    target = model.says if law is None else _given_prompt(law, start)
    vocabulary = max(model.vocabulary, *(1 + token for outcome in target for token in outcome))
    if vocabulary > model.vocabulary:
        raise BadInput(
            f"rows of {model.vocabulary} probabilities",
            source=options.model_law,
            expected=f"{vocabulary} of them, as the target has tokens",
        )
    made = _outcome(options, start, model.predictor, vocabulary, target, None)
    return replace(made, model=model)


def _outcome(
    options: SamplerOptions,
    start: State,
    predictor: DecoderPredictor,
    vocabulary: int,
    target: Law[State],
    convention: Impossible | None,
) -> SamplerOutcome:
    masked = start.count(MASK)
    rounds = masked if options.rounds is None else options.rounds
    decoder = _decoder(options, options.step, start, predictor, vocabulary)
    done = 0

    def progress(configurations: int) -> None:
        nonlocal done
        if configurations >= done + 1000:
            done = configurations
            print(f"{configurations} configurations", file=sys.stderr)

    # A law from the conditionals of a target may be enclosed where it cannot be enumerated.
    shares = None
    if convention is not None and options.most_rounds > rounds:
        shares = shares_of(options.step, masked, rounds, vocabulary)
    try:
        most = None if shares is None else MOST_EXACT
        analysis = analyse(decoder, options.most_rounds, progress, most)
    except TooManyConfigurations as error:
        if shares is None:
            raise
        raise NotEnumerated(decoder, target, shares, str(error)) from error
    comparison = analysis.compare(target)
    trace = None
    if comparison is None or comparison.impossible:
        trace = shortest_wrong_trace(decoder, target, options.most_rounds)
    distances = distance_by_round(analysis, target)
    wrong = goes_wrong(decoder, analysis, target, distances)
    mirror = random = None
    if analysis.configurations <= MOST_MIRRORED:
        mirror = _law_of(replace(decoder, step=mirrored(decoder.step)), options)
    if start.count(MASK) <= MOST_SHUFFLED:
        random = _law_of(replace(decoder, step=shuffled(decoder.step)), options)
    compared = None
    if options.against is not None:
        other = _decoder(options, options.against, start, predictor, vocabulary)
        compared = against(decoder, analysis, other, analyse(other, options.most_rounds))
        _repeat(other)
    _repeat(decoder)
    return SamplerOutcome(
        convention,
        decoder,
        target,
        analysis,
        comparison,
        trace,
        distances,
        wrong,
        ties(decoder, analysis.table),
        mirror,
        random,
        compared,
    )


def _decoder(
    options: SamplerOptions,
    name: str,
    start: State,
    predictor: DecoderPredictor,
    vocabulary: int,
) -> Decoder:
    """The decoder of a step with this name."""
    prompt = tuple((cell, token) for cell, token in enumerate(start) if token != MASK)
    masked = len(start) - len(prompt)
    rounds = masked if options.rounds is None else options.rounds
    step, fixed = load_step(name, masked, rounds)
    if isinstance(step, ForeignStep):
        fixed = options.rounds
    return Decoder(
        len(start),
        predictor,
        step,
        rounds=fixed,
        vocabulary=vocabulary,
        prompt=prompt,
        may_revise=True,
        name=name,
    )


def _repeat(decoder: Decoder) -> None:
    if isinstance(decoder.step, ForeignStep):
        decoder.step.repeat_all()


def _law_of(decoder: Decoder, options: SamplerOptions) -> Law[State] | None:
    """The law of the rule on cells in another order; a step may be legal in one order only."""
    try:
        return analyse(decoder, options.most_rounds).final_law
    except DlmcheckError:
        return None


def given_target(options: SamplerOptions) -> Target | None:
    """The target of the options, if they name one."""
    if options.target is None:
        return None
    return load(TargetOptions(options.target, random=options.random))


def _start(text: str | None, length: int) -> State:
    """The state before round 1: the prompt, and M after it. Raises `BadInput` if it is too long, or
    leaves nothing to decode.
    """
    state = () if text is None else parse_state(text)
    if len(state) > length:
        raise BadInput(f"a prompt of {len(state)} cells", source="prompt", expected=str(length))
    if text is not None and len(state) == length and MASK not in state:
        raise BadInput(
            f"{text} shows all {length} cells, so that nothing is left to decode",
            source="prompt",
            expected="fewer cells, or M for one of them",
        )
    return (*state, *(MASK,) * (length - len(state)))


def _given_prompt(law: Law[State], start: State) -> Law[State]:
    """The target given the prompt. Raises `BadInput` if it excludes it."""
    if not law.probability(lambda outcome: agrees(outcome, start)):
        raise BadInput("the target excludes this prompt", source="prompt")
    return law.given(lambda outcome: agrees(outcome, start))
