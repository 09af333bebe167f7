"""The beginner's shortcuts, one function each."""
