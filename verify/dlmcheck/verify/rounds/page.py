"""The tables that ship with the notes, and the page that holds them."""

from __future__ import annotations

from dlmcheck.model.targets import parse_target
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.verify.report.rounds import LEGEND, table_lines
from dlmcheck.verify.rounds.solve import Scope, separate

BEGIN = "<!-- tables: written by `dlmcheck separate --page`, do not edit -->"
END = "<!-- end of tables -->"

PLAIN = Scope((0, 1, None))
LOCAL = Scope((0,), (1, 2))

TARGETS: tuple[tuple[str, tuple[Scope, ...]], ...] = (
    *((f"even-parity:{n}", (PLAIN, LOCAL)) for n in range(2, 8)),
    *((f"one-hot:{n}", (PLAIN, LOCAL)) for n in (3, 4)),
    *((f"one-hot:{n}", (PLAIN,)) for n in (2, 5, 6, 7)),
    ("fixed-weight:4,2", (PLAIN, LOCAL)),
    ("fixed-weight:5,2", (PLAIN,)),
    ("fixed-weight:6,3", (PLAIN,)),
    ("markov:4,1/3", (PLAIN, LOCAL)),
    ("markov:5,1/4", (PLAIN, LOCAL)),
    ("markov:7,1/3", (PLAIN, LOCAL)),
    ("linear-code:110100,011010,101001", (PLAIN,)),
    ("linear-code:1000011,0100101,0010110,0001111", (PLAIN,)),
    ("lacunary-parity:4", (PLAIN,)),
    ("permutations:3", (PLAIN,)),
)
"""The targets of the page, with what is asked about each."""


def section(name: str, scopes: tuple[Scope, ...]) -> str:
    """The tables of one target."""
    target = parse_target(name)
    return "\n".join("\n".join(table_lines(separate(target, scope))) for scope in scopes)


def tables(targets: tuple[tuple[str, tuple[Scope, ...]], ...] = TARGETS) -> str:
    """All tables, in Markdown."""
    return "\n".join([LEGEND, "", *(section(name, scopes) for name, scopes in targets)])


def renewed(text: str, source: str = "page") -> str:
    """A page with its tables written anew. Raises `MalformedSyntax` for one without the marks."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise MalformedSyntax("no place for tables", source=source, line=1, expected=BEGIN)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"
