"""Layer-by-layer simulations as clauses once more, on whole states: a second encoder.

`searches.trajectories` has a variable for each cell of a state and each cell that may show a wire.
Here each state of {0, 1, M}^L is one symbol, G is a function from states to states, and all places
of the wires of a layer are one choice. The two share the wires' values, and no clause.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, permutations, product

from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.searches.trajectories import Wires

STATES = "01M"
Clauses = list[list[int]]
Rows = dict[tuple[int, int], dict[str, int]]
"""For each round and seed a variable for each state."""


def clauses(wires: Wires, edits: Edits, length: int, end: End) -> Clauses:
    """Clauses with a model iff there is a simulation on so many cells; for few cells."""
    return _Encoded(wires, edits, length, end).clauses


def _legal(edits: Edits, before: str, after: str) -> bool:
    """Whether one write may lead from a state to another one."""
    for a, b in zip(before, after, strict=True):
        if edits is Edits.REVISE_TOKEN and a != "M" and b == "M":
            return False
        if edits in (Edits.WRITE_ONCE, Edits.REMASK) and a not in ("M", b):
            return False
    return True


class _Encoded:
    def __init__(self, wires: Wires, edits: Edits, length: int, end: End) -> None:
        self.clauses: Clauses = []
        self.used = 0
        self.states = ["".join(s) for s in product(STATES, repeat=length)]
        self.places: list[dict[tuple[int, ...], int]] = []
        depth, seeds = wires.depth, range(1 << wires.width)
        values = [wires.layers(v) for v in seeds]
        stands = {(t, v): self._one_of(self.states) for t in range(depth + 1) for v in seeds}
        written = stands
        if edits is Edits.REMASK:
            written = {(r, v): self._one_of(self.states) for r in range(depth + 2) for v in seeds}
        self._show(stands, values, length, depth)
        self._first_round(written, length)
        for one, other in combinations(stands, 2):
            self._apart(stands[one], stands[other], lambda a, b: a == b)
        if end is End.WHOLE_STATE:
            self.clauses += [
                [-here] for v in seeds for s, here in stands[depth, v].items() if "M" in s
            ]
        for t, v in written:
            if t and (t - 1, v) in stands:
                self._apart(
                    stands[t - 1, v], written[t, v], lambda a, b: not _legal(edits, a, b)
                )  # fmt: skip
        if edits is Edits.REMASK:
            self._function(written, stands, depth)

    def _show(
        self, stands: Rows, values: list[list[tuple[int, ...]]], length: int, depth: int
    ) -> None:
        """Each layer stands at one choice of places, the last one in the last cells."""
        width = len(values[0][0])
        for t in range(depth + 1):
            spots = list(permutations(range(length), width))
            if t == depth:
                spots = [tuple(range(length - width, length))]
            names = self._one_of([",".join(map(str, spot)) for spot in spots])
            self.places.append(dict(zip(spots, names.values(), strict=True)))
            for spot, chosen in self.places[-1].items():
                for v, layers in enumerate(values):
                    for state, here in stands[t, v].items():
                        if [state[cell] for cell in spot] != [str(bit) for bit in layers[t]]:
                            self.clauses.append([-chosen, -here])

    def _first_round(self, written: Rows, length: int) -> None:
        """What shows no value of layer 0 is the same for all seeds."""
        seeds = [v for r, v in written if r == 0]
        for spot, chosen in self.places[0].items():
            others = [i for i in range(length) if i not in spot]

            def differ(a: str, b: str, others: list[int] = others) -> bool:
                return any(a[i] != b[i] for i in others)

            for v, w in combinations(seeds, 2):
                self._apart(written[0, v], written[0, w], differ, [-chosen])

    def _one_of(self, symbols: list[str]) -> dict[str, int]:
        """A variable for each symbol, one of which holds."""
        found: dict[str, int] = {}
        for symbol in symbols:
            self.used += 1
            found[symbol] = self.used
        self.clauses.append(list(found.values()))
        self.clauses += [[-a, -b] for a, b in combinations(found.values(), 2)]
        return found

    def _apart(
        self,
        one: dict[str, int],
        other: dict[str, int],
        forbidden: Callable[[str, str], bool],
        more: list[int] | None = None,
    ) -> None:
        for (a, x), (b, y) in product(one.items(), other.items()):
            if forbidden(a, b):
                self.clauses.append([*(more or []), -x, -y])

    def _function(
        self,
        written: Rows,
        stands: Rows,
        depth: int,
    ) -> None:
        """G maps what is written to what stands, and only masks cells."""
        results = {before: self._one_of(self.states) for before in self.states}
        for before, result in results.items():
            for after, chosen in result.items():
                if any(b not in (a, "M") for a, b in zip(before, after, strict=True)):
                    self.clauses.append([-chosen])
        for (r, v), row in written.items():
            for (before, x), (after, y) in product(row.items(), stands[min(r, depth), v].items()):
                self.clauses.append([-x, -y, results[before][after]])
