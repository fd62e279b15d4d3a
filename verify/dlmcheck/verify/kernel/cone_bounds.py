"""The bound on rounds for even parity at locality k, as a certificate: the cone bound of T4.5.

The certificate holds the steps of the proof for all n (`induction`), which are gone through here
by their truth tables, and n, k and D. That the steps are those of the theorem is known by their
digest. How many bits a check sees after D rounds is counted here, in integers, for that k and D;
so no solver is asked. The rules that join the steps are named in the evidence, not replayed.

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; note T4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.kernel.induction import Proof, check_proof
from dlmcheck.verify.kernel.proof_documents import read_proof
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

FIELDS = ("cells", "tokens", "rounds", "proof")
STEPS = "764662dd9abb0e0061230344af562df3"
"""The digest of the proof's steps. A proof with other steps may prove something else."""
MOST = 1_000_000
"""More cells, tokens or rounds are not meant."""
ENOUGH = 32
"""After so many rounds a check sees more bits than that, or with k = 0 nothing changes."""


def steps_digest(proof: Proof) -> str:
    """A digest of the steps and rules of a proof."""
    digest = blake2b(digest_size=16)
    for step in proof.every_step:
        digest.update(f"{step.name}\n{circuit_to_json(step.circuit)}\n".encode())
    digest.update("\n".join(rule.name for rule in proof.rules).encode())
    return digest.hexdigest()


def most_cells(tokens: int, rounds: int) -> int:
    """The most cells on which parity may be sampled: the bits that some check sees.

    Before a round the mask status of a cell takes `status` bits, what it shows `shown` bits. The
    mask status takes also those of the cells that F reads, a token its own bit. A check of the
    last round sees the status, what the predictor reads and the bit; an earlier one what F reads,
    too.

    >>> [most_cells(1, d) for d in (1, 2, 3, 4)], most_cells(2, 3), most_cells(0, 9)
    ([1, 2, 4, 8], 9, 1)
    """
    status = shown = most = 0
    for number in range(1, rounds + 1):
        read = tokens * shown
        sees = status + read + 1 if number == rounds else status + 2 * read + 1
        most = max(most, sees)
        status, shown = status + read, status + read + 1
    return most


def check_cone_bound(document: Document, raw: Mapping[str, Json]) -> Checked:
    """PROVED if no sampler of so many rounds is possible on so many cells.

    `rounds` is the number excluded; null excludes all, which holds for k = 0. Raises `BadInput`
    or `Rejected`.
    """
    n = _number(document, raw, "cells", 1)
    tokens = _number(document, raw, "tokens", 0)
    text = document.string(raw["proof"], ("proof",))
    proof = read_proof(Document.parse(text, f"{document.source}: proof"))
    if steps_digest(proof) != STEPS:
        raise Rejected("the steps are not those of the theorem")
    if proof.queries:
        raise Rejected("the sizes are counted here, and the file has queries about them")
    evidence = check_proof(proof).evidence
    if raw["rounds"] is None:
        if tokens or n < 2:
            raise Rejected("with one token read some number of rounds is enough by this bound")
        said = "never"
    else:
        rounds = _number(document, raw, "rounds", 0)
        # The number never decreases with the rounds.
        if most_cells(tokens, min(rounds, ENOUGH)) >= n:
            raise Rejected(f"a check may see all {n} bits within {rounds} rounds")
        said = f"at least {rounds + 1} rounds"
    where = f"write-once, F deterministic, L = n, parts that read at most {tokens} tokens"
    statement = f"even parity on {n} cells: {said}, {where}"
    return kernel_result(statement, Verdict.PROVED, evidence)


def _number(document: Document, raw: Mapping[str, Json], key: str, least: int) -> int:
    number = document.integer(raw[key], (key,), least)
    if number > MOST:
        raise document.malformed(raw[key], (key,), f"at most {MOST}")
    return number
