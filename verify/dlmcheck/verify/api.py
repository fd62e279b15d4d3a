"""The library in one place: what the command line does, for programs.

    load_circuit        a circuit from a file
    load_schedule, load_plan
                        a schedule, and cut points that are proposed for one, from files
    compile_write_once  a circuit -> a schedule (a write-once DLM) and how it came about
    widths, width_curve how narrow and how short the schedules of a circuit can be made
    equivalent          does a schedule sample what a circuit samples?
    exact_law           the law of a circuit's outputs or of a schedule's run, in whole numbers
    audit               the claims of the catalogue, or of a registry of one's own
    counterexample      a claim without a hypothesis: its smallest counterexample, or none
    rounds, separate    the least number of rounds at a point of the lattice, and over it
    read_lock, gate     hold an audit against a lock, with the exit code of that
    replay_file         evidence from a file, through the kernel; `Replay` for many files
    read_document, check_certificate
                        a certificate from a file, checked alone: without engines or claims

Everything returned is frozen and carries verdict and evidence.

>>> from dlmcheck.model.families import FAMILIES
>>> circuit = FAMILIES["parity-chain"](3)
>>> compiled = compile_write_once(circuit)
>>> equivalent(compiled.schedule, circuit).simulates.value
'PROVED'
>>> exact_law(circuit).answer
CountedLaw(outputs=1, counts={0: 1, 1: 1}, exponent=1)
>>> [found] = counterexample("R-4", "n>=2")
>>> found.verdict.value, found.evidence.reason
('REFUTED', 'D_1 is a product law')
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dlmcheck.model.constructions.write_once import Compiled, compile_write_once
from dlmcheck.model.formats import load_circuit, load_schedule, write_circuit
from dlmcheck.model.scheduling.narrow import MOVES
from dlmcheck.spec.circuit import Bits, Circuit
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult, run_audit
from dlmcheck.verify.certificate_kinds import check_certificate, read_document
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.counterexamples import (
    UnknownHypothesis,
    first_failure,
    road_result,
    searches,
)
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.engines.law_engines import (
    AUTO,
    Answered,
    CircuitLaw,
    CountedLaw,
    Limits,
    RunLaw,
    Unknown,
    law,
)
from dlmcheck.verify.equivalence import Equivalence, equivalent
from dlmcheck.verify.evidence_files import Replay, replay_file
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.gate import Gate, gate
from dlmcheck.verify.jobs import Finished
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock import Lock
from dlmcheck.verify.lock_file import read_lock
from dlmcheck.verify.plan_files import load_plan
from dlmcheck.verify.resume import resumable
from dlmcheck.verify.rounds.results import Bound, RoundsResult, Table
from dlmcheck.verify.rounds.solve import rounds, separate
from dlmcheck.verify.selection import UnknownClaim, near, select
from dlmcheck.verify.widths import CurvePoint, Lengths, Widths, allowed_rounds, curve, widths

__all__ = [
    "Answered",
    "AuditResult",
    "Bound",
    "Checked",
    "Compiled",
    "CountedLaw",
    "CurvePoint",
    "Document",
    "Equivalence",
    "ExitCode",
    "Gate",
    "Lengths",
    "Limits",
    "Lock",
    "Profile",
    "Rejected",
    "Replay",
    "RoadResult",
    "RoundsResult",
    "RowResult",
    "Table",
    "Unknown",
    "UnknownClaim",
    "UnknownHypothesis",
    "Verdict",
    "Widths",
    "audit",
    "check_certificate",
    "compile_write_once",
    "counterexample",
    "cut_points",
    "equivalent",
    "exact_law",
    "gate",
    "load_circuit",
    "load_plan",
    "load_schedule",
    "read_document",
    "read_lock",
    "replay_file",
    "rounds",
    "separate",
    "width_curve",
    "widths",
    "write_circuit",
]


def exact_law(
    subject: Circuit | Schedule,
    data: Bits = (),
    *,
    engine: str = AUTO,
    limits: Limits | None = None,
) -> Answered:
    """The exact law of a circuit's outputs, or of a schedule's output cells, for given data.

    The answer is a `CountedLaw`, or `Unknown` with the limit that was met, with the name of the
    engine (`dlmcheck.verify.engines.law_engines` lists them) and why it was asked. Raises
    `BadInput` for data that do not fit or an engine that does not exist, and `IllegalSampler` or
    `IllegalCode` for a run that breaks a rule of the model.
    """
    problem = CircuitLaw(subject, data) if isinstance(subject, Circuit) else RunLaw(subject, data)
    return law(problem, engine, limits)


def width_curve(
    circuit: Circuit,
    *,
    until: int | None = None,
    points: int = 16,
    late_coins: bool = False,
    moves: int | None = None,
) -> tuple[CurvePoint, ...]:
    """Width against rounds, from the fewest to `until` (default 2d) at up to so many places.

    Each point is a `CurvePoint`: the rounds that are allowed and used, the width with its lower
    bound, and the lengths of the four constructions. It ends where no further round can help.
    `late_coins` lets random inputs be sampled when they are needed, `moves` is how long the search
    for each point is. Raises `BadInput` if `until` is less than the fewest rounds.
    """
    rounds = allowed_rounds(circuit, until, points)
    found = curve(circuit, rounds, late_coins=late_coins, moves=MOVES if moves is None else moves)
    return tuple(found)


def audit(
    claims: Sequence[str] = (),
    *,
    registry: Registry | None = None,
    profile: Profile = Profile.QUICK,
    workers: int = 1,
    timeout: float | None = None,
    memory: int | None = None,
    resume: Path | None = None,
    lock: Path | None = None,
    on_finish: Callable[[Finished], None] | None = None,
) -> Gate:
    """Audit claims and hold them against a lock, if one is given.

    `claims` are ids of claims or rows, or patterns with `*` and `?`; none means all. `timeout`
    (seconds) and `memory` (bytes) hold for each task, `workers` tasks run at a time, each in a
    process of its own. `resume` is a folder that keeps finished parts. The result has the rows
    (`.result.rows`), the deviations from the lock, and the exit code (`.code`).

    Raises `UnknownClaim` for an id that is none, and `BadInput` for a lock that is malformed
    or has nothing for this profile.
    """
    section = None if lock is None else read_lock(lock).section(profile, str(lock))
    if registry is None:
        from dlmcheck.verify.claims.catalogue import catalogue

        registry = catalogue()
    selection = select(registry, claims, profile)
    result = AuditResult(profile, ())
    if selection.rows:
        result = run_audit(
            registry if resume is None else resumable(registry, resume),
            selection.rows,
            profile=profile,
            workers=workers,
            timeout=timeout,
            memory=memory,
            on_finish=on_finish,
        )
    return gate(result, selection, section)


def counterexample(
    claim: str,
    hypothesis: str,
    *,
    registry: Registry | None = None,
    profile: Profile = Profile.QUICK,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[RoadResult, ...]:
    """Look for the smallest counterexample to a claim without one of its hypotheses.

    One result per domain in which one may be, in order; the search ends with the first that is
    REFUTED, whose evidence is the witness, replayed by the kernel. If none is, each says through
    how many instances the search went. No result means that no row of the profile drops the
    hypothesis. Runs in this process; `on_progress` is told how many instances are behind it.

    Raises `UnknownClaim` or `UnknownHypothesis`, and `Rejected` if the kernel does not accept what
    was found.
    """
    if registry is None:
        from dlmcheck.verify.claims.catalogue import catalogue

        registry = catalogue()
    if claim not in [one.id for one in registry.claims]:
        raise UnknownClaim(claim, near(claim, registry))
    results: list[RoadResult] = []
    for place in searches(registry, registry.claim(claim), hypothesis, profile):
        job = registry.job(place.road.job)
        checked = first_failure(job, place.road.statement, profile, on_progress)
        results.append(road_result(place, checked))
        if checked.verdict is Verdict.REFUTED:
            break
    return tuple(results)
