"""Evidence: what a verdict can rest on.

A sum type. Each member says what was looked at and by whom; none of them is a verdict. Sampled
evidence never supports more than a hint, so no function of the kernel accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Exhaustive:
    """Every instance of a finite domain was checked.

    `count` is the number of instances of the domain, `met` how many of them met the hypotheses
    of the statement. `kept` is the number of parts of the pass that were not run now but read
    from files that an earlier run left: what they say is believed.
    """

    domain: str
    count: int
    met: int
    kept: int = 0

    def __str__(self) -> str:
        text = f"exhaustive: {self.met} of {self.count} instances of {self.domain}"
        return f"{text}, {self.kept} parts as an earlier run left them" if self.kept else text


@dataclass(frozen=True)
class Certificate:
    """A certificate of some kind that a named checker accepted; `size` in entries."""

    kind: str
    checked_by: str
    size: int

    def __str__(self) -> str:
        return f"certificate: {self.kind}, {self.size} entries, checked by {self.checked_by}"


@dataclass(frozen=True)
class Induction:
    """A proof for all n: finite steps, each decided by its truth table, under named rules.

    `rules` are not replayed by anybody. `rows` is the size of the tables together. `trusted`
    names the solver that was believed on `queries` of linear arithmetic, if there were any.
    """

    base: tuple[str, ...]
    steps: tuple[str, ...]
    rules: tuple[str, ...]
    rows: int
    queries: tuple[str, ...] = ()
    trusted: str = ""

    def __str__(self) -> str:
        number = len(self.base) + len(self.steps)
        text = (
            f"proof: {number} steps ({self.rows} rows of truth tables), {len(self.queries)} queries"
        )
        text += f", by the rules {', '.join(self.rules)}"
        return f"{text}; trusted: {self.trusted}" if self.trusted else text


@dataclass(frozen=True)
class SymbolicIdentity:
    """An identity of expressions, decided by a named algebra system."""

    identity: str
    engine: str

    def __str__(self) -> str:
        return f"identity: {self.identity} ({self.engine})"


@dataclass(frozen=True)
class Coupling:
    """Both sides are the same function of the same coins, under an injection of seeds."""

    seeds: int
    by_hashing: int
    by_solver: int
    engine: str

    def __str__(self) -> str:
        return (
            f"coupling: {self.seeds} random bits, {self.by_hashing} obligations by hashing, "
            f"{self.by_solver} by solver ({self.engine})"
        )


@dataclass(frozen=True)
class Witness:
    """A counterexample: the instance as text, and the reason it fails for."""

    statement: str
    instance: str
    reason: str

    def __str__(self) -> str:
        return f"witness: {self.reason}"


@dataclass(frozen=True)
class SolverAnswer:
    """An answer of a solver that nothing here replays: trusted, by name and version."""

    engine: str
    version: str
    queries: int

    def __str__(self) -> str:
        return f"trusted: {self.engine} {self.version} ({self.queries} queries)"


@dataclass(frozen=True)
class Citation:
    """A published theorem that is imported, not checked."""

    source: str

    def __str__(self) -> str:
        return f"imported: {self.source}"


@dataclass(frozen=True)
class Sampled:
    """Seeded samples: a hint at most."""

    count: int
    seed: int

    def __str__(self) -> str:
        return f"hint only: {self.count} samples, seed {self.seed}"


Evidence = (
    Exhaustive
    | Certificate
    | Induction
    | SymbolicIdentity
    | Coupling
    | Witness
    | SolverAnswer
    | Citation
    | Sampled
)
