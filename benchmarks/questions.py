"""Questions at several sizes, and for each the ways that are asked: ours, and the peers'.

    law           the exact law of a random XOR-rich circuit's outputs
    diagrams      the law of the top bits of a wide adder's sum, which enumeration cannot reach
    machine       the law of what a machine with hidden bits shows after many steps, coins in each
    equivalence   a schedule and its circuit, as compiled and with every gate rewritten
    linear, sums  samplers over GF(2): on the solutions of which equations are they uniform
    states        the law of a run through all 3^L states

All ways read files. A peer never gets a harder question than ours: where it cannot be asked for a
law, it is asked for one probability, and equivalence is given to it with the run unrolled.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks import linear_questions, workloads
from benchmarks.equivalence import ABC, case, installed_abc
from benchmarks.ways import OURS, Way, Workload, laws, peer, plain, said, verdict
from dlmcheck.model.formats import write_circuit
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.policies import IndependentUnmasking
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json, schedule_to_json
from dlmcheck.spec.tokens import MASK


def law_peers(file: Path) -> list[Way]:
    """All peers that can be asked for a law."""
    return [
        peer("ProbLog, exact weights", "problog", "by_problog", "law", file),
        peer("PySDD", "pysdd", "by_pysdd", "law", file),
        peer("dd (CUDD)", "dd", "by_dd", "law", file),
        peer("OxiDD by itself", "oxidd", "by_oxidd", "law", file),
        peer("Storm, exact", "stormpy", "by_storm", "law", file),
        peer("Z3, model by model", "z3-solver", "by_z3", "law", file),
        peer("CaDiCaL, model by model", "python-sat", "by_sat", "law", file),
        plain("law", file),
    ]


SHAPES = {8: (40, 4), 12: (100, 8), 16: (250, 8), 20: (500, 8), 24: (1000, 8), 28: (2000, 16)}
"""Gates and outputs for so many coins."""


def law_of_circuit(coins: int, folder: Path) -> list[Way]:
    """Enumeration."""
    file = folder / "circuit.json"
    file.write_text(circuit_to_json(workloads.xor_rich(coins, *SHAPES[coins])), "utf-8")
    return [*laws(file), *law_peers(file)]


def law_of_adder(coins: int, folder: Path) -> list[Way]:
    """The carry and the three highest bits of the sum."""
    circuit = workloads.adder(coins // 2)
    top = Circuit(
        circuit.inputs, circuit.gates, circuit.outputs[-4:], tuple(circuit.output_names[-4:])
    )
    file = folder / "circuit.json"
    file.write_text(circuit_to_json(top), "utf-8")
    return [*laws(file), *law_peers(file)]


def law_of_machine(steps: int, folder: Path) -> list[Way]:
    """Hidden bits that are rewritten in every step, with coins of that step."""
    file = folder / "circuit.json"
    file.write_text(circuit_to_json(workloads.machine(steps)), "utf-8")
    return [*laws(file), *law_peers(file)]


def equivalence(gates: int, folder: Path, *, rewritten: bool) -> list[Way]:
    """Ours from the schedule's text; the others get the run unrolled and folded."""
    found = case(gates, rewritten=rewritten)
    names = ("schedule", "circuit", "certificate")
    files = [folder / f"{name}.json" for name in names]
    for name, file in zip(names, files, strict=True):
        file.write_text(str(getattr(found, name)), "utf-8")
    unrolled = folder / "run.json"
    unrolled.write_text(circuit_to_json(found.unrolled), "utf-8")
    pair = (files[1], unrolled)
    command = [sys.executable, "-m", "benchmarks.ours"]
    ways = [
        Way(
            f"{OURS}: {name}",
            [*command, word, *map(str, files)],
            said,
            ours=True,
        )
        for name, word in (
            ("cut points, by the kernel", "cut-points"),
            ("hashing, sweeping, then SAT", "hashing"),
        )
    ]
    ways += [
        peer("Z3, plain miter", "z3-solver", "by_z3", "equivalence", *pair),
        peer("CaDiCaL, plain miter", "python-sat", "by_sat", "equivalence", *pair),
    ]
    abc = installed_abc()
    first, second = folder / "circuit.aig", folder / "run.aig"
    if abc is not None:
        write_circuit(circuit_from_json(found.circuit), first)
        write_circuit(found.unrolled, second)
    read = partial(verdict, yes="are equivalent", no="NOT EQUIVALENT")
    for word in ABC:
        script = f"&r {first}; {word} {second}" if word[0] == "&" else f"{word} {first} {second}"
        ways.append(Way(f"ABC {word}", [abc or "", "-c", script], read, package="abc"))
    return ways


ROUNDS = 4


def states(length: int, folder: Path) -> list[Way]:
    """A ring of cells with local rules: three rounds reach all 3^L states, the last writes."""
    schedule = local_schedule(length, ROUNDS, 1, reads=2, ring=True, whole=True)
    file, rules = folder / "schedule.json", folder / "rules.json"
    file.write_text(schedule_to_json(schedule), "utf-8")
    rules.write_text(json.dumps(local_rules(schedule)._asdict()), "utf-8")
    return [
        *laws(file),
        peer("ProbLog, exact, one cell", "problog", "by_problog", "run", rules, easier=True),
        peer("Storm, exact, one cell", "stormpy", "by_storm", "run", rules, easier=True),
        plain("run", file),
    ]


class Rules(NamedTuple):
    """The start, the cells that each cell reads, and for each round and cell a table of chances.

    A table says for what the cells read show (2 is M) with which chance 0, 1 and M come next.
    """

    start: tuple[int, ...]
    reads: list[list[int]]
    tables: list[list[dict[str, list[str]]]]


def local_rules(schedule: Schedule) -> Rules:
    """For each round, cell and what the cell and its neighbour show: the law of its next token."""
    sampler = sampler_of(schedule)
    policy = sampler.unmask
    if not isinstance(policy, IndependentUnmasking):
        raise TypeError("cells are not selected independently")
    length = schedule.length
    reads = [[i, (i - 1) % length] for i in range(length)]
    tables: list[list[dict[str, list[str]]]] = []
    for number in range(1, schedule.rounds + 1):
        cells: list[dict[str, list[str]]] = []
        for i, (here, before) in enumerate(reads):
            table: dict[str, list[str]] = {}
            for shown in product((0, 1, MASK), repeat=2):
                state = [MASK] * length
                state[before], state[here] = shown[1], shown[0]
                clock = sampler.round_argument(number)
                rate = policy.rate(tuple(state), i, clock)
                drawn = sampler.predictor(tuple(state), i, clock)
                chances = [
                    rate * drawn[token] + (1 - rate) * (token == shown[0]) for token in (0, 1, MASK)
                ]
                key = "".join("01"[token] if token != MASK else "2" for token in shown)
                table[key] = [str(chance) for chance in chances]
            cells.append(table)
        tables.append(cells)
    return Rules((2,) * length, reads, tables)


WORKLOADS = (
    Workload(
        "law",
        "Exact law of a random XOR-rich circuit",
        "coins",
        (8, 12, 16, 20, 24, 28),
        (8,),
        "factor",
        law_of_circuit,
    ),
    Workload(
        "diagrams",
        "Law of the four highest bits of the sum of two random numbers",
        "coins",
        (16, 32, 128, 512, 2048, 8192, 32_768, 65_536, 131_072, 262_144),
        (12,),
        "power",
        law_of_adder,
    ),
    Workload(
        "machine",
        "Law of two bits of a machine with six hidden bits, eight coins a step",
        "steps",
        (1, 2, 4, 8, 16, 64, 256, 1024),
        (1,),
        "power",
        law_of_machine,
    ),
    Workload(
        "equivalence",
        "A write-once schedule against its circuit, as compiled",
        "gates",
        (1_000, 10_000, 100_000),
        (60,),
        "power",
        partial(equivalence, rewritten=False),
    ),
    Workload(
        "rewritten",
        "A write-once schedule against its circuit, every gate written in another way",
        "gates",
        (1_000, 10_000, 100_000),
        (60,),
        "power",
        partial(equivalence, rewritten=True),
    ),
    Workload(
        "linear",
        "Linear sampler over GF(2): even strings",
        "outputs",
        (8, 16, 64, 1024, 4096, 16_384, 65_536),
        (8,),
        "power",
        linear_questions.even,
    ),
    Workload(
        "sums",
        "Linear sampler over GF(2): sums of five coins each, twice as many as coins",
        "coins",
        (8, 32, 64, 128, 1024, 4096),
        (8,),
        "power",
        linear_questions.sums,
    ),
    Workload(
        "states",
        "Law of a run through all 3^L states",
        "cells",
        (4, 5, 6, 7, 8, 9, 12, 14),
        (3,),
        "factor",
        states,
    ),
)
