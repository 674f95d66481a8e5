"""What a phone itself writes, made from its events: its console."""
