"""HTTP: routes by noun, who is calling, live events, and errors as problem documents.

A route is a function declared with its right (`routing.Routes`). It parses, makes one call of a
service, and gives a struct; `endpoint` does the rest the same way for all. Only `errors` knows
status codes of refusals, and nothing here knows SQL.
"""
