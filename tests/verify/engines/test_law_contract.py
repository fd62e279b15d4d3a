"""What every engine for exact laws owes, the specification among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.workloads import adder, xor_rich
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadCircuit, BadInput, IllegalCode, IllegalSampler
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines import law_engines
from dlmcheck.verify.engines.law_engines import (
    ENGINES,
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawEngine,
    LawProblem,
    Limits,
    RunLaw,
    Unknown,
    Why,
    choose,
    counted,
    engine,
    law,
)
from dlmcheck.verify.engines.law_evidence import certificate
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.engines.law_problems import by_definition, circuits, odd_cases
from tests.verify.engines.test_statelaw import schedules

every_engine = pytest.mark.parametrize("name", ENGINES)
ILLEGAL = (IllegalSampler, IllegalCode)


def differs(one: LawEngine, problem: LawProblem) -> str:
    """How an engine's answer differs from the specification's law; empty if it does not."""
    if one.refuses(problem):
        return ""
    try:
        wanted = by_definition(problem)
    except ILLEGAL:
        try:
            return f"a law of an illegal run: {one.law(problem, Limits())}"
        except ILLEGAL:
            return ""
    answer = one.law(problem, Limits())
    if not isinstance(answer, CountedLaw):
        return f"no law: {answer}"
    if answer.as_law() != wanted:
        return f"{answer} is not {wanted}"
    return "" if answer == counted(answer.outputs, answer.counts, answer.exponent) else "its form"


def small_runs() -> dict[str, RunLaw]:
    coins = (Input("a", InputKind.RANDOM), Input("b", InputKind.RANDOM), Input("x", InputKind.DATA))
    circuit = Circuit(coins, (Gate(Op.AND, (0, 1)), Gate(Op.XOR, (0, ~2))), (3, 4))
    found: dict[str, Schedule] = {
        "write-once": compile_write_once(circuit).schedule,
        "remasking": compile_remasking(circuit).schedule,
        "revision": compile_revision(circuit).schedule,
    }
    found |= {f"{name}, a gate flipped": flip_gate(s, "predictor", 0) for name, s in found.items()}
    runs = {name: RunLaw(schedule, (True,)) for name, schedule in found.items()}
    runs["parity by revision"] = RunLaw(parity_revision(4))
    runs["parity by random unmasking"] = RunLaw(parity_independent_unmasking(3))
    return runs


# --- each engine against the definition ----------------------------------------------------


EXAMPLES = {"compiled": 8}
"""Random examples where it is not Hypothesis's own number: a compiler takes its time."""


@every_engine
def test_random_circuits_have_the_law_of_the_definition(name: str) -> None:
    @settings(max_examples=EXAMPLES.get(name, 100))
    @given(problem=circuits())
    def check(problem: CircuitLaw) -> None:
        assert differs(engine(name), problem) == ""

    check()


@every_engine
@pytest.mark.parametrize("case", odd_cases())
def test_cases_at_the_edge(name: str, case: str) -> None:
    assert differs(engine(name), odd_cases()[case]) == ""


@every_engine
def test_random_runs_have_the_law_of_the_definition(name: str) -> None:
    @settings(max_examples=EXAMPLES.get(name, 40))
    @given(schedule=st.booleans().flatmap(schedules))
    def check(schedule: Schedule) -> None:
        data = (True,) * len(schedule.data_cells)
        assert differs(engine(name), RunLaw(schedule, data)) == ""

    check()


@every_engine
@pytest.mark.parametrize("case", small_runs())
def test_compiled_runs_and_broken_ones(name: str, case: str) -> None:
    assert differs(engine(name), small_runs()[case]) == ""


LARGE = [(14, 300, 3), (15, 600, 7), (16, 300, 8), (15, 300, 12), (17, 300, 16), (19, 300, 18)]
"""Coins, gates, outputs: longer than what is cut into parts, in each way of counting."""


BY_STRUCTURE = ("diagrams", "frontier")
"""Engines that may meet a limit of nodes on circuits without structure."""


@pytest.mark.parametrize("name", sorted(ENGINES.keys() - {"reference", "columns"}))
@pytest.mark.parametrize("size", LARGE, ids=str)
def test_larger_circuits_have_the_law_that_the_kernel_counts(
    name: str, size: tuple[int, int, int]
) -> None:
    problem = CircuitLaw(xor_rich(*size))
    if engine(name).refuses(problem):
        return
    answer = engine(name).law(problem, Limits(nodes=1 << 16))
    if name in BY_STRUCTURE and isinstance(answer, Unknown):
        assert answer.why is Why.NODES
    else:
        assert answer == kernel_law(size)


@cache
def kernel_law(size: tuple[int, int, int]) -> CountedLaw | Unknown:
    return engine("columns").law(CircuitLaw(xor_rich(*size)), Limits())


def test_each_case_of_runs_is_taken_by_some_engine_beside_the_reference() -> None:
    others = [engine(name) for name in ENGINES if name != "reference"]
    cases: dict[str, LawProblem] = {**odd_cases(), **small_runs()}
    for case, problem in cases.items():
        assert not others or any(not one.refuses(problem) for one in others), case


# --- limits --------------------------------------------------------------------------------


def eight_coins() -> CircuitLaw:
    coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(8))
    gates = tuple(Gate(Op.XOR, (i, (i + 1) % 8)) for i in range(7))
    return CircuitLaw(Circuit(coins, gates, tuple(range(15))))


@every_engine
def test_too_many_outcomes_end_in_unknown(name: str) -> None:
    one, problem = engine(name), eight_coins()
    if not one.refuses(problem):
        answer = one.law(problem, Limits(outcomes=255))
        assert isinstance(answer, Unknown)
        assert answer.why is Why.OUTCOMES
        assert isinstance(one.law(problem, Limits(outcomes=256)), CountedLaw)


@every_engine
def test_no_time_ends_in_unknown(name: str) -> None:
    one, problem = engine(name), eight_coins()
    if not one.refuses(problem):
        answer = one.law(problem, Limits(seconds=0.0))
        assert isinstance(answer, Unknown)
        assert answer.why is Why.TIME


@pytest.mark.parametrize(
    ("command", "reason"),
    [("no-such-compiler", "no C compiler is found"), ("false", "the C compiler failed")],
)
def test_without_a_compiler_that_works_another_engine_is_chosen(
    monkeypatch: pytest.MonkeyPatch, command: str, reason: str
) -> None:
    monkeypatch.setenv("CC", command)
    problem = CircuitLaw(xor_rich(24, 400, 8))
    answer = law(problem, "compiled").answer
    assert isinstance(answer, Unknown)
    assert answer.why is Why.REFUSED
    assert reason in answer.message
    monkeypatch.setattr(law_engines, "PROBE", 1e9)
    small = law(CircuitLaw(xor_rich(20, 400, 12)))
    assert small.engine in ("columns", "numpy")
    assert isinstance(small.answer, CountedLaw)


def test_memory_that_tables_would_need_is_asked_for_first() -> None:
    answer = engine("compiled").law(eight_coins(), Limits(memory=1000))
    assert isinstance(answer, Unknown)
    assert answer.why is Why.MEMORY


# --- the choice ----------------------------------------------------------------------------


def test_auto_says_which_engine_it_took_and_why() -> None:
    answered = law(eight_coins())
    assert answered.engine == "linear"
    assert "affine space of 2^8 outcomes" in answered.why
    assert isinstance(answered.answer, CountedLaw)


def test_auto_and_every_engine_that_takes_a_problem_agree() -> None:
    answers = [law(eight_coins(), name).answer for name in (*ENGINES, law_engines.AUTO)]
    laws = [answer for answer in answers if isinstance(answer, CountedLaw)]
    assert len(laws) >= 2
    assert len(set(map(repr, laws))) == 1


@dataclass(frozen=True)
class Pretender:
    """An engine with an estimate of its own and somebody else's answers, changed."""

    seconds: float | None
    refusal: str = ""
    change: Callable[[CountedLaw], CountedLaw] = lambda law: law

    def refuses(self, problem: LawProblem) -> str:
        return self.refusal

    def estimate(self, problem: LawProblem) -> Estimate:
        return Estimate(self.seconds, "so it says")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        answer = engine("reference").law(problem, limits)
        return self.change(answer) if isinstance(answer, CountedLaw) else answer


@pytest.mark.parametrize(
    ("offers", "bound", "chosen"),
    [
        ({"a": Pretender(2.0), "b": Pretender(1.0)}, None, "b"),
        ({"a": Pretender(2.0), "b": Pretender(1.0, "not that")}, None, "a"),
        ({"a": Pretender(2.0), "b": Pretender(None)}, None, "a"),
        ({"a": Pretender(2.0), "b": Pretender(None)}, 1.0, "b"),
        ({"a": Pretender(1e9), "b": Pretender(None)}, None, "b"),
        ({"a": Pretender(1e9), "b": Pretender(2e9)}, None, "a"),
        ({"a": Pretender(None), "b": Pretender(None)}, None, "a"),
        ({"a": Pretender(1.0, "no"), "b": Pretender(1.0, "nor I")}, None, ""),
    ],
)
def test_the_quickest_is_chosen_and_what_cannot_tell_comes_last(
    monkeypatch: pytest.MonkeyPatch,
    offers: dict[str, Pretender],
    bound: float | None,
    chosen: str,
) -> None:
    monkeypatch.setattr(law_engines, "ENGINES", dict.fromkeys(offers, ""))
    monkeypatch.setattr(law_engines, "engine", offers.__getitem__)
    choice = choose(eight_coins(), Limits(seconds=bound))
    assert choice.engine == chosen
    assert choice.why


def test_an_engine_that_refuses_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_engines, "ENGINES", {"a": ""})
    monkeypatch.setattr(law_engines, "engine", {"a": Pretender(1.0, "not that")}.__getitem__)
    for name in ("a", law_engines.AUTO):
        answer = law(eight_coins(), name).answer
        assert isinstance(answer, Unknown)
        assert answer.why is Why.REFUSED
        assert "not that" in answer.message


def test_an_unknown_engine_is_bad_input() -> None:
    with pytest.raises(BadInput, match="no engine 'oracle'") as caught:
        engine("oracle")
    assert "reference" in caught.value.expected


@pytest.mark.parametrize("data", [(), (True, True)])
def test_data_that_do_not_fit_are_refused(data: tuple[bool, ...]) -> None:
    circuit = Circuit((Input("x", InputKind.DATA),), (), (0,))
    with pytest.raises(BadCircuit):
        CircuitLaw(circuit, data)
    with pytest.raises(BadInput):
        RunLaw(compile_write_once(circuit).schedule, data)


# --- laws as counts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outputs", "counts", "exponent", "reason"),
    [
        (1, {0: 1}, 1, "no law"),
        (1, {0: 3, 1: -1}, 1, "no law"),
        (1, {0: 2, 1: 2}, 2, "least possible"),
        (1, {1: 1, 0: 1}, 1, "out of order"),
        (1, {0: 1, 2: 1}, 1, "out of range"),
        (0, {1: 1}, 0, "out of range"),
    ],
)
def test_canary_counts_that_are_no_law_in_canonical_form(
    outputs: int, counts: dict[int, int], exponent: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        CountedLaw(outputs, counts, exponent)


def test_equal_laws_are_equal_objects_however_they_were_counted() -> None:
    assert counted(2, {3: 4, 1: 12, 0: 0}, 4) == counted(2, {1: 3, 3: 1}, 2)


# --- canaries: engines with a planted error -------------------------------------------------


def moved(law: CountedLaw) -> CountedLaw:
    """One seed counted for another outcome."""
    counts = {word: count << 1 for word, count in law.counts.items()}
    first = min(counts)
    counts[first] -= 1
    other = first ^ 1 if law.outputs else first
    counts[other] = counts.get(other, 0) + 1
    return counted(law.outputs, counts, law.exponent + 1)


def inverted(law: CountedLaw) -> CountedLaw:
    """Every output negated."""
    top = (1 << law.outputs) - 1
    return counted(law.outputs, {top ^ word: c for word, c in law.counts.items()}, law.exponent)


def reversed_outputs(law: CountedLaw) -> CountedLaw:
    """The outputs in the wrong order."""
    return counted(
        law.outputs,
        {int(law.text(word)[::-1] or "0", 2): c for word, c in law.counts.items()},
        law.exponent,
    )


@pytest.mark.parametrize("change", [moved, inverted, reversed_outputs])
def test_canary_the_contract_catches_a_wrong_engine(
    change: Callable[[CountedLaw], CountedLaw],
) -> None:
    wrong = replace(Pretender(1.0), change=change)
    caught = [case for case, problem in odd_cases().items() if differs(wrong, problem)]
    assert "a wide gate" in caught
    assert all("is not" in differs(wrong, odd_cases()[case]) for case in caught)
    assert not any(differs(Pretender(1.0), problem) for problem in odd_cases().values())


def prefixes(coins: int) -> CircuitLaw:
    """Whether the first coin is 1, the first two, ...: few outcomes, and many values live."""
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(coins))
    first = Gate(Op.ID, (0,))
    others = (Gate(Op.AND, (coins + i - 1, i)) for i in range(1, coins))
    return CircuitLaw(Circuit(inputs, (first, *others), tuple(range(coins, 2 * coins))))


def test_where_counting_takes_long_what_cannot_tell_is_given_a_try() -> None:
    problem = prefixes(32)
    answered = law(problem)
    assert answered.engine == "frontier"
    assert "a try succeeded" in answered.why
    assert isinstance(answered.answer, CountedLaw)
    assert answered.answer == law(problem, "diagrams").answer


def test_where_one_gives_up_for_want_of_nodes_the_next_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = Unknown(Why.NODES, "no room")
    asked: list[float | None] = []

    def no_room(self: Pretender, problem: LawProblem, limits: Limits) -> Unknown:
        asked.append(limits.seconds)
        return limit

    offers = {name: Pretender(None) for name in "abc"}
    monkeypatch.setattr(law_engines, "ENGINES", dict.fromkeys(offers, ""))
    monkeypatch.setattr(law_engines, "engine", offers.__getitem__)
    monkeypatch.setattr(Pretender, "law", no_room)
    answered = law(eight_coins())
    assert (answered.engine, answered.answer) == ("a", limit)
    assert asked == [law_engines.PROBE] * 3 + [None] * 3


def test_few_live_values_are_known_before_anything_is_counted() -> None:
    whole = adder(100)
    problem = CircuitLaw(Circuit(whole.inputs, whole.gates, whole.outputs[-2:]))
    answered = law(problem)
    assert answered.engine == "frontier"
    assert "values live" in answered.why
    assert answered.answer == law(problem, "diagrams").answer


def test_a_run_of_many_rounds_has_the_law_of_its_circuit_by_a_sweep() -> None:
    """48 coins and 48 rounds: nothing that enumerates seeds or states gets there."""
    whole = adder(24)
    circuit = Circuit(whole.inputs, whole.gates, whole.outputs[-2:])
    problem = RunLaw(compile_write_once(circuit).schedule)
    answered = law(problem)
    assert answered.engine == "frontier"
    assert isinstance(answered.answer, CountedLaw)
    assert answered.answer == law(CircuitLaw(circuit)).answer
    assert answered.answer == law(problem, "diagrams").answer
    text, checked = certificate(problem, answered.answer, "frontier")
    assert checked.verdict is Verdict.PROVED
    assert '"frontier-law"' in text


def test_a_run_swept_by_the_engine_has_its_states_pushed_forward_where_these_are_few() -> None:
    schedule = local_schedule(7, 3, 1, ring=True, whole=True)
    problem = RunLaw(schedule)
    found = engine("frontier").law(problem, Limits())
    assert isinstance(found, CountedLaw)
    text, checked = certificate(problem, found, "frontier")
    assert checked.verdict is Verdict.PROVED
    assert '"state-law"' in text
