"""The command line: a client of the API, plus the few commands that run or mend a data folder.

`main.py` has the table of commands; each file beside it holds one family of them. Every command
takes `--json`; every one that works on projects takes `--data DIR` or `--server URL --token T`.
"""
