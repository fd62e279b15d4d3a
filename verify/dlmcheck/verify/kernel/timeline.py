"""What the cells of a schedule hold through some rounds, taking the claimed writes for granted.

A content is M, a constant token or a literal of the circuit. Of a literal it is not known which
token it is, but that it is not M: an encoding may give both tokens the same high bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlmcheck.spec.circuit import Literal, node_of
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import Code as BitCode
from dlmcheck.verify.kernel.contents import Content
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.round_columns import RoundColumns

Known = tuple[tuple[int, bool], ...]
"""The halves of a cell that are known, with the bit."""


class Holding:
    """The bits of cells, given what they hold."""

    def __init__(self, schedule: Schedule, nodes: Sequence[Code]) -> None:
        encoding = schedule.encoding
        self._nodes = nodes
        self._found: dict[Content, tuple[Code, Code]] = {}
        tokens: dict[Content, BitCode] = {
            "M": encoding.mask,
            "0": encoding.zero,
            "1": encoding.one,
        }
        self._tokens = {token: (int(high), int(low)) for token, (high, low) in tokens.items()}
        self.known: dict[Content, Known] = {}
        """Of each token."""
        for token, code in tokens.items():
            self.known[token] = tuple(enumerate(code))
        bits = zip(encoding.zero, encoding.one, strict=True)
        self.known_of_literal: Known = tuple(
            (half, zero) for half, (zero, one) in enumerate(bits) if zero == one
        )

    def codes(self, content: Content) -> tuple[Code, Code]:
        """The high and the low bit of a cell that holds this."""
        codes = self._found.get(content)
        if codes is None:
            codes = self._found[content] = self._codes(content)
        return codes

    def _codes(self, content: Content) -> tuple[Code, Code]:
        if isinstance(content, str):
            return self._tokens[content]
        value = self._nodes[content] if content >= 0 else self._nodes[~content] ^ 1
        # A half is the same for both values, or it is the value or its negation.
        (z, y), (o, n) = self._tokens["0"], self._tokens["1"]
        return (z if z == o else value ^ z, y if y == n else value ^ y)


class Timeline:
    """Contents round by round, and in which rounds each half of a cell is known to be 0 or 1."""

    def __init__(self, holding: Holding, contents: Sequence[Content]) -> None:
        self._known, self._of_literal = holding.known, holding.known_of_literal
        self.contents = list(contents)
        self._since = [0] * len(contents)
        self.ones = [0] * (4 * len(contents))
        """As in `RoundColumns`, of the halves of all cells."""

    def hold(self, cell: int, content: Content, place: int) -> None:
        """From round `place` on a cell has this content."""
        old = self.contents[cell]
        self.contents[cell] = content
        is_token = old in self._known
        if is_token or content in self._known:  # else a literal follows upon a literal
            ones, rounds = self.ones, (1 << place) - (1 << self._since[cell])
            for half, bit in self._known[old] if is_token else self._of_literal:
                node = 2 * cell + half
                ones[node if bit else ~node] |= rounds
            self._since[cell] = place

    def settle(self, rounds: int) -> None:
        """There are so many rounds, and no more."""
        for cell, content in enumerate(self.contents):
            # What it held last is entered in the columns, as if it got something else now.
            self.hold(cell, "M", rounds)
            self.contents[cell] = content


class Marks:
    """The remasking policy on contents, round by round."""

    def __init__(
        self,
        schedule: Schedule,
        functions: Functions,
        holding: Holding,
        constant: Callable[[Code, int, int, str], Code],
    ) -> None:
        assert schedule.remask is not None
        self._schedule = schedule
        self._holding = holding
        self._constant = constant
        self._part = RoundColumns(schedule.remask, functions)
        self._codes: list[Code] = [FALSE] * len(schedule.remask.inputs)
        self._cells: dict[Literal, list[int]] = {}
        """The cells about which a literal decides."""
        for cell, literal in enumerate(schedule.remask.outputs):
            self._cells.setdefault(literal, []).append(cell)
        read = {arg for gate in schedule.remask.gates for arg in gate.args} | self._cells.keys()
        self.read = frozenset(node_of(literal) // 2 for literal in read)
        """The cells that it looks at, and numbers beyond: of other cells it need not be shown."""

    def show(self, cell: int, content: Content) -> None:
        """A cell has another content."""
        ones = self._part.ones
        for half, code in enumerate(self._holding.codes(content)):
            node = 2 * cell + half
            self._codes[node] = code
            ones[node], ones[~node] = int(code == TRUE), int(code == FALSE)

    def masked(self, number: int, contents: Sequence[Content]) -> list[int]:
        """The cells that are masked after the write of a round. Raises `Rejected`."""
        ones = self._part.ones
        for j, bit in enumerate(clock_value(self._schedule, number)):
            node = 2 * self._schedule.length + j
            ones[node], ones[~node] = int(bit), int(not bit)
        self._part.settle(1)
        look = self._part.at(0, self._codes)
        found: list[int] = []
        for literal, cells in self._cells.items():
            code = look(literal)
            if self._constant(code, cells[0], number, "remasking"):
                found += [cell for cell in cells if contents[cell] != "M"]
        return sorted(found)
