"""The import contracts and the namespace: kept by this tree, and broken by planted violations."""

from __future__ import annotations

import importlib.metadata
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house import checks

FLOORS = "Three floors: verify above model above spec"
SPEC_LIBRARY = "The specification imports no third-party package"
KERNEL_ALONE = "The kernel imports the specification and nothing else of ours"
KERNEL_LIBRARY = "The kernel imports no third-party package"

SPEC = "spec/dlmcheck/spec"
MODEL = "model/dlmcheck/model"
KERNEL = "verify/dlmcheck/verify/kernel"


@pytest.fixture
def copy(source_root: Path, tmp_path: Path) -> Path:
    """A copy of the three floors and their configuration, to plant violations in."""
    for floor in checks.FLOORS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source_root / floor, tmp_path / floor, ignore=ignored)
    shutil.copy(source_root / "pyproject.toml", tmp_path)
    return tmp_path


def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


# -- the namespace


def test_no_floor_claims_the_namespace(source_root: Path) -> None:
    assert checks.namespace_intruders(source_root) == []


@pytest.mark.parametrize("floor", checks.FLOORS)
def test_canary_a_planted_namespace_package_is_reported(copy: Path, floor: str) -> None:
    assert checks.namespace_intruders(copy) == []
    (copy / floor / "dlmcheck" / "__init__.py").touch()
    assert checks.namespace_intruders(copy) == [f"{floor}/dlmcheck/__init__.py"]


def test_every_module_lies_in_a_package_of_its_floor(source_root: Path) -> None:
    assert checks.stray_modules(source_root) == []


def test_canary_modules_outside_the_packages_are_reported(copy: Path) -> None:
    planted = ["spec/dlmcheck/x.py", "model/dlmcheck/model/deep/down/x.py", "verify/x.py"]
    for name in planted:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).touch()
    assert checks.stray_modules(copy) == planted


# -- import-linter


def test_the_import_contracts_hold(source_root: Path) -> None:
    assert checks.broken_contracts(source_root) == set()


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        (f"{SPEC}/planted.py", "import z3", SPEC_LIBRARY),
        (f"{SPEC}/planted.py", "from sympy import Symbol", SPEC_LIBRARY),
        (f"{SPEC}/planted.py", "def f() -> None:\n    import numpy.linalg", SPEC_LIBRARY),
        (f"{SPEC}/planted.py", "import dlmcheck.model", FLOORS),
        (f"{SPEC}/planted.py", "from dlmcheck import verify", FLOORS),
        (f"{MODEL}/planted.py", "from dlmcheck.verify import kernel", FLOORS),
        (f"{KERNEL}/planted.py", "import dlmcheck.model", KERNEL_ALONE),
        (f"{KERNEL}/planted.py", "from .. import engines", KERNEL_ALONE),
        (f"{KERNEL}/planted.py", "import z3", KERNEL_LIBRARY),
    ],
)
def test_canary_a_planted_import_breaks_its_contract(
    copy: Path, module: str, statement: str, contract: str
) -> None:
    (copy / module).write_text(statement + "\n", "utf-8")
    assert checks.broken_contracts(copy) == {contract}


def test_a_linter_that_cannot_start_is_no_verdict(copy: Path) -> None:
    shutil.rmtree(copy / "model")
    (copy / "pyproject.toml").write_text("[tool.importlinter]\nroot_packages = ['absent']\n")
    with pytest.raises(RuntimeError, match="no verdict"):
        checks.broken_contracts(copy)


def test_the_contracts_forbid_every_run_time_dependency(source_root: Path) -> None:
    """The list in the contracts is typed by hand; a new dependency must not slip past it."""
    configuration = project(source_root)
    wanted = {checks.canonical(name) for name in configuration["project"]["dependencies"]}
    modules = {
        module
        for module, distributions in importlib.metadata.packages_distributions().items()
        if wanted & {checks.canonical(name) for name in distributions}
        and module.isidentifier()
        and not module.startswith("_")
    }
    contracts = configuration["tool"]["importlinter"]["contracts"]
    forbidden = {
        contract["id"]: set(contract.get("forbidden_modules", [])) for contract in contracts
    }
    assert modules <= forbidden["spec-standard-library"]
    assert forbidden["spec-standard-library"] == forbidden["kernel-standard-library"]


# -- what is allowed, rather than what is forbidden


def test_spec_and_kernel_import_only_what_they_may(source_root: Path) -> None:
    kernel = ("dlmcheck.spec", "dlmcheck.verify.kernel")
    assert checks.foreign_imports(source_root, "dlmcheck.spec", ("dlmcheck.spec",)) == []
    assert checks.foreign_imports(source_root, "dlmcheck.verify.kernel", kernel) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("import hypothesis", ["hypothesis"]),
        ("from dlmcheck import model", ["dlmcheck.model"]),
        ("from dlmcheck.verify import report", ["dlmcheck.verify", "dlmcheck.verify.report"]),
        ("from .. import report", ["dlmcheck.verify.report"]),
        ("from ..report import table", ["dlmcheck.verify.report", "dlmcheck.verify.report.table"]),
        ("import importlib", ["importlib"]),
        ("z = __import__('z3')", ["__import__"]),
        ("import fractions, dlmcheck.spec", []),
        ("from dlmcheck import spec", []),
        ("from . import steps", []),
        ("from .steps import one", []),
    ],
)
def test_canary_a_kernel_import_outside_the_allowed_ones_is_reported(
    copy: Path, statement: str, named: list[str]
) -> None:
    kernel = ("dlmcheck.spec", "dlmcheck.verify.kernel")
    (copy / KERNEL / "planted.py").write_text(statement + "\n", "utf-8")
    expected = [f"{KERNEL}/planted.py:1: {name}" for name in named]
    assert checks.foreign_imports(copy, "dlmcheck.verify.kernel", kernel) == expected


def modules_of(root: Path, package: str) -> list[str]:
    floor = package.split(".")[1]
    folder = root / floor / Path(*package.split("."))
    names = [path.relative_to(root / floor).with_suffix("") for path in folder.rglob("*.py")]
    return sorted(".".join(name.parts).removesuffix(".__init__") for name in names)


def test_spec_and_kernel_load_without_any_installed_package(source_root: Path) -> None:
    """Importing a module runs the `__init__` of every package above it, which no linter sees."""
    spec = ", ".join(modules_of(source_root, "dlmcheck.spec"))
    loaded = checks.loaded_modules(source_root, spec)
    assert all(checks.is_below(name, ("dlmcheck.spec",)) or name == "dlmcheck" for name in loaded)

    kernel = ", ".join(modules_of(source_root, "dlmcheck.verify.kernel"))
    loaded = checks.loaded_modules(source_root, kernel)
    allowed = ("dlmcheck.spec", "dlmcheck.verify.kernel")
    above = {"dlmcheck", "dlmcheck.verify"}
    assert {name for name in loaded if not checks.is_below(name, allowed)} == above


def test_canary_a_package_above_the_kernel_that_imports_an_engine_is_seen(copy: Path) -> None:
    package = copy / "verify/dlmcheck/verify/__init__.py"
    package.write_text("import dlmcheck.model\n", "utf-8")
    assert "dlmcheck.model" in checks.loaded_modules(copy, "dlmcheck.verify.kernel")
    package.write_text("import hypothesis\n", "utf-8")
    with pytest.raises(RuntimeError, match="hypothesis"):
        checks.loaded_modules(copy, "dlmcheck.verify.kernel")
