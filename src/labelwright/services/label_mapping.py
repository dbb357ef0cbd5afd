"""What becomes of the categories and attributes of a file: its words on the left, the project's on the right.

One structure for the API, the browser and the command line, where it is a JSON file:

    {"categories": {"Person": {"do": "map", "to": "person"},
                    "misc": {"do": "ignore"},
                    "van": {"do": "create", "name": "Van", "color": "#0072B2"}},
     "attributes": {"occluded": {"do": "create", "kind": "flag"},
                    "id": {"do": "ignore"}}}

`to` is the id or the name of a category, or of an attribute of the category that an annotation gets.
Several categories may go to one, which merges them. Attributes are called by their names whatever category
they stand at. What a mapping does not name finds its namesake, or is reported as unknown.
"""

from collections.abc import Iterable, Mapping

import msgspec

from labelwright.core.errors import InvalidInput
from labelwright.core.ontology import Category, Ontology

NEW_KINDS = ("text", "number", "choice", "choices", "flag")
MOST_NAMED = 50_000
LONGEST = 500


class MapTo(msgspec.Struct, frozen=True, tag_field="do", tag="map", forbid_unknown_fields=True):
    """It is the category or attribute of this id or name."""

    to: str


class Ignore(msgspec.Struct, frozen=True, tag_field="do", tag="ignore", forbid_unknown_fields=True):
    """It stays behind, and is counted as ignored."""


class NewCategory(msgspec.Struct, frozen=True, tag_field="do", tag="create", forbid_unknown_fields=True):
    """The project gets a category for it, called as in the file unless `name` says another word."""

    name: str | None = None
    color: str | None = None


class NewAttribute(msgspec.Struct, frozen=True, tag_field="do", tag="create", forbid_unknown_fields=True):
    """The categories it occurs at get an attribute: text, number, choice or choices of the values seen,
    or flag (yes or no)."""

    kind: str = "text"
    name: str | None = None


CategoryChoice = MapTo | Ignore | NewCategory
AttributeChoice = MapTo | Ignore | NewAttribute


class LabelMapping(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is to become of the categories and attributes of a file, by their names there."""

    categories: dict[str, CategoryChoice] = {}
    attributes: dict[str, AttributeChoice] = {}

    def __bool__(self) -> bool:
        return bool(self.categories or self.attributes)


NO_MAPPING = LabelMapping()


def check_mapping(mapping: LabelMapping, ontology: Ontology) -> None:
    """Raise InvalidInput with the first choice that cannot be, and where it stands in the mapping."""
    if len(mapping.categories) + len(mapping.attributes) > MOST_NAMED:
        raise InvalidInput(f"A mapping names at most {MOST_NAMED} words.", place="mapping")
    for word, choice in mapping.categories.items():
        place = f"mapping.categories.{word}"
        if isinstance(choice, MapTo) and category_of(choice.to, ontology) is None:
            raise InvalidInput(
                f"“{word}” cannot become “{choice.to}”: the project has no such category.",
                place=place,
                remedy="Name a category of the project by its name or id, or say create.",
            )
        if isinstance(choice, NewCategory):
            _check_name(choice.name, word, place)
    for word, choice in mapping.attributes.items():
        place = f"mapping.attributes.{word}"
        if isinstance(choice, NewAttribute):
            _check_name(choice.name, word, place)
            if choice.kind not in NEW_KINDS:
                raise InvalidInput(
                    f"“{choice.kind}” is no kind of attribute.",
                    place=place,
                    remedy=f"Use {', '.join(NEW_KINDS)}.",
                )


def _check_name(name: str | None, word: str, place: str) -> None:
    chosen = word if name is None else name
    if not chosen.strip() or len(chosen) > LONGEST:
        raise InvalidInput(f"“{word[:80]}” needs a name of 1 to {LONGEST} characters.", place=place)


def category_of(word: str, ontology: Ontology) -> Category | None:
    """The category of an id, or of a name."""
    return ontology.category(word) or ontology.named(word)


def destinations(
    mapping: LabelMapping, ontology: Ontology, names: Iterable[str]
) -> tuple[dict[str, str | None], dict[str, NewCategory]]:
    """The category id of each name that is spoken for (None: ignored), and those that are to be created.

    Who asks for a new category of a name that the project has by now gets that one.
    """
    known: dict[str, str | None] = {}
    new: dict[str, NewCategory] = {}
    for name in names:
        choice = mapping.categories.get(name)
        match choice:
            case Ignore():
                known[name] = None
                continue
            case MapTo():
                found = category_of(choice.to, ontology)
            case NewCategory():
                found = ontology.named((choice.name or name).strip())
            case None:
                found = ontology.named(name)
        if found is not None:
            known[name] = found.id
        elif isinstance(choice, NewCategory):
            new[name] = choice
    return known, new


def still_fits(mapping: LabelMapping, ontology: Ontology) -> LabelMapping:
    """The mapping without what leads to categories that are gone."""
    kept: Mapping[str, CategoryChoice] = {
        word: choice
        for word, choice in mapping.categories.items()
        if not isinstance(choice, MapTo) or category_of(choice.to, ontology) is not None
    }
    return msgspec.structs.replace(mapping, categories=dict(kept))
