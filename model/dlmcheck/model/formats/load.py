"""Circuit files by name, whose suffix says which format it is; and files of schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dlmcheck.model.formats.signals import choose_random, decode
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput, UnsupportedFeature
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_from_json


@dataclass(frozen=True)
class _Format:
    read: Callable[[bytes, str], Circuit]
    write: Callable[[Circuit], bytes]


# Only the format that is asked for is imported.


def _aiger(*, ascii_text: bool) -> _Format:
    from dlmcheck.model.formats.aiger import read_aiger
    from dlmcheck.model.formats.aiger_writer import aiger_ascii, aiger_binary

    return _Format(read_aiger, aiger_ascii if ascii_text else aiger_binary)


def _bench() -> _Format:
    from dlmcheck.model.formats.bench import bench_text, read_bench

    return _Format(
        lambda content, source: read_bench(decode(content, source), source),
        lambda circuit: bench_text(circuit).encode(),
    )


def _json() -> _Format:
    from dlmcheck.model.formats.circuit_json import json_bytes, read_json

    return _Format(read_json, json_bytes)


_FORMATS: dict[str, Callable[[], _Format]] = {
    ".aag": partial(_aiger, ascii_text=True),
    ".aig": partial(_aiger, ascii_text=False),
    ".bench": _bench,
    ".json": _json,
}


def load_circuit(path: str | Path, random: Sequence[str] = ()) -> Circuit:
    """The circuit of a file (.aag, .aig, .bench or .json).

    `random` lists patterns: an input whose name matches one of them is a random input, whatever
    the file says. `*` stands for any characters, `?` for any one, and `all` for every input.

    Raises `BadInput` if the file cannot be read, `UnsupportedFeature` for another suffix,
    `UndefinedSignal` for a pattern that matches no input, and the errors of the format.
    """
    return read_circuit(path, random)[0]


def read_circuit(path: str | Path, random: Sequence[str] = ()) -> tuple[Circuit, bytes]:
    """The circuit of a file and what the file holds; see `load_circuit`."""
    _format(Path(path))  # what is in no format is not read
    content = contents(path, "a circuit file")
    return circuit_of(content, path, random), content


def circuit_of(content: bytes, path: str | Path, random: Sequence[str] = ()) -> Circuit:
    """The circuit of a file that holds this; see `load_circuit`."""
    source, file_format = str(path), _format(Path(path))
    patterns = (random,) if isinstance(random, str) else tuple(random)
    return choose_random(file_format.read(content, source), patterns, source)


def load_schedule(path: str | Path) -> Schedule:
    """The schedule of a file, in the JSON format of `dlmcheck.spec.serial`.

    Raises `BadInput` if the file cannot be read, and what `schedule_from_json` raises.
    """
    return schedule_from_json(text_of(path, "a schedule"), str(path))


def text_of(path: str | Path, expected: str) -> str:
    """The text of a file. Raises `BadInput` if it cannot be read, `MalformedSyntax` with the line
    if it is not in UTF-8.
    """
    return decode(contents(path, expected), str(path))


def contents(path: str | Path, expected: str) -> bytes:
    """What a file holds. Raises `BadInput`, with what was expected there."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}", source=str(path), expected=expected
        ) from None


def write_circuit(circuit: Circuit, path: str | Path) -> None:
    """Write a circuit in the format that the suffix names (.aag, .aig, .bench or .json).

    AIGER and .bench say `random:` in the name of a random input; AIGER decomposes OR, XOR and
    wide gates into two-input ANDs. Raises `UnsupportedFeature` for another suffix and for names
    that the format cannot hold, before anything is written.
    """
    content = _format(Path(path)).write(circuit)
    Path(path).write_bytes(content)


def _format(path: Path) -> _Format:
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise UnsupportedFeature(
            f"the suffix {suffix!r}", source=str(path), expected=", ".join(_FORMATS)
        )
    return _FORMATS[suffix]()
