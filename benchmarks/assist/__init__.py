"""Benchmarks of models in the loop."""
