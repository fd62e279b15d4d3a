"""An audit as JSON: format `dlmcheck-audit`, version 1."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from enum import Enum
from importlib.metadata import version
from typing import Any

from dlmcheck.spec.lattice import Point
from dlmcheck.verify.audit import RoadResult, RowResult
from dlmcheck.verify.claims.registry import Registry
from dlmcheck.verify.gate import Gate
from dlmcheck.verify.kernel.evidence import Evidence
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.trust import believed, size

FORMAT = "dlmcheck-audit"


def audit_document(gate: Gate, registry: Registry, *, times: bool = False) -> dict[str, Any]:
    """Everything that an audit found. Only with `times` does it differ from run to run."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "dlmcheck": version("dlmcheck"),
        "profile": gate.result.profile.value,
        "selected": list(gate.selection.wanted),
        "interrupted": gate.result.interrupted,
        "exit_code": int(gate.code),
        "verdicts": verdict_counts(gate),
        "lock": None,
        "rows": [_row(row, registry) for row in gate.result.rows],
    }
    if gate.locked:
        document["lock"] = {
            "met": not gate.deviations,
            "deviations": [
                {"row": one.row, "exit_code": int(one.code), "message": one.message}
                for one in gate.deviations
            ],
        }
    if times:
        document["times"] = {
            name: {"seconds": round(seconds, 3), "peak_bytes": gate.result.peak_bytes.get(name, 0)}
            for name, seconds in sorted(gate.result.seconds.items())
        }
    return document


def verdict_counts(gate: Gate) -> dict[str, int]:
    """How many rows have each verdict that occurs."""
    found = Counter(row.verdict for row in gate.result.rows)
    return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}


def _row(result: RowResult, registry: Registry) -> dict[str, Any]:
    row = result.row
    claim = registry.claim(row.claim)
    bounded = result.bounded
    return {
        "id": row.id,
        "claim": row.claim,
        "reading": row.reading,
        "statement": row.statement,
        "dropped": row.dropped,
        "reference": claim.reference,
        "note": claim.note,
        "point": None if row.point is None else point_json(row.point),
        "verdict": result.verdict.value,
        "disagreement": result.disagreement,
        "bounded": None if bounded is None else {"why": bounded.why.value, "text": bounded.text},
        "assumptions": list(result.assumptions),
        "trust": [basis.value for basis in result.bases],
        "roads": [_road(road) for road in result.roads],
    }


def _road(road: RoadResult) -> dict[str, Any]:
    return {
        "job": road.job,
        "statement": road.statement,
        "engine": road.engine,
        "verdict": road.verdict.value,
        "message": road.message,
        "trust": [basis.value for basis in road.bases],
        "believed": believed(road.evidence),
        "size": size(road.evidence),
        "evidence": None if road.evidence is None else evidence_json(road.evidence),
    }


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """A piece of evidence as JSON: its type, its text, its fields.

    >>> from dlmcheck.verify.kernel.evidence import Citation
    >>> evidence_json(Citation("A theorem"))["type"]
    'Citation'
    """
    return {"type": type(evidence).__name__, "text": str(evidence), "fields": dict(vars(evidence))}


def point_json(point: Point) -> dict[str, str]:
    """A point of the lattice as JSON: axis -> value.

    >>> point_json(Point())["edits"], point_json(Point())["scratch"]
    ('write-once', 'any')
    """
    values = {one.name: getattr(point, one.name) for one in fields(point)}
    return {
        name: str(value.value if isinstance(value, Enum) else "any" if value is None else value)
        for name, value in values.items()
    }


def to_text(document: dict[str, Any]) -> str:
    """A document as bytes that depend on nothing else."""
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
