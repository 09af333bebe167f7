"""Benchmarks: how fast the world is made, and in how much memory."""
