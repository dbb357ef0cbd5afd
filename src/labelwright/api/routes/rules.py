"""Label rules: which of the work that counts breaks them."""

from typing import Annotated

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, InvalidOntology, StaleVersion
from labelwright.core.ontology import Category, RelationSpec
from labelwright.core.rules import Rule
from labelwright.services.access import Actor
from labelwright.services.rule_offenders import Offenders
from labelwright.services.services import Services

routes = Routes("rules")

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class OffendersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which rule, and from where to go on; `cursor` is the `next` of the answer before."""

    rule: str | None = None
    cursor: str | None = None
    limit: Limit = 50


class EditIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edit of the ontology as one would save it; what is left out stays as it is."""

    base: Version
    categories: list[Category] | None = None
    merges: dict[str, str] = {}
    relations: list[RelationSpec] | None = None
    rules: list[Rule] | None = None
    cursor: str | None = None
    limit: Limit = 50


@routes.get("/projects/{project}/rules/offenders", "project.manage", raises=(InvalidInput,))
def offenders(project: str, query: OffendersQuery, who: Actor, services: Services) -> Offenders:
    """Items whose current work breaks the rules in force."""
    return services.rule_offenders.saved(
        who, project, rule=query.rule, cursor=query.cursor, limit=query.limit
    )


@routes.post("/projects/{project}/rules/offenders", "project.manage", raises=(StaleVersion, InvalidOntology))
def offenders_of_edit(project: str, body: EditIn, who: Actor, services: Services) -> Offenders:
    """Items whose current work would break the rules that an edit adds or changes; nothing is saved."""
    return services.rule_offenders.changed(
        who,
        project,
        base=body.base,
        categories=body.categories,
        merges=body.merges,
        relations=body.relations,
        rules=body.rules,
        cursor=body.cursor,
        limit=body.limit,
    )
