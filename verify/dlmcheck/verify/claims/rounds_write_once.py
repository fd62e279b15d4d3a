"""Round complexity of write-once samplers with deterministic F, L = n and any predictor.

Source: our note ROUNDS-WRITE-ONCE (definition, event identity, proofs for all n); the setting is
that of Jiang, Haghtalab, Chen (ICLR 2026), section 4. Roads: the specification's dynamic program
where the target is small; the engines, both ends of whose intervals the kernel checks; for the
event identity all policies, run by the semantics.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.lattice import Point
from dlmcheck.verify.claims.proved_rounds import WRITE_ONCE_PROOFS, road
from dlmcheck.verify.claims.registry import Claim, Job, Road, Row, SweepJob
from dlmcheck.verify.claims.round_cases import cases_sweep, statement
from dlmcheck.verify.claims.round_families import CASES
from dlmcheck.verify.claims.round_subsets import (
    AGREE,
    AGREE_CERTIFIED,
    DROPPED,
    MAXIMAL,
    PRODUCT,
    PRODUCT_RUN,
    SEEING,
    few_sweep,
    five_sweep,
    four_sweep,
    outside_sweep,
)
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.proofs import chain_rounds, either_order, one_cell_rounds, product_rounds

NOTE = "ROUNDS-WRITE-ONCE"
SOURCE = "our note ROUNDS-WRITE-ONCE; setting of Jiang, Haghtalab, Chen (ICLR 2026), section 4"
POINT = Point(scratch=0)
CERTIFICATES = "engines of the package, certificates checked by the kernel"
POLICIES = "all policies, run by the semantics"
STATES = "all partial states at once"


def _cases_job(name: str) -> Job:
    return SweepJob(name, lambda profile: cases_sweep(name, CASES[name](profile)))


JOBS: tuple[Job, ...] = (
    SweepJob("rounds-few-strings", few_sweep),
    SweepJob("rounds-four-cells", four_sweep),
    SweepJob("rounds-five-cells", five_sweep, split=1),
    SweepJob("rounds-outside", outside_sweep, split=1),
    *map(_cases_job, CASES),
    WRITE_ONCE_PROOFS,
)


def _row(
    claim: str,
    reading: str,
    says: str,
    group: str,
    job: str,
    dropped: str | None = None,
    *,
    defined: bool = True,
    proved: str | None = None,
) -> Row:
    """A row about a group of cases; `defined` says whether the specification goes there, too.

    `proved` is the statement that covers the row for every n, if there is a proof.
    """
    roads = [Road(job, statement(group, "certificates"), CERTIFICATES)]
    if defined:
        roads.append(Road(job, statement(group, "definition"), REFERENCE))
    if proved is not None:
        roads.append(road(proved))
    return Row(claim, reading, says, tuple(roads), POINT, (NOTE,), dropped)


def _two(
    claim: str,
    reading: str,
    says: str,
    job: str,
    roads: Sequence[tuple[str, str]],
    dropped: str | None = None,
    point: Point | None = POINT,
) -> Row:
    return Row(
        claim,
        reading,
        says,
        tuple(Road(job, name, engine) for name, engine in roads),
        point,
        (NOTE,),
        dropped,
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "ROUNDS-EVENTS",
        "the least number of rounds is a dynamic program over events",
        SOURCE,
        tuple(DROPPED),
        NOTE,
        (
            _two(
                "ROUNDS-EVENTS",
                "policies",
                "uniform laws on bit strings, n <= 3: no policy takes fewer rounds than the "
                "dynamic program over events, and one takes as many",
                "rounds-few-strings",
                [(AGREE, POLICIES), (AGREE_CERTIFIED, CERTIFICATES)],
            ),
            *(
                _two(
                    "ROUNDS-EVENTS",
                    f"without,{name}",
                    f"where {says}, the dynamic program still counts the least rounds",
                    "rounds-outside",
                    [(f"{AGREE} without {name}", REFERENCE)],
                    name,
                    None,
                )
                for name, (says, _) in DROPPED.items()
            ),
        ),
    ),
    Claim(
        "ROUNDS-PRODUCT",
        "one round if and only if the target is a product law",
        SOURCE,
        (),
        NOTE,
        (
            Row(
                "ROUNDS-PRODUCT",
                "uniform-sets",
                "one round is enough exactly for products (run: uniform laws, n <= 3)",
                (
                    Road("rounds-few-strings", PRODUCT, REFERENCE),
                    Road("rounds-few-strings", PRODUCT_RUN, POLICIES),
                    road(product_rounds.ONE_ROUND),
                ),
                POINT,
                (NOTE,),
            ),
        ),
    ),
    Claim(
        "ROUNDS-CODES",
        "a uniform linear code takes at most two rounds",
        SOURCE,
        ("linear", "uniform"),
        NOTE,
        (
            _row(
                "ROUNDS-CODES",
                "all-codes",
                "uniform on a linear code: one round if it is a product, else two, adaptive or "
                "fixed",
                "codes",
                "rounds-codes",
                proved=product_rounds.CODES,
            ),
            _row(
                "ROUNDS-CODES",
                "without,linear",
                "uniform on any set of strings: at most two rounds",
                "codes-any-set",
                "rounds-codes-dropped",
                "linear",
            ),
            _row(
                "ROUNDS-CODES",
                "without,uniform",
                "on a linear code with any weights: at most two rounds",
                "codes-tilted",
                "rounds-codes-dropped",
                "uniform",
            ),
        ),
    ),
    Claim(
        "ROUNDS-MARKOV",
        "a two-state Markov chain takes floor(log2 n) + 1 rounds",
        SOURCE,
        ("dependent-steps", "two-tokens", "chain-seen"),
        NOTE,
        (
            _row(
                "ROUNDS-MARKOV",
                "symmetric",
                "symmetric chain, fair start, flip probability not 0, 1/2 or 1: "
                "floor(log2 n) + 1 rounds",
                "markov",
                "rounds-markov",
                proved=chain_rounds.RANDOM_START,
            ),
            _row(
                "ROUNDS-MARKOV",
                "fixed-start",
                "the same, started in a known token: floor(log2 (n - 1)) + 1 rounds, 1 for n = 1",
                "markov-fixed-start",
                "rounds-markov",
                proved=chain_rounds.KNOWN_START,
            ),
            _row(
                "ROUNDS-MARKOV",
                "uneven",
                "positive transitions 0 -> 1 and 1 -> 0 that add up to neither 1 nor 2, any random "
                "start: floor(log2 n) + 1 rounds, so symmetry is not needed",
                "markov-uneven",
                "rounds-markov",
                proved=chain_rounds.RANDOM_START,
            ),
            _row(
                "ROUNDS-MARKOV",
                "without,dependent-steps",
                "flip probability 1/2, 0 or 1: floor(log2 n) + 1 rounds",
                "markov-special-flip",
                "rounds-markov-dropped",
                "dependent-steps",
            ),
            _row(
                "ROUNDS-MARKOV",
                "without,two-tokens",
                "three tokens, no two successive ones independent: floor(log2 n) + 1 rounds",
                "markov-three-tokens",
                "rounds-markov-dropped",
                "two-tokens",
            ),
            _row(
                "ROUNDS-MARKOV",
                "without,chain-seen",
                "the chain seen through noise: floor(log2 n) + 1 rounds",
                "markov-noisy",
                "rounds-markov-dropped",
                "chain-seen",
            ),
        ),
    ),
    Claim(
        "ROUNDS-WEIGHT",
        "strings of fixed weight take n rounds",
        SOURCE,
        ("0<k<n", "uniform"),
        NOTE,
        (
            _row(
                "ROUNDS-WEIGHT",
                "uniform",
                "uniform on strings with k ones, 0 < k < n (one-hot: k = 1): n rounds, adaptive "
                "or fixed",
                "fixed-weight",
                "rounds-weight",
                proved=one_cell_rounds.WEIGHT,
            ),
            _row(
                "ROUNDS-WEIGHT",
                "without,0<k<n",
                "k = 0 or k = n: n rounds",
                "fixed-weight-ends",
                "rounds-weight-dropped",
                "0<k<n",
            ),
            _row(
                "ROUNDS-WEIGHT",
                "without,uniform",
                "any positive weights on the strings with k ones: n rounds",
                "fixed-weight-uneven",
                "rounds-weight-dropped",
                "uniform",
            ),
        ),
    ),
    Claim(
        "ROUNDS-TILTED",
        "even parity tilted by positive weights, none equal to 1, takes n rounds",
        SOURCE,
        ("no-weight-1",),
        NOTE,
        (
            _row(
                "ROUNDS-TILTED",
                "weights",
                "P(x) proportional to the product of w_i over the ones of an even string, all "
                "w_i positive and none 1: n rounds, adaptive or fixed",
                "tilted-parity",
                "rounds-tilted",
                proved=one_cell_rounds.TILTED,
            ),
            _row(
                "ROUNDS-TILTED",
                "without,no-weight-1",
                "some w_i may be 1: n rounds",
                "tilted-parity-weight-1",
                "rounds-tilted-dropped",
                "no-weight-1",
            ),
        ),
    ),
    Claim(
        "ROUNDS-ADAPTIVE",
        "sets chosen by the state beat every schedule fixed in advance",
        SOURCE,
        ("order-varies",),
        NOTE,
        (
            _row(
                "ROUNDS-ADAPTIVE",
                "permutations",
                "uniform 3 x 3 permutation matrices: 3 rounds adaptive, 4 fixed",
                "permutations",
                "rounds-adaptive",
                defined=False,
            ),
            _row(
                "ROUNDS-ADAPTIVE",
                "either-order",
                "2k + 1 bits, either order: min(3, k + 1) rounds adaptive, k + 1 fixed",
                "either-order",
                "rounds-adaptive",
            ),
            _row(
                "ROUNDS-ADAPTIVE",
                "either-order-marked",
                "2k tokens of four kinds, either order: min(3, k + 1) adaptive, k + 1 fixed",
                "either-order-marked",
                "rounds-adaptive",
                proved=either_order.STATEMENT,
            ),
            _row(
                "ROUNDS-ADAPTIVE",
                "without,order-varies",
                "always the same order: fixed schedules take k + 1 rounds, too",
                "one-order",
                "rounds-adaptive-dropped",
                "order-varies",
            ),
        ),
    ),
    Claim(
        "ROUNDS-GREEDY",
        "writing as much as possible is optimal for n <= 4, and not beyond",
        SOURCE,
        ("n<=4",),
        NOTE,
        (
            _two(
                "ROUNDS-GREEDY",
                "n<=4",
                "uniform laws on few bit strings, n <= 4: writing inclusion-maximal sets only "
                "takes no more rounds",
                "rounds-four-cells",
                [(MAXIMAL, REFERENCE), (f"{MAXIMAL}, by engine", STATES)],
            ),
            _two(
                "ROUNDS-GREEDY",
                "without,n<=4",
                "for every n writing inclusion-maximal sets only takes no more rounds",
                "rounds-five-cells",
                [
                    (f"{MAXIMAL}, n = 5", REFERENCE),
                    (f"{MAXIMAL}, n = 5, by engine", STATES),
                ],
                "n<=4",
            ),
            _two(
                "ROUNDS-GREEDY",
                "seeing-more",
                "seeing one more token never takes more rounds",
                "rounds-five-cells",
                [(SEEING, REFERENCE), (f"{SEEING}, by engine", STATES)],
            ),
        ),
    ),
)
