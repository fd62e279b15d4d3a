"""Coupling verdicts against the exact laws of the specification, on schedules and mutants."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.write_once import Frontier, compile_write_once
from dlmcheck.model.mutations import mutants
from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Bits, Circuit, all_data, assignment, evaluate
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import BadInput, IllegalCode, IllegalSampler
from dlmcheck.spec.lattice import Edits, End, RandomBits, Stop
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, interface, sampler_of, start_state
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.spec.tokens import State
from dlmcheck.spec.trace import output_of, run_on_coins
from dlmcheck.verify.engines import coupling
from dlmcheck.verify.engines.coupling import (
    CouplingResult,
    CouplingVerdict,
    Refutes,
    check_coupling,
)
from dlmcheck.verify.engines.law_difference import LawVerdict, law_difference
from dlmcheck.verify.engines.sweeping import Swept
from dlmcheck.verify.engines.unroll import Rule

READINGS = [RandomBits.SAMPLED, RandomBits.FREE, RandomBits.PRIVATE]


def small_circuit(seed: int) -> Circuit:
    return random_circuit(seed, data=seed % 2, coins=2, gates=1 + seed % 4, outputs=1 + seed % 2)


def private_circuit(seed: int) -> Circuit:
    """Every random input is read by one gate, so that all three readings apply."""
    source = random.Random(seed)
    builder = Builder.with_names(data=["a"], random=["r", "s"])
    first = builder.and_(1, ~0) if source.random() < 0.5 else builder.xor(1, 0)
    second = builder.or_(2, first) if source.random() < 0.5 else builder.xor(~2, first)
    return builder.build([first, ~second] if source.random() < 0.5 else [second])


def laws_equal(schedule: Schedule, circuit: Circuit, data: Bits) -> bool | None:
    """The specification's answer for one data input; None if the run is illegal."""
    try:
        found = output_law(sampler_of(schedule, data))
    except (IllegalSampler, IllegalCode):
        return None
    return found == circuit_law(circuit, data).map(lambda bits: tuple(int(b) for b in bits))


def serialised(schedule: Schedule) -> Schedule:
    return schedule_from_json(schedule_to_json(schedule))


# --- equivalence ---------------------------------------------------------------------------


@pytest.mark.parametrize("reading", READINGS)
def test_compiled_circuits_are_proved_by_hashing_and_have_the_same_law(reading: RandomBits) -> None:
    for seed in range(12):
        circuit = private_circuit(seed)
        schedule = serialised(compile_write_once(circuit, random_bits=reading).schedule)
        for labels in (schedule.labels, ()):
            result = check_coupling(replace(schedule, labels=labels), circuit)
            assert result.verdict is CouplingVerdict.EQUIVALENT
            assert (result.by_hashing, result.by_solver) == (len(circuit.outputs), 0)
            assert (result.proven, result.engine) == (0, "")
            coins = set(result.coupling.values())
            assert len(coins) == len(result.coupling) == 2
        assert all(laws_equal(schedule, circuit, data) for data in all_data(circuit))


def test_the_coupling_names_the_coin_of_each_random_input() -> None:
    circuit = private_circuit(0)
    sampled = compile_write_once(circuit).schedule
    result = check_coupling(sampled, circuit)
    assert result.source == "labels"
    assert result.coupling == {"r": ("predictor", 1, 0), "s": ("predictor", 1, 1)}
    free = compile_write_once(circuit, random_bits=RandomBits.FREE).schedule
    assert check_coupling(free, circuit).coupling == {"r": ("given", 0, 0), "s": ("given", 0, 1)}
    private = compile_write_once(circuit, random_bits=RandomBits.PRIVATE).schedule
    result = check_coupling(private, circuit)
    assert result.source == "numbers of the predictor's coins"
    assert result.coupling == {"r": ("predictor", 1, 0), "s": ("predictor", 2, 1)}


def test_lying_labels_do_not_matter() -> None:
    """Labels are hints: exchanged or senseless, the verdict stays."""
    circuit = private_circuit(3)
    schedule = compile_write_once(circuit).schedule
    source = random.Random(0)
    for _ in range(10):
        labels = list(schedule.labels)
        source.shuffle(labels)
        result = check_coupling(replace(schedule, labels=tuple(labels)), circuit)
        assert result.verdict is CouplingVerdict.EQUIVALENT


def test_an_unused_random_input_needs_no_coin() -> None:
    circuit = Builder.with_names(random=["used", "unused"]).build([~0])
    alone = Builder.with_names(random=["used"]).build([~0])
    result = check_coupling(compile_write_once(alone).schedule, circuit)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert result.spare == ("unused",)


def revision_parity(n: int) -> tuple[Schedule, Circuit]:
    """The two-round sampler of even parity with revision, and its circuit.

    Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.1: y_1..y_{n-1} fair and y_n = 0, then
    z_i = y_i xor y_{i-1}. With a clock of two bits: bit 0 is on in round 1, bit 1 in round 2.
    """
    builder = Builder(interface(n, clock_bits=2, random=n - 1))
    first = 2 * n
    outputs: list[int] = []
    for i in range(n):
        coin = first + 2 + i if i < n - 1 else builder.constant(False)
        mixed = builder.xor(2 * i + 1, 2 * i - 1) if i else 1
        outputs += [builder.constant(False), builder.mux(first, coin, mixed)]
    every = Builder(interface(n, clock_bits=2))
    schedule = Schedule(
        length=n,
        rounds=2,
        predictor=builder.build(outputs),
        unmask=every.build([every.constant(True)] * n),
        output=tuple(range(n)),
        output_names=tuple(f"z{i}" for i in range(n)),
        edits=Edits.REVISE_TOKEN,
        clock_bits=2,
    )
    bits = Builder.with_names(random=[f"y{i}" for i in range(n - 1)])
    z = [bits.xor(i, i - 1) if 0 < i < n - 1 else 0 if i == 0 else n - 2 for i in range(n)]
    return schedule, bits.build(z, schedule.output_names)


def test_even_parity_by_revision_is_coupled_although_its_cells_are_reused() -> None:
    for n in (3, 4, 40):
        schedule, circuit = revision_parity(n)
        result = check_coupling(schedule, circuit)
        assert result.verdict is CouplingVerdict.EQUIVALENT
        assert set(result.coupling.values()) == {("predictor", 1, j) for j in range(n - 1)}


# --- mutants -------------------------------------------------------------------------------


def cases(per_circuit: int) -> Iterator[tuple[Circuit, Schedule]]:
    """Mutants of small compiled circuits, in every reading and with every rule for F."""
    for seed in range(10):
        for way in (
            {"random_bits": RandomBits.SAMPLED},
            {"random_bits": RandomBits.FREE},
            {"random_bits": RandomBits.PRIVATE, "frontier": Frontier.TOKEN_SHIFT},
            {"stop": Stop.ABSORBING},
        ):
            circuit = private_circuit(seed) if "random_bits" in way else small_circuit(seed)
            arguments: dict[str, Any] = dict(way)
            schedule = compile_write_once(circuit, **arguments).schedule
            for mutant in mutants(schedule, seed, per_circuit):
                if isinstance(mutant.result, Schedule):
                    yield circuit, mutant.result


def check_verdict(circuit: Circuit, schedule: Schedule, result: CouplingResult) -> str:
    """Hold a verdict against exact laws and replay its witness; return what kind it is."""
    laws = [laws_equal(schedule, circuit, data) for data in all_data(circuit)]
    if result.verdict is CouplingVerdict.EQUIVALENT:
        assert all(laws)
        return "equivalent"
    if result.verdict is CouplingVerdict.UNKNOWN:
        assert "no coupling" in result.reason
        assert None not in laws
        return "unknown"
    replay(circuit, schedule, result)
    assert result.witness is not None
    assert result.refutes is not None
    if result.refutes is Refutes.LEGALITY:
        assert None in laws
    elif result.refutes is Refutes.LAW:
        assert laws[all_data(circuit).index(result.witness.data)] is False
    else:
        assert None not in laws
    return result.refutes.value


def replay(circuit: Circuit, schedule: Schedule, result: CouplingResult) -> None:
    """The witness fails in the specification's trace, for the reason given."""
    witness = result.witness
    assert witness is not None
    given = [witness.coin("given", 0, j) for j in range(len(schedule.given_cells))]
    start = start_state(schedule, witness.data, given)
    broken: IllegalSampler | IllegalCode | None = None
    final: State = ()
    try:
        steps = run_on_coins(schedule, witness.data, given, witness.coin)
        final = output_of(schedule, steps, start)
    except (IllegalSampler, IllegalCode) as error:
        broken = error
    if broken is not None:
        assert witness.rule is not None
        assert witness.rule.value == type(broken).__name__
        assert broken.position in (None, witness.cell)
        return
    if result.refutes is Refutes.LEGALITY:
        # A run on coins does not look beyond the last round; the law's definition does.
        assert witness.rule is not None
        assert schedule.stop is Stop.ABSORBING
        assert witness.round_number == schedule.rounds + 1
        return
    names = [circuit.inputs[v].name for v in circuit.random_inputs]
    coupling = {p.name: p for p in result.partners}
    seed = [
        name in coupling and witness.coin(*coupling[name].coin) != coupling[name].inverted
        for name in names
    ]
    wanted = evaluate(circuit, assignment(circuit, witness.data, seed))
    place = schedule.output_names.index(witness.output)
    assert final[place] == witness.by_run
    index = circuit.output_names.index(witness.output)
    assert wanted[index] == bool(witness.by_circuit)
    assert witness.by_run != witness.by_circuit


def test_verdicts_on_mutants_agree_with_exact_laws_and_witnesses_replay() -> None:
    seen: Counter[str] = Counter()
    decided: Counter[LawVerdict] = Counter()
    for circuit, schedule in cases(12):
        result = check_coupling(serialised(schedule), circuit)
        seen[check_verdict(circuit, schedule, result)] += 1
        for data in all_data(circuit):
            equal = laws_equal(schedule, circuit, data)
            answer = law_difference(schedule, circuit, data)
            assert answer.verdict is (LawVerdict.EQUAL if equal else LawVerdict.DIFFERENT)
            assert (answer.broken is not None) == (equal is None)
            if equal is False:
                check_event(schedule, circuit, data, answer)
            decided[answer.verdict] += 1
    assert set(seen) == {"equivalent", "legality", "law", "coupling", "unknown"}
    assert sum(seen.values()) >= 400
    assert min(seen["equivalent"], seen["legality"], seen["coupling"]) >= 20
    assert LawVerdict.UNKNOWN not in decided


def check_event(schedule: Schedule, circuit: Circuit, data: Bits, answer: Any) -> None:
    """The event of a difference has the probabilities that are claimed."""

    def chance(law: Law[Any], names: tuple[str, ...]) -> Any:
        places = [names.index(name) for name in answer.outputs]
        return law.probability(lambda o: tuple(int(o[p]) for p in places) == answer.values)

    assert chance(output_law(sampler_of(schedule, data)), schedule.output_names) == answer.by_run
    assert chance(circuit_law(circuit, data), circuit.output_names) == answer.by_circuit
    assert answer.by_run != answer.by_circuit


def _outputs_agree(coupler: Any, nodes: Any) -> list[int]:
    return [0] * len(coupler.order)


def _nothing_is_forbidden(run: Any, rule: Any, cell: int, broken: int) -> None:
    return None


BLIND: dict[str, tuple[str, Any]] = {
    "outputs": ("dlmcheck.verify.engines.coupling.Coupler._differences", _outputs_agree),
    "legality": ("dlmcheck.verify.engines.unroll._Run._oblige", _nothing_is_forbidden),
}


@pytest.mark.parametrize("blind_to", BLIND)
def test_a_blind_engine_is_caught_by_the_comparison_with_laws(
    blind_to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Canary: an engine that does not look at outputs, or not at legality."""
    monkeypatch.setattr(*BLIND[blind_to])
    with pytest.raises(AssertionError):
        check_cases()


def check_cases() -> None:
    for circuit, schedule in cases(4):
        check_verdict(circuit, schedule, check_coupling(schedule, circuit))


# --- what a failed coupling does not say ---------------------------------------------------


def one_coin(negated: bool) -> Schedule:
    """One cell that shows its coin, or the negation of it."""
    builder = Builder(interface(1, random=1))
    coin = ~2 if negated else 2
    value = builder.or_(builder.and_(0, coin), 1)
    unmask = Builder(interface(1))
    return Schedule(
        length=1,
        rounds=1,
        predictor=builder.build([builder.constant(False), value]),
        unmask=unmask.build([0]),
        output=(0,),
        output_names=("o0",),
    )


def test_a_negated_coin_has_the_same_law() -> None:
    # The coin of number 0 is tried first; then what the cell shows, which may be its negation.
    circuit = Builder.with_names(random=["r"]).build([0])
    for negated in (False, True):
        result = check_coupling(one_coin(negated), circuit)
        assert result.verdict is CouplingVerdict.EQUIVALENT
        assert [p.inverted for p in result.partners] == [negated]
    with pytest.raises(BadInput, match="inverts"):
        _ = check_coupling(one_coin(True), circuit).coupling


def test_a_wrong_coupling_with_equal_laws_refutes_only_the_coupling() -> None:
    """(r, r xor s) against (s, r xor s): one law, but another function of the coupled coins."""
    builder = Builder.with_names(random=["r", "s"])
    schedule = compile_write_once(builder.build([0, builder.xor(0, 1)])).schedule
    other = builder.build([1, builder.xor(0, 1)])
    result = check_coupling(schedule, other)
    assert (result.verdict, result.refutes) == (CouplingVerdict.REFUTED, Refutes.COUPLING)
    assert law_difference(schedule, other).verdict is LawVerdict.EQUAL
    assert laws_equal(schedule, other, ()) is True


def test_too_few_coins_give_unknown_and_then_a_difference_of_laws() -> None:
    """One coin shown twice against two coins: there is nothing to couple the second with."""
    schedule = compile_write_once(Builder.with_names(random=["r"]).build([0, 0])).schedule
    circuit = Builder.with_names(random=["r", "s"]).build([0, 1])
    result = check_coupling(schedule, circuit)
    assert result.verdict is CouplingVerdict.UNKNOWN
    assert "no coupling found" in result.reason
    answer = law_difference(schedule, circuit)
    assert answer.verdict is LawVerdict.DIFFERENT
    assert answer.gap * 4 == 1


def test_a_wrong_function_of_data_refutes_the_law() -> None:
    builder = Builder.with_names(data=["a", "b"])
    schedule = compile_write_once(builder.build([builder.and_(0, 1)])).schedule
    result = check_coupling(schedule, builder.build([builder.or_(0, 1)]))
    assert (result.verdict, result.refutes) == (CouplingVerdict.REFUTED, Refutes.LAW)
    assert result.witness is not None
    assert sum(result.witness.data) == 1
    assert (result.witness.by_run, result.witness.by_circuit) == (0, 1)


def parity_circuit(n: int) -> Circuit:
    """n - 1 fair bits and their parity, built as a chain."""
    builder = Builder.with_names(random=[f"r{i}" for i in range(n)])
    last = 0
    for i in range(1, n - 1):
        last = builder.xor(last, i)
    return builder.build([*range(n - 1), last])


def test_large_even_parity_differs_from_uniform_by_support() -> None:
    """All proper marginals agree, and there are too many coins to enumerate: Z3 sees it."""
    n = 24
    schedule = compile_write_once(parity_circuit(n)).schedule
    uniform = Builder.with_names(random=[f"r{i}" for i in range(n)]).build(list(range(n)))
    answer = law_difference(schedule, uniform)
    assert (answer.verdict, answer.method) == (LawVerdict.DIFFERENT, "support")
    assert answer.engine.startswith("z3 ")
    assert answer.by_run == 0
    assert answer.by_circuit is None
    assert answer.gap * 2**n == 1
    assert sum(answer.values) % 2 == 1


def test_a_difference_in_one_output_among_many_is_found_exactly() -> None:
    e = Fraction(1, 8)
    builder = Builder.with_names(random=[f"r{i}" for i in range(30)])
    whole = builder.xor(*range(30))
    schedule = compile_write_once(builder.build([whole, builder.and_(0, 1, 2)])).schedule
    answer = law_difference(schedule, builder.build([whole, builder.and_(0, 1)]))
    assert answer.verdict is LawVerdict.DIFFERENT
    assert answer.outputs == ("o1",)
    assert (answer.by_run, answer.by_circuit) in ((e, 2 * e), (1 - e, 1 - 2 * e))


def test_an_output_that_is_one_more_often_differs_by_domination() -> None:
    """The largest of 30 pairs' conjunctions against that of 29: too many coins to enumerate."""
    builder = Builder.with_names(random=[f"r{i}" for i in range(60)])
    pairs = [builder.and_(2 * i, 2 * i + 1) for i in range(30)]
    more, less = builder.build([builder.or_(*pairs)]), builder.build([builder.or_(*pairs[1:])])
    for run, circuit, value in ((more, less, 1), (less, more, 0)):
        answer = law_difference(compile_write_once(run).schedule, circuit)
        assert (answer.verdict, answer.method) == (LawVerdict.DIFFERENT, "domination")
        assert (answer.outputs, answer.values) == (("o0",), (value,))
        assert answer.by_run is None
        assert answer.by_circuit is None
        assert answer.gap * 2**60 == 1
        assert "likelier in the run" in answer.reason
    # Equal laws on permuted coins are not separated.
    swapped = builder.build([builder.or_(*pairs[:29])])
    answer = law_difference(compile_write_once(less).schedule, swapped)
    assert answer.verdict is LawVerdict.UNKNOWN


# --- where it goes wrong -------------------------------------------------------------------


def test_the_first_wrong_round_and_cell_are_named() -> None:
    """A flipped gate in the middle of a chain is blamed, not the output it spoils."""
    builder = Builder.with_names(random=["r", "s"])
    first = builder.and_(0, 1)
    second = builder.xor(first, 0)
    third = builder.or_(second, ~1)
    circuit = builder.build([third])
    compiled = compile_write_once(circuit)
    wrong = Builder.with_names(random=["r", "s"])
    start = wrong.or_(0, 1)
    changed = wrong.build([wrong.or_(wrong.xor(start, 0), ~1)])
    schedule = compile_write_once(changed).schedule
    result = check_coupling(schedule, circuit, numbering=compiled.circuit)
    assert result.witness is not None
    assert (result.witness.round_number, result.witness.cell) == (2, compiled.cell_of[first])
    without = check_coupling(replace(schedule, labels=()), circuit).witness
    assert without is not None
    assert (without.round_number, without.cell) == (4, schedule.output[0])


def test_witness_seeds_are_minimal() -> None:
    """AND of twelve coins against 0: all twelve are needed; OR against 0: one is enough."""
    builder = Builder.with_names(random=[f"r{i}" for i in range(12)])
    zero = builder.build([builder.constant(False)])
    for gate, needed in ((builder.and_(*range(12)), 12), (builder.or_(*range(12)), 1)):
        schedule = compile_write_once(builder.build([gate])).schedule
        witness = check_coupling(schedule, zero).witness
        assert witness is not None
        assert len(witness.coins) == needed


# --- solver, interface, end ----------------------------------------------------------------


def test_what_hashing_cannot_see_is_swept_or_asked_or_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Distributivity: a (b or c) against a b or a c."""
    builder = Builder.with_names(random=["a", "b", "c"])
    left = builder.build([builder.and_(0, builder.or_(1, 2))])
    right = builder.build([builder.or_(builder.and_(0, 1), builder.and_(0, 2))])
    schedule = compile_write_once(left).schedule
    result = check_coupling(schedule, right)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert (result.by_hashing, result.swept, result.by_solver) == (0, 1, 0)
    assert result.certificate is not None

    def gives_up(*_: object, **__: object) -> Swept:
        return Swept(undecided=(0,))

    monkeypatch.setattr(coupling, "sweep", gives_up)
    result = check_coupling(schedule, right)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert (result.by_hashing, result.swept, result.by_solver) == (0, 0, 1)
    assert result.engine.startswith("z3 ")
    spent = check_coupling(schedule, right, timeout=0)
    assert (spent.verdict, spent.reason) == (CouplingVerdict.UNKNOWN, "1 outputs undecided")


def test_inputs_and_outputs_are_matched_by_name() -> None:
    circuit = private_circuit(0)
    schedule = compile_write_once(circuit).schedule
    renamed = replace(circuit, output_names=tuple(f"q{i}" for i in range(len(circuit.outputs))))
    with pytest.raises(BadInput, match="same outputs"):
        check_coupling(schedule, renamed)
    with pytest.raises(BadInput, match="same data inputs"):
        check_coupling(replace(schedule, data_names=("other",)), circuit)
    backwards = replace(
        schedule, output=schedule.output[::-1], output_names=schedule.output_names[::-1]
    )
    assert check_coupling(backwards, circuit).verdict is CouplingVerdict.EQUIVALENT


def test_a_run_that_never_writes_is_illegal_unless_only_outputs_must_be_visible() -> None:
    schedule = replace(one_coin(False), rounds=0)
    circuit = Builder.with_names(random=["r"]).build([0])
    result = check_coupling(schedule, circuit)
    assert result.refutes is Refutes.LEGALITY
    assert result.witness is not None
    assert result.witness.rule is Rule.ENDS_UNMASKED
    nothing = Builder.with_names(random=["r"]).build([])
    empty = replace(schedule, output=(), output_names=(), end=End.OUTPUT_ONLY)
    assert check_coupling(empty, nothing).verdict is CouplingVerdict.EQUIVALENT
