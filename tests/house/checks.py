"""The checks of the house, as functions of a folder or a text.

So a canary can aim them at a deliberately broken copy.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FLOORS = ("spec", "model", "verify")
MODULE_LINES = 400


def python_path(root: Path) -> str:
    """The value of PYTHONPATH under which `root`'s three floors come before any installed ones."""
    return os.pathsep.join(str(root / floor) for floor in FLOORS)


def run_python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in `root` on `root`'s own floors, and capture what it prints."""
    environment = dict(os.environ)
    # Settings of an outer pytest (or of coverage) must not leak into an inner one.
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"):
        environment.pop(name, None)
    environment.update(PYTHONPATH=python_path(root), COLUMNS="200", PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


# -- the namespace


def namespace_intruders(root: Path) -> list[str]:
    """Files that would turn the shared namespace into the package of one floor."""
    found = [*root.glob("*/dlmcheck/__init__.py"), *root.glob("*/dlmcheck/__init__.pyi")]
    return sorted(path.relative_to(root).as_posix() for path in found)


def stray_modules(root: Path) -> list[str]:
    """Modules that the import contracts would not see.

    Import-linter walks regular packages: a module in a folder without `__init__.py`, or beside
    the package of its floor, escapes it.
    """
    stray: list[str] = []
    for floor in FLOORS:
        home = root / floor / "dlmcheck" / floor
        for path in sorted((root / floor).rglob("*.py")):
            inside = path.is_relative_to(home)
            folders = [path.parent, *path.parent.parents] if inside else []
            packages = [folder for folder in folders if folder.is_relative_to(home)]
            if not inside or not all((folder / "__init__.py").is_file() for folder in packages):
                stray.append(path.relative_to(root).as_posix())
    return stray


# -- imports


def broken_contracts(root: Path) -> set[str]:
    """Names of the import contracts of `root`'s pyproject.toml that `root`'s floors break.

    Raises RuntimeError if import-linter did not come as far as a verdict on each contract.
    """
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = run_python(root, "-c", program, "--no-cache", "--no-logo")
    verdicts = re.findall(r"^(.+) (KEPT|BROKEN)(?: \(.*\))?$", done.stdout, flags=re.MULTILINE)
    broken = {name for name, verdict in verdicts if verdict == "BROKEN"}
    if not verdicts or (done.returncode != 0) != bool(broken):
        raise RuntimeError(f"import-linter gave no verdict:\n{done.stdout}{done.stderr}")
    return broken


def imported_names(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Every (line, absolute module name) that `source`, a module inside `package`, imports.

    `from a import b` yields `a` and `a.b`, because b may be a module. A dynamic import
    (importlib, `__import__`) yields the name of that mechanism.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = parents[: len(parents) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if node.module:
                yield node.lineno, module
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "__import__"


def is_below(name: str, packages: Iterable[str]) -> bool:
    """Whether the dotted name is one of the packages or lies inside one of them."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def foreign_imports(root: Path, package: str, allowed: tuple[str, ...]) -> list[str]:
    """Imports in `package` that are neither below `allowed` nor standard library.

    The contracts of import-linter list what is forbidden; this lists what is allowed, so that a
    library that nobody thought of is found as well. Dynamic imports count as foreign.
    """
    floor = package.split(".")[1]
    folder = root / floor / Path(*package.split("."))
    found: list[str] = []
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(root / floor).parent
        for line, name in imported_names(path.read_text("utf-8"), ".".join(inside.parts)):
            top = name.partition(".")[0]
            ours = is_below(name, allowed)
            library = top in sys.stdlib_module_names and top != "importlib"
            # `from dlmcheck import spec` names the bare namespace first; what it takes follows.
            if not (ours or library or name == "dlmcheck"):
                found.append(f"{path.relative_to(root).as_posix()}:{line}: {name}")
    return found


def loaded_modules(root: Path, module: str) -> set[str]:
    """Modules outside the standard library that are loaded once `module` has been imported.

    A fresh interpreter without site-packages: what is not ours and not standard library makes
    the import fail, and this function raise RuntimeError.
    """
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = run_python(root, "-S", "-c", program)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    names: list[str] = json.loads(done.stdout)
    library = {*sys.stdlib_module_names, "__main__"}
    return {name for name in names if name.partition(".")[0] not in library}


# -- the lock


@dataclass(frozen=True)
class Locked:
    """One pinned requirement of a lock file."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def canonical(name: str) -> str:
    """A distribution's name in its normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> list[Locked]:
    """The requirements of a lock file. Raises ValueError on a line that pins nothing."""
    logical = re.sub(r"\\\n", " ", text).splitlines()
    entries: list[Locked] = []
    for line in (raw.strip() for raw in logical):
        if not line or line.startswith("#"):
            continue
        found = re.fullmatch(
            r"([A-Za-z0-9._-]+)==([^\s;]+)\s*(?:;\s*(.*?))?((?:\s+--hash=\S+)*)", line
        )
        if found is None:
            raise ValueError(f"not a pinned requirement: {line[:80]}")
        name, version, marker, hashes = found.groups()
        digests = tuple(re.findall(r"--hash=(\S+)", hashes))
        entries.append(Locked(canonical(name), version, marker or "", digests))
    return entries


def host_mentions(text: str) -> list[str]:
    """Lines that name a host or an index, comments included."""
    pattern = re.compile(
        r"://|--(extra-)?index-url|--find-links|--trusted-host|(^|\s)-[if]\s| @ |\bpypi\b"
        r"|\b[a-z0-9-]+\.(org|com|net|io|dev)\b",
        re.IGNORECASE,
    )
    return [line for line in text.splitlines() if pattern.search(line)]


def unhashed(text: str) -> list[str]:
    """Names of the requirements of a lock file that carry no SHA-256 digest."""
    digest = re.compile(r"sha256:[0-9a-f]{64}")
    return [
        entry.name
        for entry in locked(text)
        if not entry.hashes or not all(digest.fullmatch(value) for value in entry.hashes)
    ]


def without_reason(lines: Iterable[str]) -> list[str]:
    """Requirement lines (of requirements.in, or of an array in pyproject.toml) with no comment."""
    naming = re.compile(r'^\s*"?[A-Za-z0-9]')
    reasoned = re.compile(r"#\s*\w+.*\w")
    return [line.strip() for line in lines if naming.match(line) and not reasoned.search(line)]


# -- the text of the files


def machine_paths(text: str) -> list[str]:
    """Absolute paths in `text` that mean something on one machine only."""
    folders = "home|root|Users|work|tmp|opt|mnt|srv|var|private|usr(?!/bin/env)"
    unix = r"(?<![\w.$})~-])/(?:" + folders + r")/\w\S*"
    windows = r"\b[A-Za-z]:\\\w\S*"
    return re.findall(f"{unix}|{windows}", text)


def committed_text(root: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of each text file that git knows in `root`; of all files if there is no git."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False
    )
    if listing.returncode == 0 and listing.stdout:
        names = [name for name in listing.stdout.split("\0") if name]
    else:
        hidden = re.compile(r"(^|/)(\.(?!ci/)[^/]*|__pycache__|dist|build)/")
        every = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
        names = sorted(name for name in every if not hidden.search(name))
    for name in names:
        path = root / name
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8", errors="replace")


def long_modules(root: Path, limit: int = MODULE_LINES) -> list[str]:
    """Modules of the three floors that cannot be read in one sitting."""
    found: list[str] = []
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            lines = len(path.read_text("utf-8").splitlines())
            if lines > limit:
                found.append(f"{path.relative_to(root).as_posix()}: {lines} lines")
    return found


def unearned_relaxations(root: Path, untyped: tuple[str, ...]) -> list[str]:
    """Places where a module switches a rule of pyright off without the one accepted reason.

    The reason is that the module imports a library that ships no types; the rules are those
    that report a type as unknown.
    """
    found: list[str] = []
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            source = path.read_text("utf-8")
            tops = {name.partition(".")[0] for _, name in imported_names(source, "dlmcheck")}
            for number, line in enumerate(source.splitlines(), start=1):
                relaxed = re.match(r"\s*#\s*pyright:\s*(.*)", line)
                if relaxed is None:
                    continue
                rules = [rule.strip() for rule in relaxed.group(1).split(",")]
                mild = all(re.fullmatch(r"reportUnknown\w+\s*=\s*false", rule) for rule in rules)
                if not (mild and tops & set(untyped)):
                    found.append(f"{path.relative_to(root).as_posix()}:{number}: {line.strip()}")
    return found
