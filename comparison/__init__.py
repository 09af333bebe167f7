"""Comparison: what each practice is worth, measured on top of the exam."""
