"""Seeded random schedules that keep every rule of the model, on every state.

Source of the rules: Jiang, Haghtalab, Chen (ICLR 2026), section 2. A *kind* is a point of the
lattice: edit model, form of the unmasking policy F, form of the remasking policy G, clock. For
each kind and seed there is one small schedule, whose circuits are random functions of what the
kind lets them read, arranged so that no rule can be broken: rows of visible cells keep their token
where the edit model wants it, rows of masked cells give M only where F does not select them, the
prompt stays, G spares the prompt, and whoever must show a token at the end does.

Circuits have fair coins, so the probabilities are dyadic. A uniform k-subset of m cells has
dyadic probabilities only where the binomial coefficient is a power of two; the circuits here
choose none, all, or one of two. Hidden memory is in no token and therefore in no schedule; see
`legal_samplers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from random import Random

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import ENCODINGS
from dlmcheck.spec.circuit import Circuit, InputKind, Literal, Op
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import REVISING, Edits, End, Remasking
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import Code

CLOCK_BITS = 2


@unique
class Selection(Enum):
    """The forms of F that a circuit can have."""

    DETERMINISTIC = "deterministic"
    INDEPENDENT = "independent"
    """Each position reads a coin of its own."""
    SAME_RATE = "same-rate"
    """The same probability at every cell that can change, each by a coin of its own."""
    UNIFORM_SUBSET = "uniform-subset"
    """None, all, or one of two, of the cells that can change."""
    JOINT = "joint"
    """All positions read the same coins."""
    AFTER_SAMPLING = "after-sampling"
    """Reads the candidates."""


@dataclass(frozen=True)
class Kind:
    """A point of the lattice, as far as circuits can lie there.

    Raises `BadPoint` if there is a remasking policy without the edit model remask, or none with.
    """

    edits: Edits
    selection: Selection
    remasking: Remasking
    clock: bool

    def __post_init__(self) -> None:
        if (self.edits is Edits.REMASK) != (self.remasking is not Remasking.NONE):
            raise BadPoint(
                f"edits {self.edits.value} with remasking {self.remasking.value}", source="kind"
            )

    def __str__(self) -> str:
        clock = "clock" if self.clock else "no clock"
        parts = (self.edits.value, self.selection.value, self.remasking.value, clock)
        return ", ".join(parts)


KINDS = tuple(
    Kind(edits, selection, remasking, clock)
    for edits in Edits
    for selection in Selection
    for remasking in Remasking
    for clock in (False, True)
    if (edits is Edits.REMASK) == (remasking is not Remasking.NONE)
)
"""Every kind. Three edit models without G and one with three forms of it: 6 * 6 * 2."""


def legal_schedule(kind: Kind, seed: int) -> Schedule:
    """The schedule of a kind and a seed.

    1 to 3 cells, 1 to 3 rounds, any encoding, up to one data input, up to one given cell. With a
    clock half of them end with the whole state unmasked; in the others the output is those cells
    that show a token from the start to the end.

    >>> legal_schedule(KINDS[0], 3) == legal_schedule(KINDS[0], 3)
    True
    """
    return _Maker(kind, Random(f"{kind}, seed {seed}")).schedule()


def coin_count(schedule: Schedule) -> int:
    """How many coins a whole run has: the given cells and, in each round, all random inputs.

    >>> from dlmcheck.spec.circuit import Circuit
    >>> coin_count(Schedule(length=0, rounds=3, predictor=Circuit((), (), ()),
    ...                     unmask=Circuit((), (), ()), output=(), output_names=()))
    0
    """
    return len(schedule.given_cells) + schedule.rounds * sum(
        sum(1 for i in circuit.inputs if i.kind is InputKind.RANDOM)
        for circuit in (schedule.predictor, schedule.unmask, schedule.remask)
        if circuit is not None
    )


class _Maker:
    """Draws the parts of one schedule, in a fixed order, from one source."""

    def __init__(self, kind: Kind, source: Random) -> None:
        self.kind = kind
        self.source = source
        together = kind.selection in (Selection.UNIFORM_SUBSET, Selection.JOINT)
        self.length = source.choice((2, 2, 3) if together else (1, 2, 2, 3))
        self.rounds = source.choice((1, 2, 2, 2, 3))
        self.encoding = source.choice(ENCODINGS)
        self.clock_bits = CLOCK_BITS if kind.clock else 0
        self.whole = kind.clock and source.random() < 0.5
        cells = source.sample(range(self.length), self.length)
        data = source.choice((0, 0, 1))
        given = source.choice((0, 0, 1))
        self.data = tuple(cells[:data])
        self.given = tuple(cells[data : data + given])
        # Where F may skip single cells, some masked cells may have no prediction for a while.
        skips = kind.selection not in (Selection.SAME_RATE, Selection.UNIFORM_SUBSET)
        self.waiting = skips and kind.edits not in REVISING and source.random() < 0.3
        self.waits_on = source.randrange(2 * self.length)

    def schedule(self) -> Schedule:
        """The parts put together."""
        source, kind = self.source, self.kind
        predictor = self._predictor()
        unmask = self._unmask()
        remask = self._remask() if kind.edits is Edits.REMASK else None
        if self.whole:
            output = tuple(source.sample(range(self.length), source.randint(1, self.length)))
        elif kind.edits in (Edits.WRITE_ONCE, Edits.REVISE_TOKEN):
            output = (*self.given, *self.data)
        else:
            output = self.data
        return Schedule(
            length=self.length,
            rounds=self.rounds,
            predictor=predictor,
            unmask=unmask,
            remask=remask,
            output=output,
            output_names=tuple(f"o{j}" for j in range(len(output))),
            edits=kind.edits,
            clock_bits=self.clock_bits,
            unmask_sees_candidates=kind.selection is Selection.AFTER_SAMPLING,
            data_cells=self.data,
            data_names=tuple(f"d{j}" for j in range(len(self.data))),
            given_cells=self.given,
            end=End.WHOLE_STATE if self.whole else End.OUTPUT_ONLY,
            encoding=self.encoding,
        )

    # -- the circuits

    def _builder(self, coins: int, *, candidates: bool = False) -> Builder:
        return Builder(
            interface(self.length, clock_bits=self.clock_bits, candidates=candidates, random=coins)
        )

    def _predictor(self) -> Circuit:
        own = [self.source.choice((0, 1, 1)) for _ in range(self.length)]
        builder = self._builder(sum(own))
        seen = list(range(2 * self.length + self.clock_bits))
        first, outputs = len(seen), list[Literal]()
        for cell in range(self.length):
            coins = list(range(first, first + own[cell]))
            first += own[cell]
            outputs += self._row(builder, cell, seen, coins)
        return builder.build(outputs)

    def _row(
        self, builder: Builder, cell: int, seen: list[int], coins: list[int]
    ) -> tuple[Literal, Literal]:
        """High and low bit of a legal row."""
        shown = (2 * cell, 2 * cell + 1)
        value = self._mess(builder, seen)
        if coins:
            # Every second time a fair bit, else one that the state may settle.
            mixes = builder.xor if self.source.random() < 0.5 else builder.and_
            value = mixes(value, *coins)
        hidden = builder.constant(False)
        if self.kind.edits is Edits.REVISE_ANY:
            hidden = self._mess(builder, [*seen, *coins])
            if self.whole:
                hidden = builder.and_(hidden, ~self._is_last(builder))
        elif self.waiting:
            hidden = self._waits(builder)
        keeps = builder.constant(cell in self.data)
        if self.kind.edits not in REVISING:
            keeps = builder.or_(keeps, ~self._is(builder, cell, self.encoding.mask))

        def half(which: int) -> Literal:
            one, zero, mask = (
                builder.constant(code[which])
                for code in (self.encoding.one, self.encoding.zero, self.encoding.mask)
            )
            drawn = builder.mux(hidden, mask, builder.mux(value, one, zero))
            return builder.mux(keeps, shown[which], drawn)

        return half(0), half(1)

    def _unmask(self) -> Circuit:
        selection = self.kind.selection
        sees = selection is Selection.AFTER_SAMPLING
        own = selection in (Selection.INDEPENDENT, Selection.SAME_RATE)
        shared = selection in (Selection.UNIFORM_SUBSET, Selection.JOINT)
        coins = self.length if own else 1 if shared else self.source.randint(0, 1) if sees else 0
        builder = self._builder(coins, candidates=sees)
        last = len(builder.inputs)
        first = last - coins
        seen = list(range(first))
        if selection is Selection.SAME_RATE:
            half, one = self._often(builder, seen), self._mess(builder, seen)
            flags = [
                builder.and_(
                    self._writable(builder, i), builder.or_(one, builder.and_(half, first + i))
                )
                for i in range(self.length)
            ]
        elif selection is Selection.UNIFORM_SUBSET:
            flags = self._one_of_two_or_all(builder, first)
        elif selection is Selection.JOINT:
            flags = [self._split(builder, seen, first) for _ in range(self.length)]
        else:
            # Half of what an independent flag may read is its own coin.
            flags = [
                self._often(builder, [*seen, *([first + i] * first if own else range(first, last))])
                for i in range(self.length)
            ]
        return builder.build(self._at_last(builder, i, flag) for i, flag in enumerate(flags))

    def _remask(self) -> Circuit:
        form = self.kind.remasking
        coins = {Remasking.INDEPENDENT: self.length, Remasking.JOINT: 1}.get(form, 0)
        builder = self._builder(coins)
        first = len(builder.inputs) - coins
        seen = list(range(first))
        outputs: list[Literal] = []
        for cell in range(self.length):
            if form is Remasking.JOINT:
                flag = self._split(builder, seen, first)
            else:
                flag = self._mess(builder, [*seen, *([first + cell] * len(seen) if coins else ())])
            spared = [builder.constant(False)] if cell in self.data else [flag]
            if self.whole:
                spared.append(~self._is_last(builder))
            outputs.append(builder.and_(*spared))
        return builder.build(outputs)

    # -- pieces

    def _mess(self, builder: Builder, inputs: list[int], gates: int = 3) -> Literal:
        """A small random function of some inputs."""
        pool: list[Literal] = [v if self.source.random() < 0.5 else ~v for v in inputs]
        for _ in range(gates):
            op = self.source.choice((Op.AND, Op.OR, Op.XOR, Op.XOR))
            made = builder.gate(op, [self.source.choice(pool) for _ in range(2)])
            pool += [made, made, made]
        return pool[-1]

    def _often(self, builder: Builder, inputs: list[int]) -> Literal:
        """A random function that is mostly true, so that runs get somewhere."""
        return builder.or_(self._mess(builder, inputs), self._mess(builder, inputs))

    def _split(self, builder: Builder, seen: list[int], coin: int) -> Literal:
        """One function of the state if a coin shows 1, another one if it shows 0."""
        return builder.mux(coin, self._often(builder, seen), self._mess(builder, seen))

    def _is(self, builder: Builder, cell: int, code: Code) -> Literal:
        high, low = 2 * cell, 2 * cell + 1
        return builder.and_(high if code[0] else ~high, low if code[1] else ~low)

    def _is_last(self, builder: Builder) -> Literal:
        first = 2 * self.length
        bits = [first + j if self.rounds >> j & 1 else ~(first + j) for j in range(self.clock_bits)]
        return builder.and_(*bits)

    def _writable(self, builder: Builder, cell: int) -> Literal:
        if self.kind.edits in REVISING:
            return builder.constant(True)
        return self._is(builder, cell, self.encoding.mask)

    def _waits(self, builder: Builder) -> Literal:
        """A function of the state under which no masked cell has a prediction."""
        waits = builder.and_(self.waits_on)
        return builder.and_(waits, ~self._is_last(builder)) if self.whole else waits

    def _at_last(self, builder: Builder, cell: int, flag: Literal) -> Literal:
        """A flag of F, made to respect waiting cells and, at the end, the whole state."""
        if self.waiting:
            visible = ~self._is(builder, cell, self.encoding.mask)
            flag = builder.and_(flag, builder.or_(visible, ~self._waits(builder)))
        if self.whole:
            flag = builder.or_(
                flag, builder.and_(self._is_last(builder), self._writable(builder, cell))
            )
        return flag

    def _one_of_two_or_all(self, builder: Builder, coin: int) -> list[Literal]:
        """A uniform subset of the cells that can change: all, or one of at most two, or none."""
        seen = list(range(2 * self.length + self.clock_bits))
        everything, single = self._mess(builder, seen), self._often(builder, seen)
        cells = range(self.length)
        can = [self._writable(builder, i) for i in cells]
        flags: list[Literal] = []
        for i in cells:
            others = [j for j in cells if j != i]
            chosen = [builder.and_(builder.constant(True), *(~can[j] for j in others))]
            for j in others:
                alone = [~can[k] for k in others if k != j]
                # Of two cells the lower is chosen where the coin shows 1.
                chosen.append(builder.and_(can[j], *alone, coin if i < j else ~coin))
            one = builder.and_(single, builder.or_(*chosen))
            flags.append(builder.and_(can[i], builder.or_(everything, one)))
        return flags
