"""The capture of a run: a pcapng file with the lab's names, TLS secrets and comments."""
