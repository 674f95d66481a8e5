"""What an ISE and an ASA write, made from the events of the servers."""
