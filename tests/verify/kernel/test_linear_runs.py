"""Runs that are linear: the sums that the kernel reads off, against the definition of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.legal_schedules import KINDS, legal_schedule
from dlmcheck.model.random_schedules import ENCODINGS, Shape, random_schedule
from dlmcheck.model.samplers.remasking import parity_remask_clock
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.law import uniform
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, interface, sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel.affine import numbers_in
from dlmcheck.verify.kernel.linear import Outputs, schedule_outputs
from dlmcheck.verify.kernel.linear_runs import run_outputs
from dlmcheck.verify.kernel.results import Rejected


def all_outputs(outputs: Outputs) -> list[State]:
    """The outputs for every value of the coins."""
    found: list[State] = []
    for coins in product((0, 1), repeat=outputs.coins):
        values = (1, *coins)
        found.append(tuple(sum(values[k] for k in numbers_in(form)) % 2 for form in outputs.forms))
    return found


def linear_schedule(seed: int) -> Schedule:
    """A schedule that writes sums of tokens and coins where its clock and its masks say so."""
    source = Random(seed)
    length, rounds = source.randint(1, 3), source.randint(1, 3)
    edits = source.choice(list(Edits))
    encoding = source.choice(ENCODINGS)
    own = [source.randint(0, 1) for _ in range(length)]
    predictor = Builder(interface(length, clock_bits=2, random=sum(own)))

    def masked(b: Builder, i: int) -> Literal:
        return b.and_(*(2 * i + h if encoding.mask[h] else ~(2 * i + h) for h in (0, 1)))

    def shown(b: Builder, i: int) -> Literal:
        return b.and_(*(2 * i + h if encoding.one[h] else ~(2 * i + h) for h in (0, 1)))

    def at(b: Builder, number: int) -> Literal:
        first = 2 * length
        return b.and_(*(first + j if number >> j & 1 else ~(first + j) for j in (0, 1)))

    outputs: list[Literal] = []
    coin = 2 * length + 2
    for i in range(length):
        terms = [shown(predictor, j) for j in range(length) if source.random() < 0.6]
        terms += [coin] if own[i] else []
        coin += own[i]
        token = predictor.xor(predictor.constant(source.random() < 0.5), *terms)
        if edits in (Edits.WRITE_ONCE, Edits.REMASK):
            token = predictor.mux(masked(predictor, i), token, shown(predictor, i))
        for h in (0, 1):
            one, zero = predictor.constant(encoding.one[h]), predictor.constant(encoding.zero[h])
            outputs.append(predictor.mux(token, one, zero))

    def policy(everything_at_last: bool) -> Circuit:
        b = Builder(interface(length, clock_bits=2))
        flags: list[Literal] = []
        for i in range(length):
            times = [at(b, t) for t in range(1, rounds) if source.random() < 0.5]
            times += [at(b, rounds)] if everything_at_last else []
            flag = b.or_(b.constant(False), *times)
            # What is masked is the same for all coins; so is a flag that looks at it.
            flags.append(b.and_(flag, masked(b, i)) if source.random() < 0.2 else flag)
        return b.build(flags)

    unmask = policy(everything_at_last=True)
    return Schedule(
        length=length,
        rounds=rounds,
        predictor=predictor.build(outputs),
        unmask=unmask,
        remask=policy(everything_at_last=False) if edits is Edits.REMASK else None,
        output=tuple(range(length)),
        output_names=tuple(f"z{i}" for i in range(length)),
        edits=edits,
        clock_bits=2,
        given_cells=(0,) if source.random() < 0.3 else (),
        end=source.choice(list(End)),
        encoding=encoding,
    )


def test_linear_schedules_have_the_law_of_the_sums_read_off() -> None:
    accepted = 0
    for seed in range(400):
        schedule = linear_schedule(seed)
        outputs = schedule_outputs(schedule)
        law = output_law(sampler_of(schedule))
        assert law == uniform(all_outputs(outputs)), seed
        accepted += len(law.support) > 1
    assert accepted > 300


def test_whatever_is_accepted_is_legal_and_has_that_law() -> None:
    """Schedules of every kind, most of which are not linear and some of which are not legal."""
    seen: Counter[str] = Counter()
    legal = [legal_schedule(kind, seed) for kind in KINDS for seed in range(20)]
    wild = [
        random_schedule(Shape(edits, clock=clock, given=given, stop=stop), seed)
        for edits in Edits
        for clock in (False, True)
        for stop in Stop
        if not (clock and stop is Stop.ABSORBING)
        for given in (0, 1)
        for seed in range(60)
    ]
    for schedule in (*legal, *wild):
        try:
            outputs = schedule_outputs(schedule)
        except Rejected:
            seen["rejected"] += 1
            continue
        if outputs.coins > 10:
            continue
        seen["accepted"] += 1
        assert output_law(sampler_of(schedule)) == uniform(all_outputs(outputs))
    assert seen["accepted"] > 100
    assert seen["rejected"] > 100


@pytest.mark.parametrize("n", [2, 5, 300])
def test_the_parity_samplers_by_revision_are_linear(n: int) -> None:
    wanted = [{1}, *({j, j + 1} for j in range(1, n - 1)), {n - 1}]
    for schedule in (
        parity_revision(n),
        parity_revision(n, clock=True),
        parity_revision_absorbing(n),
    ):
        outputs = schedule_outputs(schedule)
        assert [set(numbers_in(form)) for form in outputs.forms] == wanted


def other(schedule: Schedule, **changes: object) -> Schedule:
    return replace(schedule, **changes)  # type: ignore[arg-type]  # the fields of the tests below


def with_first_output(circuit: Circuit, literal: Literal, place: int = 0) -> Circuit:
    outputs = list(circuit.outputs)
    outputs[place] = literal
    return Circuit(circuit.inputs, circuit.gates, tuple(outputs))


BASE = parity_revision(4, clock=True)
ABSORBING = parity_revision_absorbing(4)
CODES = BASE.predictor.outputs
LOW_TWICE = with_first_output(BASE.predictor, CODES[1])
ALWAYS_MASK = with_first_output(with_first_output(BASE.predictor, ~CODES[0]), CODES[0], 1)
REFUSED: list[tuple[str, Schedule, str]] = [
    ("masks depend on coins", parity_remask_clock(4), "the remasking of cell 1 depends on coins"),
    ("one round less", other(ABSORBING, rounds=1), "cell 3 is masked at the end"),
    ("not absorbing", other(parity_revision(4), stop=Stop.ABSORBING), "a further round changes"),
    ("other edits", other(BASE, edits=Edits.WRITE_ONCE), "a visible token is changed"),
    ("a high bit", other(BASE, predictor=LOW_TWICE), "what is written is no token for all coins"),
    ("M is written", other(BASE, predictor=ALWAYS_MASK), "the predictor writes M"),
    ("data", other(BASE, data_cells=(3,), data_names=("a",)), "has data inputs"),
]


@pytest.mark.parametrize(
    ("schedule", "reason"), [pytest.param(s, r, id=what) for what, s, r in REFUSED]
)
def test_canary_what_is_not_linear_or_not_legal_is_refused(schedule: Schedule, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        schedule_outputs(schedule)
    assert reason in caught.value.reason


def test_what_is_refused_as_illegal_is_illegal_by_definition() -> None:
    for what, schedule, reason in REFUSED:
        if what in ("one round less", "not absorbing", "other edits", "a high bit", "M is written"):
            with pytest.raises(DlmcheckError):
                output_law(sampler_of(schedule))
            assert reason


def test_a_gate_that_bends_is_named() -> None:
    b = Builder(interface(2, clock_bits=1, random=2))
    high = b.constant(False)
    product_of_coins = b.and_(5, 6)
    unmask = Builder(interface(2, clock_bits=1))
    schedule = Schedule(
        length=2,
        rounds=1,
        predictor=b.build([high, product_of_coins, high, high]),
        unmask=unmask.build([unmask.constant(True)] * 2),
        output=(0, 1),
        output_names=("a", "b"),
        clock_bits=1,
    )
    with pytest.raises(Rejected, match="round 1: cell 0: node 8 is an AND, which is not linear"):
        schedule_outputs(schedule)


def test_a_run_is_read_anew_for_other_data_and_for_another_schedule() -> None:
    schedule = shows_its_data()
    other = replace(schedule, output=(1,))
    zero, one = run_outputs(schedule, (False,)), run_outputs(schedule, (True,))
    assert zero == ((frozenset(),), 0)
    assert one == ((frozenset((0,)),), 0)
    assert run_outputs(schedule, (False,)) == zero
    assert run_outputs(other, (False,)) == one


def shows_its_data() -> Schedule:
    """Two cells, the prompt and its negation."""
    predictor, unmask = Builder(interface(2)), Builder(interface(2))
    hidden = predictor.constant(False)
    return Schedule(
        length=2,
        rounds=1,
        predictor=predictor.build([hidden, 1, hidden, ~1]),
        unmask=unmask.build([unmask.constant(False), unmask.constant(True)]),
        output=(0,),
        output_names=("y",),
        data_cells=(0,),
        data_names=("x",),
    )
