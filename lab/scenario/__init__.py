"""Scenarios: what an author may write, and what becomes of his file before anything is played."""
