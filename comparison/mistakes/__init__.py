"""The shortcuts of beginners, one function each."""
