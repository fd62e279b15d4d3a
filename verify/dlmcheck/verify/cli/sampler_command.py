"""`dlmcheck sampler`: the exact output law of a decoder, and how far it is from its target."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager

from dlmcheck.spec.choices import NotReproducible, TooManyChoices
from dlmcheck.spec.errors import BadInput, IllegalSampler
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.tokens import MASK, State, show_state
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.cli.sampler_enclosed import run_enclosed
from dlmcheck.verify.cli.sampler_json import sampler_document
from dlmcheck.verify.cli.sampler_lines import (
    print_against,
    print_ties_met,
    shown,
    shown_run,
)
from dlmcheck.verify.cli.sampler_outcomes import (
    MOST_MIRRORED,
    SamplerOptions,
    SamplerOutcome,
    given_target,
    sampler_outcomes,
)
from dlmcheck.verify.decoders.analysis import DecoderAnalysis
from dlmcheck.verify.decoders.certificate import decoder_certificate
from dlmcheck.verify.decoders.enclosed import NotEnumerated
from dlmcheck.verify.decoders.limits import FAR
from dlmcheck.verify.decoders.model_law import ModelLaw
from dlmcheck.verify.decoders.ties import Ties
from dlmcheck.verify.exits import ExitCode, worst

SHOWN = 16
"""So many outcomes are printed; the JSON has all of them."""


def run_sampler(options: SamplerOptions) -> ExitCode:
    """Enumerate, print, compare: 0 the target's law, 1 another one, or runs that never end, 3 not
    all runs have ended; of several conventions the code that wins among `exits`.

    Raises `BadInput` for a decoder, target or prompt that cannot be read, and for a step that
    breaks the rules, has randomness of its own, or raises an error itself.
    """
    modules = (options.step, options.model_law, options.against)
    check_outputs(
        {"--json": options.json, "--certificate": options.certificate},
        inputs=[options.target, *(name.rpartition(":")[0] for name in modules if name)],
    )
    given = given_target(options)
    try:
        outcomes = sampler_outcomes(options, given)
    except NotEnumerated as reason:
        assert given is not None  # laws of targets alone are enclosed
        if options.against is not None:
            raise BadInput(
                f"the law can be enclosed only: {reason}",
                source="--against",
                expected="fewer cells or rounds",
            ) from reason
        return run_enclosed(options, given.law, reason, given.is_estimate)
    except IllegalSampler as error:
        where = f"in round {error.round_number} at {show_state(error.state)}: {error}"
        raise BadInput(where, source=options.step, expected="a legal step") from error
    except (NotReproducible, TooManyChoices) as error:
        raise BadInput(str(error), source=options.step, expected="a legal step") from error
    certificate = None if options.certificate is None else _certificate(options, outcomes)
    for outcome in outcomes:
        _print(outcome, len(outcomes) > 1)
    code = worst(map(_code, outcomes))
    if given is not None and given.is_estimate:
        print("note         the target is an estimate from samples: this is about its law alone")
    if options.json is not None:
        with _numbers_of_any_length():
            document = sampler_document(options, outcomes, code)
        write_file(options.json, json.dumps(document, indent=2) + "\n")
    if options.certificate is not None and certificate is not None:
        write_file(options.certificate, certificate)
        print(f"certificate  {options.certificate}, for `dlmcheck cert`")
    return code


def _code(outcome: SamplerOutcome) -> ExitCode:
    if outcome.against is not None and outcome.against.total_variation:
        return ExitCode.REFUTED
    if outcome.analysis.never_ends:
        return ExitCode.REFUTED
    if outcome.comparison is None:
        return ExitCode.UNKNOWN
    return ExitCode.REFUTED if outcome.comparison.total_variation else ExitCode.OK


@contextmanager
def _numbers_of_any_length() -> Generator[None, None, None]:
    """Exact laws can have numerators of thousands of digits, which Python refuses to write."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


def _certificate(options: SamplerOptions, outcomes: list[SamplerOutcome]) -> str | None:
    """The certificate of the one outcome. Raises `BadInput` where there are several, or no law."""
    first, *others = outcomes
    if others:
        raise BadInput(
            "what the predictor says at impossible states matters",
            source="--certificate",
            expected="one convention, named by --impossible",
        )
    if first.comparison is None and not first.analysis.never_ends:
        raise BadInput(
            f"runs ended with probability {shown(first.analysis.ended)} only",
            source="--certificate",
            expected="a decoder of which all runs end, or of which it is known how many never do",
        )
    name = options.target or f"what {options.model_law} says"
    return decoder_certificate(first.decoder, first.analysis, first.comparison, first.target, name)


# --- what is said --------------------------------------------------------------------------


def _print(outcome: SamplerOutcome, conventions_differ: bool) -> None:
    analysis, comparison = outcome.analysis, outcome.comparison
    print(f"decoder      {analysis.decoder}")
    if outcome.model is not None:
        _print_model(outcome.model, outcome.target)
    if conventions_differ and outcome.convention is not None:
        print(f"convention   {outcome.convention.value} where the visible tokens are impossible")
    if comparison is None:
        ended, done = shown(analysis.ended), analysis.rounds_done
        print(f"runs         ended with probability {ended} in {done} rounds")
        if analysis.never_ends:
            print(f"never ends   with probability {shown(analysis.never_ends)}")
        if analysis.limit is not None and analysis.limit.caught is not None:
            print(f"             {shown_run(analysis.limit.caught)}, and from there no run ends")
        if analysis.limit is None:
            print("limit        none: not every round is as the ones before, or they are too many")
        if analysis.repeats_after is not None:
            print(
                f"repeats      so far the law of the state, every {analysis.repeats_after} rounds"
            )
    else:
        exact = " (exact)" if not comparison.total_variation else ""
        print(f"distance     total variation {shown(comparison.total_variation)}{exact}")
        print(f"             KL(target || law) {comparison.forward}")
        print(f"             KL(law || target) {comparison.backward}")
        bound = "without a bound" if analysis.ended != 1 else f"at most {analysis.worst}"
        print(f"rounds       {bound}, expected {shown(analysis.expected)}")
        for name, states in (
            ("impossible", comparison.impossible),
            ("missing", comparison.missing),
        ):
            if states:
                listed = " ".join(map(show_state, states[:SHOWN]))
                more = f" and {len(states) - SHOWN} more" if len(states) > SHOWN else ""
                print(f"{name:<12} {listed}{more}")
    if analysis.limit is not None:
        far = ", ".join(map(str, FAR))
        print(f"limit        if every round is as the {analysis.rounds_done} seen and {far} are")
    _print_behaviour(analysis, outcome.ties)
    _print_ties(outcome)
    _print_wrong(outcome)
    law = analysis.law if analysis.limit is None else analysis.limit.law or analysis.law
    ordered = sorted(law.items(), key=lambda pair: (-pair[1], pair[0]))
    for state, weight in ordered[:SHOWN]:
        wanted = outcome.target[state]
        said = "" if weight == wanted or comparison is None else f"  (target {shown(wanted)})"
        print(f"  {show_state(state)}  {shown(weight)}{said}")
    if len(ordered) > SHOWN:
        print(f"  and {len(ordered) - SHOWN} more outcomes")


def _print_wrong(outcome: SamplerOutcome) -> None:
    """The first round after which decoding exactly does not help, and the run that shows it."""
    wrong, comparison = outcome.wrong, outcome.comparison
    if wrong is not None:
        there = f"in round {wrong.round_number}"
        left = shown(wrong.distance)
        print(f"goes wrong   {there}: were the rest decoded exactly, the distance would be {left}")
        if wrong.culprit is not None:
            share = shown(wrong.culprit.share)
            print(f"             the largest share, {share}, has {shown_run(wrong.culprit.trace)}:")
            for words in (*(one.value for one in wrong.culprit.causes), *wrong.culprit.other_laws):
                print(f"             {words}")
        if comparison is not None and not comparison.total_variation:
            print("             and later rounds put it right")
    elif comparison is not None and comparison.total_variation:
        where = f"after the {len(outcome.distances) - 1} rounds that were looked at"
        if any(MASK in state for state in outcome.analysis.law):
            where = "at the end: runs end with masked cells"
        print(f"goes wrong   {where}")
    if outcome.against is not None:
        print_against(outcome.against)
    if outcome.trace is not None:
        print(f"dead end     {shown_run(outcome.trace)}: no outcome of the target is left")


def _print_ties(outcome: SamplerOutcome) -> None:
    """Ties that were met, and what becomes of the law if the cells are named otherwise."""
    print_ties_met(outcome.ties)
    effects = (
        ("mirrored", "from right to left", outcome.tie_effect),
        ("shuffled", "with the cells in random order", outcome.random_tie_effect),
    )
    for name, order, effect in effects:
        if effect is not None:
            said = f"at total variation {shown(effect)} from this one" if effect else "the same"
            print(f"{name:<12} the law {order} is {said}")
    if outcome.analysis.configurations > MOST_MIRRORED:
        print(f"mirrored     not run: more than {MOST_MIRRORED} configurations")
    met = outcome.ties
    if any(effect for _, _, effect in effects):
        if met.decided or met.refused or met.watched < met.configurations:
            print("             so it depends on how ties are broken, or on an order of its own")
        else:
            print("             no tie matters, so this is an order of the rule's own")


def _print_model(model: ModelLaw, target: Law[State]) -> None:
    said = "the conditionals are those of one law"
    if model.contradiction is not None:
        said = f"the conditionals are those of no law: {model.contradiction}"
    print(f"model        {said}")
    distance = total_variation(model.says, target)
    if distance:
        print(f"             what it says is at total variation {shown(distance)} from the target")


def _print_behaviour(analysis: DecoderAnalysis, ties: Ties) -> None:
    found = analysis.behaviour
    print(f"F            {found.unmasking.value}, seen in {analysis.configurations} configurations")
    narrower = sorted(one.value for one in found.own_predictor - found.fits)
    if narrower:
        print(f"             with a predictor of its own: {', '.join(narrower)}")
    if not found.as_offered and found.unmasking is not Unmasking.AFTER_SAMPLING:
        print("             tokens are not always drawn from the laws that the predictor gives")
    flags = {
        "remasks": found.remasks,
        "revises": found.revises,
        "uses the round number": found.uses_clock,
        "uses the round number or hidden memory": found.clock_or_memory,
        "uses hidden memory": found.uses_memory,
    }
    never = "write-once: nothing that is shown is remasked or replaced"
    print(f"             {', '.join(n for n, yes in flags.items() if yes) or never}")
    carried = any(one.memory not in (None, ()) for one, _ in analysis.table)
    if carried and not (found.uses_memory or found.clock_or_memory):
        print("             memory is carried; in one round it is never seen to make a difference")
    if found.order is not None:
        number = ties.decided_between_cells
        why = f", and ties are what decides in {number}" if number else ""
        print(f"order        {found.order.value} in every configuration{why}")
    if found.names_remasked and not found.remasks:
        print(
            f"remasking    never: the step names cells to remask in {found.names_remasked} "
            f"configurations, and in all {analysis.configurations} a visible cell turns back to M "
            "with probability 0"
        )
