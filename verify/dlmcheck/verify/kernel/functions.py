"""Functions of a circuit's inputs, each stored once: what the steps of a simulation compare.

A *code* is 2k for function k and 2k+1 for its negation. Function 0 is constant: code 0 is false,
code 1 true. The others are leaves (a variable each), conjunctions and exclusive ors of codes
that came before. Equal combinations of equal codes get one number, so that a function that is
built as another one was is seen to be that one without a table. Where two are built in different
ways, `equal` compares their tables over *cuts*: the functions that were marked as such. A table
knows of a cut only what its own arguments say, if these are in the table too; that is enough for
one step of a construction, and keeps it small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dlmcheck.spec.circuit import Op
from dlmcheck.verify.kernel.columns import variable_column
from dlmcheck.verify.kernel.results import Rejected

Code = int

FALSE: Code = 0
TRUE: Code = 1

TABLE_LIMIT = 16
"""Tables over more variables than this are refused."""

_SMALL = tuple(variable_column(j, 6) for j in range(6))
_SMALL_ROWS = (1 << 64) - 1
"""Tables of so many variables are tried first, with all columns in one number each."""

_SMALL_GATES = 20


class Functions:
    """A growing set of functions.

    >>> f = Functions()
    >>> a, b = f.leaf(), f.leaf()
    >>> f.gate(Op.OR, [a, b]) == f.gate(Op.AND, [a ^ 1, b ^ 1]) ^ 1
    True
    >>> either = f.gate(Op.OR, [f.gate(Op.AND, [a, b ^ 1]), f.gate(Op.AND, [a ^ 1, b])])
    >>> either == f.gate(Op.XOR, [a, b]), f.equal(either, f.gate(Op.XOR, [a, b]))
    (False, True)
    """

    def __init__(self) -> None:
        self._args: list[tuple[Code, ...]] = [()]
        self._is_xor = bytearray(1)
        self._is_cut = bytearray(1)
        self._and: dict[tuple[Code, ...], Code] = {}
        self._xor: dict[tuple[Code, ...], Code] = {}

    def leaf(self) -> Code:
        """A new variable, which is a cut."""
        return self.cut(self._new((), is_xor=False))

    def cut(self, code: Code) -> Code:
        """Mark the function of a code as a cut, and return the code."""
        self._is_cut[code >> 1] = 1
        return code

    def parts(self, number: int) -> tuple[Op, tuple[Code, ...]]:
        """What a function was built as: AND or XOR, and of what; a variable is of nothing."""
        return Op.XOR if self._is_xor[number] else Op.AND, self._args[number]

    def gate(self, op: Op, codes: Sequence[Code]) -> Code:
        """The function of a gate on some codes."""
        if len(codes) == 2:
            if op is Op.AND:
                return self.both(codes[0], codes[1])
            if op is Op.OR:
                return self.both(codes[0] ^ 1, codes[1] ^ 1) ^ 1
            return self.differ(codes[0], codes[1])
        if op is Op.CONST0 or op is Op.CONST1:
            return TRUE if op is Op.CONST1 else FALSE
        if op is Op.ID or op is Op.NOT:
            return codes[0] ^ (op is Op.NOT)
        if op is Op.AND:
            return self.every(codes)
        if op is Op.OR:
            return self.every([code ^ 1 for code in codes]) ^ 1
        return self.odd(codes)

    def both(self, a: Code, b: Code) -> Code:
        """Conjunction."""
        if a < 2:
            return b if a else FALSE
        if b < 2:
            return a if b else FALSE
        if a == b:
            return a
        if a ^ b == 1:
            return FALSE
        key = (a, b) if a < b else (b, a)
        known = self._and.get(key)
        if known is None:
            known = self._and[key] = self._new(key, is_xor=False)
        return known

    def differ(self, a: Code, b: Code) -> Code:
        """Exclusive or."""
        sign = (a ^ b) & 1
        a &= ~1
        b &= ~1
        if a == b:
            return sign
        if not a or not b:
            return (a | b) ^ sign
        key = (a, b) if a < b else (b, a)
        known = self._xor.get(key)
        if known is None:
            known = self._xor[key] = self._new(key, is_xor=True)
        return known ^ sign

    def every(self, codes: Iterable[Code]) -> Code:
        """Conjunction of any number."""
        distinct = {*codes}
        distinct.discard(TRUE)
        if FALSE in distinct:
            return FALSE
        if len(distinct) < 2:
            return distinct.pop() if distinct else TRUE
        if any(code ^ 1 in distinct for code in distinct):
            return FALSE
        key = tuple(sorted(distinct))
        known = self._and.get(key)
        if known is None:
            known = self._and[key] = self._new(key, is_xor=False)
        return known

    def odd(self, codes: Iterable[Code]) -> Code:
        """Exclusive or of any number."""
        sign = 0
        odd: set[Code] = set()
        for code in codes:
            sign ^= code & 1
            odd ^= {code & ~1}
        odd -= {FALSE}
        if len(odd) < 2:
            return (odd.pop() if odd else FALSE) ^ sign
        key = tuple(sorted(odd))
        known = self._xor.get(key)
        if known is None:
            known = self._xor[key] = self._new(key, is_xor=True)
        return known ^ sign

    def _new(self, args: tuple[Code, ...], *, is_xor: bool) -> Code:
        self._args.append(args)
        self._is_xor.append(is_xor)
        self._is_cut.append(0)
        return 2 * len(self._args) - 2

    # --- tables ------------------------------------------------------------------------------

    def equal(self, left: Code, right: Code) -> bool:
        """Whether a table shows that two codes have the same value, for all values of the inputs.

        True is final. False says that no table of at most 2^TABLE_LIMIT rows shows it: at first
        the variables are the cuts below the two and the arguments of `right`, and then those
        that have arguments are opened, step by step. Raises `Rejected` if the first table would
        be too large.
        """
        if left == right:
            return True
        if left ^ right == 1:
            return False
        if self._equal_at_sight(left, right):
            return True
        variables = self._cuts_below(left) | self._cuts_below(right)
        variables |= {arg >> 1 for arg in self._args[right >> 1]} - {0}
        free = self._free(variables)
        if len(free) > TABLE_LIMIT:
            raise Rejected(f"a local step reads {len(free)} values: too many to table")
        while len(free) <= TABLE_LIMIT:
            if self._same_column(left, right, variables, free):
                return True
            opened = {arg >> 1 for node in free for arg in self._args[node]} - variables
            if not opened:
                return False
            variables |= opened
            free = self._free(variables)
        return False

    def _equal_at_sight(self, left: Code, right: Code) -> bool:
        """Whether a table of few rows shows it: for most steps, and quicker than what follows.

        The variables are the arguments of `right` and the cuts below `left`, taken as free of
        each other, which is more than has to be shown.
        """
        columns: dict[int, int] = {0: 0}
        free = iter(_SMALL)
        try:
            for arg in self._args[right >> 1]:
                if arg >> 1 not in columns:
                    columns[arg >> 1] = next(free)
            wanted = self._combined(right >> 1, columns, free, 1)
            columns[right >> 1] = wanted
            found = self._column(left >> 1, columns, free, _SMALL_GATES)
        except StopIteration:
            return False
        return found ^ wanted == (_SMALL_ROWS if (left ^ right) & 1 else 0)

    def _column(self, node: int, columns: dict[int, int], free: Iterator[int], gates: int) -> int:
        """Raises `StopIteration` if there are too many variables, or gates above one another."""
        found = columns.get(node)
        if found is None:
            if self._is_cut[node]:
                found = next(free)
            else:
                found = self._combined(node, columns, free, gates)
            columns[node] = found
        return found

    def _combined(self, node: int, columns: dict[int, int], free: Iterator[int], gates: int) -> int:
        args, odd = self._args[node], self._is_xor[node]
        if not args:
            return next(free)
        if not gates:
            raise StopIteration
        found = 0 if odd else _SMALL_ROWS
        for arg in args:
            value = self._column(arg >> 1, columns, free, gates - 1)
            if arg & 1:
                value ^= _SMALL_ROWS
            found = found ^ value if odd else found & value
        return found

    def _cuts_below(self, code: Code) -> set[int]:
        found: set[int] = set()
        seen: set[int] = set()
        stack = [code >> 1]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if self._is_cut[node]:
                found.add(node)
            else:
                stack.extend(arg >> 1 for arg in self._args[node])
        return found

    def _free(self, variables: set[int]) -> list[int]:
        """The variables whose value does not follow from others among them."""
        return [
            node
            for node in sorted(variables)
            if not self._args[node] or any(arg >> 1 not in variables for arg in self._args[node])
        ]

    def _same_column(
        self, left: Code, right: Code, variables: set[int], free: Sequence[int]
    ) -> bool:
        every = (1 << (1 << len(free))) - 1
        columns = {node: variable_column(j, len(free)) for j, node in enumerate(free)}
        columns[0] = 0
        wanted = self._between(left, columns) | self._between(right, columns)
        # Arguments have smaller numbers.
        for node in sorted((wanted | variables) - columns.keys()):
            column = 0 if self._is_xor[node] else every
            for arg in self._args[node]:
                value = columns[arg >> 1] ^ (every if arg & 1 else 0)
                column = column ^ value if self._is_xor[node] else column & value
            columns[node] = column
        sign = every if (left ^ right) & 1 else 0
        return columns[left >> 1] ^ columns[right >> 1] == sign

    def _between(self, code: Code, above: dict[int, int]) -> set[int]:
        """What has to be computed for a code, given the columns of some functions."""
        found: set[int] = set()
        stack = [code >> 1]
        while stack:
            node = stack.pop()
            if node not in above and node not in found:
                found.add(node)
                stack.extend(arg >> 1 for arg in self._args[node])
        return found
