"""Enumeration by numpy: 64 seeds a word, rows of words short enough to stay in cache.

A block has the seeds that agree above its lowest coins. Each node holds one row of the block in a
table of rows, and a row is given to another node once nothing reads it any more. The rows of
the columns are collected for several blocks before they are counted, so that counting is done on
long arrays. Threads take blocks from one queue: numpy lets the others run while it computes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
from dlmcheck.verify.engines.phases import phase
from dlmcheck.verify.engines.straight_line import (
    Operation,
    Program,
    as_circuit,
    legal,
    program_of,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.uint64]

WORD = 6
"""log2 of the seeds of a word."""
ROW = 8
"""log2 of the words of a row, at most: 2 KB."""
GATHERED = 6
"""log2 of the blocks whose columns are counted together, at most."""
TABLE = 20
"""Up to so many columns are counted in a table, more by sorting."""

START = 0.2
PER_STEP = 6e-7
"""Seconds for one call of numpy on a row."""
PER_SEED = 4e-9
"""Seconds to count a seed with up to eight columns, and again for every further eight."""


class Numpy:
    """Rows of 2^14 seeds, on all cores."""

    def refuses(self, problem: LawProblem) -> str:
        """Nothing is refused: what takes too long is a matter of the estimate."""
        return ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """Blocks times gates."""
        program = program_of(as_circuit(problem))
        blocks = 2.0 ** min(max(0, program.coins - WORD - ROW), 900)
        seconds = START + blocks * len(program.steps) * PER_STEP / cores()
        columns = len(program.columns)
        weight = -(-columns // 8) if columns <= TABLE else columns
        seconds += 2.0 ** min(program.coins, 900) * PER_SEED * weight / cores()
        reason = f"{program.coins} coins, {len(program.steps)} gates by numpy"
        return Estimate(seconds, f"{reason} on {cores()} cores")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """All seeds, in blocks that all cores share."""
        began = time.monotonic()
        circuit = as_circuit(problem)
        program = program_of(circuit)
        run = _Run(program, limits, began)
        if not program.columns:
            return legal(problem, program.law(circuit.outputs, {0: 1}, 0))
        with phase("enumerating"):
            stopped = run.all_blocks()
        if stopped is not None:
            return stopped
        found = program.law(circuit.outputs, run.total, max(program.coins, WORD))
        return legal(problem, found)


class _Run:
    """The counts of one enumeration, and what stops it."""

    def __init__(self, program: Program, limits: Limits, began: float) -> None:
        self.program = program
        self.limits = limits
        self.began = began
        self.total: Counter[int] = Counter()
        outer = max(0, program.coins - WORD)
        self.row = min(outer, ROW)
        self.gathered = min(outer - self.row, GATHERED)
        self.turns = 1 << outer - self.row - self.gathered
        self.slots, self.plan = _slots(program)

    def all_blocks(self) -> Unknown | None:
        """Count everything; the limit that was met, if one was."""
        from threading import Lock, Thread

        lock = Lock()
        turns = iter(range(self.turns))
        stopped: list[Unknown] = []
        failures: list[BaseException] = []

        def work() -> None:
            try:
                turn = self._worker()
                while not stopped and not failures:
                    with lock:
                        number = next(turns, None)
                    if number is None:
                        return
                    found = turn(number)
                    with lock:
                        self.total.update(found)
                        reason = self._met(number)
                    if reason is not None:
                        stopped.append(reason)
            except BaseException as error:
                failures.append(error)

        threads = [Thread(target=work, daemon=True) for _ in range(min(cores(), self.turns))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return stopped[0] if stopped else None

    def _met(self, number: int) -> Unknown | None:
        limits = self.limits
        stopped = too_many(len(self.total), limits)
        if stopped is not None:
            return stopped
        if limits.seconds is not None and time.monotonic() - self.began > limits.seconds:
            done = f"{number + 1} of {self.turns} parts"
            return Unknown(Why.TIME, f"{done} in {limits.seconds} s")
        return None

    def _worker(self) -> Callable[[int], dict[int, int]]:
        """A function that counts one turn, with memory of its own."""
        import numpy as np

        width = 1 << self.row
        rows: Rows = np.zeros((self.slots, width), np.uint64)
        spare: Rows = np.zeros(width, np.uint64)
        columns = self.program.columns
        gathered: Rows = np.zeros((len(columns), 1 << self.gathered, width), np.uint64)
        coins = self.program.coins
        _set_low_coins(rows, coins, self.row)
        calls = [
            (_functions(np)[operation], rows[left], rows[right], rows[target])
            for operation, left, right, target in self.plan[0]
        ]
        sources = [rows[slot] for slot in self.plan[1]]
        ones = np.uint64(0xFFFFFFFFFFFFFFFF)

        def turn(number: int) -> dict[int, int]:
            for inner in range(1 << self.gathered):
                block = number << self.gathered | inner
                for coin in range(WORD + self.row, coins):
                    rows[coin] = ones if block >> coin - WORD - self.row & 1 else 0
                for function, left, right, target in calls:
                    if function is None:
                        np.invert(right, out=spare)
                        np.bitwise_and(left, spare, out=target)
                    else:
                        function(left, right, out=target)
                for index, source in enumerate(sources):
                    gathered[index, inner] = source
            return _counts(gathered.reshape(len(columns), -1))

        return turn


def _functions(np: Any) -> dict[Operation, Any]:
    return {
        Operation.AND: np.bitwise_and,
        Operation.OR: np.bitwise_or,
        Operation.XOR: np.bitwise_xor,
        Operation.AND_NOT: None,
    }


_Plan = tuple[list[tuple[Operation, int, int, int]], list[int]]


def _slots(program: Program) -> tuple[int, _Plan]:
    """How many rows are needed; the rows of each step, and those of the columns."""
    kept = {*range(program.coins), *program.columns}
    last: dict[int, int] = {}
    for number, step in enumerate(program.steps):
        last[step.left] = last[step.right] = number
    slot = list(range(program.coins))
    free: list[int] = []
    slots = program.coins
    steps: list[tuple[Operation, int, int, int]] = []
    for number, step in enumerate(program.steps):
        for node in {step.left, step.right}:
            if last[node] == number and node not in kept:
                free.append(slot[node])
        if not free:
            free.append(slots)
            slots += 1
        slot.append(free.pop())
        steps.append((step.operation, slot[step.left], slot[step.right], slot[-1]))
    return slots, (steps, [slot[node] for node in program.columns])


def _set_low_coins(rows: Rows, coins: int, row: int) -> None:
    """The coins that vary inside a word, and those that vary along a row."""
    import numpy as np

    for coin in range(min(coins, WORD)):
        block = (1 << (1 << coin)) - 1 << (1 << coin)
        rows[coin] = np.uint64(sum(block << at for at in range(0, 64, 2 << coin)))
    place = np.arange(1 << row, dtype=np.uint64)
    ones = np.uint64(0xFFFFFFFFFFFFFFFF)
    for coin in range(WORD, min(coins, WORD + row)):
        bit = place >> np.uint64(coin - WORD) & np.uint64(1)
        rows[coin] = np.where(bit == 1, ones, np.uint64(0))


def _counts(columns: Rows) -> dict[int, int]:
    """How often each word stands in the rows of some columns; column i is bit i of a word."""
    import numpy as np

    bits = np.unpackbits(columns.view(np.uint8), axis=1, bitorder="little")
    octets = np.packbits(bits, axis=0, bitorder="little")
    if len(columns) <= TABLE:
        words = octets[0].astype(np.intp)
        for index in range(1, len(octets)):
            words |= octets[index].astype(np.intp) << 8 * index
        table = np.bincount(words)
        present = np.flatnonzero(table)
        return dict(zip(present.tolist(), table[present].tolist(), strict=True))
    whole = np.ascontiguousarray(octets.T)
    kind = np.dtype((np.void, whole.shape[1]))
    found, times = np.unique(whole.view(kind).ravel(), return_counts=True)
    return {
        int.from_bytes(one.tobytes(), "little"): count
        for one, count in zip(found, times.tolist(), strict=True)
    }


ENGINE = Numpy()
