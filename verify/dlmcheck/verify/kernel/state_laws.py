"""The exact law of a schedule's run as a certificate: the kernel pushes the law on states forward.

    {"kind": "state-law", "schedule": ..., "data": "0", "cells": [0, 2], "exponent": 3,
     "counts": {"00": "4", "1M": "4"}}

The law says what the cells listed show after the last round: how many of 2^exponent seeds give each
string of 0, 1 and M, for the data. There is nothing to believe and no hint to follow.

In each phase of a round (Jiang, Haghtalab, Chen, ICLR 2026, section 2) every cell has, in every
state, a law of what it shows next, its *row*, and given the state cells are independent. Cells are
drawn one after the other. For what is still to come of a state only its list of rows counts;
states with equal lists are merged, and so are the ways that led to equal tokens. Rows are computed
from what a cell reads, when a state is reached that needs them, with the rules of the model.
Refused: selection that sees the candidates, and many coins that several cells share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import product

from dlmcheck.spec.circuit import Bits, Circuit, InputKind, cone, evaluate
from dlmcheck.spec.errors import IllegalCode
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.resources import shared_inputs
from dlmcheck.spec.schedule import Schedule, clock_value, start_state
from dlmcheck.spec.tokens import MASK, State, show_state
from dlmcheck.verify.kernel.documents import fields_of, list_field, schedule_field
from dlmcheck.verify.kernel.evidence import Exhaustive
from dlmcheck.verify.kernel.packed_laws import Packed
from dlmcheck.verify.kernel.pushing import TOKEN_OF, Row, Site, in_order, pushed
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected
from dlmcheck.verify.kernel.stated_laws import (
    SCHEDULE,
    STATEMENTS,
    Counts,
    StatedLaw,
    confirm,
    counts_field,
    data_field,
    stated_text,
)

KIND = "state-law"
MOST_SHARED = 8
"""Coins of F or G that several cells share are gone through; more than this are refused."""
MOST_OWN = 16
"""Coins that one cell reads in one phase are gone through; more than this are refused."""

MOST_GIVEN = 20
"""A run has a start for all values of the given cells; more cells than this are refused."""


def run_law(schedule: Schedule, data: Bits = ()) -> tuple[Mapping[State, int], int, int]:
    """Weights of the states after the last round, over a power of two; and states gone through.

    Raises `Rejected` for a run that breaks a rule or does not end as promised, and for schedules
    that are refused.
    """
    law, exponent, seen = _run(schedule, data)
    weights = law.onto(range(schedule.length))
    states = [tuple([TOKEN_OF[shown] for shown in text]) for text in weights]
    return dict(zip(states, weights.values(), strict=True)), exponent, seen


def _run(schedule: Schedule, data: Bits) -> tuple[Packed, int, int]:
    if schedule.unmask_sees_candidates:
        raise BeyondLimits("the unmasking policy sees the candidates")
    if len(schedule.given_cells) > MOST_GIVEN:
        raise BeyondLimits(f"{len(schedule.given_cells)} given cells: too many weights at once")
    starts = product((False, True), repeat=len(schedule.given_cells))
    law = Packed.of({show_state(start_state(schedule, data, given)): 1 for given in starts})
    exponent = len(schedule.given_cells)
    seen = law.states()
    for number in range(1, schedule.rounds + 1):
        for phase in _phases(schedule, number):
            law = phase.push(law)
            exponent += phase.coins
        seen += law.states()
    ends = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    shown = law.shown()
    for i in ends:
        if "M" in shown[i]:
            raise Rejected(f"cell {i} has a mask at the end")
    if schedule.stop is Stop.ABSORBING:
        # Without a clock one round that changes nothing means that no further one does.
        further = _phases(schedule, schedule.rounds + 1)
        every = range(schedule.length)
        for state in law.onto(every):
            after = Packed.of({state: 1})
            for phase in further:
                after = phase.push(after)
            if set(after.onto(every)) != {state}:
                raise Rejected(f"a further round changes {state}")
    return law, exponent, seen


def _phases(schedule: Schedule, number: int) -> list[_Phase]:
    """Select, draw and write; then remask, if there is a policy for it."""
    found = [_Phase(schedule, number, schedule.unmask, _write_site)]
    if schedule.remask is not None:
        found.append(_Phase(schedule, number, schedule.remask, _remask_site))
    return found


# --- the rows of one cell ------------------------------------------------------------------


class _Part:
    """Some outputs of a circuit of the schedule in one round, shared coins being given."""

    def __init__(
        self,
        schedule: Schedule,
        whole: Circuit,
        outputs: Sequence[int],
        number: int,
        given: Mapping[int, bool],
    ) -> None:
        self._circuit, source = cone(whole, [whole.outputs[k] for k in outputs])
        self._schedule = schedule
        clock = clock_value(schedule, number)
        state_bits = 2 * schedule.length
        self._inputs: list[tuple[int, int] | bool | None] = []
        """Per input: cell and half, or a value, or None for an own coin."""
        for v in range(len(self._circuit.inputs)):
            origin = source[v]
            if origin < state_bits:
                self._inputs.append((origin // 2, origin % 2))
            elif origin < state_bits + len(clock):
                self._inputs.append(clock[origin - state_bits])
            else:
                self._inputs.append(given.get(origin))
        self.coins = sum(one is None for one in self._inputs)
        if self.coins > MOST_OWN:
            raise BeyondLimits(f"a cell reads {self.coins} coins at once")
        self.reads = frozenset(one[0] for one in self._inputs if isinstance(one, tuple))

    def counts(self, shown: Mapping[int, int]) -> Counter[Bits]:
        """How many settings of the own coins give each value of the outputs."""
        encoding = self._schedule.encoding
        found: Counter[Bits] = Counter()
        for coins in product((False, True), repeat=self.coins):
            tossed = iter(coins)
            values: list[bool] = []
            for one in self._inputs:
                if isinstance(one, tuple):
                    values.append(encoding.code_of(shown[one[0]])[one[1]])
                else:
                    values.append(next(tossed) if one is None else one)
            found[evaluate(self._circuit, values)] += 1
        return found


def _write_site(schedule: Schedule, number: int, cell: int, given: Mapping[int, bool]) -> Site:
    draws = _Part(schedule, schedule.predictor, (2 * cell, 2 * cell + 1), number, {})
    selects = _Part(schedule, schedule.unmask, (cell,), number, given)
    coins = draws.coins + selects.coins

    def law(shown: Mapping[int, int]) -> Row:
        chosen = selects.counts(shown)[(True,)]
        found = Counter({shown[cell]: ((1 << selects.coins) - chosen) << draws.coins})
        if chosen:
            for code, count in draws.counts(shown).items():
                try:
                    token = schedule.encoding.token_of((code[0], code[1]), cell)
                except IllegalCode as error:
                    raise Rejected(f"round {number}: {error}") from None
                _check_write(schedule, number, cell, shown[cell], token)
                found[token] += chosen * count
        return found[0], found[1], found[MASK]

    return Site(cell, tuple(sorted({cell} | draws.reads | selects.reads)), coins, law)


def _check_write(schedule: Schedule, number: int, cell: int, old: int, new: int) -> None:
    """The rules of the edit model for one cell."""
    where = f"round {number}: cell {cell}:"
    if new == MASK and schedule.edits is not Edits.REVISE_ANY:
        raise Rejected(f"{where} the predictor writes M")
    if schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK) and old not in (MASK, new):
        raise Rejected(f"{where} a visible token is changed")
    if cell in schedule.data_cells and new != old:
        raise Rejected(f"{where} the prompt is changed")


def _remask_site(schedule: Schedule, number: int, cell: int, given: Mapping[int, bool]) -> Site:
    assert schedule.remask is not None
    marks = _Part(schedule, schedule.remask, (cell,), number, given)

    def law(shown: Mapping[int, int]) -> Row:
        marked = marks.counts(shown)[(True,)]
        if marked and cell in schedule.data_cells:
            raise Rejected(f"round {number}: cell {cell}: the prompt is remasked")
        found = Counter({shown[cell]: (1 << marks.coins) - marked})
        found[MASK] += marked
        return found[0], found[1], found[MASK]

    return Site(cell, tuple(sorted({cell} | marks.reads)), marks.coins, law)


# --- pushing -------------------------------------------------------------------------------


class _Phase:
    """One phase of a round on many states, for every setting of the coins that cells share."""

    def __init__(
        self,
        schedule: Schedule,
        number: int,
        policy: Circuit,
        site: Callable[[Schedule, int, int, Mapping[int, bool]], Site],
    ) -> None:
        shared = [
            v
            for v in sorted(shared_inputs(policy, [(output,) for output in policy.outputs]))
            if policy.inputs[v].kind is InputKind.RANDOM
        ]
        if len(shared) > MOST_SHARED:
            raise BeyondLimits(f"{len(shared)} coins of a policy are shared by cells")
        self._pushes: list[list[Site]] = []
        for setting in product((False, True), repeat=len(shared)):
            given = dict(zip(shared, setting, strict=True))
            sites = [site(schedule, number, cell, given) for cell in range(schedule.length)]
            self._pushes.append(in_order(sites))
        self.coins = len(shared) + sum(one.coins for one in self._pushes[0])

    def push(self, law: Packed) -> Packed:
        """The weights after the phase; those of all settings are added."""
        if len(self._pushes) == 1:
            return pushed(law, self._pushes[0])
        total: Counter[str] = Counter()
        for sites in self._pushes:
            total.update(pushed(law, sites).onto(range(len(sites))))
        return Packed.of(dict(total))


# --- certificates --------------------------------------------------------------------------


def state_law_text(schedule: Schedule, data: Bits, cells: Sequence[int], law: Counts) -> str:
    """A certificate of a law as text."""
    return stated_text(KIND, StatedLaw(schedule, data, law), before={"cells": list(cells)})


def check_document(document: Document) -> Checked:
    """PROVED if some cells of a run have the law that a file states. Raises `Rejected`."""
    raw = fields_of(document, ("schedule", "data", "cells", "exponent", "counts"))
    schedule = schedule_field(document)
    data = data_field(document, len(schedule.data_cells))
    cells = list_field(document, "cells", document.integer)
    if len(set(cells)) != len(cells) or any(cell >= schedule.length for cell in cells):
        raise document.malformed(
            raw["cells"], ("cells",), f"distinct cells below {schedule.length}"
        )
    stated = counts_field(document, len(cells), letters="01M", called="characters 0, 1 or M")
    law, coins, seen = _run(schedule, data)
    evidence = Exhaustive("states reached", seen, seen)
    return confirm(STATEMENTS[SCHEDULE], Counts(coins, law.onto(cells)), stated, evidence)
