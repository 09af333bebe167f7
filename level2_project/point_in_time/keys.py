"""Keys: what names a snapshot, and the label that belongs to it."""

KEYS = ["customer_id", "cutoff"]
LABEL = "left"
