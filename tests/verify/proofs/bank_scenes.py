"""The steps of Theorem 3.3 on concrete circuits: revision, from the atoms' state.

A scene makes of a step's atoms rows, a code, and a state; the counters' cells are the one of the
step and the rest. Codes that do not differ, which a countermodel can ask for, are wrong counters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from dlmcheck.model.constructions.revise import revision
from dlmcheck.model.constructions.rows import Banked, Rows
from dlmcheck.spec.circuit import Op, apply_op
from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, State
from dlmcheck.verify.proofs import banks
from dlmcheck.verify.proofs.banks import (
    ANOTHER,
    BINARY,
    COUNTER,
    FIRST,
    ITS_VALUE,
    LAST_MATCHES,
    MATCHES,
    OTHER_MATCHES,
    OTHER_VALUE,
    THIS,
    WITH_MASK,
    OneBank,
)
from tests.verify.proofs.bank_circuits import WITH_PROMPT, G, H, X, one_gate, one_hot, two_sources
from tests.verify.proofs.rounds import Atoms, always, drawn, outcomes, selected, token

Scene = Callable[[Atoms, bool], bool]
"""From atoms to whether the conclusion holds: of the schedule's circuits, or of a run."""


def compiled(rows: Rows, code: Sequence[State], edits: Edits = Edits.REVISE_TOKEN) -> Banked:
    """The schedule; it need not be absorbing."""
    return revision(rows, code, edits=edits, stop=Stop.FIXED_ROUNDS)


# --- which layer is due -----------------------------------------------------------------------


def _written(atoms: Atoms, code: Sequence[State], run: bool) -> tuple[bool, ...]:
    """Which layers a round writes, from a state with counter (c, 0) and zeros in the bank."""
    depth = len(code) - 1
    banked = compiled(one_hot(depth), code)
    first = MASK if atoms[f"{FIRST} is masked"] else 0
    state = (token(atoms, COUNTER), 0, first, *[0] * depth)
    found = outcomes(banked.schedule, state, run)
    return tuple(any(s[2 + t] == 1 for s in found) for t in range(depth + 1))


def _rest(matches: bool) -> int:
    return 0 if matches else 1


def _start(k: int) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        code = [(k, _rest(atoms[name])) for name in (OTHER_MATCHES, LAST_MATCHES)]
        return _written(atoms, code, run) == (True, False)

    return observe


def _round(k: int, other: int) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        rest = [_rest(atoms[name]) for name in (OTHER_MATCHES, MATCHES, LAST_MATCHES)]
        code = list(zip((other, k, other), rest, strict=True))
        return _written(atoms, code, run) == (False, False, True)

    return observe


def _stop(k: int, other: int) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        code = [(other, _rest(atoms[OTHER_MATCHES])), (k, _rest(atoms[MATCHES]))]
        return _written(atoms, code, run) == (False, False)

    return observe


# --- what is written --------------------------------------------------------------------------


def code_for(atoms: Atoms, shown: int, token_: int, other: int) -> list[State]:
    """Cells z, y, q; with (0, 0, shown) on show layer 1 is due iff THIS, layer 3 iff ANOTHER."""
    return [
        (0 if atoms[THIS] else 1, 0, shown),
        (0, 1, token_),
        (0 if atoms[ANOTHER] else 1, 0, shown),
        (0, 1, other),
    ]


def _value(*, spare: bool) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        banked = compiled(two_sources(spare=spare), code_for(atoms, 0, 1, 1))
        bank = [0, 0, 0]
        bank[G] = int(atoms.get(ITS_VALUE, False))
        bank[H] = int(atoms[OTHER_VALUE])
        wanted = 0 if spare else bank[G]
        state = (0, 0, 0, *bank)
        return always(outcomes(banked.schedule, state, run), lambda s: s[3 + X] == wanted)

    return observe


def _code(token_: int, other: int, edits: Edits) -> Scene:
    def observe(atoms: Atoms, run: bool) -> bool:
        # Another token than the one to be written, so that a cell left alone is noticed.
        shown = 1 if token_ == 0 else 0
        banked = compiled(two_sources(), code_for(atoms, shown, token_, other), edits)
        state = (0, 0, shown, 0, 0, 0)
        if run:
            return always(outcomes(banked.schedule, state, run), lambda s: s[2] == token_)
        return drawn(banked.schedule, state, 2) == PAPER_ENCODING.code_of(token_)

    return observe


def _selected(cells: Sequence[int], tokens: tuple[int, int], wanted: bool) -> Scene:
    """Whether all of these cells (0-2 the counter, 3-5 the bank) are selected, or none is."""

    def observe(atoms: Atoms, run: bool) -> bool:
        del run  # what is selected is the specification's answer in either case
        banked = compiled(two_sources(), code_for(atoms, 0, *tokens))
        found = selected(banked.schedule, (0, 0, 0, 0, 0, 0))
        flags = [cell in found for cell in cells]
        return all(flags) if wanted else not any(flags)

    return observe


def _slot(op: Op, cells: tuple[str, ...]) -> Scene:
    args = (1, ~2) if len(cells) > 1 else (~1,) * len(cells)
    banked = compiled(one_gate(op, args), [(0,), (1,)])

    def observe(atoms: Atoms, run: bool) -> bool:
        shown = [token(atoms, cell) for cell in cells]
        state = (0, 0, *shown, *[0] * (2 - len(shown)))
        values = [atoms[f"value of {cell}'s node"] for cell in cells]
        wanted = apply_op(op, [v != (a < 0) for v, a in zip(values, args, strict=True)])
        shows = (int(wanted), int(not wanted))
        return always(outcomes(banked.schedule, state, run), lambda s: s[2:4] == shows)

    return observe


def prompt_scene(banked: Banked) -> Scene:
    """Of a schedule with a prompt of one cell, all other cells being masked."""

    def observe(atoms: Atoms, run: bool) -> bool:
        shown = token(atoms, banks.PROMPT)
        state = (shown, *[MASK] * (banked.schedule.length - 1))
        if run:
            return always(outcomes(banked.schedule, state, run), lambda s: s[0] == shown)
        chosen = 0 in selected(banked.schedule, state)
        return not chosen and drawn(banked.schedule, state, 0) == PAPER_ENCODING.code_of(shown)

    return observe


@cache
def slot_scenes() -> dict[str, Scene]:
    """A scene for each step of `banks.slots`."""
    found: dict[str, Scene] = {}
    for op in banks.CONSTANTS:
        found[banks.slot(op).name] = _slot(op, ())
    for op in (*banks.ONE_NODE, *banks.MANY_NODES):
        found[banks.slot(op, "j").name] = _slot(op, ("j",))
    for op in banks.MANY_NODES:
        found[banks.slot(op, "j", "k").name] = _slot(op, ("j", "k"))
    return found


@cache
def scenes(tokens: tuple[int, ...], edits: Edits) -> dict[str, Scene]:
    """A scene for each step of revision over an alphabet."""
    one = OneBank(tokens)
    visible = [t for t in tokens if t != MASK or edits is Edits.REVISE_ANY]
    found: dict[str, Scene] = {one.start(k).name: _start(k) for k in tokens}
    for k, other in banks.different(tokens):
        found[one.round(k, other).name] = _round(k, other)
        found[one.stop(k, other).name] = _stop(k, other)
    found[banks.prompt_stays().name] = prompt_scene(compiled(WITH_PROMPT, [(0,), (1,)]))
    found[banks.revised_value().name] = _value(spare=False)
    found[banks.revised_spare().name] = _value(spare=True)
    found[banks.rewritten().name] = _selected((3,), (0, 1), True)
    found[banks.not_rewritten().name] = _selected((2, 3), (0, 1), False)
    for k in visible:
        for other in tokens:
            found[banks.revised_code(k, other, edits).name] = _code(k, other, edits)
    if MASK in tokens and edits is Edits.REVISE_TOKEN:
        for k, other in banks.different(tokens):
            wanted = k != MASK
            scene = _selected((2,), (k, other), wanted)
            found[banks.rewritten_unless_mask(k, other).name] = scene
    return found | slot_scenes()


ALPHABETS = (
    (BINARY, Edits.REVISE_TOKEN),
    (WITH_MASK, Edits.REVISE_TOKEN),
    (WITH_MASK, Edits.REVISE_ANY),
)
