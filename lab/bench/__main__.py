"""`python -m lab.bench`: every figure, and exit 1 when one misses its limit."""

from lab.bench.figures import main

main()
