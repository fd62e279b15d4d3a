"""The command line: `dlmcheck audit`, `explain`, `counterexample`, `compile`, `replay` and so on.

Results go to stdout, progress and errors to stderr. An error of the user is one line and exit
code 2, and then nothing has been written. Everything heavy is imported when a command needs it,
so that `dlmcheck --help` is quick.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.exits import ExitCode

if TYPE_CHECKING:
    from dlmcheck.verify.claims.registry import Registry

DEBUG = "DLMCHECK_DEBUG"
"""With this environment variable set, an internal error shows its traceback."""

COLLECT = 10_000_000
"""Objects that are made before the collector looks at the young ones. Tasks have a lower number."""

__all__ = ["main", "run"]


def main(arguments: Sequence[str] | None = None, registry: Registry | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    `registry` takes the place of the catalogue, for projects that audit claims of their own.
    """
    # Nearly everything made here lives to the end: looking for cycles in it, once for each object
    # or more often, costs a tenth of the time and more where a file has many gates.
    gc.set_threshold(COLLECT, 50, 50)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments, registry))


def run(arguments: Sequence[str], registry: Registry | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A name of a file or signal may not fit the terminal's encoding; it is escaped then.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    before = _interrupt_on_termination()
    try:
        code = _guarded(lambda: _command(arguments, registry))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this has left: no failure of ours, and nobody to be told. Python flushes
        # once more at its end, into nothing then.
        nothing = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nothing, stream.fileno())
        code = ExitCode.CLOSED_PIPE
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    return int(code)


_Handler = Callable[[int, FrameType | None], object] | int | None


def _interrupt_on_termination() -> _Handler:
    """SIGTERM, with which CI stops a job, ends a command as Ctrl-C does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        return signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread
        return None


def _guarded(command: Callable[[], ExitCode]) -> ExitCode:
    try:
        return command()
    except BadInput as error:
        complain(str(error))
        return ExitCode.BAD_INPUT
    except KeyboardInterrupt:
        complain("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        complain(f"internal error: {type(error).__name__}: {error} ({DEBUG}=1 shows where)")
        return ExitCode.FAILURE


def _command(arguments: Sequence[str], registry: Registry | None) -> ExitCode:
    """Parse the arguments, then do what they say (outside the parser, which has own exit codes)."""
    from dlmcheck.verify.cli.plain import plain_action

    plain = plain_action(arguments)
    if plain is not None:
        return plain(registry)
    return _parsed(arguments, registry)


def _parsed(arguments: Sequence[str], registry: Registry | None) -> ExitCode:
    from typer import Abort, BadParameter
    from typer.main import get_command

    from dlmcheck.verify.cli.sampling import app

    # The parser's base class of errors, under whichever name this version of typer has it.
    usage = next(one for one in BadParameter.__mro__ if one.__name__ == "ClickException")
    try:
        action: object = get_command(app).main(
            args=list(arguments) or ["--help"], prog_name="dlmcheck", standalone_mode=False
        )
    except Abort:
        raise KeyboardInterrupt from None
    except SystemExit as leaving:  # the parser's 1 for a reader of --help that has left
        if isinstance(leaving.__context__, BrokenPipeError):
            raise leaving.__context__ from None
        raise
    except Exception as error:
        if not isinstance(error, usage):
            raise
        message = getattr(error, "format_message", error.__str__)()
        complain(f"{message} (dlmcheck --help)")
        return ExitCode.BAD_INPUT
    if not callable(action):  # --help and --version are done by the parser
        return ExitCode.OK if arguments else ExitCode.BAD_INPUT
    code = action(registry)
    assert isinstance(code, ExitCode)
    return code


def one_line(text: str) -> str:
    r"""A text that may come from a file as one line: a name in it must not end ours.

    >>> print(one_line("all\nis well"))
    all\nis well
    """
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return "".join(shown)


def print_lines(lines: Iterable[str]) -> None:
    """Lines on stdout; whatever names from files are among them, there are no more than these."""
    print("\n".join(map(one_line, lines)))


def complain(message: str) -> None:
    """One line on stderr."""
    print(f"dlmcheck: {one_line(' '.join(message.split()))}", file=sys.stderr)
