"""Samplers of one target: the uniform law on the even strings, at many points of the lattice.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 4: D_n = Unif{z in {0,1}^n : xor z_i = 0}, with
as many cells as output bits (L = n). Each sampler is a `Schedule`, so that locality and depth
are measured on the object.

    revision             revision of visible tokens: two rounds (Theorem 4.1)
    remasking            remasking: four rounds in blocks (Theorem 4.2), two rounds
    random_unmasking     write-once, but F draws coins or sees the candidates: two or three rounds
    mask_memory          write-once, deterministic F: the mask pattern as memory (chain, tree)
    one_parity_check     write-once, deterministic F: one cell after all others, and left to right

The first three are given by rules, one function for all cells and all n (`local_rules`), over
wires that take numbers or symbolic positions (`cell_wires`, `wires`).
"""
