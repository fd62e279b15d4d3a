"""Where a source tree makes checked results, or could be about to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FLOORS = ("spec", "model", "verify")
KERNEL = "verify/dlmcheck/verify/kernel"
PRIVATE = {"kernel_result", "_KERNEL_TOKEN", "_PART_TOKEN", "maker"}
MADE = {"Checked", "Part"}
KEPT = "verify/dlmcheck/verify/resume.py"
"""The one module that reads parts that an earlier run left."""


def construction_sites(root: Path, *, spare_kernel: bool = True) -> list[str]:
    """`file:line: what` for each place outside the kernel that makes a `Checked` or a `Part`."""
    found: list[str] = []
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if spare_kernel and name.startswith(f"{KERNEL}/"):
                continue
            sites = _sites(ast.parse(path.read_text("utf-8")), may_read=name == KEPT)
            found += [f"{name}:{line}: {what}" for line, what in sites]
    return found


def _sites(tree: ast.Module, *, may_read: bool) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and (
            node.name in PRIVATE or (node.name in MADE and node.asname is not None)
        ):
            yield node.lineno, f"imports {node.name}"
        elif isinstance(node, ast.Name) and node.id in PRIVATE:
            yield node.lineno, f"names {node.id}"
        elif isinstance(node, ast.Constant) and node.value in PRIVATE:
            yield node.lineno, f"names {node.value}"
        elif isinstance(node, ast.keyword) and node.arg in PRIVATE:
            yield node.value.lineno, f"gives {node.arg}"
        elif isinstance(node, ast.Attribute):
            if node.attr in PRIVATE:
                yield node.lineno, f"names {node.attr}"
            if node.attr == "__new__" and not _is_super(node.value):
                yield node.lineno, "calls __new__"
            if node.attr == "from_json" and _last(node.value) == "Part" and not may_read:
                yield node.lineno, "reads a part"
        elif isinstance(node, ast.Call) and _last(node.func) in MADE:
            yield node.lineno, f"calls {_last(node.func)}"
        elif isinstance(node, ast.ClassDef) and MADE & {_last(base) for base in node.bases}:
            yield node.lineno, f"derives {node.name}"


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _last(node.func) == "super"
