"""What all tests share: one deterministic Hypothesis profile and the root of the source tree."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A test run has to give the same verdict twice, on a slow machine too: examples are derived from
# the test itself, nothing is remembered between runs, and no example has a deadline.
settings.register_profile("house", derandomize=True, deadline=None, database=None, print_blob=True)
# For looking further by hand: fresh random examples, many of them.
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("DLMCHECK_HYPOTHESIS", "house"))

# A shell that puts tests into the background has them ignore Ctrl-C, and so would the commands that
# they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def source_root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parent.parent
