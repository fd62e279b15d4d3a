"""Our ways of checking a schedule, as processes.

    python -m benchmarks.ours WAY SCHEDULE CIRCUIT CERTIFICATE

`cut-points` is the kernel on the certificate, `hashing` unrolls, merges and asks the solver.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dlmcheck.spec.serial import circuit_from_json, schedule_from_json

LIMIT = 600_000
"""Milliseconds of the solver; the process is killed before."""


def cut_points(schedule: str, circuit: str, certificate: str) -> str:
    """The kernel on the certificate's text."""
    from dlmcheck.verify.kernel.contents import Simulation
    from dlmcheck.verify.kernel.simulation import check_simulation

    found = Simulation.from_json(certificate)
    check_simulation("simulation", schedule_from_json(schedule), circuit_from_json(circuit), found)
    return "equivalent"


def hashing(schedule: str, circuit: str, _: str) -> str:
    """Unrolling and structural hashing; for outputs that do not merge, the solver."""
    from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling

    result = check_coupling(schedule_from_json(schedule), circuit_from_json(circuit), timeout=LIMIT)
    if result.verdict is CouplingVerdict.EQUIVALENT:
        return "equivalent"
    raise SystemExit(f"{result.verdict}")


WAYS = {"cut-points": cut_points, "hashing": hashing}

if __name__ == "__main__":
    texts = [Path(file).read_text("utf-8") for file in sys.argv[2:]]
    sys.stdout.write(json.dumps({"verdict": WAYS[sys.argv[1]](*texts)}) + "\n")
