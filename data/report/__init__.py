"""Tables and pictures, from the judge's figures alone."""
