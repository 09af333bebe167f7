"""What training stands on: encoding and balancing."""
