"""Audits of releases, and what they have shown."""

import msgspec

from labelwright.sdk.connection import Connection
from labelwright.sdk.records import Audit, Certificate


class Audits:
    """The audits of releases: what is claimed of them, put to the proof on a random draw."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(
        self,
        release_id: str,
        *,
        at_most: float,
        category: str | None = None,
        unit: str = "annotation",
        confidence: float = 0.95,
        own_work: bool = False,
    ) -> Audit:
        """Claim that at most a share is wrong, and draw what is to be judged.

        `unit` is what is drawn: "annotation", or "item" to find what is missing. `category` (its id)
        makes it a claim of one category alone. With `own_work` experts may judge what they made themselves,
        and the certificate says so.
        """
        claim = {"at_most": at_most} | ({} if category is None else {"category": category})
        body = {"claims": [claim], "unit": unit, "confidence": confidence, "own_work": own_work}
        return self._connection.post(f"/releases/{release_id}/audits", Audit, body)

    def list(self, project_id: str, release_id: str | None = None) -> list[Audit]:
        """The audits of a project, or of one of its releases, newest first."""
        answer = self._connection.get(f"/projects/{project_id}/audits", _Listed, release=release_id)
        return answer.items

    def get(self, audit_id: str) -> Audit:
        """An audit as it stands."""
        return self._connection.get(f"/audits/{audit_id}", Audit)

    def close(self, audit_id: str) -> Certificate:
        """End an audit and sign what it has shown."""
        return self._connection.post(f"/audits/{audit_id}/closing", Certificate)

    def certificate(self, audit_id: str) -> Certificate:
        """The certificate of a closed audit."""
        return self._connection.get(f"/audits/{audit_id}/certificate", Certificate)

    def certificate_of(self, release_id: str) -> Certificate | None:
        """The newest certificate of a release; None if nothing was measured."""
        # No content is no certificate.
        found: Certificate | None = self._connection.get(f"/releases/{release_id}/certificate", Certificate)
        return found


class _Listed(msgspec.Struct, frozen=True):
    items: list[Audit]
