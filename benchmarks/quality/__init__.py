"""The figures of `quality/`, on real votes and in simulation; each file prints its own tables."""
