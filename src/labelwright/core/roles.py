"""Roles and rights. A role includes the rights of every role below it.

An owner rules the organization; a manager its projects; reviewers and annotators see only the
projects they are members of.
"""

ROLES = ("annotator", "reviewer", "manager", "owner")

RIGHTS: dict[str, str] = {
    "project.read": "annotator",
    "task.annotate": "annotator",
    "issue.write": "annotator",
    "task.review": "reviewer",
    "item.history": "reviewer",
    "project.export": "reviewer",
    "project.create": "manager",
    "project.manage": "manager",
    "project.import": "manager",
    "release.create": "manager",
    "release.audit": "manager",
    "member.manage": "manager",
    "job.manage": "manager",
    "model.manage": "manager",
    "audit.read": "owner",
    "member.promote": "owner",
}
"""Each right with the lowest role that holds it."""

SCOPES: dict[str, tuple[str, ...]] = {
    "read": ("project.read", "item.history", "project.export"),
    "annotate": ("project.read", "task.annotate", "issue.write"),
    "review": ("project.read", "task.review", "task.annotate", "issue.write", "item.history"),
    "manage": tuple(right for right in RIGHTS if right not in ("audit.read", "member.promote")),
    "admin": tuple(RIGHTS),
}
"""What a personal token may do; its owner's role still limits it."""


def rank(role: str) -> int:
    """How high a role stands; higher includes lower."""
    return ROLES.index(role)


def allows(role: str, right: str) -> bool:
    """Whether a role holds a right."""
    return rank(role) >= rank(RIGHTS[right])
