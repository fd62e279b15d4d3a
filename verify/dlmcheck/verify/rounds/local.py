"""The least number of rounds for even parity, write-once, at locality k: both bounds, certified.

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; the note T4.5-LOCAL.
Write-once, L = n, every p_i and F_i reads at most k tokens beside its own mask status. F is
deterministic in `local_rounds`; dyadic and real predictors need the same rounds there, as every
choice that is reached is fair or certain (rigidity). `exchangeable_rounds` is about an F that treats
all masked cells alike.

Bounds that hold for all n (by name of their notes) come first; then each number of rounds in
between is decided by a policy that the specification runs, or a refutation that the kernel checks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock, Point, PredictorClass, Reals, Unmasking
from dlmcheck.verify.jobs import Finished
from dlmcheck.verify.kernel.local_certificate import policy_certificate, refutation_certificate
from dlmcheck.verify.rounds.results import UNKNOWN, Bound, RoundsResult, strongest_lower
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_cubes import Conquered, conquer

SEARCHED = "a certificate of kind locality"
CONES = "D >= 1 + ceil(log_(k+1) n) (T4.5)"
THREE = "three rounds are enough only for n <= 2k + 1 (T4.5-LOCAL)"
SMALLER = "no sampler for one cell less (a certificate of kind locality), and more cells are harder"
PRODUCT = "one round is a product law"
TRIES = 3
"""So many numbers of rounds are tried after one that was left open, for an upper bound."""


def lower_for_all(n: int, tokens: int, reading: Reading) -> Bound:
    """The lower bound that is known without a search. Raises `BadInput` for n < 1 or k < 0."""
    Question(n, tokens, 1, reading)
    least = least_rounds(n, tokens)
    if least is None:
        return Bound(None, CONES, never=True)
    bounds = [Bound(least, CONES)]
    # A sampler that does not know the round number is one that does not use it.
    if n > 2 * tokens + 1:
        bounds.append(Bound(4, THREE))
    return strongest_lower(bounds)


def local_rounds(
    n: int,
    tokens: int,
    reading: Reading,
    *,
    most: int | None = None,
    depth: int = 0,
    folder: Path | None = None,
    workers: int = 1,
    timeout: float | None = None,
    on_finish: Callable[[Finished], None] | None = None,
) -> tuple[Bound, Bound]:
    """Both bounds for D_n, with certificates where they come from a search.

    Asked are numbers of rounds up to `most` (default: n (n + 1) / 2). Each question is split into
    cases to a depth, `workers` at a time with `timeout` seconds each; finished cases stay in the
    folder, if there is one, and are not decided again. What is left open leaves an interval.
    Raises `BadInput` for numbers out of range.
    """
    lower = lower_for_all(n, tokens, reading)
    if lower.never:
        return lower, UNKNOWN
    if folder is None:
        with tempfile.TemporaryDirectory() as name:
            search = _Search(n, tokens, reading, depth, Path(name), workers, timeout, on_finish)
            return search.run(lower, most)
    search = _Search(n, tokens, reading, depth, folder, workers, timeout, on_finish)
    return search.run(lower, most)


class _Search:
    def __init__(
        self,
        n: int,
        tokens: int,
        reading: Reading,
        depth: int,
        folder: Path,
        workers: int,
        timeout: float | None,
        on_finish: Callable[[Finished], None] | None,
    ) -> None:
        if depth < 0:
            raise BadInput(f"depth {depth}", source="local rounds", expected="a depth >= 0")
        self.question = Question(n, tokens, 1, reading)
        self.depth, self.folder = depth, folder
        self.workers, self.timeout, self.on_finish = workers, timeout, on_finish

    def _ask(self, question: Question) -> Conquered:
        return conquer(
            question,
            min(self.depth, question.rounds - 1),
            self.folder,
            workers=self.workers,
            timeout=self.timeout,
            on_finish=self.on_finish,
        )

    def run(self, lower: Bound, most: int | None) -> tuple[Bound, Bound]:
        """Ask one number of rounds after the other, until a sampler is found."""
        q = self.question
        state_only = not q.reading.has_clock
        limit = q.n if state_only else most or q.n * (q.n + 1) // 2
        upper = UNKNOWN
        if state_only and lower.value is not None and lower.value <= q.n:
            # Every round writes a cell; so D = n stands for all D.
            whole = self._ask(replace(q, rounds=q.n))
            if whole.policy is not None:
                upper = Bound(q.n, SEARCHED, policy_certificate(whole.policy))
            elif not whole.open:
                text = refutation_certificate(whole.question, whole.cases)
                return Bound(None, SEARCHED, text, never=True), UNKNOWN
            limit = q.n - 1
        still_open = 0
        for rounds in range(lower.value or 1, limit + 1):
            found = self._ask(replace(q, rounds=rounds))
            if found.policy is not None:
                return lower, Bound(rounds, SEARCHED, policy_certificate(found.policy))
            if found.open:
                if not still_open:
                    lower = self._one_cell_less(rounds, lower)
                still_open += 1
            elif not still_open:
                text = refutation_certificate(found.question, found.cases)
                lower = Bound(rounds + 1, SEARCHED, text)
            if still_open > TRIES:
                break
        return lower, upper

    def _one_cell_less(self, rounds: int, lower: Bound) -> Bound:
        """With the round number known the least D does not decrease with n."""
        q = self.question
        if not q.reading.has_clock or q.n < 3:
            return lower
        found = self._ask(replace(q, n=q.n - 1, rounds=rounds))
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
        RoundsResult(f"even-parity-{n}", point_of(tokens, reading, reals), *bounds)
        for reals in (Reals.UNRESTRICTED, Reals.DYADIC)
    ]


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
