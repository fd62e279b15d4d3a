"""Names of inputs and outputs in circuit files, and which inputs are fair coins.

AIGER and .bench know nothing of random inputs. A file can say it in the name: an input called
`random:r0` is the random input r0, `data:a` is the data input a, and a name without either prefix
is a data input. Whoever reads a file can declare more inputs random, by patterns.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from fnmatch import fnmatchcase

from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.errors import MalformedSyntax, UndefinedSignal, UnsupportedFeature

EVERY_INPUT = "all"
_PREFIXES = {"random:": InputKind.RANDOM, "data:": InputKind.DATA}


def input_of(symbol: str) -> Input:
    """The input that a name in a file declares.

    >>> input_of("random:r0")
    Input(name='r0', kind=<InputKind.RANDOM: 'random'>)
    """
    for prefix, kind in _PREFIXES.items():
        if symbol.startswith(prefix) and symbol != prefix:
            return Input(symbol.removeprefix(prefix), kind)
    return Input(symbol, InputKind.DATA)


def symbol_of(given: Input) -> str:
    """The name under which an input stands in a file: the inverse of `input_of`.

    >>> symbol_of(Input("a", InputKind.DATA)), symbol_of(Input("data:a", InputKind.DATA))
    ('a', 'data:data:a')
    """
    if given.kind is InputKind.RANDOM:
        return f"random:{given.name}"
    return f"data:{given.name}" if given.name.startswith(tuple(_PREFIXES)) else given.name


def fill_names(names: Sequence[str | None], stem: str) -> list[str]:
    """Names for what has none: the stem and the position, with `_` appended while it is taken.

    >>> fill_names([None, "i0", None], "i")
    ['i0_', 'i0', 'i2']
    """
    taken = {name for name in names if name is not None}
    filled: list[str] = []
    for position, name in enumerate(names):
        chosen = f"{stem}{position}" if name is None else name
        while name is None and chosen in taken:
            chosen += "_"
        taken.add(chosen)
        filled.append(chosen)
    return filled


def choose_random(circuit: Circuit, patterns: Sequence[str], source: str) -> Circuit:
    """The circuit with more of its inputs declared random.

    A pattern is a name, or a name with `*` (any characters) and `?` (any one), or `all`. Brackets
    mean themselves, because names such as `a[0]` are common. Inputs that no pattern matches stay
    as they are. Raises `UndefinedSignal` for a pattern that matches no input (except `all`).
    """
    chosen: set[str] = set()
    for pattern in patterns:
        literal = pattern.replace("[", "[[]")
        matched = {
            i.name for i in circuit.inputs if pattern == EVERY_INPUT or fnmatchcase(i.name, literal)
        }
        if not matched and pattern != EVERY_INPUT:
            raise UndefinedSignal(
                f"no input matches the pattern {pattern!r}", signal=pattern, source=source
            )
        chosen |= matched
    inputs = tuple(
        Input(i.name, InputKind.RANDOM) if i.name in chosen else i for i in circuit.inputs
    )
    return Circuit(inputs, circuit.gates, circuit.outputs, circuit.output_names)


def decode(content: bytes, source: str, *, first_line: int = 1) -> str:
    """Bytes as UTF-8 text. Raises `MalformedSyntax` with the line of the first byte that is not,
    or for a byte order mark, which some editors put in front.
    """
    if first_line == 1 and content.startswith(BOM_UTF8):
        raise MalformedSyntax(
            "a byte order mark", source=source, line=1, expected="UTF-8 text without one"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedSyntax(
            f"byte {content[error.start]:#04x}",
            source=source,
            line=first_line + content.count(b"\n", 0, error.start),
            expected="UTF-8 text",
        ) from None


def writable(name: str, forbidden: str, file_format: str) -> str:
    """The name itself, if a format can hold it.

    Raises `UnsupportedFeature` if it is empty or has a control character or one of those that
    the format forbids.
    """
    if not name or any(not c.isprintable() or c in forbidden for c in name):
        raise UnsupportedFeature(
            f"the name {name!r} cannot be written as {file_format}",
            source="circuit",
            expected="other names, or another format",
        )
    return name
