"""Items with all sorts of documents, and a plain reading of the filter to hold the SQL against."""

import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option
from labelwright.core.shapes import Box, Polyline
from labelwright.services.documents import store_document
from labelwright.services.item_filter import AttributeRule, Between, CategoryRule, ItemFilter, Span
from labelwright.services.item_index import index_item
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import comments, documents, issues, item_tags, items, projects, tasks
from tests.services.conftest import World

KIND = AttributeSpec(
    id="kind", name="Kind", kind="choice", options=(Option(id="a", name="A"), Option(id="b", name="B"))
)
AGE = AttributeSpec(id="age", name="Age", kind="number")
OLD = AttributeSpec(id="old", name="Old", kind="flag")
CATEGORIES = (
    Category(id="cat", name="Cat", attributes=(KIND, AGE, OLD)),
    Category(id="dog", name="Dog", shapes=("box", "polyline", "tag"), attributes=(KIND,)),
    Category(id="pup", name="Pup"),
    Category(id="rat", name="Rat"),
)
TAGS = ("night", "rain", "hard")
DAYS = ("2026-01-01", "2026-01-02", "2026-01-03")
NOW = 1_800_000_000_000


@dataclass
class Known:
    """One item with everything that a filter may ask for."""

    row: Any
    document: Document | None
    author: str | None
    predicted: list[Annotation]
    tags: set[str]
    task: Any
    remarks: list[str]

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        return self.document.annotations if self.document else ()


def a_project(world: World, number: int, seed: int = 1) -> str:
    """A project with so many items, documents on most of them; “pup” was merged into dog, “rat” deleted."""
    chance = random.Random(seed)
    project = world.services.projects.create(
        world.owner, f"Animals {seed}", ontology=Ontology(categories=CATEGORIES)
    ).id
    ids = world.add_items(project, number)
    people = [world.owner.id, world.person(f"ann{seed}", "annotator", project).id]

    def fill(tx) -> None:
        row = tx.execute(select(projects).where(projects.c.id == project)).one()
        for item_id in ids:
            _fill(tx, world, row, item_id, people, chance)

    world.context.database.write(fill)
    version = world.services.ontologies.get(world.owner, project).version
    kept = [one for one in CATEGORIES if one.id in ("cat", "dog")]
    world.services.ontologies.save(world.owner, project, base=version, categories=kept, merges={"pup": "dog"})
    return project


def _fill(tx, world: World, project: Any, item_id: str, people: list[str], chance: random.Random) -> None:
    context = world.context
    values: dict[str, Any] = {
        "width": chance.choice((50, 100, 300)),
        "height": chance.choice((50, 80, 400)),
        "bytes": chance.choice((1, 1000, 10**10)),
        "split": chance.choice((None, "train", "val")),
        "key": chance.choice((None, f"Key_{chance.randrange(9)}%{item_id}")),
        "created_at": f"{chance.choice(DAYS)}T00:00:00.000Z",
        "updated_at": f"{chance.choice(DAYS)}T12:00:00.000Z",
        "near_duplicate_of": chance.choice((None, None, "x")),
        "source_path": chance.choice((None, "/tmp/a.png")),
        "import_id": chance.choice((None, "i1", "i2")),
        "state": chance.choice(("waiting", "review", "done", "skipped")),
    }
    if chance.random() < 0.8:
        document = Document(
            annotations=tuple(_annotation(people, chance, context) for _ in range(chance.randrange(6)))
        )
        stage, author = chance.choice(("annotate", "review")), chance.choice(people)
        values["document_id"] = store_document(
            tx, context, project, document, item_id=item_id, kind="submission", author=author, stage=stage
        )
        values["annotations"] = len(document.annotations)
    tx.execute(update(items).where(items.c.id == item_id).values(**values))
    if chance.random() < 0.3:
        scored = [_annotation(people, chance, context, scored=True) for _ in range(2)]
        store_document(
            tx,
            context,
            project,
            Document(annotations=tuple(scored)),
            item_id=item_id,
            kind="prediction",
            author="model:m",
        )
    row = tx.execute(select(items).where(items.c.id == item_id)).one()
    for tag in TAGS:
        if chance.random() < 0.3:
            at = {"project_id": project.id, "tag": tag, "position": row.position, "item_id": item_id}
            tx.execute(insert(item_tags).values(**at))
    lease = chance.choice((None, NOW - 1, NOW + 1000))
    held = {"lease_member": people[0] if lease else None, "lease_expires": lease}
    stage = {"stage": chance.choice(("annotate", "review")), "assigned_to": chance.choice((None, *people))}
    tx.execute(update(tasks).where(tasks.c.item_id == item_id).values(**held, **stage))
    if chance.random() < 0.2:
        issue = context.new_id()
        base = {"author": people[0], "created_at": context.now()}
        tx.execute(
            insert(issues).values(id=issue, project_id=project.id, item_id=item_id, state="open", **base)
        )
        tx.execute(insert(comments).values(id=context.new_id(), issue_id=issue, text="Too DARK_ 5%", **base))
    index_item(tx, item_id)


def _annotation(
    people: list[str], chance: random.Random, context: Any, *, scored: bool = False
) -> Annotation:
    category = chance.choice(("cat", "cat", "dog", "pup", "rat"))
    left, top = chance.randrange(30), chance.randrange(30)
    box = Box(left, top, left + chance.randrange(1, 20), top + chance.randrange(1, 20))
    line = Polyline(points=((1.0, 1.0), (9.0, 9.0)))
    attributes: dict[str, Any] = {}
    if category == "cat":
        attributes = {
            "kind": chance.choice("ab"),
            "age": float(chance.randrange(10)),
            "old": chance.random() < 0.5,
        }
    return Annotation(
        id=context.new_id(),
        category=category,
        shape=chance.choice((box, box, line, None)) if category == "dog" else box,
        attributes=attributes,
        evidence=Evidence(
            author=chance.choice(people),
            changed_by=chance.choice((None, "import:coco")),
            reviewer=chance.choice((None, None, people[0])),
            score=round(chance.random(), 3) if scored or chance.random() < 0.1 else None,
        ),
    )


def everything(world: World, project: str) -> dict[str, Known]:
    """All that is known, by item id, read without the index."""
    from labelwright.core.document import decode

    def work(tx) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for row in tx.execute(select(items).where(items.c.project_id == project)).all():
            stored = tx.execute(select(documents).where(documents.c.id == row.document_id)).first()
            bodies = tx.execute(
                select(documents.c.body).where(
                    documents.c.item_id == row.id, documents.c.kind == "prediction"
                )
            ).scalars()
            found[row.id] = Known(
                row=row,
                document=decode(stored.body) if stored else None,
                author=(stored.stage, stored.author) if stored else None,
                predicted=[one for body in bodies for one in decode(body).annotations],
                tags=set(tx.execute(select(item_tags.c.tag).where(item_tags.c.item_id == row.id)).scalars()),
                task=tx.execute(
                    select(tasks).where(tasks.c.item_id == row.id, tasks.c.state == "waiting")
                ).first(),
                remarks=list(
                    tx.execute(
                        select(comments.c.text)
                        .join(issues, issues.c.id == comments.c.issue_id)
                        .where(issues.c.item_id == row.id)
                    ).scalars()
                ),
            )
        return found

    return world.context.database.read(work)


def the_ontology(world: World, project: str) -> Ontology:
    version = world.services.ontologies.get(world.owner, project).version
    return world.context.database.read(lambda tx: read_ontology(world.context, tx, project, version))


def fits(known: Known, wanted: ItemFilter, ontology: Ontology, now: int = NOW) -> bool:
    """The filter, read plainly."""
    row = known.row
    here = [(ontology.current_id(a.category), a) for a in known.annotations]
    checks: list[bool] = []
    if wanted.text:
        said = [row.name, row.key or "", *known.remarks]
        checks.append(any(wanted.text.lower() in text.lower() for text in said))
    checks += [_category(rule, here, row, ontology) for rule in wanted.categories]
    checks += [_attribute(rule, here) for rule in wanted.attributes]
    if wanted.shapes:
        checks.append(any(a.kind in wanted.shapes for a in known.annotations))
    if wanted.authors:
        authors = {known.author[1]} if known.author and known.author[0] != "review" else set()
        for a in known.annotations:
            authors |= {a.evidence.author, a.evidence.changed_by}
        checks.append(bool(authors & set(wanted.authors)))
    if wanted.reviewers:
        reviewers = {known.author[1]} if known.author and known.author[0] == "review" else set()
        reviewers |= {a.evidence.reviewer for a in known.annotations}
        checks.append(bool(reviewers & set(wanted.reviewers)))
    for value, between in (
        (row.annotations, wanted.annotations),
        (row.width, wanted.width),
        (row.height, wanted.height),
        (row.width * row.height / 1e6, wanted.megapixels),
        (row.bytes, wanted.bytes),
        (row.width / row.height, wanted.aspect),
    ):
        checks.append(within(value, between))
    held = known.task is not None and (known.task.lease_expires or 0) > now
    state = "annotating" if row.state == "waiting" and held else row.state
    checks.append(not wanted.states or state in wanted.states)
    checks.append(not wanted.stages or (known.task is not None and known.task.stage in wanted.stages))
    checks.append(
        not wanted.assigned or (known.task is not None and known.task.assigned_to in wanted.assigned)
    )
    checks.append(not wanted.tags or bool(known.tags & set(wanted.tags)))
    checks.append(not known.tags & set(wanted.without_tags))
    checks.append(not wanted.splits or (row.split or "") in wanted.splits)
    checks.append(not wanted.imports or row.import_id in wanted.imports)
    checks.append(not wanted.sources or ("in_place" if row.source_path else "stored") in wanted.sources)
    if wanted.near_duplicates is not None:
        checks.append((row.near_duplicate_of is not None) == wanted.near_duplicates)
    if wanted.score is not None:
        everyone = (*known.annotations, *known.predicted)
        scores = [a.evidence.score for a in everyone if a.evidence.score is not None]
        checks.append(bool(scores) and within(min(scores), wanted.score))
    checks.append(_in_span(row.created_at, wanted.created))
    checks.append(_in_span(row.updated_at, wanted.updated))
    return all(checks)


def _category(
    rule: CategoryRule, here: list[tuple[str | None, Annotation]], row: Any, ontology: Ontology
) -> bool:
    if ontology.category(rule.category) is None:
        return not rule.has
    mine = [a for category, a in here if category == rule.category]
    if rule.area is not None:
        # One that was merged keeps its own least and greatest.
        by_id: dict[str, list[Annotation]] = {}
        for a in mine:
            by_id.setdefault(a.category, []).append(a)
        mine = [a for group in by_id.values() if _ends(_areas(group, row), rule.area) for a in group]
    if not rule.has:
        return not mine
    if rule.count is None:
        return bool(mine)
    if not mine and rule.area is not None:
        return False
    return within(len(mine), rule.count)


def _areas(annotations: list[Annotation], row: Any) -> list[float]:
    return [a.shape.area / (row.width * row.height) if a.shape else 1.0 for a in annotations]


def _attribute(rule: AttributeRule, here: list[tuple[str | None, Annotation]]) -> bool:
    mine = [a for category, a in here if category == rule.category]
    values = [a.attributes[rule.attribute] for a in mine if rule.attribute in a.attributes]
    texts = [v for v in values if isinstance(v, bool | str)]
    numbers = [v for v in values if isinstance(v, float) and not isinstance(v, bool)]
    found = any(v in rule.values for v in texts)
    return found or (rule.range is not None and bool(numbers) and _ends(numbers, rule.range))


def _ends(values: list[float], between: Between) -> bool:
    return within(min(values), between) or within(max(values), between)


def within(value: float, between: Between | None) -> bool:
    if between is None:
        return True
    return (between.min is None or value >= between.min) and (between.max is None or value <= between.max)


def _in_span(moment: str, span: Span | None) -> bool:
    if span is None:
        return True
    since = span.since is None or moment >= span.since
    return since and (span.until is None or moment[: len(span.until)] <= span.until)
