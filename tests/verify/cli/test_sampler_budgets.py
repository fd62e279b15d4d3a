"""`dlmcheck sampler` with too little time or memory: one line, 3, and nothing written."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from tests.verify.cli.running import complaint, here

STEPS = """
from dlmcheck.spec.decoder import Step

def sleeps(state, number, memory, candidates, choices):
    "Catches whatever an exception is, and goes on."
    while True:
        try:
            while True:
                pass
        except Exception:
            pass

def eats(state, number, memory, candidates, choices):
    return bytearray(1 << 36)
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("FILE:sleeps", "--timeout", "0.3"), "unknown: not done in 0.3 seconds"),
        (("FILE:eats", "--memory", "3G"), "unknown: not done in 3G"),
    ],
)
def test_what_does_not_fit_in_is_unknown(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, written = tmp_path / "steps.py", tmp_path / "found.json"
    source.write_text(STEPS)
    limit = resource.getrlimit(resource.RLIMIT_AS)
    step, *options = (one.replace("FILE", str(source)) for one in arguments)
    result = here(capsys, "sampler", step, "--target", "product:1/2", *options, "--json", written)
    assert (result.code, complaint(result)) == (3, said)
    assert not written.exists()
    assert resource.getrlimit(resource.RLIMIT_AS) == limit
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_enough_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("sampler", "llada-random", "--target", "even-parity:2")
    assert here(capsys, *arguments, "--timeout", "600", "--memory", "64G").code == 0
    refused = here(capsys, *arguments, "--timeout", "never")
    assert (refused.code, "a positive number of seconds" in complaint(refused)) == (2, True)
    refused = here(capsys, *arguments, "--memory", "much")
    assert (refused.code, "such as 512M" in complaint(refused)) == (2, True)
