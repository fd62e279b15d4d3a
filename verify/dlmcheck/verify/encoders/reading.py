"""Reading the numbers of a claim, none of them so large that its clauses could not be made."""

from __future__ import annotations

from dlmcheck.spec.jsontext import Document, Json


def number_up_to(document: Document, value: Json, key: str, least: int, most: int) -> int:
    """An integer between two bounds, in a field. Raises `MalformedSyntax`."""
    number = document.integer(value, (key,), least)
    if number > most:
        raise document.malformed(value, (key,), f"at most {most}")
    return number
