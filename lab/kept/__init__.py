"""A lab on disk."""
