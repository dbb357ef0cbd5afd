"""The words of the domain: ids, ontology, shapes, annotation document, operations, workflow, errors.

Nothing here reads a file, a clock, the environment or a random number of its own.
"""
