"""The tables. JSON and documents are bytes of our own encoding, so both databases keep the same.

Times are UTC text (ISO 8601, milliseconds, Z), leases Unix milliseconds. Every change here needs a
migration; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from labelwright.storage.audit_tables import audit_tables
from labelwright.storage.columns import Json, Packed, identity, moment, reference, serial
from labelwright.storage.cost_tables import cost_tables
from labelwright.storage.error_tables import error_tables
from labelwright.storage.explore_tables import explore_tables
from labelwright.storage.gold_tables import gold_tables
from labelwright.storage.head_tables import head_tables
from labelwright.storage.overlap_tables import overlap_tables
from labelwright.storage.review_tables import review_tables
from labelwright.storage.suspect_tables import suspect_tables
from labelwright.storage.tagging_tables import tagging_tables

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# People and their keys

members = Table(
    "members",
    metadata,
    identity(),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(300)),
    Column("active", Boolean, nullable=False, default=True),
    moment("created_at"),
    moment("last_seen_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    reference("member_id", "members", index=True),
    Column("csrf", String(64), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    Column("agent", String(300)),
)

links = Table(
    "links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    reference("member_id", "members"),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
)

tokens = Table(
    "tokens",
    metadata,
    identity(),
    reference("member_id", "members", index=True),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("last_used_at", nullable=True),
    moment("revoked_at", nullable=True),
)

invitations = Table(
    "invitations",
    metadata,
    identity(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    reference("project_id", "projects", nullable=True),
    Column("email", String(320)),
    reference("created_by", "members"),
    moment("created_at"),
    moment("expires_at"),
    reference("accepted_by", "members", nullable=True),
    moment("accepted_at", nullable=True),
    moment("revoked_at", nullable=True),
)

throttles = Table(
    "throttles",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("first_at", BigInteger, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("member_id", String(36), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("media_type", String(100)),
    Column("created_at", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    serial(),
    moment("at"),
    Column("actor", String(100), nullable=False),
    Column("action", String(60), nullable=False, index=True),
    Column("subject", String(100), nullable=False, index=True),
    Column("detail", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

events = Table(
    "events",
    metadata,
    serial(),
    moment("at"),
    Column("project_id", String(36), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("detail", Json, nullable=False),
    Index("ix_events_project_id_seq", "project_id", "seq"),
)

# Projects: what can be said, what was asked for, who is in

projects = Table(
    "projects",
    metadata,
    identity(),
    Column("name", String(200), nullable=False, unique=True),
    Column("description", Text, nullable=False, default=""),
    Column("workflow", Json, nullable=False),
    Column("ontology_version", Integer, nullable=False),
    Column("brief_version", Integer, nullable=False),
    Column("archived", Boolean, nullable=False, default=False),
    Column("next_position", Integer, nullable=False, default=0),
    reference("created_by", "members"),
    moment("created_at"),
    moment("updated_at"),
)

project_members = Table(
    "project_members",
    metadata,
    reference("project_id", "projects", primary_key=True),
    reference("member_id", "members", primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    moment("created_at"),
)

ontologies = Table(
    "ontologies",
    metadata,
    reference("project_id", "projects", primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("ontology", Json, nullable=False),
    Column("change", Json, nullable=False),
    Column("undoes", Integer),
    reference("created_by", "members"),
    moment("created_at"),
)

briefs = Table(
    "briefs",
    metadata,
    reference("project_id", "projects", primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("brief", Json, nullable=False),
    reference("created_by", "members"),
    moment("created_at"),
)

guideline_images = Table(
    "guideline_images",
    metadata,
    reference("project_id", "projects", primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(60), nullable=False),
    moment("created_at"),
)

# Items and how they came in

items = Table(
    "items",
    metadata,
    identity(),
    reference("project_id", "projects"),
    Column("position", Integer, nullable=False),
    Column("name", String(1000), nullable=False),
    Column("key", String(300)),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("orientation", Integer, nullable=False, default=1),
    Column("notes", Json, nullable=False, default=list),
    Column("source_path", Text),  # in place: the file's path; None: the bytes are in the blob store
    Column("dhash", String(16)),
    Column("near_duplicate_of", String(36)),
    Column("near_distance", Integer),
    Column("split", String(20)),  # train, val or test, as it came with the labels
    Column("state", String(20), nullable=False, default="waiting"),
    Column("document_id", String(36)),  # the newest submission, which counts once the item is done
    Column("annotations", Integer, nullable=False, default=0),
    Column("import_id", String(36)),
    Column("source_id", String(36)),  # the bytes stay there, under source_key; see `sources`
    Column("source_key", Text),
    Column("source_etag", Text),
    Column("source_state", String(20)),  # changed or vanished, as the last sync found it
    moment("created_at"),
    moment("updated_at"),
    UniqueConstraint("project_id", "sha256"),
    UniqueConstraint("project_id", "key"),
    Index("ix_items_project_id_position", "project_id", "position"),
    Index("ix_items_project_id_state", "project_id", "state", "position"),
    Index("ix_items_project_id_name", "project_id", "name", "position"),
    Index("ix_items_import_id", "import_id"),
    Index("ix_items_source_id", "source_id"),
    Index("ix_items_project_id_annotations", "project_id", "annotations", "position"),
    Index(  # what the dataset page counts, so that it need not read the rows
        "ix_items_facts",
        "project_id",
        "position",
        "state",
        "annotations",
        "width",
        "height",
        "bytes",
        "split",
        "near_duplicate_of",
    ),
    Index("ix_items_project_id_updated_at", "project_id", "updated_at", "position"),
)

sources = Table(
    "sources",
    metadata,
    identity(),
    reference("project_id", "projects", index=True),
    Column("kind", String(20), nullable=False),
    Column("url", Text, nullable=False),
    Column("options", Json, nullable=False),  # no secrets: they name variables of the environment
    reference("created_by", "members"),
    moment("created_at"),
    moment("synced_at", nullable=True),
    moment("removed_at", nullable=True),  # its items stay, and their bytes are still there
    Column("report", Json),
)

imports = Table(
    "imports",
    metadata,
    identity(),
    reference("project_id", "projects", index=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("args", Json, nullable=False),
    Column("report", Json),
    Column("job_id", String(36)),
    reference("created_by", "members"),
    moment("created_at"),
    moment("finished_at", nullable=True),
    moment("undone_at", nullable=True),
)

import_entries = Table(
    "import_entries",
    metadata,
    reference("import_id", "imports", primary_key=True),
    Column("name", String(1000), primary_key=True),  # the file, or the item of a label import
    Column("outcome", String(20), nullable=False),
    Column("item_id", String(36), index=True),
    Column("detail", Json, nullable=False),  # reasons; for labels, what undo puts back
)

# Work

tasks = Table(
    "tasks",
    metadata,
    identity(),
    reference("project_id", "projects"),
    Column("item_id", String(36), nullable=False, index=True),
    Column("stage", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("round", Integer, nullable=False, default=1),
    Column("position", Integer, nullable=False),
    Column("assigned_to", String(36)),
    Column("author", String(36)),  # review: whose submission it is
    Column("base_document_id", String(36)),  # what the draft starts from
    Column("document_id", String(36)),  # the submission that closed it
    Column("lease_member", String(36)),
    Column("lease_expires", BigInteger),
    Column("comment", Text),
    Column("purpose", String(20), nullable=False, default="work"),  # or gold, qualification, course
    Column("node", String(40)),  # the stage of the workflow's graph; None: the first of its kind
    Column("taken_by", String(36)),  # who submitted or skipped it
    moment("created_at"),
    moment("closed_at", nullable=True),
    Index("ix_tasks_queue", "project_id", "state", "stage", "position"),
    Index("ix_tasks_lease", "lease_member", "project_id"),
    Index("ix_tasks_taken_by", "taken_by", "project_id"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("task_id", String(36), primary_key=True),
    Column("member_id", String(36), primary_key=True),
    Column("project_id", String(36), nullable=False),
    Column("item_id", String(36), nullable=False),
    Column("revision", Integer, nullable=False, default=0),
    Column("snapshot_revision", Integer, nullable=False, default=0),
    Column("snapshot", Packed, nullable=False),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("document_id", String(36)),  # set once submitted
    Column("conflicts", Json),  # those that are open
    Column("brought_in", Integer, nullable=False, default=0),  # up to this revision, by others
    moment("created_at"),
    moment("updated_at"),
    Index("ix_drafts_member_id", "member_id", "document_id"),
)

operations = Table(
    "operations",
    metadata,
    Column("task_id", String(36), primary_key=True),
    Column("member_id", String(36), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("id", String(36), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_operations_id", "task_id", "member_id", "id", unique=True),
)

documents = Table(
    "documents",
    metadata,
    identity(),
    Column("kind", String(20), nullable=False),  # submission, prediction, reference
    reference("project_id", "projects"),
    Column("item_id", String(36), nullable=False),
    Column("task_id", String(36)),
    Column("stage", String(20)),
    Column("round", Integer, nullable=False, default=1),
    Column("author", String(100), nullable=False),
    Column("model", String(200)),
    Column("verdict", String(20)),
    Column("comment", Text),
    Column("previous_id", String(36)),
    Column("import_id", String(36)),
    moment("created_at"),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("ontology_version", Integer, nullable=False),
    Column("guideline_version", Integer, nullable=False, default=1),
    Column("annotations", Integer, nullable=False),
    Column("categories", Json, nullable=False),  # annotations by category id
    Column("sha256", String(64), nullable=False),
    Column("body", Packed, nullable=False),
    Index("ix_documents_item_id", "item_id", "kind"),
    Index("ix_documents_project_id", "project_id", "kind", "created_at"),
    Index("ix_documents_import_id", "import_id"),
)

issues = Table(
    "issues",
    metadata,
    identity(),
    reference("project_id", "projects"),
    Column("item_id", String(36), nullable=False, index=True),
    Column("task_id", String(36)),
    Column("annotation_id", String(36)),
    Column("x", Float),
    Column("y", Float),
    Column("state", String(20), nullable=False),
    reference("author", "members"),
    moment("created_at"),
    Column("resolved_by", String(36)),
    moment("resolved_at", nullable=True),
)

comments = Table(
    "comments",
    metadata,
    identity(),
    reference("issue_id", "issues", index=True),
    reference("author", "members"),
    Column("text", Text, nullable=False),
    moment("created_at"),
)

# Delivery and machine work

releases = Table(
    "releases",
    metadata,
    identity(),
    reference("project_id", "projects"),
    Column("tag", String(100), nullable=False),
    Column("number", Integer, nullable=False),
    Column("notes", Text, nullable=False),
    Column("filter", Json, nullable=False),
    Column("hash_version", Integer, nullable=False, default=1),
    Column("parent_id", String(36)),  # the release that it goes on from
    Column("splits", Json),  # the plan, and how many items each split has
    Column("ontology_version", Integer, nullable=False),
    Column("ontology", Json, nullable=False),
    Column("brief_version", Integer, nullable=False),
    Column("items", Integer, nullable=False),
    Column("annotations", Integer, nullable=False),
    Column("categories", Json, nullable=False),
    Column("sha256", String(64), nullable=False),
    reference("created_by", "members"),
    moment("created_at"),
    UniqueConstraint("project_id", "tag"),
    UniqueConstraint("project_id", "number"),
)

release_entries = Table(
    "release_entries",
    metadata,
    reference("release_id", "releases", primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", String(36), nullable=False),
    Column("document_id", String(36), nullable=False),
    Column("split", String(20)),
    Column("sha256", String(64), nullable=False),  # of item name, item bytes, resolved document and split
)

jobs = Table(
    "jobs",
    metadata,
    identity(),
    Column("kind", String(40), nullable=False),
    reference("project_id", "projects", nullable=True, index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("note", Text, nullable=False, default=""),
    Column("args", Json, nullable=False),
    Column("report", Json),
    Column("error", Json),
    Column("attempts", Integer, nullable=False, default=0),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    reference("created_by", "members"),
    moment("created_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
)

# How items are found

item_terms, item_tags, views = explore_tables(metadata)

# Quality

merges = overlap_tables(metadata)
error_marks = error_tables(metadata)
audits, audit_draws = audit_tables(metadata)
skills, gold_plans, gold, lessons, attempts, gold_answers = gold_tables(metadata)
rates = cost_tables(metadata)
review_reasons = review_tables(metadata)
suspect_runs, suspects, consequence_plans, consequences = suspect_tables(metadata)

# Models and tagging
head_plans, heads = head_tables(metadata)
webhooks, webhook_deliveries, tag_requests = tagging_tables(metadata)
