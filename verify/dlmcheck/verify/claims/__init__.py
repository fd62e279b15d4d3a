"""The claims of the paper, one module per group, and the registry that lists them."""
