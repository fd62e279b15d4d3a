"""Tasks in processes of their own: every way to end, and nobody takes another one along."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import popen_fork
from pathlib import Path
from typing import cast

import pytest

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.jobs import (
    Ending,
    Finished,
    InParts,
    Sealed,
    Task,
    run_tasks,
    seal,
    without_collecting,
)

Progress = Callable[[int], None]
LIMIT = 256 << 20


def fine(progress: Progress) -> object:
    progress(1)
    return {"answer": 42}


def sleeps(_: Progress) -> object:
    time.sleep(600)
    return None


def hogs(_: Progress) -> object:
    return len(bytearray(400 << 20))


def hogs_little_by_little(_: Progress) -> object:
    # What the process that was forked has freed can be had again without asking for memory.
    had = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    hoard: list[list[int]] = []
    while len(hoard) < 12_000 + had // 36_000:  # ends, far beyond the limit, if there is none
        hoard.append(list(range(1000, 2000)))
    return len(hoard)


def dies(_: Progress) -> object:
    os._exit(7)


def is_killed(_: Progress) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def aborts(_: Progress) -> object:
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGABRT)
    return None


def raises(_: Progress) -> object:
    raise LookupError("nothing there")


def native_memory(_: Progress) -> object:
    raise RuntimeError("std::bad_alloc")


def refuses(_: Progress) -> object:
    raise BadInput("no good", source="file")


def cannot_be_sent(_: Progress) -> object:
    return lambda: None


def one(work: Callable[[Progress], object], **limits: float) -> Finished:
    memory = limits.get("memory")
    (done,) = run_tasks(
        [Task("task", work)],
        timeout=limits.get("timeout"),
        memory=None if memory is None else int(memory),
    )
    assert done.name == "task"
    return done


def test_a_task_that_is_done() -> None:
    done = one(fine)
    assert (done.ending, done.value, done.message) == (Ending.DONE, {"answer": 42}, "")
    assert done.peak_bytes > 0


def test_a_task_that_is_late_is_killed() -> None:
    done = one(sleeps, timeout=0.3)
    assert (done.ending, done.value, done.message) == (Ending.TIMEOUT, None, "0.3 s")


@pytest.mark.parametrize("work", [hogs, hogs_little_by_little])
def test_a_task_that_is_greedy(work: Callable[[Progress], object]) -> None:
    assert one(work).ending is Ending.DONE
    done = one(work, memory=LIMIT)
    assert (done.ending, done.value) == (Ending.MEMORY, None)


def test_the_limit_is_the_task_s_and_not_ours() -> None:
    assert one(hogs, memory=LIMIT).ending is Ending.MEMORY
    assert len(bytearray(400 << 20)) == 400 << 20


@pytest.mark.parametrize(
    ("work", "ending", "message"),
    [
        (dies, Ending.CRASHED, "process ended with 7"),
        (is_killed, Ending.MEMORY, "process ended by signal 9"),
        (aborts, Ending.CRASHED, "process ended with -6"),
        (raises, Ending.CRASHED, "LookupError: nothing there"),
        (native_memory, Ending.MEMORY, "memory limit reached"),
        (refuses, Ending.REJECTED, "BadInput: file: no good"),
        (cannot_be_sent, Ending.CRASHED, "the result cannot be sent"),
    ],
)
def test_every_other_ending(
    work: Callable[[Progress], object], ending: Ending, message: str
) -> None:
    done = one(work)
    assert done.ending is ending
    assert message in done.message
    assert done.value is None


def test_an_abort_under_a_memory_limit_counts_as_running_out() -> None:
    assert one(aborts, memory=LIMIT).ending is Ending.MEMORY


def ends_with_1(_: Progress) -> object:
    os._exit(1)


def faults(_: Progress) -> object:
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def cannot_be_loaded(_: Progress) -> object:
    try:
        raise ImportError("libbig.so: failed to map segment from shared object")
    except ImportError as error:
        raise ImportError("a page of advice\n" * 40) from error


def has_no_thread(_: Progress) -> object:
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("work", [ends_with_1, faults, cannot_be_loaded, has_no_thread])
def test_what_libraries_do_without_memory_is_running_out_under_a_limit(
    work: Callable[[Progress], object],
) -> None:
    assert one(work).ending is Ending.CRASHED
    done = one(work, memory=LIMIT)
    assert done.ending is Ending.MEMORY
    assert len(done.message) < 80


def refused_by_the_system(_: Progress) -> object:
    raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


def after_a_memory_error(_: Progress) -> object:
    try:
        raise MemoryError
    except MemoryError as error:
        raise ValueError("no table") from error


@pytest.mark.parametrize("work", [refused_by_the_system, after_a_memory_error])
def test_an_error_for_want_of_memory_is_running_out(work: Callable[[Progress], object]) -> None:
    assert one(work).ending is Ending.MEMORY


def is_not_there(_: Progress) -> object:
    return importlib.import_module("nowhere_to_be_found")


@pytest.mark.parametrize("work", [is_not_there, dies, raises])
def test_under_a_limit_other_failures_stay_failures(work: Callable[[Progress], object]) -> None:
    assert one(work, memory=LIMIT).ending is Ending.CRASHED


def test_nobody_takes_another_one_along() -> None:
    seen: list[str] = []
    works = [fine, dies, sleeps, raises, hogs, fine]
    done = run_tasks(
        [Task(str(number), work) for number, work in enumerate(works)],
        workers=2,
        timeout=2,
        memory=LIMIT,
        on_finish=lambda outcome: seen.append(outcome.name),
    )
    assert [one.name for one in done] == list("012345")
    assert [one.ending for one in done] == [
        Ending.DONE, Ending.CRASHED, Ending.TIMEOUT, Ending.CRASHED, Ending.MEMORY, Ending.DONE
    ]  # fmt: skip
    assert sorted(seen) == list("012345")


def counts_those_at_work(folder: Path) -> int:
    """How many processes are in here at once, as one of them sees it."""
    mark = folder / str(os.getpid())
    mark.touch()
    most = len(list(folder.iterdir()))
    time.sleep(0.05)
    mark.unlink()
    return most


def test_so_many_at_a_time(tmp_path: Path) -> None:
    done = run_tasks(
        [Task(str(n), lambda _: counts_those_at_work(tmp_path)) for n in range(8)], workers=3
    )
    most = [one.value for one in done]
    assert all(isinstance(value, int) and 1 <= value <= 3 for value in most)


def test_progress_arrives() -> None:
    seen: list[tuple[str, int]] = []

    def work(progress: Progress) -> object:
        for count in range(20):
            time.sleep(0.05)
            progress(count)
        return None

    run_tasks([Task("slow", work)], on_progress=lambda name, count: seen.append((name, count)))
    assert seen
    assert {name for name, _ in seen} == {"slow"}
    assert seen == sorted(seen)


# --- interruption --------------------------------------------------------------------------


def interrupt_when(ready: Callable[[], bool]) -> threading.Thread:
    """Ctrl-C for this process as soon as something is the case."""

    def wait() -> None:
        while not ready():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_what_was_finished_is_kept(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def long(_: Progress) -> object:
        pid.write_text(str(os.getpid()))
        time.sleep(600)
        return None

    seen: list[str] = []
    # Started before the tasks are, so that they are forked from one thread.
    tasks = [Task("first", fine), Task("long", long), Task("waiting", fine)]
    thread = interrupt_when(lambda: pid.exists() and pid.read_text() != "")
    done = run_tasks(tasks, workers=1, on_finish=lambda outcome: seen.append(outcome.name))
    thread.join()
    assert [(one.name, one.ending) for one in done] == [
        ("first", Ending.DONE),
        ("long", Ending.INTERRUPTED),
        ("waiting", Ending.INTERRUPTED),
    ]
    assert done[0].value == {"answer": 42}
    assert seen == ["first", "long"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


class Swallowing:
    """Something whose finaliser takes as long as it takes for Ctrl-C to come in it."""

    def __init__(self, pid: Path) -> None:
        self.pid = pid

    def __del__(self) -> None:
        while not (self.pid.exists() and self.pid.read_text()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interruption_in_a_finaliser_is_not_lost(tmp_path: Path) -> None:
    """Python drops an exception that is raised there."""
    pid = tmp_path / "pid"
    held = [Swallowing(pid)]

    def long(progress: Progress) -> object:
        pid.write_text(str(os.getpid()))
        for number in range(600):
            progress(number)
            time.sleep(1)
        return None

    def told(_name: str, _count: int) -> None:
        held.clear()

    (done,) = run_tasks([Task("long", long)], on_progress=told)
    assert done.ending is Ending.INTERRUPTED
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_process_that_is_being_started_is_not_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C comes after the fork, before the process is in anybody's list."""
    pid = tmp_path / "pid"
    honest = vars(popen_fork.Popen)["_launch"]

    def launch(opened: popen_fork.Popen, process: object) -> None:
        honest(opened, process)
        while not (pid.exists() and pid.read_text()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    def long(_: Progress) -> object:
        pid.write_text(str(os.getpid()))
        time.sleep(600)
        return None

    monkeypatch.setattr(popen_fork.Popen, "_launch", launch)
    (done,) = run_tasks([Task("long", long)])
    assert done.ending is Ending.INTERRUPTED
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_worker_does_not_end_by_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C reaches workers too; what they were doing is up to the parent."""
    pid = tmp_path / "pid"

    def work(_: Progress) -> object:
        pid.write_text(str(os.getpid()))
        for _round in range(100):
            time.sleep(0.01)
        return "done all the same"

    def interrupt() -> None:
        while not (pid.exists() and pid.read_text()):
            time.sleep(0.005)
        os.kill(int(pid.read_text()), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    done = one(work)
    thread.join()
    assert (done.ending, done.value) == (Ending.DONE, "done all the same")


class Small:
    """Something whose making is seen."""

    made = 0

    def __setstate__(self, _state: object) -> None:
        Small.made += 1


def sealed(_: Progress) -> object:
    small = Small()
    small.__dict__["one"] = 1
    return seal(small)


def test_what_is_sealed_is_made_again_only_where_it_is_opened() -> None:
    Small.made = 0
    (done,) = run_tasks([Task("sealed", sealed)])
    assert done.ending is Ending.DONE
    assert Small.made == 0
    assert repr(done.value) == "Sealed()"
    found = cast("Sealed[object]", done.value)
    assert isinstance(found.open(), Small)
    assert Small.made == 1


def in_parts(rest: Callable[[], object]) -> Callable[[Progress], object]:
    return lambda _: InParts("first", rest)


def test_the_first_part_makes_tasks_possible_before_the_rest_is_there(tmp_path: Path) -> None:
    def rest() -> object:
        while not (tmp_path / "second").exists():
            time.sleep(0.01)
        return "rest"

    def second(_: Progress) -> object:
        (tmp_path / "second").touch()
        return "second"

    def on_first(name: str, value: object) -> list[Task]:
        assert (name, value) == ("task", "first")
        return [Task("added", second)]

    tasks = [Task("task", in_parts(rest)), Task("other", fine)]
    done = run_tasks(tasks, workers=2, timeout=20, on_first=on_first)
    assert [one.name for one in done] == ["task", "other", "added"]
    assert [one.value for one in done] == ["rest", {"answer": 42}, "second"]


def test_one_at_a_time_the_added_task_is_next() -> None:
    ended: list[str] = []
    done = run_tasks(
        [Task("task", in_parts(lambda: "rest")), Task("other", fine)],
        on_finish=lambda outcome: ended.append(outcome.name),
        on_first=lambda name, _: [Task(f"after {name}", fine)],
    )
    assert ended == ["task", "after task", "other"]
    assert [one.name for one in done] == ["task", "other", "after task"]


@pytest.mark.parametrize(
    ("rest", "limits", "ending"),
    [
        (lambda: raises(print), {}, Ending.CRASHED),
        (lambda: refuses(print), {}, Ending.REJECTED),
        (lambda: hogs(print), {"memory": LIMIT}, Ending.MEMORY),
        (lambda: sleeps(print), {"timeout": 0.5}, Ending.TIMEOUT),
        (lambda: cannot_be_sent(print), {}, Ending.CRASHED),
    ],
)
def test_the_rest_may_end_otherwise_when_the_first_part_is_out(
    rest: Callable[[], object], limits: dict[str, float], ending: Ending
) -> None:
    seen: list[object] = []

    def on_first(_: str, value: object) -> list[Task]:
        seen.append(value)
        return []

    memory = limits.get("memory")
    (done,) = run_tasks(
        [Task("task", in_parts(rest))],
        timeout=limits.get("timeout"),
        memory=None if memory is None else int(memory),
        on_first=on_first,
    )
    assert (done.ending, done.value, seen) == (ending, None, ["first"])


def test_the_value_of_a_task_in_parts_is_its_rest() -> None:
    assert one(in_parts(lambda: 7)).value == 7
    nobody_can_send = one(lambda _: InParts(lambda: None, lambda: 7))
    assert (nobody_can_send.ending, nobody_can_send.value) == (Ending.CRASHED, None)


def fails_without_collector() -> None:
    assert not gc.isenabled()
    raise BadInput("something")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool) -> None:
    was = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        with pytest.raises(BadInput), without_collecting():
            fails_without_collector()
        assert gc.isenabled() == enabled
    finally:
        gc.unfreeze()
        gc.enable() if was else gc.disable()
