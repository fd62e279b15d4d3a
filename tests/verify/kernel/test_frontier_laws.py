"""The kernel's sweep, over circuits and runs, and errors planted in it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.workloads import adder, machine, xor_rich
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, node_of
from dlmcheck.spec.errors import IllegalCode, IllegalSampler, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.engines.law_engines import CircuitLaw, CountedLaw, Limits, RunLaw, engine
from dlmcheck.verify.kernel import frontier_laws, run_circuits
from dlmcheck.verify.kernel.counted_laws import count_outputs
from dlmcheck.verify.kernel.frontier_laws import (
    check_document,
    frontier_law_text,
    law_in_order,
    needed_gates,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.run_circuits import run_circuit
from dlmcheck.verify.kernel.stated_laws import Counts
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.engines.law_problems import (
    by_definition,
    by_specification,
    circuits,
    fractions,
    odd_cases,
)
from tests.verify.engines.test_statelaw import schedules


def shuffled(circuit: Circuit, seed: int) -> list[int]:
    """An order of the needed gates in which arguments come first, and little else is in place."""
    chance = random.Random(seed)
    left = needed_gates(circuit)
    order: list[int] = []
    while left:
        first = len(circuit.inputs)
        waiting = set(left)
        ready = [
            node
            for node in left
            if not any(node_of(arg) in waiting for arg in circuit.gates[node - first].args)
        ]
        order.append(chance.choice(ready))
        left.remove(order[-1])
    return order


@given(problem=circuits(), seed=st.integers(0, 3))
def test_the_law_is_that_of_the_definition_in_any_order(problem: CircuitLaw, seed: int) -> None:
    order = shuffled(problem.circuit, seed)
    found = fractions(law_in_order(problem.circuit, problem.data, order))
    assert found == by_specification(problem)


@pytest.mark.parametrize("case", odd_cases())
def test_cases_at_the_edge(case: str) -> None:
    problem = odd_cases()[case]
    order = needed_gates(problem.circuit)
    assert fractions(law_in_order(problem.circuit, problem.data, order)) == by_specification(
        problem
    )


@pytest.mark.parametrize("share", [3, 4, 9])
def test_stretches_of_any_length_give_the_same_law(
    share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = [highest(30), machine(6), xor_rich(20, 60, 3)]
    laws = [law_in_order(one, (), needed_gates(one)) for one in subjects]
    begun = stretches(monkeypatch)
    assert [law_in_order(one, (), needed_gates(one)) for one in subjects] == laws
    assert not begun
    monkeypatch.setattr(frontier_laws, "SHARE", share)
    assert [law_in_order(one, (), needed_gates(one)) for one in subjects] == laws
    assert len(begun) > 5
    assert max(begun) > 1


def stretches(patch: pytest.MonkeyPatch) -> list[int]:
    """The tuples at the beginnings of stretches that are gone through from now on."""
    begun: list[int] = []
    count = frontier_laws._Sweep._count  # pyright: ignore[reportPrivateUsage]

    def noted(self: Any) -> None:
        if self.before is not None:
            begun.append(len(self.before))
        count(self)

    patch.setattr(frontier_laws._Sweep, "_count", noted)  # pyright: ignore[reportPrivateUsage]
    return begun


def by_sweep(schedule: Schedule, data: tuple[bool, ...] = ()) -> Counts:
    run = run_circuit(schedule, data)
    return law_in_order(run, (), needed_gates(run))


@settings(max_examples=60)
@given(schedule=st.booleans().flatmap(schedules))
def test_a_run_has_the_law_of_the_definition_and_broken_rules_are_seen(schedule: Schedule) -> None:
    data = (True,) * len(schedule.data_cells)
    if schedule.unmask_sees_candidates:
        with pytest.raises(Rejected, match="sees the candidates"):
            run_circuit(schedule, data)
        return
    found = by_sweep(schedule, data)
    broken = any(text.endswith("1") for text in found.counts)
    try:
        wanted = by_definition(RunLaw(schedule, data))
    except (IllegalSampler, IllegalCode):
        assert broken
        return
    assert not broken
    shown = {tuple(bit == "1" for bit in t[:-1]): p for t, p in fractions(found).items()}
    assert shown == dict(wanted.items())


def lone_coin() -> Circuit:
    coins = (Input("a", InputKind.RANDOM), Input("b", InputKind.RANDOM))
    return Circuit(coins, (Gate(Op.AND, (0, 1)), Gate(Op.XOR, (0, ~2))), (2, 3))


def test_a_compiled_run_has_the_law_of_its_circuit_and_a_certificate() -> None:
    schedule = compile_write_once(lone_coin()).schedule
    found = by_sweep(schedule)
    law = Counts(found.exponent, {text[:-1]: count for text, count in found.counts.items()})
    assert law.fits(count_outputs(lone_coin(), ()))
    text = frontier_law_text(schedule, (), law, needed_gates(run_circuit(schedule)))
    checked = check_document(Document.parse(text, "file"))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == "law of a run"
    wrong = json.loads(text)
    wrong["schedule"] = wrong["schedule"].replace(f'"rounds": {schedule.rounds}', '"rounds": 1')
    with pytest.raises(Rejected, match="does not have each gate once"):
        check_document(Document.parse(json.dumps(wrong), "file"))


def test_a_run_that_breaks_a_rule_is_rejected() -> None:
    """All cells are written once; with a gate flipped one shows an illegal code or stays masked."""
    schedule = local_schedule(2, 2, 1, whole=True)
    broken = [flip_gate(schedule, "predictor", k) for k in range(len(schedule.predictor.gates))]
    seen = 0
    for one in broken:
        run = run_circuit(one)
        order = needed_gates(run)
        law = law_in_order(run, (), order)
        if any(text.endswith("1") for text in law.counts):
            stated = Counts(0, {"00": 1})
            with pytest.raises(Rejected, match="a rule of the model is broken on some seeds"):
                check_document(Document.parse(frontier_law_text(one, (), stated, order), "file"))
            seen += 1
    assert seen


def test_coins_of_past_rounds_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty rounds of eight coins each."""
    schedule = local_schedule(2, 50, 2, whole=True)
    run = run_circuit(schedule)
    assert len(run.random_inputs) > 300
    order = needed_gates(run)
    law = law_in_order(run, (), order)
    states = engine("states").law(RunLaw(schedule), Limits())
    counts = {text[:-1]: count for text, count in law.counts.items()}
    assert Counts(law.exponent, counts).fits(as_counts(states))
    monkeypatch.setattr(frontier_laws, "MOST_TUPLES", 16)
    with pytest.raises(Rejected, match="more than 16 tuples of values are live in this order"):
        law_in_order(run, (), order)


def as_counts(law: object) -> Counts:
    assert isinstance(law, CountedLaw)
    return Counts(law.exponent, {law.text(word): n for word, n in law.counts.items()})


def highest(bits: int) -> Circuit:
    """The carry of an adder."""
    whole = adder(bits)
    return Circuit(whole.inputs, whole.gates, whole.outputs[-1:])


def test_an_order_in_which_many_values_are_live_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    circuit = highest(12)
    monkeypatch.setattr(frontier_laws, "MOST_TUPLES", 1000)
    law = law_in_order(circuit, (), needed_gates(circuit))
    assert law.fits(Counts(13, {"0": 2**12 + 1, "1": 2**12 - 1}))
    first = len(circuit.inputs)
    layers = sorted(
        needed_gates(circuit),
        key=lambda node: (max(map(node_of, circuit.gates[node - first].args)) >= first, node),
    )
    with pytest.raises(Rejected, match="more than 1000 tuples of values are live"):
        law_in_order(circuit, (), layers)


def test_counts_of_thousands_of_digits_are_read_and_written() -> None:
    coins = 15_000
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(coins))
    circuit = Circuit(inputs, (Gate(Op.AND, tuple(range(coins))),), (coins,))
    law = Counts(coins, {"0": 2**coins - 1, "1": 1})
    text = frontier_law_text(circuit, (), law, [coins])
    assert check_document(Document.parse(text, "file")).verdict is Verdict.PROVED
    off = Counts(coins, {"0": 2**coins - 3, "1": 3})
    with pytest.raises(Rejected, match="output 0 has another probability"):
        check_document(Document.parse(frontier_law_text(circuit, (), off, [coins]), "file"))


@pytest.mark.parametrize("written", ["7", "0x", "0x07", "0xG", "0X7", "-0x7", "0x7_0"])
def test_counts_that_are_no_numbers_in_base_16_are_malformed(written: str) -> None:
    circuit = highest(1)
    text = frontier_law_text(circuit, (), Counts(2, {"0": 3, "1": 1}), needed_gates(circuit))
    assert check_document(Document.parse(text, "file")).verdict is Verdict.PROVED
    with pytest.raises(MalformedSyntax):
        check_document(Document.parse(text.replace('"0x3"', f'"{written}"'), "file"))


@pytest.mark.parametrize("both", [True, False])
def test_a_certificate_is_about_one_thing(both: bool) -> None:
    circuit = highest(1)
    raw = json.loads(
        frontier_law_text(circuit, (), Counts(2, {"0": 3, "1": 1}), needed_gates(circuit))
    )
    text = raw.pop("circuit")
    if both:
        raw |= {"circuit": text, "schedule": text}
    with pytest.raises(
        MalformedSyntax, match="a circuit and a schedule" if both else 'no key "circuit"'
    ):
        check_document(Document.parse(json.dumps(raw), "file"))


# --- canaries: errors planted in the kernel --------------------------------------------------


def forgets_too_early(patch: pytest.MonkeyPatch) -> None:
    """A value leaves with the last reader but one."""
    read = frontier_laws._Sweep._read  # pyright: ignore[reportPrivateUsage]

    def changed(self: Any, literal: int) -> Any:
        place, flip, enters, leaves = read(self, literal)
        return place, flip, enters, leaves or self.readers[node_of(literal)] == 1

    patch.setattr(frontier_laws._Sweep, "_read", changed)  # pyright: ignore[reportPrivateUsage]


def a_coin_is_tossed_twice(patch: pytest.MonkeyPatch) -> None:
    """A value that is read enters as a new coin, though it is known."""
    read = frontier_laws._Sweep._read  # pyright: ignore[reportPrivateUsage]

    def changed(self: Any, literal: int) -> Any:
        place, flip, enters, leaves = read(self, literal)
        return place, flip, enters or literal == 20, leaves

    patch.setattr(frontier_laws._Sweep, "_read", changed)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("plant", [forgets_too_early, a_coin_is_tossed_twice])
def test_canary_a_value_forgotten_or_tossed_again_gives_another_law(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    circuit = xor_rich(12, 80, 5)
    order = needed_gates(circuit)
    assert law_in_order(circuit, (), order).fits(count_outputs(circuit, ()))
    plant(monkeypatch)
    assert not law_in_order(circuit, (), order).fits(count_outputs(circuit, ()))


def test_canary_a_share_that_runs_over_gives_another_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch that does not end becomes too long for its shares."""
    circuit = highest(30)
    monkeypatch.setattr(frontier_laws, "SHARE", 4)
    law = law_in_order(circuit, (), needed_gates(circuit))
    stretch = frontier_laws._Sweep._stretch  # pyright: ignore[reportPrivateUsage]

    def changed(self: Any) -> None:
        if self.before is None:
            stretch(self)

    monkeypatch.setattr(frontier_laws._Sweep, "_stretch", changed)  # pyright: ignore[reportPrivateUsage]
    assert not law_in_order(circuit, (), needed_gates(circuit)).fits(law)


def test_canary_a_rule_that_is_not_looked_at_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the check at the end a run that writes nothing is legal."""
    predictor = Circuit(interface(1), (Gate(Op.CONST0),), (2, 2))
    unmask = Circuit(interface(1), (Gate(Op.CONST0),), (2,))
    idle = Schedule(1, 1, predictor, unmask, (0,), ("z",))
    assert all(text.endswith("1") for text in by_sweep(idle).counts)

    def blind(self: object, wrong: int) -> None:
        pass

    monkeypatch.setattr(run_circuits._Run, "_break", blind)  # pyright: ignore[reportPrivateUsage]
    assert all(text.endswith("0") for text in by_sweep(idle).counts)
