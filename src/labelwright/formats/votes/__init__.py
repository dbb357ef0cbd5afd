"""Tables of votes: who gave which answer to which item, as crowds and tools write them.

`table.py` is what a table is made into, `file.py` the file it comes from, `reader.py` the contract of a
reader; then one file for each shape of table, and `registry.py`, which recognizes them and says why.
"""
