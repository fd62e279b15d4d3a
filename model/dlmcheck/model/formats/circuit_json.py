"""Circuits in the JSON format of our own, from and to bytes.

The format itself belongs to the specification: see `dlmcheck.spec.serial`.
"""

from __future__ import annotations

from dlmcheck.model.formats.signals import decode
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json


def read_json(content: bytes, source: str = "circuit") -> Circuit:
    """The circuit of a JSON file. Raises as `circuit_from_json` does."""
    return circuit_from_json(decode(content, source), source)


def json_bytes(circuit: Circuit) -> bytes:
    """The circuit as the bytes of a JSON file."""
    return circuit_to_json(circuit).encode()
