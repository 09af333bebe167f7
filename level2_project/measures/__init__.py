"""Metrics, curves and intervals."""
