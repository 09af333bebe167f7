"""Features from what had happened and had arrived by a cutoff."""
