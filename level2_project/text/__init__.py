"""Ticket text: readers that turn it into numbers."""

from level2_project import UserError


class CannotAsk(UserError):
    """The AI reader cannot go on; its one line says why and what to do."""
