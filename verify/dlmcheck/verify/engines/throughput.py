"""How fast seeds were enumerated, beside what the memory of this machine can deliver; measured.

An engine that keeps every value in memory moves 24 bytes for a gate and 64 seeds (two words read,
one written), so a bandwidth of B bytes a second bounds it at B / 24 * 64 gates x seeds a second.
Code that keeps values in registers is not bound by that: then the ratio is a yardstick, no more.
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
"""The part of the enumeration that counts outputs (not besides it), where that is measured."""
ENGINES = ("compiled", "numpy", "columns")
IN_REGISTERS = ("compiled",)
"""Engines whose gates read most values from registers."""
TOO_SHORT = 0.01
"""Seconds of enumeration that say nothing of what bounds it."""

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
    registers: bool = False
    """Whether most values are read from registers, which no bandwidth bounds."""

    @property
    def rate(self) -> float:
        """Gates x seeds a second while seeds were enumerated, and counted."""
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
        if not self.gates:
            return "none to be named: there are no gates"
        if compiling > enumerating:
            return "the compiler: it took longer than the seeds"
        if enumerating < TOO_SHORT:
            return "not known: it was over too soon"
        if self.seconds.get(COUNTING, 0.0) > enumerating / 2:
            return "counting outputs: it took longer than the gates"
        if self.registers:
            return "instructions: values are kept in registers, so no bandwidth bounds the gates"
        ratio = self.ratios.get("memory")
        if ratio is None:
            return "not known: there is no compiler to measure memory with"
        if ratio > 1:
            return "instructions or caches: memory could not have kept up"
        if ratio > 0.5:
            return "the bandwidth of memory"
        return "the instructions between gates: memory could deliver more"

    def lines(self) -> list[str]:
        """The same in lines for a reader."""
        spent = ", ".join(
            f"{name} {seconds:.3f} s" for name, seconds in self.seconds.items() if name != COUNTING
        )
        counting, enumerating = self.seconds.get(COUNTING), self.seconds[ENUMERATING]
        if counting is not None:  # the engine looks at the gates alone, and takes the rest for it
            spent += f", about {counting:.3f} s of that counting outputs"
        found = [f"{self.gates} gates x 2^{self.coins} seeds on {self.cores} cores: {spent}"]
        if self.gates:
            said = f"{_short(self.rate / 1e9)} G gates x seeds a second"
            if counting is not None and counting < enumerating:
                alone = self.rate * enumerating / (enumerating - counting)
                said += f", or about {_short(alone / 1e9)} G without the counting"
            found.append(said)
            found += [self._beside(place, ratio) for place, ratio in self.ratios.items()]
        return [*found, f"limit: {self.limit}"]

    def _beside(self, place: str, ratio: float) -> str:
        """The ratio to a bandwidth in words; whether that is a bound."""
        speed = self.bandwidth[place] / 1e9
        if self.registers:
            what = "would allow if each value went through it, which is no bound here"
        else:
            what = "allows where all values are in it"
        return (
            f"{_short(ratio)} times the {_short(speed / BYTES * 64)} G that {place} {what} "
            f"({_short(speed)} GB/s measured, {BYTES} bytes for a gate and 64 seeds)"
        )

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


def _short(value: float) -> str:
    """Three digits, and no power of ten for a reader to undo.

    >>> _short(1049.6), _short(0.0123)
    ('1,050', '0.0123')
    """
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"


def throughput(problem: LawProblem, engine: str, seconds: Mapping[str, float]) -> Throughput | None:
    """What an engine that enumerates has done in these phases; None for other engines."""
    if engine not in ENGINES or ENUMERATING not in seconds:
        return None
    program = program_of(as_circuit(problem))
    speeds = {place: bandwidth(volume, cores()) for place, volume in PLACES} if compiler() else {}
    gates, registers = len(program.steps), engine in IN_REGISTERS
    return Throughput(gates, program.coins, cores(), dict(seconds), speeds, registers)


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
