"""`dlmcheck diff`: what changed between two audits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import load_json
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.report.audit_diff import changes
from dlmcheck.verify.report.schemas import schema


def run_diff(old: Path, new: Path) -> ExitCode:
    """Print a line for each change: 1 if there is any, 0 if there is none.

    Both are files that `dlmcheck audit --json` wrote. Raises `BadInput` or `MalformedSyntax`.
    """
    before, after = read_audit(old), read_audit(new)
    found = changes(before, after)
    for change in found:
        print(change)
    number = len(found)
    print(f"{number or 'no'} {'change' if number == 1 else 'changes'}")
    return ExitCode.REFUTED if found else ExitCode.OK


def read_audit(path: Path) -> dict[str, Any]:
    """An audit's document. Raises `BadInput` or `MalformedSyntax`."""
    from jsonschema import Draft202012Validator

    source = str(path)
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}", source=source, expected="an audit as JSON"
        ) from None
    except UnicodeDecodeError:
        raise MalformedSyntax("no text", source=source, line=1, expected="UTF-8 text") from None
    raw: Any = load_json(text, source)
    validator: Any = Draft202012Validator(schema("audit-1"))
    wrong = next(iter(validator.iter_errors(raw)), None)
    if wrong is not None:
        where = "/".join(map(str, wrong.absolute_path)) or "the whole"
        raise MalformedSyntax(
            f"{where}: {wrong.message[:120]}",
            source=source,
            expected="what dlmcheck audit --json writes, version 1",
        )
    document: dict[str, Any] = raw
    return document
