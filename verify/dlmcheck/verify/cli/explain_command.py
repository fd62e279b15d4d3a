"""`dlmcheck explain`: everything that stands behind a claim, before it is checked."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from types import ModuleType

from dlmcheck.verify.claims.registry import Claim, DirectJob, Profile, ProofJob, Registry, Road, Row
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.kernel.induction import Proof, Step
from dlmcheck.verify.selection import UnknownClaim, near
from dlmcheck.verify.trust import merged, proof_names

IN_EVIDENCE = "what its evidence names when it is checked (dlmcheck audit)"


def run_explain(name: str, given: Registry | None) -> ExitCode:
    """Print a claim with all its rows, or with one. Raises `UnknownClaim`."""
    registry = _catalogue() if given is None else given
    claim, rows = _found(name, registry)
    print(f"{claim.id}: {claim.title}")
    print(f"  reference   {claim.reference}")
    print(f"  hypotheses  {'; '.join(claim.hypotheses) or 'none'}")
    print(f"  note        proofs_notes/{claim.note}.md")
    print(f"  source      {source_place(claim, registry)}")
    proofs = _Proofs(registry)
    for row in rows:
        _print_row(row, proofs)
    return ExitCode.OK


def run_list(given: Registry | None) -> ExitCode:
    """Print the claims, a line each: its id, how many rows it has, its title."""
    registry = _catalogue() if given is None else given
    width = max((len(claim.id) for claim in registry.claims), default=0)
    for claim in registry.claims:
        print(f"{claim.id:<{width}}  {len(claim.rows):>3}  {claim.title}")
    return ExitCode.OK


def _catalogue() -> Registry:
    from dlmcheck.verify.claims.catalogue import catalogue

    return catalogue()


def _found(name: str, registry: Registry) -> tuple[Claim, tuple[Row, ...]]:
    for claim in registry.claims:
        if claim.id == name:
            return claim, claim.rows
        for row in claim.rows:
            if row.id == name:
                return claim, (row,)
    raise UnknownClaim(name, near(name, registry))


class _Proofs:
    """The proofs behind roads, each job's built once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._built: dict[str, Sequence[Proof]] = {}
        self._printed: set[str] = set()

    def of(self, road: Road) -> Proof | None:
        """The proof of a road; None where the road is none."""
        job = self._registry.job(road.job)
        if not isinstance(job, ProofJob):
            return None
        if job.id not in self._built:
            self._built[job.id] = job.make()
        return next((p for p in self._built[job.id] if p.statement == road.statement), None)

    def names_itself(self, road: Road) -> bool:
        """Whether only the evidence of a road says on what it rests."""
        return isinstance(self._registry.job(road.job), DirectJob)

    def print(self, proof: Proof) -> None:
        """Print a proof, or where it stands above: many rows may rest on one."""
        if proof.statement in self._printed:
            print(f"  proof       as above, of: {proof.statement}")
        else:
            self._printed.add(proof.statement)
            _print_proof(proof)


def _print_row(row: Row, proofs: _Proofs) -> None:
    print(f"\n{row.id}")
    print(f"  statement   {row.statement}")
    if row.dropped is not None:
        print(f"  drops       {row.dropped}")
    if row.point is not None:
        print(f"  point       {row.point}")
    for number, road in enumerate(row.roads):
        begins = "" if road.from_profile is Profile.QUICK else f", from {road.from_profile.value}"
        head = "roads" if number == 0 else ""
        print(f"  {head:<11} {road.engine} (job {road.job}, statement {road.statement}{begins})")
    found = [proof for proof in map(proofs.of, row.roads) if proof is not None]
    for proof in found:
        proofs.print(proof)
    used = [name for proof in found for name in _used(proof)]
    later = [IN_EVIDENCE] if any(map(proofs.names_itself, row.roads)) else []
    rests = merged(row.assumptions, [*used, *later])
    print(f"  rests on    {'; '.join(rests) or 'the kernel and the specification'}")
    if row.bounded is not None:
        print(f"  bounded     {row.bounded}")


def _used(proof: Proof) -> tuple[str, ...]:
    return proof_names([rule.value for rule in proof.rules], proof.queries)


def _print_proof(proof: Proof) -> None:
    """The argument of a proof for all n, then what it is made of, by name."""
    print(f"  proof       for all n, of: {proof.statement}")
    for sentence in proof.skeleton:
        print(f"{'':<14}{sentence}")
    for head, steps in (("base", proof.base), ("steps", proof.steps)):
        for number, step in enumerate(steps):
            print(f"  {head if number == 0 else '':<11} {_step_line(step)}")
    print(f"  rules       {'; '.join(rule.value for rule in proof.rules)} (replayed by nobody)")
    for number, query in enumerate(proof.queries):
        print(f"  {'queries' if number == 0 else '':<11} {query}")
    if proof.queries:
        print(f"  solvers     {_solvers()}, on their word")


def _step_line(step: Step) -> str:
    premises = ", ".join(step.premises) or "nothing"
    return f"{step.name}: from {premises} ({1 << len(step.circuit.inputs)} rows)"


def _solvers() -> str:
    """Who answers queries of arithmetic here."""
    from dlmcheck.verify.engines.smt import engines

    found = engines()
    return f"{found.engine} {found.version}"


# --- where a claim is written down ---------------------------------------------------------


def source_place(claim: Claim, registry: Registry) -> str:
    """`module:line` of the call that makes a claim, found in the source.

    That is a call of `Claim` with its id, or else (where a helper makes several alike) the first
    call of anything else but a row or a road with that id as its first argument.
    """
    for is_maker in (_is_claim, _is_helper):
        for module in _modules(registry):
            line = _line_of(claim, module, is_maker)
            if line is not None:
                return f"{module.__name__}:{line}"
    return "not found"


def _is_claim(name: str) -> bool:
    return name == "Claim"


def _is_helper(name: str) -> bool:
    return name not in ("Row", "Road")


def _modules(registry: Registry) -> Iterator[ModuleType]:
    """The modules of this package's claims, then those that define the registry's jobs."""
    from dlmcheck.verify import claims

    for info in pkgutil.iter_modules(claims.__path__, f"{claims.__name__}."):
        yield import_module(info.name)
    for job in registry.jobs:
        module = inspect.getmodule(getattr(job, "make", getattr(job, "check", None)))
        if module is not None:
            yield module


def _line_of(claim: Claim, module: ModuleType, is_maker: Callable[[str], bool]) -> int | None:
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_maker(getattr(node.func, "id", "")):
            named = [word.value for word in node.keywords if word.arg == "id"]
            (first, *_) = [*named, *node.args, ast.Constant(None)]
            if _value(first, module) == claim.id:
                return node.lineno
    return None


def _value(node: ast.expr, module: ModuleType) -> object:
    """What a literal or a name of the module stands for; None for anything else."""
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    return node.value if isinstance(node, ast.Constant) else None
