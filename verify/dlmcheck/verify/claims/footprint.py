"""C-SPACE: what it costs not to rewrite: the footprint of write-once simulation.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3: without remasking or revision the footprint
grows with the size of the circuit, not with its width. Two precise forms are audited: gate for
gate, and for single functions by gate-local predictors in any number of rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dlmcheck.model.constructions.rows import rows_of
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.spec.circuit import Op, all_data, evaluate
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Stop
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.sampler import DeterministicUnmasking, Sampler, output_law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions
from dlmcheck.verify.claims import length_cases, proved_schemes
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.length_cases import Case, case_domain
from dlmcheck.verify.claims.length_certificates import Named, no_programs, no_schemes
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.kernel.laws import as_tokens, difference
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails
from dlmcheck.verify.proofs import gate_counts, scheme_lengths
from dlmcheck.verify.searches.explicit_schemes import revision_scheme
from dlmcheck.verify.searches.schemes import Scheme
from dlmcheck.verify.searches.write_once_space import (
    Target,
    computable,
    decide_program,
    essential_inputs,
    gates_taken,
    running,
    targets,
    without_copies,
)

SEARCH = "all schemes, gone through"
REFUTATIONS = "clauses; refutations checked by unit propagation"
PROGRAMS = "all programs, gone through"
FAN_IN = "fan-in against essential inputs"

CELLS = "one cell for each gate, and no fewer"
RUNS = "so many cells are enough, by a run"
GROWTH = "n - 1 cells write-once, ceil(log2(n+1)) with revision"
MEMORY = "no fewer cells if masks depend on values"
UNBOUNDED = "no fewer cells if a cell may read everything"
REWRITTEN = "no fewer cells if tokens may change"


def _no_fewer(decide: Callable[[Target, int], bool]) -> Callable[[Target], Outcome]:
    def holds(target: Target) -> Outcome:
        gates = gates_taken(target)
        for fewer in range(gates):
            if decide(target, fewer):
                return fails(f"{fewer} cells are enough")
        return HOLDS if decide(target, gates) else fails(f"{gates} cells are too few")

    return holds


def _runs(target: Target) -> Outcome:
    plain = without_copies(target.circuit)
    schedule = compile_write_once(plain).schedule
    cells = schedule.length - target.inputs
    if cells != gates_taken(target):
        return fails(f"{cells} cells")
    found = difference(schedule, target.circuit)
    return HOLDS if found is None else fails(found.reason)


def _grows(target: Target) -> Outcome:
    """Fan-in two bounds write-once from below; the revision scheme is run."""
    n = target.inputs
    if essential_inputs(target) != n or gates_taken(target) != n - 1:
        return fails("not every input matters, or the circuit has other gates")
    rows = rows_of(target.circuit)
    scheme = revision_scheme(Edits.REVISE_TOKEN, rows.width, rows.depth)
    if scheme.length != n.bit_length():
        return fails(f"revision takes {scheme.length} cells")
    found = length_cases.scheme_difference(scheme, target.circuit)
    return HOLDS if found is None else fails(found)


def parity_of_three_on_one_cell(data: Sequence[bool]) -> Sampler:
    """The parity of three prompt bits; whether the cell is written says x0 xor x1 meanwhile.

    Write-once, deterministic F, two rounds, with the round number; F reads two tokens and the
    predictor one, besides the cell's own mask.
    """

    def select(state: State, number: int | None) -> frozenset[int]:
        due = state[0] != state[1] if number == 1 else state[3] == MASK
        return frozenset({3} if due else ())

    def predictor(state: State, _: int, number: int | None) -> Law[Token]:
        return certain(1 - state[2] if number == 1 else state[2])

    return Sampler(
        length=4,
        predictor=predictor,
        unmask=DeterministicUnmasking(select),
        rounds=2,
        output=(3,),
        clock=Clock.ROUND_NUMBER,
        prompt=tuple((i, int(bit)) for i, bit in enumerate(data)),
    )


def _needs_cells_anyway(target: Target) -> Outcome:
    if target.inputs != 3 or len(target.circuit.outputs) != 1:
        return HOLDS
    for data in all_data(target.circuit):
        run = output_law(parity_of_three_on_one_cell(data))
        if run != as_tokens(circuit_law(target.circuit, data)):
            return HOLDS
    return fails(f"one cell is enough instead of {gates_taken(target)}")


def _needs_cells_with_wide_reads(target: Target) -> Outcome:
    """Each output in one round, as a function of the whole prompt."""
    cells, n = len(target.circuit.outputs), target.inputs
    if cells == gates_taken(target):
        return HOLDS
    for data in all_data(target.circuit):
        sampler = Sampler(
            length=n + cells,
            predictor=lambda state, cell, _: certain(
                int(evaluate(target.circuit, [t == 1 for t in state[:n]])[cell - n])
            ),
            unmask=DeterministicUnmasking(lambda state, _: masked_positions(state)),
            rounds=1,
            output=tuple(range(n, n + cells)),
            prompt=tuple((i, int(bit)) for i, bit in enumerate(data)),
        )
        if output_law(sampler) != as_tokens(circuit_law(target.circuit, data)):
            return HOLDS
    return fails(f"{cells} cells are enough instead of {gates_taken(target)}")


def _needs_cells_with_revision(target: Target) -> Outcome:
    rows = rows_of(target.circuit)
    scheme = revision_scheme(Edits.REVISE_TOKEN, rows.width, rows.depth)
    cells = scheme.length
    if cells >= gates_taken(target):
        return HOLDS
    if length_cases.scheme_difference(scheme, target.circuit) is not None:
        return HOLDS
    return fails(f"{cells} cells are enough instead of {gates_taken(target)}")


def _target_domain(chosen: Sequence[Target], name: str) -> Domain[Target]:
    return listed(name, chosen, lambda target: target.name)


def _programs(_: Profile) -> Sweep[Target, Target]:
    return Sweep(
        _target_domain(targets(), "functions of at most five bits"),
        lambda target: target,
        {
            CELLS: _no_fewer(computable),
            RUNS: _runs,
            MEMORY: _needs_cells_anyway,
            UNBOUNDED: _needs_cells_with_wide_reads,
            REWRITTEN: _needs_cells_with_revision,
        },
    )


def _program_queries(_: Profile) -> Sweep[Target, Target]:
    return Sweep(
        _target_domain(targets(), "functions of at most five bits"),
        lambda target: target,
        {CELLS: _no_fewer(lambda target, gates: decide_program(target, gates)[0])},
    )


def _growth(profile: Profile) -> Sweep[Target, Target]:
    most = 7 if profile is Profile.QUICK else 10
    parities = [running("parity", Op.XOR, n) for n in range(2, most + 1)]
    return Sweep(
        _target_domain(parities, f"parities of at most {most} bits"),
        lambda target: target,
        {GROWTH: _grows},
    )


SCHEMES = "a write-once scheme has w(d+1) cells, and no fewer"


def _write_once(
    decide: Callable[[Case, int], Scheme | None],
) -> Callable[[Profile], Sweep[Case, Case]]:
    def make(profile: Profile) -> Sweep[Case, Case]:
        most = 6 if profile is Profile.QUICK else 7
        return Sweep(
            case_domain((Edits.WRITE_ONCE,), 3, 7, most),
            lambda case: case,
            {SCHEMES: lambda case: _nodes(case, decide)},
        )

    return make


def _nodes(case: Case, decide: Callable[[Case, int], Scheme | None]) -> Outcome:
    if case.claimed != case.width * (case.depth + 1):
        return fails(f"counting leaves {case.claimed} cells")
    return length_cases.least_by(decide)(case)


_refuted = _write_once(length_cases.by_refutation)


def _scheme_certificates(profile: Profile, _: str) -> Iterable[Named]:
    return no_schemes(_refuted(profile).domain.members())


def _program_certificates(_: Profile, __: str) -> Iterable[Named]:
    return no_programs(targets())


_ID = "C-SPACE"
_WRITE_ONCE = Point(edits=Edits.WRITE_ONCE, predictor=PredictorClass(locality=2))

CLAIM = Claim(
    id=_ID,
    title="without remasking or revision the footprint grows with size, not width",
    reference="Jiang, Haghtalab, Chen (ICLR 2026), section 3, before Theorem 3.2",
    hypotheses=(
        "masks depend on the round alone",
        "a cell is a coin or one gate of fan-in two",
        "tokens stay",
    ),
    note=_ID,
    rows=(
        Row(
            _ID,
            "schemes",
            "write-once: a gate-for-gate scheme for w nodes in each of d+1 layers takes w(d+1) "
            "cells, in d+1 rounds",
            (
                Road("space-schemes-searched", SCHEMES, SEARCH),
                Road("space-schemes-refuted", SCHEMES, REFUTATIONS),
                proved_schemes.road(scheme_lengths.WRITE_ONCE),
            ),
            Point(edits=Edits.WRITE_ONCE),
        ),
        Row(
            _ID,
            "functions",
            "write-once and gate-local, in any number of rounds: parities and conjunctions of n <= "
            "5 bits take n - 1 cells besides the prompt, the majority of three 4, a full adder 5, "
            "and no fewer",
            (
                Road("space-programs", CELLS, PROGRAMS),
                Road("space-queries", CELLS, REFUTATIONS),
                Road("space-programs", RUNS, "run by the specification"),
            ),
            _WRITE_ONCE,
        ),
        Row(
            _ID,
            "growth",
            "for n >= 2, the parity of n prompt bits takes n - 1 cells write-once and gate-local; "
            "with revision ceil(log2(n+1)) are enough, the least for schemes of its chain",
            (Road("space-growth", GROWTH, FAN_IN), proved_schemes.road(gate_counts.GROWTH)),
            _WRITE_ONCE,
        ),
        Row(
            _ID,
            "without,masks depend on the round alone",
            "the functions take no fewer cells if F may look at values, with the round number",
            (Road("space-programs", MEMORY, "run by the specification"),),
            Point(edits=Edits.WRITE_ONCE, clock=Clock.ROUND_NUMBER),
            dropped="masks depend on the round alone",
        ),
        Row(
            _ID,
            "without,a cell is a coin or one gate of fan-in two",
            "the functions take no fewer cells if a cell may be any function of the prompt",
            (Road("space-programs", UNBOUNDED, "run by the specification"),),
            Point(edits=Edits.WRITE_ONCE),
            dropped="a cell is a coin or one gate of fan-in two",
        ),
        Row(
            _ID,
            "without,tokens stay",
            "the functions take no fewer cells with revision to tokens",
            (Road("space-programs", REWRITTEN, "run by the specification"),),
            Point(edits=Edits.REVISE_TOKEN, stop=Stop.ABSORBING),
            dropped="tokens stay",
        ),
    ),
)

JOBS = (
    SweepJob("space-schemes-searched", _write_once(length_cases.by_search), split=1),
    SweepJob("space-schemes-refuted", _refuted, split=1, certificates=_scheme_certificates),
    SweepJob("space-programs", _programs, split=1),
    SweepJob("space-queries", _program_queries, split=1, certificates=_program_certificates),
    SweepJob("space-growth", _growth, split=1),
)
