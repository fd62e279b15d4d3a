"""`dlmcheck doctor`: what there is to work with."""

from __future__ import annotations

import os
import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from dlmcheck.verify.engines.cores import cores
from dlmcheck.verify.exits import ExitCode

# (distribution, module, what it is used for)
LIBRARIES = (
    ("z3-solver", "z3", "SMT engine"),
    ("python-sat", "pysat.solvers", "SAT engine"),
    ("sympy", "sympy", "identities and inequalities"),
    ("numpy", "numpy", "truth tables at once"),
    ("oxidd", "oxidd.bcdd", "decision diagrams"),
    ("typer", "typer", "command line"),
    ("rich", "rich", "tables"),
    ("junitparser", "junitparser", "JUnit files"),
)
OPTIONAL = (("cvc5", "cvc5", "second SMT solver"),)


def run_doctor() -> ExitCode:
    """Print versions, engines, cores and memory. What is missing is said, and is no failure."""
    from dlmcheck.verify.engines.law_by_compiled import compiler

    print(f"dlmcheck     {_version('dlmcheck')}")
    print(f"Python       {platform.python_version()} ({platform.python_implementation()})")
    print(f"system       {platform.system()} {platform.machine()}")
    print(f"cores        {cores()}")
    print(f"memory       {_memory()}")
    for distribution, module, use in LIBRARIES:
        print(f"{distribution:<12} {_version(distribution):<12} {_state(module)} ({use})")
    for distribution, module, use in OPTIONAL:
        state = "not installed" if _version(distribution) == "-" else _state(module)
        print(f"{distribution:<12} {_version(distribution):<12} {state} ({use}, optional)")
    found = compiler()
    state = f"available as {' '.join(found)}" if found else "not found: numpy takes its place"
    print(f"{'C compiler':<25} {state} (laws by machine code, optional)")
    return ExitCode.OK


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "-"


def _state(module: str) -> str:
    try:
        import_module(module)
    except Exception as error:  # a library can fail to load in any way; the doctor reports it
        return f"missing: {type(error).__name__}: {error}"
    return "available"


def _memory() -> str:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return "unknown"
    return f"{total / (1 << 30):.1f} GiB"
