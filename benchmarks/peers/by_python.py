"""The definitions themselves, in plain Python: all seeds, or all states, in fractions."""

from pathlib import Path

from benchmarks.peers import common
from dlmcheck.spec.circuit import output_law
from dlmcheck.spec.sampler import output_law as law_of_run
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.serial import circuit_from_json, schedule_from_json


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs."""
    found = output_law(circuit_from_json(Path(path).read_text("utf-8")))
    return common.weighed(
        {"".join("01"[bit] for bit in bits): weight for bits, weight in found.items()}
    )


def run(path: str) -> common.Answers:
    """The law of a schedule's output."""
    found = law_of_run(sampler_of(schedule_from_json(Path(path).read_text("utf-8"))))
    return common.weighed({"".join(map(str, state)): weight for state, weight in found.items()})


if __name__ == "__main__":
    common.answer({"law": law, "run": run})
