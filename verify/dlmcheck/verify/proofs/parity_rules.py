"""A sampler's rules at one unit of cells, emitted in a scene, and what they may read.

The samplers' own functions are called, with symbolic positions. What is stated of the sampler for
all n besides its law is looked at here: a cell's coins are its own, and no rule reads more tokens
than stated (counted as `model.samplers.wires.wire_locality` counts them).
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.verify.proofs.local_wires import CANDIDATE, MASKED, TOKEN, Scene, SceneWires
from dlmcheck.verify.proofs.parity_account import UNITS, Account
from dlmcheck.verify.proofs.parity_steps import known_equal
from dlmcheck.verify.proofs.positions import Index


@dataclass(frozen=True)
class UnitCircuits:
    """The cells of a unit, with what p, F and G say of each; without the phase, nothing."""

    cells: tuple[Index, ...]
    lows: tuple[Literal, ...] = ()
    flags: tuple[Literal, ...] = ()
    marks: tuple[Literal, ...] = ()


def unit_circuits(
    account: Account, scene: Scene, unit: Index, number: int, *, marks: bool
) -> UnitCircuits:
    """What the sampler's rules emit for a unit in a round: p and F, or G.

    Raises `ValueError` for a rule that gives a wrong number of literals, reads more tokens than
    the account states, or reads another cell's coin.
    """
    sampler = account.sampler
    units = scene.frame.index(UNITS)
    cells = sampler.layout.cells(unit)
    n = sampler.layout.length(units)
    bits = sampler.clock_bits
    if marks:
        if sampler.mark is None:
            raise ValueError("there is no G")
        g = SceneWires(scene, n, bits, f"G{number}", units * 0)
        found = UnitCircuits(cells, marks=sampler.mark(g, unit, units))
        groups = [(found.marks, False)]
    else:
        p = SceneWires(scene, n, bits, f"p{number}", sampler.predictor_coins(n, units))
        f = SceneWires(scene, n, bits, f"F{number}", sampler.unmask_coins(n, units))
        found = UnitCircuits(cells, sampler.low(p, unit, units), sampler.flag(f, unit, units))
        free = sampler.edits in (Edits.WRITE_ONCE, Edits.REMASK)
        groups = [(found.lows, free), (found.flags, free)]
    for literals, own_is_free in groups:
        if len(literals) != len(cells):
            raise ValueError(f"{len(literals)} literals for {len(cells)} cells")
        for place, (cell, literal) in enumerate(zip(cells, literals, strict=True)):
            _check_tokens(account, scene, cell, literal, own_is_free=own_is_free)
            own = cell if not account.coin_by_unit else unit
            private = [f"p{number}"] + [f"F{number}"] * account.independent
            for atom in scene.read_by([literal]):
                if atom.family in private:
                    if not known_equal(atom.index, own) or (account.coin_by_unit and place):
                        raise ValueError(f"cell {cell} reads the coin {atom.name}")
    return found


def _check_tokens(
    account: Account, scene: Scene, cell: Index, literal: Literal, *, own_is_free: bool
) -> None:
    read: list[Index] = []
    for atom in scene.read_by([literal]):
        counts = atom.family == CANDIDATE or (
            atom.family in (MASKED, TOKEN) and not (own_is_free and atom.index == cell)
        )
        if counts and not any(known == atom.index for known in read):
            read.append(atom.index)
    if len(read) > account.tokens:
        raise ValueError(f"cell {cell} reads {len(read)} tokens, stated {account.tokens}")
