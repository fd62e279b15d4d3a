"""Which inputs of a circuit are random: by name, by pattern, all or none.

A circuit becomes a sampler by saying which of its inputs are fair coins (Jiang, Haghtalab, Chen
(ICLR 2026), section 2). Every family takes that choice as its last parameter.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.errors import BadCircuit, UndefinedSignal

RandomChoice = bool | str | tuple[str, ...]
"""True: all inputs are random. False: all are data. Otherwise the random ones by patterns, as a
tuple or as one text with commas (`"a*,cin"`); the rest are data. A pattern is a name, a name with
`*` (any characters) and `?` (any one), or `all`, as in `dlmcheck.model.formats`."""


def named_inputs(names: Iterable[str], random: RandomChoice) -> tuple[Input, ...]:
    """Inputs with the given names, each marked data or random.

    Raises `UndefinedSignal` for a pattern that matches no name: most likely it is misspelt, and
    a sampler that silently has no coins would answer another question.

    >>> [i.kind.value for i in named_inputs(["a0", "a1", "b0"], "a*")]
    ['random', 'random', 'data']
    """
    listed = tuple(names)
    chosen: set[str]
    if isinstance(random, bool):
        chosen = set(listed) if random else set()
    else:
        patterns = tuple(random.split(",")) if isinstance(random, str) else random
        chosen = set()
        for pattern in patterns:
            # Brackets mean themselves: names such as a[0] are common.
            shell = "*" if pattern == "all" else pattern.replace("[", "[[]")
            matched = [name for name in listed if fnmatchcase(name, shell)]
            if not matched and pattern != "all":
                raise UndefinedSignal(
                    f"no input matches {pattern!r}", signal=pattern, source="random inputs"
                )
            chosen.update(matched)
    return tuple(
        Input(name, InputKind.RANDOM if name in chosen else InputKind.DATA) for name in listed
    )


def mark_random(circuit: Circuit, random: RandomChoice) -> Circuit:
    """The same circuit with its inputs marked anew. Raises as `named_inputs` does."""
    inputs = named_inputs((given.name for given in circuit.inputs), random)
    return Circuit(inputs, circuit.gates, circuit.outputs, circuit.output_names)


def numbered(stem: str, count: int) -> list[str]:
    """The names stem0, stem1, ...

    >>> numbered("x", 3)
    ['x0', 'x1', 'x2']
    """
    return [f"{stem}{index}" for index in range(count)]


def require(size: int, least: int, family: str) -> None:
    """Refuse a size that a family does not have. Raises `BadCircuit`."""
    if size < least:
        raise BadCircuit(
            f"{family} of size {size}", source="circuit family", expected=f"at least {least}"
        )
