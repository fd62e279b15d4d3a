"""The kernel: the only place where a checked result is made.

Engines propose, the kernel disposes. It imports the specification and the standard library and
nothing else; it enumerates, replays and compares, and it is meant to be read in one sitting:

    verdicts    what can be said of a claim
    evidence    what a verdict can rest on
    results     the abstract type `Checked`, which only this package constructs
    sweep       statements over finite domains: exhaustive evidence, counterexamples
    laws        output laws of a schedule and a circuit, by the specification
    same_law    equal laws as a certificate: a schedule and a circuit, gone through
    packed_laws  weights of many states in few long numbers
    pushing     one phase of a round on the law of states, cell by cell
    state_laws  laws of a run: the law on states pushed forward, round by round
    contents    certificates as data, and the local functions of a schedule
    columns     truth tables a column at a time
    column_programs  circuits made ready for many columns, one block of rows after the other
    row_counts  how often each string of bits stands in the rows of some columns
    stated_laws   laws of circuits and runs as certificates state them, read and compared
    counted_laws  the law of a circuit as counts of seeds, all seeds gone through
    diagram_laws  the same where there are too many: decision diagrams, built anew in an order
    frontier_laws  the same for circuits and runs in which few values are live: swept gate by gate
    run_circuits  the circuit that a run is, round by round
    functions   functions of a circuit's inputs, each stored once
    joining     ORs of ORs as one gate
    folding     a circuit of a schedule under changing inputs, as such functions
    simulation  cut-point certificates: a schedule simulates a circuit, seed for seed
    merges      equal circuits: node after node shown to be another one
    merged_simulation  a schedule simulates a circuit by way of the one that it writes
    preservation  visible tokens stay, in every state of the predictor
    witness     wrong runs, replayed coin by coin
    induction   proofs for all n: steps by truth table, under named rules
    local_parity  local samplers of even parity as a formula, built from the question alone
    local_policy  local policies as tables, run by the specification
    local_targets  the same for any law on short strings of bits
    local_certificate  a policy, or refutations of such formulas: symmetry, case split, proofs
    partial_events  the events of partial states, exactly, for one target
    target_tables   targets and states inside certificates
    strategy    upper bounds on write-once rounds: a strategy, on every state it reaches
    dependence  lower bounds on write-once rounds: claims, each from smaller ones
    exchangeable    both bounds for exchangeable targets, by numbers of zeros and ones
    sampler_table  upper bounds on rounds: a sampler as a table or circuits, run and compared
    reading     how many tokens a part of a sampler reads
    round_bounds  lower bounds on rounds from the target alone, by the argument and its region
    cone_bounds  the bound for even parity at locality k: the steps of its proof, and n, k, D
    block_chains  even parity by coins of one rate, for all n: tables of blocks, gone through
    round_constructions  upper bounds by a construction, its rounds taken one after the other
    rationals   exact numbers and laws inside certificates
    documents   certificates as files: the common head, and how fields are read
    proof_documents  proofs as files: the steps alone, and compared with a proof built anew
    refutation  clauses without a model: proofs with hints and without, tied to a claim
    circuit_formulas  clauses for equal circuits, a circuit and its inverse, outputs never 1
    encoders    the clauses of a claim, made anew by the encoder that a file names
    affine      sums of coins, and what linear gates make of them
    linear_runs runs in which everything written is a sum of coins
    linear      uniform laws of linear samplers: a matrix read off the gates, and inverses
    imports     published theorems that are cited and not checked
    trusted     what rests on the word of a solver, by name and version
"""
