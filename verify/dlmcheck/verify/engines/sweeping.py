"""SAT sweeping: which nodes of two circuits are equal, found by simulation, proved bottom up.

Nodes that take the same values on some thousands of random inputs are probably equal, or each
other's negation. Each one is tried against the earliest such nodes: by a small truth table, then
by CaDiCaL on a window of gates around the two, with few conflicts. What is shown is merged, so
that the next step starts from there and stays local. The outputs are tried last, with all that is
below them and as many conflicts as are allowed; what is left then, if a certificate is wanted, as
long as there is time. Nothing of this is trusted: the merges, with their proofs, are for
`kernel.merges` to go through; an input on which outputs differ is for the simulation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

from dlmcheck.spec.circuit import Circuit, Literal, is_inverted, node_of
from dlmcheck.verify.engines.hints import refute_within
from dlmcheck.verify.kernel.columns import apply_to_columns
from dlmcheck.verify.kernel.merges import TABLE_LIMIT, Merge, Merged, Window, joined
from dlmcheck.verify.searches.propositional import Formula, Model

PATTERNS = 4096
"""How many random inputs tell nodes apart."""
CANDIDATES = 3
"""A node is tried against so many others at most."""
TABLES = (2, 4, 7, 12, 20)
"""Gates opened for a table, one after the other while there are few values below."""
WINDOWS = ((60, 200), (400, 500), (3000, 1000))
"""Gates opened for the solver inside, with the most conflicts."""
EVERYTHING = 1 << 30
"""More gates than there are."""
AT_LAST = ((400, 10_000), (5000, 30_000), (EVERYTHING, 60_000))
"""The same for the outputs."""
FOR_TRIMMING = 3
"""Refutations get one part in so many of the time that is left: trimming takes about two."""


@dataclass(frozen=True)
class Swept:
    """What came of a sweep of two circuits on the same inputs.

    `merges` and `last` are for `kernel.merges.check_equal`; `proofs` counts those with a proof.
    `undecided` lists the outputs that neither were merged nor differ on an input that was found;
    `different` is such an input, as the inputs that are 1.
    """

    merges: tuple[Merge, ...] = ()
    last: tuple[Merge, ...] = ()
    undecided: tuple[int, ...] = ()
    different: frozenset[int] | None = None

    @property
    def proofs(self) -> int:
        """The number of merges that have a proof by the solver."""
        return sum(1 for merge in (*self.merges, *self.last) if merge.proof)

    @property
    def is_equal(self) -> bool:
        """Whether all outputs were merged."""
        return not self.undecided and self.different is None


def sweep(
    left: Circuit, right: Circuit, *, seconds: float = 60.0, seed: int = 0, all_proofs: bool = False
) -> Swept:
    """Merge equal nodes of two circuits and compare their outputs, in order.

    `right` may have further inputs after those of `left`. With `all_proofs` the time that is left
    goes to refutations of the outputs that are undecided after that, with all that is below them:
    else somebody else may be asked, who is faster and gives none. Raises `Rejected` if the inputs
    do not fit.
    """
    return _Sweep(left, right, monotonic() + seconds, seed).result(all_proofs)


_Show = Callable[[int, Literal], Merge | frozenset[int] | None]
"""Whether a node is a literal of earlier ones: a merge, an input where it is not, or neither."""


class _Sweep:
    def __init__(self, left: Circuit, right: Circuit, deadline: float, seed: int) -> None:
        self.circuit = joined(left, right)
        self.inner = len(right.inputs) + 1 + len(left.gates)
        """Nodes before this one are the first circuit's."""
        self.merged = Merged(self.circuit)
        self.deadline = deadline
        self.columns = _simulated(self.circuit, seed)
        self.merges: list[Merge] = []
        self.alike: dict[int, list[Literal]] = {}
        """By values of a node that is 0 on the first input: the literals that take them."""

    def result(self, all_proofs: bool) -> Swept:
        half = len(self.circuit.outputs) // 2
        pairs = list(zip(self.circuit.outputs[:half], self.circuit.outputs[half:], strict=True))
        for ours, theirs in pairs:
            if self._column(ours) != self._column(theirs):
                return Swept(different=self._pattern(ours, theirs))
        for node in range(len(self.circuit.inputs)):
            self._keep(node)
        for _ in self.circuit.gates:
            self._try(self.merged.add())
        merges, self.merges = tuple(self.merges), []
        before = list(range(half))
        waiting = self._left(pairs, before, lambda _: self._soon)
        # What was proved helps with the rest, which then also has a larger part of the time each.
        while all_proofs and waiting and not isinstance(waiting, frozenset):
            before = waiting
            waiting = self._left(pairs, before, lambda left: partial(self._in_time, waiting=left))
            if not isinstance(waiting, frozenset) and len(waiting) == len(before):
                break
        if isinstance(waiting, frozenset):
            return Swept(different=waiting)
        return Swept(merges, tuple(self.merges), tuple(waiting))

    def _left(
        self,
        pairs: Sequence[tuple[Literal, Literal]],
        waiting: Sequence[int],
        show: Callable[[int], _Show],
    ) -> list[int] | frozenset[int]:
        """The outputs that are still undecided after a pass, or an input on which one differs.

        `show` is given how many of them are waiting when it is one output's turn.
        """
        undecided: list[int] = []
        for place, index in enumerate(waiting):
            found = self._compare(*pairs[index], show(len(waiting) - place))
            if isinstance(found, frozenset):
                return found
            if not found:
                undecided.append(index)
        return undecided

    # --- values ------------------------------------------------------------------------------

    def _column(self, literal: Literal) -> int:
        column = self.columns[node_of(literal)]
        return column ^ _EVERY if is_inverted(literal) else column

    def _pattern(self, ours: Literal, theirs: Literal) -> frozenset[int]:
        differ = self._column(ours) ^ self._column(theirs)
        place = (differ & -differ).bit_length() - 1
        inputs = range(len(self.circuit.inputs))
        return frozenset(node for node in inputs if self.columns[node] >> place & 1)

    def _alike(self, node: int) -> tuple[list[Literal], bool]:
        """The literals with a node's values, and whether it is to be negated to have them."""
        column = self.columns[node]
        negated = bool(column & 1)
        return self.alike.setdefault(column ^ _EVERY if negated else column, []), negated

    def _keep(self, node: int) -> None:
        others, negated = self._alike(node)
        others.append(~node if negated else node)

    # --- nodes -------------------------------------------------------------------------------

    def _try(self, node: int) -> None:
        if node_of(self.merged.of(node)) != node:
            return
        others, negated = self._alike(node)
        for other in others[:CANDIDATES]:
            literal = ~other if negated else other
            found = self._shown(node, literal)
            if found is not None:
                self._unite(found)
                return
        others.append(~node if negated else node)

    def _shown(self, node: int, literal: Literal) -> Merge | None:
        found, differ = self._by_table(node, literal)
        if found is None and not differ and node >= self.inner and monotonic() < self.deadline:
            proved = self._by_solver(node, literal, WINDOWS)
            return proved if isinstance(proved, Merge) else None
        return found

    def _unite(self, merge: Merge) -> None:
        self.merges.append(merge)
        self.merged.unite(self.merged.of(merge.node), self.merged.of(merge.literal))

    def _by_table(self, node: int, literal: Literal) -> tuple[Merge | None, bool]:
        """A merge, if a small table shows it; and whether one shows that the two differ."""
        for opened in TABLES:
            window = self.merged.window(node, literal, opened)
            if len(window.free) > TABLE_LIMIT:
                break
            if window.tables_agree():
                return Merge(node, literal, opened), False
            if self._is_whole(window):
                return None, True
        return None, False

    def _is_whole(self, window: Window) -> bool:
        return all(node < len(self.circuit.inputs) for node in window.free)

    def _by_solver(
        self, node: int, literal: Literal, windows: Sequence[tuple[int, int]]
    ) -> Merge | frozenset[int] | None:
        """A merge with a proof, an input on which the two differ, or None if neither was found."""
        for opened, conflicts in windows:
            window = self.merged.window(node, literal, opened)
            found = self._refuted(Merge(node, literal, opened), window, conflicts)
            if found is not None or self._is_whole(window) or monotonic() > self.deadline:
                return found
        return None

    def _refuted(
        self, merge: Merge, window: Window, conflicts: int | None, deadline: float | None = None
    ) -> Merge | frozenset[int] | None:
        variables, clauses = window.clauses()
        found = refute_within(Formula(variables, list(clauses)), conflicts, deadline=deadline)
        if isinstance(found, str):
            return replace(merge, proof=found)
        if isinstance(found, Model) and self._is_whole(window):
            return frozenset(node for k, node in enumerate(window.free, start=1) if k in found.true)
        return None

    # --- outputs -----------------------------------------------------------------------------

    def _compare(self, ours: Literal, theirs: Literal, show: _Show) -> bool | frozenset[int]:
        """Whether two outputs are equal, or an input on which they are not."""
        left, right = self.merged.of(ours), self.merged.of(theirs)
        if left == right:
            return True
        if node_of(left) < node_of(right):
            left, right = right, left
        if node_of(left) == node_of(right):
            return frozenset()
        shown = show(node_of(left), ~right if is_inverted(left) else right)
        if isinstance(shown, Merge):
            self._unite(shown)
            return True
        return False if shown is None else shown

    def _soon(self, node: int, literal: Literal) -> Merge | frozenset[int] | None:
        """By a table or by windows that become larger, with few conflicts."""
        found = self._by_table(node, literal)[0]
        if found is None and monotonic() < self.deadline:
            return self._by_solver(node, literal, AT_LAST)
        return found

    def _in_time(self, node: int, literal: Literal, waiting: int) -> Merge | frozenset[int] | None:
        """By everything below both, with any number of conflicts, in a part of what time is left.

        So many outputs are waiting for a part each.
        """
        now = monotonic()
        if now >= self.deadline:
            return None
        until = now + (self.deadline - now) / waiting / FOR_TRIMMING
        window = self.merged.window(node, literal, EVERYTHING)
        return self._refuted(Merge(node, literal, EVERYTHING), window, None, until)


_EVERY = (1 << PATTERNS) - 1


def _simulated(circuit: Circuit, seed: int) -> list[int]:
    """The values of all nodes on random inputs, half of which are rarely 1 or rarely 0."""
    source = random.Random(seed)
    quarter = PATTERNS // 4
    columns: list[int] = []
    for _ in circuit.inputs:
        rare = [source.getrandbits(quarter) & source.getrandbits(quarter) for _ in range(2)]
        rarely_0 = rare[1] ^ (1 << quarter) - 1
        columns.append(
            rare[0] | rarely_0 << quarter | source.getrandbits(2 * quarter) << 2 * quarter
        )
    for gate in circuit.gates:
        args = [columns[a] if a >= 0 else columns[~a] ^ _EVERY for a in gate.args]
        columns.append(apply_to_columns(gate.op, args, _EVERY))
    return columns
