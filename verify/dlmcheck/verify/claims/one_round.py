"""S-PRODUCT: is one round a product law, given the state?

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: the tokens of a round are drawn
independently given the state. What that says of the *state after the round* depends on the
policies, and a row is one reading of it. The note SANITY has the proofs and the witnesses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import replace
from fractions import Fraction

from dlmcheck.model.legal_schedules import Selection
from dlmcheck.spec.definition import Configuration, Sampler
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.law import Law, is_product
from dlmcheck.spec.policies import AfterSamplingUnmasking, MemoryUnmasking, Positions, Round
from dlmcheck.spec.sampler import laws_by_round, selection_law
from dlmcheck.spec.tokens import State, show_state
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.schedule_cases import ScheduleCase
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.claims.two_cell_rounds import Form, TwoCells, two_cell_rounds
from dlmcheck.verify.engines.paths import paths
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails

ON_COINS = "runs on all values of the coins"
PATHS = "paths one by one"

LEGAL_JOB = "semantics-legal"
"""The job that goes through legal schedules; it is made where the other lemmas are."""
TWO_CELLS_JOB = "semantics-two-cells"


def show_law(law: Law[State]) -> str:
    """A law on states as text, in order.

    >>> show_law(Law({(1, -1): Fraction(1, 2), (0, 0): Fraction(1, 2)}))
    '00: 1/2, 1M: 1/2'
    """
    return ", ".join(f"{show_state(state)}: {law[state]}" for state in sorted(law))


def _product(law: Law[State]) -> Outcome:
    return HOLDS if is_product(law) else fails(f"no product law: {show_law(law)}")


def _states(law: Law[Configuration]) -> Law[State]:
    return law.map(lambda configuration: configuration.state)


# --- rounds on two cells -----------------------------------------------------------------------

Engine = Callable[[Sampler], Law[Configuration]]
"""What a sampler's run ends with: a law on states and hidden memory."""


def by_reference(sampler: Sampler) -> Law[Configuration]:
    """The law at the end, by the specification."""
    return laws_by_round(sampler)[-1]


def by_paths(sampler: Sampler) -> Law[Configuration]:
    """The law at the end, by paths that are not merged."""
    weights: dict[Configuration, Fraction] = defaultdict(Fraction)
    for path in paths(sampler):
        weights[Configuration(path.states[-1], path.memory)] += path.weight
    return Law(weights)


def product_given_state(form: Form, engine: Engine = by_reference) -> Callable[[TwoCells], Outcome]:
    """The state after the round is a product law, given the state before."""

    def outcome(case: TwoCells) -> Outcome:
        return _product(_states(engine(case.sampler()))) if case.form is form else NOT_MET

    return outcome


def product_given_memory(engine: Engine = by_reference) -> Callable[[TwoCells], Outcome]:
    """With hidden memory: a product law, given the state and the memory before."""

    def outcome(case: TwoCells) -> Outcome:
        if case.form is not Form.MEMORY:
            return NOT_MET
        sampler = case.sampler()
        for bit in (0, 1):
            policy = sampler.unmask
            if not isinstance(policy, MemoryUnmasking):
                return fails("the policy has no memory")
            known = replace(sampler, unmask=replace(policy, initial=bit), rounds=1)
            found = _product(_states(engine(known)))
            if found != HOLDS:
                return found
        return HOLDS

    return outcome


NOT_SEEING = (Form.UNIFORM_SUBSET, Form.JOINT)
"""The forms of F that do not see the candidates and choose sets; the others are joint ones, too."""


def product_given_set(
    forms: tuple[Form, ...], engine: Engine = by_reference
) -> Callable[[TwoCells], Outcome]:
    """The written state is a product law, given the state before and the selected set."""

    def outcome(case: TwoCells) -> Outcome:
        if case.form not in forms:
            return NOT_MET
        by_set: dict[str, dict[State, Fraction]] = {}
        for after, weight in engine(recording(case.sampler())).items():
            by_set.setdefault(str(after.memory), {})[after.state] = weight
        for chosen in sorted(by_set):
            mass = sum(by_set[chosen].values())
            found = _product(Law({state: w / mass for state, w in by_set[chosen].items()}))
            if found != HOLDS:
                return found
        return HOLDS

    return outcome


def recording(sampler: Sampler) -> Sampler:
    """The sampler, with the last selected set kept as hidden memory, so that it can be asked for.

    The unmasking policy must be without memory and the sampler without a clock.
    """
    policy = sampler.unmask
    if isinstance(policy, MemoryUnmasking):
        raise BadPoint("a policy with memory of its own", source="recording")

    def select(
        state: State, memory: Hashable, candidates: State, number: Round
    ) -> Law[tuple[Positions, Hashable]]:
        if isinstance(policy, AfterSamplingUnmasking):
            law = policy.select(state, candidates, number)
        else:
            law = selection_law(sampler, state, 1)
        return law.map(lambda chosen: (chosen, tuple(sorted(chosen))))

    return replace(sampler, unmask=MemoryUnmasking(None, select))


# --- runs of schedules on coins ----------------------------------------------------------------


def product_on_coins(
    selections: tuple[Selection, ...], *, given_set: bool = False
) -> Callable[[ScheduleCase], Outcome]:
    """In runs on all coins: the state after a write, given the state before it.

    With `given_set`, given the selected set as well.
    """

    def outcome(case: ScheduleCase) -> Outcome:
        if case.kind is None or case.kind.selection not in selections or not case.few_coins:
            return NOT_MET
        if case.broken_on_coins:
            return fails(f"a run breaks a rule: {case.broken_on_coins}")
        for runs in case.coin_runs:
            counts: dict[tuple[int, State, frozenset[int] | None], Counter[State]] = {}
            for run in runs:
                for before, step in run.rounds():
                    key = step.number, before, step.selected if given_set else None
                    counts.setdefault(key, Counter())[step.written] += 1
            for found in counts.values():
                total = sum(found.values())
                law = Law({state: Fraction(count, total) for state, count in found.items()})
                if not is_product(law):
                    return _product(law)
        return HOLDS

    return outcome


# --- rows --------------------------------------------------------------------------------------

APART = (Selection.DETERMINISTIC, Selection.INDEPENDENT, Selection.SAME_RATE)
"""The forms of F, among those of circuits, that decide on each position apart."""
BEFORE_SAMPLING = tuple(s for s in Selection if s is not Selection.AFTER_SAMPLING)
GIVEN_MEMORY = "product:memory,given-memory"
GIVEN_SET = "product:given-set,before-sampling"
GIVEN_SET_SEEING = "product:given-set,after-sampling"


def _name(form: Form) -> str:
    return f"product:{form.value}"


LEGAL_PROPERTIES = {
    **{f"product:{s.value}": product_on_coins((s,)) for s in APART},
    GIVEN_SET: product_on_coins(BEFORE_SAMPLING, given_set=True),
}
"""The properties that the pass through legal schedules looks at, too."""


def two_cell_properties(engine: Engine) -> dict[str, Callable[[TwoCells], Outcome]]:
    """Every statement about rounds on two cells, by one engine."""
    properties = {_name(form): product_given_state(form, engine) for form in Form}
    properties[GIVEN_MEMORY] = product_given_memory(engine)
    properties[GIVEN_SET] = product_given_set(NOT_SEEING, engine)
    properties[GIVEN_SET_SEEING] = product_given_set((Form.AFTER_SAMPLING,), engine)
    return properties


def _two_cells(_: Profile) -> Sweep[TwoCells, TwoCells]:
    properties = two_cell_properties(by_reference)
    for name, holds in two_cell_properties(by_paths).items():
        properties[_on_paths(name)] = holds
    return Sweep(two_cell_rounds(), lambda case: case, properties)


def _on_paths(name: str) -> str:
    return f"{name},paths"


JOBS = (SweepJob(TWO_CELLS_JOB, _two_cells),)

_AFTER_WRITE = "after the write, the cells are independent given the state before"
_AFTER_ROUND = "after the round, the cells are independent given the state before, where "


_DROPPED = {
    Form.UNIFORM_SUBSET: "F-joins-no-cells",
    Form.JOINT: "F-joins-no-cells",
    Form.AFTER_SAMPLING: "F-sees-no-candidates",
    Form.MEMORY: "no-hidden-memory",
    Form.REMASK_DETERMINISTIC: "G-sees-own-cell-only",
    Form.REMASK_INDEPENDENT: "G-sees-own-cell-only",
    Form.REMASK_JOINT: "G-sees-own-cell-only",
}
"""Which hypothesis a form of F or G drops."""


def _row(reading: str, statement: str, name: str, dropped: str | None = None) -> Row:
    roads = [
        Road(TWO_CELLS_JOB, name, REFERENCE),
        Road(TWO_CELLS_JOB, _on_paths(name), PATHS),
    ]
    if name in LEGAL_PROPERTIES:
        roads.append(Road(LEGAL_JOB, name, ON_COINS))
    return Row("S-PRODUCT", reading, statement, tuple(roads), dropped=dropped)


def _write_row(form: Form, policy: str) -> Row:
    statement = f"{_AFTER_WRITE}, where F {policy}"
    return _row(f"write,{form.value}", statement, _name(form), _DROPPED.get(form))


def _remask_row(form: Form, policy: str) -> Row:
    statement = f"{_AFTER_ROUND}F is deterministic and G {policy}"
    return _row(form.value, statement, _name(form), _DROPPED.get(form))


CLAIM = Claim(
    id="S-PRODUCT",
    title="one round is a product law",
    reference="Jiang, Haghtalab, Chen (ICLR 2026), section 2, definition of a round",
    hypotheses=tuple(dict.fromkeys(_DROPPED.values())),
    note="SANITY",
    rows=(
        _write_row(Form.DETERMINISTIC, "is a function of the state"),
        _write_row(Form.INDEPENDENT, "decides on each position by coins of its own"),
        _write_row(Form.SAME_RATE, "selects each cell that can change at one rate"),
        _write_row(Form.UNIFORM_SUBSET, "selects a uniform subset of k cells"),
        _write_row(Form.JOINT, "follows any law on sets"),
        _write_row(Form.AFTER_SAMPLING, "sees the candidates"),
        _write_row(Form.MEMORY, "is a function of the state and a hidden bit"),
        _row(
            "write,memory,given-memory",
            "after the write, the cells are independent given state and memory, where F is a "
            "function of these",
            GIVEN_MEMORY,
        ),
        _row(
            "write,given-set,before-sampling",
            "after the write, the cells are independent given the state and the selected set, "
            "where F does not see the candidates",
            GIVEN_SET,
        ),
        _row(
            "write,given-set,after-sampling",
            "after the write, the cells are independent given the state and the selected set, "
            "where F sees the candidates",
            GIVEN_SET_SEEING,
            dropped="F-sees-no-candidates",
        ),
        _remask_row(Form.REMASK_OWN, "decides on each cell by its own token and own coins"),
        _remask_row(Form.REMASK_DETERMINISTIC, "is a function of the state"),
        _remask_row(Form.REMASK_INDEPENDENT, "decides on each cell by coins of its own"),
        _remask_row(Form.REMASK_JOINT, "follows any law on sets"),
    ),
)
