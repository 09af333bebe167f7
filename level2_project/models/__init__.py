"""What training stands on: encoding, balancing, models."""
