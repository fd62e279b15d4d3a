"""The JSON Schemas of everything that this package writes as JSON."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

NAMES = (
    "audit-1",
    "compile-1",
    "equivalent-1",
    "lock-1",
    "evidence-1",
    "rounds-1",
    "law-1",
    "widths-1",
    "sampler-1",
    "batches-1",
)


def schema(name: str) -> dict[str, Any]:
    """A schema by name. Raises `KeyError` if there is none."""
    if name not in NAMES:
        raise KeyError(name)
    text = (files("dlmcheck.verify") / "schemas" / f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
