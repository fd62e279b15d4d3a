"""Simulations whose masks depend on values: run by the specification, and told from bad ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import pytest

from dlmcheck.spec.errors import IllegalSampler
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.length_table import least_for, shortest
from dlmcheck.verify.searches.trajectories import Wires, copies, decide, negations, replay

REWRITING = (Edits.REMASK, Edits.REVISE_TOKEN, Edits.REVISE_ANY)


def test_values_of_wires() -> None:
    assert negations(2, 2).layers(1) == [(0, 1), (1, 0), (0, 1)]
    assert copies(1, 1).layers(1) == [(1,), (1,)]


@pytest.mark.parametrize("edits", REWRITING)
def test_no_circuit_on_one_wire_needs_more_than_a_scheme_has(edits: Edits) -> None:
    """All 2^d sequences of copies and negations; negations need all of it."""
    for depth in range(4):
        least = shortest(edits, 1, depth, End.WHOLE_STATE).length
        lengths = [
            least_for(Wires(1, maps), edits, End.WHOLE_STATE)
            for maps in product(((0, 1), (1, 0)), repeat=depth)
        ]
        assert max(lengths) == least
        assert least_for(negations(1, depth), edits, End.WHOLE_STATE) == least


@pytest.mark.parametrize("edits", REWRITING)
def test_no_bijection_on_two_wires_needs_more_than_a_scheme_has(edits: Edits) -> None:
    least = shortest(edits, 2, 1, End.WHOLE_STATE).length
    lengths = {
        least_for(Wires(2, (table,)), edits, End.WHOLE_STATE) for table in permutations(range(4))
    }
    assert max(lengths) == least
    assert len(lengths) == (2 if edits is Edits.REMASK else 1)


def test_masks_that_depend_on_values_save_a_cell() -> None:
    """Revision to tokens, one copied wire, depth 15: four cells, where a scheme takes five."""
    system, _ = decide(copies(1, 15), Edits.REVISE_TOKEN, 4, End.WHOLE_STATE)
    assert system is not None
    masks = [
        [tuple(token == MASK for token in state) for state in states] for states in system.states
    ]
    assert any(first != second for first, second in masks)


@pytest.mark.parametrize("edits", REWRITING)
def test_a_spoilt_simulation_is_refused(edits: Edits) -> None:
    system, _ = decide(negations(1, 2), edits, 3, End.WHOLE_STATE)
    assert system is not None
    replay(system, End.WHOLE_STATE)
    # One seed's values in place of the other's: each round's law is the same, the run is not.
    crossed = (tuple(reversed(system.states[0])), *system.states[1:])
    with pytest.raises((Rejected, IllegalSampler)):
        replay(replace(system, states=crossed), End.WHOLE_STATE)
    with pytest.raises(Rejected, match="does not show layer 1"):
        replay(replace(system, wires=copies(1, 2)), End.WHOLE_STATE)
    shown = (system.shown[0], tuple((cell + 1) % 3 for cell in system.shown[1]), system.shown[2])
    with pytest.raises(Rejected, match="does not show layer 1"):
        replay(replace(system, shown=shown), End.WHOLE_STATE)


def test_a_simulation_that_repeats_a_state_is_refused() -> None:
    system, _ = decide(copies(1, 1), Edits.REVISE_TOKEN, 2, End.WHOLE_STATE)
    assert system is not None
    standing = replace(system, states=(system.states[1],) * 2, shown=(system.shown[1],) * 2)
    with pytest.raises(Rejected):
        replay(standing, End.WHOLE_STATE)
