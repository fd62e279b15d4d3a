"""Files that commands write: looked at before the work begins, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.cli import complain
from dlmcheck.verify.exits import ExitCode

INPUT = "the input"


def check_outputs(
    option_of: dict[str, Path | None],
    folders: tuple[str, ...] = (),
    inputs: Iterable[str | None] = (),
) -> None:
    """Refuse what can be seen to be no place for a file, before anything is done for it.

    `option_of` maps names of options to what was given; those in `folders` are folders, which
    may not exist yet. `inputs` are names of files that are read, or of other things. Raises
    `BadInput`.
    """
    seen = {Path(name).resolve(): INPUT for name in inputs if name is not None}
    for option, path in option_of.items():
        if path is None:
            continue
        if option in folders:
            if path.exists() and not path.is_dir():
                raise BadInput("is no folder", source=f"{option} {path}", expected="a folder")
            continue
        if path.is_dir():
            raise BadInput("is a folder", source=f"{option} {path}", expected="a file")
        if not path.parent.is_dir():
            raise BadInput(
                "the folder does not exist", source=f"{option} {path}", expected="a folder"
            )
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise BadInput("cannot be written", source=f"{option} {path}", expected="a file")
        place = path.resolve()
        if place in seen and not _is_special(place):
            said = "is read" if seen[place] == INPUT else f"is also given to {seen[place]}"
            raise BadInput(said, source=f"{option} {path}", expected="other files")
        seen[place] = option


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file whole, or leave what is there. Raises `OSError`."""
    data = content.encode() if isinstance(content, str) else content
    if _is_special(path):
        path.write_bytes(data)
        return
    import tempfile  # late: most runs write no file

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # A temporary file is private; the result is as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_files(files: Iterable[tuple[Path, str]]) -> list[ExitCode]:
    """Write files; one that fails is complained of, and does not keep the others back."""
    failures: list[ExitCode] = []
    for path, content in files:
        try:
            write_file(path, content)
        except OSError as error:
            complain(f"{path}: cannot be written: {error.strerror}")
            failures.append(ExitCode.FAILURE)
    return failures


def _is_special(path: Path) -> bool:
    """Whether a path is a device or a pipe, which cannot be replaced."""
    return path.exists() and not path.is_file()
