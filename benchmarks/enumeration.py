"""How fast seeds are enumerated, beside what the caches of this machine can deliver.

    python -m benchmarks.enumeration                    the sizes up to 2^28 seeds
    python -m benchmarks.enumeration --large            up to 2^34
    python -m benchmarks.enumeration --one 20 500 8 numpy

For each size a process of its own makes the circuit and asks for its law. Three times are given,
medians of the runs: of that whole process, of the engine inside it, and the processor time of
all together, compiler included, which other work on the machine hardly changes.

An engine that keeps every value in memory moves 24 bytes for a gate and 64 seeds (two words read,
one written), so that a bandwidth of B bytes a second bounds it at B / 24 * 64 gate-seeds a second.
Machine code that keeps values in registers is not bound by that; its limit is how many vector
instructions a core can start, and how fast it can fetch them. Answers of engines on one size have
to be equal.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from statistics import median
from typing import NamedTuple

from benchmarks.measure import load, say
from benchmarks.workloads import xor_rich
from dlmcheck.verify.engines.cores import cores
from dlmcheck.verify.engines.law_engines import CircuitLaw, CountedLaw, law
from dlmcheck.verify.engines.throughput import BYTES, PLACES, bandwidth

SIZES = [(20, 500, 8), (24, 1000, 8), (28, 2000, 16)]
LARGE = [(32, 1000, 8), (34, 1000, 8)]
MANY = 24
"""All engines are asked up to so many coins, only the quickest beyond."""


def one(coins: int, gates: int, outputs: int, engine: str) -> None:
    """Ask for one law and print what it cost, as JSON."""
    circuit = xor_rich(coins, gates, outputs)
    began = time.perf_counter()
    found = law(CircuitLaw(circuit), engine)
    seconds = time.perf_counter() - began
    answer = found.answer
    if not isinstance(answer, CountedLaw):
        raise SystemExit(f"{engine}: {answer}")
    checksum = hash(tuple(answer.counts.items())) % 10**9  # of integers: the same in all processes
    say(json.dumps({"engine": found.engine, "seconds": seconds, "checksum": checksum}))


class Measured(NamedTuple):
    """Median seconds of a whole process, of the engine, of all processors; and the answer."""

    whole: float
    engine: float
    processors: float
    checksum: int


def measure(size: tuple[int, int, int], engine: str, runs: int) -> Measured:
    """Ask for the law of one size so often, each time in a process of its own."""
    times: list[tuple[float, float, float]] = []
    checksum = 0
    for _ in range(runs):
        spent = _children()
        began = time.perf_counter()
        arguments = [sys.executable, "-m", "benchmarks.enumeration", "--one", *map(str, size)]
        done = subprocess.run([*arguments, engine], check=True, capture_output=True, text=True)
        whole = time.perf_counter() - began
        said = json.loads(done.stdout)
        times.append((whole, said["seconds"], _children() - spent))
        checksum = said["checksum"]
    whole, inside, processors = (median(column) for column in zip(*times, strict=True))
    return Measured(whole, inside, processors, checksum)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Seeds enumerated, beside what caches deliver.")
    parser.add_argument("--one", nargs=4, metavar=("COINS", "GATES", "OUTPUTS", "ENGINE"))
    parser.add_argument("--large", action="store_true", help="also 2^32 and 2^34 seeds")
    parser.add_argument("--runs", type=int, default=5, help="of each, for the median")
    options = parser.parse_args()
    if options.one:
        coins, gates, outputs = map(int, options.one[:3])
        one(coins, gates, outputs, options.one[3])
        return
    say(load())
    bounds: dict[str, float] = {}
    for place, volume in PLACES:
        rate = bandwidth(volume, cores())
        bounds[place] = rate / BYTES * 64
        say(
            f"{place:<6} {rate / 1e9:6.0f} GB/s on {cores()} cores: an engine with its values "
            f"there does at most {bounds[place] / 1e9:.0f} G gate-seeds/s"
        )
    say("coins gates outputs engine     process    engine processors  G gate-seeds/s  to L1  to L2")
    for size in [*SIZES, *(LARGE if options.large else [])]:
        engines = ["compiled", "numpy", "columns"] if size[0] <= MANY else ["compiled"]
        checksums = set[int]()
        for engine in engines:
            found = measure(size, engine, options.runs)
            checksums.add(found.checksum)
            rate = size[1] * 2.0 ** size[0] / found.engine
            say(
                f"{size[0]:5} {size[1]:5} {size[2]:7} {engine:<9} {found.whole:8.3f} s "
                f"{found.engine:7.3f} s {found.processors:9.3f} s {rate / 1e9:15.0f} "
                f"{rate / bounds['L1']:6.2f} {rate / bounds['L2']:6.2f}"
            )
        if len(checksums) != 1:
            raise SystemExit("the engines disagree")
    say(load())


if __name__ == "__main__":
    main()
