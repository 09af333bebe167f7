"""A run's folder and what its steps left in it."""
