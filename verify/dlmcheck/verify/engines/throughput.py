"""How fast seeds were enumerated, beside what the memory of this machine can deliver; measured.

An engine that keeps every value in memory moves 24 bytes for a gate and 64 seeds (two words read,
one written), so a bandwidth of B bytes a second bounds it at B / 24 * 64 gates x seeds a second.
Code that keeps values in registers is not bound by that.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from dlmcheck.verify.engines.cores import cores
from dlmcheck.verify.engines.law_by_compiled import compiler
from dlmcheck.verify.engines.law_engines import LawProblem
from dlmcheck.verify.engines.straight_line import as_circuit, program_of

BYTES = 24
"""Moved for a gate and 64 seeds where every value is in memory."""
PLACES = (("L1", 24 << 10), ("L2", 384 << 10), ("memory", 192 << 20))
"""Three arrays of together so many bytes for each core fit in there, and in nothing nearer."""
VOLUME = 1 << 30
"""Bytes that a measurement moves on each core."""
ENUMERATING = "enumerating"
COMPILING = "compiling"
COUNTING = "counting"
"""The part of the enumeration that counts outputs, where an engine measures that."""
ENGINES = ("compiled", "numpy", "columns")

STREAM = """
typedef unsigned long long v __attribute__((vector_size(64)));
void run(const v *a, const v *b, v *c, long vectors, long times) {
  for (long t = 0; t < times; t++) {
    for (long i = 0; i < vectors; i++) c[i] = a[i] ^ b[i];
    __asm__ volatile("" ::: "memory");
  }
}
"""


@dataclass(frozen=True)
class Throughput:
    """Gates and coins, seconds by phase, bytes a second by place (empty without a compiler)."""

    gates: int
    coins: int
    cores: int
    seconds: Mapping[str, float]
    bandwidth: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Gates x seeds a second while seeds were enumerated."""
        return self.gates * 2.0**self.coins / max(self.seconds[ENUMERATING], 1e-9)

    @property
    def ratios(self) -> dict[str, float]:
        """The rate over what each place could deliver to an engine with its values there."""
        return {place: self.rate / (speed / BYTES * 64) for place, speed in self.bandwidth.items()}

    @property
    def limit(self) -> str:
        """What took most of the time, in words."""
        compiling = self.seconds.get(COMPILING, 0.0)
        enumerating = self.seconds[ENUMERATING]
        if compiling > enumerating:
            return "the compiler: it took longer than the seeds"
        if self.seconds.get(COUNTING, 0.0) > enumerating / 2:
            return "counting outputs: it took longer than the gates"
        ratio = self.ratios.get("memory")
        if ratio is None:
            return "not known: there is no compiler to measure memory with"
        if ratio > 1:
            return "instructions: values stay in registers and caches, memory could not keep up"
        if ratio > 0.5:
            return "the bandwidth of memory"
        return "the instructions between gates: memory could deliver more"

    def lines(self) -> list[str]:
        """The same in lines for a reader."""
        spent = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in self.seconds.items())
        found = [f"{self.gates} gates x 2^{self.coins} seeds on {self.cores} cores: {spent}"]
        found.append(f"{self.rate / 1e9:.3g} G gates x seeds a second")
        for place, ratio in self.ratios.items():
            speed = self.bandwidth[place] / 1e9
            found.append(
                f"{ratio:.2f} of the {speed / BYTES * 64:.3g} G that {place} allows "
                f"({speed:.3g} GB/s, {BYTES} bytes for a gate and 64 seeds)"
            )
        return [*found, f"limit: {self.limit}"]

    def document(self) -> dict[str, object]:
        """The same as JSON."""
        return {
            "gates": self.gates,
            "coins": self.coins,
            "cores": self.cores,
            "seconds": dict(self.seconds),
            "rate": self.rate,
            "bandwidth": dict(self.bandwidth),
            "ratios": self.ratios,
            "limit": self.limit,
        }


def throughput(problem: LawProblem, engine: str, seconds: Mapping[str, float]) -> Throughput | None:
    """What an engine that enumerates has done in these phases; None for other engines."""
    if engine not in ENGINES or ENUMERATING not in seconds:
        return None
    program = program_of(as_circuit(problem))
    speeds = {place: bandwidth(volume, cores()) for place, volume in PLACES} if compiler() else {}
    return Throughput(len(program.steps), program.coins, cores(), dict(seconds), speeds)


def bandwidth(size: int, copies: int) -> float:
    """Bytes a second of an exclusive or between three arrays of together `size` bytes per core."""
    with tempfile.TemporaryDirectory(prefix="dlmcheck-") as folder:
        source, library = Path(folder, "stream.c"), Path(folder, "stream.so")
        source.write_text(STREAM, "ascii")
        flags = ["-O2", "-march=native", "-shared", "-fPIC", "-o", str(library), str(source)]
        subprocess.run([*compiler(), *flags], check=True)
        run = ctypes.CDLL(str(library)).run
    run.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_long] * 2
    vectors = size // 3 // 64
    times = max(1, VOLUME // (192 * vectors))

    memories: list[ctypes.Array[ctypes.c_char]] = []
    starts: list[int] = []
    for _ in range(copies):
        memory = ctypes.create_string_buffer(3 * 64 * vectors + 64)
        ctypes.memset(memory, 1, len(memory))  # or the first pass would be the system's
        first = -(-ctypes.addressof(memory) // 64) * 64
        memories.append(memory)
        starts.append(first)

    def work(first: int) -> None:
        run(first, first + 64 * vectors, first + 128 * vectors, vectors, times)

    rates: list[float] = []
    for _ in range(3):
        threads = [Thread(target=work, args=(first,)) for first in starts]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rates.append(copies * times * 192 * vectors / (time.perf_counter() - began))
    return max(rates)
