"""`python -m benchmarks` runs every benchmark."""

from benchmarks.service import main

main()
