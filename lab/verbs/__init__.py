"""The verbs of `cucm-lab`, a file a kind of work. What is heavy is imported when it is used: the command starts at once."""
