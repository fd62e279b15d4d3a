"""Each exit code, end to end: the command as a process, as a user or CI starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import write_circuit
from dlmcheck.verify.exits import PRECEDENCE, ExitCode, worst
from tests.verify.cli.planted import HOLD, LOG
from tests.verify.cli.running import PLANTED, ROOT, Result, complaint, environment, outside, start


def planted(*arguments: str | Path, **more: str) -> Result:
    return outside(*arguments, module=PLANTED, **more)


def verdicts_and_counts(table: str) -> list[str]:
    return re.findall(r"[A-Z]{3,}|[0-9]+ of [0-9]+", table)


def test_0_affirmed(tmp_path: Path) -> None:
    done = planted("audit", "GOOD", "CITED")
    assert done.code == 0, done
    assert "2 rows, profile quick: 1 BOUNDED, 1 UNSETTLEABLE; no lock given" in done.out
    lock = tmp_path / "claims.lock"
    assert planted("audit", "GOOD", "CITED", "--write-lock", lock).code == 0
    done = planted("audit", "GOOD", "CITED", "--lock", lock)
    assert done.code == 0, done
    assert "; as locked" in done.out


def test_0_a_known_erratum_stays_green(tmp_path: Path) -> None:
    lock = tmp_path / "claims.lock"
    assert planted("audit", "BAD", "--write-lock", lock).code == 1
    assert planted("audit", "BAD", "--lock", lock).code == 0


def test_1_refuted() -> None:
    done = planted("audit", "GOOD", "BAD")
    assert done.code == 1, done
    assert "witness: it is three [first engine]" in done.out


def test_2_usage() -> None:
    for arguments in (
        ("nonsense",),
        ("audit", "--profile", "slow"),
        ("audit", "--timeout", "0"),
        ("audit", "--memory", "two"),
        ("audit", "-j", "0"),
        ("audit", "GOODS"),
        ("audit", "--seed", "1"),
        ("compile",),
        ("explain", "T3.1", "T3.2"),
        ("replay",),
    ):
        done = planted(*arguments)
        assert done.code == 2, done
        assert complaint(done)


@pytest.mark.parametrize("command", [(), ("law",), ("compile",)])
def test_help_by_either_name(command: tuple[str, ...]) -> None:
    short, long = planted(*command, "-h"), planted(*command, "--help")
    assert short.code == 0
    assert short.out == long.out
    assert "Usage: dlmcheck" in short.out


def test_3_timeout(tmp_path: Path) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    done = planted("audit", "SLOW", "GOOD", "--timeout", "1", **{HOLD: str(hold)})
    assert done.code == 3, done
    assert "timeout: 1 s" in done.out
    assert "1 BOUNDED, 1 UNKNOWN" in done.out


def test_3_memory() -> None:
    assert planted("audit", "HOG").code == 0
    done = planted("audit", "HOG", "--memory", "256M")
    assert done.code == 3, done
    assert "out of memory" in done.out


def test_3_vacuous() -> None:
    assert planted("audit", "VACUOUS").code == 3


@pytest.mark.parametrize("claim", ["X*", "LATER"])
def test_3_nothing_selected(claim: str) -> None:
    done = planted("audit", claim)
    assert done.code == 3, done
    assert done.out == "nothing selected\n"


def test_3_a_pattern_that_matches_nothing_beside_one_that_does() -> None:
    done = planted("audit", "GOOD", "X*")
    assert done.code == 3, done
    assert "nothing matches X*" in done.out


def test_4_engines_disagree() -> None:
    done = planted("audit", "LIES")
    assert done.code == 4, done
    assert "the roads contradict each other" in done.out
    assert "[a liar]" in done.out


def test_4_a_lock_cannot_hide_a_disagreement(tmp_path: Path) -> None:
    lock = tmp_path / "claims.lock"
    done = planted("audit", "LIES", "--write-lock", lock)
    assert done.code == 4
    assert not lock.exists()
    assert "is not written: no result for LIES/reading" in done.err
    # Neither does a lock that expects what one of the two roads says.
    assert planted("audit", "BAD", "--write-lock", lock).code == 1
    lock.write_text(lock.read_text().replace("BAD/reading", "LIES/reading"))
    assert planted("audit", "LIES", "--lock", lock).code == 4


@pytest.mark.parametrize("claim", ["CRASH", "REJECTED"])
def test_4_a_check_breaks(claim: str) -> None:
    done = planted("audit", claim, "GOOD")
    assert done.code == 4, done
    assert "1 BOUNDED, 1 ERROR" in done.out


def test_4_an_engine_that_is_not_there_leaves_no_result_green() -> None:
    """Without its solver a row is no result; the others are what they were."""
    solver, plain = "T3-MINIMUM/least,revise-any", "R-4/no-round"
    done = outside("pysat", "audit", solver, plain, module="tests.verify.cli.disabled")
    assert done.code == 4, done
    assert "No module named 'pysat'" in done.out
    assert "1 PROVED, 1 ERROR" in done.out
    # Neither does the lock make it green.
    locked = outside(
        "pysat", "audit", solver, "--lock", ROOT / "claims.lock", module="tests.verify.cli.disabled"
    )
    assert locked.code == 4, locked


def test_4_before_1_before_3() -> None:
    assert planted("audit", "LIES", "BAD", "VACUOUS").code == 4
    assert planted("audit", "BAD", "VACUOUS").code == 1


def test_precedence() -> None:
    order = [130, 2, 4, 1, 3]
    assert [int(code) for code in PRECEDENCE] == order
    for index, code in enumerate(order):
        assert worst(map(ExitCode, order[index:])) == code
    assert worst([]) == 0


# --- interruption --------------------------------------------------------------------------


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_130_keeps_what_was_finished_and_resume_goes_on(
    tmp_path: Path, which: signal.Signals
) -> None:
    hold, log, parts = tmp_path / "hold", tmp_path / "log", tmp_path / "parts"
    hold.touch()
    report = tmp_path / "report.json"
    arguments = ("audit", "GOOD", "SLOW", "--resume", parts, "-j", "2", "--json", report)
    variables = {HOLD: str(hold), LOG: str(log)}
    process = start(*arguments, module=PLANTED, **variables)
    deadline = time.monotonic() + 120
    # Both jobs of GOOD and the quick half of SLOW; the other half waits.
    while len(list(parts.rglob("quick--*.json"))) < 4:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(which)
    out, err = process.communicate(timeout=60)
    interrupted = Result(process.returncode, out, err)
    assert interrupted.code == 130, interrupted
    assert "exhaustive: 10 of 10 numbers below 10 [first engine]" in out
    assert "no result: interrupted [first engine]" in out
    assert "1 BOUNDED, 1 UNKNOWN; interrupted" in out
    assert json.loads(report.read_text())["interrupted"] is True
    done_before = log.read_text().split()
    assert {"0", "2", "4", "6", "8"} <= set(done_before)

    log.write_text("")
    hold.unlink()
    done = outside(*arguments, module=PLANTED, **variables)
    assert done.code == 0, done
    assert "2 BOUNDED" in done.out
    assert "4 finished parts are kept in" in done.err
    assert log.read_text().split() == ["1", "3", "5", "7", "9"]
    # What was not done again is said so; nothing else differs from a run in one go.
    assert ", 2 parts as an earlier run left them" in done.out
    assert verdicts_and_counts(done.out) == verdicts_and_counts(
        planted("audit", "GOOD", "SLOW").out
    )


def test_130_writes_no_lock(tmp_path: Path) -> None:
    hold, lock = tmp_path / "hold", tmp_path / "claims.lock"
    hold.touch()
    process = start(
        "audit", "SLOW", "-j", "2", "--write-lock", lock, module=PLANTED, **{HOLD: str(hold)}
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("slow#0: done")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "is not written" in err
    assert not lock.exists()


def test_130_compile(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group of processes; the parent still says what there is."""
    path = tmp_path / "grid.json"
    write_circuit(FAMILIES["majority-grid"](30), path)
    process = start("compile", *[path] * 40, "--random", "all", "--verify", "-j", "1")
    assert process.stderr is not None
    assert "compile" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out.count("interrupted") >= 1


# --- things that break outside of the checks -----------------------------------------------


def test_4_a_full_disk_loses_no_result() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = planted("audit", "GOOD", "--json", "/dev/full")
    assert done.code == 4, done
    assert "1 BOUNDED" in done.out
    assert "/dev/full: cannot be written" in done.err


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    "words",
    [
        ["doctor"],
        ["--help"],
        ["--version"],
        ["audit", "GOOD"],
        ["law", "CIRCUIT"],
        ["law", "CIRCUIT", "--timeout", "60"],
        ["compile", "CIRCUIT", "-j", "2"],
        ["replay", "CIRCUIT"],
    ],
    ids=" ".join,
)
def test_a_reader_that_leaves_is_no_failure(tmp_path: Path, words: list[str], stream: str) -> None:
    """As a tool that SIGPIPE ends: 141 in a shell, and no word about it."""
    circuit = tmp_path / "circuit.aag"
    circuit.write_text("aag 3 2 0 1 1\n2\n4\n6\n6 4 2\ni0 r0\ni1 r1\n", "ascii")
    arguments = [str(circuit) if word == "CIRCUIT" else word for word in words]
    if words[0] in ("law", "compile") and "CIRCUIT" in words:
        arguments += ["--random", "all"]
    whole = planted(*arguments)
    if not (whole.out if stream == "stdout" else whole.err):
        return  # then nobody is missed
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [sys.executable, "-m", PLANTED, *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=write if stream == "stdout" else subprocess.PIPE,
        stderr=write if stream == "stderr" else subprocess.PIPE,
        text=True,
    )
    os.close(write)
    said = "".join(filter(None, process.communicate(timeout=300)))
    assert process.returncode == 141, (whole, said)
    assert "Traceback" not in said
    assert "internal error" not in said


def test_an_internal_error_is_one_line_and_its_traceback_on_request() -> None:
    broken = (
        "from dlmcheck.verify import cli\n"
        "import dlmcheck.verify.cli.doctor_command as d\n"
        "d.cores = lambda: 1 / 0\n"
        "cli.main(['doctor'])\n"
    )

    def attempt(**more: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-c", broken],
            env=environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    quiet = attempt()
    assert quiet.code == 4
    assert quiet.err.startswith("dlmcheck: internal error: ZeroDivisionError")
    assert len(quiet.err.splitlines()) == 1
    assert "Traceback" in attempt(DLMCHECK_DEBUG="1").err


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\n"
        "from dlmcheck.verify.cli import run\n"
        "assert run(['--help']) == 0\n"
        "assert run(['audit', '--help']) == 0\n"
        "heavy = {'z3', 'sympy', 'numpy', 'pysat', 'aigverse', 'cirbo', 'jsonschema'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("loaded: []\n"), done.stderr
    assert "130 interrupted" in done.stdout


def test_no_argument_shows_the_help_and_is_a_usage_error() -> None:
    done = outside()
    assert done.code == 2
    assert "Commands:" in done.out


def test_version() -> None:
    done = outside("--version")
    assert done.code == 0
    assert done.out.startswith("dlmcheck ")
