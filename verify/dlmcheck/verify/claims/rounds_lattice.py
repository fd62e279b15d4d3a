"""Claims on rounds beyond write-once samplers with deterministic F: X-ALIAS3, X-JOINT2, X-ONEHOT,
X-DIM2-TARGET and X-SCRATCH, each with a row for every hypothesis that it drops.

Sources: the public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026); what is ours is marked in
the note SEPARATION, which has the proofs. What the rows check is in `rounds_checks`
and `rounds_one_hot`.
"""

from __future__ import annotations

from dataclasses import replace

from dlmcheck.model.samplers.alias import Marking
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals, Remasking, Unmasking
from dlmcheck.verify.claims import rounds_checks as checks
from dlmcheck.verify.claims import rounds_one_hot as one_hot
from dlmcheck.verify.claims import rounds_one_round
from dlmcheck.verify.claims.proved_rounds import road
from dlmcheck.verify.claims.registry import Claim, Job, Road, Row
from dlmcheck.verify.proofs import (
    any_target,
    decision_lists,
    joint_patterns,
    one_cell_rounds,
    rigidity,
)

NOTE = "SEPARATION"
FOLLOW_UP = "public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026)"
PLAIN = Point(scratch=0)
REVISION = Point(edits=Edits.REVISE_TOKEN, scratch=0)
DYADIC = PredictorClass(Reals.DYADIC)


def _sampled(
    claim: str,
    reading: str,
    statement: str,
    point: Point | None,
    *,
    job: str,
    dropped: str | None = None,
    proved: str | None = None,
) -> Row:
    """A row on two roads: by the specification, and by paths that are not merged.

    `proved` is the statement that covers the row for every n, if there is a proof.
    """
    name = f"{claim}/{reading}"
    roads: tuple[Road, ...] = (
        Road(job, name, checks.REFERENCE),
        Road(job, f"{name},paths", checks.PATHS),
    )
    if proved is not None:
        roads = (*roads, road(proved))
    return Row(claim, reading, statement, roads, point, dropped=dropped)


def _counted(
    claim: str,
    reading: str,
    statement: str,
    point: Point | None,
    *,
    dropped: str | None = None,
    proved: Road | None = None,
) -> Row:
    """A row on two roads: the definition's dynamic program, and certificates for larger n.

    `proved` is the road of a proof for every n, if there is one.
    """
    name = f"{claim}/{reading}"
    roads: tuple[Road, ...] = (
        Road(one_hot.ONE_HOT_DEFINITION, name, one_hot.DEFINITION),
        Road(one_hot.ONE_HOT_CERTIFIED, f"{name},certified", one_hot.CERTIFIED),
    )
    if proved is not None:
        roads = (*roads, proved)
    return Row(claim, reading, statement, roads, point, dropped=dropped)


ALIAS3 = Claim(
    id="X-ALIAS3",
    title="revision: any target in three rounds",
    reference=f"{FOLLOW_UP}, X-ALIAS3",
    hypotheses=("revision", "prefixes", "rounds-told-apart"),
    note=NOTE,
    rows=(
        _sampled(
            "X-ALIAS3",
            "deterministic",
            "every law on {0,1}^n takes at most three rounds: revision to tokens, F deterministic, "
            "state only, L = n",
            REVISION,
            job=checks.LAWS,
            proved=any_target.ALIAS[Marking.UNWRITTEN],
        ),
        _sampled(
            "X-ALIAS3",
            "one-rate,M",
            "the same with F selecting every cell, and M written in round 1",
            replace(REVISION, edits=Edits.REVISE_ANY, unmasking=Unmasking.EXCHANGEABLE),
            job=checks.LAWS,
            proved=any_target.ALIAS[Marking.PREDICTED_MASK],
        ),
        _sampled(
            "X-ALIAS3",
            "one-rate,clock",
            "the same with F selecting every cell and the round number known",
            replace(REVISION, unmasking=Unmasking.EXCHANGEABLE, clock=Clock.ROUND_NUMBER),
            job=checks.LAWS,
            proved=any_target.ALIAS[Marking.CLOCK],
        ),
        _sampled(
            "X-ALIAS3",
            "strings",
            "an alias table over all 2^n strings does the same",
            None,
            job=checks.LAWS,
            dropped="prefixes",
        ),
        _sampled(
            "X-ALIAS3",
            "one-rate,tokens",
            "the same with F selecting every cell, no M and no round number (this construction)",
            None,
            job=checks.LAWS,
            dropped="rounds-told-apart",
        ),
        _counted(
            "X-ALIAS3",
            "write-once",
            "one-hot laws take at most three rounds write-once, F deterministic, L = n",
            PLAIN,
            dropped="revision",
        ),
    ),
)

JOINT2 = Claim(
    id="X-JOINT2",
    title="jointly random policies: any target in two rounds",
    reference=f"{FOLLOW_UP}; without the round number ours",
    hypotheses=("jointly-random",),
    note=NOTE,
    rows=(
        _sampled(
            "X-JOINT2",
            "F",
            "every law on {0,1}^n takes at most two rounds: write-once, F jointly random, state "
            "only, L = n",
            replace(PLAIN, unmasking=Unmasking.JOINT),
            job=checks.LAWS,
            proved=joint_patterns.JOINT_F,
        ),
        _sampled(
            "X-JOINT2",
            "G",
            "every law on {0,1}^n takes at most two rounds: F deterministic, G jointly random, "
            "state only, L = n, n >= 2",
            replace(PLAIN, edits=Edits.REMASK, remasking=Remasking.JOINT),
            job=checks.LAWS,
            proved=joint_patterns.JOINT_G,
        ),
        _counted(
            "X-JOINT2",
            "deterministic",
            "one-hot laws take at most two rounds write-once, F deterministic, L = n",
            PLAIN,
            dropped="jointly-random",
        ),
    ),
)

ONE_HOT = Claim(
    id="X-ONEHOT",
    title="one-hot strings: n rounds write-once, two with anything more",
    reference=f"{FOLLOW_UP}, X-ONEHOT; beyond revision ours",
    hypotheses=("write-once", "deterministic-F", "L=n", "dyadic", "n>=3"),
    note=NOTE,
    rows=(
        _counted(
            "X-ONEHOT",
            "write-once",
            "the uniform one-hot law takes exactly n rounds: write-once, F deterministic, L = n",
            PLAIN,
            proved=road(one_cell_rounds.ONE_HOT),
        ),
        _counted(
            "X-ONEHOT",
            "write-once,dyadic",
            "with dyadic predictors no number of rounds is enough, n >= 3",
            replace(PLAIN, predictor=DYADIC),
            proved=road(rigidity.ONE_HOT),
        ),
        *(
            _sampled(
                "X-ONEHOT",
                reading,
                f"the uniform one-hot law takes two rounds {how}, n >= 2",
                point,
                job=one_hot.ONE_HOT,
                proved=proved,
            )
            for reading, how, point, proved in (
                (
                    "revision",
                    "with revision, F deterministic",
                    REVISION,
                    decision_lists.REVISION,
                ),
                (
                    "independent",
                    "write-once with F independent per position",
                    replace(PLAIN, unmasking=Unmasking.INDEPENDENT),
                    decision_lists.INDEPENDENT,
                ),
                (
                    "exchangeable",
                    "write-once with F a uniform subset, every token certain",
                    replace(PLAIN, unmasking=Unmasking.EXCHANGEABLE, predictor=DYADIC),
                    decision_lists.SUBSET,
                ),
                (
                    "remask",
                    "with remasking, F and G deterministic",
                    replace(PLAIN, edits=Edits.REMASK, remasking=Remasking.DETERMINISTIC),
                    decision_lists.REMASK,
                ),
            )
        ),
        *(
            _sampled(
                "X-ONEHOT",
                f"n rounds,{reading}",
                f"the uniform one-hot law takes n rounds {how}, n >= 3",
                None,
                job=one_hot.ONE_HOT,
                dropped=dropped,
            )
            for reading, how, dropped in (
                ("revision", "with revision, too", "write-once"),
                ("independent", "with F independent per position, too", "deterministic-F"),
                ("scratch", "with n - 2 scratch cells, too", "L=n"),
            )
        ),
        _counted(
            "X-ONEHOT",
            "never,real",
            "no number of rounds is enough with real predictors, n >= 3",
            PLAIN,
            dropped="dyadic",
        ),
        _counted(
            "X-ONEHOT",
            "never,n=2",
            "no number of rounds is enough with dyadic predictors, n >= 2",
            replace(PLAIN, predictor=DYADIC),
            dropped="n>=3",
        ),
    ),
)

DIM2_TARGET = Claim(
    id="X-DIM2-TARGET",
    title="revision: a target on four cells that takes three rounds",
    reference=f"{FOLLOW_UP}, X-DIM2; the target is ours",
    hypotheses=("no-M", "deterministic-F", "L=n", "lacunary"),
    note=NOTE,
    rows=(
        Row(
            "X-DIM2-TARGET",
            "lower",
            "the lacunary law on four cells takes at least three rounds of revision to tokens, or "
            "of remasking: F and G deterministic, L = n, real predictors",
            (Road(checks.TARGET_JOB, checks.LOWER, checks.KERNEL),),
            REVISION,
        ),
        Row(
            "X-DIM2-TARGET",
            "upper",
            "and three are enough, with dyadic predictors",
            (Road(checks.TARGET_JOB, checks.UPPER, checks.KERNEL),),
            replace(REVISION, predictor=DYADIC),
        ),
        _sampled(
            "X-DIM2-TARGET",
            "n<=3",
            "every law on at most three cells takes at most two rounds of revision to tokens",
            REVISION,
            job=checks.LAWS,
            proved=decision_lists.FEW_BITS,
        ),
        *(
            _sampled(
                "X-DIM2-TARGET",
                reading,
                f"the lacunary law takes three rounds {how}",
                None,
                job=checks.LACUNARY,
                dropped=dropped,
            )
            for reading, how, dropped in (
                ("M", "if M may be written, too", "no-M"),
                ("independent", "if F is independent per position, too", "deterministic-F"),
                ("scratch", "with a scratch cell, too", "L=n"),
            )
        ),
        _sampled(
            "X-DIM2-TARGET",
            "every-law",
            "every law on the even strings of four cells takes three rounds of revision",
            None,
            job=checks.LACUNARY,
            dropped="lacunary",
        ),
    ),
)

SCRATCH = Claim(
    id="X-SCRATCH",
    title="scratch cells: two rounds for everything, and how many cells it takes",
    reference=f"{FOLLOW_UP}; the frontier is ours",
    hypotheses=("enough-scratch",),
    note=NOTE,
    rows=(
        _sampled(
            "X-SCRATCH",
            "any-law",
            "every law takes at most two rounds, write-once, F deterministic, with a scratch cell "
            "for each of its product laws but one",
            replace(PLAIN, scratch=None),
            job=checks.LAWS,
            proved=decision_lists.SCRATCH,
        ),
        Row(
            "X-SCRATCH",
            "one-hot",
            "two rounds for one-hot laws take exactly 1, 2, 2 scratch cells at n = 3, 4, 5",
            (Road(one_hot.SCRATCH_JOB, "X-SCRATCH/one-hot", checks.KERNEL),),
            replace(PLAIN, scratch=2),
        ),
        Row(
            "X-SCRATCH",
            "one-cell",
            "two rounds for one-hot laws take one scratch cell, whatever n",
            (Road(one_hot.SCRATCH_JOB, "X-SCRATCH/one-cell", checks.KERNEL),),
            replace(PLAIN, scratch=1),
            dropped="enough-scratch",
        ),
    ),
)

CLAIMS = (rounds_one_round.CLAIM, ALIAS3, JOINT2, ONE_HOT, DIM2_TARGET, SCRATCH)
JOBS: tuple[Job, ...] = (*rounds_one_round.JOBS, *checks.JOBS, *one_hot.JOBS)
