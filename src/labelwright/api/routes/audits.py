"""Audits of releases: opening, judging what is drawn, closing, and the signed certificate."""

import msgspec

from labelwright.api.callers import PUBLIC
from labelwright.api.paging import whole
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, StorageFailure, WrongState
from labelwright.services.acceptance import AcceptanceIn, AcceptancePreview
from labelwright.services.access import Actor
from labelwright.services.audit_views import AuditView
from labelwright.services.audits import DrawView, NewAudit, NotYours, Unit, VerdictIn
from labelwright.services.certificates import CertificateView
from labelwright.services.services import Services
from labelwright.services.signing import public_key

routes = Routes("audits")


class AuditList(msgspec.Struct, frozen=True, kw_only=True):
    """Audits, newest first."""

    items: list[AuditView]


class AuditsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which release; all of the project without one."""

    release: str | None = None


class PreviewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a delivery is to be judged, and what is drawn of it."""

    acceptance: AcceptanceIn
    unit: Unit = "item"


class SentBack(msgspec.Struct, frozen=True, kw_only=True):
    """How many items wait for review again."""

    items: int


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key that checks this server's certificates, in hexadecimal."""

    algorithm: str
    public_key: str


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """The draw whose verdict was taken back."""

    number: int


@routes.get("/projects/{project}/audits", "project.read")
def list_(project: str, query: AuditsQuery, who: Actor, services: Services) -> AuditList:
    """The audits of a project or of one of its releases."""
    return AuditList(items=services.audits.list(who, project, query.release))


@routes.post("/releases/{release}/audits", "release.audit", status=201, raises=(InvalidInput,))
def open_(release: str, body: NewAudit, who: Actor, services: Services) -> AuditView:
    """Fix what is to be shown, commit to a seed, and draw."""
    return services.audits.open(who, release, body)


@routes.post("/releases/{release}/acceptance-plan", "release.audit", raises=(InvalidInput,))
def preview(release: str, body: PreviewIn, who: Actor, services: Services) -> AcceptancePreview:
    """How a release would be judged as a delivery: how many are drawn, and what that lets through."""
    return services.audits.preview(who, release, body.unit, body.acceptance)


@routes.get("/audits/{audit}", "project.read")
def get(audit: str, who: Actor, services: Services) -> AuditView:
    """An audit as it stands."""
    return services.audits.get(who, audit)


@routes.post("/audits/{audit}/draws/next", "task.review")
def next_(audit: str, who: Actor, services: Services) -> DrawView | None:
    """What to judge next; 204 when nothing is left to judge."""
    return services.audits.next(who, audit)


@routes.post(
    "/audits/{audit}/draws/{number}/verdict", "task.review", raises=(NotYours, WrongState, InvalidInput)
)
def judge(audit: str, number: str, body: VerdictIn, who: Actor, services: Services) -> AuditView:
    """Judge what was drawn; it is on record when this answers."""
    return services.audits.judge(who, audit, whole(number, "number"), body)


@routes.post("/audits/{audit}/draws/back", "task.review", raises=(WrongState,))
def take_back(audit: str, who: Actor, services: Services) -> TakenBack:
    """Take one's own newest verdict back; it stays on record as taken back."""
    return TakenBack(number=services.audits.take_back(who, audit))


@routes.post("/audits/{audit}/closing", "release.audit", raises=(WrongState,))
def close(audit: str, who: Actor, services: Services) -> CertificateView:
    """End an audit and sign its certificate."""
    return services.certificates.close(who, audit)


@routes.get("/audits/{audit}/certificate", "project.read", raises=(WrongState,))
def certificate(audit: str, who: Actor, services: Services) -> CertificateView:
    """The certificate of a closed audit."""
    return services.certificates.get(who, audit)


@routes.get("/releases/{release}/certificate", "project.read")
def of_release(release: str, who: Actor, services: Services) -> CertificateView | None:
    """The newest certificate of a release; 204 where it has none."""
    return services.certificates.of_release(who, release)


@routes.post("/audits/{audit}/rework", "release.audit", raises=(WrongState,))
def rework(audit: str, who: Actor, services: Services) -> SentBack:
    """Let the items of a refused delivery wait for review again."""
    return SentBack(items=services.rework.send_back(who, audit))


@routes.get("/signing-key", PUBLIC, raises=(StorageFailure,))
def signing_key(services: Services) -> SigningKey:
    """The public key of this server, to hold certificates against that somebody brings."""
    return SigningKey(algorithm="Ed25519", public_key=public_key(services.context.settings.data))
