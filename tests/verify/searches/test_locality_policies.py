"""Three encodings and the samplers themselves, policy by policy, for up to three cells."""

# The SAT solver's package has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from pysat.solvers import Solver

from dlmcheck.spec.errors import IllegalSampler
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.kernel.local_certificate import Case
from dlmcheck.verify.kernel.local_parity import LocalParity
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches import locality_last
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_brute import Trace, samplers_by_traces
from dlmcheck.verify.searches.locality_last import LastCellEncoding
from dlmcheck.verify.searches.locality_refute import decide
from dlmcheck.verify.searches.locality_states import StateEncoding
from dlmcheck.verify.searches.locality_traces import TraceEncoding

Traces = tuple[Trace, ...]


@cache
def samplers(n: int, rounds: int) -> dict[Traces, dict[Reading, int]]:
    return samplers_by_traces(n, rounds)


def literals_on(
    encoding: TraceEncoding | LastCellEncoding | StateEncoding, model: set[int]
) -> tuple[Traces, list[int]]:
    """The traces of a model, and literals of the model that fix them."""
    q = encoding.question
    used: list[int] = []

    def holds(literal: int | bool) -> bool:
        if isinstance(literal, bool):
            return literal
        used.append(literal if literal in model else -literal)
        return literal in model

    def step(number: int, z: State, before: frozenset[int]) -> frozenset[int]:
        if not isinstance(encoding, StateEncoding):
            return frozenset(i for i in range(q.n) if holds(encoding.visible(number, i, z)))
        state = tuple(bit if i in before else MASK for i, bit in enumerate(z))
        masked = [i for i in range(q.n) if i not in before]
        return before | {i for i in masked if holds(encoding.selected(number, i, state))}

    traces: list[Trace] = []
    for z in q.strings():
        trace: list[frozenset[int]] = [frozenset()]
        for number in range(1, q.rounds + 1):
            trace.append(step(number, z, trace[-1]))
        traces.append(tuple(trace))
    return tuple(traces), used


def all_models(encoding: TraceEncoding | LastCellEncoding | StateEncoding) -> set[Traces]:
    """The traces of all models."""
    found: set[Traces] = set()
    with Solver(name="g4", bootstrap_with=encoding.formula.clauses) as solver:
        while solver.solve():
            traces, used = literals_on(encoding, set(solver.get_model() or []))
            assert traces not in found
            found.add(traces)
            solver.add_clause([-literal for literal in used])
    return found


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(
    ("n", "rounds"), [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)]
)
def test_encodings_have_exactly_the_samplers_that_there_are(
    n: int, rounds: int, reading: Reading
) -> None:
    """A sampler is a model, and a model is a sampler."""
    for tokens in range(n):
        question = Question(n, tokens, rounds, reading)
        wanted = {t for t, read in samplers(n, rounds).items() if read[reading] <= tokens}
        for encoding in (
            TraceEncoding(question, symmetry=False),
            StateEncoding(question, symmetry=False),
            LastCellEncoding(question, symmetry=False),
        ):
            assert all_models(encoding) == wanted, f"{question}, {encoding.name}"


@pytest.mark.parametrize("rounds", [2, 3])
@pytest.mark.parametrize("reading", Reading)
def test_the_symmetry_keeps_one_sampler_of_each_kind(rounds: int, reading: Reading) -> None:
    """Renaming cells and flipping two bits leads from the models kept to all others."""
    strings = Question(3, 2, rounds, reading).strings()
    for tokens in (1, 2):
        question = Question(3, tokens, rounds, reading)
        kept = all_models(LastCellEncoding(question))
        whole = all_models(LastCellEncoding(question, symmetry=False))
        assert kept <= whole
        reached = set(kept)
        for traces, cells, flip in product(
            kept, ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)), strings
        ):
            moved: dict[State, Trace] = {}
            for z, trace in zip(strings, traces, strict=True):
                flipped = [bit ^ other for bit, other in zip(z, flip, strict=True)]
                image = tuple(flipped[cells.index(i)] for i in range(3))
                moved[image] = tuple(frozenset(cells[i] for i in seen) for seen in trace)
            reached.add(tuple(moved[z] for z in strings))
        assert reached == whole


def test_canary_a_lost_condition_gives_models_that_are_no_samplers() -> None:
    question = Question(3, 1, 3, Reading.ONE_SET)
    wanted = {t for t, read in samplers(3, 3).items() if read[Reading.ONE_SET] <= 1}
    encoding = TraceEncoding(question, symmetry=False)
    encoding.formula.clauses = encoding.formula.without("p is local").clauses
    found = all_models(encoding)
    assert wanted < found


class SelectsAnyhow(LocalParity):
    """F is not local."""

    def _selects(self, t: int, i: int) -> None:
        del t, i


class WritesAnyhow(LocalParity):
    """p is not local."""

    def _writes(self, t: int, i: int) -> None:
        del t, i


class NobodyLast(LocalParity):
    """No cell is written alone at last."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        last = {v for v, name in enumerate(self.names, start=1) if name.kind == "last"}
        self.clauses = [c for c in self.clauses if not last & {abs(literal) for literal in c}]


@pytest.mark.parametrize(
    ("formula", "question"),
    [
        (SelectsAnyhow, Question(4, 1, 3, Reading.PER_ROUND)),
        (WritesAnyhow, Question(4, 1, 2, Reading.PER_ROUND)),
        (NobodyLast, Question(3, 2, 1, Reading.ONE_SET)),
    ],
)
def test_canary_last_cells_without_a_condition(
    formula: type[LocalParity], question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is refuted has a model then, and the specification finds out that it is no sampler."""
    assert isinstance(decide(question), Case)
    monkeypatch.setattr(locality_last, "LocalParity", formula)
    with pytest.raises((Rejected, IllegalSampler)):
        decide(question)


@pytest.mark.parametrize("rounds", [2, 3])
def test_no_sampler_treats_all_cells_alike(rounds: int) -> None:
    """F that commutes with renaming cells selects all of them at first, or none."""
    for n in (2, 3):
        for traces in samplers(n, rounds):
            first = [seen for seen in traces[0] if seen]
            assert len(first[0]) < n
