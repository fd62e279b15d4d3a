"""Cases of a question, decided one by one: nothing left out, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.jobs import Ending, Finished, Task
from dlmcheck.verify.kernel.local_certificate import Case, check_cases, left_out
from dlmcheck.verify.kernel.local_parity import LocalParity
from dlmcheck.verify.kernel.local_policy import LocalPolicy, check_policy
from dlmcheck.verify.searches import locality_cubes
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_cubes import all_sizes, conquer, load, path_of, save
from dlmcheck.verify.searches.locality_refute import compact, decide

NO = Question(4, 1, 4, Reading.ONE_SET)
YES = Question(4, 1, 4, Reading.PER_ROUND)


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_the_cases_leave_nothing_out(depth: int) -> None:
    found = list(all_sizes(NO, depth))
    assert left_out(NO, found) is None
    assert len(set(found)) == len(found)
    for number in range(len(found)):
        assert left_out(NO, [*found[:number], *found[number + 1 :]]) is not None


@pytest.mark.parametrize("depth", [-1, 4])
def test_a_depth_out_of_range(depth: int) -> None:
    with pytest.raises(BadInput, match="depth"):
        list(all_sizes(NO, depth))


def test_all_cases_refuted_is_a_no(tmp_path: Path) -> None:
    found = conquer(NO, 1, tmp_path, workers=2)
    assert (found.policy, found.open, found.read) == (None, (), 0)
    assert check_cases(NO, found.cases) > 0


def test_a_sampler_in_one_of_the_cases_is_a_yes(tmp_path: Path) -> None:
    found = conquer(YES, 1, tmp_path)
    assert found.policy is not None
    assert check_policy(found.policy) > 0
    again = conquer(YES, 1, tmp_path)
    assert again.policy is not None
    assert again.read == 5


@pytest.mark.parametrize("question", [NO, YES, Question(4, 2, 2, Reading.STATE_ONLY)], ids=str)
def test_a_formula_built_once_decides_every_case_as_one_of_its_own(question: Question) -> None:
    parity = LocalParity(question)
    before = list(parity.clauses), list(parity.names)
    for sizes in all_sizes(question, 1):
        assert decide(question, sizes, parity) == decide(question, sizes)
    assert (parity.clauses, parity.names) == before


def test_a_formula_is_built_once_for_several_cases_if_it_is_not_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[LocalParity | None] = []

    def deciding(
        question: Question, sizes: tuple[int, ...], parity: LocalParity | None
    ) -> LocalPolicy | Case:
        given.append(parity)
        return decide(question, sizes, parity)

    def here(tasks: Iterable[Task], **_: object) -> None:
        for task in tasks:
            task.work(lambda _: None)

    monkeypatch.setattr(locality_cubes, "decide", deciding)
    monkeypatch.setattr(locality_cubes, "run_tasks", here)
    assert conquer(NO, 1, tmp_path / "several").open == ()
    assert len(given) == 5
    assert given[0] is not None
    assert all(parity is given[0] for parity in given)
    given.clear()
    assert conquer(NO, 0, tmp_path / "one").open == ()
    monkeypatch.setattr(locality_cubes, "SHARED", 100)
    assert conquer(NO, 1, tmp_path / "large").open == ()
    assert given == [None] * 6


def test_an_interruption_loses_no_finished_case(tmp_path: Path) -> None:
    def stop(_: Finished) -> None:
        raise KeyboardInterrupt

    first = conquer(NO, 1, tmp_path, on_finish=stop)
    assert len(first.cases) == 1
    assert len(first.open) == 4
    told: list[Finished] = []
    second = conquer(NO, 1, tmp_path, on_finish=told.append)
    assert second.read == 1
    assert len(told) == 4
    assert all(one.ending is Ending.DONE for one in told)
    assert check_cases(NO, second.cases) > 0
    assert not list(tmp_path.glob(".case-*"))


def test_a_case_that_takes_too_long_is_open(tmp_path: Path) -> None:
    found = conquer(Question(7, 2, 4, Reading.ONE_SET), 0, tmp_path, timeout=0.0)
    assert found.open == ((),)
    assert found.cases == ()


def test_files_that_are_no_cases_are_decided_anew(tmp_path: Path) -> None:
    case = decide(NO, (2,))
    assert isinstance(case, Case)
    save(tmp_path, NO, (2,), case)
    path = path_of(tmp_path, NO, (2,))
    assert load(tmp_path, NO, (2,)) == case
    whole = path.read_text("utf-8")
    for text in (
        "",
        whole[:-20],
        whole.replace('"proof"', '"prof"'),
        whole.replace("one-set", "state-only"),
        whole.replace("[\n  2\n ]", "[\n  3\n ]"),
    ):
        assert text != whole
        path.write_text(text, "utf-8")
        assert load(tmp_path, NO, (2,)) is None
    assert load(tmp_path, NO, (3,)) is None


def test_a_full_disk_leaves_no_half_of_a_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = decide(NO, (2,))

    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(locality_cubes, "certificate_text", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, NO, (2,), case)
    assert list(tmp_path.iterdir()) == []


def test_samplers_are_kept_too(tmp_path: Path) -> None:
    policy = decide(YES)
    assert isinstance(policy, LocalPolicy)
    save(tmp_path, YES, (), policy)
    kept = load(tmp_path, YES, ())
    assert isinstance(kept, LocalPolicy)
    assert check_policy(kept) == check_policy(policy)


def test_the_core_of_a_proof_is_numbered_anew() -> None:
    core, proof = compact(9, "10 1 0 2 7 0\n10 d 3 0\n12 0 10 5 0\n")
    assert core == (2, 5, 7)
    assert proof == "4 1 0 1 3 0\n5 0 4 2 0\n"
