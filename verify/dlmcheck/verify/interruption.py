"""Ctrl-C, noticed also where raising it would not do."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Takes note of Ctrl-C beside raising it.

    An exception that happens to be raised in a finaliser is dropped by Python, and nobody would
    be told; one that is raised while a process is being started leaves it without a parent.
    """

    def __init__(self) -> None:
        self._noticed = False
        self._is_held = False
        self._before = signal.getsignal(signal.SIGINT)
        ours = threading.current_thread() is threading.main_thread()
        self._is_ours = ours and self._before is signal.default_int_handler
        if self._is_ours:
            signal.signal(signal.SIGINT, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._noticed = True
        if not self._is_held:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raises `KeyboardInterrupt` if there was one."""
        if self._noticed:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Generator[None]:
        """Meanwhile it is not raised; afterwards it is."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        self.check()

    def undo(self) -> None:
        """Let who was told before be told again."""
        if self._is_ours:
            signal.signal(signal.SIGINT, self._before)
