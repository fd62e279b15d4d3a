"""Whole processes under limits: their times, peak memory, and what they said."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer


@dataclass(frozen=True)
class Run:
    """One process: its times in seconds, its memory in MB, its output; why it failed, or ""."""

    seconds: float
    processor: float
    megabytes: int
    output: str
    failure: str


def run(command: Sequence[str], *, limit: float, gigabytes: float, folder: Path) -> Run:
    """Run a command in a folder. After `limit` seconds its whole process group is killed.

    `gigabytes` bounds the address space of each process. A failure is "time", or the last line
    that the process wrote to standard error with its exit code.
    """
    size = int(gigabytes * 2**30)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    late: list[bool] = []
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=wrong,
            start_new_session=True,
            preexec_fn=limited,  # noqa: PLW1509 - it makes two system calls and takes no lock
        )

        def kill() -> None:
            late.append(True)
            os.killpg(process.pid, signal.SIGKILL)

        timer = Timer(limit, kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        wrong.seek(0)
        output, lines = said.read(), wrong.read().splitlines()
    failure = ""
    if late:
        failure = "time"
    elif process.returncode != 0:
        last = lines[-1].strip()[:160] if lines else output.strip()[-160:]
        failure = f"exit {process.returncode}: {last}"
    processor = used.ru_utime + used.ru_stime
    return Run(seconds, processor, used.ru_maxrss >> 10, output, failure)
