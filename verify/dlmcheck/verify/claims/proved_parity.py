"""The even-parity samplers with revision, remasking or a random F, proved for all n.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1, 4.2 and 4.5; the notes of these names
have the proofs in words. The steps are emitted by the samplers' own rules
(`dlmcheck.verify.proofs.parity`); the kernel decides them, solvers answer the queries of
arithmetic about positions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from dlmcheck.verify.claims.parity_samplers import GROUPS, ParitySampler, key
from dlmcheck.verify.claims.registry import ProofJob, Road
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.proofs import hierarchy, parity_random, parity_samplers
from dlmcheck.verify.proofs.parity import LocalProof, for_every_parity, local_proof

BY_INDUCTION = "proof for every n"

Make = Callable[[str], LocalProof]
"""The proof of a statement that is given."""


def _independent(*, clock: bool) -> Make:
    def make(statement: str) -> LocalProof:
        even, odd = (
            local_proof(parity_random.independent_account(statement, odd=odd, clock=clock))
            for odd in (False, True)
        )
        return for_every_parity(statement, even, odd)

    return make


PROOFS: Mapping[str, Make] = {
    "T4.1: two rounds": lambda s: local_proof(parity_samplers.revision_account(s, clock=False)),
    "T4.1: two rounds, clock": lambda s: local_proof(
        parity_samplers.revision_account(s, clock=True)
    ),
    "T4.1: two rounds, absorbing": lambda s: local_proof(
        parity_samplers.revision_absorbing_account(s)
    ),
    "T4.2: blocks, four rounds, clock": lambda s: local_proof(
        parity_samplers.remask_blocks_account(s)
    ),
    "T4.2: two rounds, clock": lambda s: local_proof(parity_samplers.remask_clock_account(s)),
    "T4.2: two rounds, state only": lambda s: local_proof(
        parity_samplers.remask_state_only_account(s)
    ),
    "T4.5: independent F": _independent(clock=False),
    "T4.5: independent F, clock": _independent(clock=True),
    "T4.5: joint F": lambda s: local_proof(parity_random.joint_account(s)),
    "T4.5: joint F, clock": lambda s: local_proof(parity_random.joint_clock_account(s)),
    "T4.5: F after sampling": lambda s: local_proof(parity_random.after_sampling_account(s)),
}
"""By the name of the statement about a sampler (`parity_samplers.key`)."""


def every_n(sampler: ParitySampler) -> str:
    """The range of a sampler, in words."""
    return f"for every {'even ' if sampler.step == 2 else ''}n >= {sampler.least}"


def statement(group: str, sampler: ParitySampler) -> str:
    """What is proved of a sampler."""
    return f"{key(group, sampler)}: D_n exactly, {every_n(sampler)}"


def job_of(group: str) -> str:
    """The job with the proofs of a group of samplers."""
    return f"parity-proved-{group}"


def roads(group: str, sampler: ParitySampler) -> tuple[Road, ...]:
    """The road of a sampler that is proved for all n; none for one that is not."""
    if key(group, sampler) not in PROOFS:
        return ()
    return (Road(job_of(group), statement(group, sampler), BY_INDUCTION),)


def makers(group: str) -> dict[str, Make]:
    """By statement about a sampler of a group, how its proof is made."""
    return {
        statement(group, sampler): PROOFS[key(group, sampler)]
        for sampler in GROUPS[group]
        if key(group, sampler) in PROOFS
    }


def proofs(group: str) -> tuple[Proof, ...]:
    """All proofs about the samplers of a group, built anew."""
    return tuple(make(name).proof for name, make in makers(group).items())


def _job(group: str) -> ProofJob:
    def answered(proof: Proof) -> SolverAnswer:
        return smt.answer(makers(group)[proof.statement](proof.statement).queries)

    return ProofJob(job_of(group), lambda: proofs(group), answered)


PROVED_GROUPS = ("T4.1", "T4.2", "T4.5")

# --- fewer rounds than write-once ------------------------------------------------------------

FEWER = "parity-proved-H"
LARGE = 4
"""The n from which on two rounds are fewer than any write-once sampler of locality 2 takes."""


def fewer_statement(group: str, sampler: ParitySampler) -> str:
    """What is proved of a sampler in comparison."""
    return f"{key(group, sampler)}: fewer rounds than write-once, for every n >= {LARGE}"


def fewer_roads(sampler: ParitySampler) -> tuple[Road, ...]:
    """The road of a sampler by revision or remasking in two rounds."""
    group = next(group for group in PROVED_GROUPS if sampler in GROUPS[group])
    return (Road(FEWER, fewer_statement(group, sampler), BY_INDUCTION),)


def comparison_makers() -> dict[str, Callable[[], hierarchy.Comparison]]:
    """For every sampler without random F that takes two rounds, by statement."""
    return {
        fewer_statement(group, sampler): partial(_comparison, group, sampler)
        for group in ("T4.1", "T4.2")
        for sampler in GROUPS[group]
        if sampler.step == 1
    }


def _comparison(group: str, sampler: ParitySampler) -> hierarchy.Comparison:
    if sampler.tokens is None:
        raise ValueError(f"{sampler.name} reads any number of tokens")
    local = PROOFS[key(group, sampler)](statement(group, sampler))
    return hierarchy.fewer_rounds(fewer_statement(group, sampler), local, sampler.tokens, LARGE)


JOBS = (
    *(_job(group) for group in PROVED_GROUPS),
    ProofJob(
        FEWER,
        lambda: tuple(make().proof for make in comparison_makers().values()),
        lambda proof: smt.answer(comparison_makers()[proof.statement]().queries),
    ),
)
