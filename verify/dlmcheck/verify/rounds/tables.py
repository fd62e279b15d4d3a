"""Certificates of upper bounds: a sampler written out as the table of what it does.

Only the states that a run reaches are written; the checker (`verify.kernel.sampler_table`) runs
the table by the specification and compares its law with the target.
"""

from __future__ import annotations

from typing import Any

from dlmcheck.model.targets import TokenLaw
from dlmcheck.spec.definition import Configuration, Sampler
from dlmcheck.spec.errors import UnsupportedFeature
from dlmcheck.spec.lattice import Clock
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import (
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
)
from dlmcheck.spec.sampler import remask_law, selection_law, writable_cells, write_law
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_to_json
from dlmcheck.spec.tokens import MASK, State, Token, show_state
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.rationals import law_texts, number_text
from dlmcheck.verify.kernel.sampler_table import KIND


def table_certificate(name: str, target: TokenLaw, sampler: Sampler) -> str:
    """The certificate that a sampler has a target as its law, as a table.

    Raises `UnsupportedFeature` for a policy that sees candidates or has memory, and every error of
    a round.
    """
    return certificate_text(
        KIND, name=name, target=law_texts(dict(target.items())), table=table_of(sampler)
    )


def schedule_certificate(name: str, target: TokenLaw, schedule: Schedule) -> str:
    """The same for a schedule of circuits, which also shows how many tokens a part reads."""
    return certificate_text(
        KIND,
        name=name,
        target=law_texts(dict(target.items())),
        schedule=schedule_to_json(schedule),
    )


def table_of(sampler: Sampler) -> dict[str, Any]:
    """What a sampler does in every state that it reaches, as the checker reads it."""
    entries: dict[tuple[int, State], list[Any]] = {}
    masks: dict[tuple[int, State], list[Any]] = {}
    clocked = sampler.clock is Clock.ROUND_NUMBER
    reached = set(sampler.start())
    for number in range(1, sampler.rounds + 1):
        after: set[State] = set()
        for state in sorted(reached):
            told = number if clocked else 0
            entries.setdefault(
                (told, state), [told, show_state(state), *_entry(sampler, state, number)]
            )
            for written in write_law(sampler, Configuration(state), number):
                if sampler.remask is not None:
                    row = [told, show_state(written.state), _masks(sampler, written.state, number)]
                    masks.setdefault((told, written.state), row)
                after |= remask_law(sampler, written.state, number).support
        reached = after
    return {
        "cells": sampler.length,
        "output": list(sampler.output),
        "rounds": sampler.rounds,
        "edits": sampler.edits.value,
        "clock": clocked,
        "unmasking": _form(sampler),
        "remasking": _remask_form(sampler),
        "entries": [entries[key] for key in sorted(entries)],
        "masks": [masks[key] for key in sorted(masks)],
    }


def _form(sampler: Sampler) -> str:
    forms: dict[type, str] = {
        DeterministicUnmasking: "deterministic",
        IndependentUnmasking: "independent",
        SameRateUnmasking: "same-rate",
        UniformSubsetUnmasking: "uniform-subset",
        JointUnmasking: "joint",
    }
    form = forms.get(type(sampler.unmask))
    if form is None:
        raise UnsupportedFeature("F sees candidates or has memory", source="table of a sampler")
    return form


def _remask_form(sampler: Sampler) -> str:
    forms = {
        DeterministicRemasking: "deterministic",
        IndependentRemasking: "independent",
        JointRemasking: "joint",
    }
    return "none" if sampler.remask is None else forms[type(sampler.remask)]


def _entry(sampler: Sampler, state: State, number: int) -> list[Any]:
    """What F does in a state, and the rows of the cells that it may select."""
    clock = sampler.round_argument(number)
    asked = frozenset[int]().union(*selection_law(sampler, state, number)) & writable_cells(
        sampler, state
    )
    rows = [
        _row(sampler.predictor(state, i, clock)) if i in asked else None
        for i in range(sampler.length)
    ]
    return [_select(sampler, state, clock), rows]


def _select(sampler: Sampler, state: State, clock: Round) -> object:
    policy = sampler.unmask
    if isinstance(policy, DeterministicUnmasking):
        return _flags(policy.select(state, clock), sampler.length)
    if isinstance(policy, IndependentUnmasking):
        return [number_text(policy.rate(state, i, clock)) for i in range(sampler.length)]
    if isinstance(policy, SameRateUnmasking):
        return number_text(policy.rate(state, clock))
    if isinstance(policy, UniformSubsetUnmasking):
        return policy.size(state, clock)
    assert isinstance(policy, JointUnmasking)
    return _sets(policy.select(state, clock), sampler.length)


def _masks(sampler: Sampler, state: State, number: int) -> object:
    """What G does in a state."""
    clock = sampler.round_argument(number)
    policy = sampler.remask
    if isinstance(policy, DeterministicRemasking):
        return _flags(policy.select(state, clock), sampler.length)
    if isinstance(policy, IndependentRemasking):
        return [number_text(policy.rate(state, i, clock)) for i in range(sampler.length)]
    assert policy is not None
    return _sets(policy.select(state, clock), sampler.length)


def _flags(cells: Positions, length: int) -> str:
    return "".join("1" if i in cells else "0" for i in range(length))


def _sets(law: Law[Positions], length: int) -> dict[str, str]:
    return {_flags(cells, length): number_text(law[cells]) for cells in sorted(law, key=sorted)}


def _row(law: Law[Token]) -> object:
    if law[MASK]:
        return [number_text(law[0]), number_text(law[1])]
    return number_text(law[1])
