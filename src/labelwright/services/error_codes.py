"""Codes of errors in a project: those that every project has, and its own, which managers keep."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.core.error_codes import CODES, MISSING, OwnCode, check_own
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.projects import workflow_of
from labelwright.storage.schema import projects


class KnownCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code of errors. `own`: the project's. One that is `retired` is not offered, but may still be met."""

    code: str
    title: str
    description: str = ""
    severe: bool = False
    own: bool = False
    retired: bool = False


class CodeChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of a code of one's own; None stays."""

    title: str | None = None
    description: str | None = None
    severe: bool | None = None
    retired: bool | None = None


class ErrorCodes:
    """The service of codes of errors."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def of(self, actor: Actor, project_id: str) -> list[KnownCode]:
        """Every code of a project, the usual ones first. Raises NotFound."""
        return self.context.database.read(
            lambda tx: known_codes(tx, project_for(tx, actor, project_id, "project.read"))
        )

    def add(self, actor: Actor, project_id: str, code: OwnCode) -> list[KnownCode]:
        """Add a code. Raises NotFound, Forbidden, InvalidInput where code or title is taken."""

        def added(before: Sequence[OwnCode]) -> tuple[OwnCode, ...]:
            return (*before, code)

        return self._change(actor, project_id, "added", code.code, added)

    def change(self, actor: Actor, project_id: str, code: str, change: CodeChange) -> list[KnownCode]:
        """Rename, describe, retire a code or take it back into use. Raises NotFound, InvalidInput."""
        given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}

        def changed(before: Sequence[OwnCode]) -> tuple[OwnCode, ...]:
            if code in CODES:
                raise InvalidInput(
                    f"“{code}” is a code of every project; it stays as it is.",
                    place="code",
                    remedy="Add a code of your own.",
                )
            if all(one.code != code for one in before):
                raise NotFound("code", code)
            made = (msgspec.structs.replace(one, **given) if one.code == code else one for one in before)
            # `replace` checks nothing; a length that is wrong would be noticed when the project is read.
            return msgspec.convert(msgspec.to_builtins(tuple(made)), tuple[OwnCode, ...])

        try:
            return self._change(actor, project_id, "changed", code, changed, given)
        except msgspec.ValidationError as error:
            raise InvalidInput(f"The code is not right: {error}", place="codes") from None

    def _change(
        self,
        actor: Actor,
        project_id: str,
        what: str,
        code: str,
        make: Callable[[Sequence[OwnCode]], tuple[OwnCode, ...]],
        told: dict[str, Any] | None = None,
    ) -> list[KnownCode]:
        def work(tx: Connection) -> list[KnownCode]:
            project_for(tx, actor, project_id, "project.manage")
            locked = select(projects).where(projects.c.id == project_id).with_for_update()
            workflow = workflow_of(tx.execute(locked).one())
            codes = make(workflow.codes)
            check_own(codes)
            kept = msgspec.to_builtins(msgspec.structs.replace(workflow, codes=codes))
            values = {"workflow": kept, "updated_at": self.context.now()}
            tx.execute(update(projects).where(projects.c.id == project_id).values(**values))
            detail = {"code": code, **(told or {})}
            record(tx, self.context, actor.id, f"error_code.{what}", project_id, detail)
            return known_codes(tx, tx.execute(locked).one())

        return self.context.database.write(work)


def known_codes(tx: Connection, project: Row[Any] | str) -> list[KnownCode]:
    """Every code of a project (its row or id), the usual ones first, retired ones last."""
    row = project
    if isinstance(row, str):
        row = tx.execute(select(projects).where(projects.c.id == row)).one()
    usual = [KnownCode(code=code, title=title) for code, title in CODES.items()]
    own = [
        KnownCode(
            code=one.code,
            title=one.title,
            description=one.description,
            severe=one.severe,
            own=True,
            retired=one.retired,
        )
        for one in workflow_of(row).codes
    ]
    return usual + sorted(own, key=lambda one: one.retired)


def check_codes(
    tx: Connection, project: Row[Any] | str, codes: Iterable[str], *, place: str = "errors"
) -> None:
    """Raise InvalidInput for a code that the project does not know.

    One that was retired passes: it may have been named before, by somebody who was offline.
    """
    strange = sorted(set(codes) - CODES.keys())
    if not strange:
        return
    known = known_codes(tx, project)
    for code in strange:
        if all(one.code != code for one in known):
            listed = ", ".join(one.code for one in known if not one.retired and one.code != MISSING)
            raise InvalidInput(
                f"This project has no error code “{code}”.", place=place, remedy=f"Use {listed}."
            )
