"""Arithmetic of counters and of the places of cells: the queries of the proofs on banks.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3; the notes T3.2 and T3.3. Powers
of two (or three) are no linear arithmetic. They enter by induction over the digits of a number:
`power` stands for the number of words of the digits before, and one digit more doubles it.
"""

from __future__ import annotations

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.remask import RIGHT, last_bank
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.proofs.terms import Term, between, differ, linear

PROMPT, WIDTH, CELLS = map(Term, ("prompt", "width", "counter_cells"))
OTHER_WIDTH, OTHER_CELLS = Term("other_width"), Term("other_counter_cells")
OUTPUTS, OUTPUT, SLOTS, SLOT = map(Term, ("outputs", "output", "slots", "slot"))
LAYER, OTHER, DEPTH, POWER = map(Term, ("layer", "other", "depth", "power"))

# --- places --------------------------------------------------------------------------------


def _disjoint(
    name: str,
    place: Term,
    places: tuple[Term, Term, Term],
    sizes: tuple[Term, Term] = (WIDTH, CELLS),
) -> Query:
    """Counter and values of a bank share no cell, and lie between what is before and after."""
    counter, bank, after = places
    width, cells = sizes
    x, y = Term("counter_cell"), Term("value_cell")
    apart = f"(and {differ(counter + x, bank + y)} {between(place, counter + x, after)}"
    return linear(
        name,
        {
            "a cell of the counter": between(0, x, cells),
            "a cell of the bank": between(0, y, width),
        },
        f"{apart} {between(place, bank + y, after)})",
    )


def _slots(bank: Term, length: Term) -> tuple[Query, ...]:
    """Slots have cells of their own in the bank, and the outputs' ones are the last cells."""
    cell = rules.slot_cell(bank, WIDTH, SLOTS, SLOT)
    return (
        linear(
            "a slot has a cell of the bank",
            {
                "the slot is one of the row": between(0, SLOT, SLOTS),
                "the row is not wider than the bank": SLOTS.at_most(WIDTH),
            },
            between(bank, cell, bank + WIDTH),
        ),
        linear(
            "two slots have two cells",
            {"two slots": differ(SLOT, OTHER)},
            differ(cell, rules.slot_cell(bank, WIDTH, SLOTS, OTHER)),
        ),
        linear(
            "the outputs are the last cells",
            {"the outputs are the last slots": SLOT.equals(SLOTS - OUTPUTS + OUTPUT)},
            cell.equals(length - OUTPUTS + OUTPUT),
        ),
    )


def one_bank_places(mistake: Mistake | None = None) -> tuple[Query, ...]:
    """Prompt, counter, values: disjoint, of the stated length, the outputs last."""
    behind = mistake is Mistake.COUNTER_AFTER_VALUES
    places = rules.bank_places(PROMPT, WIDTH, CELLS, behind=behind)
    _, bank, length = places
    stated = (length - PROMPT).equals(WIDTH + CELLS)
    return (
        _disjoint("prompt, counter and values share no cell", PROMPT, places),
        linear("L is the width and the counter's cells", {}, stated),
        *_slots(bank, length),
    )


def two_bank_places(
    mistake: Mistake | None = None, *, own_sizes: bool = False
) -> tuple[Query, ...]:
    """The same for a left and a right bank, the right one with the outputs.

    With `own_sizes` the left bank has its own width and its own counter.
    """
    behind = mistake is Mistake.COUNTER_AFTER_VALUES
    sizes = (OTHER_WIDTH, OTHER_CELLS) if own_sizes else (WIDTH, CELLS)
    left = rules.bank_places(PROMPT, *sizes, behind=behind)
    middle = left[2]
    right = rules.bank_places(middle, WIDTH, CELLS, behind=behind)
    _, bank, length = right
    total = sizes[0] + sizes[1] + WIDTH + CELLS if own_sizes else (WIDTH + CELLS) * 2
    stated = (length - PROMPT).equals(total)
    return (
        _disjoint("the prompt and the left bank share no cell", PROMPT, left, sizes),
        _disjoint("the left and the right bank share no cell", middle, right),
        linear("L is the widths and the counters' cells", {}, stated),
        *_slots(bank, length),
    )


def homes(mistake: Mistake | None = None) -> tuple[Query, ...]:
    """Neighbouring layers are in different banks, layer d in the one with the outputs."""

    def bank(layer: Term) -> Term:
        return rules.home_of(layer, DEPTH, last_bank(even=True, mistake=mistake))

    found = [
        linear(
            "neighbouring layers are in different banks",
            {},
            differ(bank(LAYER), bank(LAYER + 1)),
        ),
        linear(
            "a layer and the next but one are in one bank",
            {},
            bank(LAYER).equals(bank(LAYER + 2)),
        ),
    ]
    for even in (True, False):
        home = rules.home_of(DEPTH, DEPTH, last_bank(even=even, mistake=mistake))
        parity = "even" if even else "odd"
        found.append(linear(f"for {parity} d layer d is in the right bank", {}, home.equals(RIGHT)))
    return tuple(found)


# --- numbers -------------------------------------------------------------------------------


def digits(base: int) -> tuple[Query, ...]:
    """Two numbers below base^c whose c digits agree are equal: by induction over c."""
    first, second = Term("first"), Term("second")
    first_rest, second_rest, digit = map(Term, ("first_rest", "second_rest", "digit"))
    return (
        linear(
            f"base {base}: no digits, one number",
            {"the first": between(0, first, 1), "the second": between(0, second, 1)},
            first.equals(second),
        ),
        linear(
            f"base {base}: numbers with the same digits are equal",
            {
                "the first's lowest digit": first.equals(first_rest * base + digit),
                "the second's lowest digit is the same": second.equals(second_rest * base + digit),
                "the claim for the digits above": first_rest.equals(second_rest),
            },
            first.equals(second),
        ),
        linear(
            f"base {base}: one digit less, a number below one power less",
            {
                "the lowest digit": first.equals(first_rest * base + digit),
                "it is a digit": between(0, digit, base),
                "the number is below the power": between(0, first, POWER * base),
            },
            between(0, first_rest, POWER),
        ),
        linear(
            f"base {base}: ceil(log) cells are enough, by one digit more",
            {
                "the lowest digit": first.equals(first_rest * base + digit),
                "it is a digit": between(0, digit, base),
                "the claim for the digits above": first_rest.below(POWER),
            },
            first.below(POWER * base),
        ),
    )


def numbers_fit(mistake: Mistake | None = None, base: int = 2) -> tuple[Query, ...]:
    """What the counter shows for layers 0..d are words of its cells; all differ."""
    start_is_a_value = mistake is Mistake.START_IS_A_VALUE
    short = base if mistake is Mistake.COUNTER_TOO_SHORT else 1
    counted = rules.shown_number(LAYER, start_is_a_value=start_is_a_value)
    another = rules.shown_number(OTHER, start_is_a_value=start_is_a_value)
    return (
        linear(
            "the number of a layer fits the counter",
            {
                "the layer is one of the circuit": between(0, LAYER, DEPTH + 1),
                "the cells are ceil(log(d+1))": DEPTH.below(POWER * short),
            },
            between(0, counted, POWER),
        ),
        linear(
            "different layers have different numbers",
            {"two layers": differ(LAYER, OTHER)},
            differ(counted, another),
        ),
    )


def rounds_fit() -> tuple[Query, ...]:
    """With a clock: the numbers of the rounds 1..d+1 are words of its bits; all differ."""
    return (
        linear(
            "the number of a round fits the clock",
            {
                "the layer is one of the circuit": between(0, LAYER, DEPTH + 1),
                "the clock has the bits of d+1": (DEPTH + 1).below(POWER),
            },
            between(0, LAYER + 1, POWER),
        ),
        linear(
            "different layers have different rounds",
            {"two layers": differ(LAYER, OTHER)},
            differ(LAYER + 1, OTHER + 1),
        ),
    )


def growing() -> tuple[Query, ...]:
    """Number t is t+1 without its leading 1: words differ, fit, and cells never turn back to M.

    `power` is 2^j for the j cells that show t, `later` the same for another number, and `most`
    2^c for the c cells that there are.
    """
    later, most, rest, other_rest = map(Term, ("later", "most", "rest", "other_rest"))
    return (
        linear(
            "growing counter: with one number of visible cells, the words of two numbers differ",
            {
                "the first has so many cells": LAYER.equals(POWER + rest - 1),
                "the second has as many": OTHER.equals(POWER + other_rest - 1),
                "two layers": differ(LAYER, OTHER),
            },
            differ(rest, other_rest),
        ),
        linear(
            "growing counter: what is shown is a word of the visible cells",
            {
                "the leading 1 is taken off": LAYER.equals(POWER + rest - 1),
                "it is the leading one": between(POWER, LAYER + 1, POWER * 2),
            },
            between(0, rest, POWER),
        ),
        linear(
            "growing counter: a number fits the cells",
            {
                "the layer is one of the circuit": LAYER.at_most(DEPTH),
                "its leading 1": POWER.at_most(LAYER + 1),
                "the cells are ceil(log2(d+2)) - 1": (DEPTH + 1).below(most * 2),
            },
            POWER.below(most * 2),
        ),
        linear(
            "growing counter: the next number has no fewer visible cells",
            {
                "the number's leading 1": POWER.at_most(LAYER + 1),
                "the next number is below twice its own": (LAYER + 2).below(later * 2),
            },
            f"(not {(later * 2).at_most(POWER)})",
        ),
        linear(
            "growing counter: the last number takes all cells",
            {
                "one cell less would not do": most.below(DEPTH + 2),
            },
            most.at_most(DEPTH + 1),
        ),
    )


def countdown() -> tuple[Query, ...]:
    """The ternary counter shows d - t at layer t, so that layer d shows 0 in all cells."""
    counted, another = DEPTH - LAYER, DEPTH - OTHER
    return (
        linear(
            "the number of a layer fits the counter",
            {
                "the layer is one of the circuit": between(0, LAYER, DEPTH + 1),
                "the cells are ceil(log(d+1))": DEPTH.below(POWER),
            },
            between(0, counted, POWER),
        ),
        linear(
            "different layers have different numbers",
            {"two layers": differ(LAYER, OTHER)},
            differ(counted, another),
        ),
        linear(
            "the last layer's number is 0", {"the last": LAYER.equals(DEPTH)}, counted.equals(0)
        ),
    )


def halves() -> tuple[Query, ...]:
    """Banks of their own: layer t shows floor(t/2), which differs within a bank and fits it."""
    half, other_half, bit = map(Term, ("half", "other_half", "bit"))
    own = {
        "a layer is twice its number and its parity": LAYER.equals(half * 2 + bit),
        "another one of the same bank": OTHER.equals(other_half * 2 + bit),
    }
    return (
        linear(
            "layers of one bank have different numbers",
            {**own, "two layers": differ(LAYER, OTHER)},
            differ(half, other_half),
        ),
        linear(
            "an even layer's number fits its counter",
            {
                "a layer is twice its number": LAYER.equals(half * 2),
                "the layer is one of the circuit": LAYER.at_most(DEPTH),
                "the depth is twice its half, or one more": DEPTH.at_most(other_half * 2 + 1),
                "the cells are ceil(log2(floor(d/2)+1))": other_half.below(POWER),
            },
            half.below(POWER),
        ),
        linear(
            "an odd layer's number fits its counter",
            {
                "a layer is twice its number and 1": LAYER.equals(half * 2 + 1),
                "the layer is one of the circuit": LAYER.at_most(DEPTH),
                "twice ceil(d/2) is the depth, or one more": DEPTH.at_most(other_half * 2),
                "the cells are ceil(log2(ceil(d/2)))": other_half.at_most(POWER),
            },
            half.below(POWER),
        ),
    )
