"""Reports of imports as people read them on a terminal."""

from typing import Any, cast

from labelwright.cli.output import columns
from labelwright.sdk.records import Import

MOST_ROWS = 30
MOST_LINES = 20


def told(entry: Import) -> str:
    """An import in a sentence, or a preview in a page, with what was refused."""
    report = _report(entry)
    if entry.kind == "labels" and report:
        return labels_told(report)
    lines = [f"{entry.kind.capitalize()}: {counted(report)}"]
    lines += [f"  refused {fault}" for fault in refused(entry)[:MOST_LINES]]
    return "\n".join(lines)


def labels_told(report: dict[str, Any]) -> str:
    """An import of labels, or its preview: what it is, what comes in, and what does not."""
    lines = [
        "Preview: nothing is written." if report.get("dry_run") else "Labels:",
        f"  {report.get('format_title', report.get('format'))}: {report.get('recognized')}",
        f"  {_items(report)}",
        f"  {_annotations(report)}",
    ]
    merge: dict[str, Any] = report.get("merge") or {}
    if merge:
        lines.append(
            f"  merged at IoU {merge['iou']:g}: {merge['matched']} matched ({merge['the_same']} the same, "
            f"{merge['ours_kept']} kept as they were, {merge['theirs_taken']} taken from the file), "
            f"{merge['added']} added"
        )
    lines += _words(report)
    for name, title in SECTIONS.items():
        lines += _section(title, report.get(name) or [])
    return "\n".join(lines)


SECTIONS = {
    "created_categories": "Created categories",
    "created_attributes": "Created attributes",
    "unknown_categories": "Unknown categories, left out",
    "ignored": "Ignored",
    "converted": "Converted",
    "refused": "Refused",
    "left_out": "Left out",
    "duplicates_listed": "Said twice in the files",
    "splits": "Splits",
    "rules": "Label rules broken",
    "ambiguous": "Could be several items",
    "unmatched": "No item of that name",
    "skipped": "Skipped",
    "faults": "Could not be read",
    "notes": "Notes",
}


def _items(report: dict[str, Any]) -> str:
    parts = [f"{report.get('items_matched', 0)} of {report.get('items_in_file', 0)} items matched"]
    ways = [f"{way['count']} by {way['what']}" for way in report.get("matched_by", [])]
    if ways:
        parts.append(f"({', '.join(ways)})")
    return " ".join(parts)


def _annotations(report: dict[str, Any]) -> str:
    verb = "would come in" if report.get("dry_run") else "came in"
    parts = [f"{report.get('annotations', 0)} annotations {verb}"]
    if report.get("already_there"):
        parts.append(f"{report['already_there']} are there already")
    if report.get("duplicates_in_file"):
        parts.append(f"{report['duplicates_in_file']} are said twice")
    return ", ".join(parts)


def _words(report: dict[str, Any]) -> list[str]:
    """The categories: of a preview with where each goes, else with how many came in."""
    words: list[dict[str, Any]] = report.get("file_categories") or []
    if not words:
        return _section("Categories", report.get("categories") or [])
    names = {entry["id"]: entry["name"] for entry in report.get("picture_categories", [])}

    def fate(word: dict[str, Any]) -> str:
        if word.get("ignored"):
            return "ignored"
        if word.get("goes_to"):
            return f"→ {names.get(word['goes_to'], word['goes_to'])}"
        close = names.get(word.get("suggestion") or "")
        return f"unknown (like {close}?)" if close else "unknown"

    rows = [
        (word["name"], word["annotations"], ", ".join(word["shapes"]), fate(word))
        for word in words[:MOST_ROWS]
    ]
    table = columns(["in the file", "annotations", "shapes", "becomes"], rows)
    lines = ["", *(f"  {line}" for line in table.split("\n"))]
    if len(words) > MOST_ROWS:
        lines.append(f"  and {len(words) - MOST_ROWS} more (see --report FILE)")
    return lines


def _section(title: str, entries: list[Any]) -> list[str]:
    if not entries:
        return []
    lines = ["", f"  {title}:"]
    lines += [f"    {_line(entry)}" for entry in entries[:MOST_LINES]]
    if len(entries) > MOST_LINES:
        lines.append(f"    and {len(entries) - MOST_LINES} more (see --report FILE)")
    return lines


def _line(entry: Any) -> str:  # noqa: ANN401  # a report's entries are text or objects
    if isinstance(entry, dict):
        return ", ".join(_part(str(k), v) for k, v in cast("dict[str, Any]", entry).items())
    return str(entry)


def _part(key: str, value: Any) -> str:  # noqa: ANN401  # as above
    return f"{value} {key}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def counted(report: Any) -> str:  # noqa: ANN401  # a report's shape is its format's own
    """The counts in a report, in words."""
    if not isinstance(report, dict):
        return "done"
    known = cast("dict[str, Any]", report)
    counts = [
        f"{value} {name.replace('_', ' ')}"
        for name, value in known.items()
        if isinstance(value, int) and not isinstance(value, bool)
    ]
    return ", ".join(counts) or "done"


def refused(entry: Import) -> list[str]:
    """The files that could not be read, each with its reason."""
    failed: list[dict[str, Any]] = _report(entry).get("failed", [])
    return [str(fault.get("message") or fault) for fault in failed]


def _report(entry: Import) -> dict[str, Any]:
    return cast("dict[str, Any]", entry.report or {})
