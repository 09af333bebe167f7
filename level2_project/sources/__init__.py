"""The six published sources: read, checked, repaired."""
