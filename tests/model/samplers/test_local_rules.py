"""Samplers given by rules: their schedules stay what they were, layouts cover all cells."""

from __future__ import annotations

import hashlib

import pytest

from dlmcheck.model.samplers.local_rules import (
    PAIRS,
    PAIRS_AFTER_ONE,
    SINGLE,
    TWO_AND_SINGLE,
    Layout,
)
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import schedule_to_json
from tests.model.samplers.zoo import ZOO

DIGESTS = {
    "revision": "92d8d3b3d54e0a563eaa16d6c32306a53f3243d69bb9af89925b957582ff807e",
    "revision, clock": "63ce3283c4d46902df8112a9d467f90ea11b93671320e0d2089ed3b7017b41cf",
    "revision, absorbing": "e5c070176b0a192bc865ec3894018b98ece6a9d1a4022b35a0729c855fb97346",
    "remasking in blocks": "237e36e7313f499da82e661b53138d534139d9ee727a0ca0e1375f024eca46a6",
    "remasking, clock": "18d4eb10ff11d561f6db0c7489f86388b656186185434d9003d3e79ab6f56708",
    "remasking, state only": "99091e67ca6712db75cd1f76f734c93067b8dc30d031f834593adf52faa9916e",
    "independent F": "391f8796a58cee59229a5bb336da9b000d6ef4fc5d0972d24f4d592b3f1819b9",
    "independent F, clock": "5896ba576eba5bd476efbfb5a071d9cdde1989b6c695b814899fe62c0e4e58c5",
    "joint F": "fdc06f33921e7db5874f6cf1bbeabf63503c8f034e2ec0180a326a8fc2f7fe22",
    "joint F, clock": "6b7899cb9266840700d83d15eacbbc76f07431115b2af066a9e4fd715ed70bda",
    "F after sampling": "9cadea4f18836bbe4af5cffbb0f8cf0868121cfb34c3c3cb823aaf2436e9c15f",
}
"""SHA-256 of the schedules for n up to 9, one after the other, as they were before the rules."""


def digest(name: str) -> str:
    entry = next(entry for entry in ZOO if entry.name == name)
    found = hashlib.sha256()
    for n in entry.sizes(9):
        found.update(schedule_to_json(entry.make(n)).encode())
    return found.hexdigest()


@pytest.mark.parametrize("name", DIGESTS)
def test_the_schedules_are_byte_for_byte_what_they_were(name: str) -> None:
    assert digest(name) == DIGESTS[name]


@pytest.mark.parametrize("layout", [SINGLE, PAIRS, PAIRS_AFTER_ONE, TWO_AND_SINGLE])
def test_a_layout_has_every_cell_once_and_in_order(layout: Layout) -> None:
    for n in range(3, 20):
        if (n - layout.extra) % layout.size:
            with pytest.raises(BadInput, match=layout.name):
                layout.units_of(n, "test")
            continue
        units = layout.units_of(n, "test")
        cells = [c for unit in range(layout.first, units) for c in layout.cells(unit)]
        assert cells == list(range(n))
        assert layout.length(units) == n
