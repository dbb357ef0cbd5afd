"""Models that propose: prompts and pictures in, predictions out.

`predictor` is the contract, `manifest` says what a model is, `catalog` which models are known by name,
`adapters/` holds one file for each way that models read pictures and answer, and `host` runs a model in
a process of its own, so that one which dies or hangs takes nothing along. Nothing here knows of
projects, people or a database.
"""
