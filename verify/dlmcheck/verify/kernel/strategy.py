"""Upper bounds on rounds: a strategy that writes a target, replayed on every state it reaches.

Setting: write-once, L = n, deterministic F, unrestricted or dyadic predictors
(`dlmcheck.spec.rounds`). A strategy gives the set of cells to write next, for every state that it
reaches (adaptive) or for every round (fixed). The kernel follows it from the state that is all
mask: each set must be independent under the target, given the event of the state; with dyadic
predictors each token of it must have a dyadic law. For short targets the sampler is also run by
the generic semantics, and its output law compared with the target.

A certificate of the kind `round-strategy`:

    {"target": {...}, "reals": "unrestricted", "rounds": 2, "adaptive": true,
     "choices": {"MMM": [0], "0MM": [1, 2], "1MM": [1, 2]}}

and with `"adaptive": false` a list of sets of cells, `"choices": [[0], [1, 2]]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import Positions
from dlmcheck.spec.rounds import Choice, fixed_choice, strategy_sampler
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State, all_masked, masked_positions, show_state
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.partial_events import Events
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.target_tables import (
    cells_field,
    reals_field,
    state_field,
    target_field,
    target_fields,
)
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "round-strategy"
CHECKER = "kernel.strategy"
RUN_CELLS = 6
RUN_STRINGS = 64
"""Up to this length and size the sampler is also run by the generic semantics."""

Strategy = Mapping[State, Positions]
Schedule = Sequence[Positions]


def upper_statement(rounds: int, *, adaptive: bool, reals: Reals) -> str:
    """What is proved, in words."""
    sets = "sets chosen by the state" if adaptive else "one fixed set for each round"
    return (
        f"at most {rounds} rounds: write-once, L = n, deterministic F, {sets}, "
        f"{reals.value} predictors"
    )


def check_strategy(
    target: Law[State], choices: Strategy | Schedule, rounds: int, reals: Reals
) -> Checked:
    """PROVED if the strategy writes the target in exactly this number of rounds.

    A mapping is an adaptive strategy, a sequence a fixed schedule. Raises `Rejected` otherwise.
    """
    adaptive = isinstance(choices, Mapping)
    choose = _choice(choices) if isinstance(choices, Mapping) else _schedule(target, choices)
    events = Events(target)
    level = {all_masked(events.length)}
    reached: set[State] = set()
    depth = 0
    while level := {state for state in level if masked_positions(state)}:
        depth += 1
        if depth > rounds:
            raise Rejected(f"after {rounds} rounds state {show_state(min(level))} is left")
        after: set[State] = set()
        for state in sorted(level):
            after |= _written(events, state, choose(state), reals)
        reached |= level
        level = after
    if depth != rounds:
        raise Rejected(f"the strategy takes {depth} rounds, not {rounds}")
    if isinstance(choices, Mapping) and set(choices) != reached:
        stray = min(set(choices) - reached)
        raise Rejected(f"the strategy never reaches state {show_state(stray)}")
    if events.length <= RUN_CELLS and len(target) <= RUN_STRINGS:
        _run(target, choose, rounds)
    name = upper_statement(rounds, adaptive=adaptive, reals=reals)
    return kernel_result(name, Verdict.PROVED, Certificate(KIND, CHECKER, len(reached)))


def _choice(choices: Strategy) -> Choice:
    def choose(state: State) -> Positions:
        if state not in choices:
            raise Rejected(f"the strategy does not say what to write in state {show_state(state)}")
        return choices[state]

    return choose


def _schedule(target: Law[State], sets: Schedule) -> Choice:
    cells = sorted(cell for chosen in sets for cell in chosen)
    if cells != list(range(len(next(iter(target))))) or not all(sets):
        raise Rejected("the sets of the schedule do not write each cell exactly once")
    return fixed_choice(sets)


def _written(events: Events, state: State, cells: Positions, reals: Reals) -> set[State]:
    """The states after a set is written, which must be legal, not empty and independent."""
    here = show_state(state)
    if not cells or not cells <= masked_positions(state):
        raise Rejected(f"in state {here} no set of masked cells is chosen")
    event = events.of(state)
    chosen = sorted(cells)
    if not events.is_independent(event, chosen):
        raise Rejected(f"in state {here} the tokens of cells {chosen} are not independent")
    if reals is Reals.DYADIC:
        for cell in chosen:
            if not events.is_dyadic(event, cell):
                raise Rejected(f"in state {here} the law of cell {cell} is not dyadic")
    found: set[State] = set()
    for tokens, _ in events.parts(event, chosen):
        after = list(state)
        for cell, token in zip(chosen, tokens, strict=True):
            after[cell] = token
        found.add(tuple(after))
    return found


def _run(target: Law[State], choose: Choice, rounds: int) -> None:
    """Run the sampler by the semantics; states without a string of the target write nothing."""

    def legal(state: State) -> Positions:
        return choose(state) if masked_positions(state) else frozenset[int]()

    if output_law(strategy_sampler(target, legal, rounds)) != target:
        raise Rejected("run by the semantics, the sampler has another output law")


# --- as files ----------------------------------------------------------------------------------


def strategy_text(
    target: Law[State], choices: Strategy | Schedule, rounds: int, reals: Reals
) -> str:
    """A strategy as a certificate."""
    shown: object
    if isinstance(choices, Mapping):
        shown = {show_state(state): sorted(choices[state]) for state in sorted(choices)}
    else:
        shown = [sorted(cells) for cells in choices]
    return certificate_text(
        KIND,
        target=target_fields(target),
        reals=reals.value,
        rounds=rounds,
        adaptive=isinstance(choices, Mapping),
        choices=shown,
    )


def check_document(document: Document) -> Checked:
    """Check a strategy from a file."""
    fields = fields_of(document, ("target", "reals", "rounds", "adaptive", "choices"))
    target = target_field(document, fields["target"], ("target",))
    reals = reals_field(document, fields["reals"], ("reals",))
    rounds = document.integer(fields["rounds"], ("rounds",), 1)
    length = len(next(iter(target)))
    raw = fields["choices"]
    if not document.boolean(fields["adaptive"], ("adaptive",)):
        sets = [
            cells_field(document, cells, ("choices", k), length)
            for k, cells in enumerate(document.array(raw, ("choices",)))
        ]
        return check_strategy(target, sets, rounds, reals)
    if not isinstance(raw, dict):
        raise document.malformed(raw, ("choices",), "an object of states and sets of cells")
    choices = {
        state_field(document, state, ("choices", state), length): cells_field(
            document, cells, ("choices", state), length
        )
        for state, cells in raw.items()
    }
    return check_strategy(target, choices, rounds, reals)
