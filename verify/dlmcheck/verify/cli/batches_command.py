"""`dlmcheck batches`: what it costs to write several cells at once, for every batch schedule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlmcheck.spec.batches import law_of_schedule
from dlmcheck.spec.entropy import LogSum, divergence
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.tokens import State
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.cli.rounds_command import TargetOptions, load
from dlmcheck.verify.decoders.batch_schedules import (
    all_schedules,
    best_schedules,
    curve_error,
    dual_total_correlation,
    enclosure,
    entropy_curve,
    total_correlation,
)
from dlmcheck.verify.exits import ExitCode

MOST_CELLS = 12
"""The curve needs the entropies of all 2^n sets of cells."""
MOST_CELLS_OWN = 6
"""The own law is a mixture over all ordered partitions, by definition."""


@dataclass(frozen=True)
class BatchesOptions:
    """The options of `dlmcheck batches`."""

    target: str
    every: bool = False
    own_law: bool = False
    json: Path | None = None


def run_batches(options: BatchesOptions) -> ExitCode:
    """Print the best schedule of each length, or all schedules; no verdict, so the code is 0.

    Raises `BadInput` for a target that cannot be read or has too many cells.
    """
    check_outputs({"--json": options.json}, inputs=[options.target])
    named = options.target
    given = load(TargetOptions(named))
    target = given.law
    length = len(next(iter(target)))
    limit = MOST_CELLS_OWN if options.own_law else MOST_CELLS
    if length > limit:
        expected = f"at most {limit}{' with --own-law' if options.own_law else ''}"
        raise BadInput(f"a target on {length} cells", source=named, expected=expected)
    curve = entropy_curve(target)
    if options.every:
        listed = [(sizes, curve_error(curve, sizes)) for sizes in all_schedules(length)]
    else:
        listed = [(best.sizes, best.error) for best in best_schedules(curve)]
    rows = [_row(target, sizes, error, options.own_law) for sizes, error in listed]
    print(f"target       {named}")
    print(f"curve        {'  '.join(str(enclosure(value)) for value in curve)} (nats)")
    print(f"correlation  total {enclosure(total_correlation(curve))}")
    print(f"             dual  {enclosure(dual_total_correlation(curve))}")
    print(
        f"{'every' if options.every else 'best'} schedule, error: mean KL given the order, in nats"
    )
    for row in rows:
        print(f"  {', '.join(map(str, row['sizes'])):<{3 * length}} {row['error']}")
        if options.own_law:
            print(
                f"  {'':<{3 * length}} own law: KL {row['own_kl']}, distance {row['own_distance']}"
            )
    if given.is_estimate:
        print("note         the target is an estimate from samples: this is about its law alone")
    if options.json is not None:
        document = {
            "format": "dlmcheck-batches",
            "version": 1,
            "target": named,
            "curve": [repr(value) for value in curve],
            "schedules": rows,
        }
        write_file(options.json, json.dumps(document, indent=2) + "\n")
    return ExitCode.OK


def _row(
    target: Law[State], sizes: tuple[int, ...], error: LogSum, own_law: bool
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sizes": list(sizes),
        "error": str(enclosure(error)),
        "exact": repr(error),
    }
    if own_law:
        law = law_of_schedule(target, sizes, _vocabulary(target))
        kl = divergence(target, law)
        assert kl is not None
        row |= {
            "own_kl": str(enclosure(kl)),
            "own_exact": repr(kl),
            "own_distance": str(total_variation(target, law)),
        }
    return row


def _vocabulary(target: Law[State]) -> int:
    return 1 + max(1, *(token for outcome in target for token in outcome))
