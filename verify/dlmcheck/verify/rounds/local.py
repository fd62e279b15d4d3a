"""The least number of rounds for even parity, write-once, at locality k: both bounds, certified.

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; the note T4.5-LOCAL.
Write-once, L = n, every p_i and F_i reads at most k tokens beside its own mask status. F is
deterministic in `local_rounds`; dyadic and real predictors need the same rounds there, since each
choice that is reached is fair or certain (rigidity). `exchangeable_rounds` is about an F that
treats all masked cells alike.

Bounds that hold for all n come first (the cone bound with a certificate, the one on three rounds by
its note; for few cells a refutation says the same); then each number of rounds in between is
decided by a policy that the specification runs, or a refutation that the kernel checks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dlmcheck.spec.lattice import Clock, Point, PredictorClass, Reals, Unmasking
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.jobs import Finished
from dlmcheck.verify.kernel.local_certificate import policy_certificate, refutation_certificate
from dlmcheck.verify.kernel.local_parity import clauses_about
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.rounds.cones import CONES, cone_bound
from dlmcheck.verify.rounds.results import (
    UNKNOWN,
    Bound,
    RoundsResult,
    result_of,
    strongest_lower,
)
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_cubes import Conquered, all_sizes, conquer
from dlmcheck.verify.searches.locality_targets import decide_target
from dlmcheck.verify.searches.locality_three import (
    ROUNDS,
    longest_in_three,
    three_round_policy,
)

SEARCHED = "a certificate of kind locality"
SEARCHED_TARGET = "a certificate of kind local-target"
MOST_BITS = 5
"""Laws on longer strings are not asked about: there are 3^n partial states."""
THREE = "three rounds are enough only for n <= 2k + 1 (T4.5-LOCAL)"
SMALLER = "no sampler for one cell less (a certificate of kind locality), and more cells are harder"
PRODUCT = "one round is a product law"
ASKED = 3_000_000
CERTIFIED = 300_000
"""Up to so many clauses a number of rounds is asked for, and known bounds are certified."""
RUN = 10
"""Up to so many cells the sampler for three rounds is run by the specification."""
TRIES = 3
"""So many numbers of rounds are tried after one that was left open, for an upper bound."""


def lower_for_all(n: int, tokens: int, reading: Reading) -> Bound:
    """The lower bound that is known without a search. Raises `BadInput` for n < 1 or k < 0."""
    Question(n, tokens, 1, reading)
    cones = cone_bound(n, tokens)
    if cones.never:
        return cones
    bounds = [cones]
    # A sampler that does not know the round number is one that does not use it.
    if n > longest_in_three(tokens):
        bounds.append(Bound(ROUNDS + 1, THREE))
    return strongest_lower(bounds)


def local_rounds(
    n: int,
    tokens: int,
    reading: Reading,
    *,
    most: int | None = None,
    largest: int = ASKED,
    depth: int = 0,
    folder: Path | None = None,
    workers: int = 1,
    timeout: float | None = None,
    on_finish: Callable[[Finished], None] | None = None,
) -> tuple[Bound, Bound]:
    """Both bounds for D_n, with certificates where they come from a search.

    Asked are numbers of rounds up to `most` (default: n (n + 1) / 2), as long as the formula has no
    more than `largest` clauses, which take a kilobyte of memory each. Each question is split into
    cases to a depth, `workers` at a time with `timeout` seconds each; finished cases stay in the
    folder, if there is one, and are not decided again. What is left open leaves an interval.
    Raises `BadInput` for numbers out of range.
    """
    lower = lower_for_all(n, tokens, reading)
    if lower.never:
        return lower, UNKNOWN
    search = _Search(Question(n, tokens, 1, reading), depth, workers, timeout, on_finish, largest)
    if folder is not None:
        return search.run(lower, most, folder)
    with tempfile.TemporaryDirectory() as name:
        return search.run(lower, most, Path(name))


@dataclass
class _Search:
    """One number of rounds after the other; `question` has the rest."""

    question: Question
    depth: int
    workers: int
    timeout: float | None
    on_finish: Callable[[Finished], None] | None
    largest: int

    def _ask(self, question: Question, folder: Path) -> Conquered:
        depth = min(self.depth, question.rounds - 1)
        if clauses_about(question) > self.largest:
            return Conquered(question, None, (), tuple(all_sizes(question, depth)))
        return conquer(
            question,
            depth,
            folder,
            workers=self.workers,
            timeout=self.timeout,
            on_finish=self.on_finish,
        )

    def run(self, lower: Bound, most: int | None, folder: Path) -> tuple[Bound, Bound]:
        """From what is known without a search to both bounds."""
        q, least = self.question, lower.value or 1
        upper = UNKNOWN
        limit = most or q.n * (q.n + 1) // 2
        if not q.reading.has_clock:
            # Every round writes a cell; so D = n stands for all D.
            whole = self._ask(replace(q, rounds=q.n), folder)
            if whole.policy is not None:
                upper = Bound(q.n, SEARCHED, policy_certificate(whole.policy))
            elif not whole.open:
                text = refutation_certificate(whole.question, whole.cases)
                return Bound(None, SEARCHED, text, never=True), UNKNOWN
            limit = q.n - 1
        elif least <= ROUNDS and 3 <= q.n <= RUN and q.n > q.tokens + 1:
            policy = three_round_policy(q.n, q.tokens, q.reading)
            return self._certified(lower, folder), Bound(
                ROUNDS, SEARCHED, policy_certificate(policy)
            )
        lower = self._certified(lower, folder)
        still_open = 0
        for rounds in range(least, limit + 1):
            found = self._ask(replace(q, rounds=rounds), folder)
            if found.policy is not None:
                return lower, Bound(rounds, SEARCHED, policy_certificate(found.policy))
            if found.open:
                if not still_open:
                    lower = self._one_cell_less(rounds, lower, folder)
                still_open += 1
            elif not still_open:
                text = refutation_certificate(found.question, found.cases)
                lower = Bound(rounds + 1, SEARCHED, text)
            if still_open > TRIES:
                break
        return lower, upper

    def _certified(self, lower: Bound, folder: Path) -> Bound:
        """A bound that holds for all n, with a refutation of one round less if n is small."""
        if lower.value is None or lower.value < 2:
            return lower
        question = replace(self.question, rounds=lower.value - 1)
        if clauses_about(question) > CERTIFIED:
            return lower
        found = self._ask(question, folder)
        if found.policy is not None:
            raise Rejected(f"{question}: a sampler, against {lower.rests_on}")
        if found.open:
            return lower
        text = refutation_certificate(question, found.cases)
        return Bound(lower.value, f"{lower.rests_on}, and {SEARCHED}", text)

    def _one_cell_less(self, rounds: int, lower: Bound, folder: Path) -> Bound:
        """With the round number known the least D does not decrease with n."""
        q = self.question
        if not q.reading.has_clock or q.n < 3:
            return lower
        found = self._ask(replace(q, n=q.n - 1, rounds=rounds), folder)
        if found.policy is not None or found.open:
            return lower
        return Bound(rounds + 1, SMALLER, refutation_certificate(found.question, found.cases))


def point_of(tokens: int, reading: Reading, reals: Reals = Reals.UNRESTRICTED) -> Point:
    """The point of the lattice. It does not tell one set of cells from a set per round."""
    return Point(
        unmasking=Unmasking.DETERMINISTIC,
        clock=Clock.ROUND_NUMBER if reading.has_clock else Clock.STATE_ONLY,
        scratch=0,
        predictor=PredictorClass(reals, tokens),
    )


def local_results(
    n: int, tokens: int, reading: Reading, bounds: tuple[Bound, Bound]
) -> Sequence[RoundsResult]:
    """The bounds as results: one for real predictors and one for dyadic ones, which are equal."""
    return [
        result_of(f"even-parity-{n}", point_of(tokens, reading, reals), *([one] for one in bounds))
        for reals in (Reals.UNRESTRICTED, Reals.DYADIC)
    ]


def local_target_rounds(
    target: Law[State],
    tokens: int,
    reading: Reading,
    reals: Reals = Reals.UNRESTRICTED,
    *,
    most: int | None = None,
) -> tuple[Bound, Bound]:
    """Both bounds for any law on short strings of bits, F deterministic, with certificates.

    For at most `MOST_BITS` cells; for others nothing is asked. Asked are numbers of rounds up to
    `most` (default: n (n + 1) / 2), without the round number n, after which nothing changes. Raises
    `BadInput` for strings of other tokens or of no length.
    """
    n = len(next(iter(target)))
    question = Question(n, tokens, 1, reading)
    if n > MOST_BITS:
        return UNKNOWN, UNKNOWN
    lower = UNKNOWN
    if not reading.has_clock:
        whole = decide_target(target, replace(question, rounds=n), reals)
        if whole.policy is None:
            return Bound(None, SEARCHED_TARGET, whole.certificate, never=True), UNKNOWN
    limit = most or n * (n + 1) // 2
    for rounds in range(1, (limit if reading.has_clock else n) + 1):
        found = decide_target(target, replace(question, rounds=rounds), reals)
        if found.policy is not None:
            return lower, Bound(rounds, SEARCHED_TARGET, found.certificate)
        lower = Bound(rounds + 1, SEARCHED_TARGET, found.certificate)
    return lower, UNKNOWN


def exchangeable_rounds(n: int, tokens: int) -> tuple[Bound, Bound]:
    """The same for an F that treats all masked cells alike (one rate, or a uniform subset).

    If F is deterministic, too, it selects all masked cells or none, and no number of rounds is
    enough for n >= 2. At random, one round is not enough for n >= 2, and two are if p_i may read
    all other tokens: a uniform set of n - 1 cells, then the last one. Nothing else is known here.
    Raises `BadInput` for n < 1 or k < 0.
    """
    Question(n, tokens, 1, Reading.STATE_ONLY)
    if n == 1:
        return Bound(1, CONES), Bound(1, "one cell, one certain choice")
    upper = Bound(2, "a uniform set of n - 1 cells, then the last one")
    return Bound(2, PRODUCT), upper if tokens >= n - 1 else UNKNOWN
