"""The steps of Theorem 3.2 on concrete circuits: two banks, from the atoms' state.

Each bank has a counter of three cells: the one of the step, the rest, and one that shows 0 and
that the codes of layers which are not to stand want to be 1. Layer d is in the right bank; which of
the two is called X depends on the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlmcheck.model.constructions.remask import remasking
from dlmcheck.model.constructions.rows import Banked, Rows
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import End, Stop
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, State
from dlmcheck.verify.proofs import remasking as steps
from dlmcheck.verify.proofs.banks import (
    ANOTHER,
    BINARY,
    ITS_VALUE,
    OTHER_VALUE,
    THIS,
    different,
    prompt_stays,
)
from dlmcheck.verify.proofs.remasking import (
    CELL,
    X_COUNTER,
    X_FIRST,
    X_OLD,
    X_SHOWS,
    Y_COUNTER,
    Y_FIRST,
    Y_LAST,
    Y_OLD,
    Y_SHOWS,
    TwoBanks,
)
from tests.verify.proofs.bank_circuits import RANDOM, WITH_PROMPT, G, H, X, one_hot, two_sources
from tests.verify.proofs.bank_scenes import Scene, prompt_scene, slot_scenes
from tests.verify.proofs.rounds import (
    Atoms,
    after_g,
    always,
    drawn,
    outcomes,
    selected,
    token,
)

NEVER: State = (0, 0, 1)
"""The code of a layer that does not stand in any state used here."""
COUNTER = 3
"""Cells of each counter."""


def compiled(rows: Rows, code: Sequence[State], end: End) -> Banked:
    """The schedule; it need not be absorbing."""
    widths = (rows.width, rows.width)
    return remasking(rows, code, widths, end=end, stop=Stop.FIXED_ROUNDS)


def word(tok: int, matches: bool) -> State:
    """A code with this token at the step's cell, whose rest matches what is shown, or not."""
    return (tok, 0 if matches else 1, 0)


def bank(atoms: Atoms, first: str, counter: str, width: int) -> State:
    """A bank's cells: the step's counter cell, zeros, and values that are all masked or all 0."""
    shown = MASK if atoms[f"{first} is masked"] else 0
    return (token(atoms, counter), 0, 0, *[shown] * width)


def x_is_right(atoms: Atoms, width: int) -> State:
    """Left bank Y, right bank X."""
    return bank(atoms, Y_FIRST, Y_COUNTER, width) + bank(atoms, X_FIRST, X_COUNTER, width)


def x_is_left(atoms: Atoms, width: int) -> State:
    """Left bank X, right bank Y."""
    return bank(atoms, X_FIRST, X_COUNTER, width) + bank(atoms, Y_FIRST, Y_COUNTER, width)


def written(banked: Banked, state: State, run: bool) -> set[int]:
    """The layers that a round writes: where a one-hot row has its 1, among cells now visible."""
    width = banked.rows.width
    found: set[int] = set()
    for after in outcomes(banked.schedule, state, run):
        for start in (COUNTER, 2 * COUNTER + width):
            found |= {t for t in range(width) if after[start + t] == 1}
    return found


# --- which layer is due, which bank is selected -----------------------------------------------


def _start(k: int, end: End) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        # Layers 0 and 2 are in X, 1 in Y.
        code = [word(k, atoms[X_OLD]), word(k, atoms[Y_OLD]), NEVER]
        banked = compiled(one_hot(2), code, end)
        return written(banked, x_is_right(atoms, 3), run) == {0}

    return observe


def _round(k: int, other: int, end: End) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        # Layers 0 and 2 are in X, 1 and 3 in Y.
        code = [word(other, atoms[X_OLD]), word(k, atoms[Y_OLD]), word(k, atoms[X_SHOWS])]
        banked = compiled(one_hot(3), [*code, word(k, atoms[Y_LAST])], end)
        return written(banked, x_is_left(atoms, 4), run) == {3}

    return observe


def _stop(k: int, other: int) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        # Layers 0 and 2 are in Y, 1 and 3 in X.
        code = [word(k, atoms[Y_OLD]), word(other, atoms[X_OLD]), word(k, atoms[Y_LAST])]
        banked = compiled(one_hot(3), [*code, word(k, atoms[X_SHOWS])], End.OUTPUT_ONLY)
        state = x_is_right(atoms, 4)
        if run:
            return not written(banked, state, run)
        return not selected(banked.schedule, state)

    return observe


# --- G ------------------------------------------------------------------------------------------


def _masked_by_g(banked: Banked, state: State, left: bool) -> bool:
    """Whether G masks the left, or the right, bank."""
    width = banked.rows.width
    first = COUNTER if left else 2 * COUNTER + width
    return state[first] != MASK and after_g(banked.schedule, state)[first] == MASK


def _remasks(k: int, y: int, end: End) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        del run  # the specification's G in either case
        code = [word(k, atoms[X_SHOWS]), word(y, atoms[Y_SHOWS])]
        code += [word(1 - k, atoms[X_OLD]), word(1 - y, atoms[Y_OLD]), NEVER, NEVER]
        return _masked_by_g(compiled(one_hot(5), code, end), x_is_left(atoms, 6), left=True)

    return observe


def _keeps_newer(k: int, y: int, end: End) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        del run
        code = [NEVER, word(1 - y, atoms[Y_OLD]), word(k, atoms[X_SHOWS])]
        code += [word(y, atoms[Y_SHOWS]), word(1 - k, atoms[X_OLD]), NEVER]
        banked = compiled(one_hot(5), code, end)
        return not _masked_by_g(banked, x_is_left(atoms, 6), left=False)

    return observe


def _no_pair(k: int, y: int, end: End) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        del run
        code = [NEVER, word(y, atoms[Y_SHOWS]), word(k, atoms[X_SHOWS])]
        code += [word(y, atoms[Y_SHOWS]), NEVER, NEVER]
        banked, state = compiled(one_hot(5), code, end), x_is_left(atoms, 6)
        return not any(_masked_by_g(banked, state, left=left) for left in (True, False))

    return observe


def _keeps_both(k: int) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        del run
        code = [word(1 - k, atoms[X_OLD]), word(0, atoms[Y_OLD])]
        code += [word(k, atoms[X_SHOWS]), word(0, atoms[Y_SHOWS])]
        banked = compiled(one_hot(3), code, End.WHOLE_STATE)
        return not _masked_by_g(banked, x_is_left(atoms, 4), left=True)

    return observe


# --- F at a bank, and what is written: the bank in question is the right one ----------------------


def _sources(
    atoms: Atoms, end: End, *, spare: bool = False, tokens: tuple[int, int] = (0, 0)
) -> Banked:
    """Layers 1 and 3, in the right bank, are due if the left one shows layer 0, or layer 2."""
    code = [
        word(0, atoms.get(THIS, True)),
        (tokens[0], 1, 1),
        word(0, atoms.get(ANOTHER, False)),
        (tokens[1], 1, 1),
    ]
    return compiled(two_sources(spare=spare), code, end)


def _left(atoms: Atoms) -> list[int]:
    """The left bank, visible, with the values that are read."""
    values = [0, 0, 0]
    values[G] = int(atoms.get(ITS_VALUE, atoms.get("drawn", False)))
    values[H] = int(atoms.get(OTHER_VALUE, False))
    return [0, 0, 0, *values]


RIGHT_COUNTER, RIGHT_FIRST = COUNTER + 3, 2 * COUNTER + 3


def _right(shown: int) -> list[int]:
    return [shown] * (COUNTER + 3)


NO_LAYER = Rows(Circuit((RANDOM[0],), (), (0,)), ((0,),))
"""Depth 0: the left bank has no layer."""


def _flag(wanted: bool, end: End, *, empty: bool = False) -> Scene:
    """Whether the right bank, and with `empty` also a bank without layers, is (not) selected."""

    def observe(atoms: Atoms, run: bool) -> bool:
        del run  # the specification's F in either case
        masked = MASK if atoms[f"{X_FIRST} is masked"] else 0
        banked = _sources(atoms, end)
        found = RIGHT_FIRST in selected(banked.schedule, (*_left(atoms), *_right(masked)))
        if empty:
            found = found or 0 in selected(compiled(NO_LAYER, ((),), end).schedule, (masked, 0))
        return found == wanted

    return observe


def _fills(atoms: Atoms, run: bool) -> bool:
    del run
    masked = MASK if atoms[f"{X_FIRST} is masked"] else 0
    schedule = compiled(NO_LAYER, ((),), End.WHOLE_STATE).schedule
    return 0 in selected(schedule, (masked, MASK))


def _fills_with_zero(atoms: Atoms, run: bool) -> bool:
    schedule = compiled(NO_LAYER, ((),), End.WHOLE_STATE).schedule
    state = (token(atoms, CELL), MASK)
    if run:
        return always(outcomes(schedule, state, run), lambda s: s[0] == 0)
    return drawn(schedule, state, 0) == PAPER_ENCODING.code_of(0)


def _value(wanted: Callable[[Atoms], int], end: End, *, spare: bool = False) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        banked = _sources(atoms, end, spare=spare)
        right = _right(MASK)
        right[COUNTER + X] = token(atoms, CELL)
        state = (*_left(atoms), *right)
        if run:
            states = outcomes(banked.schedule, state, run)
            return always(states, lambda s: s[RIGHT_FIRST + X] == wanted(atoms))
        return drawn(banked.schedule, state, RIGHT_FIRST + X) == PAPER_ENCODING.code_of(
            wanted(atoms)
        )

    return observe


def _code(tok: int, other: int, end: End) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        banked = _sources(atoms, end, tokens=(tok, other))
        right = _right(MASK)
        right[0] = token(atoms, CELL)
        state = (*_left(atoms), *right)
        if run:
            states = outcomes(banked.schedule, state, run)
            return always(states, lambda s: s[RIGHT_COUNTER] == tok)
        return drawn(banked.schedule, state, RIGHT_COUNTER) == PAPER_ENCODING.code_of(tok)

    return observe


def _kept(atoms: Atoms) -> int:
    """The token that the cell shows; a masked one's value bit is 0."""
    return max(0, token(atoms, CELL))


def scenes(end: End) -> dict[str, Scene]:
    """A scene for each step, under an end convention."""
    two = TwoBanks(end)
    found: dict[str, Scene] = {two.start(k).name: _start(k, end) for k in BINARY}
    for k, other in different(BINARY):
        found[two.round(k, other).name] = _round(k, other, end)
        if end is End.OUTPUT_ONLY:
            found[two.stop(k, other).name] = _stop(k, other)
    for k in BINARY:
        for y in BINARY:
            found[two.remasks(k, y).name] = _remasks(k, y, end)
            found[two.keeps_newer(k, y).name] = _keeps_newer(k, y, end)
            found[two.no_pair(k, y).name] = _no_pair(k, y, end)
            found[steps.written_code(k, y).name] = _code(k, y, end)
    fill = end is End.WHOLE_STATE
    prompted = compiled(WITH_PROMPT, [(0,), (1,)], end)
    found[prompt_stays().name] = prompt_scene(prompted)
    found[steps.bank_due().name] = _flag(True, end)
    found[steps.bank_waits().name] = _flag(False, end)
    found[steps.visible_bank(fill=fill).name] = _flag(False, end, empty=True)
    found[steps.written_value().name] = _value(lambda atoms: int(atoms[ITS_VALUE]), end)
    found[steps.written_spare().name] = _value(lambda _: 0, end, spare=True)
    found[steps.kept_value().name] = _value(_kept, end)
    if fill:
        found |= {two.keeps_both(k).name: _keeps_both(k) for k in BINARY}
        found[steps.fills().name] = _fills
        found[steps.fills_with_zero().name] = _fills_with_zero
    return found | slot_scenes()
