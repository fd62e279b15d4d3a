"""Reductions: from a sampler of a law to a circuit that computes something hard.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 4.

    folding              inlining circuits, with constants folded
    parity_recogniser    write-once sampler, deterministic F -> circuit for its support
    cones                how many output bits a local sampler's checks can see: a lower bound
    rigidity             reachable choices of a sampler, and those that are no fair coin
    collapse             a whole run as one circuit, and why one round is not enough
"""
