"""Ticket text: readers that turn it into numbers."""
