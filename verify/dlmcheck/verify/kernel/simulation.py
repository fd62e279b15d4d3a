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

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal as OneOf
from typing import cast

from dlmcheck.spec.circuit import (
    Circuit,
    InputKind,
    Literal,
    apply_op,
    cone,
    evaluate,
    is_inverted,
    node_of,
)
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

Content = int | OneOf["M", "0", "1"]
"""What a cell holds: a literal of the circuit, the mask, or a constant token."""

TABLE_LIMIT = 16
"""Truth tables over more literals than this are refused."""

FORMAT = "dlmcheck-simulation"


@dataclass(frozen=True)
class Simulation:
    """A cut-point certificate.

    `writes[t-1]` lists (cell, content) for the cells whose content changes in round t by the
    write (what remasking does afterwards is computed, not claimed). `coins` maps (round, random
    input of the predictor circuit) to the random input of the circuit that it stands for;
    `given` names the random input behind each given cell.
    """

    writes: tuple[tuple[tuple[int, Content], ...], ...]
    coins: tuple[tuple[int, int, int], ...] = ()
    given: tuple[int, ...] = ()

    def to_json(self) -> str:
        """The certificate as text, one round a line."""
        rounds = ",\n".join(json.dumps(list(map(list, w))) for w in self.writes)
        return (
            f'{{"format": "{FORMAT}", "version": 1,\n"writes": [\n{rounds}\n],\n'
            f'"coins": {json.dumps(list(map(list, self.coins)))},\n'
            f'"given": {json.dumps(list(self.given))}}}\n'
        )

    @classmethod
    def from_json(cls, text: str) -> Simulation:
        """The inverse of `to_json`. Raises `MalformedSyntax`."""
        try:
            raw = json.loads(text)
            if raw["format"] != FORMAT or raw["version"] != 1:
                raise MalformedSyntax("another format", source="certificate", expected=FORMAT)
            writes: tuple[tuple[tuple[int, Content], ...], ...] = tuple(
                tuple((_number(cell), _content(content)) for cell, content in line)
                for line in raw["writes"]
            )
            coins = tuple((_number(t), _number(j), _number(v)) for t, j, v in raw["coins"])
            return cls(writes, coins, tuple(_number(v) for v in raw["given"]))
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedSyntax(
                f"no certificate: {error}", source="certificate", expected=FORMAT
            ) from error


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no integer")
    return value


def _content(value: object) -> Content:
    if value in ("M", "0", "1"):
        return cast(Content, value)
    return _number(value)


# --- local functions -----------------------------------------------------------------------


class _Local:
    """The sub-circuit of some outputs of one of the schedule's circuits, and what it reads."""

    def __init__(self, schedule: Schedule, whole: Circuit, outputs: Sequence[Literal]) -> None:
        self._circuit, source = cone(whole, outputs)
        fixed = 2 * schedule.length + schedule.clock_bits
        state_bits = 2 * schedule.length
        self._bits: list[tuple[int, int] | None] = []
        """Per input: (cell, half), or None for a clock bit or a coin."""
        self._clock: dict[int, int] = {}
        self.coins: dict[int, int] = {}
        """Per input that is a coin: its number among the whole circuit's random inputs."""
        for v in range(len(self._circuit.inputs)):
            origin = source[v]
            self._bits.append((origin // 2, origin % 2) if origin < state_bits else None)
            if state_bits <= origin < fixed:
                self._clock[v] = origin - state_bits
            elif origin >= fixed:
                self.coins[v] = origin - fixed
        self.cells = frozenset(bit[0] for bit in self._bits if bit is not None)
        self._schedule = schedule

    def table(
        self,
        contents: Sequence[Content],
        number: int,
        coin_node: Mapping[int, Literal],
        extra: Iterable[int] = (),
    ) -> Iterator[tuple[Mapping[int, bool], tuple[bool, ...]]]:
        """All rows (values of the circuit's nodes read, outputs).

        `coin_node` gives the node that a coin stands for; coins without one take both values.
        `extra` are further nodes whose values the caller wants in the rows.
        """
        encoding = self._schedule.encoding
        clock = clock_value(self._schedule, number)
        constant: dict[int, bool] = {v: clock[j] for v, j in self._clock.items()}
        by_node: dict[int, tuple[int, bool, bool]] = {}
        free: list[int] = []
        nodes: dict[int, None] = dict.fromkeys(extra)
        for v, bit in enumerate(self._bits):
            if bit is not None:
                content = contents[bit[0]]
                if isinstance(content, str):
                    token = MASK if content == "M" else int(content)
                    constant[v] = encoding.code_of(token)[bit[1]]
                    continue
                zero, one = encoding.zero[bit[1]], encoding.one[bit[1]]
                if zero == one:
                    constant[v] = zero
                    continue
                by_node[v] = (content, zero, one)
                nodes[node_of(content)] = None
            elif v in self.coins:
                if self.coins[v] in coin_node:
                    by_node[v] = (coin_node[self.coins[v]], False, True)
                    nodes[node_of(coin_node[self.coins[v]])] = None
                else:
                    free.append(v)
        names = list(nodes)
        if len(names) + len(free) > TABLE_LIMIT:
            raise Rejected(f"a local step reads {len(names) + len(free)} values: too many to table")
        for row in product((False, True), repeat=len(names)):
            values = dict(zip(names, row, strict=True))
            for toss in product((False, True), repeat=len(free)):
                drawn = dict(zip(free, toss, strict=True))
                inputs: list[bool] = []
                for v in range(len(self._bits)):
                    if v in by_node:
                        literal, zero, one = by_node[v]
                        inputs.append(one if _value(literal, values) else zero)
                    else:
                        inputs.append(constant[v] if v in constant else drawn[v])
                yield values, evaluate(self._circuit, inputs)


def _value(literal: Literal, values: Mapping[int, bool]) -> bool:
    return values[node_of(literal)] != is_inverted(literal)


# --- the walk ------------------------------------------------------------------------------


class _Walk:
    """The contents of all cells, moved forward round by round."""

    def __init__(self, schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
        _refuse_unsupported(schedule)
        self.schedule = schedule
        self.circuit = circuit
        self.steps = 0
        self.contents = _start(schedule, circuit, certificate)
        self.coin_node = _coin_map(schedule, circuit, certificate)
        self.predict = [
            _Local(schedule, schedule.predictor, schedule.predictor.outputs[2 * i : 2 * i + 2])
            for i in range(schedule.length)
        ]
        self.select = [_Local(schedule, schedule.unmask, (o,)) for o in schedule.unmask.outputs]
        remask = schedule.remask
        self.mark = (
            [] if remask is None else [_Local(schedule, remask, (o,)) for o in remask.outputs]
        )
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
            self._check_write(i, claim, number)
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

    def _constant(self, part: _Local, cell: int, number: int, what: str) -> bool:
        self.steps += 1
        answers = {out[0] for _, out in part.table(self.contents, number, {})}
        if len(answers) != 1:
            raise Rejected(f"round {number}: {what} of cell {cell} depends on values")
        return answers.pop()

    def _check_write(self, cell: int, claim: Content, number: int) -> None:
        """The predictor of a selected cell writes the claimed content, and may."""
        self.steps += 1
        old = self.contents[cell]
        if old not in ("M", claim) and self.schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK):
            raise Rejected(f"round {number}: the visible token of cell {cell} is changed")
        if cell in self.schedule.data_cells and claim != old:
            raise Rejected(f"round {number}: prompt cell {cell} is changed")
        needed: list[int] = []
        if not isinstance(claim, str):
            if node_of(claim) >= self.circuit.node_count:
                raise Rejected(f"the circuit has no node {node_of(claim)}")
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
                    if apply_op(gate.op, [_value(a, values) for a in gate.args]) != value:
                        return False
        return True

    @staticmethod
    def _claimed(claim: Content, values: Mapping[int, bool]) -> bool:
        return claim == "1" if isinstance(claim, str) else _value(claim, values)


def _refuse_unsupported(schedule: Schedule) -> None:
    if schedule.unmask_sees_candidates:
        raise Rejected("the unmasking policy sees the candidates: no cut-point certificate")
    for name, circuit in (("unmasking", schedule.unmask), ("remasking", schedule.remask)):
        if circuit is not None and any(i.kind is InputKind.RANDOM for i in circuit.inputs):
            raise Rejected(f"the {name} policy is random: no cut-point certificate")


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
        raise Rejected("the coupling does not use each random input at most once")
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
    if len(certificate.writes) != schedule.rounds:
        raise Rejected(
            f"{len(certificate.writes)} rounds claimed, the schedule runs {schedule.rounds}"
        )
    walk = _Walk(schedule, circuit, certificate)
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
