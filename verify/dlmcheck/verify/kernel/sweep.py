"""Statements over finite domains: exhaustive evidence and counterexamples.

A statement is "every member of the domain that meets the hypotheses has the property". A domain
is exhausted when its members are all different, each belongs to it, and there are as many of
them as an independent count says; the kernel checks all three, so that a generator which skips,
repeats or strays is found out.

Several statements may be checked in one pass over a domain (they share the preparation of each
member), and a pass may be split into parts that run in different processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, TypeVar

from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True)
class Outcome:
    """What a property says of one member.

    `met` is False where the hypotheses do not hold (then nothing is claimed); `failure` is the
    reason for which the property fails, None where it holds.
    """

    met: bool = True
    failure: str | None = None


HOLDS = Outcome()
NOT_MET = Outcome(met=False)


def fails(reason: str) -> Outcome:
    """The property fails, for a reason."""
    return Outcome(failure=reason)


@dataclass(frozen=True)
class Domain(Generic[X]):
    """A finite set of instances.

    `members` generates it in a fixed order, smallest first, so that the first failure is the
    smallest one. `count` is obtained independently of the generator. `write` gives a member as
    text, injectively; `read` is its inverse and refuses what is no member.
    """

    name: str
    count: int
    members: Callable[[], Iterable[X]]
    contains: Callable[[X], bool]
    write: Callable[[X], str]
    read: Callable[[str], X]


@dataclass(frozen=True)
class Sweep(Generic[X, Y]):
    """Statements about one domain that share the preparation of its members.

    `prepare` builds from a member what the properties look at (say, the compiled schedule as
    text); `properties` maps the name of a statement to its property.
    """

    domain: Domain[X]
    prepare: Callable[[X], Y]
    properties: Mapping[str, Callable[[Y], Outcome]]


@dataclass
class Part:
    """What one part of a pass found: digests of its members, counts, first failures."""

    keys: list[bytes] = field(default_factory=list[bytes])
    met: dict[str, int] = field(default_factory=dict[str, int])
    failures: dict[str, tuple[int, str, str]] = field(
        default_factory=dict[str, tuple[int, str, str]]
    )
    """Per statement: index in the domain's order, member as text, reason."""


def run_part(
    sweep: Sweep[X, Y],
    part: int = 0,
    parts: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Part:
    """Check the members with index = part (mod parts). Raises `Rejected` for a stray member."""
    found = Part(met=dict.fromkeys(sweep.properties, 0))
    for index, member in enumerate(sweep.domain.members()):
        if index % parts != part:
            continue
        text = sweep.domain.write(member)
        if not sweep.domain.contains(member):
            raise Rejected(f"{text} is not in the domain {sweep.domain.name}")
        found.keys.append(blake2b(text.encode(), digest_size=16).digest())
        prepared = sweep.prepare(member)
        for name, holds in sweep.properties.items():
            outcome = holds(prepared)
            found.met[name] += outcome.met
            if outcome.failure is not None and name not in found.failures:
                found.failures[name] = (index, text, outcome.failure)
        if progress is not None:
            progress(index)
    return found


def conclude(sweep: Sweep[X, Y], parts: Sequence[Part]) -> dict[str, Checked]:
    """Join the parts of a pass into one checked result per statement.

    BOUNDED where every member that met the hypotheses has the property, REFUTED with the first
    counterexample where one has not (replayed before it is believed), VACUOUS where no member
    met the hypotheses. Raises `Rejected` if members repeat or their number is not the domain's
    count.
    """
    keys = [key for part in parts for key in part.keys]
    if len(set(keys)) != len(keys):
        raise Rejected(f"the domain {sweep.domain.name} repeats a member")
    if len(keys) != sweep.domain.count:
        raise Rejected(
            f"{len(keys)} members of the domain {sweep.domain.name}, which has {sweep.domain.count}"
        )
    results: dict[str, Checked] = {}
    for name in sweep.properties:
        failures = [part.failures[name] for part in parts if name in part.failures]
        if failures:
            _, text, reason = min(failures)
            results[name] = check_witness(sweep, Witness(name, text, reason))
            continue
        met = sum(part.met[name] for part in parts)
        evidence = Exhaustive(sweep.domain.name, sweep.domain.count, met)
        results[name] = kernel_result(name, Verdict.BOUNDED if met else Verdict.VACUOUS, evidence)
    return results


def check_sweep(sweep: Sweep[X, Y]) -> dict[str, Checked]:
    """Check all statements of a sweep in this process."""
    return conclude(sweep, [run_part(sweep)])


def check_witness(sweep: Sweep[X, Y], witness: Witness) -> Checked:
    """Replay a counterexample: it is a member, and it fails for the reason given.

    Raises `Rejected` if the statement is not one of the sweep's, the text is no member of the
    domain, or the member does not fail for that reason.
    """
    if witness.statement not in sweep.properties:
        raise Rejected(f"no statement {witness.statement} here")
    member = sweep.domain.read(witness.instance)
    if not sweep.domain.contains(member) or sweep.domain.write(member) != witness.instance:
        raise Rejected(f"the witness is not in the domain {sweep.domain.name}")
    outcome = sweep.properties[witness.statement](sweep.prepare(member))
    if not outcome.met or outcome.failure is None:
        raise Rejected("the witness does not refute the statement")
    if outcome.failure != witness.reason:
        raise Rejected(f"the witness fails for another reason: {outcome.failure}")
    return kernel_result(witness.statement, Verdict.REFUTED, witness)
