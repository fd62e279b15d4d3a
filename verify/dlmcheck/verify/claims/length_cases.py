"""The cases over which least lengths are audited, and what is asked of each.

A case is an edit model, a width, a depth and an end convention. What is asked of it is answered
by `dlmcheck.verify.searches`; a scheme counts only if its run has the law of circuits of its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.shorter import compile_clocked_revision
from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, fails
from dlmcheck.verify.searches import scheme_queries, trajectories
from dlmcheck.verify.searches.scheme_schedules import compile_scheme
from dlmcheck.verify.searches.schemes import Scheme, objection
from dlmcheck.verify.searches.shortest import (
    built_length,
    counted_length,
    search,
    stated_length,
)

LEAST_REMASKING = {
    (1, 0): 1,
    (1, 1): 2,
    (1, 2): 3,
    (1, 3): 3,
    (1, 4): 3,
    (2, 0): 2,
    (2, 1): 4,
    (2, 2): 5,
    (2, 3): 5,
    (2, 4): 5,
}
"""(w, d) -> L: what is claimed with remasking, for want of a formula."""


@dataclass(frozen=True)
class Case:
    """A question about the least length."""

    edits: Edits
    width: int
    depth: int
    end: End

    @property
    def claimed(self) -> int:
        """The least L that is claimed: what counting leaves, or the table with remasking."""
        if self.edits is Edits.REMASK:
            return LEAST_REMASKING[self.width, self.depth]
        return counted_length(self.edits, self.width, self.depth)

    def __str__(self) -> str:
        return f"{self.edits.value} {self.width} {self.depth} {self.end.value}"


def read_case(text: str) -> Case:
    """The inverse of `str`. Raises `BadInput`."""
    try:
        edits, width, depth, end = text.split()
        return Case(Edits(edits), int(width), int(depth), End(end))
    except ValueError as error:
        raise BadInput(f"{text!r} is no case", source="witness") from error


def case_domain(edits: Sequence[Edits], width: int, depth: int, most: int = 0) -> Domain[Case]:
    """All cases with 1 <= w <= width, 0 <= d <= depth; with `most`, w(d+1) <= most besides."""

    def contains(case: Case) -> bool:
        fits = 1 <= case.width <= width and 0 <= case.depth <= depth and case.edits in edits
        return fits and (not most or case.width * (case.depth + 1) <= most)

    cases = [
        Case(e, w, d, end)
        for d in range(depth + 1)
        for w in range(1, width + 1)
        for e in edits
        for end in End
    ]
    name = f"{', '.join(e.value for e in edits)}: w <= {width}, d <= {depth}"
    count = 2 * len(edits) * width * (depth + 1)
    if most:
        name += f", w(d+1) <= {most}"
        count = 2 * len(edits) * sum(min(depth + 1, most // w) for w in range(1, width + 1))
    return Domain(name, count, lambda: filter(contains, cases), contains, str, read_case)


# --- circuits to run -------------------------------------------------------------------------


def example_circuits(width: int, depth: int) -> tuple[Circuit, ...]:
    """Two circuits with w random inputs and w gates a layer: negations, and mixed gates."""
    return tuple(_layers(width, depth, mixed) for mixed in (False, True))


def _layers(width: int, depth: int, mixed: bool) -> Circuit:
    builder = Builder.with_names(random=[f"r{i}" for i in range(width)])
    row: list[Literal] = list(range(width))
    for t in range(depth):
        pairs = [(row[j], row[(j + 1) % width]) for j in range(width)]
        if mixed and width > 1:
            ops = (Op.XOR, Op.AND, Op.OR)
            row = [builder.gate(ops[(t + j) % 3], pair) for j, pair in enumerate(pairs)]
        else:
            row = [builder.gate(Op.ID if mixed and t % 2 else Op.NOT, (a,)) for a, _ in pairs]
    return builder.build(row)


def runs(scheme: Scheme) -> str | None:
    """Why a scheme's runs do not have the laws of the circuits; None if they do."""
    reason = objection(scheme)
    if reason is not None:
        return f"{scheme}: {reason}"
    for circuit in example_circuits(scheme.width, scheme.depth):
        found = scheme_difference(scheme, circuit)
        if found is not None:
            return f"{scheme}: {found}"
    return None


def scheme_difference(scheme: Scheme, circuit: Circuit) -> str | None:
    """Why the run by a scheme has not the law of a circuit; None if it has."""
    found = difference(compile_scheme(scheme, circuit), circuit)
    return None if found is None else found.reason


# --- properties ------------------------------------------------------------------------------


def least_by(decide: Callable[[Case, int], Scheme | None]) -> Callable[[Case], Outcome]:
    """No scheme is shorter than claimed, and one of the claimed length runs."""

    def holds(case: Case) -> Outcome:
        for length in range(case.width, case.claimed):
            shorter = decide(case, length)
            if shorter is not None:
                return fails(f"{length} cells, {case.claimed} claimed: {shorter}")
        found = decide(case, case.claimed)
        if found is None:
            return fails(f"no scheme on {case.claimed} cells")
        reason = runs(found)
        return HOLDS if reason is None else fails(reason)

    return holds


def by_search(case: Case, length: int) -> Scheme | None:
    """All schemes, gone through."""
    return search(case.edits, case.width, case.depth, length, case.end).scheme


def by_refutation(case: Case, length: int) -> Scheme | None:
    """The propositional question; a refutation is checked."""
    return scheme_queries.decide(case.edits, case.width, case.depth, length, case.end).scheme


def is_least(length: Callable[[Edits, int, int], int]) -> Callable[[Case], Outcome]:
    """No scheme is shorter than a construction (given by its length)."""

    def holds(case: Case) -> Outcome:
        taken = length(case.edits, case.width, case.depth)
        found = by_search(case, taken - 1)
        if found is None:
            return HOLDS
        reason = runs(found)
        return fails(reason or f"{taken - 1} cells instead of {taken}: {found}")

    return holds


stated_is_least = is_least(stated_length)
built_is_least = is_least(built_length)


def negations_need(case: Case) -> Outcome:
    """Even with masks that depend on values, w negated wires need the claimed length."""
    return _wires_need(trajectories.negations(case.width, case.depth), case)


def copies_need(case: Case) -> Outcome:
    """The same for w wires that are copied from layer to layer."""
    return _wires_need(trajectories.copies(case.width, case.depth), case)


def _wires_need(wires: trajectories.Wires, case: Case) -> Outcome:
    # A further cell that shows a constant does no harm, so one length below says it for all.
    fewer = case.claimed - 1
    if fewer >= case.width:
        system, _ = trajectories.decide(wires, case.edits, fewer, case.end)
        if system is not None:
            return fails(f"{fewer} cells, {case.claimed} with a scheme")
    system, _ = trajectories.decide(wires, case.edits, case.claimed, case.end)
    return HOLDS if system is not None else fails(f"impossible on {case.claimed} cells")


def needed_with_clock(case: Case) -> Outcome:
    """With the round number as well, revision does not get by with fewer cells than claimed."""
    if case.edits is not Edits.REVISE_TOKEN:
        return NOT_MET
    for circuit in example_circuits(case.width, case.depth):
        schedule = compile_clocked_revision(circuit, end=case.end).schedule
        if difference(schedule, circuit) is not None or schedule.length >= case.claimed:
            return HOLDS
    return fails(f"{case.width} cells are enough, {case.claimed} without the round number")
