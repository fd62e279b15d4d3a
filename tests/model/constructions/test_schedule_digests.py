"""What the constructions compile is pinned byte by byte: a change of their code must be meant."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from dlmcheck.model.constructions.blocks import compile_write_once_blocks
from dlmcheck.model.constructions.carrying import carried
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.model.constructions.shorter import (
    compile_growing_revision,
    compile_split_remasking,
    compile_ternary_revision,
)
from dlmcheck.model.constructions.write_once import SharedPrivateBit, compile_write_once
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.model.families import FAMILIES
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadCircuit, BadPoint
from dlmcheck.spec.lattice import End, RandomBits
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_to_json


@cache
def circuits() -> tuple[Circuit, ...]:
    """Random circuits, and two members of some families."""
    families = [
        FAMILIES[name](size) for name in ("parity-chain", "ripple-adder") for size in (3, 5)
    ]
    return (*map(seeded_circuit, range(30)), *families)


def write_once() -> Iterator[Schedule]:
    for circuit in circuits():
        for bits in RandomBits:
            for frontier in Frontier:
                try:
                    yield compile_write_once(circuit, random_bits=bits, frontier=frontier).schedule
                except SharedPrivateBit:
                    continue


def in_blocks() -> Iterator[Schedule]:
    for circuit in circuits():
        for c in (1, 2, 3):
            yield compile_write_once_blocks(circuit, c).schedule


def banked() -> Iterator[Schedule]:
    for circuit in circuits():
        try:
            layered, layers = carried(circuit)
        except BadCircuit:
            continue
        for end in End:
            for compile_banked in (compile_remasking, compile_revision):
                for mistake in (None, *Mistake):
                    try:
                        found = compile_banked(layered, layers=layers, end=end, mistake=mistake)
                    except BadPoint:
                        continue
                    yield found.schedule
            for shorter in (
                compile_growing_revision,
                compile_ternary_revision,
                compile_split_remasking,
            ):
                yield shorter(layered, layers=layers, end=end).schedule


PINNED = {
    write_once: "71030e506a303e62567a7bfce03cddf8",
    in_blocks: "3a384c9d01c01662927be71e6ce9b296",
    banked: "4a58b88f9aaffcd9eca3918883d2c731",
}


@pytest.mark.parametrize("make", PINNED, ids=lambda make: make.__name__)
def test_schedules_are_byte_identical(make: Callable[[], Iterator[Schedule]]) -> None:
    digest = hashlib.sha256()
    for schedule in make():
        digest.update(schedule_to_json(schedule).encode())
    assert digest.hexdigest()[:32] == PINNED[make]
