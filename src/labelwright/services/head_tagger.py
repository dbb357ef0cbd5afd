"""A project's head as one that tags pictures which are no items: the tagging service asks it first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from labelwright.assist.heads import Head
from labelwright.assist.learned import found_by
from labelwright.assist.predictor import Options, Picture, Prediction
from labelwright.services.context import Context
from labelwright.services.head_material import TAGS, Material
from labelwright.services.heads import LEAST_SCORE, author_of, kind_of, promoted_head
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import head_plans


class HeadTagger:
    """Says the ids of categories; `name` and `version` as in the author of its predictions."""

    def __init__(self, context: Context, project_id: str, kind: str, version: int, head: Head) -> None:
        manifest = author_of(project_id, version, head.labels)
        self.name, self.version = manifest.name, manifest.version
        self._material, self._kind, self._head = Material(context, kind), kind, head

    def predict(self, pictures: Sequence[Picture], options: Options) -> list[Prediction]:
        """What it finds in each picture. Raises ModelFailure."""
        least = LEAST_SCORE if options.least_score is None else options.least_score
        return [self._one(picture, least, options.most) for picture in pictures]

    def _one(self, picture: Picture, least: float, most: int | None) -> Prediction:
        vectors, boxes = self._material.on(picture)
        found = found_by(self._head, vectors, boxes, least)[:most]
        if self._kind != TAGS:
            return Prediction(found=tuple(found))
        likely = self._head.probabilities(vectors)[0]
        return Prediction(
            found=tuple(found), probabilities=dict(zip(self._head.labels, map(float, likely), strict=True))
        )


def head_tagger(tx: Connection, context: Context, project: Row[Any]) -> HeadTagger | None:
    """The tagger of a project whose head is switched on and has a version that proposes."""
    plan = tx.execute(select(head_plans.c.enabled).where(head_plans.c.project_id == project.id)).scalar()
    if not plan:
        return None
    kind = kind_of(read_ontology(context, tx, project.id, project.ontology_version))
    row = promoted_head(tx, project.id, kind)
    return (
        None
        if row is None
        else HeadTagger(context, project.id, kind, row.version, Head.from_bytes(row.weights))
    )
