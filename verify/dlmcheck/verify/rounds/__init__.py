"""Round complexity: the least number of rounds in which a target is sampled, with certificates.

results    bounds, intervals and tables: what every search here returns
"""
