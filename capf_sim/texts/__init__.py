"""What CAPF itself writes, made from its events: its trace."""
