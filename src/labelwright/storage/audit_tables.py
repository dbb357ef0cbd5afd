"""Tables of audits: what was claimed of a release, what was drawn, what experts said, and the certificate."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

from labelwright.storage.columns import Json, identity, moment, reference


def audit_tables(metadata: MetaData) -> tuple[Table, Table]:
    """`audits` and `audit_draws`."""
    audits = Table(
        "audits",
        metadata,
        identity(),
        reference("project_id", "projects"),
        reference("release_id", "releases", index=True),
        Column("state", String(20), nullable=False),  # open or closed
        Column("claims", Json, nullable=False),
        Column("plan", Json, nullable=False),
        Column("population", Json, nullable=False),
        Column("acceptance", Json),  # the plan by which a delivery is accepted or refused, where it is one
        Column("seed", String(64), nullable=False),  # told only once the audit is closed
        Column("commitment", String(64), nullable=False),
        reference("opened_by", "members"),
        moment("opened_at"),
        Column("closed_by", String(36)),
        moment("closed_at", nullable=True),
        Column("certificate", Text),  # the signed JSON, byte for byte
        Column("signature", String(200)),
        Column("public_key", String(100)),
        Index("ix_audits_project_id", "project_id"),
    )
    audit_draws = Table(
        "audit_draws",
        metadata,
        reference("audit_id", "audits", primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),  # in the order of the draw, from 1
        Column("item_id", String(36), nullable=False),
        Column("annotation_id", String(36)),  # None: the whole item is judged
        Column("holder", String(36)),
        Column("holder_expires", BigInteger),
        Column("verdict", String(20)),
        Column("category", String(100)),  # of the annotation
        Column("code", String(40)),
        Column("reason", Text),
        Column("missing", Json),
        Column("judged_by", String(36)),
        moment("judged_at", nullable=True),
        Column("seconds", Float, nullable=False, default=0.0),
        Column("taken_back", Json),  # verdicts that were given before this one
        Index("ix_audit_draws_judged_by", "audit_id", "judged_by", "judged_at"),
    )
    return audits, audit_draws
