"""Runs of a schedule in which everything written is a sum of coins over GF(2).

Source of the rules: Jiang, Haghtalab, Chen (ICLR 2026), section 2. The kernel walks through the
rounds once. At each one it holds for every cell M or a sum of coins (`affine`), evaluates the
circuits on the codes of these contents, and goes on with what comes out. That is a run for all
seeds at once, provided that selection and remasking come out as constants and that each written
code is that of M or of a sum; else the schedule is refused, with the first place where it bends.

What is shown of a schedule that passes: every run is legal and ends as promised, and the output
cells are the sums returned. Refused without a look at values: data inputs without values,
selection that sees the candidates, coins that selection or remasking depends on.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.verify.kernel.affine import (
    ONE,
    ZERO,
    Bent,
    Form,
    Sums,
    Value,
    coin,
    required,
    values_of,
)
from dlmcheck.verify.kernel.results import Rejected

Cell = Form | None
"""What a cell holds: M (None), or a token that is a sum of coins."""

_Run = tuple[tuple[Form, ...], int]
_last: list[tuple[Schedule, tuple[bool, ...], _Run]] = []
"""The run that was read last. Whoever asks for its sums in order to make a claim has the claim
checked next, of the same object; schedules and sums are never changed."""


def run_outputs(schedule: Schedule, data: Sequence[bool] = ()) -> _Run:
    """The output cells after the run as sums of coins, and the number of coins.

    Coins are numbered: one for each given cell in order, then the random inputs of the predictor
    in round 1, round 2, and so on. `data` are values of the data cells. Raises `Rejected`, for
    data that do not fit, too.
    """
    if not (_last and _last[0][0] is schedule and _last[0][1] == tuple(data)):
        _last[:] = [(schedule, tuple(data), _gone_through(schedule, data))]
    return _last[0][2]


def _gone_through(schedule: Schedule, data: Sequence[bool]) -> _Run:
    run = _LinearRun(schedule, data)
    for number in range(1, schedule.rounds + 1):
        run.round(number)
    required_cells = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    for i in required_cells:
        if run.cells[i] is None:
            raise Rejected(f"cell {i} is masked at the end")
    outputs: list[Form] = []
    for i in schedule.output:
        form = run.cells[i]
        if form is None:
            raise Rejected(f"cell {i} is masked at the end")
        outputs.append(form)
    if schedule.stop is Stop.ABSORBING:
        # Without a clock one round that changes nothing means that no further one does.
        before = list(run.cells)
        run.round(schedule.rounds + 1)
        for i, (old, new) in enumerate(zip(before, run.cells, strict=True)):
            if not run.same(old, new):
                raise Rejected(f"a further round changes cell {i}")
    return tuple(outputs), run.coins


class _LinearRun:
    """The contents of all cells, moved forward round by round."""

    def __init__(self, schedule: Schedule, data: Sequence[bool]) -> None:
        if len(schedule.data_cells) != len(data):
            raise Rejected("the schedule has data inputs whose values are not given")
        if schedule.unmask_sees_candidates:
            raise Rejected("the unmasking policy sees the candidates: its run is not linear")
        self.schedule = schedule
        self.tossed = len(schedule.predictor.random_inputs)
        self.coins = len(schedule.given_cells) + schedule.rounds * self.tossed
        self.sums = Sums(self.coins)
        self.cells: list[Cell] = [None] * schedule.length
        for j, i in enumerate(schedule.given_cells):
            self.cells[i] = coin(j)
        for i, bit in zip(schedule.data_cells, data, strict=True):
            self.cells[i] = ONE if bit else ZERO
        self.prompt = frozenset(schedule.data_cells)
        encoding = schedule.encoding
        self.masked = list(encoding.mask)
        # Zero and one differ in some bit, which then is the token or its negation.
        self.differ = 0 if encoding.zero[0] != encoding.one[0] else 1
        self.alike = encoding.zero[1 - self.differ] == encoding.one[1 - self.differ]

    def round(self, number: int) -> None:
        """One round: select, write, remask. Raises `Rejected`."""
        schedule = self.schedule
        first = len(schedule.given_cells) + (number - 1) * self.tossed
        fresh: list[Value] = [coin(first + j) for j in range(self.tossed)]
        fixed = self._fixed(number)
        written = values_of(schedule.predictor, [*fixed, *fresh], self.sums)
        chosen = self._flags(schedule.unmask, fixed, number, "the selection")
        for i in chosen:
            where = f"round {number}: cell {i}: "
            new = self._token(written[2 * i], written[2 * i + 1], where)
            self._check_write(self.cells[i], new, where)
            if i in self.prompt and not self.same(self.cells[i], new):
                raise Rejected(f"{where}the prompt is changed")
            self.cells[i] = new
        if schedule.remask is not None:
            for i in self._flags(schedule.remask, self._fixed(number), number, "the remasking"):
                if i in self.prompt:
                    raise Rejected(f"round {number}: cell {i}: the prompt is remasked")
                self.cells[i] = None

    def same(self, one: Cell, other: Cell) -> bool:
        """Whether two contents are the same."""
        if one is None or other is None:
            return one is other
        return self.sums.equal(one, other)

    def _fixed(self, number: int) -> list[Value]:
        """The codes of the cells, and the clock."""
        encoding = self.schedule.encoding
        found: list[Value] = []
        for cell in self.cells:
            for half in (0, 1):
                if cell is None:
                    found.append(ONE if encoding.mask[half] else ZERO)
                elif encoding.zero[half] == encoding.one[half]:
                    found.append(ONE if encoding.zero[half] else ZERO)
                else:
                    found.append(self.sums.add(cell, ONE) if encoding.zero[half] else cell)
        found += [ONE if bit else ZERO for bit in clock_value(self.schedule, number)]
        return found

    def _flags(self, circuit: Circuit, fixed: Sequence[Value], number: int, what: str) -> list[int]:
        """The positions that a policy chooses, whatever the coins."""
        blind: list[Value] = [
            Bent(v, "is a coin of a policy") for v in range(len(fixed), len(circuit.inputs))
        ]
        chosen: list[int] = []
        for i, flag in enumerate(values_of(circuit, [*fixed, *blind], self.sums)):
            known = None if isinstance(flag, Bent) else self.sums.constant(flag)
            if known is None:
                raise Rejected(f"round {number}: {what} of cell {i} depends on coins")
            if known:
                chosen.append(i)
        return chosen

    def _token(self, high: Value, low: Value, where: str) -> Cell:
        """The content that two bits are the code of."""
        zero, sums = self.schedule.encoding.zero, self.sums
        halves = (required(high, where), required(low, where))
        constants = [sums.constant(half) for half in halves]
        if constants == self.masked:
            return None
        differ, other = self.differ, 1 - self.differ
        token = sums.add(halves[differ], ONE) if zero[differ] else halves[differ]
        if self.alike:
            fits = constants[other] == zero[other]
        else:
            fits = sums.equal(halves[other], sums.add(ONE, token) if zero[other] else token)
        if not fits:
            raise Rejected(f"{where}what is written is no token for all coins")
        return token

    def _check_write(self, old: Cell, new: Cell, where: str) -> None:
        edits = self.schedule.edits
        if new is None and edits is not Edits.REVISE_ANY:
            raise Rejected(f"{where}the predictor writes M")
        if edits in (Edits.WRITE_ONCE, Edits.REMASK) and old is not None:
            if not self.same(old, new):
                raise Rejected(f"{where}a visible token is changed")
