"""`dlmcheck counterexample`: is a hypothesis of a claim needed? The smallest instance says so."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dlmcheck.spec.circuit import Circuit, Literal, is_inverted, node_of
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import circuit_from_json
from dlmcheck.verify.audit import RowResult
from dlmcheck.verify.claims.registry import Claim, Profile, Registry
from dlmcheck.verify.cli import complain
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.cli.tasks import CODES
from dlmcheck.verify.counterexamples import (
    Search,
    first_failure,
    road_result,
    searches,
)
from dlmcheck.verify.evidence_files import row_file
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.jobs import Ending, Finished, Task, run_tasks
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict


@dataclass(frozen=True)
class CounterexampleOptions:
    """The options of `dlmcheck counterexample`; `timeout` is in seconds, for the whole search."""

    claim: str
    drop: str | None = None
    profile: Profile = Profile.QUICK
    save: Path | None = None
    timeout: float | None = None


def run_counterexample(options: CounterexampleOptions, given: Registry | None) -> ExitCode:
    """Search, print what was found, save it: 1 if there is a counterexample, 0 if there is none.

    Without a hypothesis to drop, the claim's hypotheses are listed. Raises `BadInput` for an
    unknown claim or hypothesis.
    """
    registry = _catalogue() if given is None else given
    claim = _claim(options.claim, registry)
    if options.drop is None:
        return _list(claim)
    places = searches(registry, claim, options.drop, options.profile)
    check_outputs({"--save": options.save})
    if not places:
        print(f"no row of the profile {options.profile.value} drops {options.drop!r}")
        return ExitCode.UNKNOWN
    return _search(registry, places, options)


def _catalogue() -> Registry:
    from dlmcheck.verify.claims.catalogue import catalogue

    return catalogue()


def _claim(name: str, registry: Registry) -> Claim:
    for claim in registry.claims:
        if claim.id == name:
            return claim
    listed = ", ".join(claim.id for claim in registry.claims)
    raise BadInput(f"no claim is called {name!r}", source="claims", expected=f"one of {listed}")


def _list(claim: Claim) -> ExitCode:
    print(f"{claim.id}: {claim.title}")
    if not claim.hypotheses:
        print("  no hypothesis that can be dropped")
    for hypothesis in claim.hypotheses:
        print(f"\n  --drop {_quoted(hypothesis)}")
        for row in claim.rows:
            if row.dropped == hypothesis:
                print(f"      {row.id}: {row.statement}")
    return ExitCode.OK


def _quoted(hypothesis: str) -> str:
    safe = all(c.isalnum() or c in "-_=+,.:/" for c in hypothesis)
    return hypothesis if safe else f"'{hypothesis}'"


# --- the search ----------------------------------------------------------------------------


def _search(
    registry: Registry, places: tuple[Search, ...], options: CounterexampleOptions
) -> ExitCode:
    deadline = None if options.timeout is None else time.monotonic() + options.timeout
    progress = Progress(len(places))
    met = False
    try:
        for place in places:
            done = _run(registry, place, options.profile, deadline, progress)
            if not isinstance(done.value, Checked):
                last = done.message.strip().splitlines()[-1:]
                if done.ending is Ending.TIMEOUT:
                    last = [f"{options.timeout:g} s in all"]
                complain(": ".join([f"{place.row.id}: {done.ending.value}", *last]))
                return CODES.get(done.ending, ExitCode.FAILURE)
            if done.value.verdict is Verdict.REFUTED:
                return _found(place, done.value, options)
            met = met or done.value.verdict.is_affirmative
            print(f"{place.row.id}: {done.value.evidence} [{place.road.engine}]")
    finally:
        progress.close()
    if not met:
        print("nothing met the other hypotheses: nothing is said")
        return ExitCode.UNKNOWN
    print(f"no counterexample: {options.drop} is not used, as far as these domains reach")
    if options.save is not None:
        complain(f"{options.save} is not written: there is no counterexample")
    return ExitCode.OK


def _run(
    registry: Registry,
    place: Search,
    profile: Profile,
    deadline: float | None,
    progress: Progress,
) -> Finished:
    job = registry.job(place.road.job)
    work = partial(first_failure, job, place.road.statement, profile)
    (done,) = run_tasks(
        [Task(f"{place.row.id}, {job.id}", work)],
        timeout=None if deadline is None else max(0.0, deadline - time.monotonic()),
        on_progress=progress.on_progress,
    )
    return done


def _found(place: Search, checked: Checked, options: CounterexampleOptions) -> ExitCode:
    row, road = place.row, place.road
    print(f"{row.id}: REFUTED, so {options.drop} is needed")
    print(f"  stated    {row.statement}")
    print(f"  fails     {_reason(checked)} [{road.engine}]")
    if isinstance(checked.evidence, Witness):
        for number, line in enumerate(readable(checked.evidence.instance)):
            print(f"  {'instance' if number == 0 else '':<9} {line}")
        if "\n" in checked.evidence.instance or checked.evidence.instance.startswith("{"):
            text = " ".join(checked.evidence.instance.split())
            print(f"  {'as text':<9} {text}")
    sys.stdout.flush()
    if options.save is None:
        return ExitCode.REFUTED
    result = road_result(place, checked)
    text = row_file(options.profile, RowResult(row, Verdict.REFUTED, (result,)), result)
    try:
        write_file(options.save, text)
    except OSError as error:
        complain(f"{options.save}: cannot be written: {error.strerror}")
        return ExitCode.FAILURE
    return ExitCode.REFUTED


def _reason(checked: Checked) -> str:
    evidence = checked.evidence
    return evidence.reason if isinstance(evidence, Witness) else str(evidence)


# --- instances -----------------------------------------------------------------------------


def readable(instance: str) -> list[str]:
    """An instance in lines: a circuit with one gate a line, anything else as it is.

    >>> readable("3")
    ['3']
    """
    try:
        circuit = circuit_from_json(instance)
    except BadInput:
        return instance.splitlines() or [""]
    return _circuit_lines(circuit)


def _circuit_lines(circuit: Circuit) -> list[str]:
    names = [one.name for one in circuit.inputs]
    names += [f"g{number}" for number in range(len(circuit.gates))]

    def shown(literal: Literal) -> str:
        return f"{'~' if is_inverted(literal) else ''}{names[node_of(literal)]}"

    inputs = ", ".join(f"{one.name} ({one.kind.value})" for one in circuit.inputs)
    lines = [f"inputs {inputs or 'none'}"]
    for number, gate in enumerate(circuit.gates):
        lines.append(f"g{number} = {gate.op.value}({', '.join(map(shown, gate.args))})")
    outputs = zip(circuit.output_names, circuit.outputs, strict=True)
    return [*lines, "outputs " + ", ".join(f"{name} = {shown(v)}" for name, v in outputs)]
