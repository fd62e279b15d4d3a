"""Enumeration by machine code: C for the circuit, compiled when it is asked for.

The code is in `compiled_source`. It is compiled by the system's C compiler (`cc`, or what the
environment variable CC names) and loaded with ctypes, which lets other threads run meanwhile, so
that all cores take passes from one queue. Without a compiler the engine refuses, and `numpy` or
`columns` is chosen instead.
"""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dlmcheck.verify.engines.compiled_source import (
    LANES,
    MOST_COLUMNS,
    Source,
    source_in_assembly,
    source_of,
)
from dlmcheck.verify.engines.cores import cores
from dlmcheck.verify.engines.law_engines import (
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    too_many,
)
from dlmcheck.verify.engines.phases import note, phase, watched
from dlmcheck.verify.engines.straight_line import Program, as_circuit, legal, program_of
from dlmcheck.verify.engines.vector_code import supported

if TYPE_CHECKING:
    import ctypes

START = {True: 0.07, False: 0.25}
"""Seconds to start an assembler, or a compiler, and a linker, roughly."""
PER_STEP_COMPILED = {True: 2e-5, False: 1e-4}
PER_STEP_RUN = 1e-12
"""Seconds for a gate on one seed on one core, roughly."""
PER_SEED = 1e-9
"""Seconds to count a seed, roughly."""
SAMPLE = 0.01
"""Seconds of gates without counting, where somebody asks for times."""
TURN = 0.05
"""Seconds, roughly, that a thread works before it looks at the clock."""


def compiler() -> list[str]:
    """The command of the C compiler; empty if there is none."""
    named = shlex.split(os.environ.get("CC", "cc"))
    return named if named and shutil.which(named[0]) else []


class CompilerFailed(Exception):
    """The C compiler did not do what it was asked; what it says."""


class Compiled:
    """Straight-line C on 512 seeds at a time, on all cores."""

    def refuses(self, problem: LawProblem) -> str:
        """Without a compiler, and for more outputs than a table has room for."""
        if not compiler():
            return "no C compiler is found"
        columns = len(program_of(as_circuit(problem)).columns)
        return f"{columns} outputs, more than {MOST_COLUMNS}" if columns > MOST_COLUMNS else ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """The time to compile, and seeds times gates."""
        program = program_of(as_circuit(problem))
        seeds = 2.0 ** min(max(program.coins, LANES), 900)
        assembly = supported()
        seconds = START[assembly] + PER_STEP_COMPILED[assembly] * len(program.steps)
        seconds += seeds * (PER_STEP_RUN * len(program.steps) + PER_SEED) / cores()
        reason = f"{program.coins} coins, {len(program.steps)} gates as machine code"
        return Estimate(seconds, f"{reason} on {cores()} cores")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """All seeds, in passes that all cores share."""
        began = time.monotonic()
        circuit = as_circuit(problem)
        program = program_of(circuit)
        columns = len(program.columns)
        if not columns:
            return legal(problem, program.law(circuit.outputs, {0: 1}, 0))
        source = _source(program)
        needed = cores() * (64 * source.slots + 4 * source.scratch + (8 << columns))
        if limits.memory is not None and needed > limits.memory:
            return Unknown(Why.MEMORY, f"{needed} bytes are needed, {limits.memory} allowed")
        if limits.seconds is not None and time.monotonic() - began >= limits.seconds:
            return Unknown(Why.TIME, f"nothing compiled in {limits.seconds} s")
        deadline = None if limits.seconds is None else began + limits.seconds
        try:
            totals, left = _compile_and_run(program, source, deadline)
        except CompilerFailed as error:
            return Unknown(Why.REFUSED, f"the C compiler failed: {error}")
        if left:
            return Unknown(Why.TIME, f"{left} passes left after {limits.seconds} s")
        stopped = too_many(len(totals), limits)
        if stopped is not None:
            return stopped
        found = program.law(circuit.outputs, totals, max(program.coins, LANES))
        return legal(problem, found)


def _source(program: Program) -> Source:
    """Assembly where it is understood; C takes longer to compile and says the same."""
    return source_in_assembly(program) if supported() else source_of(program, cores())


def _compile_and_run(
    program: Program, source: Source, deadline: float | None
) -> tuple[dict[int, int], int]:
    try:
        with _loaded(source) as library:
            return _run(library, program, source, deadline)
    except CompilerFailed:
        if not source.assembly:
            raise
    other = source_of(program, cores())  # the assembler may be older than the processor
    with _loaded(other) as library:
        return _run(library, program, other, deadline)


@contextmanager
def _loaded(source: Source) -> Generator[ctypes.CDLL]:
    """The code, compiled and loaded. Raises `CompilerFailed`."""
    import ctypes
    import tempfile

    with tempfile.TemporaryDirectory(prefix="dlmcheck-") as folder:
        with phase("compiling"):
            try:
                path = _compile(source, Path(folder), ["-march=native"])
            except CompilerFailed:  # some compilers know no such option
                path = _compile(source, Path(folder), [])
        try:
            yield ctypes.CDLL(str(path))
        except OSError as error:
            raise CompilerFailed(str(error)) from None


def _compile(source: Source, folder: Path, options: Sequence[str]) -> Path:
    from subprocess import DEVNULL, PIPE, Popen

    def start(arguments: Sequence[str]) -> Popen[bytes]:
        try:
            return Popen([*compiler(), *arguments], stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE)
        except OSError as error:
            raise CompilerFailed(str(error)) from None

    def finish(running: Sequence[Popen[bytes]]) -> None:
        said = [process.communicate()[1].decode("utf-8", "replace") for process in running]
        for process, text in zip(running, said, strict=True):
            if process.returncode:
                raise CompilerFailed(text.strip().partition("\n")[0] or f"{process.args!r}")

    result = folder / "law.so"
    if source.assembly:
        names = [str(folder / "loop.c"), str(folder / "gates.s")]
        for name, text in zip(names, (source.loop, *source.parts), strict=True):
            Path(name).write_text(text, "ascii")
        finish([start(["-O2", "-w", "-fPIC", *options, "-shared", "-o", str(result), *names])])
        return result
    running: list[Popen[bytes]] = []
    objects: list[str] = []
    for number, text in enumerate((source.loop, *source.parts)):
        written = folder / f"part{number}.c"
        written.write_text(text, "ascii")
        objects.append(str(written.with_suffix(".o")))
        level = "-Og" if number else "-O2"
        flags = [level, "-w", "-fPIC", *options, "-c", str(written), "-o", objects[-1]]
        running.append(start(flags))
    finish(running)
    finish([start(["-shared", "-o", str(result), *objects])])
    return result


def _run(
    library: ctypes.CDLL, program: Program, source: Source, deadline: float | None
) -> tuple[dict[int, int], int]:
    """The counts of the words of columns, and how many passes are left at the deadline."""
    import ctypes
    from threading import Lock, Thread

    words = 1 << len(program.columns)
    passes = 1 << max(0, program.coins - LANES)
    cost = (len(program.steps) + 1000) * PER_STEP_RUN * 2**LANES
    # A table of unsigned ints holds 2^32 seeds at most; and flushing a large one has its price.
    turn = max(1, words >> LANES, int(TURN / cost))
    turn = min(turn, 1 << 32 - LANES - 1, -(-passes // cores()))
    library.run.argtypes = [
        ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p
    ]  # fmt: skip
    library.run.restype = None
    lock, given = Lock(), 0
    tables: list[ctypes.Array[ctypes.c_uint64]] = []

    def take() -> tuple[int, int]:
        nonlocal given
        with lock:
            first = given
            if deadline is None or first == 0 or time.monotonic() < deadline:
                given = min(passes, first + turn)
            return first, given - first

    def work(totals: ctypes.Array[ctypes.c_uint64]) -> None:
        memory = ctypes.create_string_buffer(64 * source.slots + 64)
        scratch = (ctypes.c_uint32 * max(1, source.scratch))()
        aligned = -(-ctypes.addressof(memory) // 64) * 64
        while True:
            first, count = take()
            if not count:
                return
            library.run(aligned, first, count, scratch, totals)

    threads: list[Thread] = []
    started = time.perf_counter()
    for _ in range(min(cores(), -(-passes // turn))):
        tables.append((ctypes.c_uint64 * words)())
        threads.append(Thread(target=work, args=(tables[-1],), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    note("enumerating", seconds)
    if watched():
        alone = _gates_alone(library, source, passes) / len(threads)
        note("counting", max(0.0, seconds - alone))
    totals = {word: sum(counts) for word, counts in enumerate(zip(*tables, strict=True))}
    return {word: count for word, count in totals.items() if count}, passes - given


def _gates_alone(library: ctypes.CDLL, source: Source, passes: int) -> float:
    """Seconds that the gates of all passes would take one core, from a sample of them."""
    import ctypes

    library.gates_alone.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
    library.gates_alone.restype = None
    memory = ctypes.create_string_buffer(64 * source.slots + 64)
    aligned = -(-ctypes.addressof(memory) // 64) * 64
    sample, seconds = 1, 0.0
    while seconds < SAMPLE:
        sample *= 2
        began = time.perf_counter()
        library.gates_alone(aligned, sample)
        seconds = time.perf_counter() - began
    return seconds / sample * passes


ENGINE = Compiled()
