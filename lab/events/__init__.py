"""The runner's own events."""
