"""Checks: whether what a step of a scenario expects is so."""
