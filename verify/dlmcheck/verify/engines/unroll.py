"""Symbolic execution of a schedule: every cell as two literals over data bits and coins.

The rounds follow the generic semantics (Jiang, Haghtalab, Chen, ICLR 2026, section 2): F on the
state, draw, write, then G on the state after the write. A gate is looked at again only when one
of its inputs has another literal (see `events`), so the cost is about the number of writes times
the size of what reads a cell, not rounds times circuit size.

Whatever the model forbids becomes an *obligation*: a literal that is true on exactly those
seeds on which the rule is broken at that point and was not broken before. Literals of the state
mean nothing on seeds that have broken a rule, as there the run has already failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum, unique
from operator import itemgetter

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import REVISING, Edits, End, Stop
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import Code, Encoding
from dlmcheck.verify.engines.following import Followed, follow
from dlmcheck.verify.engines.network import FALSE, TRUE, Lit, Network

Pair = tuple[Lit, Lit]
"""The literals of a cell's high and low bit."""
Change = tuple[int, Lit, Lit]
"""A cell with its new high and low literal."""


@unique
class Rule(Enum):
    """The rules of the model that a run can break; the value is the name of the error."""

    LEGAL_CODE = "IllegalCode"
    WRITES_TOKEN = "WritesMask"
    KEEPS_VISIBLE = "WritesVisibleToken"
    KEEPS_PROMPT = "ChangesPrompt"
    ENDS_UNMASKED = "LeavesMask"
    ABSORBING = "NotAbsorbing"

    # Members are compared by identity; the hash that `Enum` has is of the name, and slow.
    __hash__ = object.__hash__


@dataclass(frozen=True)
class Obligation:
    """A rule at a place: `broken` must be false on every seed."""

    rule: Rule
    round_number: int
    cell: int
    broken: Lit


@dataclass(frozen=True)
class RoundChanges:
    """The cells that got other literals in a round, by the write and by remasking."""

    written: tuple[Change, ...]
    remasked: tuple[Change, ...]


@dataclass(frozen=True)
class Unrolling:
    """A run as literals.

    `start` is the state before round 1, `rounds` the changes of each round, `final` the state
    after the last, `outputs` the value literal of each output cell (meaningful where no
    obligation is broken). `open` lists the obligations that did not fold to false, in the order
    in which the semantics checks them; `folded` counts the others by rule.
    """

    schedule: Schedule
    network: Network
    start: tuple[Pair, ...]
    rounds: tuple[RoundChanges, ...]
    final: tuple[Pair, ...]
    outputs: tuple[Lit, ...]
    open: tuple[Obligation, ...]
    folded: Mapping[Rule, int]


def unroll(
    schedule: Schedule, network: Network | None = None, data: Sequence[bool] | None = None
) -> Unrolling:
    """Unroll a schedule, for all data at once or for the data given.

    Variables: `("data", 0, k)` and `("given", 0, k)` for the k-th data and given cell,
    `(part, round, j)` for random input j of "predictor", "unmask" or "remask" in a round.

    Raises `BadInput` if the number of data values does not fit.
    """
    if data is not None and len(data) != len(schedule.data_cells):
        raise BadInput(f"{len(data)} values for {len(schedule.data_cells)} data cells")
    return _Run(schedule, network or Network(), data).result()


def masked_literal(network: Network, encoding: Encoding) -> Callable[[Pair], Lit]:
    """What says whether a cell holds M, given that it does not hold the illegal code 11."""
    high, low = encoding.mask
    if high or low:
        return itemgetter(0 if high else 1)
    return lambda pair: network.and_(pair[0] ^ 1, pair[1] ^ 1)


def value_literal(encoding: Encoding, pair: Pair) -> Lit:
    """Whether a cell holds 1, given that it holds 0 or 1."""
    half = 0 if encoding.one[0] != encoding.zero[0] else 1
    return pair[half] ^ (not encoding.one[half])


class _Run:
    """The state of an unrolling."""

    def __init__(self, schedule: Schedule, network: Network, data: Sequence[bool] | None) -> None:
        self.schedule = schedule
        self.network = network
        self._masked = masked_literal(network, schedule.encoding)
        self.number = 0
        self.open: list[Obligation] = []
        self.folded: Counter[Rule] = Counter()
        self.state: list[Pair] = [_constant(schedule.encoding.mask)] * schedule.length
        self.start = self._start(data)
        self.read: dict[Followed, frozenset[int]] = {}
        """The cells that a part reads."""
        self.predictor = self._part("predictor", schedule.predictor)
        self.unmask = self._part("unmask", schedule.unmask)
        self.remask = None if schedule.remask is None else self._part("remask", schedule.remask)

        # Cells that changed since the parts last looked; cells whose F or G literal is not false.
        self.news: set[int] = set(range(schedule.length))
        self.news_remask: set[int] = set(range(schedule.length))
        self.selected: dict[int, Lit] = {}
        self.marked: dict[int, Lit] = {}
        self.settled: dict[int, tuple[Lit, Pair, Pair]] = {}
        self.rounds: list[RoundChanges] = []

    def result(self) -> Unrolling:
        schedule = self.schedule
        for _ in range(schedule.rounds):
            self.rounds.append(self._round())
        final = tuple(self.state)
        required = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
        self.number = schedule.rounds
        for cell in required:
            self._oblige(Rule.ENDS_UNMASKED, cell, self._masked(final[cell]))
        if schedule.stop is Stop.ABSORBING:
            self._check_absorbing(final)
        return Unrolling(
            schedule=schedule,
            network=self.network,
            start=self.start,
            rounds=tuple(self.rounds),
            final=final,
            outputs=tuple(value_literal(schedule.encoding, final[c]) for c in schedule.output),
            open=tuple(self.open),
            folded=dict(self.folded),
        )

    def _check_absorbing(self, final: Sequence[Pair]) -> None:
        # There is no clock then: what changes no state in one further round never will.
        changes = self._round()
        for cell in sorted({c for c, _, _ in (*changes.written, *changes.remasked)}):
            self._oblige(Rule.ABSORBING, cell, self._differs(self.state[cell], final[cell]))

    # --- the start ---------------------------------------------------------------------------

    def _start(self, data: Sequence[bool] | None) -> tuple[Pair, ...]:
        for index, cell in enumerate(self.schedule.data_cells):
            if data is None:
                value = self.network.variable(("data", 0, index))
            else:
                value = TRUE if data[index] else FALSE
            self.state[cell] = self._token(value)
        for index, cell in enumerate(self.schedule.given_cells):
            self.state[cell] = self._token(self.network.variable(("given", 0, index)))
        return tuple(self.state)

    def _token(self, value: Lit) -> Pair:
        one, zero = _constant(self.schedule.encoding.one), _constant(self.schedule.encoding.zero)
        return self._choose(value, one, zero)

    def _part(self, name: str, circuit: Circuit) -> Followed:
        def coin(index: int) -> Lit:
            return self.network.variable((name, self.number, index))

        again = self.schedule.edits is not Edits.WRITE_ONCE
        part = follow(circuit, self.network, coin, self.schedule.rounds, again=again)
        bits = 2 * self.schedule.length
        self.read[part] = frozenset(node // 2 for node in part.reads if node < bits)
        return part

    # --- one round ---------------------------------------------------------------------------

    def _round(self) -> RoundChanges:
        self.number = self.number + 1
        before = dict[int, Pair]()
        self._feed(self.predictor, self.news)
        self._feed(self.unmask, self.news)
        pending = self.news
        self.news = set()
        pending |= {index // 2 for index in self.predictor.take_touched()}
        if self.schedule.unmask_sees_candidates:
            self._draw_candidates(pending)
        pending |= self._update_flags(self.unmask, self.selected)
        written = self._write(sorted(pending & self.selected.keys()), before)
        self._check_prompt(before)
        remasked: list[Change] = []
        if self.remask is not None:
            self._feed(self.remask, self.news_remask)
            pending = self.news_remask
            self.news_remask = set()
            pending |= self._update_flags(self.remask, self.marked)
            again = dict[int, Pair]()
            remasked = self._apply_remask(sorted(pending & self.marked.keys()), again)
            self._check_prompt(again)
        return RoundChanges(tuple(written), tuple(remasked))

    def _feed(self, part: Followed, cells: Set[int]) -> None:
        part.next_round()
        for cell in cells & self.read[part]:
            high, low = self.state[cell]
            part.set_input(2 * cell, high)
            part.set_input(2 * cell + 1, low)
        for j in range(self.schedule.clock_bits):
            part.set_input(2 * self.schedule.length + j, self.number >> j & 1)

    def _code(self, cell: int) -> Pair:
        return self.predictor.output(2 * cell), self.predictor.output(2 * cell + 1)

    def _draw_candidates(self, cells: Iterable[int]) -> None:
        """What F sees after sampling: drawn tokens where a write can change the cell."""
        first = 2 * self.schedule.length + self.schedule.clock_bits
        revises = self.schedule.edits in REVISING
        for cell in sorted(cells):
            drawn = TRUE if revises else self._masked(self.state[cell])
            candidate = self.state[cell]
            if drawn != FALSE:
                code = self._code(cell)
                illegal = self.network.and_(code[0], code[1])
                self._oblige(Rule.LEGAL_CODE, cell, self.network.and_(drawn, illegal))
                candidate = self._choose(drawn, code, candidate)
            self.unmask.set_input(first + 2 * cell, candidate[0])
            self.unmask.set_input(first + 2 * cell + 1, candidate[1])

    def _update_flags(self, part: Followed, flags: dict[int, Lit]) -> set[int]:
        """Bring the literals of a policy up to date; return the cells where one changed."""
        changed: set[int] = set()
        for cell in part.take_touched():
            flag = part.output(cell)
            if flag != flags.get(cell, FALSE):
                changed.add(cell)
                if flag == FALSE:
                    del flags[cell]
                else:
                    flags[cell] = flag
        return changed

    def _write(self, cells: Sequence[int], before: dict[int, Pair]) -> list[Change]:
        written: list[Change] = []
        for cell in cells:
            flag, old, code = self.selected[cell], self.state[cell], self._code(cell)
            if self.settled.get(cell) == (flag, code, old):
                continue  # the same flag has just written the same token there
            self._check_write(cell, flag, code, old)
            new = self._choose(flag, code, old)
            self.settled[cell] = flag, code, new
            if new != old:
                before[cell] = old
                self._set(cell, new)
                written.append((cell, *new))
        return written

    def _check_write(self, cell: int, flag: Lit, code: Pair, old: Pair) -> None:
        # Where a rule plainly holds, as nearly always, the network is not asked.
        net, edits = self.network, self.schedule.edits
        illegal = FALSE if FALSE in code else net.and_(flag, net.and_(*code))
        self._oblige(Rule.LEGAL_CODE, cell, illegal)
        if edits is not Edits.REVISE_ANY:
            masked = self._masked(code)
            self._oblige(Rule.WRITES_TOKEN, cell, net.and_(flag, masked) if masked else FALSE)
        if edits in (Edits.WRITE_ONCE, Edits.REMASK):
            visible = self._masked(old) ^ 1
            changes = net.and_(visible, self._differs(code, old)) if visible else FALSE
            self._oblige(Rule.KEEPS_VISIBLE, cell, net.and_(flag, changes) if changes else FALSE)

    def _apply_remask(self, cells: Sequence[int], before: dict[int, Pair]) -> list[Change]:
        mask = _constant(self.schedule.encoding.mask)
        remasked: list[Change] = []
        for cell in cells:
            old = self.state[cell]
            new = self._choose(self.marked[cell], mask, old)
            if new != old:
                before[cell] = old
                self._set(cell, new)
                remasked.append((cell, *new))
        return remasked

    def _check_prompt(self, before: Mapping[int, Pair]) -> None:
        for cell in self.schedule.data_cells:
            if cell in before:
                differs = self._differs(self.state[cell], self.start[cell])
                self._oblige(Rule.KEEPS_PROMPT, cell, differs)

    # --- small parts -------------------------------------------------------------------------

    def _set(self, cell: int, new: Pair) -> None:
        self.state[cell] = new
        self.news.add(cell)
        self.news_remask.add(cell)

    def _oblige(self, rule: Rule, cell: int, broken: Lit) -> None:
        if broken == FALSE:
            self.folded[rule] += 1
        else:
            self.open.append(Obligation(rule, self.number, cell, broken))

    def _differs(self, one: Pair, two: Pair) -> Lit:
        net = self.network
        return net.or_(net.xor(one[0], two[0]), net.xor(one[1], two[1]))

    def _choose(self, condition: Lit, then: Pair, other: Pair) -> Pair:
        if condition == TRUE:  # as nearly always
            return then
        net = self.network
        return net.ite(condition, then[0], other[0]), net.ite(condition, then[1], other[1])


def _constant(code: Code) -> Pair:
    return int(code[0]), int(code[1])
