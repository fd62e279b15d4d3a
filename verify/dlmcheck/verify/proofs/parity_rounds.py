"""The steps of the rounds: what a sampler's own rules make of the state before.

For every round and every situation of a unit of cells: the candidates that are drawn, where F
sees them; the state after the write, which must be legal; the state after remasking, if there is
a G. A sampler that stops gets a further round, which must change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.verify.proofs.local_wires import CANDIDATE, CLOCK, MASKED, TOKEN, Atom, Scene
from dlmcheck.verify.proofs.parity_account import (
    START,
    UNIT,
    Account,
    Bits,
    Formula,
    Stage,
    place_of,
)
from dlmcheck.verify.proofs.parity_rules import UnitCircuits, unit_circuits
from dlmcheck.verify.proofs.parity_steps import Kind, MadeStep, Premise, made_step
from dlmcheck.verify.proofs.positions import Frame, Undecided


def round_steps(account: Account, frame: Frame) -> list[MadeStep]:
    """The steps of all rounds in one situation, and of one round more if the sampler stops.

    Raises `ValueError` if the account does not have every phase of every round.
    """
    if len(account.rounds) != account.sampler.rounds:
        raise ValueError(
            f"{len(account.rounds)} rounds, the sampler takes {account.sampler.rounds}"
        )
    here = _Maker(account, frame)
    made: list[MadeStep] = []
    state = START
    for number, one in enumerate(account.rounds, 1):
        made += here.round(number, state, one.candidates, one.written, one.remasked)
        state = one.written if one.remasked is None else one.remasked
    if account.sampler.absorbing and not account.sampler.clock:
        further = len(account.rounds) + 1
        remasked = None if account.sampler.mark is None else state
        made += here.round(further, state, account.output, state, remasked)
    return made


class _Maker:
    """Makes the steps of one situation."""

    def __init__(self, account: Account, frame: Frame) -> None:
        self.account = account
        self.frame = frame
        self.unit = frame.index(UNIT)

    def round(
        self,
        number: int,
        before: Stage,
        candidates: Bits | None,
        written: Stage,
        remasked: Stage | None,
    ) -> list[MadeStep]:
        if (remasked is None) != (self.account.sampler.mark is None):
            raise ValueError("an account says what G does if there is a G")
        made: list[MadeStep] = []
        drawn: Bits | None = None
        if self.account.sampler.candidates:
            if candidates is None:
                raise ValueError("an account says what the candidates are if F sees them")
            drawn = candidates
            made.append(self._phase(Kind.DRAW, number, before, None, drawn))
        made.append(self._phase(Kind.WRITE, number, before, written, drawn))
        if remasked is not None:
            made.append(self._phase(Kind.REMASK, number, written, remasked, None))
        return made

    def _phase(
        self, kind: Kind, number: int, before: Stage, after: Stage | None, drawn: Bits | None
    ) -> MadeStep:
        scene = Scene(self.frame)
        f = Formula(scene, self.account)
        b = scene.builder
        circuits = unit_circuits(self.account, scene, self.unit, number, marks=kind is Kind.REMASK)
        claims: list[Literal] = []
        if kind is Kind.DRAW:
            if drawn is None or self.account.sampler.edits is not Edits.WRITE_ONCE:
                raise ValueError("candidates are drawn for masked cells only")
            expected = drawn(f, self.unit)
            for cell, low, claim in zip(circuits.cells, circuits.lows, expected, strict=True):
                shown = b.mux(scene.atom(MASKED, cell), low, scene.value(cell))
                claims.append(scene.same(shown, claim))
        elif after is not None:
            found = self._after(scene, circuits, seen=drawn is not None)
            wanted = zip(after.masked(f, self.unit), after.value(f, self.unit), strict=True)
            for (masked, value, legal), (mask, token) in zip(found, wanted, strict=True):
                claims += [scene.same(masked, mask), scene.same(value, token), *legal]
        conclusion = b.and_(*claims)
        premises = self._known(f, scene.read_by([conclusion]), before, drawn, number)
        further = number > len(self.account.rounds)
        label = "a further round" if further else f"round {number}"
        name = f"{label}, {kind.value}"
        return made_step(scene, name, kind, number, premises, conclusion)

    def _after(
        self, scene: Scene, circuits: UnitCircuits, *, seen: bool
    ) -> list[tuple[Literal, Literal, list[Literal]]]:
        """For each cell the mask and the value afterwards, and whether the write is legal."""
        b = scene.builder
        found: list[tuple[Literal, Literal, list[Literal]]] = []
        for k, cell in enumerate(circuits.cells):
            masked, value = scene.atom(MASKED, cell), scene.value(cell)
            if circuits.marks:
                mark = circuits.marks[k]
                found.append((b.or_(masked, mark), b.and_(value, ~mark), []))
                continue
            flag = circuits.flags[k]
            written = scene.atom(CANDIDATE, cell) if seen else circuits.lows[k]
            legal: list[Literal] = []
            if self.account.sampler.edits in (Edits.WRITE_ONCE, Edits.REMASK):
                legal = [b.or_(masked, ~flag, scene.same(written, value))]
            found.append((b.and_(masked, ~flag), b.mux(flag, written, value), legal))
        return found

    def _known(
        self, f: Formula, atoms: Sequence[Atom], before: Stage, drawn: Bits | None, number: int
    ) -> list[Premise]:
        """What is known of the bits that were read: the state, candidates and round number."""
        scene = f.scene
        premises: list[Premise] = []
        if any(atom.family == CLOCK for atom in atoms):
            bits = scene.clock(self.account.sampler.clock_bits)
            now = [bit if number >> j & 1 else ~bit for j, bit in enumerate(bits)]
            premises.append((f"it is round {number}", scene.builder.and_(*now)))
        # The last are dropped first if they are not needed: values before masks.
        for family in (MASKED, CANDIDATE, TOKEN):
            for atom in atoms:
                if atom.family == family:
                    try:
                        known = self._known_of(f, atom, before, drawn)
                    except Undecided:
                        # What the situation does not say of a neighbour is no premise.
                        continue
                    name = "value" if family == TOKEN else family
                    premises.append((f"{name}[{atom.index}]", known))
        return premises

    def _known_of(self, f: Formula, atom: Atom, before: Stage, drawn: Bits | None) -> Literal:
        unit, place = place_of(self.account.layout, atom.index)
        if atom.family == MASKED:
            return f.scene.same(atom.literal, before.masked(f, unit)[place])
        if atom.family == TOKEN:
            return f.scene.same(f.scene.value(atom.index), before.value(f, unit)[place])
        if drawn is None:
            raise ValueError("a candidate is read, and F does not see any")
        return f.scene.same(atom.literal, drawn(f, unit)[place])
