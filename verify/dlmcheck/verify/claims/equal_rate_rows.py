"""Coins of one rate: the claims that blocks of cells sample even parity, and that no table does.

Part of `decoder_parity`; the checks are in `equal_rate_blocks`, the proofs in the note
LOCAL-DECODERS (theorems 5 and 6).
"""

from __future__ import annotations

from dlmcheck.verify.claims.equal_rate_blocks import (
    APART,
    CHAINED,
    EARLY_PRIME,
    EVERY_LENGTH,
    UNIFORM,
    UNIFORM_DEFINED,
    blocks,
    chain_certificate,
    every_length,
    schedules,
)
from dlmcheck.verify.claims.registry import Claim, DirectJob, Job, Road, Row, SweepJob

NOTE = "LOCAL-DECODERS"
SOURCE = "this project; position rules of published decoders (note LOCAL-DECODERS)"
DEFINED, MERGED = "the definition of a round", "equal configurations merged"
BLOCKS_JOB, ENDS_JOB, TO_ZERO_JOB = "linear-blocks", "published-ends", "linear-to-zero"
LENGTHS_JOB = "linear-blocks-all-n"

JOBS: tuple[Job, ...] = (
    SweepJob(BLOCKS_JOB, blocks, split=2),
    DirectJob(LENGTHS_JOB, every_length, certificates=chain_certificate),
    SweepJob(ENDS_JOB, schedules(linear=False), split=1),
    SweepJob(TO_ZERO_JOB, schedules(linear=True), split=1),
)

CHAIN_CLAIM = Claim(
    "DEC-PARITY-CHAIN",
    "coins of one rate, a linear schedule to time 0: even parity in four rounds for all n but 3",
    SOURCE,
    ("votes",),
    NOTE,
    (
        Row(
            "DEC-PARITY-CHAIN",
            "all-n",
            "MDLM's rule, linear schedule of four steps to time 0: a predictor of locality 29 "
            "that knows the round samples D_n, for every n >= 5 (Theorem 5; n = 2 and 4 are in "
            "DEC-PARITY-COINS)",
            (Road(LENGTHS_JOB, EVERY_LENGTH, "tables of blocks, gone through by the kernel"),),
        ),
        Row(
            "DEC-PARITY-CHAIN",
            "blocks",
            "MDLM's rule, linear schedule of four steps to time 0: tables for blocks of 5..9 cells "
            "alone and at an end, and of 10 in between, with (U) of Theorem 5: independent votes, "
            "and given them and a parity a uniform string (profile quick: up to 7 cells)",
            (Road(BLOCKS_JOB, UNIFORM, MERGED), Road(BLOCKS_JOB, UNIFORM_DEFINED, DEFINED)),
        ),
        Row(
            "DEC-PARITY-CHAIN",
            "two-blocks",
            "two blocks of five and of six cells that follow their votes sample D_10 and D_12",
            (Road(BLOCKS_JOB, CHAINED, MERGED),),
        ),
        Row(
            "DEC-PARITY-CHAIN",
            "no-votes",
            "the same of two blocks that ask nothing of each other",
            (Road(BLOCKS_JOB, APART, MERGED),),
            dropped="votes",
        ),
    ),
)

PUBLISHED_CLAIM = Claim(
    "DEC-PARITY-PUBLISHED",
    "the published ends of MDLM's and Dream's schedules: never even parity, with any predictor",
    SOURCE,
    ("published-end",),
    NOTE,
    (
        Row(
            "DEC-PARITY-PUBLISHED",
            "times",
            "mdlm-ancestral and dream-origin in 2 to 8 steps: the times of writing are independent "
            f"with one law, and {EARLY_PRIME}; so no predictor samples D_n (Theorem 6)",
            (Road(ENDS_JOB, EARLY_PRIME, DEFINED),),
        ),
        Row(
            "DEC-PARITY-PUBLISHED",
            "to-zero",
            "the same of the linear schedule to time 0",
            (Road(TO_ZERO_JOB, EARLY_PRIME, DEFINED),),
            dropped="published-end",
        ),
    ),
)

CLAIMS = (CHAIN_CLAIM, PUBLISHED_CLAIM)
