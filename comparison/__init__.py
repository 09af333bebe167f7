"""Comparison: what each mistake costs and what each practice is worth."""
