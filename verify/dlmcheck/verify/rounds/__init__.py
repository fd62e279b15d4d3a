"""Round complexity: the least number of rounds in which a target is sampled, with certificates.

results       bounds, intervals and tables: what every search here returns
solve         one point of the lattice, or the table of many
facts         what is known of a target, and how it spreads over the lattice
upper_bounds  samplers by construction, each examined by the kernel; any_order, tables
lower_bounds  arguments from the target alone
write_once    write-once, deterministic F: dynamic programs over partial states, numbers of
ones, residual laws (partial_states, exchangeable, residuals, extraction)
local         bounded locality: searches (local_facts: what follows)
page          the tables that ship with the notes
"""
