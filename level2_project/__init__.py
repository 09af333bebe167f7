"""Level 2: the data scientist's project, one module per step."""
