"""Where a coupling has no certificate: the kernel lists both laws, if they are small."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlmcheck.model.builder import Builder, masked_bit
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify import equivalence, equivalence_laws
from dlmcheck.verify.engines import coupling
from dlmcheck.verify.engines.coupling import CouplingResult, CouplingVerdict
from dlmcheck.verify.equivalence import DIFFERENT, FOLLOWS, LISTED, MERGING, equivalent
from dlmcheck.verify.equivalence_files import evidence_of
from dlmcheck.verify.equivalence_laws import is_soon_listed
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.cli.running import here

ONE = Builder.with_names(random=["r"]).build([0])


def negated_coin() -> Schedule:
    """One cell, which shows the negation of its coin: it is coupled the other way round."""
    builder = Builder(interface(1, random=1))
    return Schedule(
        length=1,
        rounds=1,
        predictor=builder.build([builder.constant(False), builder.mux(masked_bit(0), ~2, 1)]),
        unmask=Builder(interface(1)).build([0]),
        output=(0,),
        output_names=("o0",),
    )


def test_the_law_is_evidence_where_the_coupling_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = negated_coin()
    found = equivalent(schedule, ONE)
    assert (found.simulates, found.same_law) == (Verdict.PROVED, Verdict.PROVED)
    assert [road.checked for road in found.roads] == [None]
    assert found.laws_listed
    text = evidence_of(found, schedule, ONE, lambda: "")
    assert '"same-law"' in text
    files = {name: tmp_path / f"{name}.json" for name in ("schedule", "circuit", "evidence")}
    files["schedule"].write_text(schedule_to_json(schedule))
    files["circuit"].write_text(circuit_to_json(ONE))
    done = here(
        capsys,
        "equivalent",
        files["schedule"],
        files["circuit"],
        "--certificate",
        files["evidence"],
    )
    assert done.code == 0, done
    assert "EQUIVALENT, seed for seed" in done.out
    assert f"output laws: equal ({LISTED})" in done.out
    assert files["evidence"].read_text() == text
    assert here(capsys, "replay", files["evidence"]).code == 0


def test_laws_that_take_long_to_list_are_not_listed_besides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(equivalence_laws, "SOON", 1)
    found = equivalent(negated_coin(), ONE)
    assert found.simulates is Verdict.PROVED
    assert (found.law_reason, found.laws_listed) == (FOLLOWS, False)
    assert not evidence_of(found, negated_coin(), ONE, lambda: "")


def test_what_counts_is_how_many_runs_there_are() -> None:
    """Twenty rounds with a coin each: so many states are too many, whatever the circuit is."""
    schedule = negated_coin()
    assert is_soon_listed(schedule, ONE)
    assert is_soon_listed(replace(schedule, rounds=1000), ONE)  # there are three states at most
    wide = compile_write_once(Builder.with_names(random=list("abcdefgh")).build(range(8))).schedule
    assert not is_soon_listed(replace(wide, rounds=1000), ONE)
    many = Builder.with_names(random=[f"r{i}" for i in range(9)]).build([0])
    assert not is_soon_listed(schedule, many)


def test_canary_an_engine_that_affirms_two_laws_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def affirms(*_: object, **__: object) -> CouplingResult:
        return CouplingResult(CouplingVerdict.EQUIVALENT, engine="z3")

    builder = Builder.with_names(random=["r", "s"])
    rarer = replace(builder.build([builder.and_(0, 1)]), output_names=("o0",))
    monkeypatch.setattr(coupling.Coupler, "check", affirms)
    found = equivalent(negated_coin(), rarer)
    assert (found.simulates, found.same_law) == (Verdict.ERROR, Verdict.ERROR)
    assert found.law_reason == DIFFERENT
    assert equivalence.equivalent(negated_coin(), ONE).laws_listed


def test_an_input_on_which_nothing_depends_needs_no_coin_and_the_kernel_accepts_that() -> None:
    """(r and s) or (not r and s) is s: of r the schedule knows nothing."""
    names = [f"s{i}" for i in range(10)]

    def circuit(*, wired: bool) -> Circuit:
        builder = Builder.with_names(random=[*names, "r"] if wired else names)
        outputs = [builder.xor(i, i + 1) for i in range(9)]
        if wired:
            outputs.append(builder.or_(builder.and_(10, 0), builder.and_(~10, 0)))
        return builder.build([*outputs[:9], outputs[9] if wired else 0])

    asked = circuit(wired=True)
    schedule = compile_write_once(circuit(wired=False)).schedule
    found = equivalent(schedule, asked)
    assert found.simulates is Verdict.PROVED
    assert [road.engine for road in found.roads] == [MERGING]
    assert found.roads[0].checked is not None
    assert evidence_of(found, schedule, asked, lambda: "")
