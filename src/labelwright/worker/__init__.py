"""Durable jobs: the process that runs them, its engine, and the table of what it can do.

The rules are in `services/`; here is only who runs what, once, and again after a crash.
"""
