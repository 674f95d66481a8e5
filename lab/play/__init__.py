"""Playing a scenario: its lab on real sockets, its steps, and what the administrator does in it."""
