"""Whether this machine can run the lab."""
