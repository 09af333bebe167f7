"""Level 1: one notebook, from a CSV to a list of offers."""
