"""The mapping file of `labelwright import`: read, and written by a preview for somebody to edit."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import msgspec

from labelwright.core.errors import InvalidInput


def read_mapping(file: Path | None, ignored: Iterable[str]) -> dict[str, Any]:
    """The mapping of a file, and the categories that are to be ignored besides.

    Raises InvalidInput if the file is no JSON object.
    """
    mapping: dict[str, Any] = {}
    if file is not None:
        try:
            mapping = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.MsgspecError) as error:
            raise InvalidInput(
                f"“{file}” is no mapping: {error}.",
                place=str(file),
                remedy="Write one with --dry-run --save-mapping FILE, and edit it.",
            ) from None
    categories: Any = mapping.setdefault("categories", {})
    if isinstance(categories, dict):
        cast("dict[str, Any]", categories).update((name, {"do": "ignore"}) for name in ignored)
    return mapping if mapping != {"categories": {}} else {}


def mapping_to_edit(report: Any) -> dict[str, Any]:  # noqa: ANN401  # a report's shape is its own
    """A mapping that names every category and attribute that a preview found.

    What was chosen or remembered stays, a name that is close to one of the project leads there, and the
    rest is created.
    """
    told: dict[str, Any] = report or {}
    before: dict[str, Any] = told.get("remembered") or {}
    last: dict[str, Any] = before.get("mapping") or {}
    chosen: dict[str, Any] = told.get("mapping") or {}
    return {
        "categories": {
            entry["name"]: _choice(entry, "categories", chosen, last)
            for entry in told.get("file_categories", [])
        },
        "attributes": {
            entry["name"]: _choice(entry, "attributes", chosen, last)
            for entry in told.get("file_attributes", [])
        },
    }


def _choice(entry: dict[str, Any], part: str, *mappings: dict[str, Any]) -> dict[str, Any]:
    for mapping in mappings:
        if entry["name"] in mapping.get(part, {}):
            return mapping[part][entry["name"]]
    if entry.get("suggestion"):
        return {"do": "map", "to": entry["suggestion"]}
    return {"do": "create"} if part == "categories" else {"do": "create", "kind": entry["kind"]}
