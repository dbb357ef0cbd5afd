"""The report of an import of labels, counted item by item; lists stop at a thousand, counts do not."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from labelwright.formats.format import Reading
from labelwright.services.label_fitting import Fitted
from labelwright.services.label_plan import MERGE, Decision, PlannedEntry, Rules, Told
from labelwright.services.label_rules import RuleTally
from labelwright.services.label_survey import Survey

MOST_LISTED = 1000


@dataclass
class Tally:
    """What was found and decided so far."""

    matched_by: Counter[str] = field(default_factory=Counter[str])
    unmatched: list[str] = field(default_factory=list[str])
    unmatched_count: int = 0
    ambiguous: list[str] = field(default_factory=list[str])
    ambiguous_count: int = 0
    other_frames: Counter[str] = field(default_factory=Counter[str])
    items: int = 0
    coming: Counter[str] = field(default_factory=Counter[str])
    sums: Counter[str] = field(default_factory=Counter[str])
    duplicates: int = 0
    duplicates_listed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    splits: Counter[str] = field(default_factory=Counter[str])
    tags: Counter[str] = field(default_factory=Counter[str])
    skipped: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    rules: RuleTally = field(default_factory=RuleTally)
    names: dict[str, str] = field(default_factory=dict[str, str])
    """Of categories, by id; known once the ontology is."""

    def miss(self, name: str, doubt: str | None) -> None:
        """A record that no item, or more than one, fits."""
        listed = self.unmatched if doubt is None else self.ambiguous
        if len(listed) < MOST_LISTED:
            listed.append(name if doubt is None else doubt)
        self.unmatched_count += doubt is None
        self.ambiguous_count += doubt is not None

    def add(self, entry: PlannedEntry, told: Told, skipped: str | None) -> None:
        """One more item that was decided on."""
        self.coming.update(told.coming)
        self.sums.update(same=told.same, kept=told.kept, taken=told.taken, added=told.added)
        if told.split:
            self.splits[told.split] += 1
        self.tags.update(told.tags)
        if skipped and len(self.skipped) < MOST_LISTED:
            self.skipped.append({"item": entry.item.name, "reason": skipped})
        _, _, record = entry.name.partition(" ")
        self.rules.add(entry.item.name, record, told.broken, waits=told.waits)
        self.duplicates += len(entry.duplicates)
        for annotation, iou in entry.duplicates:
            if len(self.duplicates_listed) < MOST_LISTED:
                category = self.names.get(annotation.category, annotation.category)
                listed = {"item": entry.item.name, "record": record, "category": category}
                self.duplicates_listed.append({**listed, "kind": annotation.kind, "iou": round(iou, 4)})

    def report(self, reading: Reading, survey: Survey, fitted: Fitted, rules: Rules) -> dict[str, Any]:
        """The counts as people read them; what did not happen is left out where it would only be noise."""
        told: dict[str, Any] = {
            "items_in_file": survey.records,
            "items_matched": self.items,
            "items_unmatched": self.unmatched_count,
            "items_ambiguous": self.ambiguous_count,
            "annotations_in_file": survey.annotations,
            "annotations": sum(self.coming.values()),
            "already_there": self.sums["same"],
            "duplicates_in_file": self.duplicates,
            "not_read": len(reading.faults),
            "without_a_required_attribute": fitted.incomplete,
            "matched_by": [{"what": way, "count": n} for way, n in self.matched_by.most_common()],
            "categories": [{"category": n, "annotations": c} for n, c in self.coming.most_common() if c],
            "unknown_categories": _counted(fitted.unknown, "category"),
            "ignored": [*_counted(fitted.ignored, "category"), *_of_attributes(fitted.ignored_attributes)],
            "refused": _counted(fitted.refused + self.other_frames, "reason"),
            "converted": [{"what": n, "count": c} for n, c in fitted.converted.most_common()],
            "left_out": [{"what": n, "count": c} for n, c in fitted.left_out.most_common()],
            "duplicates_listed": self.duplicates_listed,
            "splits": [{"split": n, "items": c} for n, c in self.splits.most_common()],
            "tags": [{"tag": n, "items": c} for n, c in self.tags.most_common(MOST_LISTED)],
            **self.rules.report(),
            "unmatched": self.unmatched,
            "ambiguous": self.ambiguous,
            "faults": [msgspec.to_builtins(fault) for fault in reading.faults[:MOST_LISTED]],
            "skipped": self.skipped,
            "notes": reading.notes,
        }
        if rules.mode == MERGE:
            told["merge"] = {
                "iou": rules.iou,
                "keep": rules.keep,
                "matched": self.sums["same"] + self.sums["kept"] + self.sums["taken"],
                "the_same": self.sums["same"],
                "ours_kept": self.sums["kept"],
                "theirs_taken": self.sums["taken"],
                "added": self.sums["added"],
            }
        return told


def _counted(counter: Counter[str], word: str) -> list[dict[str, Any]]:
    return [{word: name, "annotations": count} for name, count in counter.most_common()]


def _of_attributes(counter: Counter[str]) -> list[dict[str, Any]]:
    return [{"attribute": name, "annotations": count} for name, count in counter.most_common()]


MOST_PICTURES, MOST_DRAWN, LONGEST_MASK = 6, 200, 20_000


@dataclass
class Samples:
    """A handful of pictures for a preview: what comes in over what is there.

    Pictures on which both meet are shown first, then those that get something, in the order of the file.
    """

    both: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    others: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def add(self, entry: PlannedEntry, present: tuple[Any, ...], decision: Decision) -> None:
        """Show this item, if there is room for another one."""
        listed = self.both if present else self.others
        if len(listed) >= MOST_PICTURES or not entry.annotations:
            return
        item, made = entry.item, decision.merged
        fates = {
            **dict.fromkeys(made.added, "added"),
            **dict.fromkeys(made.taken, "taken"),
            **dict.fromkeys(made.kept, "kept"),
            **dict.fromkeys(made.same, "same"),
        }
        listed.append(
            {
                "item": item.id,
                "name": item.name,
                "width": item.width,
                "height": item.height,
                "skipped": decision.skipped,
                "present": _drawable(present),
                "incoming": _drawable(entry.annotations),
                "fates": fates,
            }
        )

    def report(self) -> list[dict[str, Any]]:
        """The pictures to show."""
        return [*self.both, *self.others][:MOST_PICTURES]


def _drawable(annotations: tuple[Any, ...]) -> list[dict[str, Any]]:
    light = [a for a in annotations if not (a.kind == "mask" and len(a.shape.runs) > LONGEST_MASK)]
    return [
        {"id": a.id, "category": a.category, "shape": msgspec.to_builtins(a.shape)}
        for a in light[:MOST_DRAWN]
    ]
