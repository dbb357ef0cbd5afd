"""The verbs: import, assign, submit, review, release, export. Transactions and permissions live here.

Each service is given its context (database, blob store, clock, ids) and checks a right once, at the
door of each public method. Nothing here knows HTTP.
"""
