"""Steps that the constructions with remasking and with revision share: layers, counters, values.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3; the arguments are in the notes
T3.2 and T3.3. The state after round t+1 encodes layer t and its counter. A counter has any number
of cells and there are any number of layers: a step looks at one counter cell c, the others being
one bit that says whether they match, and at one other layer, which stands for all the others.

Any code will do whose words differ; at a cell where two words differ, one shows a token and the
other another one, which is what the pairs of tokens below are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.spec.circuit import Literal, Op
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.induction import Step
from dlmcheck.verify.proofs.cells import Cell, Scene

BINARY = (0, 1)
WITH_MASK = (0, 1, MASK)

MANY_NODES = (Op.AND, Op.OR, Op.XOR)
ONE_NODE = (Op.ID, Op.NOT)
CONSTANTS = (Op.CONST0, Op.CONST1)


def shown(token: int) -> str:
    """A token as text."""
    return "M" if token == MASK else str(token)


def different(tokens: Iterable[int]) -> list[tuple[int, int]]:
    """The ordered pairs of different tokens."""
    listed = list(tokens)
    return [(k, other) for k in listed for other in listed if k != other]


def stands(s: Scene, bank_masked: Literal, counter: Cell, token: int, rest: str) -> Literal:
    """The construction's bit "this layer stands": its code has a token at the counter cell c.

    `rest` is the atom "the other counter cells match its code".
    """
    return rules.all_of(s.builder, standing(s, bank_masked, counter, token, rest))


def standing(s: Scene, bank_masked: Literal, counter: Cell, token: int, rest: str) -> list[Literal]:
    """The literals whose conjunction is `stands`."""
    return rules.standing(bank_masked, [*counter.matches(token), s.bit(rest)])


# --- one bank: which layer is due ----------------------------------------------------------

FIRST = "the bank's first cell"
COUNTER = "the counter's cell"
OTHER_MATCHES = "the rest matches another layer"
MATCHES = "the rest matches the layer"
LAST_MATCHES = "the rest matches the last layer"


@dataclass(frozen=True)
class OneBank:
    """The steps of a counter in front of one bank, over an alphabet of tokens."""

    tokens: tuple[int, ...]
    mistake: Mistake | None = None

    def _due(self, s: Scene, layers: Sequence[Literal]) -> list[Literal]:
        forever = self.mistake is Mistake.DOES_NOT_STOP
        return rules.due_layers(s.builder, s.cell(FIRST).masked, layers, forever=forever)

    def start(self, k: int) -> Step:
        """While the bank is masked layer 0 is due, and no other."""
        name = f"at the start layer 0 is due; a code with {shown(k)}"
        s = Scene(name, cells=[FIRST, COUNTER], atoms=[OTHER_MATCHES, LAST_MATCHES])
        first, c = s.cell(FIRST), s.cell(COUNTER)
        s.premise("the bank is masked", first.masked)
        layers = [stands(s, first.masked, c, k, rest) for rest in (OTHER_MATCHES, LAST_MATCHES)]
        return s.concludes(s.exactly(self._due(s, layers), (True, False)))

    def round(self, k: int, other: int) -> Step:
        """When layer t stands, layer t+1 is due, and no other."""
        name = f"layer t+1 is due when t stands; codes with {shown(k)} and {shown(other)}"
        s = Scene(name, cells=[FIRST, COUNTER], atoms=[OTHER_MATCHES, MATCHES, LAST_MATCHES])
        first, c = s.cell(FIRST), s.cell(COUNTER)
        s.premise("the bank is visible", ~first.masked)
        s.premise("the counter's cell shows layer t", s.shows(c, k))
        s.premise("the rest of the counter shows layer t", s.bit(MATCHES))
        layers = [
            stands(s, first.masked, c, other, OTHER_MATCHES),
            stands(s, first.masked, c, k, MATCHES),
            stands(s, first.masked, c, other, LAST_MATCHES),
        ]
        return s.concludes(s.exactly(self._due(s, layers), (False, False, True)))

    def stop(self, k: int, other: int) -> Step:
        """When the last layer stands, none is due."""
        name = f"no layer is due when the last stands; codes with {shown(k)} and {shown(other)}"
        s = Scene(name, cells=[FIRST, COUNTER], atoms=[OTHER_MATCHES, MATCHES])
        first, c = s.cell(FIRST), s.cell(COUNTER)
        s.premise("the bank is visible", ~first.masked)
        s.premise("the counter's cell shows the last layer", s.shows(c, k))
        layers = [
            stands(s, first.masked, c, other, OTHER_MATCHES),
            stands(s, first.masked, c, k, MATCHES),
        ]
        return s.concludes(s.exactly(self._due(s, layers), (False, False)))

    def steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """Base and steps."""
        pairs = different(self.tokens)
        rounds = [make(k, other) for make in (self.round, self.stop) for k, other in pairs]
        return tuple(self.start(k) for k in self.tokens), tuple(rounds)


# --- what is written when one layer is due -------------------------------------------------

THIS = "this layer is due"
ANOTHER = "another layer is due"
ITS_VALUE = "this layer's value"
OTHER_VALUE = "the other layer's value"
DUE = "the layer is due"
NO_OTHER = "no other layer is due"


def revised_value() -> Step:
    """A value cell gets the value that the layer that is due has for it."""
    s = Scene("a value is that of the layer due", atoms=[THIS, ANOTHER, ITS_VALUE, OTHER_VALUE])
    s.premise(DUE, s.bit(THIS))
    s.premise(NO_OTHER, ~s.bit(ANOTHER))
    cases = [(s.bit(THIS), s.bit(ITS_VALUE)), (s.bit(ANOTHER), s.bit(OTHER_VALUE))]
    return s.concludes(s.same(rules.chosen(s.builder, cases), s.bit(ITS_VALUE)))


def revised_spare() -> Step:
    """A value cell that the layer that is due leaves free gets 0."""
    s = Scene("a spare cell gets 0", atoms=[THIS, ANOTHER, OTHER_VALUE])
    s.premise(NO_OTHER, ~s.bit(ANOTHER))
    cases = [(s.bit(THIS), None), (s.bit(ANOTHER), s.bit(OTHER_VALUE))]
    return s.concludes(~rules.chosen(s.builder, cases))


def revised_code(token: int, other: int, edits: Edits) -> Step:
    """A counter cell gets the token that the code of the layer that is due has there."""
    name = f"a counter cell gets {shown(token)}; another layer has {shown(other)}"
    s = Scene(name, atoms=[THIS, ANOTHER])
    if token != 0:
        s.premise(DUE, s.bit(THIS))
    # A 0 of another layer adds nothing, and neither does an M that is not written.
    if other != token and (other == 1 or (other == MASK and edits is Edits.REVISE_ANY)):
        s.premise(NO_OTHER, ~s.bit(ANOTHER))
    bits = rules.code_bits(s.builder, [token, other], [s.bit(THIS), s.bit(ANOTHER)], edits)
    return s.concludes(s.is_code(bits, token))


def rewritten() -> Step:
    """When a layer is due the cell is selected."""
    s = Scene("a cell is rewritten when a layer is due", atoms=[THIS, ANOTHER])
    s.premise(DUE, s.bit(THIS))
    return s.concludes(rules.is_rewritten(s.builder, [s.bit(THIS), s.bit(ANOTHER)]))


def not_rewritten() -> Step:
    """When no layer is due nothing is selected."""
    s = Scene("no cell is rewritten when no layer is due", atoms=[THIS, ANOTHER])
    s.premise("this layer is not due", ~s.bit(THIS))
    s.premise(NO_OTHER, ~s.bit(ANOTHER))
    due = [s.bit(THIS), s.bit(ANOTHER)]
    flags = [rules.is_rewritten(s.builder, due), rules.is_rewritten(s.builder, due, (0, 1))]
    return s.concludes(~s.builder.or_(*flags))


def rewritten_unless_mask(token: int, other: int) -> Step:
    """A counter cell is selected by a layer that shows a token there, not by one that shows M."""
    verb = "is left alone" if token == MASK else "is rewritten"
    s = Scene(f"a counter cell {verb} for {shown(token)} and {shown(other)}", atoms=[THIS, ANOTHER])
    if token == MASK:
        s.premise(NO_OTHER, ~s.bit(ANOTHER))
    else:
        s.premise(DUE, s.bit(THIS))
    flag = rules.is_rewritten(s.builder, [s.bit(THIS), s.bit(ANOTHER)], (token, other))
    return s.concludes(~flag if token == MASK else flag)


# --- the value of a slot -------------------------------------------------------------------


def slot(op: Op, *cells: str) -> Step:
    """A slot's bit is its gate's value, or the negation, on the values of the nodes it reads.

    The first edge is plain and all others are inverted; a single edge is inverted.
    """
    atoms = [f"value of {cell}'s node" for cell in cells]
    s = Scene(
        f"a slot gets {op.value} of {', '.join(cells) or 'nothing'}", cells=cells, atoms=atoms
    )
    wires: list[Literal] = []
    nodes: list[Literal] = []
    for place, (name, atom) in enumerate(zip(cells, atoms, strict=True)):
        edge = 0 if place == 0 and len(cells) > 1 else ~0
        cell, value = s.cell(name), s.bit(atom)
        s.premise(f"{name} shows its node's value", s.shows_value(cell, value))
        wires.append(rules.along(edge, cell.value))
        nodes.append(value if edge == 0 else ~value)
    written = rules.slot_bit(s.builder, op, wires)
    wanted = s.builder.gate(op, nodes)
    plain = s.same(rules.along(0, written), wanted)
    return s.concludes(s.both(plain, s.same(rules.along(~0, written), ~wanted)))


PROMPT = "the prompt's cell"


def prompt_stays() -> Step:
    """A cell of the prompt is never selected nor masked, and would be given its own token."""
    s = Scene("a cell of the prompt stays", cells=[PROMPT])
    cell = s.cell(PROMPT)
    high, low = rules.repeated(cell.masked, cell.value)
    same = s.both(s.same(high, cell.masked), s.same(low, cell.value))
    return s.concludes(s.both(~rules.never(s.builder), same))


def slots() -> tuple[Step, ...]:
    """The steps for a gate of any kind."""
    steps = [slot(op) for op in CONSTANTS]
    steps += [slot(op, "j") for op in (*ONE_NODE, *MANY_NODES)]
    return (*steps, *(slot(op, "j", "k") for op in MANY_NODES))


def revised_steps(tokens: Sequence[int], edits: Edits) -> tuple[Step, ...]:
    """All that a round of revision writes, for a counter over these tokens."""
    visible = [token for token in tokens if token != MASK or edits is Edits.REVISE_ANY]
    steps = [prompt_stays(), revised_value(), revised_spare(), rewritten(), not_rewritten()]
    steps += [revised_code(token, other, edits) for token in visible for other in tokens]
    if MASK in tokens and edits is not Edits.REVISE_ANY:
        steps += [rewritten_unless_mask(token, other) for token, other in different(tokens)]
    return (*steps, *slots())
