"""Cut-point certificates: a schedule simulates a circuit, seed for seed.

The certificate says what each cell holds whenever it is written, as a literal of the circuit,
and which of the run's coins stands for which random input. The kernel walks through the rounds.
At each one it holds, per cell, a *content*: M, a constant, or "the value of this literal". It
evaluates F, p and G of a cell on all values of the few literals that the cell reads, and accepts
a written content only if the truth tables agree. So every step is local, the walk is linear in
the number of writes, and what follows from acceptance is global: for every data input and every
seed the run writes exactly the circuit's values, is legal, and ends as promised. As the map from
random inputs to coins is injective and all coins are fair and independent, the output laws agree.

The method is sound and not complete: a correct schedule whose F looks at values, or whose cells
are correct only because values further away cannot occur, is rejected here and must be checked
by an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from dlmcheck.spec.circuit import Circuit, InputKind, apply_op, is_inverted, node_of
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.contents import Content, LocalFunction, Simulation, literal_on
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "simulation"

# --- the walk ------------------------------------------------------------------------------


class Walk:
    """The contents of all cells, moved forward round by round."""

    def __init__(self, schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
        _refuse_unsupported(schedule)
        self.schedule = schedule
        self.circuit = circuit
        self.steps = 0
        self.contents: list[Content] = _start(schedule, circuit, certificate)
        self.coin_node = _coin_map(schedule, circuit, certificate)
        codes = schedule.predictor.outputs
        self.predict = [
            LocalFunction(schedule, schedule.predictor, codes[2 * i : 2 * i + 2])
            for i in range(schedule.length)
        ]
        self.select = _one_by_one(schedule, schedule.unmask)
        self.mark = [] if schedule.remask is None else _one_by_one(schedule, schedule.remask)
        self.selected: set[int] = set()
        self.marked: set[int] = set()
        self.written: dict[int, Content] = {}
        self._readers = _invert(
            [p.cells | f.cells for p, f in zip(self.predict, self.select, strict=True)]
        )
        self._mark_readers = _invert([g.cells for g in self.mark])
        self._changed: set[int] = set(range(schedule.length))
        """Cells whose content differs from the start of the previous round."""
        self._changed_after_write: set[int] = set(range(schedule.length))

    def round(self, number: int, claims: Mapping[int, Content]) -> None:
        """One round: select, write what is claimed if the tables agree, remask."""
        everything = range(self.schedule.length)
        # A cell whose inputs did not change decides as it did before; only the others are
        # looked at again. With a clock the inputs always change.
        active = (
            set(everything)
            if self.schedule.clock_bits or number == 1
            else _union(self._readers, self._changed) | self._changed
        )
        for i in sorted(active):
            chosen = self._constant(self.select[i], i, number, "the selection")
            (self.selected.add if chosen else self.selected.discard)(i)
        again = {
            i
            for i in self.selected
            if i in active or self.contents[i] != self.written.get(i) or self.predict[i].coins
        }
        for cell in claims:
            if cell not in again:
                raise Rejected(f"round {number}: cell {cell} is claimed but not written")
        new: dict[int, Content] = {}
        for i in sorted(again):
            claim = claims.get(i, self.contents[i])
            if claim == "M" and self.schedule.edits is not Edits.REVISE_ANY:
                raise Rejected(f"round {number}: cell {i} is written, the certificate omits it")
            self.check_write(i, claim, number)
            new[i] = claim
        before = list(self.contents)
        for i, content in new.items():
            self.contents[i] = content
            self.written[i] = content
        self._remask(number, {i for i in new if before[i] != new[i]})
        self._changed = {i for i in {*new, *self.marked} if before[i] != self.contents[i]}

    def _remask(self, number: int, changed_by_write: set[int]) -> None:
        if not self.mark:
            return
        changed = changed_by_write | self._changed_after_write
        active = (
            set(range(self.schedule.length))
            if self.schedule.clock_bits or number == 1
            else _union(self._mark_readers, changed)
        )
        for i in sorted(active):
            flag = self._constant(self.mark[i], i, number, "the remasking")
            (self.marked.add if flag else self.marked.discard)(i)
        self._changed_after_write = set()
        for i in self.marked:
            if i in self.schedule.data_cells:
                raise Rejected(f"round {number}: prompt cell {i} is remasked")
            if self.contents[i] != "M":
                self.contents[i] = "M"
                self._changed_after_write.add(i)

    def _constant(self, part: LocalFunction, cell: int, number: int, what: str) -> bool:
        self.steps += 1
        answers = {out[0] for _, out in part.table(self.contents, number, {})}
        if len(answers) != 1:
            raise Rejected(f"round {number}: {what} of cell {cell} depends on values")
        return answers.pop()

    def check_write(self, cell: int, claim: Content, number: int) -> None:
        """The predictor of a selected cell writes the claimed content, and may."""
        self.steps += 1
        old = self.contents[cell]
        if old not in ("M", claim) and self.schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK):
            raise Rejected(f"round {number}: the visible token of cell {cell} is changed")
        if cell in self.schedule.data_cells and claim != old:
            raise Rejected(f"round {number}: prompt cell {cell} is changed")
        needed: list[int] = []
        if not isinstance(claim, str):
            needed = [node_of(claim), *self._arguments(node_of(claim))]
        coins = {
            j: self.coin_node[number, j]
            for j in self.predict[cell].coins.values()
            if (number, j) in self.coin_node
        }
        encoding = self.schedule.encoding
        for values, (high, low) in self.predict[cell].table(self.contents, number, coins, needed):
            if not self._consistent(values):
                continue
            token = MASK if claim == "M" else int(self._claimed(claim, values))
            if (high, low) != encoding.code_of(token):
                raise Rejected(f"round {number}: cell {cell} does not write {_show(claim)}")

    def _arguments(self, node: int) -> list[int]:
        if node < len(self.circuit.inputs):
            return []
        return [node_of(arg) for arg in self.circuit.gate_of(node).args]

    def _consistent(self, values: Mapping[int, bool]) -> bool:
        """Whether the values of nodes obey every gate whose arguments are among them.

        Rows that break a gate cannot occur, so they may be left out.
        """
        for node, value in values.items():
            if node >= len(self.circuit.inputs):
                gate = self.circuit.gate_of(node)
                if all(node_of(a) in values for a in gate.args):
                    if apply_op(gate.op, [literal_on(a, values) for a in gate.args]) != value:
                        return False
        return True

    @staticmethod
    def _claimed(claim: Content, values: Mapping[int, bool]) -> bool:
        return claim == "1" if isinstance(claim, str) else literal_on(claim, values)


def _one_by_one(schedule: Schedule, circuit: Circuit) -> list[LocalFunction]:
    return [LocalFunction(schedule, circuit, (output,)) for output in circuit.outputs]


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


def _invert(reads: Sequence[frozenset[int]]) -> dict[int, set[int]]:
    readers: dict[int, set[int]] = {}
    for i, cells in enumerate(reads):
        for cell in cells:
            readers.setdefault(cell, set()).add(i)
    return readers


def _union(readers: Mapping[int, set[int]], cells: Iterable[int]) -> set[int]:
    return set[int]().union(*(readers.get(cell, set()) for cell in cells))


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
