"""DEC-BLIND, DEC-CONFIDENCE, DEC-JOINT: what the order of a decoder does to its law.

Source: this project, for the position rules of published decoders (note DECODERS, with the
proofs). The predictor is perfect: the true conditionals of the target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from dlmcheck.model.decoders.rules import Score, entropy_of, evenly, most_confident, probability_of
from dlmcheck.model.targets import product_bits
from dlmcheck.spec.decoder import Decoder, decoder_laws
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.decoder_cases import (
    PERFECT,
    DecoderCase,
    DecoderRun,
    Engine,
    decoder_cases,
)
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails

MERGED = "equal configurations merged"
NOTE = "DECODERS"
SOURCE = "this project; position rules of published decoders (note DECODERS)"

# --- one cell at a time ------------------------------------------------------------------------

BLIND = "blind"
SINGLE = "one-at-a-time"
CONDITIONAL = "perfect-predictor"
ONCE = "write-once"
HYPOTHESES = (BLIND, SINGLE, CONDITIONAL, ONCE)


def meets(run: DecoderRun) -> Mapping[str, bool]:
    """Which hypotheses a run meets, read off what the rule does."""
    found = run.analysis.behaviour
    return {
        BLIND: Unmasking.JOINT in found.fits,
        SINGLE: found.most_written <= 1,
        CONDITIONAL: run.case.predictor == PERFECT and found.as_offered,
        ONCE: not (found.remasks or found.revises),
    }


def exact_without(dropped: str | None, law_of: Engine) -> Callable[[DecoderRun], Outcome]:
    """The output law is the target, for runs that meet the hypotheses but perhaps one.

    For a hypothesis that is dropped, those runs are looked at that do not meet it.
    """

    def outcome(run: DecoderRun) -> Outcome:
        met = meets(run)
        if any(met[name] == (name == dropped) for name in HYPOTHESES):
            return NOT_MET
        law = law_of(run)
        if law is None:
            return NOT_MET
        distance = total_variation(law, run.target)
        return fails(f"total variation {distance}") if distance else HOLDS

    return outcome


def _name(dropped: str | None, engine: str) -> str:
    said = "the law is the target" if dropped is None else f"the law is the target, not {dropped}"
    return f"{said}: {engine}"


ENGINES: Mapping[str, Engine] = {REFERENCE: DecoderRun.defined, MERGED: DecoderRun.merged}

# --- one confident token is a joint rule -------------------------------------------------------

JOINT = "each round is a jointly random F with a predictor of its own"
JOINT_MANY = "each round is a jointly random F with a predictor of its own, several cells a round"


def is_joint(several: bool) -> Callable[[DecoderRun], Outcome]:
    """With some predictor every round has the form of a jointly random F."""

    def outcome(run: DecoderRun) -> Outcome:
        found = run.analysis.behaviour
        if (found.most_written > 1) != several:
            return NOT_MET
        if Unmasking.JOINT in found.own_predictor:
            return HOLDS
        return fails("given the cells that are written, their tokens are dependent")

    return outcome


def _cases(_: Profile) -> Sweep[DecoderCase, DecoderRun]:
    properties: dict[str, Callable[[DecoderRun], Outcome]] = {
        _name(dropped, name): exact_without(dropped, engine)
        for dropped in (None, *HYPOTHESES)
        for name, engine in ENGINES.items()
    }
    properties |= {JOINT: is_joint(False), JOINT_MANY: is_joint(True)}
    return Sweep(listed("decoders on small targets", decoder_cases(), str), DecoderRun, properties)


# --- confidence of what was drawn --------------------------------------------------------------

DENOMINATOR = 20
CONFIDENT = "two bits with P(1) = p: the distance is p^2 (1 - p)"
CONFIDENT_MERGED = f"{CONFIDENT}, merged"
BY_ENTROPY = "the same, by the entropy of the law"


def two_bits(p: Fraction, score: Score) -> Decoder:
    """Two independent bits that are 1 with probability p, one cell a round by confidence."""
    target = product_bits([p, p])
    return Decoder(2, perfect_predictor(target), most_confident(evenly(2, 2), score))


def distance_of(p: Fraction, law: Law[State]) -> Outcome:
    """Whether the distance to the target is p^2 (1 - p)."""
    distance = total_variation(law, product_bits([p, p]))
    stated = p * p * (1 - p)
    return HOLDS if distance == stated else fails(f"distance {distance}, stated {stated}")


def _defined(score: Score) -> Callable[[Fraction], Outcome]:
    return lambda p: distance_of(
        p, decoder_laws(two_bits(p, score), 4)[-1].map(lambda one: one.state)
    )


def _merged(p: Fraction) -> Outcome:
    return distance_of(p, Law(analyse(two_bits(p, probability_of), 4).law))


def _biases(_: Profile) -> Sweep[Fraction, Fraction]:
    members = [Fraction(k, DENOMINATOR) for k in range(DENOMINATOR // 2 + 1, DENOMINATOR)]
    return Sweep(
        listed(f"p = k/{DENOMINATOR}, 1/2 < p < 1", members, str),
        lambda p: p,
        {
            CONFIDENT: _defined(probability_of),
            CONFIDENT_MERGED: _merged,
            BY_ENTROPY: _defined(entropy_of),
        },
    )


CASES_JOB, BIAS_JOB = "decoders-small", "decoders-two-bits"
JOBS = (SweepJob(CASES_JOB, _cases, split=2), SweepJob(BIAS_JOB, _biases, split=1))


def _roads(dropped: str | None) -> tuple[Road, ...]:
    return tuple(Road(CASES_JOB, _name(dropped, engine), engine) for engine in ENGINES)


_SAID = {
    BLIND: "the positions depend on the candidates drawn in the round (confidence)",
    SINGLE: "several cells are written in a round",
    CONDITIONAL: "tokens are of other laws (the marginals, a temperature, the likeliest token)",
    ONCE: "cells are remasked",
}

BLIND_CLAIM = Claim(
    "DEC-BLIND",
    "one cell at a time, chosen without seeing the draw, is exact in any order",
    SOURCE,
    HYPOTHESES,
    NOTE,
    (
        Row(
            "DEC-BLIND",
            "exact",
            "write-once, at most one cell a round, positions independent of the tokens drawn in "
            "the round (they may be random and have memory), tokens drawn from the true "
            "conditionals, all runs end: the law is the target",
            _roads(None),
        ),
        *(
            Row("DEC-BLIND", f"not-{name}", f"the same where {said}", _roads(name), dropped=name)
            for name, said in _SAID.items()
        ),
    ),
)

CONFIDENCE_CLAIM = Claim(
    "DEC-CONFIDENCE",
    "choosing cells by the confidence of what was drawn misses even a product law",
    SOURCE,
    ("score-of-the-draw",),
    NOTE,
    (
        Row(
            "DEC-CONFIDENCE",
            "two-bits",
            "two independent bits with P(1) = p > 1/2, one cell a round, the surest candidate "
            "first, ties to the left: the total variation to the target is p^2 (1 - p), which is "
            "81/1000 for p = 9/10",
            (Road(BIAS_JOB, CONFIDENT, REFERENCE), Road(BIAS_JOB, CONFIDENT_MERGED, MERGED)),
        ),
        Row(
            "DEC-CONFIDENCE",
            "score-of-the-law",
            "the same if the score is the entropy of the law",
            (Road(BIAS_JOB, BY_ENTROPY, REFERENCE),),
            dropped="score-of-the-draw",
        ),
    ),
)

JOINT_CLAIM = Claim(
    "DEC-JOINT",
    "one confident token a round is a jointly random F with another predictor",
    SOURCE,
    (SINGLE,),
    NOTE,
    (
        Row(
            "DEC-JOINT",
            "one-cell",
            "a rule that writes at most one cell a round, seeing the draw or not, has in each "
            "state the form of a jointly random F with a predictor of its own",
            (Road(CASES_JOB, JOINT, MERGED),),
        ),
        Row(
            "DEC-JOINT",
            "several-cells",
            "the same where several cells are written in a round",
            (Road(CASES_JOB, JOINT_MANY, MERGED),),
            dropped=SINGLE,
        ),
    ),
)

CLAIMS = (BLIND_CLAIM, CONFIDENCE_CLAIM, JOINT_CLAIM)
