"""Labelwright: image labels that can be proved."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("labelwright")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0.0.0"
