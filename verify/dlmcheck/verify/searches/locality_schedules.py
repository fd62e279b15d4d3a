"""A local policy as a schedule, and everything that is checked of one before it is believed.

The schedule has circuits over the two-bit encoding, so that the specification runs it; how many
tokens its parts read is measured on the wires and on what it does, for the readings of
`locality.Reading`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dlmcheck.model.reductions.folding import Folder, Wire, constant
from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, wire_locality
from dlmcheck.spec import dependence
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.lattice import Clock, Edits, Stop, Unmasking
from dlmcheck.spec.law import uniform
from dlmcheck.spec.policies import unmasking_class
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, clock_value, interface, sampler_of
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.searches.locality import LocalPolicy, Question, Reading, Rule

BY_DEFINITION = 4
"""Up to this n the law and the dependence are also taken from the specification."""


def schedule_of(policy: LocalPolicy) -> Schedule:
    """The schedule of a policy: F selects masked cells only, p keeps visible tokens."""
    q = policy.question
    width = clock_width(q.rounds) if q.reading.has_clock else 0

    def told(wires: Wires, when: int, literals: list[Literal]) -> Literal:
        some = wires.any_of(*literals)
        return wires.all_of(wires.round_is(when), some) if when else some

    select = Wires(q.n, clock_bits=width)
    flags: list[Literal] = []
    for i in range(q.n):
        here = [told(select, w, list(_terms(select, policy.select[i, w], 1))) for w in q.whens()]
        flags.append(select.all_of(select.masked(i), select.any_of(*here)))
    write = Wires(q.n, clock_bits=width, random=q.n)
    lows: list[Literal] = []
    for i in range(q.n):
        drawn: list[Literal] = []
        for w in q.whens():
            rule = policy.write[i, w]
            ones = list(_terms(write, rule, 1))
            certain = [*ones, *_terms(write, rule, 0)]
            fair = [write.coin(i)]
            if certain:
                fair.append(~write.any_of(*certain))
            drawn.append(told(write, w, [*ones, write.all_of(*fair)]))
        kept = write.all_of(write.visible(i), write.value(i))
        new = write.all_of(write.masked(i), write.any_of(*drawn))
        lows.append(write.any_of(kept, new))
    return parity_schedule(
        q.n,
        q.rounds,
        write.values(lows),
        select.marks(flags),
        clock=q.reading.has_clock,
    )


def _terms(wires: Wires, rule: Rule, value: int) -> Iterator[Literal]:
    """An AND for each content of the cells read that has the value and is not the default."""
    for content, found in sorted(rule.table.items()):
        if found == value and found != rule.default:
            literals: list[Literal] = []
            for j, token in zip(rule.reads, content, strict=True):
                if token == MASK:
                    literals.append(wires.masked(j))
                elif token:
                    literals.append(wires.value(j))
                else:
                    literals += [wires.visible(j), ~wires.value(j)]
            yield wires.all_of(*literals)


def at_round(schedule: Schedule, number: int) -> Schedule:
    """The same circuits with the round number filled in: what one round can read.

    Not a sampler of anything; the clock is gone, so that its constants are folded away.
    """
    if not schedule.clock_bits:
        return schedule
    clock = [constant(bit) for bit in clock_value(schedule, number)]

    def told(circuit: Circuit) -> Circuit:
        fixed, coins = 2 * schedule.length, len(circuit.random_inputs)
        folder = Folder(interface(schedule.length, random=coins))
        wires: list[Wire] = [*range(fixed), *clock, *range(fixed, fixed + coins)]
        return folder.finish(folder.inline(circuit, wires))

    return replace(
        schedule,
        predictor=told(schedule.predictor),
        unmask=told(schedule.unmask),
        clock_bits=0,
        stop=Stop.FIXED_ROUNDS,
    )


def tokens_read(schedule: Schedule, reading: Reading, *, by_behaviour: bool = False) -> int:
    """The most tokens that one p_i or F_i reads, in a reading; by wires, or by what it does."""
    if reading is Reading.PER_ROUND:
        parts = [at_round(schedule, t) for t in range(1, schedule.rounds + 1)]
    else:
        parts = [schedule]
    counts: list[int] = []
    for part in parts:
        found = dependence.locality(sampler_of(part)) if by_behaviour else wire_locality(part)
        counts += [found.predictor, found.unmasking or 0]
    return max(counts)


def objection(schedule: Schedule, question: Question) -> str:
    """Why a schedule does not answer a question with yes; empty if it does. All is measured."""
    q = question
    run = sampler_of(schedule)
    if schedule.length != q.n or sorted(schedule.output) != list(range(q.n)):
        return "not L = n"
    if schedule.edits is not Edits.WRITE_ONCE or schedule.rounds != q.rounds:
        return f"edits {schedule.edits.value}, {schedule.rounds} rounds"
    if unmasking_class(run.unmask) is not Unmasking.DETERMINISTIC:
        return "F is not deterministic"
    if run.clock is not (Clock.ROUND_NUMBER if q.reading.has_clock else Clock.STATE_ONLY):
        return "another clock"
    read = tokens_read(schedule, q.reading)
    if read > q.tokens:
        return f"wires from {read} tokens"
    small = q.n <= BY_DEFINITION
    if small and tokens_read(schedule, q.reading, by_behaviour=True) > read:
        return "depends on more tokens than its wires reach"
    strings: list[State] = q.strings()
    try:
        if not statelaw.output_law(schedule).is_uniform_on(strings):
            return "another law, by the push-forward on states"
        if small and output_law(run) != uniform(strings):
            return "another law, by definition"
    except (IllegalSampler, IllegalCode) as error:
        return f"illegal run: {type(error).__name__}"
    return ""
