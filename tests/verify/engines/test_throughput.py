"""What is said of an engine's speed follows from what was measured, and is measured."""

from __future__ import annotations

import pytest

from benchmarks.workloads import xor_rich
from dlmcheck.verify.engines import throughput as module
from dlmcheck.verify.engines.law_engines import CircuitLaw, law
from dlmcheck.verify.engines.phases import recorded
from dlmcheck.verify.engines.throughput import Throughput, throughput

FAST = {"L1": 24e9, "memory": 2.4e9}


def made(seconds: dict[str, float], gates: int = 100) -> Throughput:
    return Throughput(gates, 20, 2, seconds, FAST)


def test_the_ratio_is_to_24_bytes_for_a_gate_and_64_seeds() -> None:
    found = made({"enumerating": 1.0}, gates=1000)
    assert found.rate == 1000 * 2**20
    assert found.ratios == {"L1": found.rate / 64e9, "memory": found.rate / 6.4e9}


@pytest.mark.parametrize(
    ("gates", "seconds", "limit"),
    [
        (1, {"enumerating": 1.0, "compiling": 2.0}, "the compiler"),
        (1, {"enumerating": 1.0, "counting": 0.6}, "counting outputs"),
        (1, {"enumerating": 1.0, "counting": 0.4}, "the instructions between gates"),
        (4000, {"enumerating": 1.0}, "the bandwidth of memory"),
        (40000, {"enumerating": 1.0}, "instructions or caches: memory could not"),
        (0, {"enumerating": 1.0}, "none to be named: there are no gates"),
        (0, {"enumerating": 1.0, "compiling": 2.0}, "none to be named: there are no gates"),
        (4000, {"enumerating": 0.001}, "not known: it was over too soon"),
    ],
)
def test_the_limit_is_what_took_longest(gates: int, seconds: dict[str, float], limit: str) -> None:
    assert made(seconds, gates).limit.startswith(limit)


@pytest.mark.parametrize("gates", [1, 4000, 40000])
def test_no_bandwidth_is_called_the_limit_of_values_in_registers(gates: int) -> None:
    found = Throughput(gates, 20, 2, {"enumerating": 1.0}, FAST, registers=True)
    assert found.limit.startswith("instructions: values are kept in registers")
    (in_l1,) = [line for line in found.lines() if " L1 " in line]
    assert "would allow if each value went through it, which is no bound here" in in_l1
    assert found.ratios == made({"enumerating": 1.0}, gates).ratios
    (elsewhere,) = [line for line in made({"enumerating": 1.0}).lines() if " L1 " in line]
    assert "no bound" not in elsewhere


def test_counting_is_said_to_be_a_part_of_enumerating() -> None:
    found = made({"compiling": 0.5, "enumerating": 3.0, "counting": 2.0}, gates=1000)
    first, second, *_ = found.lines()
    assert first.endswith(
        "compiling 0.500 s, enumerating 3.000 s, about 2.000 s of that counting outputs"
    )
    # 1000 * 2^20 in three seconds, and in the one that is left for the gates
    assert second == "0.35 G gates x seeds a second, or about 1.05 G without the counting"


def test_without_gates_there_is_no_rate_and_no_limit() -> None:
    lines = made({"enumerating": 0.5}, gates=0).lines()
    assert len(lines) == 2
    assert lines[1] == "limit: none to be named: there are no gates"


@pytest.mark.parametrize("name", ["compiled", "numpy", "columns"])
def test_engines_that_enumerate_are_measured(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VOLUME", 1 << 22)
    monkeypatch.setattr(module, "PLACES", (("L1", 24 << 10),))
    problem = CircuitLaw(xor_rich(12, 100, 3))
    with recorded() as seconds:
        law(problem, name)
    found = throughput(problem, name, seconds)
    assert found is not None
    assert (found.coins, found.seconds) == (12, seconds)
    assert found.bandwidth["L1"] > 0
    assert found.rate > 0
    assert found.registers is (name == "compiled")
    assert len(found.lines()) == 4


def test_nothing_is_said_of_other_engines() -> None:
    assert throughput(CircuitLaw(xor_rich(6, 9, 2)), "diagrams", {"enumerating": 1.0}) is None
