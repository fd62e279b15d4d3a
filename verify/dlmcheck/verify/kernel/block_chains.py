"""Even parity by coins of one rate, for every length: rows of blocks that vote.

    {"kind": "block-chain", "alone": [block, ...], "ends": [block, ...], "between": block}

with null for no block between others, and a block as
{"cells": 5, "second": [...], "third": [...], "last": [[votes, even, odd], ...]}.

The rule is MDLM's with a linear schedule of four steps to time 0: the times at which cells are
written are independent and uniform on 1..4. A predictor is fixed by tables for blocks of cells. In
rounds 1 to 3 a cell looks at its own block; round 1 writes 0. What a block shows before round 4,
its state, fixes its votes on an odd parity shared with the block after it and with the one before,
and the two strings that it may end in, an even and an odd one.

That rows of blocks sample even parity is Theorem 5 of the note LOCAL-DECODERS. What it asks of
a block is gone through here state by state, what it asks of two votes and of the sizes as well; how
these parts make a row of any length is named as rules, and not replayed. Source: this project.

Cells of a block are bits of a number: `masked` has a 1 for a masked cell, `shown` one for a
visible 1. Tables of strings are lists: of round 2 in the order of the masks, of rounds 3 and 4 in
the order of the states that are reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import NamedTuple

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.evidence import Induction
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "block-chain"
ROUNDS = 4
MOST_CELLS = 12
"""Blocks of more cells have more states than anybody goes through."""
NO, PERHAPS, YES = 0, 1, 2
VOTES = (4, 4, 8)
"""How many sixteenths of the weight vote so, on each side, independently of the other side."""


class Shown(NamedTuple):
    """What a block shows: which cells are masked, and which of the others are 1."""

    masked: int
    ones: int


class Ending(NamedTuple):
    """The votes for the block after and before, and the string for either parity."""

    votes: tuple[int, int]
    even: int
    odd: int


@dataclass(frozen=True)
class Kind:
    """The size of a block, and how many other blocks it is next to: 0, 1 or 2."""

    cells: int
    neighbours: int

    def __str__(self) -> str:
        return f"{self.cells} cells, {('alone', 'at an end', 'in between')[self.neighbours]}"

    @property
    def votes(self) -> tuple[tuple[int, int], ...]:
        """The pairs of votes there are; a block at an end votes as the first one."""
        return tuple(product(range(3) if self.neighbours else (0,), self._before))

    @property
    def _before(self) -> Sequence[int]:
        return range(3) if self.neighbours > 1 else (0,)


@dataclass(frozen=True)
class Block:
    """The tables of rounds 2, 3 and 4; in round 1 every cell gets 0."""

    kind: Kind
    second: Mapping[int, int]
    third: Mapping[Shown, int]
    last: Mapping[Shown, Ending]


@dataclass(frozen=True)
class Chain:
    """Blocks by themselves, blocks for the ends of a row, and one to stand between them.

    Without the last, rows have two blocks at most.
    """

    alone: tuple[Block, ...]
    ends: tuple[Block, ...]
    between: Block | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All of them."""
        return (*self.alone, *self.ends, *self.inner)

    @property
    def inner(self) -> tuple[Block, ...]:
        """The block to stand between others, if there is one."""
        return () if self.between is None else (self.between,)


# --- one block ---------------------------------------------------------------------------------


def subsets(cells: int) -> Iterator[int]:
    """All subsets of a set of cells, largest first."""
    part = cells
    while part:
        yield part
        part = (part - 1) & cells
    yield 0


def start(cells: int) -> Counter[Shown]:
    """The one state of the start, with weight 1."""
    return Counter({Shown((1 << cells) - 1, 0): 1})


def after_round(weights: Mapping[Shown, int], proposed: Mapping[Shown, int]) -> Counter[Shown]:
    """For how many lists of times a block shows what after one more round.

    Cells that are still masked count once; lists that show the same are merged. `proposed` has
    the string that the block would show if all masked cells were written. Raises `Rejected` if it
    does not agree with what is visible.
    """
    found: Counter[Shown] = Counter()
    for shown, weight in weights.items():
        full = proposed[shown] if shown.masked else shown.ones
        if full & ~shown.masked != shown.ones:
            raise Rejected(f"{full:b} does not agree with {shown}")
        for left in subsets(shown.masked):
            found[Shown(left, full & ~left)] += weight
    return found


def before_last(block: Block) -> Counter[Shown]:
    """For how many of the 4^b lists of times the block shows this before the last round.

    Raises `Rejected` for tables that change what is visible, `KeyError` for those with gaps.
    """
    weights = start(block.kind.cells)
    weights = after_round(weights, dict.fromkeys(weights, 0))
    second = {shown: block.second[shown.masked] for shown in weights if shown.masked}
    return after_round(after_round(weights, second), block.third)


def uneven(
    kind: Kind, weights: Mapping[Shown, int | Fraction], last: Mapping[Shown, Ending]
) -> str | None:
    """Why the endings are not alike; None if they are: (U) of Theorem 5.

    For all votes and each parity: every string of that parity has the weight of the votes over
    2^(b-1), out of 4^b. The votes of the two sides are independent; a complete block votes no.
    """
    sums: dict[tuple[tuple[int, int], int], int | Fraction] = {}
    for shown, weight in weights.items():
        votes, even, odd = last[shown]
        if not shown.masked and votes != (NO, NO):
            return f"complete, but votes {votes}"
        for parity, string in ((0, even), (1, odd)):
            if parity and votes == (NO, NO):
                continue
            if string.bit_count() % 2 != parity or string & ~shown.masked != shown.ones:
                return f"{shown} does not end in {string:b}"
            sums[votes, string] = sums.get((votes, string), 0) + weight
    share = Fraction(ROUNDS**kind.cells, 2 ** (kind.cells - 1))
    for votes in kind.votes:
        due = share * prod(Fraction(VOTES[vote], 16) for vote in votes[: kind.neighbours])
        for string in range(1 << kind.cells):
            odd = string.bit_count() % 2
            got = sums.pop((votes, string), 0)
            if got != (0 if odd and votes == (NO, NO) else due):
                return f"votes {votes}, string {string:b}: {got}, not {due}"
    return f"votes that there are not: {next(iter(sums))[0]}" if sums else None


# --- a row of them -----------------------------------------------------------------------------


def agreed(after: int, before: int) -> int:
    """Whether two neighbours share an odd parity: no vote is no, and one of them is yes."""
    return int(NO not in (after, before) and YES in (after, before))


def check_chain(chain: Chain) -> Checked:
    """PROVED if the blocks sample D_n, for every n from some number on. Raises `Rejected`.

    The steps: each block has (U); two votes share an odd parity with probability 1/2, and none if
    one of them is no; the sizes make every length. Without a block in between, only the lengths
    of one and of two blocks are meant.
    """
    for blocks, neighbours in ((chain.alone, 0), (chain.ends, 1), (chain.inner, 2)):
        if any(block.kind.neighbours != neighbours for block in blocks):
            raise Rejected("a block is made for another place in the row")
    rows = sum(map(_uniform_rows, chain.blocks))
    votes = list(product(range(3), repeat=2))
    shared = sum(VOTES[a] * VOTES[b] * agreed(a, b) for a, b in votes)
    if 2 * shared != sum(VOTES) ** 2 or any(agreed(a, b) for a, b in votes if NO in (a, b)):
        raise Rejected("two votes do not share an odd parity as they should")
    rules, steps = [Rule.INDEPENDENT], ["two votes share an odd parity half of the time"]
    if chain.between is None:
        lengths = f"n = {', '.join(map(str, sorted(_of_few_blocks(chain))))}"
    else:
        lengths = f"every n >= {first_length(chain)}"
        rules.append(Rule.POSITIONS)
        steps.append("the sizes make every length")
    statement = (
        "times of writing independent and uniform on four rounds: a predictor that knows the round "
        f"and reads at most {_tokens_read(chain)} tokens samples D_n, for {lengths}"
    )
    evidence = Induction(
        tuple(str(block.kind) for block in chain.blocks),
        tuple(steps),
        tuple(rule.value for rule in rules),
        rows + len(votes),
    )
    return kernel_result(statement, Verdict.PROVED, evidence)


def _uniform_rows(block: Block) -> int:
    """The number of states of a block with (U). Raises `Rejected` for one without."""
    try:
        weights = before_last(block)
        reason = uneven(block.kind, weights, block.last)
    except KeyError as error:
        raise Rejected(f"{block.kind}: no entry for {error}") from None
    if reason is not None:
        raise Rejected(f"{block.kind}: {reason}")
    return len(weights)


def _tokens_read(chain: Chain) -> int:
    """A cell reads its own block and those next to it, less itself."""
    alone = max((block.kind.cells for block in chain.alone), default=1)
    end = max((block.kind.cells for block in chain.ends), default=0)
    between = max((block.kind.cells for block in chain.inner), default=0)
    return max(alone, 2 * end, between + 2 * max(end, between) if between else 0) - 1


def _of_few_blocks(chain: Chain) -> set[int]:
    """The lengths of rows of one and of two blocks; one for in between serves at an end."""
    ends = {block.kind.cells for block in (*chain.ends, *chain.inner)}
    alone = {block.kind.cells for block in chain.alone}
    return alone | {one + other for one in ends for other in ends}


def first_length(chain: Chain) -> int:
    """The least number from which on every number of cells is that of some row of blocks.

    Raises `Rejected` if there is none.
    """
    assert chain.between is not None
    step = chain.between.kind.cells
    pairs = _of_few_blocks(Chain((), chain.ends, chain.between))
    # Adding blocks in between, every length follows from `step` lengths in a row.
    first = next((n for n in sorted(pairs) if pairs.issuperset(range(n, n + step))), None)
    if first is None:
        raise Rejected("two ends do not have all lengths up to one more block")
    known = _of_few_blocks(chain)
    while first - 1 in known:
        first -= 1
    return first


# --- certificates ------------------------------------------------------------------------------


def chain_text(chain: Chain) -> str:
    """A certificate as text. Raises what `before_last` raises."""
    return certificate_text(
        KIND,
        alone=[_block_json(block) for block in chain.alone],
        ends=[_block_json(block) for block in chain.ends],
        between=None if chain.between is None else _block_json(chain.between),
    )


def _block_json(block: Block) -> dict[str, object]:
    last = [block.last[shown] for shown in sorted(before_last(block))]
    return {
        "cells": block.kind.cells,
        "second": [block.second[masked] for masked in sorted(block.second)],
        "third": [block.third[shown] for shown in sorted(block.third)],
        "last": [[3 * after + before, even, odd] for (after, before), even, odd in last],
    }


def check_document(document: Document) -> Checked:
    """See `check_chain`. Raises `MalformedSyntax` and `Rejected`."""
    raw = fields_of(document, ("alone", "ends", "between"))
    listed = [
        tuple(
            _block(document, one, (key, at), neighbours)
            for at, one in enumerate(document.array(raw[key], (key,)))
        )
        for neighbours, key in enumerate(("alone", "ends"))
    ]
    value = raw["between"]
    between = None if value is None else _block(document, value, ("between",), 2)
    if not any(listed):
        raise document.malformed(raw["alone"], ("alone",), "blocks, or some at the ends")
    return check_chain(Chain(listed[0], listed[1], between))


def _block(document: Document, value: Json, path: Path, neighbours: int) -> Block:
    """A block; which states it reaches, and so what its entries are about, is found out here."""
    raw = document.fields(value, path, ("cells", "second", "third", "last"))
    cells = document.integer(raw["cells"], (*path, "cells"), 1)
    if cells > MOST_CELLS:
        raise BeyondLimits(f"blocks of more than {MOST_CELLS} cells are not gone through")
    everything = (1 << cells) - 1

    def entries(key: str, states: Sequence[Shown]) -> list[Json]:
        found = document.array(raw[key], (*path, key))
        if len(found) != len(states):
            wanted = f"{len(states)} entries, one for each state"
            raise document.malformed(len(found), (*path, key), wanted)
        return found

    def strings(key: str, states: Sequence[Shown]) -> dict[Shown, int]:
        found = [
            document.integer(one, (*path, key, at)) for at, one in enumerate(entries(key, states))
        ]
        return dict(zip(states, found, strict=True))

    weights = start(cells)
    weights = after_round(weights, dict.fromkeys(weights, 0))
    second = strings("second", [Shown(masked, 0) for masked in range(1, everything + 1)])
    weights = after_round(weights, second)
    third = strings("third", sorted(shown for shown in weights if shown.masked))
    states = sorted(after_round(weights, third))
    last: dict[Shown, Ending] = {}
    for at, (shown, entry) in enumerate(zip(states, entries("last", states), strict=True)):
        where = (*path, "last", at)
        parts = document.array(entry, where)
        if len(parts) != 3:
            raise document.malformed(entry, where, "votes, an even and an odd string")
        votes, even, odd = (document.integer(one, (*where, k)) for k, one in enumerate(parts))
        if votes > 8 or max(even, odd) > everything:
            raise document.malformed(entry, where, "votes below 9 and strings of the block")
        last[shown] = Ending((votes // 3, votes % 3), even, odd)
    return Block(
        Kind(cells, neighbours), {shown.masked: z for shown, z in second.items()}, third, last
    )
