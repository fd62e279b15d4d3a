"""Which coin of a run stands for which random input of a circuit: proposals for a coupling.

Nothing here is trusted. Labels, cell order and coin numbers are hints; a proposal is worth
something only once both sides are equal under it. Any injection of random inputs into coins
would do, because coins are fair and independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.engines.network import FALSE, Key, Lit
from dlmcheck.verify.engines.unroll import Unrolling, masked_literal, value_literal


@dataclass(frozen=True)
class Partner:
    """A random input of the circuit, by name, and the coin that stands for it.

    `coin` is `(part, round, index)` or `("given", 0, index of the given cell)`; with `inverted`
    the input is 1 where the coin is 0.
    """

    name: str
    coin: Key
    inverted: bool = False


@dataclass(frozen=True)
class Proposal:
    """An injective map from random inputs (by node) to coin literals, and where it is from."""

    source: str
    partners: Mapping[int, Lit]


def proposals(unrolling: Unrolling, circuit: Circuit) -> Iterator[Proposal]:
    """The couplings that the hints suggest, most telling first; each is injective.

    A hint that leaves random inputs open is completed from the hints after it. None is followed
    before it is asked for: the first is nearly always enough.
    """
    hints: list[tuple[str, Callable[[], dict[int, Lit]]]] = [
        ("labels", lambda: _by_label(unrolling, circuit)),
        ("order of the given cells", lambda: _in_order(circuit, _given(unrolling))),
        ("numbers of the predictor's coins", lambda: _by_coin_number(unrolling, circuit)),
        (
            "order of the cells that hold one coin",
            lambda: _in_order(circuit, _bare_coins(unrolling)),
        ),
    ]
    inputs = len(circuit.random_inputs)
    for position, (source, hint) in enumerate(hints):
        partners = hint()
        if partners:
            rest = (later() for _, later in hints[position + 1 :])
            yield Proposal(source, _completed(partners, rest, inputs))


def needed_random_inputs(circuit: Circuit) -> frozenset[int]:
    """The random inputs that some output is wired to."""
    return needed_nodes(circuit).intersection(circuit.random_inputs)


def first_tokens(unrolling: Unrolling) -> Iterator[tuple[int, int, Lit]]:
    """(round, cell, value literal) where a cell first shows a token on every seed.

    Round 0 is the start. Cells that never certainly show a token do not occur.
    """
    encoding = unrolling.schedule.encoding
    masked = masked_literal(unrolling.network, encoding)
    seen: set[int] = set()
    changes = [(0, cell, pair) for cell, pair in enumerate(unrolling.start)]
    for number, done in enumerate(unrolling.rounds, start=1):
        changes += [(number, cell, (high, low)) for cell, high, low in done.written]
    for number, cell, pair in changes:
        if cell not in seen and masked(pair) == FALSE:
            seen.add(cell)
            yield number, cell, value_literal(encoding, pair)


def _is_coin(unrolling: Unrolling, literal: Lit) -> bool:
    key = unrolling.network.key_of(literal)
    return key is not None and key[0] != "data"


def _by_label(unrolling: Unrolling, circuit: Circuit) -> dict[int, Lit]:
    labels = unrolling.schedule.labels
    nodes = {circuit.inputs[v].name: v for v in circuit.random_inputs}
    hint: dict[int, Lit] = {}
    used: set[int] = set()
    for _, cell, literal in first_tokens(unrolling) if labels else ():
        if not _is_coin(unrolling, literal) or literal >> 1 in used:
            continue
        _, separator, name = labels[cell].partition(":")
        node = nodes.get(name)
        if separator and node is not None and node not in hint:
            hint[node] = literal
            used.add(literal >> 1)
    return hint


def _by_coin_number(unrolling: Unrolling, circuit: Circuit) -> dict[int, Lit]:
    """Predictor coin j for random input j, in the first round in which it is used."""
    nodes = circuit.random_inputs  # found anew at each look
    if len(unrolling.schedule.predictor.random_inputs) != len(nodes):
        return {}
    first: dict[int, Key] = {}
    for key in unrolling.network.variables():
        part, number, index = key
        if part == "predictor" and (index not in first or number < first[index][1]):
            first[index] = key
    return {nodes[index]: unrolling.network.variable(key) for index, key in sorted(first.items())}


def _given(unrolling: Unrolling) -> list[Lit]:
    cells = range(len(unrolling.schedule.given_cells))
    return [unrolling.network.variable(("given", 0, j)) for j in cells]


def _bare_coins(unrolling: Unrolling) -> list[Lit]:
    """One literal for each coin that some cell shows plainly, by cell."""
    literals: dict[int, Lit] = {}
    for _, _, literal in sorted(first_tokens(unrolling), key=lambda token: token[1]):
        if _is_coin(unrolling, literal):
            literals.setdefault(literal >> 1, literal)
    return list(literals.values())


def _in_order(circuit: Circuit, literals: list[Lit]) -> dict[int, Lit]:
    if len(literals) != len(circuit.random_inputs):
        return {}
    return dict(zip(circuit.random_inputs, literals, strict=True))


def _completed(
    hint: Mapping[int, Lit], rest: Iterator[Mapping[int, Lit]], inputs: int
) -> dict[int, Lit]:
    """The hint, and what later ones add to it, until all of so many inputs have a partner."""
    partners = dict(hint)
    used = {literal >> 1 for literal in partners.values()}
    while len(partners) < inputs and (later := next(rest, None)) is not None:
        for node, literal in later.items():
            if node not in partners and literal >> 1 not in used:
                partners[node] = literal
                used.add(literal >> 1)
    return partners
