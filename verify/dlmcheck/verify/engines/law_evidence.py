"""Certificates of exact laws: what the kernel can go through, for what an engine has found."""

from __future__ import annotations

from dlmcheck.spec.circuit import cone
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.engines.elimination import linear_run_text, linear_text
from dlmcheck.verify.engines.law_by_diagrams import Found, coin_names, find_law
from dlmcheck.verify.engines.law_by_states import most_states
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    LawProblem,
    Limits,
    RunLaw,
)
from dlmcheck.verify.engines.straight_line import as_circuit
from dlmcheck.verify.kernel.counted_laws import MOST_COINS, Counts, law_text
from dlmcheck.verify.kernel.diagram_laws import diagram_law_text
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.state_laws import state_law_text

FEW = 22
"""Up to so many coins all seeds are gone through in a moment."""
NODES = 1 << 16
"""Diagrams that the kernel builds quickly: it is not as fast as the library."""
SECONDS = 10.0
STATES = 22
"""log2 of the states of a run that the kernel is asked to go through, at most."""
LIMITS_OF_RUNS = (
    "sees the candidates",
    "coins at once",
    "are shared by cells",
    "weights at once",
    "too many to be gone through",
)
"""What the kernel says of runs that it does not go through, whatever law is stated of them."""


class NoCertificate(DlmcheckError):
    """The law stays on the word of its engine; the message says why."""


def certificate(problem: LawProblem, found: CountedLaw, by: str) -> tuple[str, Checked]:
    """A certificate of a law that an engine has found, and what the kernel says of it.

    For a run the kernel pushes the law on states forward. For a circuit with up to `FEW` coins it
    goes through all seeds. With more, decision diagrams are looked for, whatever engine has found
    the law, and the kernel builds them anew in their order; if there are none that are small, all
    seeds are gone through as long as somebody might wait.

    Raises `NoCertificate` if the kernel could not go through it, `Rejected` if it does not
    accept it: then the engine was wrong.
    """
    counts = Counts(found.exponent, {found.text(word): n for word, n in found.counts.items()})
    if isinstance(problem, RunLaw):
        return _of_a_run(problem, counts, by)
    circuit = problem.circuit
    coins = len(cone(circuit, circuit.outputs)[0].random_inputs)
    text = ""
    if coins > FEW:
        diagrams = find_law(problem, Limits(nodes=NODES, seconds=SECONDS))
        if isinstance(diagrams, Found):
            order = coin_names(circuit, diagrams.order)
            text = diagram_law_text(circuit, problem.data, counts, order)
    if not text and coins > MOST_COINS:
        raise NoCertificate(
            f"{coins} coins are too many to be gone through, and diagrams have more than "
            f"{NODES} nodes: trusted, {by}"
        )
    text = text or law_text(circuit, problem.data, counts)
    return text, check_certificate(Document.parse(text, "certificate"))


def affine_certificate(problem: LawProblem) -> tuple[str, Checked]:
    """A certificate of the set on which a linear sampler is uniform, however large that set is.

    Raises `NoCertificate` if it has data inputs or is not linear.
    """
    if problem.data:
        raise NoCertificate("there is no certificate of a linear sampler with data")
    try:
        if isinstance(problem, CircuitLaw):
            text = linear_text(problem.circuit)
        else:
            text = linear_run_text(problem.schedule)
    except Rejected as error:
        raise NoCertificate(error.reason) from None
    return text, check_certificate(Document.parse(text, "certificate"))


def _of_a_run(problem: RunLaw, counts: Counts, by: str) -> tuple[str, Checked]:
    coins = len(as_circuit(problem).circuit.random_inputs)
    if coins > STATES and most_states(problem.schedule) > 1 << STATES:
        raise NoCertificate(f"there may be more than 2^{STATES} states: trusted, {by}")
    text = state_law_text(problem.schedule, problem.data, problem.schedule.output, counts)
    try:
        return text, check_certificate(Document.parse(text, "certificate"))
    except Rejected as error:
        if any(limit in error.reason for limit in LIMITS_OF_RUNS):
            raise NoCertificate(f"{error.reason}: trusted, {by}") from None
        raise
