"""Lower bounds on rounds: a table of claims, each of which follows from smaller ones.

Setting: write-once, L = n, deterministic F, unrestricted or dyadic predictors
(`dlmcheck.spec.rounds`; the note ROUNDS-WRITE-ONCE has the proofs). Adaptive: a claim says that
from a state the rest takes at least r rounds, r >= 2. It follows if every non-empty set of open
cells (those whose token is not certain)

- contains a *dependent* set, for which the certificate names tokens whose joint probability, given
  the event, is not the product of the single ones (a single cell: its law is not dyadic), or
- has an outcome after which r - 1 rounds are needed, by another claim of the table or because
  r - 1 = 1 and cells are left.

Cells whose token is certain change nothing: they leave the event as it is. A claim is about the
law of the open cells given the event, so with `renaming` it serves all events with the same law up
to names of cells and tokens; the kernel computes the renamed laws and compares them.

Fixed: a claim says that whichever set of cells is visible, the rest takes at least r rounds with
one set for each round; a set is excluded by tokens that are dependent given *some* tokens of the
visible cells.

A certificate of the kind `round-dependence`:

    {"target": {...}, "reals": "unrestricted", "rounds": 3, "adaptive": true, "renaming": false,
     "claims": [["MMM", 3, ["11M", "1M1", "M11"]], ["0MM", 2, ["M11"]]]}

and with `"adaptive": false` the claims name sets of cells, `[[0], 2, ["011"]]`; the witnesses then
show a token on each visible cell, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import Positions
from dlmcheck.spec.tokens import MASK, State, all_masked, show_state
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.partial_events import Event, Events, Key
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.target_tables import (
    cells_field,
    reals_field,
    shown_cells,
    state_field,
    target_field,
    target_fields,
)
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "round-dependence"
CHECKER = "kernel.dependence"


@dataclass(frozen=True)
class StateClaim:
    """From this state the rest takes at least `rounds` rounds; `witnesses` show dependent sets."""

    state: State
    rounds: int
    witnesses: tuple[State, ...]


@dataclass(frozen=True)
class SetClaim:
    """With these cells visible the rest takes at least `rounds` rounds of a fixed schedule."""

    visible: Positions
    rounds: int
    witnesses: tuple[State, ...]


def lower_statement(rounds: int, *, adaptive: bool, reals: Reals, length: int) -> str:
    """What is proved, in words. More than n rounds are never needed, so n + 1 means never."""
    sets = "sets chosen by the state" if adaptive else "one fixed set for each round"
    what = f"at least {rounds} rounds" if rounds <= length else "in no number of rounds"
    return f"{what}: write-once, L = n, deterministic F, {sets}, {reals.value} predictors"


def _check_numbers(claims: Sequence[StateClaim | SetClaim]) -> None:
    if any(claim.rounds < 2 for claim in claims):
        raise Rejected("a claim of fewer than two rounds says nothing")


# --- adaptive ----------------------------------------------------------------------------------


def check_dependence(
    target: Law[State],
    claims: Sequence[StateClaim],
    rounds: int,
    reals: Reals,
    *,
    renaming: bool = False,
) -> Checked:
    """PROVED if the claims show that no adaptive strategy takes fewer rounds.

    Raises `Rejected` for a claim that does not follow, and if none is about the start.
    """
    _check_numbers(claims)
    events = Events(target)
    table: dict[Event | Key, int] = {}

    def key(event: Event) -> Event | Key:
        return events.renamed(event) if renaming else event

    def known(event: Event) -> int:
        return table.get(key(event), 0)

    for claim in claims:
        event = events.of(claim.state)
        if not event:
            raise Rejected(f"state {show_state(claim.state)} is impossible")
        table[key(event)] = max(claim.rounds, known(event))
    if rounds > 1 and known(events.of(all_masked(events.length))) < rounds:
        raise Rejected(f"no claim says that the start takes {rounds} rounds")
    for claim in claims:
        _check_state(events, claim, reals, known)
    name = lower_statement(rounds, adaptive=True, reals=reals, length=events.length)
    size = sum(1 + len(claim.witnesses) for claim in claims)
    return kernel_result(name, Verdict.PROVED, Certificate(KIND, CHECKER, size))


def _check_state(
    events: Events, claim: StateClaim, reals: Reals, known: Callable[[Event], int]
) -> None:
    here = show_state(claim.state)
    event = events.of(claim.state)
    excluded = [
        _dependent(events, claim.state, witness, reals) - shown_cells(claim.state)
        for witness in claim.witnesses
    ]
    cells = events.open_cells(event)
    if not any(chosen <= set(cells) for chosen in excluded):
        raise Rejected(f"state {here}: the open cells may all be written at once")
    if claim.rounds == 2:
        return
    for chosen, parts in _not_excluded(events, event, cells, excluded):
        # All open cells at once are excluded, so after any other set one round is needed.
        if not any(known(part) >= claim.rounds - 1 for part in parts):
            raise Rejected(
                f"state {here}: nothing says why writing cells {list(chosen)} leaves "
                f"{claim.rounds - 1} rounds"
            )


def _dependent(events: Events, state: State, witness: State, reals: Reals) -> frozenset[int]:
    """The cells of a witness, after it has been checked."""
    shown = [(cell, token) for cell, token in enumerate(witness) if token != MASK]
    cells = frozenset(cell for cell, _ in shown)
    text = f"state {show_state(state)}: the tokens {show_state(witness)}"
    if not cells or cells & shown_cells(state):
        raise Rejected(f"{text} are not those of masked cells")
    event = events.of(state)
    if len(cells) == 1:
        (cell,) = cells
        if reals is not Reals.DYADIC or events.is_dyadic(event, cell):
            raise Rejected(f"{text}: one cell whose law may be drawn")
    elif not events.contradicts(event, shown):
        raise Rejected(f"{text} have the product of their probabilities")
    return cells


def _not_excluded(
    events: Events, event: Event, cells: Sequence[int], excluded: Sequence[frozenset[int]]
) -> Iterator[tuple[tuple[int, ...], list[Event]]]:
    """All non-empty sets of some cells that contain no excluded one, with their outcomes."""
    by_cell = {cell: [chosen for chosen in excluded if cell in chosen] for cell in cells}

    def extend(
        chosen: tuple[int, ...], parts: list[Event], start: int
    ) -> Iterator[tuple[tuple[int, ...], list[Event]]]:
        for place in range(start, len(cells)):
            cell = cells[place]
            larger = (*chosen, cell)
            if any(one <= set(larger) for one in by_cell[cell]):
                continue
            finer = [
                smaller
                for part in parts
                for token in events.tokens[cell]
                if (smaller := events.showing(part, cell, token))
            ]
            yield larger, finer
            yield from extend(larger, finer, place + 1)

    yield from extend((), [event], 0)


# --- fixed -------------------------------------------------------------------------------------


def check_fixed_dependence(
    target: Law[State], claims: Sequence[SetClaim], rounds: int, reals: Reals
) -> Checked:
    """PROVED if the claims show that no fixed schedule takes fewer rounds. Raises `Rejected`."""
    _check_numbers(claims)
    events = Events(target)
    table = {_mask(claim.visible): claim.rounds for claim in claims}
    if rounds > 1 and table.get(0, 0) < rounds:
        raise Rejected(f"no claim says that the start takes {rounds} rounds")
    for claim in claims:
        _check_set(events, claim, reals, table)
    name = lower_statement(rounds, adaptive=False, reals=reals, length=events.length)
    size = sum(1 + len(claim.witnesses) for claim in claims)
    return kernel_result(name, Verdict.PROVED, Certificate(KIND, CHECKER, size))


def _check_set(events: Events, claim: SetClaim, reals: Reals, table: Mapping[int, int]) -> None:
    here = f"cells {sorted(claim.visible)} visible"
    excluded: list[int] = []
    for witness in claim.witnesses:
        before = tuple(t if i in claim.visible else MASK for i, t in enumerate(witness))
        after = tuple(MASK if i in claim.visible else t for i, t in enumerate(witness))
        if shown_cells(before) != claim.visible or not events.of(before):
            raise Rejected(f"{here}: {show_state(witness)} does not show them as they can be")
        excluded.append(_mask(_dependent(events, before, after, reals)))
    rest = _mask(frozenset(range(events.length)) - claim.visible)
    if not any(one & rest == one for one in excluded):
        raise Rejected(f"{here}: the other cells may all be written at once")
    if claim.rounds == 2:
        return
    seen = _mask(claim.visible)
    chosen = rest
    while chosen:
        left = table.get(seen | chosen, 0)
        if left < claim.rounds - 1 and not any(one & chosen == one for one in excluded):
            cells = [cell for cell in range(events.length) if chosen >> cell & 1]
            raise Rejected(
                f"{here}: nothing says why writing cells {cells} leaves {claim.rounds - 1} rounds"
            )
        chosen = (chosen - 1) & rest


def _mask(cells: frozenset[int]) -> int:
    return sum(1 << cell for cell in cells)


# --- as files ----------------------------------------------------------------------------------


def dependence_text(
    target: Law[State],
    claims: Sequence[StateClaim] | Sequence[SetClaim],
    rounds: int,
    reals: Reals,
    *,
    adaptive: bool,
    renaming: bool = False,
) -> str:
    """Claims as a certificate."""
    listed = [
        [
            show_state(claim.state) if isinstance(claim, StateClaim) else sorted(claim.visible),
            claim.rounds,
            [show_state(witness) for witness in claim.witnesses],
        ]
        for claim in claims
    ]
    return certificate_text(
        KIND,
        target=target_fields(target),
        reals=reals.value,
        rounds=rounds,
        adaptive=adaptive,
        renaming=renaming,
        claims=listed,
    )


def check_document(document: Document) -> Checked:
    """Check a lower bound from a file."""
    fields = fields_of(document, ("target", "reals", "rounds", "adaptive", "renaming", "claims"))
    target = target_field(document, fields["target"], ("target",))
    reals = reals_field(document, fields["reals"], ("reals",))
    rounds = document.integer(fields["rounds"], ("rounds",), 1)
    renaming = document.boolean(fields["renaming"], ("renaming",))
    adaptive = document.boolean(fields["adaptive"], ("adaptive",))
    length = len(next(iter(target)))
    claims = document.array(fields["claims"], ("claims",))
    if adaptive:
        found = [_state_claim(document, c, ("claims", k), length) for k, c in enumerate(claims)]
        return check_dependence(target, found, rounds, reals, renaming=renaming)
    if renaming:
        raise document.malformed(fields["renaming"], ("renaming",), "false for fixed schedules")
    sets = [_set_claim(document, c, ("claims", k), length) for k, c in enumerate(claims)]
    return check_fixed_dependence(target, sets, rounds, reals)


def _three(document: Document, value: Json, path: Path) -> tuple[Json, int, list[Json]]:
    parts = document.array(value, path)
    if len(parts) != 3:
        raise document.malformed(value, path, "what is visible, a number of rounds, witnesses")
    rounds = document.integer(parts[1], (*path, 1))
    return parts[0], rounds, document.array(parts[2], (*path, 2))


def _state_claim(document: Document, value: Json, path: Path, length: int) -> StateClaim:
    state, rounds, shown = _three(document, value, path)
    witnesses = tuple(
        state_field(document, one, (*path, 2, k), length) for k, one in enumerate(shown)
    )
    return StateClaim(state_field(document, state, (*path, 0), length), rounds, witnesses)


def _set_claim(document: Document, value: Json, path: Path, length: int) -> SetClaim:
    visible, rounds, shown = _three(document, value, path)
    witnesses = tuple(
        state_field(document, one, (*path, 2, k), length) for k, one in enumerate(shown)
    )
    return SetClaim(cells_field(document, visible, (*path, 0), length), rounds, witnesses)
