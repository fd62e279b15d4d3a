"""What a target is, and where targets come from besides families: circuits and samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.model.targets.exact import TokenLaw, require, require_room
from dlmcheck.spec.circuit import Circuit, output_law
from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.law import Law


@dataclass(frozen=True)
class Target:
    """A law that a sampler is to produce exactly, with a name to report it by.

    The outcomes are strings of one length over the tokens 0, ..., vocabulary - 1. Raises
    `BadInput` if they are not.
    """

    name: str
    law: TokenLaw
    vocabulary: int = 2

    def __post_init__(self) -> None:
        if len({len(string) for string in self.law}) != 1:
            raise BadInput("strings of different lengths", source=self.name, expected="one length")
        for string in self.law:
            if not all(0 <= token < self.vocabulary for token in string):
                raise BadInput(
                    f"string {string}",
                    source=self.name,
                    expected=f"tokens from 0 to {self.vocabulary - 1}",
                )

    @property
    def length(self) -> int:
        """n, the number of tokens."""
        return len(next(iter(self.law)))

    @property
    def is_estimate(self) -> bool:
        """Whether the law was estimated, so that results speak of the estimate only."""
        return False


@dataclass(frozen=True)
class EmpiricalTarget(Target):
    """The empirical law of samples: an estimate of the law that they were drawn from.

    Whatever is computed from it is exact for the empirical law, and only a hint about the other.
    """

    samples: int = 0

    @property
    def is_estimate(self) -> bool:
        """True."""
        return True


def circuit_target(circuit: Circuit, data: Sequence[bool] = (), name: str = "circuit") -> Target:
    """The exact output law of a circuit for given data, as a target.

    Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: a circuit with random inputs samples
    the law of its outputs. Raises `BadCircuit` if the data do not fit, `BadInput` if there is no
    output, `UnsupportedFeature` if there are too many random inputs to enumerate.
    """
    require(len(circuit.outputs), 1, "number of outputs")
    require_room(1 << len(circuit.random_inputs), 1)
    law = output_law(circuit, data).map(lambda bits: tuple(int(bit) for bit in bits))
    return Target(name, law)


def empirical_target(
    samples: Iterable[Sequence[int]], vocabulary: int = 2, name: str = "samples"
) -> EmpiricalTarget:
    """The law that gives each string the fraction of samples that equal it.

    Raises `BadInput` if there is no sample, or they differ in length or leave the vocabulary.
    """
    counts = Counter(tuple(sample) for sample in samples)
    number = sum(counts.values())
    require(number, 1, "number of samples")
    law = Law({string: Fraction(counts[string], number) for string in sorted(counts)})
    return EmpiricalTarget(name, law, vocabulary, number)


def samples_from_text(
    text: str, source: str = "samples", vocabulary: int = 2
) -> list[tuple[int, ...]]:
    """Samples from text: one string of digits a line; empty lines are skipped.

    Raises `MalformedSyntax`, with the line, for a symbol outside the vocabulary, a line of
    another length than the first, or a text without samples.
    """
    symbols = "0123456789"[:vocabulary]
    found: list[tuple[int, ...]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        string = raw.strip()
        if not string:
            continue
        strange = next((symbol for symbol in string if symbol not in symbols), None)
        if strange is not None:
            raise MalformedSyntax(
                f"the symbol {strange!r}",
                source=source,
                line=number,
                expected=f"digits from 0 to {vocabulary - 1}",
            )
        if found and len(found[0]) != len(string):
            raise MalformedSyntax(
                f"{len(string)} tokens", source=source, line=number, expected=f"{len(found[0])}"
            )
        found.append(tuple(int(symbol) for symbol in string))
    if not found:
        raise MalformedSyntax("no samples", source=source, line=1, expected="one string a line")
    return found
