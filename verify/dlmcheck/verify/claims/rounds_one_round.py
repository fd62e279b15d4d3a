"""X-ONE-ROUND: one round is enough if and only if the target is a product law, anywhere.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2 (tokens of a round are independent); the
remark after Theorem 4.2 for even parity. The notes R-4 and SEPARATION have the argument.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from dlmcheck.model.targets import TokenLaw, product_bits
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.lattice import Point
from dlmcheck.spec.law import bernoulli, is_product, marginal
from dlmcheck.spec.policies import DeterministicUnmasking
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import MASK, masked_positions
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.one_round import Engine, by_paths, by_reference, show_law
from dlmcheck.verify.claims.proved_rounds import ONE_ROUND_PROOFS, road
from dlmcheck.verify.claims.registry import Claim, Job, Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.rounds_checks import PATHS, REFERENCE, samples
from dlmcheck.verify.claims.rounds_checks import by_paths as outputs_by_paths
from dlmcheck.verify.claims.two_cell_rounds import TwoCells, two_cell_rounds
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.proofs import product_rounds

ID = "X-ONE-ROUND"
TWO_CELLS, PRODUCTS = "rounds-two-cells", "rounds-products"


def product_after(
    engine: Engine, *, from_masks: bool = True, unmasked: bool = True
) -> Callable[[TwoCells], Outcome]:
    """What a round makes of M everywhere is a product law, if it leaves no M.

    Without `from_masks` also of any other state, without `unmasked` also where M is left.
    """

    def holds(case: TwoCells) -> Outcome:
        if from_masks and set(case.state) != {MASK}:
            return NOT_MET
        law = engine(case.sampler()).map(lambda configuration: configuration.state)
        if unmasked and any(MASK in state for state in law):
            return NOT_MET
        return HOLDS if is_product(law) else fails(f"no product law: {show_law(law)}")

    return holds


def one_round(law: TokenLaw) -> Sampler:
    """Select everything, draw the marginals."""
    n = len(next(iter(law)))
    chances = [marginal(law, i)[1] for i in range(n)]
    return Sampler(
        length=n,
        predictor=lambda _state, i, _number: bernoulli(chances[i]),
        unmask=DeterministicUnmasking(lambda state, _: masked_positions(state)),
        rounds=1,
        output=tuple(range(n)),
    )


def seeded_product(seed: int) -> TokenLaw:
    """A product law on one to four bits; some bits are certain."""
    draw = Random(seed)
    return product_bits([Fraction(draw.randrange(7), 6) for _ in range(1 + seed % 4)])


def _two_cells(_: Profile) -> Sweep[TwoCells, TwoCells]:
    properties: dict[str, Callable[[TwoCells], Outcome]] = {}
    for suffix, engine in (("", by_reference), (",paths", by_paths)):
        properties[f"{ID}/only-if{suffix}"] = product_after(engine)
        properties[f"{ID}/any-start{suffix}"] = product_after(engine, from_masks=False)
        properties[f"{ID}/masks-left{suffix}"] = product_after(engine, unmasked=False)
    return Sweep(two_cell_rounds(), lambda case: case, properties)


def _products(_: Profile) -> Sweep[int, TokenLaw]:
    point = Point(scratch=0)
    properties = {
        f"{ID}/if": samples(one_round, 1, point, output_law),
        f"{ID}/if,paths": samples(one_round, 1, point, outputs_by_paths),
    }
    seeds = listed("seeds of product laws on one to four bits", range(40), str)
    return Sweep(seeds, seeded_product, properties)


def _row(
    reading: str, statement: str, job: str, dropped: str | None = None, proved: str | None = None
) -> Row:
    name = f"{ID}/{reading}"
    roads: tuple[Road, ...] = (
        Road(job, name, REFERENCE),
        Road(job, f"{name},paths", PATHS),
    )
    if proved is not None:
        roads = (*roads, road(proved))
    return Row(ID, reading, statement, roads, dropped=dropped)


_ONE = "what one round makes of a state is a product law, for every edit model, F and G"

CLAIM = Claim(
    id=ID,
    title="one round is enough if and only if the target is a product law",
    reference="Jiang, Haghtalab, Chen (ICLR 2026), section 2, definition of a round",
    hypotheses=("starts-masked", "ends-unmasked"),
    note="SEPARATION",
    rows=(
        _row(
            "only-if",
            f"{_ONE}: from masks everywhere, if no mask is left",
            TWO_CELLS,
            proved=product_rounds.ONLY_PRODUCTS,
        ),
        _row(
            "if",
            "every product law takes one round",
            PRODUCTS,
            proved=product_rounds.EVERY_PRODUCT,
        ),
        _row(
            "any-start", f"{_ONE}: from any state, if no mask is left", TWO_CELLS, "starts-masked"
        ),
        _row("masks-left", f"{_ONE}: from masks everywhere", TWO_CELLS, "ends-unmasked"),
    ),
)
JOBS: tuple[Job, ...] = (
    SweepJob(TWO_CELLS, _two_cells),
    SweepJob(PRODUCTS, _products, split=1),
    ONE_ROUND_PROOFS,
)
