"""A checked result is made by the kernel and by nothing else."""

from __future__ import annotations

import copy
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.verify.kernel import results
from dlmcheck.verify.kernel.evidence import Exhaustive, Sampled
from dlmcheck.verify.kernel.laws import check_same_law
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.kernel.construction_sites import construction_sites
from tests.verify.kernel.small import one_coin

ANY: Any = Checked


def made() -> Checked:
    return check_same_law("coin", *one_coin())


def test_a_checked_result_says_what_was_checked() -> None:
    checked = made()
    assert checked.statement == "coin"
    assert checked.verdict is Verdict.PROVED
    assert checked.evidence == Exhaustive("all data and all seeds", 1, 1)
    assert repr(checked).startswith("Checked(coin: PROVED; exhaustive: 1 of 1")


@pytest.mark.parametrize("token", [None, object(), "token", 0])
def test_no_token_that_comes_to_mind_opens_the_constructor(token: object) -> None:
    with pytest.raises(TypeError, match="made by the kernel only"):
        ANY(token, "false", Verdict.PROVED, Sampled(1, 0))


def test_the_token_is_of_a_type_that_makes_no_second_one() -> None:
    token_type: Any = vars(results)["_Token"]
    with pytest.raises(TypeError, match="made by the kernel only"):
        ANY(token_type(), "false", Verdict.PROVED, Sampled(1, 0))


def test_the_token_is_not_among_the_public_names() -> None:
    public = {name for name in vars(results) if not name.startswith("_")}
    held = [name for name in public if vars(results)[name] is vars(results)["_KERNEL_TOKEN"]]
    assert held == []


def test_a_checked_result_cannot_be_changed() -> None:
    checked = made()
    for name in ("_verdict", "verdict", "_statement", "statement", "_evidence", "other"):
        with pytest.raises(AttributeError):
            setattr(checked, name, Verdict.REFUTED)
    with pytest.raises(AttributeError, match="cannot be changed"):
        delattr(checked, "_verdict")
    assert checked.verdict is Verdict.PROVED


def test_a_checked_result_has_no_subclasses() -> None:
    with pytest.raises(TypeError, match="no subclasses"):
        type("Forged", (ANY,), {})


def test_a_checked_result_comes_whole_from_a_worker_process() -> None:
    for again in (pickle.loads(pickle.dumps(made())), copy.copy(made()), copy.deepcopy(made())):
        assert isinstance(again, Checked)
        assert repr(again) == repr(made())


def test_a_rejection_carries_its_reason() -> None:
    assert Rejected("why").reason == str(Rejected("why")) == "why"


# --- where they are made ---------------------------------------------------------------------


def test_nothing_outside_the_kernel_makes_a_checked_result_or_a_part(source_root: Path) -> None:
    assert construction_sites(source_root) == []


PLANTED = {
    "imports the maker": "from dlmcheck.verify.kernel.results import kernel_result\n",
    "imports the maker under a name": (
        "from dlmcheck.verify.kernel.results import kernel_result as made\n"
    ),
    "reaches the maker through the module": (
        "from dlmcheck.verify.kernel import results\nx = results.kernel_result\n"
    ),
    "calls the class": (
        "from dlmcheck.verify.kernel.results import Checked\n"
        "def f(token, verdict): return Checked(token, 'x', verdict, None)\n"
    ),
    "calls the class under another name": (
        "from dlmcheck.verify.kernel.results import Checked as C\nx = C\n"
    ),
    "skips the constructor": (
        "from dlmcheck.verify.kernel.results import Checked\nx = object.__new__(Checked)\n"
    ),
    "names the token": "from dlmcheck.verify.kernel import results\nt = results._KERNEL_TOKEN\n",
    "names the token as text": (
        "from dlmcheck.verify.kernel import results\nt = vars(results)['_KERNEL_TOKEN']\n"
    ),
    "makes a subclass": (
        "from dlmcheck.verify.kernel.results import Checked\nclass D(Checked): ...\n"
    ),
    "makes a part": (
        "from dlmcheck.verify.kernel.sweep import Part\n"
        "p = Part('d', 0, 1, (), {}, {}, maker=None)\n"
    ),
    "copies a part with changes": (
        "from dataclasses import replace\nfrom dlmcheck.verify.kernel.sweep import Part\n"
        "def f(p: Part): return replace(p, maker=1)\n"
    ),
    "reads parts where none are kept": (
        "from dlmcheck.verify.kernel.sweep import Part\np = Part.from_json('{}')\n"
    ),
}


PLACE = "verify/dlmcheck/verify/claims/planted.py"


def copied(source_root: Path, tmp_path: Path, *folders: str) -> Path:
    for folder in folders:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source_root / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


@pytest.mark.parametrize("planted", PLANTED)
def test_canary_a_planted_construction_site_is_reported(
    source_root: Path, tmp_path: Path, planted: str
) -> None:
    root = copied(source_root, tmp_path, "verify/dlmcheck/verify/claims")
    assert construction_sites(root) == []
    (root / PLACE).write_text(PLANTED[planted])
    found = construction_sites(root)
    assert found
    assert all(site.startswith(f"{PLACE}:") for site in found)


def test_canary_one_planted_site_in_a_copy_of_the_whole_tree(
    source_root: Path, tmp_path: Path
) -> None:
    root = copied(source_root, tmp_path, "spec", "model", "verify")
    (root / PLACE).write_text(PLANTED["makes a subclass"])
    assert construction_sites(root) == [f"{PLACE}:2: derives D"]


def test_the_scan_sees_the_kernel_itself(source_root: Path) -> None:
    """Were the kernel's own folder not left out, its sites would be found: the scan can see."""
    sites = construction_sites(source_root, spare_kernel=False)
    modules = {site.partition(":")[0].rpartition("/")[2] for site in sites}
    assert {"results.py", "sweep.py", "laws.py", "simulation.py", "preservation.py"} <= modules
