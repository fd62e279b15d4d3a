"""Progress on stderr: one line that changes on a terminal, else a line per finished task."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from dlmcheck.verify.jobs import Ending, Finished


class Progress:
    """What tasks are running, and how far they are."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty()
        self._total = total
        self._done = 0
        self._counts: dict[str, int] = {}
        self._started = time.monotonic()

    def expect(self, more: int) -> None:
        """There are more tasks than it seemed."""
        self._total += more

    def on_progress(self, name: str, count: int) -> None:
        """A task has come so far."""
        self._counts[name] = count
        self._show()

    def on_finish(self, outcome: Finished) -> None:
        """A task has ended."""
        self._done += 1
        self._counts.pop(outcome.name, None)
        if outcome.ending is not Ending.DONE or not self._live:
            self._line(describe(outcome))
        self._show()

    def close(self) -> None:
        """Leave the line of a terminal empty."""
        if self._live:
            self._write("\r\x1b[K")

    def _line(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}\n" if self._live else f"{text}\n")

    def _show(self) -> None:
        if not self._live:
            return
        running = ", ".join(f"{name} {count:,}" for name, count in sorted(self._counts.items()))
        spent = int(time.monotonic() - self._started)
        text = f"{self._done}/{self._total} tasks, {spent // 60}:{spent % 60:02d}  {running}"
        self._write(f"\r\x1b[K{text[:78]}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def describe(outcome: Finished) -> str:
    """A finished task in one line: name, how it ended, seconds, peak of memory."""
    text = f"{outcome.name}: {outcome.ending.value}, {outcome.seconds:.1f} s"
    if outcome.peak_bytes:
        text += f", {outcome.peak_bytes >> 20} MB"
    last = outcome.message.strip().splitlines()[-1:]
    return f"{text} ({last[0]})" if last else text
