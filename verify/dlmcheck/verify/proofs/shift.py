"""ShiftR for every length and every amount: what its circuit shows, and how little that reads.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1, remark on ShiftR; the argument is in the
note NC0-SHIFT. The steps are emitted by the two rules that `model.constructions.shift` calls for
every cell, on symbolic positions: the place is filled, or there is a cell that it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.resources import depth
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, Token
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import CONCLUSION, Proof, Rule, Step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs.local_wires import MASKED, TOKEN, Scene
from dlmcheck.verify.proofs.positions import (
    LOGIC,
    Frame,
    Index,
    Linear,
    Situation,
    at_least,
    below,
    exhaustive,
)
from dlmcheck.verify.proofs.terms import Argument

FUNCTION = "ShiftR shows the shifted sequence, for every length, amount and fill"
LOCALITY = "ShiftR reads one token at depth at most 1, for every length and amount"

CELL, AMOUNT, LENGTH = "i", "a", "L"
DOMAIN = (at_least(CELL, 0), below(CELL, LENGTH), at_least(AMOUNT, 0))
FILLED = Situation("filled", (*DOMAIN, below(CELL, AMOUNT)))
SHIFTED = Situation("shifted", (*DOMAIN, at_least(CELL, AMOUNT)))
SITUATIONS = (FILLED, SHIFTED)
FILLS = (0, 1, MASK)

MOST_TOKENS, MOST_DEPTH = 1, 1
"""What is stated of each cell of the shifted sequence."""

Premise = tuple[str, Literal]


@dataclass(frozen=True)
class Shown:
    """The bits of one cell after the shift, and the cell that the rule says it shows."""

    source: Index | None
    bits: Sequence[Literal]


def _shown(scene: Scene, fill: Token, state: str = "") -> Shown:
    """What the rules emit for the cell; `state` tells the atoms of several states apart."""
    source = _source(scene.frame)
    wires = None if source is None else cell_wires(scene, source, state)
    return Shown(source, rules.shifted_bits(scene.builder, wires, PAPER_ENCODING.code_of(fill)))


def _source(frame: Frame) -> Index | None:
    return rules.shifted_from(frame.index(CELL), frame.index(AMOUNT))


def source_query() -> Query:
    """The cell that the rule reads is one of the sequence. Raises `Rejected` if it reads none."""
    source = _source(Frame(SHIFTED))
    if source is None:
        raise Rejected("a cell that is not filled shows no cell")
    inside = (at_least(source.linear, 0), below(source.linear, LENGTH))
    premises = (below(CELL, LENGTH), at_least(AMOUNT, 0), at_least(CELL, AMOUNT))
    return Query(
        "the cell that is shown is one of the sequence",
        LOGIC,
        tuple(f"(declare-const {name} Int)" for name in sorted((CELL, AMOUNT, LENGTH))),
        tuple((str(one), one.smt()) for one in premises),
        f"(and {' '.join(one.smt() for one in inside)})",
    )


def cell_wires(scene: Scene, cell: Index, state: str) -> list[Literal]:
    """The two wires of a cell in a state, in the paper's encoding."""
    masked = scene.atom(f"{MASKED}{state}", cell)
    return [masked, scene.builder.and_(~masked, scene.atom(f"{TOKEN}{state}", cell))]


def _step(scene: Scene, name: str, premises: Sequence[Premise], claims: Iterable[Literal]) -> Step:
    conclusion = scene.builder.and_(*claims)
    outputs = [*(literal for _, literal in premises), conclusion]
    return Step(name, scene.circuit(outputs, [*(label for label, _ in premises), CONCLUSION]))


# --- the function ------------------------------------------------------------------------------


def shows_the_fill(frame: Frame, fill: Token) -> Step:
    """A cell whose place is in front of the sequence shows the fill, whatever the state."""
    scene = Scene(frame)
    high, low = _shown(scene, fill).bits
    token = "M" if fill == MASK else str(fill)
    claims = [high if fill == MASK else ~high, low if fill == 1 else ~low]
    return _step(scene, f"a filled cell shows {token}", (), claims)


def shows_the_cell_before(frame: Frame) -> Step:
    """Any other cell i shows what stands at place i of `a` fills followed by the sequence.

    Which is the token of cell i - a: `masked'` and `token'` stand for it.
    """
    scene = Scene(frame)
    index = Linear.of(CELL).minus(AMOUNT)
    source, cell = frame.index(index), frame.index(CELL)
    high, low = _shown(scene, 0).bits
    wanted = cell_wires(scene, cell, "'")
    there = cell_wires(scene, source, "")
    premises = [
        (f"what is due is masked iff cell {index} is", scene.same(wanted[0], there[0])),
        (f"what is due has the value of cell {index}", scene.same(wanted[1], there[1])),
    ]
    claims = [scene.same(high, wanted[0]), scene.same(low, wanted[1])]
    return _step(scene, "any other cell shows the cell before", premises, claims)


# --- locality ----------------------------------------------------------------------------------


def depends_on_one_cell(frame: Frame, fill: Token) -> Step:
    """Two states that agree on the one cell that is read, if any, are shifted to one token here.

    Raises `Rejected` if the rules' circuit reads more cells or is deeper than stated.
    """
    scene = Scene(frame)
    one, other = (_shown(scene, fill, state) for state in ("", "'"))
    _check_resources(scene, one, fill)
    premises: list[Premise] = []
    if one.source is not None:
        pairs = zip(
            cell_wires(scene, one.source, ""), cell_wires(scene, one.source, "'"), strict=True
        )
        labels = ("the cell read is masked in both or in none", "and its value is the same")
        premises = [(label, scene.same(*pair)) for label, pair in zip(labels, pairs, strict=True)]
    token = "M" if fill == MASK else str(fill)
    what = f"a cell filled with {token} depends on no cell"
    name = what if one.source is None else "any other cell depends on the cell it shows"
    claims = [scene.same(*pair) for pair in zip(one.bits, other.bits, strict=True)]
    return _step(scene, name, premises, claims)


def _check_resources(scene: Scene, shown: Shown, fill: Token) -> None:
    """Cells and depth of what the rules emit, as the specification counts them."""
    read: list[Index] = []
    for atom in scene.read_by(shown.bits):
        if not any(known == atom.index for known in read):
            read.append(atom.index)
    if len(read) > MOST_TOKENS:
        raise Rejected(f"a token of the shifted sequence reads {len(read)} tokens")
    # In the scene the value wire is a gate over two atoms; here both wires are inputs.
    builder = Builder.with_names(data=() if shown.source is None else ("high", "low"))
    wires = None if shown.source is None else (0, 1)
    own = builder.build(rules.shifted_bits(builder, wires, PAPER_ENCODING.code_of(fill)))
    if depth(own) > MOST_DEPTH:
        raise Rejected(f"depth {depth(own)}")


# --- the proofs --------------------------------------------------------------------------------


def _argument(statement: str, frames: Sequence[Frame], steps: Sequence[Step], why: str) -> Argument:
    queries = [exhaustive("every cell is filled or shifted", DOMAIN, SITUATIONS), source_query()]
    queries += [query for frame in frames for query in frame.queries()]
    proof = Proof(
        statement,
        (),
        tuple(steps),
        (Rule.SITUATIONS, Rule.UNIFORM),
        tuple(query.name for query in queries),
        (
            "Cell i of the shifted sequence is filled if i < a, and shows cell i - a if not.",
            "One function emits the two bits of every cell, from the wires of that cell only.",
            why,
            "Neither depends on L or on a, so it holds for every length and every amount.",
        ),
    )
    return Argument(proof, tuple(queries))


def function_argument() -> Argument:
    """The circuit shows, at every cell, what the definition of the shift puts there."""
    filled, shifted = Frame(FILLED), Frame(SHIFTED)
    steps: list[Step] = [shows_the_fill(filled, fill) for fill in FILLS]
    steps.append(shows_the_cell_before(shifted))
    why = "They are the code of the fill, or the bits of cell i - a, for each of the three tokens."
    return _argument(FUNCTION, (filled, shifted), steps, why)


def locality_argument() -> Argument:
    """Each token depends on at most one token, and is a wire or a constant."""
    filled, shifted = Frame(FILLED), Frame(SHIFTED)
    steps: list[Step] = [depends_on_one_cell(filled, fill) for fill in FILLS]
    steps.append(depends_on_one_cell(shifted, 0))
    why = "They are two wires of one cell, or two gates without arguments: depth 0 or 1."
    return _argument(LOCALITY, (filled, shifted), steps, why)


def arguments() -> tuple[Argument, ...]:
    """Both proofs with their queries, built anew."""
    return function_argument(), locality_argument()
