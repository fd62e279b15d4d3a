"""Do a schedule and a circuit have different output laws, for given data?

A coupling that fails says that two functions of the coins differ, not that their laws do. Here
the laws themselves are compared, as far as that can be done exactly:

1. an illegal run of positive probability settles it;
2. outputs that share no coin on either side are independent on both sides, so the laws are
   compared group by group, by enumeration, as long as a group has few coins; if all groups can
   be enumerated this decides equality;
3. single outputs and pairs of outputs of the other groups, by enumeration;
4. an output that, under some coupling, is 1 in the run wherever it is 1 in the circuit, and on
   some seed besides (or the other way round): then it is 1 more often in the run (Z3);
5. outputs that one side shows on some seed and that the other side never shows (Z3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from itertools import combinations, islice
from time import monotonic

from dlmcheck.spec.circuit import Circuit, InputKind
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.coupling import output_order
from dlmcheck.verify.engines.exact_laws import exact_law, largest_gap, work
from dlmcheck.verify.engines.network import FALSE, TRUE, Key, Lit, Network, embedded
from dlmcheck.verify.engines.partners import proposals
from dlmcheck.verify.engines.replay import first_broken
from dlmcheck.verify.engines.seeds import find_seed, random_seeds, simulate_for
from dlmcheck.verify.engines.solver import Answer, Z3Solver
from dlmcheck.verify.engines.unroll import Obligation, unroll

WHOLE_COINS = 16
"""Groups of three or more outputs are enumerated up to this many coins on either side."""
PART_COINS = 20
"""Single outputs and pairs with at most this many coins on either side are enumerated."""
PAIRS = 2_000
"""At most this many pairs are looked at."""
WORK = 1 << 36
"""At most this many node values are computed in enumerations."""


SHOWN = 16
"""Of an event with more outputs half as many are shown."""


@unique
class LawVerdict(Enum):
    """What is known of two laws."""

    DIFFERENT = "different"
    EQUAL = "equal"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LawDifference:
    """An answer for one data input, with an event that shows it.

    The event is "the outputs named `outputs` are `values`", with its probability on either side
    where that is known; the two differ by at least `gap`. By `method` "domination" neither is
    known, and the event is likelier in the run. For an illegal run `broken` is the rule. `coins`
    lists the ones of a seed that shows what is said (not by enumeration). `engine` is named
    where its answer is trusted.
    """

    verdict: LawVerdict
    method: str
    outputs: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    by_run: Fraction | None = None
    by_circuit: Fraction | None = None
    gap: Fraction = Fraction(0)
    broken: Obligation | None = None
    coins: tuple[Key, ...] = ()
    engine: str = ""

    @property
    def reason(self) -> str:
        """One line for the reader."""
        if self.broken is not None:
            where = f"round {self.broken.round_number}, cell {self.broken.cell}"
            return f"the run is illegal: {self.broken.rule.value} in {where}"
        if self.verdict is not LawVerdict.DIFFERENT:
            return f"laws {self.verdict.value} ({self.method})"
        event = f"({_shortened(self.outputs, ', ')}) = {_shortened(self.values, '')}"
        if self.by_run is None and self.by_circuit is None:
            return f"{event} is likelier in the run, by at least {self.gap}"
        run, circuit = (
            f"at least {self.gap}" if p is None else str(p) for p in (self.by_run, self.by_circuit)
        )
        return f"{event} has probability {run} in the run and {circuit} in the circuit"


def law_difference(
    schedule: Schedule,
    circuit: Circuit,
    data: Sequence[bool] = (),
    *,
    coins: Iterable[Key] = (),
    timeout: int = 60_000,
    seed: int = 0,
) -> LawDifference:
    """Compare the output laws of a schedule and a circuit for given data.

    `data` has one value per data cell of the schedule. `coins` are the ones of a seed on which
    the run is suspect (from a failed coupling), which is tried first. `timeout` is in
    milliseconds, for all of it together; past it the answer is UNKNOWN. EQUAL means equal for
    these data only.

    Raises `BadInput` if names or the number of data do not fit.
    """
    comparison = _Comparison(schedule, circuit, data, timeout, seed)
    return comparison.decide(frozenset(coins))


class _Comparison:
    def __init__(
        self, schedule: Schedule, circuit: Circuit, data: Sequence[bool], timeout: int, seed: int
    ) -> None:
        order = output_order(schedule, circuit)
        self.network = Network()
        self.run = unroll(schedule, self.network, data)
        self.circuit = circuit
        self.data = dict(zip(schedule.data_names, data, strict=True))
        self.names = circuit.output_names
        self.found = [self.run.outputs[place] for place in order]
        # The circuit's coins are its own here: nothing is coupled.
        self.wanted = self._circuit_outputs({})
        self.solver = Z3Solver(self.network, timeout)
        self.seed = seed
        self.work_left = WORK
        now = monotonic()
        self.deadline = now + timeout / 1000
        self.half_time = now + timeout / 2000
        """When enumeration ends: other ways need their time."""

    def _circuit_outputs(self, partners: Mapping[int, Lit]) -> list[Lit]:
        inputs: list[Lit] = []
        for node, one in enumerate(self.circuit.inputs):
            if one.kind is InputKind.DATA:
                inputs.append(TRUE if self.data[one.name] else FALSE)
            elif node in partners:
                inputs.append(partners[node])
            else:
                inputs.append(self.network.variable(("circuit", 0, node)))
        nodes = self.network.embed(self.circuit, inputs)
        return [embedded(nodes, output) for output in self.circuit.outputs]

    def decide(self, suspect: frozenset[Key]) -> LawDifference:
        broken = [obligation.broken for obligation in self.run.open]
        illegal = find_seed(self.network, broken, self.solver, seed=self.seed)
        if illegal.answer is Answer.SAT:
            return LawDifference(
                LawVerdict.DIFFERENT,
                "illegal run",
                broken=first_broken(self.run, dict.fromkeys(illegal.ones, 1)),
                coins=tuple(sorted(illegal.ones)),
            )
        undecided: list[list[int]] = []
        for group in self._groups():
            equal = self._compare(group, WHOLE_COINS if len(group) > 2 else PART_COINS)
            if equal is None:
                undecided.append(group)
            elif isinstance(equal, LawDifference):
                return equal
        if not undecided:
            if illegal.answer is Answer.UNSAT:
                return LawDifference(LawVerdict.EQUAL, "enumeration", engine=self._engine())
            return LawDifference(LawVerdict.UNKNOWN, "legality undecided")
        for part in self._parts(undecided):
            different = self._compare(part, PART_COINS)
            if isinstance(different, LawDifference):
                return different
        every = sorted(index for group in undecided for index in group)
        return (
            self._dominated(every)
            or self._support_difference(every, suspect)
            or LawDifference(
                LawVerdict.UNKNOWN,
                "the time was over"
                if monotonic() > self.deadline
                else "too many coins to enumerate; no difference found in parts",
            )
        )

    def _engine(self) -> str:
        return self.solver.engine if self.solver.queries else ""

    # --- by enumeration ----------------------------------------------------------------------

    def _groups(self) -> list[list[int]]:
        """The outputs, grouped so that different groups share no coin on either side."""
        root = list(range(len(self.names)))

        def find(index: int) -> int:
            while root[index] != index:
                root[index] = root[root[index]]
                index = root[index]
            return index

        owner: dict[int, int] = {}
        for index, (ours, theirs) in enumerate(self._supports()):
            for side, members in enumerate((ours, theirs)):
                for coin in _members(members):
                    root[find(owner.setdefault(2 * coin + side, index))] = find(index)
        groups: dict[int, list[int]] = {}
        for index in range(len(self.names)):
            groups.setdefault(find(index), []).append(index)
        return list(groups.values())

    def _supports(self) -> list[tuple[int, int]]:
        """For each output its coins in the run and in the circuit, as bit sets."""
        sides = (self.network.supports(side) for side in (self.found, self.wanted))
        return list(zip(*sides, strict=True))

    def _parts(self, groups: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Single outputs and pairs of outputs that are small enough to be enumerated."""
        supports = self._supports()

        def small(*outputs: int) -> bool:
            ours = theirs = 0
            for index in outputs:
                ours |= supports[index][0]
                theirs |= supports[index][1]
            return max(ours.bit_count(), theirs.bit_count()) <= PART_COINS

        singles = [[index for index in group if small(index)] for group in groups]
        yield from ([index] for group in singles for index in group)
        pairs = (pair for group in singles for pair in combinations(group, 2) if small(*pair))
        yield from (list(pair) for pair in islice(pairs, PAIRS))

    def _compare(self, outputs: Sequence[int], limit: int) -> LawDifference | bool | None:
        """A difference of the joint laws of some outputs; True if they are equal.

        None if there are too many coins or too much work.
        """
        if monotonic() > self.half_time:
            return None
        sides = [[side[index] for index in outputs] for side in (self.found, self.wanted)]
        if any(len(self.network.support(side)) > limit for side in sides):
            return None
        cost = sum(work(self.network, side) for side in sides)
        if cost > self.work_left:
            return None
        self.work_left -= cost
        gap = largest_gap(*(exact_law(self.network, side) for side in sides))
        if gap is None:
            return True
        values, by_run, by_circuit = gap
        return LawDifference(
            LawVerdict.DIFFERENT,
            "enumeration",
            outputs=tuple(self.names[index] for index in outputs),
            values=values,
            by_run=by_run,
            by_circuit=by_circuit,
            gap=abs(by_run - by_circuit),
        )

    # --- by coupling -------------------------------------------------------------------------

    def _dominated(self, outputs: Sequence[int]) -> LawDifference | None:
        """An output that under some coupling differs in one direction only."""
        offered = next(proposals(self.run, self.circuit), None)
        wanted = self._circuit_outputs({} if offered is None else offered.partners)
        for index in outputs:
            if monotonic() > self.deadline:
                break
            run, circuit = self.found[index], wanted[index]
            more = self.network.and_(run, circuit ^ 1)
            less = self.network.and_(run ^ 1, circuit)
            if run == circuit or all(
                simulate_for(self.network, [way], seed=self.seed) is not None
                for way in (more, less)
            ):
                continue
            ways = [find_seed(self.network, [way], self.solver, seed=self.seed)
                    for way in (more, less)]  # fmt: skip
            if {way.answer for way in ways} == {Answer.SAT, Answer.UNSAT}:
                is_more = ways[0].answer is Answer.SAT
                coins = len(self.network.support([run, circuit]))
                return LawDifference(
                    LawVerdict.DIFFERENT,
                    "domination",
                    outputs=(self.names[index],),
                    values=(int(is_more),),
                    gap=Fraction(1, 1 << coins),
                    coins=tuple(sorted(ways[0 if is_more else 1].ones)),
                    engine=self._engine(),
                )
        return None

    # --- by support --------------------------------------------------------------------------

    def _support_difference(
        self, outputs: Sequence[int], suspect: frozenset[Key]
    ) -> LawDifference | None:
        """Outputs that one side shows on some seed and the other side never does."""
        found = [self.found[index] for index in outputs]
        wanted = [self.wanted[index] for index in outputs]
        for shows, never, run_shows in ((found, wanted, True), (wanted, found, False)):
            keys = self.network.support(shows)
            tries = [suspect, frozenset[Key]()] if run_shows else [frozenset[Key]()]
            tries += random_seeds(keys, 2, self.seed)
            for ones in dict.fromkeys(tries):
                if monotonic() > self.deadline:
                    return None
                values = self.network.evaluate(shows, dict.fromkeys(ones, 1))
                pattern = [lit ^ 1 ^ value for lit, value in zip(never, values, strict=True)]
                if self.solver.satisfy(pattern).answer is Answer.UNSAT:
                    return LawDifference(
                        LawVerdict.DIFFERENT,
                        "support",
                        outputs=tuple(self.names[index] for index in outputs),
                        values=tuple(values),
                        by_run=None if run_shows else Fraction(0),
                        by_circuit=Fraction(0) if run_shows else None,
                        gap=Fraction(1, 1 << len(keys)),
                        coins=tuple(sorted(ones)),
                        engine=self._engine(),
                    )
        return None


def _shortened(parts: Sequence[object], between: str) -> str:
    """Parts of an event in a line, the first few of many."""
    if len(parts) > SHOWN:
        parts = [*parts[: SHOWN // 2], f"... {len(parts)} in all"]
    return between.join(map(str, parts))


def _members(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
