"""`dlmcheck sampler`: the exact output law of a decoder, and how far it is from its target."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from dlmcheck.model.decoders.mirror import mirrored
from dlmcheck.model.targets import Target, load_target, parse_target
from dlmcheck.spec.choices import NotReproducible, TooManyChoices
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.errors import BadInput, DlmcheckError, IllegalSampler
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import Impossible, agrees, perfect_predictor
from dlmcheck.spec.tokens import MASK, State, parse_state, show_state
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.decoders.analysis import (
    Comparison,
    DecoderAnalysis,
    Trace,
    analyse,
    shortest_wrong_trace,
)
from dlmcheck.verify.decoders.loading import load_step
from dlmcheck.verify.exits import ExitCode

SHOWN = 16
"""So many outcomes are printed; the JSON has all of them."""


@dataclass(frozen=True)
class SamplerOptions:
    """The options of `dlmcheck sampler`; `rounds` None stands for one round per cell."""

    step: str
    target: str
    rounds: int | None = None
    prompt: str | None = None
    impossible: Impossible | None = None
    most_rounds: int = 64
    json: Path | None = None


@dataclass(frozen=True)
class SamplerOutcome:
    """What was found under one convention for impossible states."""

    convention: Impossible
    analysis: DecoderAnalysis
    comparison: Comparison | None
    trace: Trace | None
    mirrored: Law[State] | None
    """The law of the same rule from right to left; None if it has none."""

    @property
    def tie_effect(self) -> Fraction | None:
        """The total variation between the laws from the left and from the right."""
        if self.mirrored is None or self.analysis.ended != 1:
            return None
        return total_variation(Law(self.analysis.law), self.mirrored)


def run_sampler(options: SamplerOptions) -> ExitCode:
    """Enumerate, print, compare: 0 the target's law, 1 another one, 3 not all runs have ended.

    Raises `BadInput` for a decoder, target or prompt that cannot be read, and for a step that
    breaks the rules, has randomness of its own, or raises an error itself.
    """
    check_outputs({"--json": options.json})
    given = _target(options.target)
    try:
        outcomes = sampler_outcomes(options, given)
    except (IllegalSampler, NotReproducible, TooManyChoices) as error:
        raise BadInput(str(error), source=options.step, expected="a legal step") from error
    code = ExitCode.OK
    for outcome in outcomes:
        _print(outcome, len(outcomes) > 1)
        if outcome.comparison is None:
            code = ExitCode.UNKNOWN
        elif outcome.comparison.total_variation and code is ExitCode.OK:
            code = ExitCode.REFUTED
    if given.is_estimate:
        print("note         the target is an estimate from samples: this is about its law alone")
    if options.json is not None:
        document = sampler_document(options, outcomes, code)
        write_file(options.json, json.dumps(document, indent=2) + "\n")
    return code


def sampler_outcomes(options: SamplerOptions, given: Target) -> list[SamplerOutcome]:
    """One outcome for each convention that makes a difference; the named one alone if given."""
    if options.impossible is not None:
        return [_outcome(options, given.law, options.impossible)]
    first, *others = [_outcome(options, given.law, one) for one in Impossible]
    differing = [one for one in others if one.analysis.law != first.analysis.law]
    return [first, *differing]


def _outcome(options: SamplerOptions, law: Law[State], convention: Impossible) -> SamplerOutcome:
    length = len(next(iter(law)))
    vocabulary = 1 + max(1, *(token for outcome in law for token in outcome))
    prompt = _prompt(options.prompt, length)
    rounds = length - len(prompt) if options.rounds is None else options.rounds
    step, fixed = load_step(options.step, length - len(prompt), rounds)
    target = law
    if prompt:
        shown = tuple(dict(prompt).get(cell, MASK) for cell in range(length))
        if not law.probability(lambda outcome: agrees(outcome, shown)):
            raise BadInput("the target excludes this prompt", source="prompt")
        target = law.given(lambda outcome: agrees(outcome, shown))
    decoder = Decoder(
        length,
        perfect_predictor(law, vocabulary, convention),
        step,
        rounds=fixed,
        vocabulary=vocabulary,
        prompt=prompt,
        may_revise=True,
        name=options.step,
    )
    done = 0

    def progress(configurations: int) -> None:
        nonlocal done
        if configurations >= done + 1000:
            done = configurations
            print(f"{configurations} configurations", file=sys.stderr)

    analysis = analyse(decoder, options.most_rounds, progress)
    comparison = analysis.compare(target)
    trace = None
    if comparison is None or comparison.impossible:
        trace = shortest_wrong_trace(decoder, target, options.most_rounds)
    return SamplerOutcome(convention, analysis, comparison, trace, _mirrored(decoder, options))


def _mirrored(decoder: Decoder, options: SamplerOptions) -> Law[State] | None:
    """The law of the rule from right to left; a step may be legal in one direction only."""
    try:
        found = analyse(replace(decoder, step=mirrored(decoder.step)), options.most_rounds)
    except DlmcheckError:
        return None
    return Law(found.law) if found.ended == 1 else None


def _target(text: str) -> Target:
    return load_target(Path(text)) if text.endswith(".json") else parse_target(text)


def _prompt(text: str | None, length: int) -> tuple[tuple[int, int], ...]:
    if text is None:
        return ()
    state = parse_state(text)
    if len(state) > length:
        raise BadInput(f"a prompt of {len(state)} cells", source="prompt", expected=str(length))
    return tuple((cell, token) for cell, token in enumerate(state) if token != MASK)


# --- what is said --------------------------------------------------------------------------


def _print(outcome: SamplerOutcome, conventions_differ: bool) -> None:
    analysis, comparison = outcome.analysis, outcome.comparison
    print(f"decoder      {analysis.decoder}")
    if conventions_differ:
        print(f"convention   {outcome.convention.value} where the visible tokens are impossible")
    if comparison is None:
        print(
            f"runs         ended with probability {analysis.ended} in {analysis.rounds_done} rounds"
        )
        if analysis.never_ends:
            print(f"never ends   with probability {analysis.never_ends}")
    else:
        exact = " (exact)" if not comparison.total_variation else ""
        print(f"distance     total variation {comparison.total_variation}{exact}")
        print(f"             KL(target || law) {comparison.forward}")
        print(f"             KL(law || target) {comparison.backward}")
        print(f"rounds       at most {analysis.worst}, expected {analysis.expected}")
        for name, states in (
            ("impossible", comparison.impossible),
            ("missing", comparison.missing),
        ):
            if states:
                listed = " ".join(map(show_state, states[:SHOWN]))
                more = f" and {len(states) - SHOWN} more" if len(states) > SHOWN else ""
                print(f"{name:<12} {listed}{more}")
    _print_behaviour(analysis)
    effect = outcome.tie_effect
    if effect is not None:
        said = f"at total variation {effect} from this one" if effect else "the same"
        print(f"ties         the law from right to left is {said}")
    if outcome.trace is not None:
        shown = " -> ".join(map(show_state, outcome.trace.states))
        print(f"goes wrong   {shown}, probability {outcome.trace.probability}")
    ordered = sorted(analysis.law.items(), key=lambda pair: (-pair[1], pair[0]))
    for state, weight in ordered[:SHOWN]:
        print(f"  {show_state(state)}  {weight}")
    if len(ordered) > SHOWN:
        print(f"  and {len(ordered) - SHOWN} more outcomes")


def _print_behaviour(analysis: DecoderAnalysis) -> None:
    found = analysis.behaviour
    print(f"F            {found.unmasking.value}, seen in {analysis.configurations} configurations")
    narrower = sorted(one.value for one in found.own_predictor - found.fits)
    if narrower:
        print(f"             with a predictor of its own: {', '.join(narrower)}")
    flags = {
        "remasks": found.remasks,
        "revises": found.revises,
        "uses the round number": found.uses_clock,
        "uses hidden memory": found.uses_memory,
    }
    print(f"             {', '.join(n for n, yes in flags.items() if yes) or 'write-once'}")


def sampler_document(
    options: SamplerOptions, outcomes: list[SamplerOutcome], code: ExitCode
) -> dict[str, Any]:
    """Everything that was found, as JSON: format `dlmcheck-sampler`, version 1."""
    return {
        "format": "dlmcheck-sampler",
        "version": 1,
        "decoder": options.step,
        "target": options.target,
        "exit_code": int(code),
        "outcomes": [_outcome_json(outcome) for outcome in outcomes],
    }


def _outcome_json(outcome: SamplerOutcome) -> dict[str, Any]:
    analysis, comparison = outcome.analysis, outcome.comparison
    found = analysis.behaviour
    return {
        "convention": outcome.convention.value,
        "ended": str(analysis.ended),
        "never_ends": str(analysis.never_ends),
        "rounds": {
            "done": analysis.rounds_done,
            "worst": analysis.worst,
            "expected": None if analysis.expected is None else str(analysis.expected),
        },
        "unmasking": found.unmasking.value,
        "fits": sorted(one.value for one in found.fits),
        "own_predictor": sorted(one.value for one in found.own_predictor),
        "remasks": found.remasks,
        "revises": found.revises,
        "uses_clock": found.uses_clock,
        "uses_memory": found.uses_memory,
        "tie_effect": None if outcome.tie_effect is None else str(outcome.tie_effect),
        "mirrored_law": None
        if outcome.mirrored is None
        else _weights(dict(outcome.mirrored.items())),
        "law": _weights(analysis.law),
        "by_round": [_weights(law) for law in analysis.by_round],
        "comparison": None
        if comparison is None
        else {
            "total_variation": str(comparison.total_variation),
            "kl_target_law": str(comparison.forward),
            "kl_law_target": str(comparison.backward),
            "impossible": [show_state(state) for state in comparison.impossible],
            "missing": [show_state(state) for state in comparison.missing],
        },
        "wrong_trace": None
        if outcome.trace is None
        else {
            "states": [show_state(state) for state in outcome.trace.states],
            "probability": str(outcome.trace.probability),
        },
    }


def _weights(law: dict[State, Fraction]) -> dict[str, str]:
    return {show_state(state): str(weight) for state, weight in sorted(law.items())}
