"""Ties that a decoder meets: where it compares equal scores, and whether they decide anything.

Every configuration is run once more under a `Watch`, all ways of the step, and where equal numbers
were compared twice more: with the later cell (or token) larger in every tie, and with the earlier
one; they are not equal then. If what is decided does not have one law in all three, ties decide
there. The laws that are reported are not made of these runs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from dlmcheck.spec.choices import Choices, NotReproducible, TooManyChoices
from dlmcheck.spec.decoder import Candidates, Decoder, StepFunction
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State, Token
from dlmcheck.verify.decoders.exploration import explored
from dlmcheck.verify.decoders.foreign import ForeignStep
from dlmcheck.verify.decoders.tie_watch import Kind, Tie, Watch, WatchedLaw, watching

MOST_RUNS = 8_000
"""So many runs of the step are watched."""


@dataclass(frozen=True)
class Example:
    """The first tie of a kind: in which round, at which state."""

    round_number: int
    state: State
    tie: Tie

    def place(self) -> tuple[object, ...]:
        """Earlier rounds first, then by state and cells."""
        tie = self.tie
        return self.round_number, self.state, sorted(tie.left), sorted(tie.right), tie.value


@dataclass(frozen=True)
class Ties:
    """In how many of the configurations that were watched equal numbers were compared.

    `watched` of `configurations` are gone through, in the order of the rounds. `ranked` are those
    in which two equal numbers were put in order, `between_cells` and `between_tokens` those of
    them in which these were seen to be about different cells, or about tokens of one cell.
    `tested` are those with a comparison by ==; in `decided` what the step does depends on how ties
    are broken, of either kind; in `decided_between_cells` there is one of different cells among
    them. `thresholds` are those with an equal number that is not the predictor's. `refused` says
    why the step could not be watched.
    """

    configurations: int
    watched: int
    ranked: int
    between_cells: int
    between_tokens: int
    decided: int
    decided_between_cells: int
    tested: int
    thresholds: int
    example: Example | None
    threshold: Example | None
    refused: str | None = None


class _EnoughError(Exception):
    """All runs that may be watched have been."""


class _Watcher:
    """Runs a step under a watch, and counts the runs."""

    def __init__(self, decoder: Decoder, most_runs: int) -> None:
        self._decoder = decoder
        step = decoder.step
        self._step: StepFunction = step.once if isinstance(step, ForeignStep) else step
        self._left = most_runs

    def run(
        self, before: Configuration, number: int, prefer: int
    ) -> tuple[Law[Hashable], frozenset[Tie]]:
        """The law of what is decided, and the ties that were met. Raises `_EnoughError`."""
        watch = Watch(prefer)
        met: set[Tie] = set()
        state, memory = before.state, before.memory

        def way(choices: Choices) -> Hashable:
            if not self._left:
                raise _EnoughError
            self._left -= 1
            watch.begin()
            laws: dict[int, Law[Token]] = {}

            def law(cell: int) -> Law[Token]:
                if cell not in laws:
                    laws[cell] = WatchedLaw(self._decoder.predictor(state, cell), cell, watch)
                return laws[cell]

            candidates = Candidates(law, choices)
            made = self._step(state, number, memory, candidates, choices)
            met.update(watch.met)
            cells = {*made.reveal, *(cell for cell, _ in made.reveal_coins)}
            seen = tuple((c, candidates.token(c)) for c in sorted(cells) if candidates.was_drawn(c))
            return made, seen

        with watching(watch):
            decided = explored(way)
        return decided, frozenset(met)

    def matters(self, before: Configuration, number: int, law: Law[Hashable]) -> bool:
        """Whether it is seen to matter how ties are broken, where a law of what is decided comes of
        the ties as they are; it is not where the step cannot be run with ties broken otherwise.
        """
        try:
            later, _ = self.run(before, number, 1)
            earlier, _ = self.run(before, number, -1)
        except (NotReproducible, TooManyChoices, DlmcheckError):
            return False
        return not law == later == earlier


def _of_cells(tie: Tie) -> bool:
    return tie.kind is not Kind.THRESHOLD and tie.is_between_cells


def ties(
    decoder: Decoder,
    configurations: Iterable[tuple[Configuration, int]],
    most_runs: int = MOST_RUNS,
) -> Ties:
    """The ties of a decoder at some configurations, each with the round in which it is reached."""
    every = list(configurations)
    watcher = _Watcher(decoder, most_runs)
    found: list[tuple[Configuration, int, frozenset[Tie], bool]] = []
    refused = None
    for before, number in every:
        try:
            law, met = watcher.run(before, number, 0)
            equal = any(tie.kind is not Kind.THRESHOLD for tie in met)
            decided = equal and watcher.matters(before, number, law)
        except _EnoughError:
            break
        except (NotReproducible, TooManyChoices, DlmcheckError) as error:
            refused = str(error)
            break
        found.append((before, number, met, decided))

    def count(kind: Kind, which: str | None = None) -> int:
        return sum(
            any(tie.kind is kind and (which is None or getattr(tie, which)) for tie in met)
            for _, _, met, _ in found
        )

    def first(kind: Kind) -> Example | None:
        every = (
            Example(number, before.state, tie)
            for before, number, met, _ in found
            for tie in met
            if tie.kind is kind
        )
        return min(every, key=Example.place, default=None)

    return Ties(
        len(every),
        len(found),
        count(Kind.ORDER),
        count(Kind.ORDER, "is_between_cells"),
        count(Kind.ORDER, "is_between_tokens"),
        sum(decided for *_, decided in found),
        sum(decided and any(map(_of_cells, met)) for _, _, met, decided in found),
        count(Kind.EQUALITY),
        count(Kind.THRESHOLD),
        first(Kind.ORDER),
        first(Kind.THRESHOLD),
        refused,
    )
