"""`python -m labelwright`: the same as the command `labelwright`."""

import sys

from labelwright.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
