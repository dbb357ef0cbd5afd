"""Where things are kept: the database, its tables and migrations, and the blob store.

Stores are modules of functions, one per aggregate, that take an open connection. They hold no
rules; the services do. Everything runs on SQLite and PostgreSQL alike.
"""
