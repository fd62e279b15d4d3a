"""Certificates of exact laws: what the kernel can go through, for what an engine has found."""

from __future__ import annotations

from dlmcheck.spec.circuit import Circuit, node_of
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.engines.affine_evidence import NoCertificate
from dlmcheck.verify.engines.frontier_orders import Order, best_order
from dlmcheck.verify.engines.law_by_diagrams import Found, coin_names, find_law
from dlmcheck.verify.engines.law_by_frontier import plan_of
from dlmcheck.verify.engines.law_by_states import most_states
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    LawProblem,
    Limits,
    RunLaw,
    engine,
)
from dlmcheck.verify.engines.straight_line import as_circuit
from dlmcheck.verify.kernel.counted_laws import MOST_COINS, law_text
from dlmcheck.verify.kernel.diagram_laws import diagram_law_text
from dlmcheck.verify.kernel.frontier_laws import MOST_TUPLES, frontier_law_text, needed_gates
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected
from dlmcheck.verify.kernel.run_circuits import run_circuit
from dlmcheck.verify.kernel.state_laws import state_law_text
from dlmcheck.verify.kernel.stated_laws import Counts

FEW = 22
"""Up to so many coins all seeds are gone through in a moment."""
NODES = 1 << 16
"""Diagrams that the kernel builds quickly: it is not as fast as the library."""
SECONDS = 10.0
SWEEP = 100.0
"""Seconds that the kernel is allowed for a sweep, by the number of tuples that may be live."""
DIAGRAMS, FRONTIER = "diagrams", "frontier"
PER_TUPLE = 2e-7
"""Seconds of the kernel for a gate and a tuple of live values, roughly."""
STATES = 23
"""log2 of the states of a run that the kernel is asked to go through, at most: about 10 s and
1.2 GB for three rounds on 3^14 states."""
PER_STATE = 1e-7
"""Seconds of the kernel for a state, a cell and a round, roughly."""
PATIENCE = 300.0
"""Seconds that going through the seeds of a run may take the kernel, by the estimate."""
SHARE = 1 / 8
"""Diagrams are looked for no longer than this part of the time that going through seeds takes."""


def certificate(problem: LawProblem, found: CountedLaw, by: str) -> tuple[str, Checked]:
    """A certificate of a law that an engine has found, and what the kernel says of it.

    For a run the kernel pushes the law on states forward, or sweeps it gate by gate where states
    are too many, or goes through its seeds. For a circuit with up to `FEW` coins it goes through
    all seeds. With more, an order in which few values are live is looked for, whatever engine has
    found the law, then decision diagrams; the kernel sweeps, or builds the diagrams anew, in that
    order. If there is neither, all seeds are gone through as long as somebody might wait.

    Raises `NoCertificate` if the kernel could not go through it, `Rejected` if it does not
    accept it: then the engine was wrong.
    """
    counts = Counts(found.exponent, {found.text(word): n for word, n in found.counts.items()})
    if isinstance(problem, RunLaw):
        return _of_a_run(problem, counts, by)
    circuit = problem.circuit
    coins = _coins_read(circuit)
    if coins > FEW:
        order = plan_of(problem).order
        if by == FRONTIER or (is_narrow(order) and by != DIAGRAMS):
            return _swept(problem, counts, order, by)
        seeds = engine("columns").estimate(problem).seconds
        seconds = SECONDS if seeds is None else min(SECONDS, SHARE * seeds)
        diagrams = find_law(problem, Limits(nodes=NODES, seconds=seconds))
        if isinstance(diagrams, Found):
            names = coin_names(circuit, diagrams.order)
            return _checked(diagram_law_text(circuit, problem.data, counts, names), by)
        if is_narrow(order):
            return _swept(problem, counts, order, by)
        if coins > MOST_COINS:
            raise NoCertificate(
                f"{coins} coins are too many to be gone through, diagrams have more than "
                f"{NODES} nodes, and {order.width} values are live: trusted, {by}"
            )
    return _checked(law_text(circuit, problem.data, counts), by)


def _coins_read(circuit: Circuit) -> int:
    """How many coins the outputs depend on."""
    first = len(circuit.inputs)
    read = {node_of(output) for output in circuit.outputs}
    for node in needed_gates(circuit):
        read.update(map(node_of, circuit.gates[node - first].args))
    return len(read.intersection(circuit.random_inputs))


def is_narrow(order: Order) -> bool:
    """Whether the kernel sweeps a circuit in this order within `SWEEP`, roughly."""
    return PER_TUPLE * order.weight <= SWEEP


def _of_a_run(problem: RunLaw, counts: Counts, by: str) -> tuple[str, Checked]:
    schedule = problem.schedule
    coins = len(as_circuit(problem).circuit.random_inputs)
    states = min(2.0 ** min(coins, 900), most_states(schedule))
    few = states <= 1 << STATES
    pushing = PER_STATE * states * schedule.length * schedule.rounds
    if by == FRONTIER or not few:
        try:
            order = best_order(run_circuit(problem.schedule, problem.data))
        except Rejected as error:
            raise NoCertificate(f"{error.reason}: trusted, {by}") from None
        if few and (pushing < PER_TUPLE * order.weight or 1 << order.width > MOST_TUPLES):
            return _pushed(problem, counts, by)
        if by == FRONTIER or is_narrow(order):
            return _swept(problem, counts, order, by)
        seeds = engine("columns").estimate(problem).seconds
        if seeds is not None and seeds <= PATIENCE:
            return _checked(law_text(problem.schedule, problem.data, counts), by)
        raise NoCertificate(
            f"there may be more than 2^{STATES} states, and {order.width} values are live: "
            f"trusted, {by}"
        )
    return _pushed(problem, counts, by)


def _pushed(problem: RunLaw, counts: Counts, by: str) -> tuple[str, Checked]:
    schedule = problem.schedule
    return _checked(state_law_text(schedule, problem.data, schedule.output, counts), by)


def _swept(problem: LawProblem, counts: Counts, order: Order, by: str) -> tuple[str, Checked]:
    subject = problem.circuit if isinstance(problem, CircuitLaw) else problem.schedule
    return _checked(frontier_law_text(subject, problem.data, counts, order.gates), by)


def _checked(text: str, by: str) -> tuple[str, Checked]:
    """A certificate and what the kernel says of it; its own limits speak against no law."""
    try:
        return text, check_certificate(Document.parse(text, "certificate"))
    except BeyondLimits as error:
        raise NoCertificate(f"{error.reason}: trusted, {by}") from None
