"""Two circuits for the product of two numbers: rows added one by one, and columns reduced."""

from __future__ import annotations

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Literal


def _builder(bits: int) -> Builder:
    return Builder.with_names(random=[f"{name}{i}" for name in "ab" for i in range(bits)])


def by_rows(bits: int) -> Circuit:
    """Each row of products is added to the sum of those before, with carries that ripple."""
    builder = _builder(bits)
    total: list[Literal] = [builder.and_(0, bits + j) for j in range(bits)]
    outputs: list[Literal] = []
    for i in range(1, bits):
        outputs.append(total.pop(0))
        carry: list[Literal] = []
        for j in range(bits):
            product = builder.and_(i, bits + j)
            terms = [*total[j : j + 1], product, *carry]
            both = builder.xor(*terms[:2])
            carry = [builder.and_(*terms[:2])]
            if len(terms) > 2:
                carry = [builder.or_(*carry, builder.and_(both, terms[2]))]
                both = builder.xor(both, terms[2])
            total[j : j + 1] = [both]
        total += carry
    return builder.build(outputs + total)


def by_columns(bits: int) -> Circuit:
    """Three products of a column at a time are a bit of it and, by majority, one of the next."""
    builder = _builder(bits)
    columns: list[list[Literal]] = [[] for _ in range(2 * bits)]
    for i in range(bits):
        for j in range(bits):
            columns[i + j].append(builder.and_(bits + j, i))
    for column, above in zip(columns, [*columns[1:], list[Literal]()], strict=True):
        while len(column) > 1:
            terms = [column.pop() for _ in range(min(3, len(column)))]
            column.insert(0, builder.xor(*reversed(terms)))
            pairs = [(x, y) for k, x in enumerate(terms) for y in terms[:k]]
            carries = [builder.and_(x, y) for x, y in pairs]
            above.append(builder.or_(*carries) if len(carries) > 1 else carries[0])
    return builder.build([column[0] for column in columns if column])
