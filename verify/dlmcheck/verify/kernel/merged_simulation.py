"""A schedule simulates a circuit by way of another one: cut points, then merged nodes.

    {"kind": "merged-simulation", "schedule": ..., "circuit": ..., "shown": a circuit,
     "certificate": of the simulation, "merges": [...], "last": [...]}

A schedule whose circuits were rewritten need not write the nodes of its circuit. It writes those
of some circuit, which the certificate shows: the schedule simulates it, seed for seed
(`simulation`). And it has the outputs of the circuit in question on all inputs (`merges`). So the
schedule simulates that one as well. What is shown may have further random inputs, for coins of the
run on which, in the end, no output depends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, InputKind
from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import (
    certificate_text,
    circuit_field,
    fields_of,
    schedule_field,
    text_field,
)
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.merges import Merge, check_equal
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "merged-simulation"


@dataclass(frozen=True)
class MergedSimulation:
    """The circuit that a run shows, the certificate of that, and why it equals the circuit asked.

    Inputs of `shown` are those of the circuit asked, in order, and then random ones.
    """

    shown: Circuit
    plan: Simulation
    merges: tuple[Merge, ...] = ()
    last: tuple[Merge, ...] = ()


def check_merged_simulation(
    name: str,
    schedule: Schedule,
    circuit: Circuit,
    certificate: MergedSimulation,
    progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check that a schedule simulates a circuit: legal, same output law, for all data.

    Raises `Rejected` with the first step of the run, merge or output that does not hold.
    """
    shown = certificate.shown
    further = shown.inputs[len(circuit.inputs) :]
    if any(one.kind is not InputKind.RANDOM for one in further):
        raise Rejected("the circuit shown has further data inputs")
    checked = check_simulation(name, schedule, shown, certificate.plan, progress)
    merges = check_equal(circuit, shown, certificate.merges, certificate.last)
    proofs = sum(1 for one in (*certificate.merges, *certificate.last) if one.proof)
    found = checked.evidence
    assert isinstance(found, Certificate)
    evidence = Certificate(
        f"cut points and {merges} merged nodes, {proofs} by refutations", "kernel", found.size
    )
    return kernel_result(name, Verdict.PROVED, evidence)


def merged_simulation_text(
    schedule: Schedule | str, circuit: Circuit | str, certificate: MergedSimulation
) -> str:
    """A certificate of equivalence, complete: nothing else is needed to check it.

    A schedule and a circuit are given as they are, or as texts.
    """
    return certificate_text(
        KIND,
        schedule=schedule if isinstance(schedule, str) else schedule_to_json(schedule),
        circuit=circuit if isinstance(circuit, str) else circuit_to_json(circuit),
        shown=circuit_to_json(certificate.shown),
        certificate=certificate.plan.to_json(),
        merges=[_raw(one) for one in certificate.merges],
        last=[_raw(one) for one in certificate.last],
    )


def _raw(merge: Merge) -> list[object]:
    return [merge.node, merge.literal, merge.opened, merge.proof]


def check_document(document: Document) -> Checked:
    """A schedule, a circuit and a certificate from a file."""
    raw = fields_of(document, ("schedule", "circuit", "shown", "certificate", "merges", "last"))
    schedule, circuit = schedule_field(document), circuit_field(document)
    certificate = MergedSimulation(
        circuit_field(document, "shown"),
        Simulation.from_json(text_field(document, "certificate")),
        _merges(document, raw["merges"], "merges"),
        _merges(document, raw["last"], "last"),
    )
    return check_merged_simulation(KIND, schedule, circuit, certificate)


def _merges(document: Document, value: Json, key: str) -> tuple[Merge, ...]:
    found: list[Merge] = []
    for index, one in enumerate(document.array(value, (key,))):
        path = (key, index)
        fields = document.array(one, path)
        if len(fields) != 4:
            raise document.malformed(one, path, "a node, a literal, a number of gates, a proof")
        node, opened = (document.integer(fields[k], (*path, k)) for k in (0, 2))
        literal = document.integer(fields[1], (*path, 1), minimum=~node)
        found.append(Merge(node, literal, opened, document.string(fields[3], (*path, 3))))
    return tuple(found)
