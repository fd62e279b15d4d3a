"""Orders of a circuit's gates in which few values are live at a time.

After a step a value is live if a coin that was met, or a gate that was computed, still has a
reader (note CERTIFICATES). How many are live depends on the order alone, so it is known before
anything is counted. Orders that are tried, the cheap ones first, as long as that pays:

    as given          the order of the circuit; for a run, round by round
    depth first       from the outputs, arguments as they stand, or from behind
    by need           depth first, the argument first that needs most places for itself: best
                      possible where the circuit is a tree (Sethi, Ullman, "The generation of
                      optimal code for arithmetic expressions", 1970)
    by growth         next what leaves fewest values live (`frontier_moves`)
    by force          gates pulled to where their arguments and readers are (`force`), then
                      depth first

At last the best of them is refined, by moving whole cones (`frontier_moves`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, node_of
from dlmcheck.verify.engines.force import arrangement
from dlmcheck.verify.engines.frontier_moves import Readers, by_growth, refined

PER_TUPLE = 2e-8
"""Seconds of a sweep for a gate and a tuple of live values, roughly: blocks pass over most."""
SEARCHED, MOVED, PULLED = 4e-6, 3e-4, 6e-4
"""Seconds for a gate that making an order takes, roughly: a search, moves, and an arrangement."""
MOST_MOVED = 20_000
"""Circuits with more gates are only searched."""
FEW = 24
"""So are those with so few coins: all seeds are gone through in a moment."""
HOPELESS = 80
"""And so are those where all searches leave so many values live."""


@dataclass(frozen=True)
class Order:
    """Gates as nodes, each once; `widths[i]` values are live after gate i; how it was found."""

    name: str
    gates: tuple[int, ...]
    widths: tuple[int, ...]

    @property
    def width(self) -> int:
        """The most values that are live after a gate."""
        return max(self.widths, default=0)

    @property
    def weight(self) -> float:
        """Live tuples after all gates together, at most."""
        return sum(2.0 ** min(width, 900) for width in self.widths)


def best_order(circuit: Circuit) -> Order:
    """The order of the least weight of those that are worth trying.

    The next one is made if a sweep in the best so far takes longer than making it.
    """
    shape = _Shape(circuit)
    best: Order | None = None
    for name, price, make in _orders(shape):
        if best is not None and PER_TUPLE * best.weight <= price * len(shape.needed):
            return best
        # Outputs are live at the end in every order.
        least = len(set(shape.roots)) if price <= SEARCHED or best is None else best.width
        if best is not None and least > HOPELESS:
            return best
        gates = make()
        found = Order(name, gates, shape.widths(gates))
        if best is None or found.weight < best.weight:
            best = found
    assert best is not None
    return _refined(shape, best) if shape.may_be_moved else best


def _refined(shape: _Shape, order: Order) -> Order:
    gates = refined(shape.readers(), order.gates)
    found = Order(f"{order.name}, refined", gates, shape.widths(gates))
    return min(order, found, key=lambda one: one.weight)


def all_orders(circuit: Circuit) -> list[Order]:
    """All of them, to compare."""
    shape = _Shape(circuit)
    shape.may_be_moved = True
    made = [(name, make()) for name, _, make in _orders(shape)]
    found = [Order(name, gates, shape.widths(gates)) for name, gates in made]
    return [*found, *(_refined(shape, order) for order in found)]


def _orders(shape: _Shape) -> Iterator[tuple[str, float, Callable[[], tuple[int, ...]]]]:
    """Names, seconds for a gate, and how they are made, roughly in order of price."""

    def as_it_stands(node: int) -> Sequence[int]:
        return shape.args[node]

    def from_behind(node: int) -> Sequence[int]:
        return shape.args[node][::-1]

    yield "as given", 0.0, lambda: tuple(shape.needed)
    yield "depth first", SEARCHED, lambda: shape.depth_first(as_it_stands)
    yield "depth first from behind", SEARCHED, lambda: shape.depth_first(from_behind, step=-1)
    yield "by need", SEARCHED, shape.by_need
    if shape.may_be_moved:
        yield "by growth", MOVED, lambda: by_growth(shape.readers())
        yield "by force", PULLED, shape.by_force


class _Shape:
    """Who reads what in a circuit; data inputs are left out, as they are no values to hold."""

    def __init__(self, circuit: Circuit) -> None:
        self.first = first = len(circuit.inputs)
        self.count = circuit.node_count
        fixed = set(circuit.data_inputs)
        self.roots: list[int] = [node_of(output) for output in circuit.outputs]
        wanted = bytearray(self.count)
        for root in self.roots:
            wanted[root] = 1
        self.args: dict[int, tuple[int, ...]] = {}
        for node in range(self.count - 1, first - 1, -1):
            if wanted[node]:
                args = tuple([a if a >= 0 else ~a for a in circuit.gates[node - first].args])
                for arg in args:
                    wanted[arg] = 1
                if fixed or len(set(args)) < len(args):
                    args = tuple(dict.fromkeys(arg for arg in args if arg not in fixed))
                self.args[node] = args
        self.needed = list(self.args)[::-1]
        coins = sum(wanted[:first]) - sum(wanted[node] for node in fixed)
        self.may_be_moved = coins > FEW and len(self.needed) <= MOST_MOVED

    def readers(self) -> Readers:
        """The same for moves."""
        return Readers(self.first, self.count, self.args, frozenset(self.roots))

    def widths(self, gates: Sequence[int]) -> tuple[int, ...]:
        """How many values are live after each gate."""
        readers = [0] * self.count
        for args in self.args.values():
            for arg in args:
                readers[arg] += 1
        for root in self.roots:
            readers[root] += 1
        met = bytearray(self.count)
        live = 0
        widths: list[int] = []
        for node in gates:
            live += 1
            for arg in self.args[node]:
                if not met[arg] and arg < self.first:
                    met[arg] = 1
                    live += 1
                readers[arg] -= 1
                if not readers[arg]:
                    live -= 1
            widths.append(live)
        return tuple(widths)

    def depth_first(self, below: Callable[[int], Sequence[int]], step: int = 1) -> tuple[int, ...]:
        """Gates after what they read, from the outputs on; `below` has the arguments in order."""
        seen = bytearray(self.count)
        found: list[int] = []
        for root in self.roots[::step]:
            stack = [root]
            while stack:
                node = stack.pop()
                if node < 0:
                    found.append(~node)
                elif node >= self.first and not seen[node]:
                    seen[node] = 1
                    stack.append(~node)
                    stack += [arg for arg in below(node)[::-1] if not seen[arg]]
        return tuple(found)

    def by_need(self) -> tuple[int, ...]:
        """The argument first that needs most places."""
        need = [1] * self.count
        sorted_args: dict[int, list[int]] = {}
        for node in self.needed:
            args = sorted(self.args[node], key=lambda arg: -need[arg])
            sorted_args[node] = args
            need[node] = max((need[arg] + k for k, arg in enumerate(args)), default=1)
        return self.depth_first(sorted_args.__getitem__)

    def by_force(self) -> tuple[int, ...]:
        """Arguments in the order of an arrangement, which outputs follow, too."""
        nets: list[Sequence[int]] = [(node, *args) for node, args in self.args.items()]
        place = arrangement(self.count, nets)
        roots = self.roots
        self.roots = sorted(roots, key=place.__getitem__)
        try:
            return self.depth_first(lambda node: sorted(self.args[node], key=place.__getitem__))
        finally:
            self.roots = roots
