"""The routes, one module a noun. Each parses, makes one call, and gives the result."""
