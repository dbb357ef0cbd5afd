"""What an annotation says beside its shape, and what of it a format leaves out."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue
from labelwright.formats.judged import note_lost_judged
from labelwright.formats.report import Losses


def note_lost_fields(
    losses: Losses,
    item: str,
    annotation: Annotation,
    *,
    attributes: bool = False,
    flags: Collection[str] = (),
    group: bool = False,
    relations: bool = False,
    judged: bool = False,
) -> None:
    """Put into the losses what the format has no place for; named are the things it has one for."""
    if annotation.attributes and not attributes:
        losses.drop(item, "attributes", "the format has no place for attributes")
    unknown = sorted(flag for flag in annotation.flags if flag not in flags)
    if unknown:
        losses.drop(item, "flags", no_place_for_flags(unknown))
    if annotation.group is not None and not group:
        losses.drop(item, "group", "the format has no place for groups")
    if annotation.relations and not relations:
        losses.drop(item, "relations", "the format has no place for relations")
    if not judged:
        note_lost_judged(losses, item, annotation)


def told_as_yes_or_no(flags: Mapping[str, object], names: Iterable[str]) -> list[str]:
    """Which of some flags are yes or no, for formats that have no place for more of them."""
    return [name for name in names if isinstance(flags.get(name), bool)]


def no_place_for_flags(flags: Collection[str]) -> str:
    """Why flags are lost."""
    return f"the format has no place for {', '.join(flags)}"


def plain_attributes(found: dict[str, Any] | None) -> dict[str, AttributeValue]:
    """Attributes of a JSON file as values that an annotation can hold; what is nested becomes JSON text."""
    return {key: _plain(value) for key, value in (found or {}).items() if key and value is not None}


def plain_flags(found: object) -> dict[str, bool | float | str]:
    """Flags of a JSON file; what is neither text, number nor yes and no becomes JSON text."""
    if not isinstance(found, dict):
        return {}
    made: dict[str, bool | float | str] = {}
    for key, value in cast("dict[str, object]", found).items():
        made[key] = (
            value if isinstance(value, bool | float | str | int) else msgspec.json.encode(value).decode()
        )
    return made


def _plain(value: Any) -> AttributeValue:  # noqa: ANN401  # JSON
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        listed = cast("list[object]", value)
        if all(isinstance(entry, str) for entry in listed):
            return tuple(str(entry) for entry in listed)
    return msgspec.json.encode(value).decode()
