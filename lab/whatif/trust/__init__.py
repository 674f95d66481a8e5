"""The other direction of a verdict: what phones of a fleet make of lists, files and servers, by the actors' own functions."""
