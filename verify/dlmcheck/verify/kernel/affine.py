"""Sums over GF(2): what the gates of a circuit make of coins, as long as they are linear.

A *form* is a sum of coins and perhaps the constant one: a set of numbers, 0 for the constant and
1 + j for coin j. Sets of few numbers are kept as sets; sets of many are kept as the bits of one
integer, so that chains of short sums over very many coins and dense matrices over a few thousand
both take little room. A node that is no such sum, an AND of two different sums say, has no form;
it may still be absorbed by a constant. Fair bits: Jiang, Haghtalab, Chen (ICLR 2026), section 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dlmcheck.spec.circuit import Circuit, Op
from dlmcheck.verify.kernel.results import Rejected

Form = frozenset[int] | int
"""The numbers in a sum, or the integer whose bits they are."""

ZERO: Form = frozenset()
ONE: Form = frozenset((0,))

MOST_BITS = 1 << 34
"""Room for sums of many coins: two gigabytes."""
TOGETHER = 32
"""So many rows that name values by the bits of a number are summed in one pass."""


class Bent(NamedTuple):
    """In place of a form: the node at which the sums end, and why."""

    node: int
    why: str


Value = frozenset[int] | int | Bent


def coin(number: int) -> Form:
    """The form of one coin."""
    return frozenset((1 + number,))


def numbers_in(form: Form) -> frozenset[int]:
    """The numbers in a sum, in either way of keeping it.

    >>> sorted(numbers_in(0b101))
    [0, 2]
    """
    if isinstance(form, frozenset):
        return form
    found: list[int] = []
    for place, byte in enumerate(form.to_bytes((form.bit_length() + 7) // 8, "little")):
        found += [8 * place + bit for bit in range(8) if byte >> bit & 1]
    return frozenset(found)


def as_bits(numbers: Iterable[int]) -> int:
    """Distinct numbers as the bits of one integer.

    >>> as_bits([0, 2])
    5
    """
    listed = list(numbers)
    buffer = bytearray(max(listed, default=0) // 8 + 1)
    for number in listed:
        buffer[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(buffer, "little")


class Sums:
    """Addition of forms over so many coins. `short` is how long a form may be as a set.

    Raises `Rejected` once the long forms made take more than `MOST_BITS` together.
    """

    def __init__(self, coins: int) -> None:
        self.short = max(8, coins // 256)
        self._bits = 0

    def _long(self, form: int) -> int:
        self._bits += form.bit_length()
        if self._bits > MOST_BITS:
            raise Rejected(f"sums of coins that take more than {MOST_BITS} bits")
        return form

    def add(self, one: Form, other: Form) -> Form:
        """The sum of two forms.

        >>> sorted(Sums(3).add(coin(0), ONE))
        [0, 1]
        """
        if isinstance(one, frozenset) and isinstance(other, frozenset):
            total = one ^ other
            return total if len(total) <= self.short else self._long(as_bits(total))
        return self._long(_bits(one) ^ _bits(other))

    def total(self, forms: Iterable[Form]) -> Form:
        """The sum of any number of forms."""
        few: set[int] = set()
        many = 0
        for form in forms:
            if isinstance(form, frozenset):
                few ^= form
            else:
                many ^= form
        if many == 0 and len(few) <= self.short:
            return frozenset(few)
        return self._long(many ^ as_bits(few))

    def equal(self, one: Form, other: Form) -> bool:
        """Whether two forms are the same sum, however they are kept."""
        return not self.add(one, other)

    def constant(self, form: Form) -> bool | None:
        """The value of a form without coins, else None."""
        if isinstance(form, frozenset):
            return None if len(form) > 1 or (form and 0 not in form) else bool(form)
        return None if form > 1 else form == 1


class Run(NamedTuple):
    """The places `base` + j for the bits j of a number."""

    base: int
    bits: int


Row = tuple[int | Run, ...]
"""A sum of values, by their places; a place that stands twice is out again."""


class Values:
    """Forms by place, and sums of them. Rows are trusted to name only places that there are."""

    def __init__(self, sums: Sums, forms: Iterable[Form]) -> None:
        self._sums = sums
        self._forms = list(forms)

    def sum(self, row: Row) -> Form:
        """The sum that a row names."""
        if len(row) == 1:
            (one,) = row
            if not isinstance(one, Run):
                return self._forms[one]
        elif len(row) == 2:
            one, other = row
            if not isinstance(one, Run) and not isinstance(other, Run):
                return self._sums.add(self._forms[one], self._forms[other])
        return self._sums.total(self._named(row))

    def _named(self, row: Row) -> Iterator[Form]:
        for place in row:
            if isinstance(place, Run):
                for j in numbers_in(place.bits):
                    yield self._forms[place.base + j]
            else:
                yield self._forms[place]

    def extend(self, rows: Sequence[Row]) -> None:
        """Append the sums of some rows, each of which may name the sums before it."""
        done = 0
        forms, short = self._forms, self._sums.short
        while done < len(rows):
            row = rows[done]
            if len(row) == 2:  # nearly all are sums of two short forms: no call for these
                first, second = row
                if isinstance(first, int) and isinstance(second, int):
                    one, other = forms[first], forms[second]
                    if isinstance(one, frozenset) and isinstance(other, frozenset):
                        total = one ^ other
                        if len(total) <= short:
                            forms.append(total)
                            done += 1
                            continue
            alike = self._alike(rows, done, len(forms)) if _ends_in_run(row) else 0
            if alike < TOGETHER:
                forms.append(self.sum(row))
                done += 1
            else:
                self._together(rows[done : done + alike], grow=True)
                done += alike

    def each(self, rows: Sequence[Row]) -> Iterator[Form]:
        """The sums of some rows."""
        done = 0
        while done < len(rows):
            row = rows[done]
            if len(row) == 1 and isinstance(row[0], int):  # a step has done all the adding
                yield self._forms[row[0]]
                done += 1
                continue
            alike = self._alike(rows, done, len(self._forms)) if _ends_in_run(row) else 0
            if alike < TOGETHER:
                yield self.sum(row)
                done += 1
            else:
                yield from self._together(rows[done : done + alike], grow=False)
                done += alike

    @staticmethod
    def _alike(rows: Sequence[Row], first: int, start: int) -> int:
        """How many rows, from the first on, have one run from the same base each.

        Their other places must be below `start`.
        """
        base: int | None = None
        for k in range(first, len(rows)):
            runs = [place for place in rows[k] if isinstance(place, Run)]
            if len(runs) != 1 or base not in (None, runs[0].base):
                return k - first
            if any(not isinstance(place, Run) and place >= start for place in rows[k]):
                return k - first
            base = runs[0].base
        return len(rows) - first

    def _together(self, rows: Sequence[Row], *, grow: bool) -> list[int]:
        """The sums of alike rows, appended if `grow`, eight named values at a time.

        The 256 sums of eight neighbours are made once and then added wherever they are named.
        """
        runs = [next(place for place in row if isinstance(place, Run)) for row in rows]
        base, start = runs[0].base, len(self._forms)
        width = max(1, *(-(-run.bits.bit_length() // 8) for run in runs))
        named = b"".join(run.bits.to_bytes(width, "little") for run in runs)
        totals = [
            _bits(self.sum(tuple(place for place in row if not isinstance(place, Run))))
            for row in rows
        ]
        final = 0
        for block in range(width):
            low = base + 8 * block
            which = named[block::width]
            while grow and final < len(rows) and start + final < low + 8:
                # This row is itself in the block or before it: what it names in it is before it.
                for j in range(8):
                    if which[final] >> j & 1:
                        totals[final] ^= _bits(self._forms[low + j])
                self._forms.append(totals[final])
                final += 1
            table = [0]
            for form in self._forms[low : low + 8]:
                own = _bits(form)
                table += [own ^ before for before in table]
            totals[final:] = map(int.__xor__, totals[final:], map(table.__getitem__, which[final:]))
        if grow:
            self._forms += totals[final:]
        return totals


def _ends_in_run(row: Row) -> bool:
    """Rows that do are looked at together with those after them, as a matter of speed alone."""
    return len(row) > 0 and isinstance(row[-1], Run)


def _bits(form: Form) -> int:
    return as_bits(form) if isinstance(form, frozenset) else form


# --- circuits ------------------------------------------------------------------------------

_AND, _OR, _XOR = Op.AND, Op.OR, Op.XOR
"""There are many gates, and a member of an enumeration is looked up slowly."""
_WHY = {op: f"is an {op.value}" for op in Op}


def values_of(circuit: Circuit, inputs: Sequence[Value], sums: Sums) -> tuple[Value, ...]:
    """The outputs of a circuit for forms as inputs, one for each input node."""
    nodes = list(inputs)
    short = sums.short
    negations: dict[int, Value] = {}

    def value(literal: int) -> Value:
        if literal >= 0:
            return nodes[literal]
        found = negations.get(literal)
        if found is None:
            found = negations[literal] = _negated(nodes[~literal], sums)
        return found

    for gate in circuit.gates:
        op = gate.op
        args = [nodes[arg] if arg >= 0 else value(arg) for arg in gate.args]
        if op is _XOR and len(args) == 2:
            one, other = args
            if isinstance(one, frozenset) and isinstance(other, frozenset):
                total = one ^ other
                if len(total) <= short:  # as `Sums.add` has it, without a call for each gate
                    nodes.append(total)
                    continue
        if op is _AND or op is _OR:
            nodes.append(_product(len(nodes), op, args, sums))
        else:
            nodes.append(_sum(op, args, sums))
    return tuple([nodes[output] if output >= 0 else value(output) for output in circuit.outputs])


def _negated(value: Value, sums: Sums) -> Value:
    return value if isinstance(value, Bent) else sums.add(value, ONE)


def _sum(op: Op, values: Sequence[Value], sums: Sums) -> Value:
    """XOR, with the identity as a sum of one value and NOT as the sum of that and one."""
    forms: list[Form] = [ONE] if op is Op.NOT or op is Op.CONST1 else []
    for value in values:
        if isinstance(value, Bent):
            return value
        forms.append(value)
    return sums.add(*forms) if len(forms) == 2 else sums.total(forms)


def _product(node: int, op: Op, values: Sequence[Value], sums: Sums) -> Value:
    """AND or OR, where constants, equal sums or a sum and its negation leave a sum of it."""
    if len(values) == 2:  # most gates have two arguments, one of them a constant
        one, other = values
        if isinstance(one, Bent) and isinstance(other, Bent):
            return one
        neutral, strong = (ZERO, ONE) if op is _OR else (ONE, ZERO)
        if one == neutral:
            return other
        if other == neutral:
            return one
        if strong in (one, other):
            return strong
    absorbing = op is _OR
    left: Form | None = None
    bent: Bent | None = None
    for value in values:
        if isinstance(value, Bent):
            bent = bent or value
            continue
        known = sums.constant(value)
        if known is absorbing:
            return value
        if known is not None:
            continue
        if left is None:
            left = value
            continue
        difference = sums.constant(sums.add(left, value))
        if difference:
            return ONE if absorbing else ZERO
        if difference is None:
            # An absorbing constant may still come.
            bent = bent or Bent(node, _WHY[op])
    if bent is not None:
        return bent
    return left if left is not None else (ZERO if absorbing else ONE)


def required(value: Value, where: str = "") -> Form:
    """The form of a value. Raises `Rejected` if it has none."""
    if isinstance(value, Bent):
        raise Rejected(f"{where}node {value.node} {value.why}, which is not linear")
    return value
