"""The Python client, over HTTP. `Client` is the way in; `errors` names what can be refused.

It knows the domain (`core`) and nothing of the server's code.
"""

from labelwright.sdk.client import Client

__all__ = ["Client"]
