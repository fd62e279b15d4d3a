"""Cut-point certificates: a schedule simulates a circuit, seed for seed.

The certificate says what each cell holds whenever it is written, as a literal of the circuit,
and which of the run's coins stands for which random input. The kernel goes through the rounds
with, per cell, a *content*: M, a constant, or "the value of this literal". Which contents there
are before each round follows from the claims and from what remasking does. So it is known of all
rounds at once which gates of F and p are constant in which of them (`round_columns`), and only
what is left is looked at round by round, as a function of the circuit's nodes (`functions`). A
written content is accepted only if the predictor's outputs are the claimed one: because they are
built as it is, or by a truth table over the few literals that remain. Every round is checked on
the contents that the rounds before it were found to leave. So every step is local, and what
follows from acceptance is global: for every data input and every seed the run writes exactly
the circuit's values, is legal, and ends as promised. As the map from random inputs to coins is
injective and all coins are fair and independent, the output laws agree.

The method is sound and not complete: a correct schedule whose F looks at values, or whose cells
are correct only because values far away cannot occur, is rejected here and must be checked by an
engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dlmcheck.spec.circuit import Bits, Circuit, Literal, is_inverted, node_of
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.verify.kernel.claimed import (
    check_form,
    coin_map,
    contents_at_start,
    refuse_unsupported,
)
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.round_columns import RoundColumns
from dlmcheck.verify.kernel.timeline import Holding, Marks, Timeline
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "simulation"

COLUMN_BITS = 1 << 30
"""All columns of a schedule's circuits have at most so many bits, if they are as long as this."""

WORTH = 2
"""To find out which gates change takes as long as to look at so many writes per gate."""


def rounds_at_a_time(schedule: Schedule) -> int:
    """Into blocks of so many rounds a run is divided, that their columns need not much memory."""
    nodes = schedule.predictor.node_count + schedule.unmask.node_count
    return max(1, COLUMN_BITS // max(1, nodes))


@dataclass
class Block:
    """Some rounds, from number `first` on: the claims, and what is known before they are checked.

    `masked` are the cells that are remasked in each round, up to the one where `error` came up.
    Per cell, the rounds in which it is selected; per round, the cells of which that is not known,
    and those that are written without a claim and have to be looked at.
    """

    first: int
    lines: Sequence[Mapping[int, Content]]
    masked: list[list[int]]
    error: Rejected | None
    selected: list[int] = field(default_factory=list[int])
    open: list[list[int]] = field(init=False)
    due: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.open = [[] for _ in self.lines]
        self.due = [[] for _ in self.lines]


class Walk:
    """The contents of all cells, moved forward block by block and checked round by round."""

    def __init__(self, schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
        refuse_unsupported(schedule)
        self.schedule = schedule
        self.circuit = circuit
        self.writes = 0
        """How many writes the run has, a cell and a round each."""
        self.contents: list[Content] = contents_at_start(schedule, circuit, certificate)
        self._prompt = frozenset(schedule.data_cells)
        self.functions = Functions()
        nodes = [self.functions.leaf() for _ in circuit.inputs]
        """The function of each node of the circuit; each is a cut."""
        for gate in circuit.gates:
            args = [nodes[arg] if arg >= 0 else nodes[~arg] ^ 1 for arg in gate.args]
            nodes.append(self.functions.cut(self.functions.gate(gate.op, args)))
        coin_node = coin_map(schedule, circuit, certificate)
        self._holding = Holding(schedule, nodes)
        self._coins: dict[int, list[tuple[int, Code]]] = {}
        """Per round, the predictor's coins that stand for random inputs."""
        for (number, j), node in coin_node.items():
            self._coins.setdefault(number, []).append((j, nodes[node]))
        # A coin that stands for nothing may take both values in every round. No content speaks
        # of it, so that one variable does for all rounds.
        self._free = [self.functions.leaf() for _ in schedule.predictor.random_inputs]
        self._codes = [code for content in self.contents for code in self._holding.codes(content)]
        """Of all inputs of the predictor: two for each cell, the clock (which is known), coins."""
        self._codes += [FALSE] * schedule.clock_bits + self._free
        self._predict = RoundColumns(schedule.predictor, self.functions)
        pairs = iter(schedule.predictor.outputs)
        self._outputs = list(zip(pairs, pairs, strict=True))
        self._select = RoundColumns(schedule.unmask, self.functions)
        self._marks: Marks | None = None
        if schedule.remask is not None:
            self._marks = Marks(schedule, self.functions, self._holding, self._constant)
            for cell, content in enumerate(self.contents):
                self._marks.show(cell, content)

    # --- some rounds -------------------------------------------------------------------------

    def rounds(self, first: int, lines: Sequence[Mapping[int, Content]]) -> Iterator[int]:
        """Check rounds from number `first` on, one for each line of claims; yields each number.

        In a round cells are selected, what is claimed is written if it is that, and cells are
        remasked. Raises `Rejected` with the first step that does not hold.
        """
        block = self._block(lines, first)
        for place, line in enumerate(block.lines):
            self._round(block, place, line)
            if place < len(block.masked):
                self._mask(block.masked[place], first + place)
            elif block.error is not None:
                raise block.error
            yield first + place

    def _block(self, lines: Sequence[Mapping[int, Content]], first: int) -> Block:
        """What is known of some rounds before any of them is looked at."""
        timeline = Timeline(self._holding, self.contents)
        masked: list[list[int]] = []
        error: Rejected | None = None
        read = frozenset[int]() if self._marks is None else self._marks.read
        for place, line in enumerate(lines):
            for cell, content in line.items():
                if timeline.contents[cell] != content:
                    timeline.hold(cell, content, place + 1)
            if self._marks is None:
                masked.append([])
                continue
            for cell in read.intersection(line):
                self._marks.show(cell, timeline.contents[cell])
            try:
                masked.append(self._marks.masked(first + place, timeline.contents))
            except Rejected as found:  # what comes before is looked at first
                lines, error = lines[: place + 1], found
                break
            for cell in masked[-1]:
                timeline.hold(cell, "M", place + 1)
                if cell in read:
                    self._marks.show(cell, "M")
        timeline.settle(len(lines))
        clock = [clock_value(self.schedule, first + place) for place in range(len(lines))]
        for part in (self._select, self._predict):
            self._show(part, timeline, clock)
        return self._with_choices(Block(first, lines, masked, error))

    def _show(self, part: RoundColumns, timeline: Timeline, clock: Sequence[Bits]) -> None:
        """Give a circuit what is known of its inputs."""
        bits, ones = 2 * self.schedule.length, part.ones
        every = (1 << len(clock)) - 1
        ones[:bits] = timeline.ones[:bits]
        ones[len(ones) - bits :] = timeline.ones[bits:]
        for j in range(self.schedule.clock_bits):
            column = sum(int(value[j]) << place for place, value in enumerate(clock))
            ones[bits + j], ones[~(bits + j)] = column, every ^ column
        part.settle(every)

    def _with_choices(self, block: Block) -> Block:
        """Find which cells are selected in which rounds, and which of these writes to look at.

        Of the writes that are not claimed that is each but those where a cell gets again, and
        from the same function, what it has got in the round before and kept.
        """
        ones, every = self._select.ones, (1 << len(block.lines)) - 1
        outputs = self.schedule.unmask.outputs
        block.selected = [ones[literal] for literal in outputs]
        self.writes += sum(map(int.bit_count, block.selected))
        for cell, literal in enumerate(outputs):
            for place in _places(every & ~(ones[literal] | ones[~literal])):
                block.open[place].append(cell)
        claimed = [0] * self.schedule.length
        for place, line in enumerate(block.lines):
            for cell in line:
                claimed[cell] |= 1 << place
        kept = {
            cell: chosen & ~claims
            for cell, (chosen, claims) in enumerate(zip(block.selected, claimed, strict=True))
            if chosen & ~claims
        }
        writes = sum(map(int.bit_count, kept.values()))
        # To look at few writes is less work than to find out what changes.
        worth = WORTH * writes >= len(self._predict.ones) // 2
        again = self._again(block, claimed) if worth else [0] * self.schedule.length
        for cell, rounds in kept.items():
            for place in _places(rounds & ~again[cell]):
                block.due[place].append(cell)
        return block

    def _again(self, block: Block, claimed: Sequence[int]) -> list[int]:
        """Per cell, rounds in which it would get what the round before has left in it."""
        blanked = [0] * self.schedule.length
        for place, cells in enumerate(block.masked):
            for cell in cells:
                blanked[cell] |= 1 << place
        changes = self._changes(block, claimed, blanked)
        return [
            (chosen & ~masked) << 1 & ~(changes[node_of(high)] | changes[node_of(low)])
            for chosen, masked, (high, low) in zip(
                block.selected, blanked, self._outputs, strict=True
            )
        ]

    def _changes(
        self, block: Block, claimed: Sequence[int], blanked: Sequence[int]
    ) -> Sequence[int]:
        """The rounds in which the predictor's gates may not be what they were one round before."""
        every = (1 << len(block.lines)) - 1
        inputs: list[int] = []
        for one, other in zip(claimed, blanked, strict=True):
            inputs += [(one | other) << 1] * 2
        coins = [0] * len(self._free)
        for place in range(len(block.lines)):
            for j, _ in self._coins.get(block.first + place, ()):
                coins[j] |= 3 << place
        return self._predict.changes([*inputs, *[every] * self.schedule.clock_bits, *coins])

    # --- a round -----------------------------------------------------------------------------

    def _round(self, block: Block, place: int, claims: Mapping[int, Content]) -> None:
        """The writes of a round."""
        number, bit = block.first + place, 1 << place
        due = {*block.due[place], *claims}
        chosen = set[int]()
        if block.open[place]:
            look = self._select.at(place, self._codes)
            for cell in block.open[place]:
                code = look(self.schedule.unmask.outputs[cell])
                if self._constant(code, cell, number, "selection"):
                    chosen.add(cell)
            self.writes += len(chosen)
        for cell in claims:
            if not block.selected[cell] & bit and cell not in chosen:
                raise Rejected(f"round {number}: cell {cell} is claimed but not written")
        coins = self._coins.get(number, ())
        first_coin = len(self._codes) - len(self._free)
        for j, code in coins:
            self._codes[first_coin + j] = code
        self._write(sorted(due | chosen), claims, number, self._predict.at(place, self._codes))
        for j, _ in coins:
            self._codes[first_coin + j] = self._free[j]

    def _write(
        self,
        cells: Iterable[int],
        claims: Mapping[int, Content],
        number: int,
        look: Callable[[Literal], Code],
    ) -> None:
        """Check what is claimed of some cells that are written, and write it."""
        contents, codes, outputs = self.contents, self._holding.codes, self._outputs
        some_m = self.schedule.edits is Edits.REVISE_ANY
        new: list[tuple[int, Content, tuple[Code, Code]]] = []
        for cell in cells:
            old = contents[cell]
            claim = claims.get(cell, old)
            if claim == "M" and not some_m:
                raise Rejected(f"round {number}: cell {cell} is written, the certificate omits it")
            wanted = codes(claim)
            if claim != old:
                self._allow(cell, old, number)
                new.append((cell, claim, wanted))
            high, low = outputs[cell]
            # At first sight, as nearly always: what is drawn is built as what is claimed.
            if (look(high), look(low)) != wanted:
                self.check_write(cell, claim, number, look)
        for cell, content, wanted in new:
            contents[cell] = content
            self._codes[2 * cell], self._codes[2 * cell + 1] = wanted

    def _allow(self, cell: int, old: Content, number: int) -> None:
        """A cell may get another content."""
        if old != "M" and self.schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK):
            raise Rejected(f"round {number}: the visible token of cell {cell} is changed")
        if cell in self._prompt:
            raise Rejected(f"round {number}: prompt cell {cell} is changed")

    def check_write(
        self, cell: int, claim: Content, number: int, look: Callable[[Literal], Code]
    ) -> None:
        """The predictor of a selected cell writes the claimed content."""
        for output, wanted in zip(self._outputs[cell], self._holding.codes(claim), strict=True):
            if not self.functions.equal(look(output), wanted):
                raise Rejected(f"round {number}: cell {cell} does not write {_show(claim)}")

    def _mask(self, cells: Iterable[int], number: int) -> None:
        masked = self._holding.codes("M")
        for cell in cells:
            if cell in self._prompt:
                raise Rejected(f"round {number}: prompt cell {cell} is remasked")
            self.contents[cell] = "M"
            self._codes[2 * cell], self._codes[2 * cell + 1] = masked

    def _constant(self, code: Code, cell: int, number: int, what: str) -> Code:
        """What a policy decides about a cell. Raises `Rejected` if that depends on values."""
        for value in (FALSE, TRUE):
            if self.functions.equal(code, value):
                return value
        raise Rejected(f"round {number}: the {what} of cell {cell} depends on values")

    def end(self) -> None:
        """What is promised of the end. Raises `Rejected` if it does not hold."""
        schedule = self.schedule
        required = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
        for cell in required:
            if self.contents[cell] == "M":
                raise Rejected(f"cell {cell} is masked at the end")
        for cell, literal, output in zip(
            schedule.output, self.circuit.outputs, self.circuit.output_names, strict=True
        ):
            if self.contents[cell] != literal:
                raise Rejected(f"output {output} is not what cell {cell} holds")


def _places(bits: int) -> Iterator[int]:
    """The places of the ones of a number, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _show(content: Content) -> str:
    if isinstance(content, str):
        return content
    return f"{'not ' if is_inverted(content) else ''}node {node_of(content)}"


def check_simulation(
    name: str,
    schedule: Schedule,
    circuit: Circuit,
    certificate: Simulation,
    progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check that a schedule simulates a circuit: legal, same output law, for all data.

    Raises `Rejected` with the first local step that does not hold.
    """
    check_form(schedule, circuit, certificate)
    walk = Walk(schedule, circuit, certificate)
    lines: list[Mapping[int, Content]] = [dict(line) for line in certificate.writes]
    if not lines:
        walk.end()
    if schedule.stop is Stop.ABSORBING:
        lines.append({})  # one round more
    width = rounds_at_a_time(schedule)
    final: Sequence[Content] = walk.contents[:]
    for first in range(0, len(lines), width):
        for number in walk.rounds(first + 1, lines[first : first + width]):
            if number == schedule.rounds:
                walk.end()
                final = walk.contents[:]
            if progress is not None and number <= schedule.rounds:
                progress(number)
    if walk.contents != final:
        raise Rejected("a further round changes the state")
    return kernel_result(name, Verdict.PROVED, Certificate("cut points", "kernel", walk.writes))


def check_document(document: Document) -> Checked:
    """A schedule, a circuit and a certificate from a file."""
    fields_of(document, ("schedule", "circuit", "certificate"))
    schedule, circuit = schedule_field(document), circuit_field(document)
    certificate = Simulation.from_json(text_field(document, "certificate"))
    return check_simulation(KIND, schedule, circuit, certificate)
