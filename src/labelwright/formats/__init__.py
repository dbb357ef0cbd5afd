"""Formats: annotations in from other tools and out to trainers. One adapter a file.

The contract is in `format.py`, the table of what there is in `registry.py`. Reading names the file
and the place of every fault and goes on; writing returns what could not be kept.
"""
