"""Samplers that no circuit expresses, as a domain, and what is looked at in them.

F with dyadic probabilities and no hidden memory is a circuit; these have a uniform subset of one
cell in three, rates of one third, or a hidden bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from dlmcheck.model.legal_samplers import SAMPLER_KINDS, BeyondCircuits, legal_sampler
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.verify.claims import run_properties as runs
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.schedule_cases import Laws
from dlmcheck.verify.engines.paths import Path, paths
from dlmcheck.verify.kernel.sweep import NOT_MET, Domain, Outcome

BEYOND_SEEDS = {Profile.QUICK: 3, Profile.FULL: 12, Profile.DEEP: 48}
SAMPLER_KIND_COUNT = 18
"""Three forms of F; three edit models without G, and one with three forms of it."""


@dataclass(frozen=True)
class Beyond:
    """The legal sampler of a kind (by its number in `SAMPLER_KINDS`) and a seed."""

    kind: int
    seed: int


class SamplerCase:
    """A sampler with its paths."""

    def __init__(self, sampler: Sampler, form: BeyondCircuits, laws: Laws = laws_by_round) -> None:
        self.sampler = sampler
        self.form = form
        self.laws = laws

    @cached_property
    def paths(self) -> list[Path]:
        """Every path of the run."""
        return paths(self.sampler)


def sampler_case(member: Beyond) -> SamplerCase:
    """The sampler of a member."""
    kind = SAMPLER_KINDS[member.kind]
    return SamplerCase(legal_sampler(kind, member.seed), kind.form)


def beyond_circuits(profile: Profile) -> Domain[Beyond]:
    """Legal samplers of every form that no circuit expresses, smallest first."""
    seeds = BEYOND_SEEDS[profile]

    def read(text: str) -> Beyond:
        name, _, seed = text.partition("; seed ")
        for kind, known in enumerate(SAMPLER_KINDS):
            if str(known) == name and seed.isdecimal():
                return Beyond(kind, int(seed))
        raise BadInput(f"{text!r} is no legal sampler", source="witness")

    return Domain(
        f"legal samplers of {SAMPLER_KIND_COUNT} kinds beyond circuits, seeds 0 to {seeds - 1}",
        SAMPLER_KIND_COUNT * seeds,
        lambda: _by_size(seeds),
        lambda member: 0 <= member.kind < len(SAMPLER_KINDS) and 0 <= member.seed < seeds,
        lambda member: f"{SAMPLER_KINDS[member.kind]}; seed {member.seed}",
        read,
    )


@cache
def _by_size(seeds: int) -> tuple[Beyond, ...]:
    members = [Beyond(kind, seed) for kind in range(len(SAMPLER_KINDS)) for seed in range(seeds)]
    samplers = {m: legal_sampler(SAMPLER_KINDS[m.kind], m.seed) for m in members}
    sizes = {m: (sampler.length, sampler.rounds) for m, sampler in samplers.items()}
    return tuple(sorted(members, key=lambda m: (sizes[m], m.kind, m.seed)))


def sampler_merges(form: BeyondCircuits) -> Callable[[SamplerCase], Outcome]:
    """The laws of state and memory are those of the paths."""

    def outcome(case: SamplerCase) -> Outcome:
        if case.form is not form:
            return NOT_MET
        return runs.merged_is_path_by_path(case.laws(case.sampler), case.paths)

    return outcome


def sampler_forgets(form: BeyondCircuits) -> Callable[[SamplerCase], Outcome]:
    """The states alone form a Markov chain."""

    def outcome(case: SamplerCase) -> Outcome:
        return runs.states_forget_their_past(case.paths) if case.form is form else NOT_MET

    return outcome
