"""The card of a release: what is in it, where it comes from, who made it, and what is not known of it.

Its sections are the things that article 10 of the EU AI Act (Regulation 2024/1689) asks to be known of
training data: design choices, collection and origin, preparation, assumptions, quantity and suitability,
possible biases, gaps. What nobody measured or wrote down is said to be unknown; nothing is made up.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from labelwright.core.brief import Brief
from labelwright.core.document import Annotation
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor
from labelwright.services.audit_views import earlier_audits, view_of
from labelwright.services.certificates import statement
from labelwright.services.context import Context
from labelwright.services.release_splits import Leak, leaks
from labelwright.services.releases import Entry, Releases, ReleaseView, candidate_of
from labelwright.storage.schema import (
    audits,
    briefs,
    documents,
    imports,
    items,
    members,
    merges,
    projects,
    release_entries,
    releases,
)

SMALL, MEDIUM = 32**2, 96**2  # square pixels, as in COCO's evaluation
AREA_BINS = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)  # of the picture
FEW = 30
MOST_LISTED = 100


class CategoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One category: annotations, items that have it, its share of all, and how large it is (median share)."""

    name: str
    annotations: int
    items: int
    share: float
    median_area: float | None
    splits: dict[str, int]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of a release, ready to be shown or written."""

    project: str
    description: str
    origin: str
    licence: str
    release: ReleaseView
    parent: str | None
    categories: list[CategoryFacts]
    kinds: dict[str, int]
    sizes: dict[str, int]
    areas: list[int]
    pictures: list[tuple[str, int]]
    pixels: dict[str, float]
    per_item: dict[str, float]
    empty_items: int
    sources: list[tuple[str, int]]
    authors: dict[str, int]
    reviewers: int
    reviewed: int
    from_models: int
    touched_models: int
    seconds: float
    guidelines: dict[str, int]
    splits: dict[str, int]
    leaks: list[Leak]
    skipped: dict[str, int]
    left_out: int
    accuracy: str | None
    agreement: float | None
    agreement_items: int
    gaps: list[str]


@dataclass
class _Tally:
    annotations: Counter[str] = field(default_factory=Counter[str])
    having: Counter[str] = field(default_factory=Counter[str])
    by_split: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    areas_of: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    kinds: Counter[str] = field(default_factory=Counter[str])
    sizes: Counter[str] = field(default_factory=Counter[str])
    areas: list[int] = field(default_factory=lambda: [0] * len(AREA_BINS))
    pictures: Counter[str] = field(default_factory=Counter[str])
    megapixels: list[float] = field(default_factory=list[float])
    counts: list[int] = field(default_factory=list[int])
    authors: Counter[str] = field(default_factory=Counter[str])
    reviewers: set[str] = field(default_factory=set[str])
    reviewed: int = 0
    from_models: int = 0
    touched: int = 0
    seconds: float = 0.0

    def add(self, entry: Entry) -> None:
        """One more item."""
        item, said = entry.item, entry.document.annotations
        self.pictures[f"{item.width} × {item.height}"] += 1
        self.megapixels.append(item.width * item.height / 1e6)
        self.counts.append(len(said))
        for annotation in said:
            self._add(annotation, item.width * item.height)
        for category in {annotation.category for annotation in said}:
            self.having[category] += 1
            if entry.split is not None:
                self.by_split.setdefault(category, Counter())[entry.split] += 1

    def _add(self, annotation: Annotation, pixels: int) -> None:
        self.annotations[annotation.category] += 1
        self.kinds[annotation.kind] += 1
        shape, evidence = annotation.shape, annotation.evidence
        if shape is not None and shape.area and pixels:
            size = "small" if shape.area < SMALL else "medium" if shape.area < MEDIUM else "large"
            self.sizes[size] += 1
            share = min(1.0, shape.area / pixels)
            self.areas_of.setdefault(annotation.category, []).append(share)
            self.areas[next(place for place, end in enumerate(AREA_BINS) if share <= end)] += 1
        self.authors[evidence.changed_by or evidence.author or "not known"] += 1
        if evidence.reviewer:
            self.reviewers.add(evidence.reviewer)
            self.reviewed += 1
        if evidence.model or evidence.prediction:
            self.from_models += 1
            self.touched += evidence.similarity is not None and evidence.similarity < 1
        self.seconds += evidence.seconds


class ReleaseCards:
    """The service of cards."""

    def __init__(self, context: Context, releases_service: Releases) -> None:
        self.context = context
        self._releases = releases_service

    def card(self, actor: Actor, release_id: str) -> Card:
        """The card of a release. Raises NotFound."""
        view = self._releases.get(actor, release_id)
        chosen = select(releases).where(releases.c.id == release_id)
        row = self.context.database.read(lambda tx: tx.execute(chosen).one())
        ontology = msgspec.convert(row.ontology, Ontology)
        tally = _Tally()
        candidates: list[Any] = []
        splits: dict[str, str | None] = {}
        for entry in self._releases.entries(release_id):
            tally.add(entry)
            candidates.append(candidate_of(entry.item, frozenset()))
            splits[entry.item.id] = entry.split
        about = self.context.database.read(lambda tx: _about(tx, view, tally))
        found = leaks(candidates, splits)
        categories = _categories(ontology, tally)
        total = sum(tally.annotations.values())
        return Card(
            **about,
            release=view,
            categories=categories,
            kinds=dict(tally.kinds.most_common()),
            sizes={size: tally.sizes[size] for size in ("small", "medium", "large")},
            areas=tally.areas,
            pictures=tally.pictures.most_common(20),
            pixels=_spread(tally.megapixels),
            per_item=_spread([float(count) for count in tally.counts]),
            empty_items=tally.counts.count(0),
            reviewers=len(tally.reviewers),
            reviewed=tally.reviewed,
            from_models=tally.from_models,
            touched_models=tally.touched,
            seconds=tally.seconds,
            splits=view.splits,
            leaks=found[:MOST_LISTED],
            gaps=_gaps(categories, tally, view, total, len(found), about),
        )


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {
        "min": min(values),
        "median": median(values),
        "max": max(values),
        "mean": sum(values) / len(values),
    }


def _categories(ontology: Ontology, tally: _Tally) -> list[CategoryFacts]:
    total = sum(tally.annotations.values())
    return [
        CategoryFacts(
            name=category.name,
            annotations=tally.annotations[category.id],
            items=tally.having[category.id],
            share=tally.annotations[category.id] / total if total else 0.0,
            median_area=median(areas) if (areas := tally.areas_of.get(category.id)) else None,
            splits=dict(tally.by_split.get(category.id, Counter())),
        )
        for category in ontology.categories
    ]


def _about(tx: Connection, view: ReleaseView, tally: _Tally) -> dict[str, Any]:
    project = tx.execute(select(projects).where(projects.c.id == view.project)).one()
    told = tx.execute(
        select(briefs.c.brief).where(
            briefs.c.project_id == view.project, briefs.c.version == view.brief_version
        )
    ).scalar()
    brief = msgspec.convert(told, Brief) if told else Brief()
    names = {row.id: row.name for row in tx.execute(select(members.c.id, members.c.name))}
    kinds = tx.execute(
        select(imports.c.args, imports.c.kind, imports.c.created_at, func.count(items.c.id))
        .join(items, items.c.import_id == imports.c.id)
        .join(release_entries, release_entries.c.item_id == items.c.id)
        .where(release_entries.c.release_id == view.id)
        .group_by(imports.c.id, imports.c.args, imports.c.kind, imports.c.created_at)
        .order_by(imports.c.created_at)
    ).all()
    states = tx.execute(
        select(items.c.state, func.count()).where(items.c.project_id == view.project).group_by(items.c.state)
    ).all()
    counted = {str(row[0]): int(row[1]) for row in states}
    versions = tx.execute(
        select(documents.c.guideline_version, func.count())
        .join(release_entries, release_entries.c.document_id == documents.c.id)
        .where(release_entries.c.release_id == view.id)
        .group_by(documents.c.guideline_version)
    ).all()
    parent = tx.execute(select(releases.c.tag).where(releases.c.id == view.parent)).scalar()
    return {
        "project": project.name,
        "description": project.description or brief.summary,
        "origin": brief.origin,
        "licence": brief.licence,
        "parent": parent,
        "sources": [(_source(row), int(row[3])) for row in kinds],
        "authors": _people(tally.authors, names),
        "guidelines": {str(row[0]): int(row[1]) for row in versions},
        "skipped": {"skipped": counted.get("skipped", 0)},
        "left_out": sum(counted.values()) - view.items,
        **_shown(tx, view.id),
    }


def _source(row: Any) -> str:  # noqa: ANN401  # a row
    args: dict[str, Any] = row.args or {}
    place = args.get("source") or "an upload"
    return f"{place}, {row.created_at[:10]}{', left in place' if args.get('in_place') else ''}"


def _people(authors: Counter[str], names: dict[str, str]) -> dict[str, int]:
    """Annotations by who made or last changed them: people together, models and imports by their names."""
    told: Counter[str] = Counter()
    for author, count in authors.items():
        told["people" if author in names else author] += count
    return dict(told.most_common())


def _gaps(
    categories: list[CategoryFacts],
    tally: _Tally,
    view: ReleaseView,
    total: int,
    near: int,
    about: dict[str, Any],
) -> list[str]:
    """What is missing or not known, in sentences."""
    unused = [one.name for one in categories if not one.annotations]
    few = [f"{one.name} ({one.annotations})" for one in categories if 0 < one.annotations < FEW]
    versions = ", ".join(f"version {key}: {count}" for key, count in sorted(about["guidelines"].items()))
    empty, unchecked = tally.counts.count(0), total - tally.reviewed
    told: list[tuple[object, str]] = [
        (not about["licence"], "Under which licence the pictures may be used is not written down."),
        (not about["origin"], "Where the pictures come from and how they were chosen is not written down."),
        (about["accuracy"] is None, "How much of it is wrong was not measured."),
        (about["agreement"] is None, "How far annotators agree was not measured."),
        (unused, f"No annotation at all: {', '.join(unused)}."),
        (few, f"Fewer than {FEW} annotations: {', '.join(few)}."),
        *((missing, f"“{name}” is not in {missing}.") for name, missing in _missing(categories, view)),
        (not view.splits, "The release has no splits."),
        (near, f"{near} near duplicates stand in two splits: what is tested there was seen in training."),
        (unchecked, f"{unchecked} of {total} annotations were not checked by a second person."),
        (empty, f"{empty} items show nothing that was asked for (no annotations)."),
        (about["left_out"], f"{about['left_out']} items of the project are not in the release."),
        (about["skipped"]["skipped"], f"{about['skipped']['skipped']} items were skipped by annotators."),
        (len(about["guidelines"]) > 1, f"Several versions of the guideline were followed ({versions})."),
    ]
    return [sentence for is_so, sentence in told if is_so]


def _missing(categories: list[CategoryFacts], view: ReleaseView) -> list[tuple[str, str]]:
    if len(view.splits) < 2:
        return []
    return [
        (one.name, ", ".join(split for split in view.splits if not one.splits.get(split)))
        for one in categories
        if one.annotations
    ]


def _shown(tx: Connection, release_id: str) -> dict[str, Any]:
    """What audits and several people's answers have shown of a release."""
    closed = select(audits).where(audits.c.release_id == release_id, audits.c.state == "closed")
    newest = tx.execute(closed.order_by(audits.c.id.desc()).limit(1)).first()
    earlier = [] if newest is None else earlier_audits(tx, release_id, newest.id)
    answered = (
        select(func.avg(merges.c.agreement), func.count(func.distinct(merges.c.item_id)))
        .join(release_entries, release_entries.c.item_id == merges.c.item_id)
        .where(release_entries.c.release_id == release_id, merges.c.agreement.is_not(None))
    )
    agreement, count = tx.execute(answered).one()
    return {
        "accuracy": None if newest is None else statement(view_of(tx, newest), earlier),
        "agreement": None if agreement is None else float(agreement),
        "agreement_items": int(count),
    }


def _agreed(card: Card) -> str:
    if card.agreement is None:
        return "Agreement between annotators: not measured."
    return (
        f"Agreement between annotators: {card.agreement:.0%} of their answers match on average, "
        f"on {card.agreement_items:,} items that several people answered."
    )


def markdown(card: Card) -> str:
    """The card as a page."""
    release = card.release
    return "\n".join(
        [
            f"# {card.project}, release {release.tag}",
            "",
            f"{release.items:,} items, {release.annotations:,} annotations. Made {release.created_at[:10]}"
            + (f", goes on from {card.parent}." if card.parent else "."),
            f"SHA-256 `{release.sha256}`",
            "",
            *_paragraph(release.notes),
            "## Purpose and design choices",
            "",
            *_paragraph(card.description or "No description is written down."),
            f"Ontology version {release.ontology_version}, guideline version {release.brief_version}. "
            f"Kinds of annotation: {_listed(card.kinds)}.",
            "",
            "## Collection and origin",
            "",
            *_paragraph(card.origin or "Where the pictures come from is not written down."),
            *_paragraph(f"Licence: {card.licence or 'not written down'}."),
            *[f"- {count:,} items from {source}" for source, count in card.sources],
            "",
            "## Preparation: annotation, checking, cleaning",
            "",
            f"Made or last changed by: {_listed(card.authors)}. {card.reviewed:,} of {release.annotations:,} "
            f"annotations were checked by {card.reviewers} reviewers. {card.from_models:,} began as the "
            f"prediction of a model, of which people changed {card.touched_models:,}. "
            f"Human work that was measured: {card.seconds / 3600:.1f} hours.",
            "",
            f"Accuracy: {card.accuracy or 'not measured.'}",
            "",
            _agreed(card),
            "",
            "## Quantity and suitability",
            "",
            "| category | annotations | share | items | median size (of the picture) |",
            "| --- | --- | --- | --- | --- |",
            *[_row(one) for one in card.categories],
            "",
            f"Sizes (COCO): {_listed(card.sizes)}. Items without annotations: {card.empty_items:,}.",
            f"Annotations of an item: {_numbers(card.per_item)}. Megapixels: {_numbers(card.pixels)}.",
            f"Pictures: {', '.join(f'{size} ({count:,})' for size, count in card.pictures[:8])}.",
            "",
            f"Splits: {_listed(card.splits) or 'none'}. Near duplicates in two splits: {release.leaks}.",
            "",
            "## Assumptions",
            "",
            "What counts is the newest submission of each item that was released; items are upright "
            "pictures, coordinates pixels from the upper left corner. Whatever the categories do not name "
            "was not looked for.",
            "",
            "## Possible biases, gaps and shortcomings",
            "",
            *[f"- {gap}" for gap in card.gaps],
            "",
        ]
    )


def _paragraph(text: str) -> list[str]:
    return [text.strip(), ""] if text.strip() else []


def _row(one: CategoryFacts) -> str:
    size = "" if one.median_area is None else f"{one.median_area:.2%}"
    name = one.name.replace("|", "\\|")
    return f"| {name} | {one.annotations:,} | {one.share:.1%} | {one.items:,} | {size} |"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _numbers(spread: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in spread.items()) or "none"
