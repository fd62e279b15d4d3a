"""Questions about linear samplers: equations in one form, and adapters that say "no" to mutants."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import equations
from benchmarks.comparison import Limits, ask
from benchmarks.environment import ROOT
from benchmarks.linear_questions import (
    NO,
    YES,
    canary_ways,
    confirmed,
    confirming,
    formula_canaries,
    mutants,
    ours,
    solvers,
)
from benchmarks.peers import common
from benchmarks.ways import Way
from benchmarks.workloads import sparse_sums
from dlmcheck.model.families.parity import even_strings
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.serial import circuit_to_json

HERE = {"numpy", "sympy", "z3-solver", "python-sat", ""}
"""Peers that the project itself has; the others say "no" to the mutants in the full run."""
LIMITS = Limits(60, 8, 1)


def here(way: Way) -> Way:
    """An adapter in the environment of the tests."""
    return replace(way, command=[sys.executable, *way.command[1:]])


@given(st.lists(st.integers(0, 255), max_size=6))
def test_every_basis_of_a_space_has_the_same_form(rows: list[int]) -> None:
    basis: list[int] = []
    sums = {0}
    for row in rows:
        if all((row ^ one) & 127 for one in sums):
            basis.append(row)
            sums |= {one ^ row for one in sums}
    other = list(basis)
    for k in range(1, len(other)):
        other[k] ^= other[k - 1]
    other.reverse()
    assert equations.canonical(basis, 7) == equations.canonical(other, 7)
    assert equations.digest(basis, 7) == equations.digest(other, 7)


def test_equations_that_depend_on_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="follows from the others"):
        equations.canonical([3, 5, 6], 3)
    with pytest.raises(ValueError, match="contradicts"):
        equations.canonical([3, 11], 3)


def test_equations_of_outcomes_are_those_that_they_solve() -> None:
    odd = [one for one in range(16) if one.bit_count() % 2]
    assert equations.of_outcomes(odd, 4) == equations.digest([0b11111], 4)
    assert equations.of_outcomes([6], 3) == equations.digest([1, 0b1010, 0b1100], 3)
    with pytest.raises(ValueError, match="span"):
        equations.of_outcomes([0, 1, 2], 2)


def test_the_mutants_are_not_the_even_strings() -> None:
    right = equations.by_definition(even_strings(8))
    assert right == equations.digest([255], 8)
    odd, lost = (equations.by_definition(circuit) for _, circuit in mutants())
    assert odd.startswith("1 in 8 bits")
    assert odd != right
    assert lost.startswith("2 in 8 bits")


def test_no_is_another_answer_than_yes() -> None:
    assert confirmed(8, json.dumps(NO)) == NO
    assert confirmed(8, json.dumps(YES))["equations"] == equations.digest([255], 8)


@pytest.mark.parametrize("circuit", [even_strings(9), even_strings(70), sparse_sums(8)])
def test_ways_that_find_the_equations_agree(circuit: Circuit, tmp_path: Path) -> None:
    file = tmp_path / "circuit.json"
    file.write_text(circuit_to_json(circuit), "utf-8")
    outputs = len(circuit.outputs)
    ways = [one for one in solvers(file, outputs) if one.package in HERE]
    found = [ask(here(way), 1, LIMITS) for way in ways]
    assert len(found) == 4
    _, certified, replay = (ask(way, 1, LIMITS) for way in ours(file, outputs))
    assert not replay.failure
    for one in found:
        assert not one.failure
        assert one.answers["equations"] == certified.answers["equations"]
        assert one.answers["dimension"] == certified.answers["dimension"]


def test_ways_that_are_told_the_law_say_yes(tmp_path: Path) -> None:
    file = tmp_path / "circuit.json"
    file.write_text(circuit_to_json(even_strings(9)), "utf-8")
    ways = [one for one in confirming(file, 9) if one.package in HERE]
    assert len(ways) == 3
    for way in ways:
        found = ask(here(way), 1, LIMITS)
        assert found.answers == confirmed(9, json.dumps(YES)), found.failure


@pytest.mark.parametrize("number", [0, 1])
def test_canary_every_way_notices_a_mutant(number: int, tmp_path: Path) -> None:
    _, circuit = mutants()[number]
    asked = 0
    for way, expected in canary_ways(circuit, tmp_path):
        if way.package in HERE:
            assert ask(here(way), 1, LIMITS).answers == expected, way.name
            asked += 1
    assert asked == 7


def test_canary_a_formula_with_another_shift_is_noticed() -> None:
    way, expected = formula_canaries()[0]
    assert ask(here(way), 1, LIMITS).answers == expected


def test_a_coin_too_many_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "circuit.json"
    file.write_text(circuit_to_json(sparse_sums(8)), "utf-8")
    for way in confirming(file, 16):
        if way.package in HERE:
            assert "8 coins for 16 outputs" in ask(here(way), 1, LIMITS).failure


def test_the_constant_of_an_equation_is_that_of_its_outputs(tmp_path: Path) -> None:
    circuit = common.Circuit(2, [("XOR", [0, 1]), ("ID", [~2])], [0, 1, 3, 2])
    outputs = common.forms(circuit)
    assert outputs == [1, 2, 7, 3]
    out = tmp_path / "equations"
    constants = [form >> 2 for form in outputs]
    assert common.write_equations(str(out), [0b0111, 0b1011], constants) == {"dimension": "2"}
    assert out.read_text("ascii").split() == [f"{0b10111:x}", f"{0b01011:x}"]
    with pytest.raises(KeyError):
        common.forms(common.Circuit(2, [("AND", [0, 1])], [2]))


def test_a_peer_that_fails_in_its_thread_fails(tmp_path: Path) -> None:
    code = (
        "from benchmarks.peers import common\n"
        "def dig(depth):\n"
        "    return {} if not depth else dig(depth - 1)\n"
        "common.answer({'dig': lambda depth: dig(int(depth)), 'fail': lambda: 1 / 0}, deep=True)\n"
    )

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("dig", "50000").stdout == "{}\n"
    failed = run("fail")
    assert failed.returncode == 1
    assert "ZeroDivisionError" in failed.stderr.splitlines()[-1]
