"""`dlmcheck sampler` for a law that is enclosed: too much to be exact."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law
from dlmcheck.spec.perfect import Impossible
from dlmcheck.spec.tokens import State, show_state
from dlmcheck.verify.cli.outputs import write_file
from dlmcheck.verify.cli.sampler_json import document
from dlmcheck.verify.cli.sampler_outcomes import SamplerOptions, under_conventions
from dlmcheck.verify.decoders.behaviour import Behaviour
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.decoders.enclosed import (
    Between,
    EnclosedLaw,
    NotEnumerated,
    sampled_behaviour,
)
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.kernel.divergence import decimal

if TYPE_CHECKING:
    from dlmcheck.verify.decoders.streaming import FromBelow

SHOWN = 16
"""So many outcomes are printed; the JSON has all of them."""


@dataclass(frozen=True)
class EnclosedOutcome:
    """What was found under one convention for impossible states."""

    convention: Impossible
    decoder: Decoder
    target: Law[State]
    found: FromBelow
    behaviour: Behaviour
    sampled: int
    """In how many configurations the step itself was run."""

    @property
    def law(self) -> EnclosedLaw:
        """The law at the end."""
        return EnclosedLaw(self.found.by_round[-1])

    @property
    def distance(self) -> tuple[Fraction, Fraction]:
        """Between which numbers the total variation lies."""
        return self.law.total_variation(self.target)

    @property
    def code(self) -> ExitCode:
        """An enclosure can tell two laws apart, and never shows that they are one."""
        return ExitCode.REFUTED if self.distance[0] else ExitCode.UNKNOWN


def run_enclosed(
    options: SamplerOptions, given: Law[State], reason: NotEnumerated, estimated: bool
) -> ExitCode:
    """Enclose, print, compare: 1 another law than the target's, 3 perhaps the target's.

    Raises `BadInput` if a certificate is asked for, and `NotByShares` if the step does not do what
    is declared of it.
    """
    if options.certificate is not None:
        raise BadInput(
            f"the law can be enclosed only: {reason}",
            source="--certificate",
            expected="fewer cells or rounds",
        )
    outcomes = enclosed_outcomes(options, given, reason)
    for outcome in outcomes:
        _print(outcome, str(reason), len(outcomes) > 1)
    code = worst(outcome.code for outcome in outcomes)
    if estimated:
        print("note         the target is an estimate from samples: this is about its law alone")
    if options.json is not None:
        found = document(options, [_json(outcome) for outcome in outcomes], code)
        write_file(options.json, json.dumps(found, indent=2) + "\n")
    return code


def enclosed_outcomes(
    options: SamplerOptions, given: Law[State], reason: NotEnumerated
) -> list[EnclosedOutcome]:
    """One outcome for each convention that makes a difference; the named one alone if given."""
    return under_conventions(
        options.impossible, lambda one: _outcome(given, reason, one), lambda found: found.law
    )


def _outcome(given: Law[State], reason: NotEnumerated, convention: Impossible) -> EnclosedOutcome:
    # Not needed for anything that is exact.
    from dlmcheck.verify.decoders.streaming import law_from_below

    predictor = tabulated_predictor(given, reason.decoder.vocabulary, convention)
    decoder = replace(reason.decoder, predictor=predictor)
    found, sampled = sampled_behaviour(decoder, reason.shares)
    law = law_from_below(decoder, reason.shares)
    return EnclosedOutcome(convention, decoder, reason.target, law, found, sampled)


# --- what is said --------------------------------------------------------------------------


def _print(outcome: EnclosedOutcome, reason: str, conventions_differ: bool) -> None:
    law, target, seen = outcome.law, outcome.target, outcome.behaviour
    print(f"decoder      {outcome.decoder.name}")
    if conventions_differ:
        print(f"convention   {outcome.convention.value} where the visible tokens are impossible")
    print(f"law          enclosed, not exact: each probability to within 2^-{law.bits()}")
    print(f"             {reason}; {outcome.found.configurations} ways were streamed")
    low, high = outcome.distance
    print(f"distance     total variation {Between(low, high)}")
    print(f"             KL(target || law) {law.from_target(target)}")
    print(f"             KL(law || target) {law.to_target(target)}")
    print(f"rounds       at most {outcome.decoder.rounds}, expected {outcome.decoder.rounds}")
    print(f"F            {seen.unmasking.value}, seen in {outcome.sampled} configurations")
    flags = {
        "remasks": seen.remasks,
        "revises": seen.revises,
        "uses the round number": seen.uses_clock,
        "uses hidden memory": seen.uses_memory,
    }
    print(f"             {', '.join(n for n, yes in flags.items() if yes) or 'write-once'}")
    ordered = sorted(law.low.items(), key=lambda pair: (-pair[1], pair[0]))
    for state, weight in ordered[:SHOWN]:
        said = Between(weight, weight + law.missing)
        print(f"  {show_state(state)}  {said}  (target {decimal(target[state], down=True)})")
    if len(ordered) > SHOWN:
        print(f"  and {len(ordered) - SHOWN} more outcomes")


def _json(outcome: EnclosedOutcome) -> dict[str, Any]:
    law, target, seen = outcome.law, outcome.target, outcome.behaviour
    low, high = outcome.distance
    return {
        "kind": "enclosed",
        "convention": outcome.convention.value,
        "missing": str(law.missing),
        "rounds": outcome.decoder.rounds,
        "streamed": outcome.found.configurations,
        "sampled": outcome.sampled,
        "unmasking": seen.unmasking.value,
        "remasks": seen.remasks,
        "revises": seen.revises,
        "uses_clock": seen.uses_clock,
        "uses_memory": seen.uses_memory,
        "law_from_below": _weights(law.low),
        "by_round_from_below": [_weights(one) for one in outcome.found.by_round],
        "comparison": {
            "total_variation": [str(low), str(high)],
            "kl_target_law": str(law.from_target(target)),
            "kl_law_target": str(law.to_target(target)),
            "impossible": [show_state(one) for one in sorted(law.low.keys() - target.support)],
            "not_seen": [show_state(one) for one in sorted(target.support - law.low.keys())],
        },
    }


def _weights(law: dict[State, Fraction]) -> dict[str, str]:
    return {show_state(state): str(weight) for state, weight in sorted(law.items())}
