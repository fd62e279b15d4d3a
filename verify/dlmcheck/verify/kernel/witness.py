"""Wrong runs, replayed coin by coin.

A wrong run names data and coins; the kernel runs the schedule on them by the specification and
the circuit on the coupled seed, and sees for itself that the run is illegal or that an output
differs. An illegal run of positive probability refutes that the schedule samples anything; so does
one that goes on changing after the last round, if the schedule is said to be absorbing. A
different output refutes that run and circuit agree seed for seed *under this coupling*: under
another one they may, and their laws may be equal (see `laws`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.spec.circuit import Bits, Circuit, cone, evaluate
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import Stop
from dlmcheck.spec.law import certain
from dlmcheck.spec.schedule import Schedule, sampler_from, start_state
from dlmcheck.spec.tokens import State
from dlmcheck.spec.trace import Coins, one_step, output_of, run_on_coins
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "wrong-run"

Place = tuple[str, int, int]
"""A coin of a run: (part, round, index), or ("given", 0, j) for given cell j."""

Partners = Mapping[str, tuple[Place, bool]]
"""For each coupled random input of a circuit, by name: its coin, and whether it is inverted."""

LOOSE_LIMIT = 10
"""An output that reads more uncoupled random inputs than this cannot be seen to differ."""


@dataclass(frozen=True)
class WrongRun:
    """A seed on which a schedule goes wrong.

    `data` has one bit per data cell of the schedule, `coins` lists the coins that came up 1 (all
    others are 0). `round_number` and `cell` say where the run first departs from the circuit, as
    far as the engine could tell (0 and -1 if it could not); they are for the reader and not
    checked.
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
        document = Document.parse(text, "wrong run")
        raw = document.fields(document.value, (), ("data", "coins", "round", "cell"))
        coins: list[Place] = []
        for k, value in enumerate(document.array(raw["coins"], ("coins",))):
            place = document.array(value, ("coins", k))
            if len(place) != 3:
                raise document.malformed(value, ("coins", k), "part, round and index")
            part = document.string(place[0], ("coins", k, 0))
            number, index = (document.integer(place[i], ("coins", k, i)) for i in (1, 2))
            coins.append((part, number, index))
        return cls(
            document.string(raw["data"], ("data",)),
            tuple(coins),
            document.integer(raw["round"], ("round",)),
            document.integer(raw["cell"], ("cell",), -1),
        )


def partners_to_json(coupling: Partners) -> str:
    """A coupling as text."""
    return json.dumps(
        {name: [list(place), inverted] for name, (place, inverted) in sorted(coupling.items())}
    )


def replay(schedule: Schedule, circuit: Circuit, coupling: Partners, run: WrongRun) -> str:
    """What goes wrong in a run, in one line; empty if nothing does.

    Data and outputs of the two are matched by name. A random input without a partner may have
    either value: an output differs only if it does so for all of them.

    Raises `Rejected` if names or data do not fit, or if the coupling is no injection of random
    inputs of the circuit into coins of the run.
    """
    _check_names(schedule, circuit)
    _check_coupling(schedule, circuit, coupling)
    if len(run.data) != len(schedule.data_cells) or not set(run.data) <= {"0", "1"}:
        raise Rejected("the witness does not give one bit per data input")
    ones = set(run.coins)
    data = [bit == "1" for bit in run.data]
    given = [("given", 0, j) in ones for j in range(len(schedule.given_cells))]
    start = start_state(schedule, data, given)

    def coins(part: str, number: int, index: int) -> bool:
        return (part, number, index) in ones

    try:
        steps = run_on_coins(schedule, data, given, coins)
        changed = _changed_afterwards(schedule, data, steps[-1].state if steps else start, coins)
    except (IllegalSampler, IllegalCode) as error:
        return f"the run is illegal: {error}"
    if changed:
        where = f"after round {schedule.rounds} it changes cell {changed[0]}"
        return f"the run is illegal: {where}, and is said to be absorbing"
    found = output_of(schedule, steps, start)
    token_of = dict(zip(schedule.output_names, found, strict=True))
    value_of = dict(zip(schedule.data_names, data, strict=True))
    for name, (place, inverted) in coupling.items():
        value_of[name] = (place in ones) != inverted
    wanted = _evaluate(circuit, value_of)
    for k, name in enumerate(circuit.output_names):
        token = token_of[name]
        if token != int(wanted[k]) and _always_differs(circuit, k, value_of, token):
            return f"output {name} is {token}, the circuit gives {int(wanted[k])} on this seed"
    return ""


def _changed_afterwards(
    schedule: Schedule, data: Sequence[bool], state: State, coins: Coins
) -> list[int]:
    """The cells that one more round changes, if the schedule is said to be absorbing. Raises the
    errors of that round.
    """
    if schedule.stop is not Stop.ABSORBING:
        return []
    sampler = sampler_from(schedule, data, certain(state))
    further = one_step(schedule, sampler, state, schedule.rounds + 1, coins).state
    return [i for i, token in enumerate(further) if token != state[i]]


def _check_names(schedule: Schedule, circuit: Circuit) -> None:
    data_names = [circuit.inputs[v].name for v in circuit.data_inputs]
    if sorted(schedule.data_names) != sorted(data_names):
        raise Rejected("the schedule's data inputs are not the circuit's")
    if sorted(schedule.output_names) != sorted(circuit.output_names):
        raise Rejected("the schedule's outputs are not the circuit's")


def _check_coupling(schedule: Schedule, circuit: Circuit, coupling: Partners) -> None:
    places = {place for place, _ in coupling.values()}
    random = {circuit.inputs[v].name for v in circuit.random_inputs}
    if len(places) != len(coupling) or not set(coupling) <= random:
        raise Rejected("the coupling is no injection of random inputs into coins")
    tossed = {
        name: len(part.random_inputs)
        for name, part in (
            ("predictor", schedule.predictor),
            ("unmask", schedule.unmask),
            ("remask", schedule.remask),
        )
        if part is not None
    }
    # An absorbing schedule is run for one more round.
    last = schedule.rounds + (schedule.stop is Stop.ABSORBING)
    for part, number, index in places:
        given = part == "given" and number == 0
        count = len(schedule.given_cells) if given else tossed.get(part, 0)
        if not (given or 1 <= number <= last) or not 0 <= index < count:
            raise Rejected(f"the run has no coin {part}, {number}, {index}")


def _evaluate(circuit: Circuit, value_of: Mapping[str, bool]) -> Bits:
    """The outputs, where inputs without a value are 0."""
    return evaluate(circuit, [value_of.get(one.name, False) for one in circuit.inputs])


def _always_differs(
    circuit: Circuit, output: int, value_of: Mapping[str, bool], token: int
) -> bool:
    """Whether an output is not this token, whatever the uncoupled random inputs are."""
    below, _ = cone(circuit, [circuit.outputs[output]])
    loose = [one.name for one in below.inputs if one.name not in value_of]
    if len(loose) > LOOSE_LIMIT:
        return False
    return all(
        int(_evaluate(below, {**value_of, **dict(zip(loose, bits, strict=True))})[0]) != token
        for bits in product((False, True), repeat=len(loose))
    )


def check_wrong_run(
    name: str,
    schedule: Schedule,
    circuit: Circuit,
    coupling: Partners,
    run: WrongRun,
) -> Checked:
    """Replay a wrong run. Raises `Rejected` if nothing goes wrong in it.

    The result is about this coupling (unless the run is illegal), which is part of its evidence.
    """
    reason = replay(schedule, circuit, coupling, run)
    if not reason:
        raise Rejected("nothing goes wrong in this run")
    instance = f'{{"run": {run.to_json()}, "coupling": {partners_to_json(coupling)}}}'
    return kernel_result(name, Verdict.REFUTED, Witness(name, instance, reason))


def check_document(document: Document) -> Checked:
    """A schedule, a circuit, a coupling and a run from a file."""
    found = fields_of(document, ("schedule", "circuit", "coupling", "run"))
    schedule, circuit = schedule_field(document), circuit_field(document)
    coupling = _partners(document, found["coupling"])
    run = WrongRun.from_json(text_field(document, "run"))
    return check_wrong_run("simulation", schedule, circuit, coupling, run)


def _partners(document: Document, value: Json) -> Partners:
    """The inverse of `partners_to_json`."""
    if not isinstance(value, dict):
        raise document.malformed(value, ("coupling",), "an object: a coin for each random input")
    found: dict[str, tuple[Place, bool]] = {}
    for name, entry in value.items():
        at: Path = ("coupling", name)
        pair = document.array(entry, at)
        place = document.array(pair[0], (*at, 0)) if len(pair) == 2 else []
        if len(place) != 3:
            raise document.malformed(entry, at, "[[part, round, index], inverted]")
        part = document.string(place[0], (*at, 0, 0))
        number, index = (document.integer(place[k], (*at, 0, k)) for k in (1, 2))
        found[name] = (part, number, index), document.boolean(pair[1], (*at, 1))
    return found
