"""Issues pinned on an item, and the comments under them."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from labelwright.core.errors import InvalidInput, NotFound
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.gold_hiding import shown_as_work
from labelwright.storage.database import Work
from labelwright.storage.schema import comments, issues, items, members

STATES = ("open", "resolved")
LONGEST_TEXT = 10_000


_of_item = (
    select(issues, members.c.name.label("author_name"))
    .join(members, members.c.id == issues.c.author)
    .where(issues.c.item_id == bindparam("item"))
    .order_by(issues.c.id)
)


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """One comment under an issue."""

    id: str
    author: str
    author_name: str
    text: str
    created_at: str


class IssueView(msgspec.Struct, frozen=True, kw_only=True):
    """An issue with its comments; `x` and `y` are image points, None when not pinned to a place."""

    id: str
    item: str
    annotation: str | None
    x: float | None
    y: float | None
    state: str
    author: str
    author_name: str
    created_at: str
    comments: list[CommentView]


class Issues:
    """The service of issues."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def list(self, actor: Actor, item_id: str) -> list[IssueView]:
        """The issues of an item, oldest first. Raises NotFound."""

        def work(tx: Connection) -> list[IssueView]:
            item = _item_for(tx, actor, item_id, "project.read")
            hidden = item_id in shown_as_work(tx, self.context, actor, item.project_id)
            return issues_of(tx, item_id, by=actor.id if hidden else None)

        return self.context.database.read(work)

    def open(
        self,
        actor: Actor,
        item_id: str,
        text: str,
        *,
        annotation: str | None = None,
        x: float | None = None,
        y: float | None = None,
        task: str | None = None,
    ) -> IssueView:
        """A new issue with its first comment. Raises NotFound, InvalidInput for an empty text."""
        return self.context.database.write(
            self.open_work(actor, item_id, text, annotation=annotation, x=x, y=y, task=task)
        )

    def open_work(
        self,
        actor: Actor,
        item_id: str,
        text: str,
        *,
        annotation: str | None = None,
        x: float | None = None,
        y: float | None = None,
        task: str | None = None,
    ) -> Work[IssueView]:
        """`open` as work for a write."""

        def work(tx: Connection) -> IssueView:
            item = _item_for(tx, actor, item_id, "issue.write")
            issue_id = self.context.new_id()
            tx.execute(
                insert(issues).values(
                    id=issue_id,
                    project_id=item.project_id,
                    item_id=item_id,
                    task_id=task,
                    annotation_id=annotation,
                    x=x,
                    y=y,
                    state="open",
                    author=actor.id,
                    created_at=self.context.now(),
                )
            )
            self._comment(tx, actor, issue_id, text)
            announce(tx, self.context, item.project_id, "item.changed", item_id, {"issue": issue_id})
            return _one(tx, issue_id)

        return work

    def set_state(self, actor: Actor, issue_id: str, state: str) -> IssueView:
        """Resolve an issue, or open it again. Raises NotFound, InvalidInput."""
        if state not in STATES:
            raise InvalidInput(
                f"“{state}” is no state of an issue.", place="state", remedy="Use open or resolved."
            )

        def work(tx: Connection) -> IssueView:
            issue = _issue_for(tx, actor, issue_id)
            resolved = state == "resolved"
            tx.execute(
                update(issues)
                .where(issues.c.id == issue_id)
                .values(
                    state=state,
                    resolved_by=actor.id if resolved else None,
                    resolved_at=self.context.now() if resolved else None,
                )
            )
            announce(tx, self.context, issue.project_id, "item.changed", issue.item_id, {"issue": issue_id})
            return _one(tx, issue_id)

        return self.context.database.write(work)

    def comment(self, actor: Actor, issue_id: str, text: str) -> IssueView:
        """Add a comment. Raises NotFound, InvalidInput for an empty text."""

        def work(tx: Connection) -> IssueView:
            _issue_for(tx, actor, issue_id)
            self._comment(tx, actor, issue_id, text)
            return _one(tx, issue_id)

        return self.context.database.write(work)

    def _comment(self, tx: Connection, actor: Actor, issue_id: str, text: str) -> None:
        cleaned = text.strip()
        if not cleaned or len(cleaned) > LONGEST_TEXT:
            raise InvalidInput(f"A comment has 1 to {LONGEST_TEXT:,} characters.", place="text")
        tx.execute(
            insert(comments).values(
                id=self.context.new_id(),
                issue_id=issue_id,
                author=actor.id,
                text=cleaned,
                created_at=self.context.now(),
            )
        )


def issues_of(tx: Connection, item_id: str, *, by: str | None = None) -> list[IssueView]:
    """Every issue of an item with its comments, oldest first; `by`: only those of one author."""
    found = [row for row in tx.execute(_of_item, {"item": item_id}) if by in (None, row.author)]
    if not found:
        return []
    said = tx.execute(
        select(comments, members.c.name.label("author_name"))
        .join(members, members.c.id == comments.c.author)
        .where(comments.c.issue_id.in_([row.id for row in found]))
        .order_by(comments.c.id)
    ).all()
    return [_view(row, [c for c in said if c.issue_id == row.id]) for row in found]


def _view(row: Row[Any], said: list[Row[Any]]) -> IssueView:
    return IssueView(
        id=row.id,
        item=row.item_id,
        annotation=row.annotation_id,
        x=row.x,
        y=row.y,
        state=row.state,
        author=row.author,
        author_name=row.author_name,
        created_at=row.created_at,
        comments=[
            CommentView(
                id=c.id, author=c.author, author_name=c.author_name, text=c.text, created_at=c.created_at
            )
            for c in said
        ],
    )


def _one(tx: Connection, issue_id: str) -> IssueView:
    item_id = tx.execute(select(issues.c.item_id).where(issues.c.id == issue_id)).scalar_one()
    return next(view for view in issues_of(tx, item_id) if view.id == issue_id)


def _item_for(tx: Connection, actor: Actor, item_id: str, right: str) -> Row[Any]:
    item = tx.execute(select(items).where(items.c.id == item_id)).first()
    if item is None:
        raise NotFound("item", item_id)
    try:
        project_for(tx, actor, item.project_id, right)
    except NotFound:
        raise NotFound("item", item_id) from None
    return item


def _issue_for(tx: Connection, actor: Actor, issue_id: str) -> Row[Any]:
    issue = tx.execute(select(issues).where(issues.c.id == issue_id)).first()
    if issue is None:
        raise NotFound("issue", issue_id)
    try:
        project_for(tx, actor, issue.project_id, "issue.write")
    except NotFound:
        raise NotFound("issue", issue_id) from None
    return issue
