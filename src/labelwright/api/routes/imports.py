"""Imports of items and of labels."""

from typing import Annotated

import msgspec

from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import BadFile, InvalidInput, UnknownName, WrongState
from labelwright.services.access import Actor
from labelwright.services.imports import ImportView
from labelwright.services.label_import import LabelArgs
from labelwright.services.label_look import Look
from labelwright.services.label_mapping import NO_MAPPING, LabelMapping
from labelwright.services.services import Services

routes = Routes("imports")

Id = Annotated[str, msgspec.Meta(max_length=36)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class ItemImportIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="items"
):
    """Items from an upload, or from a path that the server sees; `keys` gives the client's own ids.

    With `keep_upload` the files stay, for an import of the labels among them.
    """

    upload: Id | None = None
    source: Path | None = None
    in_place: bool = False
    keys: dict[str, str] = {}
    keep_upload: bool = False


class LabelImportIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="labels"
):
    """Labels as annotations, predictions or references; a dry run only reports what would change.

    `mode` is add (what is not there yet), replace, or merge: annotations of one category that match at
    `iou` become one, and `keep` says which of the two stays, `ours`, `theirs`, or the one with a person's
    `evidence`. Annotations of an item that say the same at `duplicate_iou` are reported, and with
    `leave_out_duplicates` only the first of them comes in. `mapping` says what becomes of categories and
    attributes by their names in the files; with `create_categories` those that it does not name and the
    project lacks are created.
    """

    upload: Id | None = None
    source: Path | None = None
    format: Annotated[str, msgspec.Meta(max_length=60)] = "auto"
    as_: str = msgspec.field(name="as", default="annotations")
    mode: str = "add"
    iou: float = 0.5
    keep: str = "evidence"
    duplicate_iou: float = 0.99
    leave_out_duplicates: bool = False
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    dry_run: bool = False
    create_categories: bool = False
    mapping: LabelMapping = NO_MAPPING

    def to_args(self) -> LabelArgs:
        """As the service takes it."""
        return LabelArgs(
            format=self.format,
            as_=self.as_,
            mode=self.mode,
            iou=self.iou,
            keep=self.keep,
            duplicate_iou=self.duplicate_iou,
            leave_out_duplicates=self.leave_out_duplicates,
            model=self.model,
            dry_run=self.dry_run,
            create_categories=self.create_categories,
            mapping=self.mapping,
        )


class LookIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An upload, or a path that the server sees."""

    upload: Id | None = None
    source: Path | None = None


ImportIn = ItemImportIn | LabelImportIn


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The import; its job does the work."""

    import_: ImportView = msgspec.field(name="import")


@routes.post("/projects/{project}/imports", "project.import", status=202, raises=(InvalidInput, UnknownName))
def start(project: str, body: ImportIn, who: Actor, services: Services) -> Started:
    """Begin an import of an upload, or of a path on the server."""
    if isinstance(body, LabelImportIn):
        imports = services.label_imports
        made = imports.start(who, project, body.to_args(), upload=body.upload, source=body.source)
        return Started(import_=made)
    made = services.item_imports.start(
        who,
        project,
        upload=body.upload,
        source=body.source,
        in_place=body.in_place,
        keys=body.keys,
        keep_upload=body.keep_upload,
    )
    return Started(import_=made)


@routes.post("/projects/{project}/imports/look", "project.import", raises=(InvalidInput, BadFile))
def look(project: str, body: LookIn, who: Actor, services: Services) -> Look:
    """See what is to be imported: pictures, label files, and the formats they look like."""
    return services.label_imports.look(who, project, upload=body.upload, source=body.source)


@routes.get("/projects/{project}/imports", "project.import")
def list_(project: str, query: ListQuery, who: Actor, services: Services) -> Page[ImportView]:
    """The imports of a project, newest first."""
    return page_of(services.imports.list(who, project), query)


@routes.get("/imports/{import_id}", "project.import")
def get(import_id: str, who: Actor, services: Services) -> ImportView:
    """One import with its report."""
    return services.imports.get(who, import_id)


@routes.post("/imports/{import_id}/undo", "project.import", status=202, raises=(WrongState,))
def undo(import_id: str, who: Actor, services: Services) -> Started:
    """Take back everything an import brought in, as one step."""
    return Started(import_=services.imports.undo(who, import_id))
