"""Certificates for linear samplers, by elimination over GF(2). Nothing here is trusted.

See `kernel.linear` for what the certificate shows. Elimination is sparse as long as that pays:
the next pivot is in a shortest row, and of its coins one that fewest other rows have. What is
then left, the core, is factored as a dense matrix (`bitmatrix`). No inverse is written out: each
pivot row is an output plus earlier pivot rows, each coin is its pivot row plus later coins, and
these sums are the steps of the certificate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import chain
from typing import NamedTuple

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.engines.bitmatrix import echelon
from dlmcheck.verify.kernel.affine import Form, Row, Run, as_bits, numbers_in
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.linear import (
    KIND,
    Outputs,
    Places,
    Uniform,
    circuit_outputs,
    schedule_outputs,
)

SMALL = 64
"""So few rows are never handed to the dense elimination."""
SHORT = 8
"""Nor are rows that have so few ones on average."""
DENSITY = 150
"""With more than one place in so many being a one, the dense elimination is faster."""
WRITTEN_OUT = 4_000_000
"""So many additions at most are spent on writing equations in outputs instead of steps."""


def uniform_claim(circuit: Circuit) -> Uniform:
    """The set on which a linear circuit is uniform, with the inverses that show it.

    Raises `Rejected` if the circuit is not linear.
    """
    return uniform_outputs(circuit_outputs(circuit))


def uniform_outputs(outputs: Outputs) -> Uniform:
    """The set on which affine outputs are uniform, with the inverses that show it."""
    return _Elimination(outputs).claim()


class _Pivot(NamedTuple):
    """A value and the coin that it gives once its other coins are known, those that are pivots."""

    value: int
    coin: int
    others: set[int]


@dataclass
class _Elimination:
    """Rows by output; coins are numbered as in forms, from 1."""

    outputs: Outputs
    steps: list[Row] = field(default_factory=list[Row])
    pivots: list[_Pivot] = field(default_factory=list[_Pivot])
    relations: list[tuple[int, Row]] = field(default_factory=list[tuple[int, Row]])
    left: dict[int, int] = field(default_factory=dict[int, int])
    """The value that each pivot coin is."""

    def claim(self) -> Uniform:
        """The certificate's parts."""
        forms = self.outputs.forms
        self.uses: list[list[int]] = [[place] for place in range(len(forms))]
        ones = sum(len(f) if isinstance(f, frozenset) else f.bit_count() for f in forms)
        if self._is_dense(len(forms), self.outputs.coins, ones):
            bits = [as_bits(f) if isinstance(f, frozenset) else f for f in forms]
            everything = range(len(forms))
            coins = range(1, self.outputs.coins + 1)
            self._dense(everything, coins, [form >> 1 for form in bits])
            return self._written()
        # Sets are copied, since rows change; the constants do not take part.
        self.rows = [set(numbers_in(form)) for form in forms]
        for row in self.rows:
            row.discard(0)
        self.columns: dict[int, set[int]] = {}
        for place, row in enumerate(self.rows):
            for coin in row:
                self.columns.setdefault(coin, set()).add(place)
        core = self._sparse()
        if core:
            names = sorted({one for place in core for one in self.rows[place]})
            number = {one: k for k, one in enumerate(names)}
            rows = [as_bits(number[one] for one in self.rows[place]) for place in core]
            self._dense(core, names, rows)
        self._back()
        return self._written()

    @staticmethod
    def _is_dense(rows: int, columns: int, ones: int) -> bool:
        return rows > SMALL and ones > SHORT * rows and ones * DENSITY > rows * columns

    def _add(self, row: Row) -> int:
        """The value of a sum: what is added alone, or a new step."""
        if len(row) == 1 and isinstance(row[0], int):
            return row[0]
        self.steps.append(row)
        return len(self.outputs.forms) + len(self.steps) - 1

    # -- sparse rows

    def _sparse(self) -> list[int]:
        """Pivots in short rows. Returns the rows that are left as a core."""
        rows, columns, uses = self.rows, self.columns, self.uses
        ones = sum(map(len, rows))
        waiting = [deque[int]() for _ in range(max(map(len, rows), default=0) + 1)]
        """Rows by length; a row that has changed since stands in another place again."""
        for place, row in enumerate(rows):
            waiting[len(row)].append(place)
        done = [False] * len(rows)
        left, length = len(rows), 0
        while length < len(waiting):
            if not waiting[length]:
                length += 1
                continue
            place = waiting[length].popleft()
            row = rows[place]
            if done[place] or len(row) != length:
                continue
            if length > 1 and self._is_dense(left, len(columns), ones):
                return [other for other in range(len(rows)) if not done[other]]
            done[place] = True
            left -= 1
            if not row:
                self.relations.append((place, tuple(uses[place])))
                continue
            if length == 1:
                (coin,) = row
            else:
                coin = min(row, key=lambda one: (len(columns[one]), one))
            value = self._add(tuple(uses[place]))
            row.discard(coin)
            ones -= length
            for one in row:
                columns[one].discard(place)
            others = columns.pop(coin)
            others.discard(place)
            self.pivots.append(_Pivot(value, coin, row))
            for other in sorted(others) if len(others) > 1 else others:
                changed = rows[other]
                ones -= len(changed)
                changed.discard(coin)
                for one in row:
                    if one in changed:
                        changed.discard(one)
                        columns[one].discard(other)
                    else:
                        changed.add(one)
                        columns[one].add(other)
                ones += len(changed)
                uses[other].append(value)
                while len(changed) >= len(waiting):
                    waiting.append(deque[int]())
                waiting[len(changed)].append(other)
                length = min(length, len(changed))
        return []

    # -- a dense core

    def _dense(self, core: Sequence[int], names: Sequence[int], rows: Sequence[int]) -> None:
        """Eliminate the rows of some outputs; bit k of a row is the coin `names[k]`."""
        found = echelon(rows, len(names))
        base = [self._add(tuple(self.uses[place])) for place in core]
        first = len(self.outputs.forms) + len(self.steps)
        for row, bits in zip(found.rows, found.multipliers, strict=True):
            # A step even where nothing is added: step numbers then follow the pivots.
            self.steps.append((base[row], Run(first, bits)))
        for row, bits in found.rest:
            self.relations.append((core[row], (base[row], Run(first, bits))))
        back = len(self.outputs.forms) + len(self.steps)
        size = len(found.rows)
        for i in reversed(range(size)):
            self.left[names[found.columns[i]]] = back + size - 1 - i
            self.steps.append((first + i, Run(back, found.later[i])))

    # -- what is written

    def _back(self) -> None:
        """The pivot coins, last pivot first."""
        left = self.left
        for value, coin, others in reversed(self.pivots):
            known = sorted([left[one] for one in others if one in left]) if others else ()
            left[coin] = self._add((value, *known)) if known else value

    def _written(self) -> Uniform:
        equations: list[Row] = []
        right: list[Places] = []
        constants: list[bool] = []
        budget = [WRITTEN_OUT]
        for place, row in sorted(self.relations):
            plain = self._in_outputs(row, budget)
            equations.append(row if plain is None else plain)
            # The last output of a relation is in no other one: it became no pivot.
            right.append((place,))
        values = self._constants()
        for row in equations:
            constants.append(_parity(values, row) if values else False)
        coins = sorted(self.left)
        return Uniform(
            tuple(equations),
            tuple(constants),
            tuple(one - 1 for one in coins),
            tuple((self.left[one],) for one in coins),
            tuple(right),
            tuple(self.steps),
        )

    def _constants(self) -> int:
        """The constants of all outputs and steps, as the bits of an integer."""
        bits: list[int] = [place for place, form in enumerate(self.outputs.forms) if _has_one(form)]
        values = as_bits(bits)
        if not values:
            return 0
        number = len(self.outputs.forms)
        for k, row in enumerate(self.steps):
            if _parity(values, row):
                values |= 1 << number + k
        return values

    def _in_outputs(self, row: Row, budget: list[int]) -> Row | None:
        """A row in outputs alone, or None if that takes too long."""
        number = len(self.outputs.forms)
        odd: set[int] = set()
        heap: list[int] = []

        def toggle(terms: Row) -> bool:
            budget[0] -= len(terms)
            for place in terms:
                if isinstance(place, Run):
                    return False
                if place in odd:
                    odd.discard(place)
                else:
                    odd.add(place)
                if place >= number:
                    heappush(heap, -place)
            return budget[0] >= 0

        if budget[0] < 0 or not toggle(row):
            return None
        while heap:
            place = -heappop(heap)
            if place in odd:
                odd.discard(place)
                if not toggle(self.steps[place - number]):
                    return None
        return tuple(sorted(odd))


def _has_one(form: Form) -> bool:
    return 0 in form if isinstance(form, frozenset) else bool(form & 1)


def _parity(values: int, row: Row) -> bool:
    """The sum of the bits of `values` at some places."""
    total = 0
    for place in row:
        if isinstance(place, Run):
            total ^= (values >> place.base & place.bits).bit_count()
        else:
            total ^= values >> place
    return bool(total & 1)


# --- files ---------------------------------------------------------------------------------


def linear_text(
    circuit: Circuit,
    schedule: Schedule | None = None,
    certificate: Simulation | None = None,
    claim: Uniform | None = None,
) -> str:
    """A certificate that a linear circuit, or a schedule that samples it, is uniform on a set.

    With a schedule and no cut-point certificate the laws are gone through by whoever checks.
    Whoever has the circuit's `claim` already saves eliminating here.
    """
    more: dict[str, object] = {}
    if schedule is not None:
        more["schedule"] = schedule_to_json(schedule)
        if certificate is not None:
            more["certificate"] = certificate.to_json()
    found = uniform_claim(circuit) if claim is None else claim
    return _text(found, circuit=circuit_to_json(circuit), **more)


def linear_run_text(schedule: Schedule, claim: Uniform | None = None) -> str:
    """A certificate that a schedule whose run is linear is uniform on a set.

    The kernel reads the matrix off the schedule itself; whoever has the `claim` already saves
    doing so here. Raises `Rejected` if the run is not linear.
    """
    found = uniform_outputs(schedule_outputs(schedule)) if claim is None else claim
    return _text(found, schedule=schedule_to_json(schedule))


def _text(claim: Uniform, **subject: object) -> str:
    return certificate_text(
        KIND,
        **subject,
        equations=_rows(claim.equations),
        constants=claim.constants,
        coins=claim.coins,
        left=_rows(claim.left),
        right=claim.right,
        steps=_rows(claim.steps),
    )


def _rows(rows: Sequence[Row]) -> Sequence[Sequence[int | Run | str]]:
    """Rows as they are written; without runs, which most have not, they are so already."""
    if Run not in set(map(type, chain.from_iterable(rows))):
        return rows
    return [_row(row) for row in rows]


def _row(row: Row) -> list[int | str]:
    return [f"{p.base}:{p.bits:x}" if isinstance(p, Run) else p for p in row]
