"""Databases of former versions, and how they are kept and laid out again."""
