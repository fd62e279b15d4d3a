"""Cut-point certificates as data, and the local functions that they are checked with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import cast

from dlmcheck.spec.circuit import Circuit, Literal, cone
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import Token

Content = int | OneOf["M", "0", "1"]
"""What a cell holds: a literal of the circuit, the mask, or a constant token."""

FORMAT = "dlmcheck-simulation"
VERSION = 1


@dataclass(frozen=True)
class Simulation:
    """A cut-point certificate.

    `writes[t-1]` lists (cell, content) for the cells whose content changes in round t by the
    write (what remasking does afterwards is computed, not claimed). `coins` maps (round, random
    input of the predictor circuit) to the random input of the circuit that it stands for;
    `given` names the random input behind each given cell.
    """

    writes: tuple[tuple[tuple[int, Content], ...], ...]
    coins: tuple[tuple[int, int, int], ...] = ()
    given: tuple[int, ...] = ()

    def to_json(self) -> str:
        """The certificate as text, one round a line."""
        rounds = ",\n".join(json.dumps(list(map(list, w))) for w in self.writes)
        return (
            f'{{"format": "{FORMAT}", "version": {VERSION},\n"writes": [\n{rounds}\n],\n'
            f'"coins": {json.dumps(list(map(list, self.coins)))},\n'
            f'"given": {json.dumps(list(self.given))}}}\n'
        )

    @classmethod
    def from_json(cls, text: str) -> Simulation:
        """The inverse of `to_json`. Raises `MalformedSyntax`, with the line."""
        document = Document.parse(text, "certificate")
        raw = document.fields(document.value, (), ("format", "version", "writes", "coins", "given"))
        for key, wanted in (("format", FORMAT), ("version", VERSION)):
            if raw[key] != wanted or isinstance(raw[key], bool):
                raise document.malformed(raw[key], (key,), str(wanted))

        def array(value: Json, path: Path, length: int | None = None) -> list[Json]:
            found = document.array(value, path)
            if length is not None and len(found) != length:
                raise document.malformed(value, path, f"an array of {length}")
            return found

        def number(value: Json, path: Path) -> int:
            if isinstance(value, bool) or not isinstance(value, int):
                raise document.malformed(value, path, "an integer")
            return value

        def content(value: Json, path: Path) -> Content:
            if value in ("M", "0", "1"):
                return cast(Content, value)
            if isinstance(value, bool) or not isinstance(value, int):
                raise document.malformed(value, path, 'a literal, "M", "0" or "1"')
            return value

        writes: list[tuple[tuple[int, Content], ...]] = []
        for t, line in enumerate(array(raw["writes"], ("writes",))):
            pairs: list[tuple[int, Content]] = []
            for k, value in enumerate(array(line, ("writes", t))):
                path = ("writes", t, k)
                cell, what = array(value, path, 2)
                pairs.append((number(cell, path), content(what, path)))
            writes.append(tuple(pairs))
        coins: list[tuple[int, int, int]] = []
        for k, value in enumerate(array(raw["coins"], ("coins",))):
            t, j, node = (number(n, ("coins", k)) for n in array(value, ("coins", k), 3))
            coins.append((t, j, node))
        given = [number(n, ("given", k)) for k, n in enumerate(array(raw["given"], ("given",)))]
        return cls(tuple(writes), tuple(coins), tuple(given))


# --- local functions -----------------------------------------------------------------------


class LocalFunction:
    """The sub-circuit of some outputs of one of the schedule's circuits, and what it reads."""

    def __init__(self, schedule: Schedule, whole: Circuit, outputs: Sequence[Literal]) -> None:
        self.circuit, source = cone(whole, outputs)
        fixed = 2 * schedule.length + schedule.clock_bits
        state_bits = 2 * schedule.length
        self._bits: list[tuple[int, int] | None] = []
        """Per input: (cell, half), or None for a clock bit or a coin."""
        self._clock: dict[int, int] = {}
        self.coins: dict[int, int] = {}
        """Per input that is a coin: its number among the whole circuit's random inputs."""
        for v in range(len(self.circuit.inputs)):
            origin = source[v]
            self._bits.append((origin // 2, origin % 2) if origin < state_bits else None)
            if state_bits <= origin < fixed:
                self._clock[v] = origin - state_bits
            elif origin >= fixed:
                self.coins[v] = origin - fixed
        self.cells = frozenset(bit[0] for bit in self._bits if bit is not None)
        self.reads_clock = bool(self._clock)
        self._schedule = schedule

    def inputs(
        self,
        tokens: Mapping[int, Token],
        number: int | None = None,
        coins: Mapping[int, bool] | None = None,
    ) -> list[bool | None]:
        """The inputs for given tokens, round and coins; None where nothing is given."""
        clock = () if number is None else clock_value(self._schedule, number)
        found: list[bool | None] = []
        for v, bit in enumerate(self._bits):
            if bit is not None:
                token = tokens.get(bit[0])
                found.append(
                    None if token is None else self._schedule.encoding.code_of(token)[bit[1]]
                )
            elif v in self._clock:
                found.append(clock[self._clock[v]] if clock else None)
            else:
                found.append(None if coins is None else coins.get(self.coins[v]))
        return found
