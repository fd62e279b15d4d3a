"""Engines for exact laws behind one interface: what is asked, what is answered, who is asked.

A *problem* is the law of a circuit's outputs over its fair coins (`CircuitLaw`), or the law of
the output cells of a schedule's run (`RunLaw`), for data that are given. An *answer* is a
`CountedLaw`, integer counts over a power of two in a canonical form, or `Unknown` with the limit
that was met; never a part of a law and never a float. Two engines agree exactly if their answers
are equal as objects.

To add an engine: a module of this package with an object that has the three methods of
`LawEngine`, and one line in `ENGINES`. The module is imported when it is asked, and imports heavy
libraries inside `law`. `estimate` must be quick (no library, nothing exponential); an engine that
cannot tell how long it will take gives no seconds and is chosen only when all that can tell would
take too long. The contract suite tests/verify/engines/test_law_contract.py goes over the table:
engines that take circuits, engines that take runs, or both. A law that is known in a compact form
only (uniform on an affine space of high dimension, say) is answered here as far as `outcomes`
allows, with `Why.OUTCOMES` beyond; the compact form is for a function of that engine's own.

`law` gives the name of the engine beside its answer; with `auto` it asks the engine that `choose`
has chosen, and says why. What the kernel can replay of an answer is in `kernel.counted_laws`,
`kernel.diagram_laws` and `kernel.frontier_laws`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique
from fractions import Fraction
from importlib import import_module
from typing import Protocol, cast

from dlmcheck.spec.circuit import Bits, Circuit
from dlmcheck.spec.errors import BadCircuit, BadInput
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import Schedule

AUTO = "auto"
PATIENCE = 600.0
"""Seconds that `choose` allows an engine by its estimate where no limit is given."""
QUICK = 0.1
"""An engine that expects to take no longer is chosen without asking those after it."""
LARGE, FEW = 2000, 16
"""A circuit of more gates is first shown to the engine that tells by how few values are live: with
so few outputs at once, else after the one for linear circuits, as outputs are live at the end."""
ASKING = 1e-5
"""Seconds for a gate that asking all others takes, roughly: what is quicker is chosen at once."""
PROBE, PROBE_NODES = 5.0, 1 << 16
"""Seconds and nodes for a try of those that cannot tell, where every estimate is longer."""


@dataclass(frozen=True)
class CircuitLaw:
    """The law of a circuit's outputs for given data (in input order), over its random inputs.

    Raises `BadCircuit` if the number of data values does not fit.
    """

    circuit: Circuit
    data: Bits = ()

    def __post_init__(self) -> None:
        if len(self.data) != len(self.circuit.data_inputs):
            raise BadCircuit(
                f"{len(self.data)} data values",
                expected=f"{len(self.circuit.data_inputs)}, one for each data input",
            )

    @property
    def outputs(self) -> int:
        """The number of output bits."""
        return len(self.circuit.outputs)


@dataclass(frozen=True)
class RunLaw:
    """The law of a schedule's output cells after its last round, for given data.

    The run has to be legal: an engine that meets a broken rule raises `IllegalSampler` or
    `IllegalCode`, and gives no law. Raises `BadInput` if the number of data values does not fit.
    """

    schedule: Schedule
    data: Bits = ()

    def __post_init__(self) -> None:
        if len(self.data) != len(self.schedule.data_cells):
            raise BadInput(
                f"{len(self.data)} values for {len(self.schedule.data_cells)} data cells"
            )

    @property
    def outputs(self) -> int:
        """The number of output bits."""
        return len(self.schedule.output)


LawProblem = CircuitLaw | RunLaw


@dataclass(frozen=True)
class Limits:
    """What an engine may use; None is no limit. Each ends in `Unknown`, not in an error.

    `seconds` and `memory` (bytes) are looked at between blocks of work, so an engine may go over
    them by one block; who needs more runs it as a task (`dlmcheck.verify.jobs`). `nodes` bounds
    decision diagrams and the rows of a sweep, `outcomes` the outcomes that are listed.
    """

    seconds: float | None = None
    memory: int | None = None
    nodes: int | None = None
    outcomes: int | None = 1 << 22


@unique
class Why(Enum):
    """Why there is no answer."""

    TIME = "time"
    MEMORY = "memory"
    NODES = "nodes"
    OUTCOMES = "outcomes"
    REFUSED = "refused"
    """The engine does not take such a problem."""


@dataclass(frozen=True)
class Unknown:
    """No answer, and the limit that was met."""

    why: Why
    message: str


def too_many(outcomes: int, limits: Limits) -> Unknown | None:
    """The answer where more outcomes are listed than are wanted; None within the limit."""
    if limits.outcomes is None or outcomes <= limits.outcomes:
        return None
    return Unknown(Why.OUTCOMES, f"more than {limits.outcomes} outcomes")


@dataclass(frozen=True)
class CountedLaw:
    """An exact law on words of `outputs` bits: `counts[word]` over 2^exponent.

    The first output is the highest bit of a word, so that words in ascending order are output
    strings in lexicographic order. Only positive counts are listed, in ascending order of words,
    and the exponent is the least possible. Build it with `counted`, which sees to that. Raises
    `ValueError` if these rules are broken or the counts do not sum to 2^exponent.
    """

    outputs: int
    counts: Mapping[int, int]
    exponent: int

    def __post_init__(self) -> None:
        words, counts = list(self.counts), self.counts.values()
        if words != sorted(words) or not 0 <= words[0] <= words[-1] < 1 << self.outputs:
            raise ValueError("the words are out of range or out of order")
        if min(counts) <= 0 or sum(counts) != 1 << self.exponent:
            raise ValueError("the counts are no law over this power of two")
        if self.exponent and not any(count & 1 for count in counts):
            raise ValueError("the exponent is not the least possible")

    def text(self, word: int) -> str:
        """A word as the string of output bits, first output first.

        >>> CountedLaw(3, {1: 1}, 0).text(1)
        '001'
        """
        return f"{word:0{self.outputs}b}" if self.outputs else ""

    def probability(self, word: int) -> Fraction:
        """The probability of a word."""
        return Fraction(self.counts.get(word, 0), 1 << self.exponent)

    def as_law(self) -> Law[Bits]:
        """The same law in fractions, on tuples of bits as `spec.circuit.output_law` has it."""
        return Law({self.bits(word): self.probability(word) for word in self.counts})

    def bits(self, word: int) -> Bits:
        """A word as a tuple of bits, first output first."""
        return tuple(bit == "1" for bit in self.text(word))


def counted(outputs: int, counts: Mapping[int, int], exponent: int) -> CountedLaw:
    """Counts over 2^exponent in canonical form; zero counts are dropped.

    Raises `ValueError` if the counts are no law.

    >>> counted(1, {1: 2, 0: 6}, 3)
    CountedLaw(outputs=1, counts={0: 3, 1: 1}, exponent=2)
    """
    kept = {word: counts[word] for word in sorted(counts) if counts[word]}
    common = 0
    for count in kept.values():
        common |= count
    shift = min((common & -common).bit_length() - 1, exponent) if common > 0 else 0
    return CountedLaw(outputs, {w: count >> shift for w, count in kept.items()}, exponent - shift)


def word_of(bits: Sequence[int | bool]) -> int:
    """Output bits, first output first, as a word.

    >>> word_of((False, True, True))
    3
    """
    word = 0
    for bit in bits:
        word = 2 * word + bit
    return word


@dataclass(frozen=True)
class Estimate:
    """What an engine expects of a problem: seconds (None: it cannot tell) and the reason.

    `outcomes` is how many outcomes the law has, where that is known beforehand.
    """

    seconds: float | None
    reason: str
    outcomes: int | None = None


class LawEngine(Protocol):
    """What an engine offers. Its name is its key in `ENGINES`."""

    def refuses(self, problem: LawProblem) -> str:
        """Why it does not take a problem at all, in a few words; empty if it does."""
        ...

    def estimate(self, problem: LawProblem) -> Estimate:
        """How long it would take, roughly; for a problem that it does not refuse."""
        ...

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """The exact law, or the limit that was met. Raises the model's errors for illegal runs."""
        ...


ENGINES: dict[str, str] = {
    "reference": "dlmcheck.verify.engines.law_by_reference",
    "columns": "dlmcheck.verify.engines.law_by_columns",
    "compiled": "dlmcheck.verify.engines.law_by_compiled",
    "numpy": "dlmcheck.verify.engines.law_by_numpy",
    "diagrams": "dlmcheck.verify.engines.law_by_diagrams",
    "linear": "dlmcheck.verify.engines.law_by_elimination",
    "states": "dlmcheck.verify.engines.law_by_states",
    "plain-states": "dlmcheck.verify.engines.law_by_plain_states",
    "frontier": "dlmcheck.verify.engines.law_by_frontier",
}
"""Name and module; the module has the engine as `ENGINE`."""


def engine(name: str) -> LawEngine:
    """The engine of a name. Raises `BadInput` if there is none."""
    if name not in ENGINES:
        raise BadInput(
            f"no engine {name!r}", source="--engine", expected=", ".join([AUTO, *ENGINES])
        )
    return cast(LawEngine, import_module(ENGINES[name]).ENGINE)


@dataclass(frozen=True)
class Choice:
    """The engine that was chosen (empty if all refuse), why, and the seconds it expects to take.

    `open_ended` are the engines that cannot tell.
    """

    engine: str
    why: str
    seconds: float | None = None
    open_ended: tuple[str, ...] = ()


def choose(
    problem: LawProblem, limits: Limits | None = None, without: Collection[str] = ()
) -> Choice:
    """The engine with the least estimated time; one that cannot tell, if that is too long.

    Too long is the limit of seconds, or `PATIENCE` without one. If every engine can tell and
    takes too long, the quickest is chosen all the same. Engines in `without` are not asked.
    """
    bound = PATIENCE if limits is None or limits.seconds is None else limits.seconds
    most = None if limits is None else limits.outcomes
    known: list[tuple[float, str, str]] = []
    open_ended: list[tuple[str, str]] = []
    refusals: list[str] = []
    gates = len(problem.circuit.gates) if isinstance(problem, CircuitLaw) else 0
    quick = max(QUICK, ASKING * gates)
    first = ["linear", "frontier"] if gates > LARGE else ["linear"]
    if problem.outputs <= FEW:
        first.reverse()
    for name in sorted(ENGINES, key=lambda name: first.index(name) if name in first else 2):
        one = engine(name)
        refusal = "did not succeed" if name in without else one.refuses(problem)
        if refusal:
            refusals.append(f"{name}: {refusal}")
            continue
        estimate = one.estimate(problem)
        if most is not None and estimate.outcomes is not None and estimate.outcomes > most:
            why = f"{estimate.reason}, more than any engine may list"
            return Choice(name, why, 0.0)
        if estimate.seconds is None:
            open_ended.append((name, estimate.reason))
        else:
            known.append((estimate.seconds, name, estimate.reason))
            if estimate.seconds <= quick:
                return Choice(name, f"{estimate.reason}; {about(quick)} or less", quick)
    # A sweep meets its limit sooner than diagrams do.
    open_ended.sort(key=lambda one: one[0] != "frontier")
    others = tuple(name for name, _ in open_ended)
    if known:
        seconds, name, reason = min(known)
        if seconds <= bound or not open_ended:
            why = f"{reason}; {about(seconds)}, the least of {len(known)} engines"
            return Choice(name, why, seconds, others)
        best = f"{name}, the quickest that can tell, would take {about(seconds)}"
    else:
        best = "no engine can tell how long it takes"
    if open_ended:
        name, reason = open_ended[0]
        return Choice(name, f"{reason}; {best}", None, others)
    return Choice("", "; ".join(refusals))


def about(seconds: float) -> str:
    """An estimate in words: one digit is all that it is worth."""
    return f"about {seconds:.1g} s" if seconds < 100 else f"about {seconds:.0e} s"


@dataclass(frozen=True)
class Answered:
    """An answer, the engine that gave it, and why it was asked."""

    engine: str
    why: str
    answer: CountedLaw | Unknown


def law(problem: LawProblem, name: str = AUTO, limits: Limits | None = None) -> Answered:
    """The exact law of a problem by an engine, or by the one that `choose` takes.

    Raises `BadInput` for an engine that does not exist, and the errors of `LawEngine.law`.
    """
    limits = limits or Limits()
    began = time.monotonic()
    failed: list[str] = []
    gave_up: Answered | None = None
    while True:
        choice = choose(problem, limits, failed) if name == AUTO else Choice(name, "asked for")
        if gave_up is not None and (not choice.engine or choice.seconds is not None):
            return gave_up
        if not choice.engine:
            return Answered("", choice.why, Unknown(Why.REFUSED, choice.why))
        if gave_up is None and (tried := _tried(problem, choice, limits)) is not None:
            return tried
        chosen = engine(choice.engine)
        refusal = chosen.refuses(problem)
        left = limits
        if limits.seconds is not None and gave_up is not None:
            left = replace(limits, seconds=max(0.0, limits.seconds - time.monotonic() + began))
        answer = Unknown(Why.REFUSED, refusal) if refusal else chosen.law(problem, left)
        answered = Answered(choice.engine, _with_detail(choice.why, chosen), answer)
        if name != AUTO or not isinstance(answer, Unknown):
            return answered
        if answer.why is Why.NODES and len(choice.open_ended) > 1:
            gave_up = gave_up or answered  # another one that cannot tell may have room enough
        elif answer.why is not Why.REFUSED:
            return gave_up or answered
        failed.append(choice.engine)  # a compiler that is there and does not work, for example


def _tried(problem: LawProblem, choice: Choice, limits: Limits) -> Answered | None:
    """A short try of each engine that cannot tell, where that is short beside the choice."""
    others = choice.open_ended
    if choice.seconds is None:
        others, known = (others if len(others) > 1 else ()), "no estimate helps"
    else:
        others = others if choice.seconds > PROBE else ()
        known = f"{choice.engine} would take {about(choice.seconds)}"
    for other in others:
        nodes = min(PROBE_NODES, limits.nodes or PROBE_NODES)
        seconds = PROBE if limits.seconds is None else min(PROBE, limits.seconds / 4)
        answer = engine(other).law(problem, replace(limits, seconds=seconds, nodes=nodes))
        if isinstance(answer, CountedLaw):
            why = _with_detail(f"{known}, and a try succeeded", engine(other))
            return Answered(other, why, answer)
    return None


def _with_detail(why: str, asked: LawEngine) -> str:
    """A reason, and what the engine has to say of its last answer: some keep a text `said`."""
    said = str(getattr(asked, "said", ""))
    return f"{why}; {said}" if said else why
