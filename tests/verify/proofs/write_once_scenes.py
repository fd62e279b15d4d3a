"""The steps of Theorem 3.1 on concrete circuits: their compiled schedules, in the atoms' state.

A scene makes of a step's atoms a tiny circuit, its schedule and a state. `law` says whether the
step's conclusion holds of the schedule's own circuits there; `run` whether it holds of a round that
the specification runs from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, apply_op
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, State
from dlmcheck.verify.kernel.induction import Step
from dlmcheck.verify.proofs import write_once
from tests.verify.proofs.rounds import Atoms, after, after_seed, always, drawn, selected, token


@dataclass(frozen=True)
class Observed:
    """Whether the conclusion holds of the schedule's circuits, and of a round that is run."""

    law: bool
    run: bool


@dataclass(frozen=True)
class Placed:
    """A compiled schedule, and the cell of each node."""

    schedule: Schedule
    cell: tuple[int | None, ...]

    def at(self, node: int) -> int:
        """The cell of a node that has one."""
        found = self.cell[node]
        assert found is not None
        return found

    def state(self, tokens: dict[int, int]) -> State:
        """The state with these tokens at the nodes' cells, 0 elsewhere."""
        state = [0] * self.schedule.length
        for node, shown in tokens.items():
            state[self.at(node)] = shown
        return tuple(state)


def _circuit(random: str, gates: list[Gate], *, data: str = "") -> Circuit:
    inputs = [Input(name, InputKind.DATA) for name in data]
    inputs += [Input(name, InputKind.RANDOM) for name in random]
    first = len(inputs)
    return Circuit(tuple(inputs), tuple(gates), tuple(range(first, first + len(gates))))


def placed(circuit: Circuit, random_bits: RandomBits = RandomBits.SAMPLED) -> Placed:
    """The compilation; every gate of these circuits is an output, so that none is dropped."""
    compiled = compile_write_once(circuit, random_bits=random_bits)
    assert compiled.circuit == circuit
    return Placed(compiled.schedule, compiled.cell_of)


# --- selection: a gate cell i that waits for the random bits j and k --------------------------

WAITING = placed(_circuit("jkc", [Gate(Op.AND, (0, 1)), Gate(Op.ID, (2,))]))
"""Node 2 waits for nothing, node 3 for 0 and 1."""


def _waiting(atoms: Atoms, wanted: bool) -> Observed:
    i = token(atoms, "i")
    state = WAITING.state({0: token(atoms, "j"), 1: token(atoms, "k"), 3: i})
    found = WAITING.at(3) in selected(WAITING.schedule, state)
    # In a round a selected cell that is masked gets a token, and only such a one does.
    written = i == MASK and always(
        after(WAITING.schedule, state), lambda s: s[WAITING.at(3)] != MASK
    )
    return Observed(found == wanted, written == wanted)


def _free(atoms: Atoms, wanted: bool) -> Observed:
    i = token(atoms, "i")
    state = WAITING.state({2: i})
    found = WAITING.at(2) in selected(WAITING.schedule, state)
    written = i == MASK and always(
        after(WAITING.schedule, state), lambda s: s[WAITING.at(2)] != MASK
    )
    return Observed(found == wanted, written == wanted)


def _left_alone(atoms: Atoms) -> Observed:
    first, second = _waiting(atoms, False), _free(atoms, False)
    return Observed(first.law and second.law, first.run and second.run)


# --- what is written ------------------------------------------------------------------------


def _gate(op: Op, sources: tuple[str, ...]) -> Callable[[Atoms], Observed]:
    """The gate on cells: two random bits; private: on a copy of the data, and a coin."""
    args = (0, ~1) if len(sources) > 1 else (~0,) * len(sources)
    private = write_once.COIN in sources
    if not private:
        nodes = {"j": 0, "k": 1}
        here = placed(_circuit("jk", [Gate(op, args)]))
        gate = 2
    elif len(sources) == 1:
        nodes = {}
        here = placed(_circuit("c", [Gate(op, args)]), RandomBits.PRIVATE)
        gate = 1
    else:
        nodes = {"j": 2}
        gates = [Gate(Op.ID, (0,)), Gate(op, (2, ~1))]
        here = placed(_circuit("c", gates, data="d"), RandomBits.PRIVATE)
        gate = 3

    def gives(atoms: Atoms, coin: bool) -> int:
        """The gate's value on the nodes' values and a coin."""
        values = [
            coin if source == write_once.COIN else atoms[f"value of {source}'s node"]
            for source in sources
        ]
        return int(apply_op(op, [v != (arg < 0) for v, arg in zip(values, args, strict=True)]))

    def observe(atoms: Atoms) -> Observed:
        shown = {node: token(atoms, name) for name, node in nodes.items() if name in sources}
        state = here.state({**shown, gate: token(atoms, "i")})
        tossed = atoms.get(write_once.COIN, False)
        code = drawn(here.schedule, state, here.at(gate), [tossed])
        wanted = gives(atoms, tossed)
        if private:
            run = after_seed(here.schedule, state, [tossed])[here.at(gate)] == wanted
        else:
            run = always(after(here.schedule, state), lambda s: s[here.at(gate)] == wanted)
        return Observed(code == PAPER_ENCODING.code_of(wanted), run)

    return observe


def _sampled(atoms: Atoms) -> Observed:
    here, node = WAITING, 2
    state = here.state({node: token(atoms, "i")})
    coins = [False, False, atoms[write_once.COIN]]
    code = drawn(here.schedule, state, here.at(node), coins)
    shown = {s[here.at(node)] for s in after(here.schedule, state)}
    return Observed(code == PAPER_ENCODING.code_of(int(atoms[write_once.COIN])), shown == {0, 1})


def _keeps(op: Op) -> Callable[[Atoms], Observed]:
    here = placed(_circuit("a", [Gate(op, (0,) if op is Op.ID else ())]))

    def observe(atoms: Atoms) -> Observed:
        i = token(atoms, "i")
        state = here.state({0: int(atoms.get("drawn", False)), 1: i})
        code = drawn(here.schedule, state, here.at(1))
        unchanged = always(after(here.schedule, state), lambda s: s[here.at(1)] == i)
        return Observed(code == PAPER_ENCODING.code_of(i), unchanged)

    return observe


def _keeps_all(atoms: Atoms) -> Observed:
    first, second = _keeps(Op.ID)(atoms), _keeps(Op.CONST0)(atoms)
    return Observed(first.law and second.law, first.run and second.run)


def _gates() -> dict[str, Callable[[Atoms], Observed]]:
    found: dict[str, Callable[[Atoms], Observed]] = {}
    for op in Op:
        for sources in ((), ("j",), ("j", "k"), ("coin",), ("j", "coin")):
            constant, single = op in write_once.CONSTANTS, op in write_once.ONE_NODE
            if constant == (not sources) and not (single and len(sources) > 1):
                found[write_once.gate(op, *sources).name] = _gate(op, sources)
    return found


SCENES: dict[str, Callable[[Atoms], Observed]] = {
    write_once.nothing_awaited().name: lambda atoms: _free(atoms, True),
    write_once.due().name: lambda atoms: _waiting(atoms, True),
    write_once.waits().name: lambda atoms: _waiting(atoms, False),
    write_once.left_alone().name: _left_alone,
    write_once.sampled().name: _sampled,
    write_once.keeps().name: _keeps_all,
    write_once.keeps_against_one().name: _keeps(Op.CONST1),
    **_gates(),
}


def all_steps() -> dict[str, Step]:
    """Every step of Theorem 3.1, over the readings of layer 0."""
    return {step.name: step for bits in RandomBits for step in write_once.write_once_steps(bits)}
