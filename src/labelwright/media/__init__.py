"""Bytes to pixels: read untrusted pictures, turn them upright, show them, compare them, unpack archives.

Everything here takes bytes or files and gives values; it knows no database and no network. What
cannot be read ends in an error of ours that names the file and the reason.
"""
