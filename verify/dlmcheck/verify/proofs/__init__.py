"""Proofs for all n: steps emitted by the constructions themselves, under named rules.

    positions     indices of cells as linear expressions, compared within a situation

The even-parity samplers of section 4 (their rules are in `model.samplers`):

    local_wires       the wires of one cell and its neighbours, as atoms of a step
    parity            from an account of a sampler to a proof
    parity_account    what an account says: states, running parity, coins from the string
    parity_rules      the sampler's rules at one unit of cells, and what they read
    parity_rounds     the steps of the rounds
    parity_strings    the steps on strings: telescoping parity, the bijection
    parity_steps      what a step is made of
    parity_samplers   the accounts with revision and with remasking
    parity_random     the accounts with a random F, or one that sees the candidates
    parity_skeletons  the arguments in words
    hierarchy         fewer rounds than write-once: joined with the locality bound
"""
