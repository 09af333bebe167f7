"""Ticket text: readers that turn it into numbers."""


class CannotAsk(RuntimeError):
    """The AI reader cannot go on; its one line says why and what to do."""
