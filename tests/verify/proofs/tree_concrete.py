"""Steps of the proof about trees of pairs, on schedules of small trees and on random ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

from dlmcheck.model.samplers.mask_memory import Node, parity_on_tree
from dlmcheck.spec.circuit import evaluate
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.proofs.parity_tree import NAMES, Kind, Phase
from tests.verify.proofs.rounds import Atoms


def renumbered(node: Node, number: Mapping[int, int]) -> Node:
    a, b = node.pair
    return Node(
        node.level,
        (number[a], number[b]),
        tuple(number[cell] for cell in node.payload),
        tuple(renumbered(child, number) for child in node.children),
    )


def cells_of(root: Node) -> list[int]:
    return sorted(cell for node in root.below() for cell in (*node.payload, *node.pair))


@dataclass(frozen=True)
class Small:
    """The tree of a kind on cells 0, ..., n-1, with its schedule and the cells' names."""

    root: Node
    names: tuple[str, ...]
    schedule: Schedule

    @property
    def n(self) -> int:
        return len(self.names)


@cache
def small(kind: Kind, *, clock: bool) -> Small:
    cells = cells_of(kind.node)
    root = renumbered(kind.node, {cell: k for k, cell in enumerate(cells)})
    return Small(root, tuple(NAMES[cell] for cell in cells), parity_on_tree(root, clock=clock))


def state_of(found: Small, atoms: Atoms) -> State:
    """Cells that a step does not speak of are masked."""
    return tuple(
        MASK if atoms.get(f"{name} is masked", True) else int(atoms.get(f"{name} is 1", False))
        for name in found.names
    )


def round_of(found: Small, atoms: Atoms) -> int | None:
    """A round number with these answers to "is it round l, is it round l + 1", if there is one.

    Without a clock any number does.
    """
    level = found.root.level
    asked = {r: atoms.get(f"it is round {r}") for r in (level, level + 1)}
    for number in range(1, 4):
        if all(answer in (None, number == r) for r, answer in asked.items()):
            return number
    return None


def flags_of(found: Small, state: State, number: int) -> tuple[bool, ...]:
    schedule = found.schedule
    bits = schedule.encoding.encode(state) + clock_value(schedule, number)
    return evaluate(schedule.unmask, bits)


def tokens_of(found: Small, state: State, coin: Callable[[str], bool]) -> tuple[bool, ...]:
    """What the predictor writes: one bit for each cell, never M."""
    schedule = found.schedule
    bits = schedule.encoding.encode(state) + clock_value(schedule, 1)
    drawn = evaluate(schedule.predictor, [*bits, *map(coin, found.names)])
    assert not any(drawn[::2])
    return drawn[1::2]


def parity_seen(found: Small, atoms: Atoms) -> bool:
    """c of the root, from the tokens and the children's c of a step."""
    root, names = found.root, found.names
    if root.level == 1:
        return False
    bits = [atoms.get(f"{names[cell]} is 1", False) for cell in root.payload]
    bits += [atoms.get(f"c at {names[v.pair[0]]}", False) for v in root.children if v.level > 1]
    bits += [atoms.get(f"{names[c]} is 1", False) for v in root.grandchildren for c in v.pair]
    return sum(bits) % 2 == 1


def pair_after(kind: Kind, phase: Phase, atoms: Atoms, *, clock: bool) -> bool | None:
    """Whether the pair is as claimed after a round of the schedule; None if there is no such round.

    Only masked cells may be written, too.
    """
    found = small(kind, clock=clock)
    number = round_of(found, atoms)
    if number is None:
        return None
    state = state_of(found, atoms)
    flags = flags_of(found, state, number)
    c = parity_seen(found, atoms)
    wanted = {Phase.EARLY: (True, True), Phase.DUE: (c, not c)}.get(phase, (False, False))
    pairs = zip(found.root.pair, wanted, strict=True)
    return all(
        (state[cell] == MASK and not flags[cell]) == mask
        and (state[cell] == MASK or not flags[cell])
        for cell, mask in pairs
    )


# --- random trees --------------------------------------------------------------------------


def random_tree(seed: int) -> Node:
    """A valid tree of level 1 to 4 with up to about 25 cells."""
    random = Random(seed)
    counter = iter(range(10_000))

    def take(count: int) -> tuple[int, ...]:
        return tuple(next(counter) for _ in range(count))

    def node(level: int, *, root: bool) -> Node:
        children: tuple[Node, ...] = ()
        if level > 2 or (level == 2 and random.random() < 0.5):
            children = tuple(
                node(level - 1, root=False) for _ in range(random.choice((1, 1, 2, 3)))
            )
        if level == 1:
            payload = take(random.randrange(3)) if root else ()
        else:
            payload = take(random.randrange(1 if level == 2 and not children else 0, 3))
        a, b = take(2)
        return Node(level, (a, b), payload, children)

    return node(random.randrange(1, 5), root=True)


def runs(root: Node, coins: tuple[bool, ...], *, clock: bool) -> Iterator[State]:
    """The states before round 1 and after each round, for given coins of the cells."""
    schedule = parity_on_tree(root, clock=clock)
    found = Small(root, tuple(map(str, range(schedule.length))), schedule)
    state: State = (MASK,) * schedule.length
    yield state
    for number in range(1, schedule.rounds + 1):
        flags = flags_of(found, state, number)
        bits = schedule.encoding.encode(state) + clock_value(schedule, number)
        drawn = evaluate(schedule.predictor, [*bits, *coins])[1::2]
        rows = zip(flags, drawn, state, strict=True)
        state = tuple(int(bit) if flag else old for flag, bit, old in rows)
        yield state


def parities(root: Node, string: State) -> dict[tuple[int, int], bool]:
    """c of every node, from the final string."""
    found: dict[tuple[int, int], bool] = {}

    def walk(node: Node) -> bool:
        below = [walk(child) for child in node.children]
        total = 0
        if node.level > 1:
            total = sum(string[cell] for cell in node.payload) + sum(below)
            total += sum(string[cell] for grand in node.grandchildren for cell in grand.pair)
        found[node.pair] = total % 2 == 1
        return found[node.pair]

    walk(root)
    return found
