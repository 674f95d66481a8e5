"""What things cost on this machine, as ratios measured in one run."""
