"""The comparison notices answers that differ, limits, and peers that are absent."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from benchmarks.claim import claim, claimed, headline, replayed
from benchmarks.comparison import Limits, Result, compare, disagreements, growth
from benchmarks.environment import LOCK, MODULES, ROOT
from benchmarks.peers import common
from benchmarks.processes import run
from benchmarks.questions import local_rules
from benchmarks.ways import EASIER, THE_SAME, TOLD, Way, Workload, law_file, said
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.serial import circuit_to_json

LIMITS = Limits(20, 4, 1)


def saying(name: str, answers: dict[str, str], *, ours: bool = False, package: str = "") -> Way:
    code = f"print({json.dumps(answers)!r})"
    return Way(name, [sys.executable, "-c", code], said, ours=ours, package=package)


def workload(*ways: Way) -> Workload:
    return Workload("toy", "Toy", "cells", (1, 2), (1,), "power", lambda size, folder: list(ways))


def test_the_short_version_agrees_with_the_definitions() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("plain Python") == 10


def test_both_sides_of_a_disagreement_are_named() -> None:
    ways = (saying("ours", {"law": "1"}, ours=True), saying("peer", {"law": "2"}))
    results, wrong = compare(workload(*ways), [1], {}, LIMITS)
    assert wrong == ["toy, 1 cells: law: ours says 1, peer says 2"]
    assert len(results) == 2


def test_ways_that_answer_different_questions_are_not_compared() -> None:
    assert not disagreements({"a": {"law": "1"}, "b": {"first": "2"}, "c": {}})
    assert disagreements({"a": {"law": "1", "first": "2"}, "b": {"first": "3"}}) == [
        "first: a says 2, b says 3"
    ]


def test_an_absent_peer_is_reported() -> None:
    results, wrong = compare(
        workload(saying("peer", {}, package="gone")), [1, 2], {"gone": "no wheel"}, LIMITS
    )
    assert not wrong
    assert [one.failure for one in results] == ["absent: no wheel"] * 2
    assert [one.seconds for one in results] == [None, None]


def test_a_way_without_an_answer_is_not_asked_at_larger_sizes() -> None:
    way = Way("fails", [sys.executable, "-c", "raise SystemExit('no luck')"], said)
    results, _ = compare(workload(way), [1, 2], {}, LIMITS)
    assert [one.failure for one in results] == [
        "exit 1: no luck",
        "not asked: none at 1 cells",
    ]


def test_a_process_is_killed_at_its_limits() -> None:
    folder = Path()
    late = run(["sleep", "60"], limit=0.2, gigabytes=4, folder=folder)
    assert late.failure == "time"
    large = [sys.executable, "-c", "bytearray(1 << 31)"]
    assert run(large, limit=20, gigabytes=1, folder=folder).failure == "exit 1: MemoryError"
    assert run([sys.executable, "-c", "pass"], limit=20, gigabytes=1, folder=folder).failure == ""


def test_a_law_that_misses_a_seed_is_refused() -> None:
    assert common.counted({"0": 3, "1": 1}, 2)["first"] == "1/2^2"
    assert common.counted({"0": 6, "1": 2}, 3) == common.counted({"0": 3, "1": 1}, 2)
    assert common.counted({"0": 2, "1": 2}, 2)["dimension"] == "1"
    with pytest.raises(ValueError, match="3 seeds"):
        common.counted({"0": 3}, 2)


def test_a_law_too_long_to_list_is_read_as_its_dimension(tmp_path: Path) -> None:
    out = tmp_path / "law.json"
    out.write_text(json.dumps({"answers": [{"message": "2^9 outcomes"}]}), "utf-8")
    line = "law   the output is uniform on the solutions of 3 equations in 10 bits"
    assert law_file(out, line) == {"dimension": "7"}
    with pytest.raises(ValueError, match="no law"):
        law_file(out, "UNKNOWN")


def test_the_clauses_of_a_circuit_are_its_gates() -> None:
    circuit = common.Circuit(2, [("XOR", [0, ~1]), ("OR", [2, 0]), ("ID", [~3])], [4, 2])
    clauses, outputs = common.clauses(circuit, [1, 2], 3)
    top = max(abs(v) for clause in clauses for v in clause)
    seen: dict[tuple[bool, ...], list[bool]] = {}
    for bits in product((False, True), repeat=top):
        if all(any(bits[abs(v) - 1] == (v > 0) for v in clause) for clause in clauses):
            assert bits[:2] not in seen
            seen[bits[:2]] = [bits[abs(v) - 1] == (v > 0) for v in outputs]
    assert seen == {
        (a, b): [not ((a == b) or a), a == b] for a, b in product((False, True), repeat=2)
    }


def test_the_local_rules_that_peers_get_are_the_schedule() -> None:
    schedule = local_schedule(3, 2, 5, reads=2, ring=True, whole=True)
    rules = local_rules(schedule)
    law = {rules.start: Fraction(1)}
    for cells in rules.tables:
        after: dict[tuple[int, ...], Fraction] = {}
        for state, weight in law.items():
            rows = [
                table["".join(str(state[j]) for j in rules.reads[i])]
                for i, table in enumerate(cells)
            ]
            for tokens in product(range(3), repeat=3):
                chance = weight
                for row, token in zip(rows, tokens, strict=True):
                    chance *= Fraction(row[token])
                if chance:
                    after[tokens] = after.get(tokens, Fraction(0)) + chance
        law = after
    assert law == dict(output_law(sampler_of(schedule)).items())


def test_growth_is_that_of_the_two_largest_sizes() -> None:
    results = [Result("a", False, n, float(t)) for n, t in ((1, 9), (10, 1), (100, 100))]
    assert growth(results, "power") == pytest.approx(2)
    assert growth(results[1:2], "power") is None
    assert growth([Result("a", False, 3, 1.0), Result("a", False, 5, 4.0)], "factor") == 2


def measured(size: int, *, fast: float | None) -> list[Result]:
    return [
        Result("ours", True, size, 1.0),
        Result("ours, with a certificate", True, size, 2.0),
        Result("easier question: ours", True, size, 0.5, question=EASIER),
        Result("the kernel's replay of the certificate", True, size, 0.1),
        Result("slow", False, size, 30.0),
        Result("fast", False, size, fast, failure="" if fast else "time", question=TOLD),
        Result("easier question: fastest", False, size, 4.0, question=EASIER),
        Result("none", False, size, failure="time"),
        Result("gone", False, size, failure="absent: no wheel"),
    ]


def test_the_headline_names_the_fastest_peer_and_the_replay() -> None:
    results = measured(1, fast=10.0)
    assert headline(results, 1, THE_SAME, TOLD) == "10.0 times fast, 5.0 with a certificate"
    assert headline(results, 1, THE_SAME) == "30.0 times slow, 15.0 with a certificate"
    assert headline(results, 1, EASIER) == "8.0 times fastest, 2.0 with a certificate"
    assert replayed(results, 1) == "yes"
    assert replayed([], 1) == "no"


def test_a_claim_holds_where_the_fastest_peer_takes_ten_times_as_long() -> None:
    results = [*measured(1, fast=9.9), *measured(2, fast=10.0), *measured(3, fast=20.0)]
    found = claim(results)
    assert found.sizes == [1, 2, 3]
    assert found.ours == [2, 3]
    assert found.certified == [3]
    assert found.found == [1, 2, 3]
    assert found.easier == []
    assert found.absent == ["gone"]
    (line, _) = claimed(workload(), results, 60)
    assert "in 60 s: at 2, 3 cells; with a certificate that was replayed at 3 cells." in line
    assert "not told the law: at all sizes. Beside easier questions, too: at no size." in line
    assert "Absent: gone." in line


def test_a_claim_needs_a_peer_that_is_there_and_an_answer_of_ours() -> None:
    mine, gone = Result("ours", True, 1, 1.0), Result("a", False, 1, failure="absent: no wheel")
    assert claim([mine, gone]).ours == []
    assert claim([mine, gone, Result("b", False, 1, failure="time")]).ours == [1]
    assert claim([mine, Result("b", False, 1, failure="not asked: none at 0")]).ours == [1]
    assert claim([Result("ours", True, 1, failure="time"), Result("b", False, 1)]).ours == []
    assert headline([mine, gone], 1, THE_SAME) == "no peer was asked"


def test_a_claim_with_a_certificate_needs_its_replay() -> None:
    results = [one for one in measured(1, fast=60.0) if "replay" not in one.way]
    assert claim(results).ours == [1]
    assert claim(results).certified == []


def test_the_lock_holds_every_peer_with_hashes_and_names_no_host() -> None:
    text = LOCK.read_text("ascii")
    assert "://" not in text
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in entries)
    assert set(MODULES) <= {line.split("==")[0] for line in entries}


def test_adapters_read_every_gate(tmp_path: Path) -> None:
    inputs = (Input("a", InputKind.RANDOM), Input("b", InputKind.RANDOM))
    pairs = [Gate(op, (0, ~1)) for op in (Op.AND, Op.OR, Op.XOR)]
    others = [Gate(Op.CONST0), Gate(Op.CONST1), Gate(Op.ID, (~0,)), Gate(Op.NOT, (1,))]
    circuit = Circuit(inputs, (*pairs, *others), (2, 3, 4, 5, 6, 7, 8))
    file = tmp_path / "circuit.json"
    file.write_text(circuit_to_json(circuit), "utf-8")
    gates = {"AND": common.both, "OR": common.either, "XOR": common.differ}
    for bits in product((False, True), repeat=2):
        found = common.values(
            common.read_circuit(str(file)), list(bits), (False, True), lambda bit: not bit, gates
        )
        assert tuple(found) == evaluate(circuit, bits)
