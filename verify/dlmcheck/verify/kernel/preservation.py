"""Mask preservation: a visible cell keeps its token, in every state and not only in reachable ones.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: without revision, a position that is not M
keeps its token with probability 1. That is asked of the predictor p(. | x) for every x. A run
checks it only where its policy selects a visible cell, so a sampler of the right law can have a
predictor that breaks it.

Cell by cell: first with everything unknown but the cell's own token, by three-valued evaluation
(what comes out known is so in every state); where that leaves an output open, by the table of
all tokens of the cells that the two outputs read, all their coins and all rounds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.spec.circuit import (
    Circuit,
    Literal,
    Op,
    apply_op,
    evaluate,
    is_inverted,
    node_of,
)
from dlmcheck.spec.errors import IllegalCode
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import MASK, Token, parse_state, show_state
from dlmcheck.verify.kernel.contents import LocalFunction
from dlmcheck.verify.kernel.documents import fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "broken-mask"

ROW_LIMIT = 1 << 18
"""Tables of more rows than this are refused."""

_SHOWN = 40
"""States of more cells than this are shown by the cells that matter."""

Ternary = bool | None
"""A truth value, or None for unknown."""


@dataclass(frozen=True)
class BrokenMask:
    """A visible cell, and where the predictor gives it another token.

    `tokens` are the cells that matter, with their tokens (0, 1 or M); all others may show
    anything. `coins` are the predictor's coins that came up 1. `round_number` is 0 without clock.
    """

    cell: int
    tokens: tuple[tuple[int, Token], ...]
    coins: tuple[int, ...] = ()
    round_number: int = 0

    def to_json(self) -> str:
        """The witness as text."""
        return json.dumps(
            {
                "cell": self.cell,
                "tokens": [[cell, show_state((token,))] for cell, token in self.tokens],
                "coins": list(self.coins),
                "round": self.round_number,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> BrokenMask:
        """The inverse of `to_json`. Raises `MalformedSyntax`, `BadInput` for no token."""
        document = Document.parse(text, "broken mask")
        raw = document.fields(document.value, (), ("cell", "tokens", "coins", "round"))
        tokens: list[tuple[int, Token]] = []
        for k, value in enumerate(document.array(raw["tokens"], ("tokens",))):
            pair = document.array(value, ("tokens", k))
            if len(pair) != 2:
                raise document.malformed(value, ("tokens", k), "cell and token")
            shown = parse_state(document.string(pair[1], ("tokens", k, 1)))
            if len(shown) != 1:
                raise document.malformed(pair[1], ("tokens", k, 1), "one token")
            tokens.append((document.integer(pair[0], ("tokens", k, 0)), shown[0]))
        coins = document.array(raw["coins"], ("coins",))
        return cls(
            document.integer(raw["cell"], ("cell",)),
            tuple(tokens),
            tuple(document.integer(coin, ("coins", k)) for k, coin in enumerate(coins)),
            document.integer(raw["round"], ("round",)),
        )


def check_preservation(name: str, schedule: Schedule, *, row_limit: int = ROW_LIMIT) -> Checked:
    """Decide whether the predictor of a schedule preserves masks on every legal state.

    PROVED, REFUTED with a `BrokenMask` (replayed on the whole predictor), or VACUOUS where
    revision is allowed and nothing is asked. Raises `Rejected` if a table would be too large.
    """
    cells = "cells of the predictor, each in all states that it reads"
    if schedule.edits not in (Edits.WRITE_ONCE, Edits.REMASK):
        return kernel_result(name, Verdict.VACUOUS, Exhaustive(cells, schedule.length, 0))
    outputs = schedule.predictor.outputs
    for cell in range(schedule.length):
        if _keeps_at_sight(schedule, cell):
            continue
        local = LocalFunction(schedule, schedule.predictor, outputs[2 * cell : 2 * cell + 2])
        broken = _broken(schedule, cell, local, row_limit)
        if broken is not None:
            return check_broken_mask(name, schedule, broken)
    return kernel_result(name, Verdict.PROVED, Exhaustive(cells, schedule.length, schedule.length))


def _keeps_at_sight(schedule: Schedule, cell: int) -> bool:
    """Whether a few gates next to a cell's outputs settle that it keeps its token.

    The cases are that it shows 0 and that it shows 1.
    """
    zero, one = schedule.encoding.zero, schedule.encoding.one
    known: dict[int, Cases] = {}
    for half in (0, 1):
        ones = zero[half] | one[half] << 1
        known[2 * cell + half] = 0b11 ^ ones, ones
    outputs, predictor = schedule.predictor.outputs, schedule.predictor
    for bit, wanted in known.items():
        if settled_nearby(predictor, outputs[bit], known, 0b11) != wanted:
            return False
    return True


Cases = tuple[int, int]
"""A bit in several cases: bit sets of those in which it is 0, and of those in which it is 1."""

_NEARBY = 6
"""How many gates above one another `settled_nearby` looks at."""


def settled_nearby(
    circuit: Circuit,
    literal: Literal,
    known: Mapping[int, Cases],
    every: int,
    gates: int = _NEARBY,
    found: dict[tuple[int, int], Cases] | None = None,
) -> Cases:
    """The value of a literal in all of the cases `every`, where known inputs settle it.

    It may be settled in a case and stand in neither set, if that takes too many gates. Arguments
    are looked at one by one, until nothing can change any more. `found` keeps what is known of
    gates already: gates of many arguments may share them.
    """
    node = literal if literal >= 0 else ~literal
    first = len(circuit.inputs)
    if node < first:
        zeros, ones = known.get(node, (0, 0))
    elif found is not None and (node, gates) in found:
        zeros, ones = found[node, gates]
    elif not gates:
        zeros = ones = 0
    else:
        found = {} if found is None else found
        gate = circuit.gates[node - first]
        op = gate.op
        # An OR is here the negation of an AND of negations.
        sign = -1 if op is Op.OR or op is Op.NOT else 0
        zeros, ones = (every, 0) if op is Op.XOR or op is Op.CONST0 else (0, every)
        for arg in gate.args:
            zero, one = settled_nearby(circuit, arg ^ sign, known, every, gates - 1, found)
            if op is Op.XOR:
                zeros, ones = zeros & zero | ones & one, zeros & one | ones & zero
                if not zeros | ones:
                    break
            else:
                zeros, ones = zeros | zero, ones & one
                if zeros == every:
                    break
        if op is Op.OR:
            zeros, ones = ones, zeros
        found[node, gates] = zeros, ones
    return (zeros, ones) if literal >= 0 else (ones, zeros)


def _broken(
    schedule: Schedule, cell: int, local: LocalFunction, row_limit: int
) -> BrokenMask | None:
    others = sorted(local.cells - {cell})
    coins = sorted(local.coins.values())
    rounds = _rounds(schedule) if local.reads_clock else _rounds(schedule)[:1]
    for token in (0, 1):
        wanted = schedule.encoding.code_of(token)
        if settled(local.circuit, local.inputs({cell: token})) == wanted:
            continue
        if len(rounds) * 3 ** len(others) * 2 ** len(coins) > row_limit:
            raise Rejected(f"cell {cell} reads {len(others)} other cells: too many to table")
        for number in rounds:
            for row, drawn in _rows(others, coins):
                tokens = {**row, cell: token}
                if settled(local.circuit, local.inputs(tokens, number, drawn)) != wanted:
                    ones = tuple(j for j in coins if drawn[j])
                    return BrokenMask(cell, tuple(sorted(tokens.items())), ones, number)
    return None


def _rounds(schedule: Schedule) -> range:
    """The round numbers that the predictor can see; 0 alone without a clock."""
    return range(1, schedule.rounds + 1) if schedule.clock_bits else range(1)


def _rows(
    cells: Sequence[int], coins: Sequence[int]
) -> Iterator[tuple[Mapping[int, Token], Mapping[int, bool]]]:
    for tokens in product((MASK, 0, 1), repeat=len(cells)):
        for toss in product((False, True), repeat=len(coins)):
            yield dict(zip(cells, tokens, strict=True)), dict(zip(coins, toss, strict=True))


def settled(circuit: Circuit, inputs: Sequence[Ternary]) -> tuple[Ternary, ...]:
    """The outputs as far as the known inputs settle them, gate by gate (Kleene's logic)."""
    values = list(inputs)

    def literal(v: int) -> Ternary:
        value = values[node_of(v)]
        return value if value is None else value != is_inverted(v)

    for gate in circuit.gates:
        args = [literal(arg) for arg in gate.args]
        values.append(_settled_gate(gate.op, args))
    return tuple(map(literal, circuit.outputs))


def _settled_gate(op: Op, args: Sequence[Ternary]) -> Ternary:
    if op is Op.AND and False in args:
        return False
    if op is Op.OR and True in args:
        return True
    return None if None in args else apply_op(op, [bool(arg) for arg in args])


# --- witnesses -----------------------------------------------------------------------------


def check_broken_mask(name: str, schedule: Schedule, broken: BrokenMask) -> Checked:
    """Replay a broken mask on the whole predictor, the cells not named being masked.

    Raises `Rejected` if the cell keeps its token, or if the witness names something that the
    schedule does not have.
    """
    reason = _replayed(schedule, broken)
    return kernel_result(name, Verdict.REFUTED, Witness(name, broken.to_json(), reason))


def _replayed(schedule: Schedule, broken: BrokenMask) -> str:
    if schedule.edits not in (Edits.WRITE_ONCE, Edits.REMASK):
        raise Rejected("with revision no mask has to be preserved")
    tokens = dict(broken.tokens)
    tossed = len(schedule.predictor.random_inputs)
    if not (
        len(tokens) == len(broken.tokens)
        and all(0 <= cell < schedule.length for cell in tokens)
        and set(tokens.values()) <= {0, 1, MASK}
        and all(0 <= coin < tossed for coin in broken.coins)
        and broken.round_number in _rounds(schedule)
    ):
        raise Rejected("the witness names a cell, token, coin or round that there is not")
    old = tokens.get(broken.cell, MASK)
    if old == MASK:
        raise Rejected(f"cell {broken.cell} is not visible")
    state = tuple(tokens.get(cell, MASK) for cell in range(schedule.length))
    fixed = schedule.encoding.encode(state) + clock_value(schedule, broken.round_number)
    bits = evaluate(schedule.predictor, fixed + tuple(j in broken.coins for j in range(tossed)))
    code = (bits[2 * broken.cell], bits[2 * broken.cell + 1])
    if code == schedule.encoding.code_of(old):
        raise Rejected(f"cell {broken.cell} keeps its token")
    try:
        new = show_state((schedule.encoding.token_of(code),))
    except IllegalCode:
        new = "the illegal code 11"
    shown = show_state(state)
    if schedule.length > _SHOWN:
        named = ", ".join(f"cell {c}: {show_state((t,))}" for c, t in sorted(tokens.items()))
        shown = f"({named}; all others M)"
    clock = f" in round {broken.round_number}" if schedule.clock_bits else ""
    return (
        f"the predictor does not preserve masks (cell {broken.cell} in state {shown}{clock}): "
        f"{old} becomes {new}"
    )


def check_document(document: Document) -> Checked:
    """A schedule and a broken mask from a file."""
    fields_of(document, ("schedule", "witness"))
    broken = BrokenMask.from_json(text_field(document, "witness"))
    return check_broken_mask("preservation", schedule_field(document), broken)
