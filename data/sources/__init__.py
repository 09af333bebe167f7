"""The six sources: what they record, what goes wrong, how it is delivered."""
