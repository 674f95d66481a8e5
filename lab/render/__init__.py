"""What people and CI systems see of a run: everything here is rendered from events."""
