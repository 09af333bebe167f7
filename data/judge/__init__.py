"""The judge: it alone opens the truth."""
