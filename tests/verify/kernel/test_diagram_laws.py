"""The kernel's own decision diagrams: against the specification, the columns and the library."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given

from benchmarks.workloads import adder, xor_rich
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import Circuit, Gate, Op
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.engines.affine_evidence import NoCertificate
from dlmcheck.verify.engines.law_by_diagrams import Found, coin_names, find_law
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Limits,
    RunLaw,
    engine,
)
from dlmcheck.verify.engines.law_evidence import certificate
from dlmcheck.verify.kernel import diagram_laws
from dlmcheck.verify.kernel.counted_laws import count_outputs
from dlmcheck.verify.kernel.diagram_laws import (
    FALSE,
    TRUE,
    Diagrams,
    check_document,
    diagram_law_text,
    law_by_diagrams,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.engines.law_problems import by_specification, circuits, fractions, odd_cases


@given(problem=circuits())
def test_the_law_is_that_of_the_definition(problem: CircuitLaw) -> None:
    found = fractions(law_by_diagrams(problem.circuit, problem.data, ()))
    assert found == by_specification(problem)


@pytest.mark.parametrize("case", odd_cases())
def test_the_order_makes_no_difference(case: str) -> None:
    problem = odd_cases()[case]
    names = [problem.circuit.inputs[v].name for v in problem.circuit.random_inputs]
    wanted = fractions(count_outputs(problem.circuit, problem.data))
    for order in [*permutations(names[:3]), names, names[::-1]]:
        assert fractions(law_by_diagrams(problem.circuit, problem.data, order)) == wanted


def test_a_random_circuit_has_the_law_that_is_counted_seed_by_seed() -> None:
    circuit = xor_rich(12, 80, 5)
    assert law_by_diagrams(circuit, (), ()) == count_outputs(circuit, ())


def test_equal_functions_are_equal_edges_and_negations_are_free() -> None:
    d = Diagrams(3)
    a, b, c = (d.variable(level) for level in range(3))
    assert d.differ(d.differ(a, b), b) == a
    assert d.both(a, d.both(b, c)) == d.both(d.both(c, a), b)
    left = d.both(a, b ^ 1), d.both(a ^ 1, b)
    assert d.both(left[0] ^ 1, left[1] ^ 1) ^ 1 == d.differ(a, b)
    assert d.both(a, a ^ 1) == FALSE
    assert d.differ(a, a ^ 1) == TRUE
    assert [d.seeds(edge) for edge in (FALSE, TRUE, a, c ^ 1)] == [0, 8, 4, 4]


def highest(bits: int, outputs: int) -> Circuit:
    """The last sum bits of an adder."""
    whole = adder(bits)
    return Circuit(whole.inputs, whole.gates, whole.outputs[-outputs:])


def test_an_adder_of_512_random_bits_has_a_certificate() -> None:
    """The carry out of n bits has probability (2^n - 1)/2^(n+1), by symmetry."""
    problem = CircuitLaw(highest(256, 1))
    found = find_law(problem, Limits())
    assert isinstance(found, Found)
    assert found.law.probability(1) == Fraction(2**256 - 1, 2**257)
    text, checked = certificate(problem, found.law, "diagrams")
    assert checked.verdict is Verdict.PROVED
    assert str(checked.evidence) == "certificate: diagram-law, 512 entries, checked by kernel"
    assert '"diagram-law"' in text


def test_an_order_in_which_diagrams_are_large_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = highest(12, 1)
    found = find_law(CircuitLaw(circuit), Limits())
    assert isinstance(found, Found)
    good = coin_names(circuit, found.order)
    apart = sorted(good)  # first all bits of one number, then all of the other
    monkeypatch.setattr(diagram_laws, "MOST_NODES", 1000)
    law = law_by_diagrams(circuit, (), good)
    check_document(Document.parse(diagram_law_text(circuit, (), law, good), "file"))
    with pytest.raises(Rejected, match="more than 1000 nodes in this order"):
        check_document(Document.parse(diagram_law_text(circuit, (), law, apart), "file"))


def test_a_law_without_a_certificate_says_on_whose_word_it_is() -> None:
    problem = CircuitLaw(xor_rich(44, 200, 1))
    law = find_law(CircuitLaw(highest(2, 1)), Limits())
    assert isinstance(law, Found)
    with pytest.raises(NoCertificate, match=r"44 coins are too many .* trusted, oracle"):
        certificate(problem, law.law, "oracle")


def test_runs_that_the_kernel_does_not_go_through_are_told_from_wrong_laws() -> None:
    problem = RunLaw(parity_revision(3))
    law = engine("reference").law(problem, Limits())
    assert isinstance(law, CountedLaw)
    text, checked = certificate(problem, law, "reference")
    assert checked.verdict is Verdict.PROVED
    assert '"state-law"' in text
    with pytest.raises(Rejected, match="the law is another one"):
        certificate(problem, CountedLaw(3, {0: 1}, 0), "wrong")
    seeing = replace(problem, schedule=sees_candidates())
    with pytest.raises(NoCertificate, match="sees the candidates: trusted, oracle"):
        certificate(seeing, CountedLaw(1, {0: 1}, 0), "oracle")


def sees_candidates() -> Schedule:
    """One cell, never written; that F could see what is drawn is enough."""
    predictor = Circuit(interface(1, random=0), (Gate(Op.CONST0),), (2, 2))
    seen = interface(1, candidates=True, random=0)
    unmask = Circuit(seen, (Gate(Op.CONST1),), (len(seen),))
    return Schedule(1, 1, predictor, unmask, (0,), ("z",), unmask_sees_candidates=True)


def test_canary_an_engine_that_is_wrong_gets_no_certificate() -> None:
    wrong = find_law(CircuitLaw(highest(3, 1)), Limits())
    assert isinstance(wrong, Found)
    for bits in (4, 256):
        with pytest.raises(Rejected, match="the law is another one: output 0"):
            certificate(CircuitLaw(highest(bits, 1)), wrong.law, "wrong")


def test_canary_a_weight_that_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = xor_rich(12, 80, 5)

    def crooked(self: Diagrams, edge: int) -> int:
        return (1 << self.levels) - 1 if edge == TRUE else self.levels * (edge > 1)

    monkeypatch.setattr(Diagrams, "seeds", crooked)
    assert law_by_diagrams(circuit, (), ()) != count_outputs(circuit, ())
