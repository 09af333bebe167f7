"""The shared world: a simulated subscription company, its messy sources, its judge."""
