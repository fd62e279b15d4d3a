"""Theorems 3.2 and 3.3 and the shorter lengths for every layered circuit: the proofs, put together.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3; notes T3.2, T3.3, T3-SHORTER.
Each is an induction over rounds: after round t+1 the state encodes layer t and its counter.
"""

from __future__ import annotations

from enum import Enum, unique

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.remask import keeps_older_bank
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs import counters
from dlmcheck.verify.proofs.banks import BINARY, WITH_MASK, OneBank, revised_steps
from dlmcheck.verify.proofs.cells import Scene
from dlmcheck.verify.proofs.remasking import TwoBanks
from dlmcheck.verify.proofs.terms import Argument

RULES = (
    Rule.ROUNDS,
    Rule.UNIFORM,
    Rule.LISTS,
    Rule.FAN_IN,
    Rule.POSITIONS,
    Rule.COUPLING,
)


@unique
class Construction(Enum):
    """The constructions that are proved; the values are their names in the table of claims."""

    REMASKING = "remasking"
    REVISION = "revision"
    GROWING = "revision, mask as a counter symbol"
    TERNARY = "revision to mask, ternary counter"
    SPLIT = "remasking, banks of their own"
    CLOCKED_REVISION = "revision with a clock"
    CLOCKED_REMASKING = "remasking with a clock"


TWO_BANKS = (Construction.REMASKING, Construction.SPLIT, Construction.CLOCKED_REMASKING)
CLOCKED = (Construction.CLOCKED_REVISION, Construction.CLOCKED_REMASKING)


def statement(construction: Construction, end: End) -> str:
    """What is proved, under an end convention."""
    return f"every layered circuit: {construction.value}, {end.value}"


def argument(construction: Construction, end: End, mistake: Mistake | None = None) -> Argument:
    """The proof for every layered circuit; with a mistake, of the wrong variant (it must fail)."""
    queries = _queries(construction, mistake)
    base, steps = _steps(construction, end, mistake)
    names = tuple(query.name for query in queries)
    text = _skeleton(construction, end)
    return Argument(Proof(statement(construction, end), base, steps, RULES, names, text), queries)


# --- steps -----------------------------------------------------------------------------------


def _steps(
    construction: Construction, end: End, mistake: Mistake | None
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    banks = TwoBanks(end, mistake)
    if construction is Construction.CLOCKED_REVISION:
        return (), (*clock_steps(), *revised_steps((), Edits.REVISE_TOKEN))
    if construction is Construction.CLOCKED_REMASKING:
        return (), (*clock_steps(), *clock_remasks(end, mistake), *banks.written())
    if construction in TWO_BANKS:
        return banks.steps()
    tokens, edits = {
        Construction.REVISION: (BINARY, Edits.REVISE_TOKEN),
        Construction.GROWING: (WITH_MASK, Edits.REVISE_TOKEN),
        Construction.TERNARY: (WITH_MASK, Edits.REVISE_ANY),
    }[construction]
    base, steps = OneBank(tokens, mistake).steps()
    return base, (*steps, *revised_steps(tokens, edits))


CLOCK, REST = "the clock's bit", "the rest of the clock shows this round"
OTHER_REST = "the rest of the clock shows the other round"


def clock_steps() -> tuple[Step, ...]:
    """With a clock: in round t+1 layer t is due and no other."""
    found: list[Step] = []
    for bit in BINARY:
        s = Scene(f"with a clock the layer of the round is due; a bit {bit}", atoms=[CLOCK, REST])
        wires = [s.bit(CLOCK), s.bit(REST)]
        s.premise("the clock's bit is that of the round", wires[0] if bit else ~wires[0])
        s.premise("the rest of the clock is that of the round", wires[1])
        found.append(s.concludes(rules.clock_shows(s.builder, wires, [bit, 1])))
        s = Scene(f"with a clock no other layer is due; a bit {bit}", atoms=[CLOCK, OTHER_REST])
        wires = [s.bit(CLOCK), s.bit(OTHER_REST)]
        s.premise("the clock's bit is that of the round", wires[0] if bit else ~wires[0])
        found.append(s.concludes(~rules.clock_shows(s.builder, wires, [1 - bit, 1])))
    return tuple(found)


def clock_remasks(end: End, mistake: Mistake | None) -> tuple[Step, ...]:
    """With a clock: in round t+1 G masks the bank of layer t-1, unless t = d and all is kept."""
    found: list[Step] = []
    keep = keeps_older_bank(end, mistake)
    for bit in BINARY:
        s = Scene(f"with a clock the older bank is masked; a bit {bit}",
                  atoms=[CLOCK, REST, OTHER_REST])  # fmt: skip
        wires = [s.bit(CLOCK), s.bit(REST)]
        other = [s.bit(CLOCK), s.bit(OTHER_REST)]
        s.premise("the clock's bit is that of the round", wires[0] if bit else ~wires[0])
        s.premise("the rest of the clock is that of the round", wires[1])
        flags = [rules.clock_shows(s.builder, other, [1 - bit, 1])]
        if rules.is_watched(newest=False, keep=keep):
            flags.append(rules.clock_shows(s.builder, wires, [bit, 1]))
        found.append(s.concludes(rules.any_of(s.builder, flags)))
        if end is End.WHOLE_STATE:
            s = Scene(f"with a clock the last two layers are kept; a bit {bit}",
                      atoms=[CLOCK, REST, OTHER_REST])  # fmt: skip
            wires = [s.bit(CLOCK), s.bit(REST)]
            other = [s.bit(CLOCK), s.bit(OTHER_REST)]
            s.premise("the clock's bit is that of the last round", wires[0] if bit else ~wires[0])
            flags = [rules.clock_shows(s.builder, other, [1 - bit, 1])]
            if rules.is_watched(newest=True, keep=keep):
                flags.append(rules.clock_shows(s.builder, wires, [bit, 1]))
            found.append(s.concludes(~rules.any_of(s.builder, flags)))
    return tuple(found)


# --- queries ---------------------------------------------------------------------------------


def _queries(construction: Construction, mistake: Mistake | None) -> tuple[Query, ...]:
    own = construction is not Construction.REMASKING
    places = (
        (*counters.two_bank_places(mistake, own_sizes=own), *counters.homes(mistake))
        if construction in TWO_BANKS
        else counters.one_bank_places(mistake)
    )
    binary = counters.digits(2)
    numbers = {
        Construction.REMASKING: lambda: (*binary, *counters.numbers_fit(mistake)),
        Construction.REVISION: lambda: (*binary, *counters.numbers_fit(mistake)),
        Construction.GROWING: lambda: (*binary, *counters.growing()),
        Construction.TERNARY: lambda: (*counters.digits(3), *counters.countdown()),
        Construction.SPLIT: lambda: (*binary, *counters.halves()),
        Construction.CLOCKED_REVISION: lambda: (*binary, *counters.rounds_fit()),
        Construction.CLOCKED_REMASKING: lambda: (*binary, *counters.rounds_fit()),
    }
    return (*places, *numbers[construction]())


# --- the arguments in words --------------------------------------------------------------------

_READS = (
    "A cell that is written reads cells that show the values of the layer before, so it gets the "
    "value of its gate, whatever the gate and its number of arguments."
)
_LAW = (
    "The values of the last layer are the circuit's function of the coins of round 1, which are "
    "fair and independent, so the laws are equal."
)
_CODES = {
    Construction.REMASKING: "the number of the layer in binary",
    Construction.REVISION: "the number of the layer in binary",
    Construction.GROWING: "the number of the layer plus 1 in binary without its leading 1",
    Construction.TERNARY: "d minus the number of the layer in base 3, M being the digit 2",
    Construction.SPLIT: "half the number of the layer in binary",
}


def _counted(construction: Construction) -> str:
    return (
        f"A counter shows {_CODES[construction]}; two layers differ in a counter cell, and there "
        "the conditions of the two exclude each other."
    )


def _skeleton(construction: Construction, end: End) -> tuple[str, ...]:
    if construction in CLOCKED:
        return _clocked()
    return _two_banks(construction, end) if construction in TWO_BANKS else _one_bank(construction)


def _one_bank(construction: Construction) -> tuple[str, ...]:
    growing = (
        "A counter cell that is to show M shows it already, since cells only turn from M into "
        "tokens; F leaves it alone."
    )
    return (
        "Invariant after round t+1: the counter shows layer t and the bank its values.",
        "At the start the bank is masked, so layer 0 is due and no other: coins are drawn.",
        _counted(construction),
        (
            "When layer t < d stands, layer t+1 is due and no other, and every cell but the "
            "prompt is rewritten."
        ),
        _READS,
        *((growing,) if construction is Construction.GROWING else ()),
        "When layer d stands no layer is due, nothing is selected, and the state stays.",
        "No cell is masked then, and the outputs are the last cells of the bank.",
        _LAW,
    )


def _two_banks(construction: Construction, end: End) -> tuple[str, ...]:
    kept = (
        "G spares layer d-1 when layer d is there, so no cell is masked at the end; with both "
        "banks visible F selects nothing (at depth 0 the left bank is filled with 0)."
    )
    alone = "When layer d stands alone no layer is due and G finds no pair, so the state stays."
    return (
        "Invariant after round t+1, t < d: a bank shows layer t and its counter, the other one M.",
        "At the start both banks are masked, so layer 0 is due and no other: coins are drawn.",
        _counted(construction),
        (
            "When layer t stands, layer t+1 is due and no other; it belongs to the masked bank, "
            "which is selected, while the visible one is not."
        ),
        _READS,
        (
            "After the write layers t and t+1 stand and no other pair does, so G masks the bank "
            "of layer t."
        ),
        kept if end is End.WHOLE_STATE else alone,
        "Layer d is in the right bank, whose last cells are the outputs.",
        _LAW,
    )


def _clocked() -> tuple[str, ...]:
    return (
        "Invariant after round t+1: the bank of layer t shows its values.",
        "The clock shows the number of the round: in round t+1 layer t is due and no other.",
        "With two banks G masks the older one, as the clock tells, and the layers take turns.",
        _READS,
        "After the last round the outputs are the last cells; all that must be visible is.",
        _LAW,
    )
