"""The atoms of the steps of the locality proof, measured on concrete samplers and strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from dlmcheck.model.samplers.one_parity_check import parity_left_to_right, parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import evaluate
from dlmcheck.spec.lattice import Clock
from dlmcheck.spec.law import Law, bernoulli
from dlmcheck.spec.policies import DeterministicUnmasking, Positions, Round
from dlmcheck.spec.sampler import Sampler, laws_by_round, selection_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.kernel.induction import Step
from dlmcheck.verify.proofs.locality_runs import (
    LocalSampler,
    check_certificate,
    flipped,
    of_schedule,
    random_adaptive_sampler,
    random_local_sampler,
    strings,
    trace,
    violations,
)

Atoms = dict[str, bool]


@dataclass(frozen=True)
class Concrete:
    """A sampler with its output law; `second` is what F does on the second string, if random."""

    local: LocalSampler
    support: frozenset[State]
    second: Callable[[State, Round], Positions] | None = None

    @property
    def twin(self) -> LocalSampler:
        if self.second is None:
            return self.local
        return replace(self.local, select=self.second)


def final_law(sampler: Sampler) -> Law[State]:
    """The law of the state after the last round, M or not."""
    return laws_by_round(sampler)[-1].map(lambda configuration: configuration.state)


def concrete(local: LocalSampler) -> Concrete:
    return Concrete(local, frozenset(final_law(local.sampler)))


def one_round_less(local: LocalSampler) -> LocalSampler:
    """It may end with M."""
    return replace(local, sampler=replace(local.sampler, rounds=local.sampler.rounds - 1))


def no_cells(_number: int, _cell: int, _state: State) -> Positions:
    return frozenset()


def reading_in_secret(local: LocalSampler) -> LocalSampler:
    """It is said to read nothing."""
    return replace(local, f_cells=no_cells, p_cells=no_cells)


def waiting(rounds: int) -> LocalSampler:
    """Cell 0 is fair in round 1; cell 1 becomes 0, in round 2 if cell 0 shows 0, else in round 3.

    With two rounds it may end with M.
    """

    def select(state: State, t: Round) -> Positions:
        if t == 1:
            return frozenset({0})
        return frozenset({1} if state[1] == MASK and (t != 2 or state[0] == 0) else ())

    sampler = Sampler(
        length=2,
        predictor=lambda _, i, __: bernoulli(Fraction(1 - i, 2)),
        unmask=DeterministicUnmasking(select),
        rounds=rounds,
        output=(0, 1),
        clock=Clock.ROUND_NUMBER,
    )

    def f_cells(number: int, cell: int, _: State) -> Positions:
        return frozenset({0} if (number, cell) == (2, 1) else ())

    return LocalSampler(sampler, select, f_cells, no_cells)


def with_random_f(n: int) -> Concrete:
    """Independent F: one draw of the selections for the first string, another for the second."""
    sampler = sampler_of(parity_independent_unmasking(n, clock=True))

    def draw(last: bool) -> Callable[[State, Round], Positions]:
        def select(state: State, t: Round) -> Positions:
            assert t is not None
            options = sorted(selection_law(sampler, state, t), key=sorted)
            return options[-1 if last else 0]

        return select

    everything = frozenset(range(n))
    local = LocalSampler(
        sampler, draw(False), lambda _, i, __: everything - {i}, lambda _, i, __: everything - {i}
    )
    return Concrete(local, frozenset(final_law(sampler)), draw(True))


LEGAL = (
    *(concrete(random_local_sampler(seed, 3, 4)) for seed in range(28)),
    *(concrete(random_adaptive_sampler(seed)) for seed in range(2)),
    concrete(waiting(4)),
    *(concrete(of_schedule(make(n))) for make in (parity_two_rounds, parity_left_to_right)
      for n in (2, 3)),
)  # fmt: skip
"""Write-once, F deterministic, legal, with what they read."""


def cells_of_runs(sampler: Sampler) -> Iterator[Atoms]:
    """Every write to a single cell of every run: the step "a visible token stays"."""
    for number, law in enumerate(laws_by_round(sampler)[:-1], start=1):
        for configuration in law:
            state = configuration.state
            for chosen in selection_law(sampler, state, number):
                for i, shown in enumerate(state):
                    for token in sampler.predictor(state, i, sampler.round_argument(number)):
                        yield {
                            "masked": shown == MASK,
                            "token": shown == 1,
                            "replaced": i in chosen,
                            "drawn": token == 1,
                        }


def of_pairs(case: Concrete) -> Iterator[tuple[str, Atoms]]:
    """(step, atoms) for all pairs of strings, rounds and cells."""
    local, twin = case.local, case.twin
    traces = {z: trace(local, z) for z in strings(local.n)}
    twins = {z: trace(twin, z) for z in strings(local.n)}
    broken = {z: violations(twin, z) for z in strings(local.n)}
    for (z, u), t, i in product(
        product(traces, repeat=2), range(1, local.sampler.rounds + 1), range(local.n)
    ):
        x, y = traces[z][t - 1], twins[u][t - 1]

        def agree(cells: Positions, x: State = x, y: State = y) -> bool:
            return all(x[j] == y[j] for j in cells)

        atoms = {
            "masked": x[i] == MASK,
            "masked'": y[i] == MASK,
            "F": i in local.selected(x, t),
            "F'": i in twin.selected(y, t),
            "others": agree(frozenset(range(local.n)) - {i}),
            "F's cells same": agree(local.f_cells(t, i, x)),
            "p's cells same": agree(local.p_cells(t, i, x)),
            "bit": z[i] == 1,
            "bit'": u[i] == 1,
            "reached'": all(v.round_number >= t for v in broken[u]),
        }
        for token in (0, 1):
            atoms[f"p({token})>0"] = local.weight(x, t, i, token) > 0
            atoms[f"p({token})>0'"] = local.weight(y, t, i, token) > 0
        if t == 1:
            atoms_of_start = {"masked": atoms["masked"], "masked'": atoms["masked'"]}
            yield "two traces start alike", atoms_of_start
            yield "the run and the trace start alike", atoms_of_start
        yield "the trace follows the run", atoms
        yield "the mask status depends on A_t", atoms
        yield "the cell depends on B_t", atoms
        if t < local.sampler.rounds:
            yield "a check before the last round", atoms
        else:
            yield "a check of the last round", atoms
        run = {**atoms, "bit": u[i] == 1, "token": z[i] == 1}
        written = atoms["masked'"] and atoms["F'"]
        for drawn in (False, True):
            yield "a string that passes is drawn", {**run, "drawn": drawn}
            given = {**run, "drawn": drawn, "written": written}
            yield "an output passes its checks", given


def of_strings(case: Concrete) -> Iterator[tuple[str, Atoms]]:
    """(step, atoms) for all strings, their violated checks and bits."""
    local = case.local
    for z in strings(local.n):
        found = violations(local, z)
        yield (
            "an odd string violates a check",
            {
                "odd": sum(z) % 2 == 1,
                "sampled": z in case.support,
                "passes": not found,
                "visible at end": MASK not in trace(local, z)[-1],
            },
        )
        for violation in found[:1]:
            seen = check_certificate(local, z, violation)
            for j in range(local.n):
                yield (
                    "no bit is left out",
                    {
                        "bit": z[j] == 1,
                        "others odd": (sum(z) - z[j]) % 2 == 1,
                        "unread": j not in seen,
                        "flipped sampled": flipped(z, j) in case.support,
                    },
                )


def values(step: Step, atoms: Atoms) -> dict[str, bool]:
    """The premises and the conclusion of a step on measured atoms."""
    given = [atoms[one.name] for one in step.circuit.inputs]
    found = evaluate(step.circuit, given)
    return dict(zip(step.circuit.output_names, map(bool, found), strict=True))


REVISING = sampler_of(parity_revision(3))
