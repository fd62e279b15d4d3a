"""NC0-SHIFT and C-AR: the shift that finds the frontier, and the autoregressive comparison.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1 and the paragraphs around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.model.autoregressive import autoregressive_model, steps_against_rounds
from dlmcheck.model.constructions.shift import shift_right
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.netlist import map_netlist
from dlmcheck.spec.autoregressive import output_law
from dlmcheck.spec.circuit import Circuit, all_data, evaluate
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.resources import depth, reads
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, State
from dlmcheck.verify.claims.domains import plain_circuits
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.kernel.laws import as_tokens
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails
from dlmcheck.verify.proofs import autoregressive, shift
from dlmcheck.verify.proofs.terms import Argument

# --- NC0-SHIFT -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShiftCase:
    """ShiftR on sequences of one length, by one amount, filled with one token."""

    length: int
    amount: int
    fill: int


def _shift_cases(longest: int) -> Iterator[ShiftCase]:
    for length in range(1, longest + 1):
        for amount in range(length + 1):
            for fill in (0, 1, MASK):
                yield ShiftCase(length, amount, fill)


def _write_shift(case: ShiftCase) -> str:
    return f"{case.length} {case.amount} {case.fill}"


def _read_shift(text: str) -> ShiftCase:
    try:
        length, amount, fill = map(int, text.split())
    except ValueError as error:
        raise BadInput(f"{text!r} is no shift", source="witness") from error
    return ShiftCase(length, amount, fill)


def shift_domain(longest: int) -> Domain[ShiftCase]:
    """All shifts of sequences of 1 to `longest` tokens."""
    return Domain(
        f"shifts of at most {longest} tokens",
        # One fill of three, and length + 1 amounts for each length.
        3 * sum(length + 1 for length in range(1, longest + 1)),
        lambda: _shift_cases(longest),
        lambda c: 1 <= c.length <= longest and 0 <= c.amount <= c.length and c.fill in (0, 1, MASK),
        _write_shift,
        _read_shift,
    )


def shifted(state: State, amount: int, fill: int) -> State:
    """ShiftR by its definition: drop tokens on the right, fill on the left."""
    return ((fill,) * amount + state)[: len(state)]


LOCAL = "ShiftR reads one token and has constant depth"
CORRECT = "the circuit computes ShiftR on every state"


def _is_local(case: ShiftCase) -> Outcome:
    circuit = shift_right(case.length, case.amount, case.fill)
    cells = [frozenset(bit // 2 for bit in inputs) for inputs in reads(circuit)]
    most = max(len(cells[2 * i] | cells[2 * i + 1]) for i in range(case.length))
    if most > 1:
        return fails(f"a token of the shifted sequence reads {most} tokens")
    if depth(circuit) > 1:
        return fails(f"depth {depth(circuit)}")
    return HOLDS


def _is_correct(case: ShiftCase) -> Outcome:
    circuit = shift_right(case.length, case.amount, case.fill)
    for state in product((0, 1, MASK), repeat=case.length):
        bits = evaluate(circuit, PAPER_ENCODING.encode(state))
        if PAPER_ENCODING.decode(bits) != shifted(state, case.amount, case.fill):
            return fails(f"wrong on {state}")
    return HOLDS


def _local_sweep(_: Profile) -> Sweep[ShiftCase, ShiftCase]:
    return Sweep(shift_domain(24), lambda case: case, {LOCAL: _is_local})


def _correct_sweep(_: Profile) -> Sweep[ShiftCase, ShiftCase]:
    return Sweep(shift_domain(6), lambda case: case, {CORRECT: _is_correct})


EVERY_SHIFT = "proof for every length and amount"


def _proved(name: str, arguments: Callable[[], Sequence[Argument]]) -> ProofJob:
    def answered(proof: Proof) -> SolverAnswer:
        queries = {argument.proof.statement: argument.queries for argument in arguments()}
        return smt.answer(queries[proof.statement])

    return ProofJob(name, lambda: tuple(found.proof for found in arguments()), answered)


SHIFT_PROOFS = _proved("shift-proved", shift.arguments)

SHIFT_CLAIM = Claim(
    id="NC0-SHIFT",
    title="the shift of the sequence is in NC0",
    reference="Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1, remark on ShiftR",
    hypotheses=(),
    note="NC0-SHIFT",
    rows=(
        Row(
            "NC0-SHIFT",
            "locality",
            "in ShiftR, by any number of tokens, each token reads at most one token, at depth <= 1",
            (
                Road("shift-locality", LOCAL, "resources of the circuit"),
                Road(SHIFT_PROOFS.id, shift.LOCALITY, EVERY_SHIFT),
            ),
        ),
        Row(
            "NC0-SHIFT",
            "function",
            "the circuit ShiftR shifts every state of encoded tokens",
            (
                Road("shift-function", CORRECT, REFERENCE),
                Road(SHIFT_PROOFS.id, shift.FUNCTION, EVERY_SHIFT),
            ),
        ),
    ),
)

# --- C-AR ------------------------------------------------------------------------------------

SAME_LAW = "the autoregressive run has the circuit's output law"
STEPS = "it takes one step per generated node"
TABLE = "steps grow with N, rounds with d"
EVERY_CIRCUIT = "proof for every circuit"
MODEL_PROOFS = _proved("autoregressive-proved", autoregressive.arguments)


def _ar_law(circuit: Circuit) -> Outcome:
    for data in all_data(circuit):
        if output_law(autoregressive_model(circuit, data)) != as_tokens(circuit_law(circuit, data)):
            return fails("another output law")
    return HOLDS


def _ar_steps(circuit: Circuit) -> Outcome:
    """Steps, counted on a run: each token that is not in the prompt takes one."""
    model = autoregressive_model(circuit, (False,) * len(circuit.data_inputs))
    prefix = model.prompt
    steps = 0
    while not set(model.output) <= set(range(len(prefix))):
        prefix = (*prefix, next(iter(model.next_token(prefix))))
        steps += 1
    (comparison,) = steps_against_rounds([("circuit", circuit)])
    # The nodes of the circuit, with an own node for each output, that are not data inputs.
    generated = map_netlist(circuit, sink_outputs=True).nodes_after - len(circuit.data_inputs)
    if steps != generated:
        return fails(f"{steps} steps for {generated} generated nodes")
    if steps < comparison.rounds:
        return fails(f"{steps} steps, fewer than {comparison.rounds} rounds of the DLM")
    return HOLDS


@dataclass(frozen=True)
class FamilyCase:
    """One member of one circuit family."""

    family: str
    size: int


def _family_cases() -> tuple[FamilyCase, ...]:
    return tuple(
        FamilyCase(name, max(family.least, 2) + step)
        for name, family in FAMILIES.items()
        for step in (0, 2, 4, 6)
    )


def _read_family(text: str) -> FamilyCase:
    name, _, size = text.partition(":")
    if name not in FAMILIES or not size.isdigit():
        raise BadInput(f"{text!r} is no member of a family", source="witness")
    return FamilyCase(name, int(size))


def _steps_follow_size(case: FamilyCase) -> Outcome:
    """Steps are N (without data, with output nodes); rounds are d + 1 or less."""
    circuit = FAMILIES[case.family](case.size)
    (row,) = steps_against_rounds([(case.family, circuit)])
    mapped = map_netlist(circuit)
    most = depth(mapped.circuit) + 1
    if row.rounds > most:
        return fails(f"{row.rounds} rounds at depth {most - 1}")
    kept = mapped.nodes_after - len(circuit.data_inputs)
    if not kept <= row.steps <= kept + len(circuit.outputs):
        return fails(f"{row.steps} steps for {kept} nodes")
    return HOLDS


def _ar_sweep(profile: Profile) -> Sweep[Circuit, Circuit]:
    return Sweep(plain_circuits(profile), lambda c: c, {SAME_LAW: _ar_law, STEPS: _ar_steps})


def family_domain() -> Domain[FamilyCase]:
    """Every circuit family, at four sizes each."""
    cases = _family_cases()
    return Domain(
        "circuit families, four sizes each",
        4 * len(FAMILIES),
        lambda: cases,
        lambda case: case in cases,
        lambda case: f"{case.family}:{case.size}",
        _read_family,
    )


def _family_sweep(_: Profile) -> Sweep[FamilyCase, FamilyCase]:
    return Sweep(family_domain(), lambda case: case, {TABLE: _steps_follow_size})


AR_CLAIM = Claim(
    id="C-AR",
    title="an autoregressive model needs steps linear in the size of the circuit",
    reference="Jiang, Haghtalab, Chen (ICLR 2026), comparison after Theorem 3.1",
    hypotheses=("one-token-a-step",),
    note="C-AR",
    rows=(
        Row(
            "C-AR",
            "same-law",
            "one token a step, in topological order, samples the circuit's law, for every circuit",
            (
                Road("autoregressive", SAME_LAW, REFERENCE),
                Road(MODEL_PROOFS.id, autoregressive.SAME_LAW, EVERY_CIRCUIT),
            ),
        ),
        Row(
            "C-AR",
            "steps",
            "its steps are the nodes that are generated, never fewer than the rounds of the DLM, "
            "for every circuit",
            (
                Road("autoregressive", STEPS, "counted on a run"),
                Road(MODEL_PROOFS.id, autoregressive.STEPS, EVERY_CIRCUIT),
            ),
        ),
        Row(
            "C-AR",
            "families",
            "on every family, as on every circuit, steps are the nodes without the data, and up to "
            "one more for each output, and rounds are at most d + 1, outputs being nodes",
            (
                Road("autoregressive-families", TABLE, "measured on the compilations"),
                Road(MODEL_PROOFS.id, autoregressive.FAMILIES, EVERY_CIRCUIT),
            ),
        ),
    ),
)

CLAIMS = (SHIFT_CLAIM, AR_CLAIM)
JOBS = (
    SweepJob("shift-locality", _local_sweep, split=1),
    SweepJob("shift-function", _correct_sweep, split=1),
    SHIFT_PROOFS,
    MODEL_PROOFS,
    SweepJob("autoregressive", _ar_sweep),
    SweepJob("autoregressive-families", _family_sweep, split=1),
)
