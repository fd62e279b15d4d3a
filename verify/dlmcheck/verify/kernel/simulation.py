"""Cut-point certificates: a schedule simulates a circuit, seed for seed.

The certificate says what each cell holds whenever it is written, as a literal of the circuit,
and which of the run's coins stands for which random input. The kernel walks through the rounds.
At each one it holds, per cell, a *content*: M, a constant, or "the value of this literal". From
the contents of the cells follows what every gate of F, p and G is, as a function of the circuit's
nodes (`folding`, `functions`), and a written content is accepted only if the predictor's outputs
are the claimed one: because they are built as it is, or by a truth table over the few literals
that remain. So every step is local, the walk is linear in the number of gates that change, and
what follows from acceptance is global: for every data input and every seed the run writes exactly
the circuit's values, is legal, and ends as promised. As the map from random inputs to coins is
injective and all coins are fair and independent, the output laws agree.

The method is sound and not complete: a correct schedule whose F looks at values, or whose cells
are correct only because values far away cannot occur, is rejected here and must be checked by an
engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from dlmcheck.spec.circuit import Circuit, Gate, InputKind, is_inverted, node_of
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import Encoding
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.folding import Folded
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "simulation"

# --- the walk ------------------------------------------------------------------------------


class Walk:
    """The contents of all cells, moved forward round by round.

    `begin` finds the cells that a round writes, `finish` checks what is claimed of them.
    """

    def __init__(self, schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
        _refuse_unsupported(schedule)
        self.schedule = schedule
        self.steps = 0
        self.contents: list[Content] = _start(schedule, circuit, certificate)
        self._prompt = frozenset(schedule.data_cells)
        self._tokens = _tokens(schedule.encoding)
        self.functions = Functions()
        self.nodes = [self.functions.leaf() for _ in circuit.inputs]
        """The function of each node of the circuit; each is a cut."""
        for gate in circuit.gates:
            self.embed(gate)
        coin_node = _coin_map(schedule, circuit, certificate)
        self._shown = [self._codes(content) for content in self.contents]
        """Per cell, the high and the low bit of its content."""
        self._coins: dict[int, list[tuple[int, Code]]] = {}
        """Per round, the predictor's coins that stand for random inputs."""
        for (number, j), node in coin_node.items():
            self._coins.setdefault(number, []).append((j, self.nodes[node]))
        tossed = sum(one.kind is InputKind.RANDOM for one in schedule.predictor.inputs)
        # A coin that stands for nothing may take both values in every round. No content speaks
        # of it, so that one variable does for all rounds.
        self._free = [self.functions.leaf() for _ in range(tossed)]
        self.predict = self._folded(schedule.predictor, self._free)
        self.select = self._folded(schedule.unmask)
        self.select.watch(range(schedule.length))
        self.mark = None if schedule.remask is None else self._folded(schedule.remask)
        if self.mark is not None:
            self.mark.watch(range(schedule.length))
        self.selected: set[int] = set()
        self.marked: set[int] = set()
        self._news: set[int] = set()
        """Cells that were written or remasked since predictor and F have last looked."""
        self._due: list[int] = []

    def embed(self, gate: Gate) -> None:
        """Give the circuit one more gate."""
        nodes = self.nodes
        args = [nodes[arg] if arg >= 0 else nodes[~arg] ^ 1 for arg in gate.args]
        nodes.append(self.functions.cut(self.functions.gate(gate.op, args)))

    def _folded(self, circuit: Circuit, coins: Sequence[Code] = ()) -> Folded:
        codes = [code for pair in self._shown for code in pair]
        clock = clock_value(self.schedule, 0)
        return Folded(circuit, self.functions, [*codes, *map(int, clock), *coins])

    def _hold(self, cell: int, content: Content) -> None:
        """Give a cell another content."""
        self.contents[cell] = content
        self._shown[cell] = self._codes(content)
        self._news.add(cell)

    def _codes(self, content: Content) -> tuple[Code, Code]:
        """The high and the low bit of a cell that holds this."""
        if isinstance(content, str):
            return self._tokens[content]
        value = self.nodes[content] if content >= 0 else self.nodes[~content] ^ 1
        # A half is the same for both values, or it is the value or its negation.
        (z, y), (o, n) = self._tokens["0"], self._tokens["1"]
        return (z if z == o else value ^ z, y if y == n else value ^ y)

    # --- a round -----------------------------------------------------------------------------

    def round(self, number: int, claims: Mapping[int, Content]) -> None:
        """One round: select, write what is claimed if it is that, remask."""
        self.begin(number)
        self.finish(number, claims)

    def begin(self, number: int) -> Sequence[int]:
        """Let F and the predictor look at the state; the cells whose write has to be looked at.

        Of the selected cells that is each but those that get again, and from the same function,
        what they have got and kept.
        """
        fresh = self._news
        self._news = set()
        self._feed(self.select, fresh, number)
        self.select.settle()
        decisions = self._decisions(self.select, self.selected, number, "selection")
        self.predict.ignore(_halves(cell for cell, chosen in decisions if not chosen))
        self._feed(self.predict, fresh, number)
        for j, _ in self._coins.get(number - 1, ()):
            self.predict.set_input(self._coin(j), self._free[j])
        for j, code in self._coins.get(number, ()):
            self.predict.set_input(self._coin(j), code)
        # Few cells are selected in two rounds one after the other, where all is written once.
        self.predict.watch(_halves(cell for cell, chosen in decisions if chosen), briefly=True)
        self.predict.settle()
        again = {output // 2 for output in self.predict.changed} | fresh
        self.predict.changed.clear()
        self._due = sorted(again & self.selected)
        return self._due

    def finish(self, number: int, claims: Mapping[int, Content]) -> None:
        """Check the claims for the cells that are written, write them, and remask."""
        for cell in claims:
            if cell not in self.selected:
                raise Rejected(f"round {number}: cell {cell} is claimed but not written")
        self._due = sorted({*self._due, *claims})
        contents = self.contents
        new: list[tuple[int, Content]] = []
        for cell in self._due:
            claim = claims.get(cell, contents[cell])
            if claim == "M" and self.schedule.edits is not Edits.REVISE_ANY:
                raise Rejected(f"round {number}: cell {cell} is written, the certificate omits it")
            self.check_write(cell, claim, number)
            new.append((cell, claim))
        for cell, content in new:
            if contents[cell] != content:
                self._hold(cell, content)
        if self.mark is not None:
            self._remask(self.mark, number)

    def _remask(self, mark: Folded, number: int) -> None:
        written = set(self._news)
        self._feed(mark, written, number)
        mark.settle()
        decisions = self._decisions(mark, self.marked, number, "remasking")
        again = {cell for cell, chosen in decisions if chosen} | written
        masked = sorted(again & self.marked)
        for cell in masked:
            if cell in self._prompt:
                raise Rejected(f"round {number}: prompt cell {cell} is remasked")
            if self.contents[cell] != "M":
                self._hold(cell, "M")
        # G sees the state after the write; what it masks it sees in the next round.
        mark.set_pairs(masked, self._shown)

    def _feed(self, part: Folded, cells: Iterable[int], number: int) -> None:
        """Show a circuit what some cells hold now, and the clock."""
        part.set_pairs(cells, self._shown)
        for j, bit in enumerate(clock_value(self.schedule, number)):
            part.set_input(2 * self.schedule.length + j, int(bit))

    def _coin(self, j: int) -> int:
        return 2 * self.schedule.length + self.schedule.clock_bits + j

    def _decisions(
        self, part: Folded, cells: set[int], number: int, what: str
    ) -> list[tuple[int, bool]]:
        """Bring a policy's choice of cells up to date; return those that it decides anew."""
        new: list[tuple[int, bool]] = []
        for cell in sorted(part.changed):
            self.steps += 1
            code = part.output(cell)
            chosen = bool(code if code <= TRUE else self._constant(code, cell, number, what))
            if chosen != (cell in cells):
                (cells.add if chosen else cells.discard)(cell)
                new.append((cell, chosen))
        part.changed.clear()
        return new

    def _constant(self, code: Code, cell: int, number: int, what: str) -> Code:
        for value in (FALSE, TRUE):
            if self.functions.equal(code, value):
                return value
        raise Rejected(f"round {number}: the {what} of cell {cell} depends on values")

    def check_write(self, cell: int, claim: Content, number: int) -> None:
        """The predictor of a selected cell writes the claimed content, and may."""
        self.steps += 1
        old = self.contents[cell]
        if old not in ("M", claim) and self.schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK):
            raise Rejected(f"round {number}: the visible token of cell {cell} is changed")
        if claim != old and cell in self._prompt:
            raise Rejected(f"round {number}: prompt cell {cell} is changed")
        for half, wanted in enumerate(self._codes(claim)):
            drawn = self.predict.output(2 * cell + half)
            if drawn != wanted and not self.functions.equal(drawn, wanted):
                raise Rejected(f"round {number}: cell {cell} does not write {_show(claim)}")


def _halves(cells: Iterable[int]) -> list[int]:
    """The numbers of the predictor's outputs for some cells."""
    return [number for cell in cells for number in (2 * cell, 2 * cell + 1)]


def _tokens(encoding: Encoding) -> dict[str, tuple[Code, Code]]:
    """The high and the low bit of each token that is a content, as constants."""
    codes = {"M": encoding.mask, "0": encoding.zero, "1": encoding.one}
    return {token: (int(high), int(low)) for token, (high, low) in codes.items()}


def _refuse_unsupported(schedule: Schedule) -> None:
    if schedule.unmask_sees_candidates:
        raise Rejected("the unmasking policy sees the candidates: no cut-point certificate")
    for name, circuit in (("unmasking", schedule.unmask), ("remasking", schedule.remask)):
        if circuit is not None and any(i.kind is InputKind.RANDOM for i in circuit.inputs):
            raise Rejected(f"the {name} policy is random: no cut-point certificate")


def _check_form(schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
    """Every cell, content and coin that the certificate names exists, and none is named twice."""
    if len(certificate.writes) != schedule.rounds:
        raise Rejected(
            f"{len(certificate.writes)} rounds claimed, the schedule runs {schedule.rounds}"
        )
    for number, line in enumerate(certificate.writes, start=1):
        if len({cell for cell, _ in line}) != len(line):
            raise Rejected(f"round {number}: a cell is claimed twice")
        for cell, content in line:
            if not 0 <= cell < schedule.length:
                raise Rejected(f"round {number}: there is no cell {cell}")
            if isinstance(content, str):
                if content not in ("M", "0", "1"):
                    raise Rejected(f"round {number}: {content!r} is no content")
            elif node_of(content) >= circuit.node_count:
                raise Rejected(f"round {number}: the circuit has no node {node_of(content)}")
    tossed = sum(one.kind is InputKind.RANDOM for one in schedule.predictor.inputs)
    for number, j, _ in certificate.coins:
        if not (1 <= number <= schedule.rounds and 0 <= j < tossed):
            raise Rejected(f"round {number} has no coin {j}")


def _start(schedule: Schedule, circuit: Circuit, certificate: Simulation) -> list[Content]:
    names = tuple(circuit.inputs[v].name for v in circuit.data_inputs)
    if names != schedule.data_names:
        raise Rejected("the schedule's data inputs are not the circuit's")
    if schedule.output_names != circuit.output_names:
        raise Rejected("the schedule's outputs are not the circuit's")
    if len(certificate.given) != len(schedule.given_cells):
        raise Rejected("the certificate does not name one random input per given cell")
    contents: list[Content] = ["M"] * schedule.length
    for cell, node in zip(schedule.data_cells, circuit.data_inputs, strict=True):
        contents[cell] = node
    for cell, node in zip(schedule.given_cells, certificate.given, strict=True):
        contents[cell] = node
    return contents


def _coin_map(
    schedule: Schedule, circuit: Circuit, certificate: Simulation
) -> dict[tuple[int, int], int]:
    """(round, coin) -> random input, checked to be injective and to meet only random inputs."""
    random = set(circuit.random_inputs)
    used = [*certificate.given, *(node for _, _, node in certificate.coins)]
    if len(set(used)) != len(used) or not set(used) <= random:
        raise Rejected("the coupling does not name random inputs only, each at most once")
    places = {(t, j): node for t, j, node in certificate.coins}
    if len(places) != len(certificate.coins):
        raise Rejected("the coupling uses a coin twice")
    return places


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
    _check_form(schedule, circuit, certificate)
    walk = Walk(schedule, circuit, certificate)
    for number, writes in enumerate(certificate.writes, start=1):
        walk.round(number, dict(writes))
        if progress is not None:
            progress(number)
    required = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    for cell in required:
        if walk.contents[cell] == "M":
            raise Rejected(f"cell {cell} is masked at the end")
    final = list(walk.contents)
    for cell, literal, output in zip(
        schedule.output, circuit.outputs, circuit.output_names, strict=True
    ):
        if final[cell] != literal:
            raise Rejected(f"output {output} is not what cell {cell} holds")
    if schedule.stop is Stop.ABSORBING:
        walk.round(schedule.rounds + 1, {})
        if walk.contents != final:
            raise Rejected("a further round changes the state")
    return kernel_result(name, Verdict.PROVED, Certificate("cut points", "kernel", walk.steps))


def check_document(document: Document) -> Checked:
    """A schedule, a circuit and a certificate from a file."""
    fields_of(document, ("schedule", "circuit", "certificate"))
    schedule, circuit = schedule_field(document), circuit_field(document)
    certificate = Simulation.from_json(text_field(document, "certificate"))
    return check_simulation(KIND, schedule, circuit, certificate)
