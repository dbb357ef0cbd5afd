"""The maths of quality: pure functions over arrays and shapes, usable without the server."""
