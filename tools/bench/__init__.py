"""Benchmarks: speed and memory, and level 2's model beside FLAML."""
