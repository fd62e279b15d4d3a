"""Three rounds, the round number known: even parity at locality k if and only if n <= 2k + 1.

Source: the note T4.5-LOCAL, "Three rounds", where it is proved for all n. What is checked here, for
the n of a profile: the sampler of the proof, by the specification, and that no sampler does it for
larger n, by refutations that know nothing of the proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock, Point, PredictorClass, Reals, Unmasking
from dlmcheck.verify.claims.registry import Profile, Road, Row, SweepJob
from dlmcheck.verify.kernel.local_certificate import Case, check_cases, policy_certificate
from dlmcheck.verify.kernel.local_policy import check_policy
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_refute import certificate, decide
from dlmcheck.verify.searches.locality_three import longest_in_three, three_round_policy

LARGEST = {Profile.QUICK: 5, Profile.FULL: 7, Profile.DEEP: 8}
ENOUGH = "for 3 <= n <= 2k + 1 there is a sampler with three rounds and one set per part"
TOO_FEW = "for n > 2k + 1 there is none, not even with a set per round"
JOB = "locality-three"

Pair = tuple[int, int]
"""n and k."""


def _read(text: str) -> Pair:
    found = re.fullmatch(r"n=(\d+) k=(\d+)", text)
    if found is None:
        raise BadInput(f"{text!r} is no pair n, k", source="three rounds")
    return int(found[1]), int(found[2])


def three_domain(largest: int) -> Domain[Pair]:
    """All n and k with 3 <= n <= largest and 1 <= k < n."""
    pairs = [(n, k) for n in range(3, largest + 1) for k in range(1, n)]
    return Domain(
        f"3 <= n <= {largest}, 1 <= k < n",
        len(pairs),
        lambda: pairs,
        lambda pair: pair in pairs,
        lambda pair: f"n={pair[0]} k={pair[1]}",
        _read,
    )


def enough(pair: Pair) -> Outcome:
    """The sampler reads one set of k cells per part, and samples D_n."""
    n, tokens = pair
    if n > longest_in_three(tokens):
        return NOT_MET
    try:
        check_policy(three_round_policy(n, tokens))
    except Rejected as error:
        return fails(f"n = {n}, k = {tokens}: {error}")
    return HOLDS


def too_few(longest: Callable[[int], int] = longest_in_three) -> Callable[[Pair], Outcome]:
    """Beyond some n no policy is found, and the kernel accepts the refutation."""

    def holds(pair: Pair) -> Outcome:
        n, tokens = pair
        if n <= longest(tokens):
            return NOT_MET
        question = Question(n, tokens, 3, Reading.PER_ROUND)
        found = decide(question)
        if not isinstance(found, Case):
            return fails(f"{question}: a sampler was found and run")
        check_cases(question, [found])
        return HOLDS

    return holds


def _sweep(profile: Profile) -> Sweep[Pair, Pair]:
    return Sweep(
        three_domain(LARGEST[profile]), lambda pair: pair, {ENOUGH: enough, TOO_FEW: too_few()}
    )


def _certificates(profile: Profile, statement: str) -> Iterator[tuple[str, str]]:
    """For each pair the sampler that is written down, or the refutation."""
    for n, tokens in three_domain(LARGEST[profile]).members():
        fits = n <= longest_in_three(tokens)
        if fits and statement == ENOUGH:
            yield f"n{n}-k{tokens}", policy_certificate(three_round_policy(n, tokens))
        if not fits and statement == TOO_FEW:
            question = Question(n, tokens, 3, Reading.PER_ROUND)
            yield f"n{n}-k{tokens}", certificate(question)


def _row(reading: str, statement: str, engine: str) -> Row:
    return Row(
        "T4.5-LOCAL",
        reading,
        f"write-once, L = n, F deterministic, round number known, k tokens read: {statement}",
        (Road(JOB, statement, engine),),
        Point(
            unmasking=Unmasking.DETERMINISTIC,
            clock=Clock.ROUND_NUMBER,
            scratch=0,
            predictor=PredictorClass(Reals.UNRESTRICTED),
        ),
    )


THREE_ROWS = (
    _row("three-rounds,enough", ENOUGH, "the specification"),
    _row("three-rounds,too-few", TOO_FEW, "last cells, CaDiCaL, refutation checked by the kernel"),
)
THREE_JOB = SweepJob(JOB, _sweep, split=1, certificates=_certificates)
