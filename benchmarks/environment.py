"""The peers' own environment, made from benchmarks/requirements.lock; nothing else needs it.

Each file is checked against its hash. Where the lock cannot be installed as a whole (a peer has no
wheel for this platform), its entries are installed one by one, and what is missing is reported.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-benchmarks"
LOCK = ROOT / "benchmarks" / "requirements.lock"
PYTHON = FOLDER / "bin" / "python"

MODULES = {
    "problog": "problog",
    "pysdd": "pysdd.sdd",
    "dd": "dd.cudd",
    "oxidd": "oxidd.bcdd",
    "stormpy": "stormpy",
    "z3-solver": "z3",
    "python-sat": "pysat.solvers",
    "pycryptosat": "pycryptosat",
    "bitwuzla": "bitwuzla",
    "numpy": "numpy",
    "sympy": "sympy",
    "passagemath-m4ri-m4rie": "sage.matrix.matrix_mod2_dense",
}
"""Packages, and the module whose import shows that one is there."""


class Peer(NamedTuple):
    """A package with its version, or why it is absent."""

    package: str
    version: str
    absent: str


def make(python: str = sys.executable) -> None:
    """Make the environment, unless it was made from this very lock. Progress goes to stderr."""
    stamp = FOLDER / ".lock"
    text = LOCK.read_text("ascii")
    if stamp.exists() and stamp.read_text("ascii") == text:
        return
    sys.stderr.write(f"setting up {FOLDER.name} ...\n")
    made = subprocess.run([python, "-m", "venv", "--clear", str(FOLDER)], check=False)
    if made.returncode:  # Debian splits ensurepip off; pip then reaches in from outside
        subprocess.run([python, "-m", "venv", "--clear", "--without-pip", str(FOLDER)], check=True)
    if not _install(python, LOCK):
        entries = _entries(text)
        for number, entry in enumerate(entries):
            part = FOLDER / f"part{number}.lock"
            part.write_text(entry, "ascii")
            _install(python, part, "--no-deps")
    stamp.write_text(text, "ascii")


def _install(python: str, lock: Path, *more: str) -> bool:
    pip = [str(PYTHON), "-m", "pip"]
    if not (FOLDER / "bin" / "pip").exists():
        pip = [python, "-m", "pip", "--python", str(PYTHON)]
    quiet = ["--disable-pip-version-check", "-q", "--require-hashes"]
    return (
        subprocess.run([*pip, "install", *quiet, *more, "-r", str(lock)], check=False).returncode
        == 0
    )


def _entries(text: str) -> list[str]:
    """The lock's entries: a line that names a package, and its hashes below."""
    entries: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith((" ", "\t")):
            entries[-1] += line
        elif line.strip() and not line.startswith("#"):
            entries.append(line)
    return entries


ASK = """
import json, sys
from importlib import import_module, metadata
found = {}
for package, module in json.loads(sys.argv[1]).items():
    try:
        import_module(module)
        found[package] = [metadata.version(package), ""]
    except Exception as error:
        found[package] = ["", f"{type(error).__name__}: {error}"]
print(json.dumps(found))
"""


def peers() -> list[Peer]:
    """Which peers are there; each is imported to find out."""
    if not PYTHON.exists():
        return [Peer(package, "", "no environment of peers") for package in MODULES]
    done = subprocess.run(
        [str(PYTHON), "-c", ASK, json.dumps(MODULES)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return [Peer(package, *found[package]) for package in MODULES]
