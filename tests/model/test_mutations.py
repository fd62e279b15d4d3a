"""Mutations of schedules: one change each, reproducible, and noticed by the specification."""

from __future__ import annotations

from collections import Counter
from itertools import islice, product

import pytest

from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.mutations import flip_gate, mutants, part_of
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, all_data
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import BadInput, DlmcheckError, IllegalCode
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.law import certain
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import MASK

BIT = Input("a", InputKind.DATA)
COINS = (Input("r", InputKind.RANDOM), Input("s", InputKind.RANDOM))


def circuit() -> Circuit:
    """Two coins, a data bit, depth 2: (r and s, (r and s) xor a)."""
    return Circuit((*COINS, BIT), (Gate(Op.AND, (0, 1)), Gate(Op.XOR, (3, 2))), (3, 4))


def verdict(schedule: Schedule | DlmcheckError) -> str:
    """What the specification says of a mutant.

    An error's name; `wrong law`; `visible token redrawn` if the law is right but only because F
    never selects the cell in the states where the predictor would change it; or `equivalent`.
    """
    if isinstance(schedule, DlmcheckError):
        return f"no schedule: {type(schedule).__name__}"
    for data in all_data(circuit()):
        try:
            law = output_law(sampler_of(schedule, data))
        except DlmcheckError as error:
            return type(error).__name__
        if law != circuit_law(circuit(), data).map(lambda bits: tuple(map(int, bits))):
            return "wrong law"
    return "equivalent" if keeps_masks(schedule) else "visible token redrawn"


def keeps_masks(schedule: Schedule) -> bool:
    """Whether the predictor keeps visible tokens and writes no M, in every legal state."""
    sampler = sampler_of(schedule, (False,) * len(schedule.data_cells))
    for state in product((0, 1, MASK), repeat=schedule.length):
        for i, token in enumerate(state):
            try:
                law = sampler.predictor(state, i, None)
            except IllegalCode:
                return False
            if MASK in law.support if token == MASK else law != certain(token):
                return False
    return True


def test_the_unmutated_schedule_is_equivalent() -> None:
    for random_bits in (RandomBits.SAMPLED, RandomBits.FREE):
        assert (
            verdict(compile_write_once(circuit(), random_bits=random_bits).schedule) == "equivalent"
        )


@pytest.mark.parametrize("random_bits", [RandomBits.SAMPLED, RandomBits.FREE])
def test_canary_every_flipped_gate_is_noticed(random_bits: RandomBits) -> None:
    schedule = compile_write_once(circuit(), random_bits=random_bits).schedule
    found: dict[tuple[str, int], str] = {}
    for part in ("predictor", "unmask"):
        for index in range(len(part_of(schedule, part).gates)):
            found[part, index] = verdict(flip_gate(schedule, part, index))
    # With free bits the first gate's arguments are visible from the start: to write it again in
    # every round changes nothing. Everything else shows.
    harmless = [] if random_bits is RandomBits.SAMPLED else [("unmask", 0)]
    assert [place for place, told in found.items() if told == "equivalent"] == harmless
    # Flipping the constant in the high bits writes M and 11 instead of tokens.
    assert found["predictor", 0] in ("WritesMask", "IllegalCode")
    assert set(found.values()) >= {"wrong law"}


def test_250_seeded_mutants_are_different_reproducible_and_counted_by_verdict() -> None:
    schedule = compile_write_once(circuit()).schedule
    made = list(mutants(schedule, seed=1, count=250))
    again = list(mutants(schedule, seed=1, count=250))
    assert [m.description for m in made] == [m.description for m in again]
    assert [m.result for m in made if isinstance(m.result, Schedule)] == [
        m.result for m in again if isinstance(m.result, Schedule)
    ]
    assert len({m.description for m in made}) == 250
    assert all(m.result != schedule for m in made)
    counts = Counter(verdict(m.result) for m in made)
    # A comparison of output laws alone would pass the redrawing predictors, which are none.
    assert counts == {
        "wrong law": 96,
        "LeavesMask": 40,
        "visible token redrawn": 32,
        "IllegalCode": 6,
        "WritesMask": 4,
        "WritesVisibleToken": 1,
        "no schedule: SharedRandomBits": 24,
        "no schedule: IllegalCode": 17,
        "no schedule: BadInput": 2,
        "equivalent": 28,
    }


def test_another_seed_gives_other_mutants() -> None:
    schedule = compile_write_once(circuit()).schedule
    first, second = (
        [m.description for m in islice(mutants(schedule, seed, 20), 20)] for seed in (1, 2)
    )
    assert first != second


def test_every_kind_of_mutation_occurs() -> None:
    schedule = compile_write_once(circuit(), random_bits=RandomBits.FREE).schedule
    text = "\n".join(m.description for m in mutants(schedule, seed=3, count=200))
    for sign in (
        "predictor gate",
        "unmask gate",
        "predictor output",
        "unmask output",
        "is inverted",
        "the codes of 0, 1 and M",
        "rounds instead of",
        "exchange their cells",
        "is read from cell",
        "start value",
    ):
        assert sign in text, sign


def test_a_tiny_schedule_has_few_mutants_and_the_stream_ends() -> None:
    schedule = compile_write_once(Circuit((), (), ())).schedule
    made = list(mutants(schedule, seed=1, count=1000))
    # No cells: only the codes (23 of 24 ways to choose three) and the number of rounds are left.
    assert len(made) == 24
    assert Counter(type(m.result) is Schedule for m in made) == {False: 19, True: 5}


def test_flip_gate_refuses_what_is_not_there() -> None:
    schedule = compile_write_once(circuit()).schedule
    with pytest.raises(BadInput, match="no circuit 'remask'"):
        flip_gate(schedule, "remask", 0)
    with pytest.raises(BadInput, match="no gate 999"):
        flip_gate(schedule, "unmask", 999)
