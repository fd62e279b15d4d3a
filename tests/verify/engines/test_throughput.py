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
        (40000, {"enumerating": 1.0}, "instructions: values stay"),
    ],
)
def test_the_limit_is_what_took_longest(gates: int, seconds: dict[str, float], limit: str) -> None:
    assert made(seconds, gates).limit.startswith(limit)


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
    assert len(found.lines()) == 4


def test_nothing_is_said_of_other_engines() -> None:
    assert throughput(CircuitLaw(xor_rich(6, 9, 2)), "diagrams", {"enumerating": 1.0}) is None
