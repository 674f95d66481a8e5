"""Everything a person or a CI job touches: scenarios, the runner, what it prints, and why things failed."""
