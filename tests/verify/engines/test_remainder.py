"""What sweeping leaves over: refutations of everything below two outputs, in the time there is.

Multiplication is what is hard here: two ways to add up the products have few equal nodes inside.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.spec.circuit import Circuit, Literal, evaluate
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.engines import hints, sweeping
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.engines.sweeping import sweep
from dlmcheck.verify.equivalence import MERGING, equivalent
from dlmcheck.verify.kernel.merged_simulation import (
    MergedSimulation,
    check_merged_simulation,
    merged_simulation_text,
)
from dlmcheck.verify.kernel.merges import Merge, check_equal
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.cli.running import here
from tests.verify.engines.multipliers import by_columns, by_rows


def test_the_multipliers_multiply() -> None:
    for values in product((False, True), repeat=6):
        a, b = (sum(bit << i for i, bit in enumerate(part)) for part in (values[:3], values[3:]))
        for circuit in (by_rows(3), by_columns(3)):
            found = evaluate(circuit, values)
            assert sum(bit << i for i, bit in enumerate(found)) == a * b


def only(circuit: Circuit, *outputs: int) -> Circuit:
    return Circuit(circuit.inputs, circuit.gates, tuple(circuit.outputs[k] for k in outputs))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few conflicts are allowed, so that small circuits are hard."""
    monkeypatch.setattr(sweeping, "WINDOWS", ((60, 2),))
    monkeypatch.setattr(sweeping, "AT_LAST", ((400, 5),))


LEFT, RIGHT = by_rows(4), by_columns(4)
SCHEDULE = compile_write_once(LEFT).schedule


@pytest.mark.usefixtures("hasty")
def test_what_is_left_over_is_refuted_if_proofs_are_wanted() -> None:
    quick, slow = sweep(LEFT, RIGHT), sweep(LEFT, RIGHT, all_proofs=True)
    assert len(quick.undecided) >= 3
    assert slow.is_equal
    assert slow.merges == quick.merges
    assert slow.last[: len(quick.last)] == quick.last
    assert all(merge.proof for merge in slow.last[len(quick.last) :])
    check_equal(LEFT, RIGHT, slow.merges, slow.last)
    assert sweep(LEFT, RIGHT, seconds=0, all_proofs=True).undecided


@pytest.mark.usefixtures("hasty")
def test_an_input_that_only_the_last_search_finds_is_a_difference() -> None:
    """The highest bit is wrong where all forty further inputs are 1, which no sample meets."""
    names = [f"r{i}" for i in range(40)]
    pair: list[Circuit] = []
    for circuit, rare in ((LEFT, False), (RIGHT, True)):
        builder = Builder.with_names(random=[*(one.name for one in LEFT.inputs), *names])
        inputs = len(LEFT.inputs)
        node: list[Literal] = list(range(inputs))
        for gate in circuit.gates:
            node.append(
                builder.gate(gate.op, [node[a] if a >= 0 else ~node[~a] for a in gate.args])
            )
        every = builder.and_(*range(inputs, inputs + 40))
        top = node[circuit.outputs[-1]]
        pair.append(builder.build([builder.xor(top, every) if rare else top]))
    found = sweep(pair[0], pair[1], all_proofs=True)
    assert found.different is not None
    at = [node in found.different for node in range(len(pair[0].inputs))]
    assert evaluate(pair[0], at) != evaluate(pair[1], at)


# --- the road ------------------------------------------------------------------------------


def certified(timeout: int = 60_000) -> MergedSimulation:
    result = check_coupling(SCHEDULE, RIGHT, certify=True, timeout=timeout)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert (result.by_solver, result.engine) == (0, "")
    assert result.certificate is not None
    return result.certificate


@pytest.mark.usefixtures("hasty")
def test_the_certificate_replays_and_a_proof_that_was_changed_does_not(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = certified()
    check_merged_simulation("it", SCHEDULE, RIGHT, certificate)
    path = tmp_path_factory.mktemp("evidence") / "merged.json"
    path.write_text(merged_simulation_text(SCHEDULE, RIGHT, certificate))
    assert here(capsys, "replay", path).code == 0
    assert here(capsys, "cert", path).code == 0
    place = max(range(len(certificate.last)), key=lambda k: len(certificate.last[k].proof))
    lines = certificate.last[place].proof.splitlines()
    middle = len(lines) // 2
    for proof in (
        "\n".join(lines[:middle]),  # it ends before the empty clause
        "\n".join(lines[:middle] + lines[-1:]),  # lemmas that hints name are missing
        "1 0 2 3 0",
        certificate.last[place - 1].proof,  # of another output
    ):
        wrong: list[Merge] = list(certificate.last)
        wrong[place] = replace(wrong[place], proof=proof)
        forged = replace(certificate, last=tuple(wrong))
        with pytest.raises((Rejected, DlmcheckError)):
            check_merged_simulation("it", SCHEDULE, RIGHT, forged)
        path.write_text(merged_simulation_text(SCHEDULE, RIGHT, forged))
        assert here(capsys, "replay", path).code != 0


@pytest.mark.usefixtures("hasty")
def test_without_a_certificate_and_without_time_another_solver_is_asked() -> None:
    quick = check_coupling(SCHEDULE, RIGHT)
    assert quick.verdict is CouplingVerdict.EQUIVALENT
    assert quick.certificate is None
    assert quick.by_solver >= 3
    assert quick.engine.startswith("z3 ")


@pytest.mark.usefixtures("hasty")
def test_a_proof_that_becomes_too_long_is_left_to_the_other_solver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hints, "PROOF_BYTES", 1)
    monkeypatch.setattr(hints, "CONFLICTS_AT_ONCE", 5)
    result = check_coupling(SCHEDULE, RIGHT, certify=True)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert result.certificate is None
    assert result.by_solver >= 3
    found = equivalent(SCHEDULE, RIGHT)
    assert found.simulates is Verdict.PROVED
    assert "trusted: " in str(found.roads[-1].evidence)


def test_what_was_left_to_the_other_solver_with_the_limits_as_they_are() -> None:
    """The middle bit of seven bits by seven takes more conflicts than an output is given at first.

    So would others; then the test takes longer.
    """
    left, right = only(by_rows(7), 8), only(by_columns(7), 8)
    found = equivalent(compile_write_once(left).schedule, right)
    assert [road.engine for road in found.roads] == [MERGING]
    assert found.roads[0].checked is not None
    merged = found.roads[0].merged
    assert merged is not None
    (last,) = merged.last
    assert last.opened == sweeping.EVERYTHING
