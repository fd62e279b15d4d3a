"""A pytest plugin: claims as tests, so that a project can gate on them.

    pytest -p dlmcheck.verify.pytest_plugin --dlmcheck-lock claims.lock

adds one test for each locked row. It passes if the audit finds what the lock expects; what is no
result fails as well. `--dlmcheck-claims` takes ids and patterns with commas, `--dlmcheck-profile`
a profile, and `--dlmcheck-registry module:name` a registry of one's own (or a function that makes
one) in place of the catalogue. The audit runs once, when its first test does.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.gate import Gate

OPTION = "--dlmcheck-lock"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all in one group."""
    group = parser.getgroup("dlmcheck", "claims about samplers as tests")
    group.addoption(OPTION, metavar="FILE", default=None, help="Test the rows of this lock.")
    group.addoption(
        "--dlmcheck-claims", metavar="IDS", default="", help="Only these, with commas; * and ?."
    )
    group.addoption("--dlmcheck-profile", default="quick", choices=[one.value for one in Profile])
    group.addoption(
        "--dlmcheck-registry", metavar="MODULE:NAME", default="", help="Claims of one's own."
    )
    group.addoption("--dlmcheck-jobs", metavar="N", type=int, default=1, help="Tasks at a time.")


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add a test for each row of the lock."""
    name: str | None = config.getoption(OPTION)
    if name is None:
        return
    from dlmcheck.spec.errors import BadInput

    try:
        audit = ClaimAudit(config, Path(name))
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None
    make = cast("Any", ClaimItem).from_parent
    items += [make(session, name=f"claims::{row}", audit=audit, row=row) for row in audit.rows]


class ClaimAudit:
    """The audit behind the tests; `rows` are the ids of the locked rows that are meant."""

    def __init__(self, config: pytest.Config, lock: Path) -> None:
        from dlmcheck.verify.lock_file import read_lock
        from dlmcheck.verify.selection import is_meant

        given = str(config.getoption("--dlmcheck-claims"))
        self.lock = lock
        self.profile = Profile(config.getoption("--dlmcheck-profile"))
        self.workers = int(config.getoption("--dlmcheck-jobs") or 1)
        self.registry = _registry(str(config.getoption("--dlmcheck-registry") or ""))
        self.wanted = tuple(word.strip() for word in given.split(",") if word.strip())
        locked = read_lock(lock).section(self.profile, str(lock))
        self.rows = tuple(
            row
            for row in sorted(locked)
            if not self.wanted or any(is_meant(one, row) for one in self.wanted)
        )
        self._gate: Gate | None = None

    @property
    def gate(self) -> Gate:
        """The audit, run once."""
        from dlmcheck.verify.api import audit

        if self._gate is None:
            self._gate = audit(
                self.wanted,
                registry=self.registry,
                profile=self.profile,
                workers=self.workers,
                lock=self.lock,
            )
        return self._gate


def _registry(name: str) -> Registry | None:
    """A registry by MODULE:NAME; None for the catalogue."""
    if not name:
        return None
    module, colon, attribute = name.partition(":")
    try:
        found: Any = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise pytest.UsageError(f"--dlmcheck-registry {name}: {error}") from None
    made: Any = found() if colon and callable(found) else found
    if not isinstance(made, Registry):
        raise pytest.UsageError(f"--dlmcheck-registry {name}: no registry")
    return made


class Unmet(Exception):
    """A row is not as its lock expects."""


class ClaimItem(pytest.Item):
    """The test of one locked row."""

    def __init__(self, *, audit: ClaimAudit, row: str, **more: Any) -> None:
        super().__init__(**more)  # pyright: ignore[reportUnknownMemberType]
        self.audit = audit
        self.row = row

    def runtest(self) -> None:
        """Fail with every deviation of the row."""
        found = self.audit.gate.deviations_of(self.row)
        if found:
            raise Unmet("\n".join(one.message for one in found))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The deviations, without a traceback."""
        if isinstance(excinfo.value, Unmet):
            return f"{self.row}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the expectation stands."""
        return self.audit.lock, None, self.row
