"""A Boolean network with structural hashing: AND and XOR nodes, inverted edges.

Two functions that are built from equal parts in the same way become the same literal, so most
equivalences of an unrolled run and its circuit are seen without any search. The standard
technique is that of and-inverter graphs (Kuehlmann et al., "Robust Boolean reasoning for
equivalence checking and functional property verification", 2002), here with XOR as a node of its
own.

A literal is `2 * node + inverted`. Node 0 is the constant false, so literal 0 is false and
literal 1 is true; `literal ^ 1` is the negation. Nodes stand in topological order. A variable
has a key (kind, number, index): for a coin of a run its part, round and index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dlmcheck.spec.circuit import Circuit, Literal, Op

Lit = int
"""A literal of a network."""
Key = tuple[str, int, int]
"""What a variable stands for: (part, round, index)."""

FALSE: Lit = 0
TRUE: Lit = 1


class Network:
    """A growing network. Equal nodes are shared; constants and small patterns are folded.

    >>> n = Network()
    >>> a, b = n.variable(("a", 0, 0)), n.variable(("b", 0, 0))
    >>> n.and_(n.and_(a, b), a) == n.and_(b, a)
    True
    >>> n.ite(a, b ^ 1, b) == n.xor(a, b)
    True
    """

    def __init__(self) -> None:
        # AND nodes have left < right, XOR nodes left > right, variables and the constant -1.
        self._left: list[int] = [-1]
        self._right: list[int] = [-1]
        self._known: dict[int, Lit] = {}
        self._variables: dict[Key, Lit] = {}
        self._keys: dict[int, Key] = {}

    # --- building ----------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """The number of nodes, with variables and the constant."""
        return len(self._left)

    @property
    def variable_count(self) -> int:
        """The number of variables."""
        return len(self._keys)

    def variable(self, key: Key) -> Lit:
        """The variable of a key, made at its first use."""
        known = self._variables.get(key)
        if known is None:
            known = self._new(-1, -1)
            self._variables[key] = known
            self._keys[known >> 1] = key
        return known

    def _new(self, left: int, right: int) -> Lit:
        self._left.append(left)
        self._right.append(right)
        return 2 * len(self._left) - 2

    def and_(self, a: Lit, b: Lit) -> Lit:
        """Conjunction."""
        while True:
            if a > b:
                a, b = b, a
            if a == FALSE or a ^ 1 == b:
                return FALSE
            if a in (TRUE, b):
                return b
            key = a << 32 | b
            known = self._known.get(key)
            if known is not None:
                return known
            simpler = self._simpler_and(a, b)
            if simpler is None:
                made = self._new(a, b)
                self._known[key] = made
                return made
            if isinstance(simpler, int):
                return simpler
            a, b = simpler

    def _simpler_and(self, a: Lit, b: Lit) -> Lit | tuple[Lit, Lit] | None:
        """What a AND b simplifies to, looking at the arguments of a and of b.

        A literal, or a pair whose conjunction it equals, or None.
        """
        left, right = self._left, self._right
        for x, y in ((b, a), (a, b)):
            p, q = left[x >> 1], right[x >> 1]
            if p < 0:
                continue
            if p > q:  # x = p xor q, up to sign: knowing p settles x
                if y >> 1 == p >> 1:
                    return y, q ^ 1 ^ (x ^ y) & 1
                if y >> 1 == q >> 1:
                    return y, p ^ 1 ^ (x ^ y) & 1
            elif not x & 1:  # x = p and q
                if y in (p, q):
                    return x
                if y ^ 1 in (p, q):
                    return FALSE
            else:  # x = not (p and q)
                if y ^ 1 in (p, q):
                    return y
                if y == p:
                    return y, q ^ 1
                if y == q:
                    return y, p ^ 1
        return self._simpler_and_of_ands(a, b)

    def _simpler_and_of_ands(self, a: Lit, b: Lit) -> Lit | tuple[Lit, Lit] | None:
        p, q, r, s = (
            self._left[a >> 1], self._right[a >> 1], self._left[b >> 1], self._right[b >> 1]
        )  # fmt: skip
        if p < 0 or r < 0 or p > q or r > s:
            return None
        if a & 1 and b & 1:
            # not (p q) and not (not p not q) = p xor q
            return self.xor(p, q) if (p ^ 1, q ^ 1) in ((r, s), (s, r)) else None
        clash = p ^ 1 in (r, s) or q ^ 1 in (r, s)
        if not a & 1 and not b & 1:
            return FALSE if clash else None
        if a & 1:
            a, b, p, q, r, s = b, a, r, s, p, q
        # now a = p q and b = not (r s)
        if clash:
            return a
        if r in (p, q):
            return a, s ^ 1
        if s in (p, q):
            return a, r ^ 1
        return None

    def xor(self, a: Lit, b: Lit) -> Lit:
        """Exclusive or."""
        sign = (a ^ b) & 1
        a, b = (a | 1) ^ 1, (b | 1) ^ 1
        if a < b:
            a, b = b, a
        if a == b:
            return sign
        if b == FALSE:
            return a ^ sign
        key = a << 32 | b
        known = self._known.get(key)
        if known is None:
            simpler = self._simpler_xor(a, b)
            if simpler is not None:
                return simpler ^ sign
            known = self._new(a, b)
            self._known[key] = known
        return known ^ sign

    def _simpler_xor(self, a: Lit, b: Lit) -> Lit | None:
        for x, y in ((a, b), (b, a)):
            p, q = self._left[x >> 1], self._right[x >> 1]
            if p > q >= 0:  # (p xor q) xor p = q
                if y == p:
                    return q
                if y == q:
                    return p
            elif p >= 0:  # (p and q) xor p = p and not q
                for one, other in ((p, q), (q, p)):
                    if y == one:
                        return self.and_(one, other ^ 1)
                    if y == one ^ 1:
                        return self.and_(one, other ^ 1) ^ 1
        return None

    def or_(self, a: Lit, b: Lit) -> Lit:
        """Disjunction."""
        return self.and_(a ^ 1, b ^ 1) ^ 1

    def ite(self, condition: Lit, then: Lit, other: Lit) -> Lit:
        """If-then-else."""
        if condition <= TRUE:
            return then if condition else other
        if then == other:
            return then
        if then == other ^ 1:
            return self.xor(condition, other)
        return self.or_(self.and_(condition, then), self.and_(condition ^ 1, other))

    def and_all(self, literals: Iterable[Lit]) -> Lit:
        """Conjunction of any number of literals, the same whatever their order."""
        distinct = set(literals)
        if any(literal ^ 1 in distinct for literal in distinct):
            return FALSE
        result = TRUE
        for literal in sorted(distinct):
            result = self.and_(result, literal)
        return result

    def or_all(self, literals: Iterable[Lit]) -> Lit:
        """Disjunction of any number of literals, the same whatever their order."""
        return self.and_all(literal ^ 1 for literal in literals) ^ 1

    def xor_all(self, literals: Iterable[Lit]) -> Lit:
        """Exclusive or of any number of literals, the same whatever their order."""
        result = FALSE
        for literal in sorted(literals):
            result = self.xor(result, literal)
        return result

    def gate(self, op: Op, args: Sequence[Lit]) -> Lit:
        """The literal of a circuit gate on literals for its arguments."""
        if op is Op.CONST0:
            return FALSE
        if op is Op.CONST1:
            return TRUE
        if op is Op.ID:
            return args[0]
        if op is Op.NOT:
            return args[0] ^ 1
        if len(args) == 2:  # the common case, without sorting
            a, b = args
            if op is Op.AND:
                return self.and_(a, b)
            return self.or_(a, b) if op is Op.OR else self.xor(a, b)
        if op is Op.AND:
            return self.and_all(args)
        return self.or_all(args) if op is Op.OR else self.xor_all(args)

    def embed(self, circuit: Circuit, inputs: Sequence[Lit]) -> list[Lit]:
        """The literal of every node of a circuit, given one for each input."""
        values = list(inputs)
        for gate in circuit.gates:
            values.append(self.gate(gate.op, [embedded(values, arg) for arg in gate.args]))
        return values

    # --- looking -----------------------------------------------------------------------------

    def key_of(self, literal: Lit) -> Key | None:
        """The key of a literal's variable; None if its node is no variable."""
        return self._keys.get(literal >> 1)

    def variables(self) -> list[Key]:
        """The keys of all variables, in order of creation."""
        return list(self._variables)

    def arguments(self, node: int) -> tuple[str, Lit, Lit]:
        """("and" | "xor" | "leaf", left, right) of a node; leaves have -1 twice."""
        p, q = self._left[node], self._right[node]
        return ("leaf" if p < 0 else "xor" if p > q else "and"), p, q

    def cone(self, roots: Iterable[Lit]) -> list[int]:
        """The nodes on which some literals depend, in topological order."""
        left, right = self._left, self._right
        stack = [root >> 1 for root in roots]
        seen: set[int] = set()
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                if left[node] >= 0:
                    stack.append(left[node] >> 1)
                    stack.append(right[node] >> 1)
        return sorted(seen)

    def support(self, roots: Iterable[Lit]) -> list[Key]:
        """The keys of the variables in the cone of some literals, in order of creation."""
        return [self._keys[node] for node in self.cone(roots) if node in self._keys]

    def supports(self, roots: Sequence[Lit]) -> list[int]:
        """For each literal the variables in its cone, as bit sets with a common numbering."""
        sets: dict[int, int] = {}
        variables = 0
        for node in self.cone(roots):
            p, q = self._left[node], self._right[node]
            if p >= 0:
                sets[node] = sets[p >> 1] | sets[q >> 1]
            else:
                sets[node] = 1 << variables if node else 0
                variables += 1
        return [sets[root >> 1] for root in roots]

    def simulate(
        self, order: Sequence[int], inputs: Mapping[Key, int], width: int
    ) -> dict[int, int]:
        """The values of the nodes of a cone on `width` assignments at once.

        Bit j of an integer belongs to assignment j; variables without an entry are 0.
        """
        mask = (1 << width) - 1
        left, right = self._left, self._right
        values: dict[int, int] = {}
        for node in order:
            p, q = left[node], right[node]
            if p < 0:
                values[node] = inputs.get(self._keys[node], 0) & mask if node else 0
                continue
            x, y = values[p >> 1], values[q >> 1]
            if p > q:
                values[node] = x ^ y
                continue
            if p & 1:
                x ^= mask
            if q & 1:
                y ^= mask
            values[node] = x & y
        return values

    def evaluate(
        self, roots: Sequence[Lit], inputs: Mapping[Key, int], width: int = 1
    ) -> list[int]:
        """The values of some literals on `width` assignments at once (see `simulate`)."""
        values = self.simulate(self.cone(roots), inputs, width)
        return [read(values, root, width) for root in roots]


def read(values: Mapping[int, int], literal: Lit, width: int) -> int:
    """A literal's value among simulated node values."""
    value = values[literal >> 1]
    return value ^ ((1 << width) - 1) if literal & 1 else value


def embedded(values: Sequence[Lit], literal: Literal) -> Lit:
    """A circuit literal as a network literal, given the network literal of each node."""
    return values[literal] if literal >= 0 else values[~literal] ^ 1
