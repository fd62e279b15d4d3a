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
    parity_ends       the samplers with other ends, and their distances from D_n
    parity_random     the accounts with a random F, or one that sees the candidates
    parity_skeletons  the arguments in words
    small_wires       the wires of a few named cells, for rules that are given cells by number
    parity_tree       write-once with deterministic F: every tree of pairs
    parity_shapes     the chain and the binary tree are such trees, for every n
    parity_last_cell  one cell that reads all others: at once, or from left to right
    locality_parts    what the locality bound and rigidity rest on, for every sampler
    recogniser        the reduction of T4.5, joined with a sampler that is exact
    depths            depths of emitted gates as terms
    parity_circuits   the collapsed circuits of R-4
    one_round         no single round samples even parity
    hierarchy         fewer rounds than write-once: joined with the locality bound

Circuits and vocabularies:

    family_stages     size and depth of circuit families, from the cells of their stages
    cell_counts       gates and depth of one cell
    prefix_adder      the Kogge-Stone adder
    sorting_network   Batcher's network
    vocabulary        k rounds for one; all tokens but one are no product of bits

Rounds of samplers with predictors of any strength:

    product_rounds    one round and product laws; linear codes in two rounds
    one_cell_rounds   a cell a round: tilted parity, fixed weight
    either_order      adaptive against fixed schedules
    chain_rounds      two-state Markov chains
    any_target        any law in three rounds of revision
    decision_lists    mixtures of product laws, and one-hot laws, in two rounds
    joint_patterns    any law in two rounds, F or G jointly random
    tables            rules that are functions of a few truth values

Section 3, for every circuit (their rules are in `model.constructions.rules`):

    terms             integers that are not known, for queries written by a construction's formulas
    cells             the wires of a few cells, as atoms whose rows are states
    visible_cells     what a write does to a visible cell; rows of compiled schedules
    shift             ShiftR, of every length and by every amount
    write_once        Theorem 3.1, F by arguments and by block shift
    banks             steps of layers, counters and values; Theorem 3.3
    remasking         steps of two banks; Theorem 3.2
    counters          queries on places of cells and on counters
    layered           the proofs for layered circuits, put together
    autoregressive    one token a step: the law, and as many steps as nodes
    optimality        the converse of C-OPT: rounds against depth
    blocks            its limit: several layers a round
    exactly_d         T3.1-EXACT: d rounds exactly with a product cut
    generation        C-GEN: weak predictors, and two rounds with unlimited ones
"""
