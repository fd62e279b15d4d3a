"""Statements over finite domains: exhaustive evidence and counterexamples.

A statement is "every member of the domain that meets the hypotheses has the property". A domain
is exhausted when its members are all different, each belongs to it, and there are as many of
them as an independent count says; the kernel checks all three, so that a generator which skips,
repeats or strays is found out.

Several statements may be checked in one pass over a domain (they share the preparation of each
member), and a pass may be split into parts that run in different processes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass
from hashlib import blake2b
from typing import Final, Generic, TypeVar

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True)
class Outcome:
    """What a property says of one member.

    `met` is False where the hypotheses do not hold (then nothing is claimed); `failure` is the
    reason for which the property fails, None where it holds. Raises `ValueError` for a failure
    without the hypotheses.
    """

    met: bool = True
    failure: str | None = None

    def __post_init__(self) -> None:
        if not self.met and self.failure is not None:
            raise ValueError(f"fails where nothing is claimed: {self.failure}")


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


_PART_TOKEN: Final = object()
_DIGEST = 16


@dataclass(frozen=True)
class Part:
    """What part `index` of a pass of `parts` found: digests of its members, counts, failures.

    Made by `run_part` only (`kept` is False then), or read again from what `to_json` wrote. Per
    statement: how many members met its hypotheses, and the first failure as (index of the member
    in the domain's order, member as text, reason). Raises `TypeError` if anybody else makes one.
    """

    domain: str
    index: int
    parts: int
    keys: tuple[bytes, ...]
    met: Mapping[str, int]
    failures: Mapping[str, tuple[int, str, str]]
    kept: bool = False
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        if maker is not _PART_TOKEN:
            raise TypeError("a part of a pass is made by the kernel only")

    def to_json(self) -> str:
        """The part as text."""
        return json.dumps(
            {
                "domain": self.domain,
                "index": self.index,
                "parts": self.parts,
                "keys": base64.b64encode(b"".join(self.keys)).decode(),
                "met": dict(self.met),
                "failures": {name: list(failure) for name, failure in self.failures.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str, source: str = "part") -> Part:
        """A part that an earlier run left; it is marked as kept. Raises `MalformedSyntax`.

        That the text comes from `run_part` cannot be seen in it: evidence with such a part says
        how many there are.
        """
        document = Document.parse(text, source)
        raw = document.fields(
            document.value, (), ("domain", "index", "parts", "keys", "met", "failures")
        )
        try:
            joined = base64.b64decode(document.string(raw["keys"], ("keys",)), validate=True)
        except ValueError:
            raise document.malformed(raw["keys"], ("keys",), "digests in base 64") from None
        if len(joined) % _DIGEST:
            raise document.malformed(raw["keys"], ("keys",), f"digests of {_DIGEST} bytes")
        met = raw["met"]
        failures = raw["failures"]
        if not isinstance(met, dict) or not isinstance(failures, dict):
            raise document.malformed(met, ("met",), "an object, and one of failures")
        found: dict[str, tuple[int, str, str]] = {}
        for name, value in failures.items():
            path = ("failures", name)
            failure = document.array(value, path)
            if len(failure) != 3:
                raise document.malformed(value, path, "index, member and reason")
            member, reason = (document.string(text, path) for text in failure[1:])
            found[name] = document.integer(failure[0], path), member, reason
        return cls(
            document.string(raw["domain"], ("domain",)),
            document.integer(raw["index"], ("index",)),
            document.integer(raw["parts"], ("parts",), 1),
            tuple(joined[i : i + _DIGEST] for i in range(0, len(joined), _DIGEST)),
            {name: document.integer(value, ("met", name)) for name, value in met.items()},
            found,
            kept=True,
            maker=_PART_TOKEN,
        )


def run_part(
    sweep: Sweep[X, Y],
    part: int = 0,
    parts: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Part:
    """Check the members with index = part (mod parts).

    Raises `Rejected` for a stray member, `ValueError` if there is no such part.
    """
    if not 0 <= part < parts:
        raise ValueError(f"part {part} of {parts}")
    keys: list[bytes] = []
    met = dict.fromkeys(sweep.properties, 0)
    failures: dict[str, tuple[int, str, str]] = {}
    for index, member in enumerate(sweep.domain.members()):
        if index % parts != part:
            continue
        text = sweep.domain.write(member)
        if not sweep.domain.contains(member):
            raise Rejected(f"{text} is not in the domain {sweep.domain.name}")
        keys.append(blake2b(text.encode(), digest_size=_DIGEST).digest())
        prepared = sweep.prepare(member)
        for name, holds in sweep.properties.items():
            # What has failed stays refuted, by its smallest counterexample in this part.
            if name in failures:
                continue
            outcome = holds(prepared)
            met[name] += 1 if outcome.met else 0
            if outcome.failure is not None:
                failures[name] = (index, text, outcome.failure)
        if progress is not None:
            progress(index)
    return Part(sweep.domain.name, part, parts, tuple(keys), met, failures, maker=_PART_TOKEN)


def conclude(sweep: Sweep[X, Y], parts: Sequence[Part]) -> dict[str, Checked]:
    """Join the parts of a pass into one checked result per statement.

    BOUNDED where every member that met the hypotheses has the property, REFUTED with the first
    counterexample where one has not (replayed before it is believed), VACUOUS where no member
    met the hypotheses. Raises `Rejected` if the parts are not those of one pass of this sweep, if
    members repeat, or if their number is not the domain's count.
    """
    _check_parts(sweep, parts)
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
        kept = sum(part.kept for part in parts)
        evidence = Exhaustive(sweep.domain.name, sweep.domain.count, met, kept)
        results[name] = kernel_result(name, Verdict.BOUNDED if met else Verdict.VACUOUS, evidence)
    return results


def _check_parts(sweep: Sweep[X, Y], parts: Sequence[Part]) -> None:
    if [(part.index, part.parts) for part in parts] != [(i, len(parts)) for i in range(len(parts))]:
        raise Rejected("these are not the parts of one pass, each once and in order")
    for part in parts:
        if part.domain != sweep.domain.name:
            raise Rejected(f"a part is of another domain: {part.domain}")
        if set(part.met) != set(sweep.properties) or not set(part.failures) <= set(part.met):
            raise Rejected("a part is about other statements")


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
    try:
        member = sweep.domain.read(witness.instance)
    except (DlmcheckError, ValueError) as error:
        raise Rejected(f"the witness is no instance: {error}") from error
    if not sweep.domain.contains(member) or sweep.domain.write(member) != witness.instance:
        raise Rejected(f"the witness is not in the domain {sweep.domain.name}")
    outcome = sweep.properties[witness.statement](sweep.prepare(member))
    if not outcome.met or outcome.failure is None:
        raise Rejected("the witness does not refute the statement")
    if outcome.failure != witness.reason:
        raise Rejected(f"the witness fails for another reason: {outcome.failure}")
    return kernel_result(witness.statement, Verdict.REFUTED, witness)
