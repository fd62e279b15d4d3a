"""Witnesses of engine B: a seed on which a run goes wrong, and where it first does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, is_inverted, node_of
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.engines.network import Key, Lit, embedded
from dlmcheck.verify.engines.partners import first_tokens
from dlmcheck.verify.engines.replay import first_broken, states_on
from dlmcheck.verify.engines.unroll import Rule, Unrolling


@dataclass(frozen=True)
class SeedWitness:
    """A seed on which a run breaks a rule or shows another output than the circuit.

    `data` has one bit per data cell of the schedule, `coins` lists the coins that are 1 as
    `(part, round, index)` or `("given", 0, index of the given cell)`; all others are 0. `rule`
    is what the run breaks, None if it is legal. Then `output` names the first output that
    differs, with both values. `round_number` and `cell` say where the run first goes wrong
    (0 and -1 if that could not be told apart).
    """

    data: tuple[bool, ...]
    coins: tuple[Key, ...]
    round_number: int = 0
    cell: int = -1
    rule: Rule | None = None
    output: str = ""
    by_run: int = 0
    by_circuit: int = 0

    def coin(self, part: str, number: int, index: int) -> bool:
        """The coin of random input `index` of a part in a round."""
        return (part, number, index) in self.coins

    @property
    def reason(self) -> str:
        """One line for the reader."""
        where = f"round {self.round_number}, cell {self.cell}"
        if self.rule is not None:
            return f"{where}: {self.rule.value}"
        place = f"; first wrong: {where}" if self.cell >= 0 else ""
        return f"output {self.output} is {self.by_run}, the circuit gives {self.by_circuit}{place}"


def describe_seed(
    run: Unrolling,
    circuit: Circuit,
    order: Sequence[int],
    nodes: Sequence[Lit],
    ones: frozenset[Key],
    reference: tuple[Circuit, Sequence[Lit]],
) -> SeedWitness:
    """The witness of a seed.

    `order` and `nodes` relate the circuit's outputs and nodes to the run: the place of each
    output among the run's, the literal of each node. `reference` is the circuit whose node
    numbers the labels use, with the literals of its nodes.
    """
    inputs = dict.fromkeys(ones, 1)
    data = tuple(("data", 0, k) in ones for k in range(len(run.schedule.data_cells)))
    coins = tuple(sorted(key for key in ones if key[0] not in ("data", "spare")))
    broken = first_broken(run, inputs)
    if broken is not None:
        return SeedWitness(data, coins, broken.round_number, broken.cell, broken.rule)
    expected = [embedded(nodes, output) for output in circuit.outputs]
    found = [run.outputs[place] for place in order]
    values = run.network.evaluate([*found, *expected], inputs)
    half = len(found)
    wrong = [j for j in range(half) if values[j] != values[half + j]]
    if not wrong:
        return SeedWitness(data, coins)
    index = wrong[0]
    number, cell = _first_wrong(run, inputs, reference)
    if cell < 0:
        cell = run.schedule.output[order[index]]
    return SeedWitness(
        data,
        coins,
        number or _last_change(run, inputs, cell),
        cell,
        output=circuit.output_names[index],
        by_run=values[index],
        by_circuit=values[half + index],
    )


def _last_change(run: Unrolling, inputs: Mapping[Key, int], cell: int) -> int:
    """The round after which a cell keeps its final token."""
    states = states_on(run, inputs)
    number = len(states) - 1
    while number and states[number - 1][cell] == states[-1][cell]:
        number -= 1
    return number


def _first_wrong(
    run: Unrolling, inputs: Mapping[Key, int], reference: tuple[Circuit, Sequence[Lit]]
) -> tuple[int, int]:
    """The first round and cell with another token than the node that the cell's label names.

    (0, -1) if there are no labels that help.
    """
    nodes = _labelled(run, reference[0])
    if not _credible(run, reference[0], nodes):
        return 0, -1
    cells = sorted(nodes)
    expected = [embedded(reference[1], nodes[cell]) for cell in cells]
    values = run.network.evaluate(expected, inputs)
    for number, state in enumerate(states_on(run, inputs)):
        for cell, value in zip(cells, values, strict=True):
            if state[cell] not in (MASK, value):
                return number, cell
    return 0, -1


def _labelled(run: Unrolling, circuit: Circuit) -> dict[int, int]:
    """The node that each cell should show according to its label, where that says anything."""
    by_name = {one.name: node for node, one in enumerate(circuit.inputs)}
    nodes: dict[int, int] = {}
    for cell, label in enumerate(run.schedule.labels):
        _, separator, name = label.partition(":")
        if separator and name in by_name:
            nodes[cell] = by_name[name]
        elif label[:1] == "n" and label[1:].isascii() and label[1:].isdigit():
            number = int(label[1:])
            if number < circuit.node_count:
                nodes[cell] = number
    return nodes


def _credible(run: Unrolling, circuit: Circuit, nodes: Mapping[int, int]) -> bool:
    """Whether most labelled cells are their gate on the cells labelled with its arguments.

    In another numbering that fails nearly everywhere, and the labels would accuse cells at
    random. A wrong gate spoils its own cell only, as every cell is judged by its neighbours.
    """
    shown = {nodes[cell]: literal for _, cell, literal in first_tokens(run) if cell in nodes}
    right = judged = 0
    for node, literal in shown.items():
        if node < len(circuit.inputs):
            continue
        gate = circuit.gate_of(node)
        if all(node_of(arg) in shown for arg in gate.args):
            judged += 1
            args = [shown[node_of(arg)] ^ is_inverted(arg) for arg in gate.args]
            right += run.network.gate(gate.op, args) == literal
    return 2 * right > judged
