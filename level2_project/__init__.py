"""Level 2: the data scientist's project, one module per step."""


class UserError(Exception):
    """A mistake that the user can put right; the message is one line and says how."""
