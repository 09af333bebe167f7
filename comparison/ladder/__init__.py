"""The way from level 1 to level 2, one practice after the other."""
