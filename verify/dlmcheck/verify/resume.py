"""Finished parts of jobs, kept in a folder, so that an interrupted audit goes on where it stopped.

A part is kept under the digest of everything that it depends on: the source of this package and
of whatever module defines the job, the interpreter, the versions of the libraries. A part of
other sources lies in another folder and is never read. What a part says is believed as it is
(the counterexample in it is replayed, and the members are counted when the parts are joined),
so the folder deserves the same care as the program.
"""

from __future__ import annotations

import inspect
import json
import os
import platform
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import dlmcheck.model
import dlmcheck.spec
import dlmcheck.verify
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.claims.registry import Job, Profile, Progress, Registry, SweepJob
from dlmcheck.verify.kernel.sweep import Part

FORMAT = "dlmcheck-part"
_LIBRARIES = ("z3-solver", "cvc5", "python-sat", "sympy", "numpy", "aigverse", "cirbo")


def source_digest() -> str:
    """A digest of this package's own source, the interpreter, and the libraries' versions."""
    digest = blake2b(digest_size=16)
    for module in (dlmcheck.spec, dlmcheck.model, dlmcheck.verify):
        (folder,) = module.__path__
        for path in sorted(Path(folder).rglob("*.py")):
            name = f"{module.__name__}/{path.relative_to(folder).as_posix()}"
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    digest.update(f"{platform.python_implementation()} {platform.python_version()}\0".encode())
    for library in _LIBRARIES:
        try:
            digest.update(f"{library} {version(library)}\0".encode())
        except PackageNotFoundError:
            digest.update(f"{library} missing\0".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class PartStore:
    """A folder of finished parts of one state of the sources."""

    folder: Path
    digest: str

    def path(self, job: str, profile: Profile, part: int, parts: int) -> Path:
        """Where a part is kept."""
        name = re.sub(r"[^A-Za-z0-9._-]", "_", job)
        return self.folder / self.digest / f"{profile.value}--{name}--{part + 1}-of-{parts}.json"

    def load(self, job: str, profile: Profile, part: int, parts: int) -> Part | None:
        """A part that is kept; None if there is none, or none that is whole."""
        try:
            raw = json.loads(self.path(job, profile, part, parts).read_text("utf-8"))
            if raw["format"] != FORMAT or raw["version"] != 1 or raw["job"] != job:
                return None
            body = raw["found"]
            if raw["check"] != _check(body):
                return None
            found = Part.from_json(body, "part")
            return found if (found.index, found.parts) == (part, parts) else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError, BadInput):
            return None

    def save(self, job: str, profile: Profile, part: int, parts: int, found: Part) -> None:
        """Keep a part. Raises `OSError`; then nothing, or the whole part, is there."""
        path = self.path(job, profile, part, parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = found.to_json()
        raw = {"format": FORMAT, "version": 1, "job": job, "found": body, "check": _check(body)}
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(raw, stream)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _check(body: object) -> str:
    return blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class ResumableJob:
    """A sweep whose finished parts are kept in a store, and taken from there."""

    job: SweepJob
    store: PartStore

    @property
    def id(self) -> str:
        """See `Job`."""
        return self.job.id

    def parts(self, profile: Profile) -> int:
        """See `Job`."""
        return self.job.parts(profile)

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        """See `Job`. A part that cannot be kept is a part all the same."""
        parts = self.job.parts(profile)
        kept = self.store.load(self.id, profile, part, parts)
        if kept is not None:
            return kept
        found = self.job.run(profile, part, progress)
        if isinstance(found, Part):
            with suppress(OSError):
                self.store.save(self.id, profile, part, parts, found)
        return found

    def conclude(self, profile: Profile, parts: Sequence[object]) -> dict[str, Any]:
        """See `Job`."""
        return dict(self.job.conclude(profile, parts))


def resumable(registry: Registry, folder: Path) -> Registry:
    """The registry with sweeps that keep their finished parts in a folder.

    Jobs in one piece are not kept: what they return is made by the kernel and not by reading.
    """
    digest = source_digest()

    def wrapped(job: Job) -> Job:
        if not isinstance(job, SweepJob):
            return job
        own = blake2b(f"{digest}\0".encode() + _definition(job), digest_size=16).hexdigest()
        return ResumableJob(job, PartStore(folder, own))

    return replace(registry, jobs=tuple(wrapped(job) for job in registry.jobs))


def kept_parts(registry: Registry, profile: Profile) -> frozenset[str]:
    """The tasks (`job#part`) of a resumable registry whose parts are there already."""
    return frozenset(
        f"{job.id}#{part}"
        for job in registry.jobs
        if isinstance(job, ResumableJob)
        for part in range(job.parts(profile))
        if job.store.load(job.id, profile, part, job.parts(profile)) is not None
    )


def _definition(job: SweepJob) -> bytes:
    """The source of the module that defines a job, which need not be one of this package."""
    try:
        file = inspect.getsourcefile(job.make)
    except TypeError:
        file = None
    return Path(file).read_bytes() if file and Path(file).is_file() else b""
