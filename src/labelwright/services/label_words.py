"""The words of an import of labels: where each category of the files leads, and what is made for it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, Row

from labelwright.core.ontology import Ontology
from labelwright.formats.format import Reading
from labelwright.services import label_categories
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.label_mapping import (
    NewCategory,
    check_mapping,
    destinations,
    still_fits,
)
from labelwright.services.label_reading import remembered
from labelwright.services.label_suggestions import for_attributes, for_categories
from labelwright.services.label_survey import MOST_WORDS, Survey
from labelwright.services.ontologies import read_ontology

if TYPE_CHECKING:
    from labelwright.services.label_import import LabelArgs


class Words:
    """The mapping of one import, settled: `known` leads from names of the files to category ids.

    None stands for a category that is ignored; a name that is missing is unknown.
    """

    def __init__(
        self,
        context: Context,
        row: Row[Any],
        actor: Actor,
        args: "LabelArgs",
        reading: Reading,
        survey: Survey,
    ) -> None:
        self._context, self._row, self._actor, self._args = context, row, actor, args
        self._reading, self._survey = reading, survey
        self._before = Ontology()
        self.known: dict[str, str | None] = {}
        self._created: list[str] = []
        self._created_attributes: list[str] = []

    def settle(self) -> Ontology:
        """The ontology that the labels are fitted into; a preview only imagines what is to be created.

        Raises Forbidden if the actor may not import any more, InvalidInput if the mapping leads to a
        category that was removed meanwhile.
        """
        version, self._before = self._context.database.read(self._current)
        ontology, names = self._before, self.names()
        check_mapping(self._args.mapping, ontology)
        known, new = destinations(self._args.mapping, ontology, names)
        if self._args.create_categories:
            asked = self._args.mapping.categories
            new = {
                n: new.get(n) or NewCategory() for n in names if n in new or not (n in known or n in asked)
            }
        lacking = label_categories.Lacking(ontology, self._reading, self._survey, self._args.mapping)
        missing = lacking.missing(known, new)
        if not self._args.create_categories:
            missing = replace(missing, relations=())
        self._reading.notes.extend(lacking.notes)
        if missing and self._args.dry_run:
            self._created = [category.name for category in missing.categories]
            self._created_attributes = list(dict.fromkeys(spec.name for _, spec in missing.attributes))
            ontology = missing.on(ontology)
        elif missing:
            ontology = label_categories.add(self._context, self._row, self._actor, version, ontology, missing)
        if not self._args.dry_run:
            added = label_categories.added(self._context, self._row.id)
            self._created = list(added.ids.values())
            self._created_attributes = list(dict.fromkeys(name for _, _, name in added.attributes))
        self.known = known
        for name, choice in new.items():
            found = ontology.named((choice.name or name).strip())
            if found is not None:
                known[name] = found.id
        return ontology

    def names(self) -> list[str]:
        """The categories of the files, in their order."""
        return list(dict.fromkeys((*self._reading.categories, *self._survey.categories)))

    def report(self, format_name: str) -> dict[str, Any]:
        """What was created; of a preview also the words of the files, with what they might become."""
        told: dict[str, Any] = {
            "created_categories": self._created,
            "created_attributes": self._created_attributes,
        }
        if not self._args.dry_run:
            return told
        last = self._context.database.read(lambda tx: remembered(tx, self._row.project_id, format_name))
        if last is not None:
            last = msgspec.structs.replace(last, mapping=still_fits(last.mapping, self._before))
        return {
            **told,
            "file_categories": self._categories_told(),
            "file_attributes": self._attributes_told(),
            "mapping": msgspec.to_builtins(self._args.mapping),
            "remembered": None if last is None else msgspec.to_builtins(last),
        }

    def _categories_told(self) -> list[dict[str, Any]]:
        names = self.names()[:MOST_WORDS]
        close = for_categories(names, self._before)
        told: list[dict[str, Any]] = []
        for name in names:
            seen = self._survey.categories.get(name)
            suggestion, is_similar = close.get(name, (None, False))
            told.append(
                {
                    "name": name,
                    "annotations": seen.annotations if seen else 0,
                    "shapes": [kind for kind, _ in seen.kinds.most_common()] if seen else [],
                    "goes_to": self.known.get(name),
                    "ignored": name in self.known and self.known[name] is None,
                    "suggestion": suggestion,
                    "similar": is_similar,
                }
            )
        return told

    def _attributes_told(self) -> list[dict[str, Any]]:
        told = self._survey.attributes_told()
        targets = {chosen for chosen in self.known.values() if chosen}
        close = for_attributes([entry["name"] for entry in told], self._before, targets)
        return [{**entry, "suggestion": close.get(entry["name"])} for entry in told]

    def _current(self, tx: Connection) -> tuple[int, Ontology]:
        project = project_for(tx, self._actor, self._row.project_id, "project.import")
        ontology = read_ontology(self._context, tx, project.id, project.ontology_version)
        return project.ontology_version, ontology
