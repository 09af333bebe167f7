"""The best that could be done: records, rules on them, and models of the truth."""
