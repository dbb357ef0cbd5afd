"""Accounts: who may come in, and with which key. One door to members, sessions, tokens, invitations."""

from labelwright.services.context import Context
from labelwright.services.invitations import Invitations
from labelwright.services.members import Members
from labelwright.services.project_members import ProjectMembers
from labelwright.services.recognition import Caller, Memory
from labelwright.services.sessions import Sessions
from labelwright.services.tokens import PREFIX, Tokens


class Accounts:
    """The services of people and their keys, which share what they remember of callers."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._memory = Memory(context)
        self.members = Members(context, self._memory)
        self.project_members = ProjectMembers(context)
        self.sessions = Sessions(context, self._memory)
        self.tokens = Tokens(context, self._memory)
        self.invitations = Invitations(context, self._memory)

    def by_token(self, secret: str) -> Caller | None:
        """Who a personal token stands for."""
        return self.tokens.recognize(secret) if secret.startswith(PREFIX) else None

    def by_cookie(self, secret: str) -> Caller | None:
        """Who a session cookie stands for."""
        return self.sessions.recognize(secret) if secret else None

    def remembered(self, key: str) -> Caller | None:
        """The caller of a key's hash, if seen a moment ago; never asks the database."""
        return self._memory.get(key)

    def still_known(self, caller: Caller) -> bool:
        """Whether the session or token that the caller came with still opens the door."""
        if not caller.key:
            return True
        return (self.sessions if caller.has_session else self.tokens).is_known(caller.key)
