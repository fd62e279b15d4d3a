"""Wrong runs, replayed coin by coin.

A wrong run names data and coins; the kernel runs the schedule on them by the specification and
the circuit on the coupled seed, and sees for itself that the run is illegal or that an output
differs. An illegal run of positive probability refutes that the schedule samples anything; a
different output refutes that it simulates the circuit seed for seed, which is not yet a
different law (see `laws`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, assignment, evaluate
from dlmcheck.spec.errors import IllegalCode, IllegalSampler, MalformedSyntax
from dlmcheck.spec.schedule import Schedule, start_state
from dlmcheck.spec.trace import output_of, run_on_coins
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

Place = tuple[str, int, int]
"""A coin of a run: (part, round, index), or ("given", 0, j) for given cell j."""

Partners = Mapping[str, tuple[Place, bool]]
"""For each coupled random input of a circuit, by name: its coin, and whether it is inverted."""


@dataclass(frozen=True)
class WrongRun:
    """A seed on which a schedule goes wrong.

    `coins` lists the coins that came up 1 (all others are 0). `round_number` and `cell` say
    where the run first departs from the circuit, as far as the engine could tell (0 and -1 if
    it could not); they are for the reader and not checked.
    """

    data: str
    coins: tuple[Place, ...]
    round_number: int = 0
    cell: int = -1

    def to_json(self) -> str:
        """The witness as text."""
        return json.dumps(
            {
                "data": self.data,
                "coins": [list(place) for place in self.coins],
                "round": self.round_number,
                "cell": self.cell,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> WrongRun:
        """The inverse of `to_json`. Raises `MalformedSyntax`."""
        try:
            raw = json.loads(text)
            coins = tuple((str(p), int(t), int(j)) for p, t, j in raw["coins"])
            return cls(str(raw["data"]), coins, int(raw["round"]), int(raw["cell"]))
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedSyntax(f"no wrong run: {error}", source="witness") from error


def replay(schedule: Schedule, circuit: Circuit, coupling: Partners, run: WrongRun) -> str:
    """What goes wrong in a run, in one line; empty if nothing does.

    A random input of the circuit without a partner is 0. Raises `Rejected` if the coupling uses
    a coin twice or names no random input, or the data do not fit.
    """
    random_names = [circuit.inputs[v].name for v in circuit.random_inputs]
    places = {place for place, _ in coupling.values()}
    if len(places) != len(coupling) or not set(coupling) <= set(random_names):
        raise Rejected("the coupling is no injection of random inputs into coins")
    if len(run.data) != len(schedule.data_cells) or not set(run.data) <= {"0", "1"}:
        raise Rejected("the witness does not give one bit per data input")
    ones = set(run.coins)
    data = [bit == "1" for bit in run.data]
    given = [("given", 0, j) in ones for j in range(len(schedule.given_cells))]
    try:
        steps = run_on_coins(schedule, data, given, lambda part, t, j: (part, t, j) in ones)
    except (IllegalSampler, IllegalCode) as error:
        return f"the run is illegal: {error}"
    found = output_of(schedule, steps, start_state(schedule, data, given))
    seed = [_partner_value(coupling, name, ones) for name in random_names]
    wanted = evaluate(circuit, assignment(circuit, data, seed))
    by_name = dict(zip(schedule.output_names, found, strict=True))
    if set(by_name) != set(circuit.output_names):
        raise Rejected("the schedule's outputs are not the circuit's")
    return _first_difference(
        circuit.output_names, [by_name[name] for name in circuit.output_names], wanted
    )


def _partner_value(coupling: Partners, name: str, ones: Collection[Place]) -> bool:
    if name not in coupling:
        return False
    place, inverted = coupling[name]
    return (place in ones) != inverted


def _first_difference(names: Sequence[str], found: Sequence[int], wanted: Sequence[bool]) -> str:
    for name, token, bit in zip(names, found, wanted, strict=True):
        if token != int(bit):
            return f"output {name} is {token}, the circuit gives {int(bit)}"
    return ""


def check_wrong_run(
    name: str,
    schedule: Schedule,
    circuit: Circuit,
    coupling: Partners,
    run: WrongRun,
) -> Checked:
    """Replay a wrong run. Raises `Rejected` if nothing goes wrong in it."""
    reason = replay(schedule, circuit, coupling, run)
    if not reason:
        raise Rejected("nothing goes wrong in this run")
    return kernel_result(name, Verdict.REFUTED, Witness(name, run.to_json(), reason))
