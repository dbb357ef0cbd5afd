"""What became of every file of an item import, and the rows that come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import Conflict, KeyTaken, LabelwrightError
from labelwright.media.fingerprint import Nearest, hamming
from labelwright.services.context import Context
from labelwright.services.item_reading import Ready
from labelwright.services.task_rows import open_first_task
from labelwright.storage.schema import import_entries, items, projects

ADDED, DUPLICATE, FAILED, SKIPPED = "added", "duplicate", "failed", "skipped"
SAME_KEY = "It is here already, under this key and with these bytes."


@dataclass(frozen=True)
class _Known:
    """An item as far as a newcomer must be compared with it."""

    id: str
    name: str
    sha256: str
    key: str | None


class Adding:
    """Adds items to a project; remembers what is there already."""

    def __init__(self, context: Context, row: Row[Any], keys: Mapping[str, str]) -> None:
        self.context = context
        self.import_id: str = row.id
        self.project_id: str = row.project_id
        self.known: set[str] = set()
        self._keys = keys
        self.origins: dict[str, dict[str, str | None]] = {}
        """By name, the source whose bytes stay there, for items that have one."""
        self._nearest = Nearest()
        self._fresh: list[dict[str, Any]] = []

    def load(self, tx: Connection) -> None:
        """Read what the project holds."""
        columns = select(items.c.id, items.c.sha256, items.c.dhash).where(
            items.c.project_id == self.project_id
        )
        rows = tx.execute(columns.order_by(items.c.position)).all()
        self.known.update(row.sha256 for row in rows)
        self._nearest = Nearest((int(row.dhash, 16), row.id) for row in rows if row.dhash)

    def add(self, tx: Connection, chunk: Sequence[Ready]) -> None:
        """Write what comes of a chunk: items, first tasks, entries. Names with an entry are passed over."""
        project = projects.c.id == self.project_id
        # Taking positions first locks the row: on PostgreSQL, imports of one project take turns here.
        step = {"next_position": projects.c.next_position + len(chunk)}
        tx.execute(update(projects).where(project).values(**step))
        last = tx.execute(select(projects.c.next_position).where(project)).scalar_one()
        here = _Here(tx, self.project_id, chunk, self._keys)
        done = self._done(tx, chunk)
        self._fresh = []
        entries: list[dict[str, Any]] = []
        for position, ready in enumerate(chunk, start=last - len(chunk)):
            if ready.name not in done:
                entries.append(self._settle(tx, here, ready, position))
        if self._fresh:
            tx.execute(insert(items), self._fresh)
            for row in self._fresh:
                open_first_task(tx, self.context, self.project_id, row["id"], row["position"])
        if entries:
            tx.execute(insert(import_entries), entries)

    def keep(self) -> None:
        """Remember what the last chunk added, now that it is on disk."""
        for row in self._fresh:
            self.known.add(row["sha256"])
            if row["dhash"]:
                self._nearest.add(int(row["dhash"], 16), row["id"])

    def _done(self, tx: Connection, chunk: Sequence[Ready]) -> set[str]:
        names = select(import_entries.c.name).where(
            import_entries.c.import_id == self.import_id,
            import_entries.c.name.in_([ready.name for ready in chunk]),
        )
        return set(tx.execute(names).scalars())

    def _settle(self, tx: Connection, here: "_Here", ready: Ready, position: int) -> dict[str, Any]:
        key = self._keys.get(ready.name)
        if ready.error is not None:
            return self._entry(ready, FAILED, failed_entry(ready.error))
        held = here.by_key.get(key) if key else None
        if key and held is not None and held.sha256 == ready.sha256:
            return self._entry(ready, SKIPPED, {"reason": SAME_KEY}, held.id)
        if key and held is not None:
            return self._entry(ready, FAILED, failed_entry(KeyTaken(ready.name, key, held.name)), held.id)
        twin = here.by_sha256.get(ready.sha256)
        if twin is not None:
            return self._entry(ready, DUPLICATE, {"of": twin.name}, twin.id)
        if ready.picture is None:
            return self._entry(ready, FAILED, failed_entry(_vanished(ready.name)))
        row = self._row(tx, ready, key, position)
        self._fresh.append(row)
        here.take(_Known(row["id"], ready.name, ready.sha256, key))
        near = here.name_of(tx, row["near_duplicate_of"])
        detail = {"near": {"of": near, "distance": row["near_distance"]}} if near else {}
        return self._entry(ready, ADDED, detail, row["id"])

    def _entry(
        self, ready: Ready, outcome: str, detail: dict[str, Any], item_id: str | None = None
    ) -> dict[str, Any]:
        row = {"import_id": self.import_id, "name": ready.name, "outcome": outcome}
        return {**row, "item_id": item_id, "detail": detail}

    def _row(self, tx: Connection, ready: Ready, key: str | None, position: int) -> dict[str, Any]:
        picture, now = ready.picture, self.context.now()
        if picture is None:
            raise AssertionError("only a picture becomes an item")
        near, distance = self._near(tx, ready.dhash)
        return {
            "id": self.context.new_id(),
            "project_id": self.project_id,
            "position": position,
            "name": ready.name,
            "key": key,
            "sha256": ready.sha256,
            "media_type": picture.media_type,
            "bytes": ready.size,
            "width": picture.width,
            "height": picture.height,
            "orientation": picture.orientation,
            "notes": list(picture.notes),
            "source_path": None if ready.path is None else str(ready.path),
            "dhash": None if ready.dhash is None else f"{ready.dhash:016x}",
            "near_duplicate_of": near,
            "near_distance": distance,
            "import_id": self.import_id,
            "created_at": now,
            "updated_at": now,
            **self.origins.get(ready.name, {}),
        }

    def _near(self, tx: Connection, value: int | None) -> tuple[str | None, int | None]:
        if value is None:
            return None, None
        within = self.context.settings.near_duplicate_distance
        beside = [(hamming(value, int(row["dhash"], 16)), row["id"]) for row in self._fresh if row["dhash"]]
        found = self._nearest.find(value, within)
        if found is not None and _is_here(tx, found[0]):
            beside.insert(0, (found[1], found[0]))
        distance, near = min(beside, key=lambda entry: entry[0], default=(within + 1, ""))
        return (near, distance) if distance <= within else (None, None)


class _Here:
    """The items of the project that a chunk may meet, by bytes and by key, the chunk's own included."""

    def __init__(
        self, tx: Connection, project_id: str, chunk: Sequence[Ready], keys: Mapping[str, str]
    ) -> None:
        self.by_sha256: dict[str, _Known] = {}
        self.by_key: dict[str | None, _Known] = {}
        wanted = [keys[ready.name] for ready in chunk if ready.name in keys]
        columns = select(items.c.id, items.c.name, items.c.sha256, items.c.key)
        mine = columns.where(items.c.project_id == project_id)
        hashes = [ready.sha256 for ready in chunk if ready.sha256]
        for row in tx.execute(mine.where(items.c.sha256.in_(hashes))):
            self.take(_Known(row.id, row.name, row.sha256, row.key))
        if wanted:
            for row in tx.execute(mine.where(items.c.key.in_(wanted))):
                self.take(_Known(row.id, row.name, row.sha256, row.key))
        self._names: dict[str, str] = {}

    def take(self, known: _Known) -> None:
        """Let later files of the chunk meet an item."""
        self.by_sha256[known.sha256] = known
        if known.key:
            self.by_key[known.key] = known

    def name_of(self, tx: Connection, item_id: str | None) -> str | None:
        """The name of an item of the project or the chunk."""
        if item_id is None:
            return None
        for known in self.by_sha256.values():
            if known.id == item_id:
                return known.name
        return tx.execute(select(items.c.name).where(items.c.id == item_id)).scalar()


def report_of(tx: Connection, import_id: str) -> dict[str, Any]:
    """The report of an item import: every name is counted once, and listed unless simply added."""
    report: dict[str, Any] = {
        "total": 0,
        "added": 0,
        "duplicates": [],
        "near_duplicates": [],
        "failed": [],
        "skipped": [],
        "notes": [],
    }
    rows = select(import_entries).where(import_entries.c.import_id == import_id)
    for row in tx.execute(rows.order_by(import_entries.c.name)):
        report["total"] += 1
        entry = {"name": row.name, **row.detail}
        if row.outcome == ADDED:
            report["added"] += 1
            if "near" in row.detail:
                report["near_duplicates"].append({"name": row.name, **row.detail["near"]})
        else:
            report[{DUPLICATE: "duplicates", FAILED: "failed", SKIPPED: "skipped"}[row.outcome]].append(entry)
    report["notes"] = [
        {"name": row.name, "note": " ".join(row.notes)}
        for row in tx.execute(select(items).where(items.c.import_id == import_id).order_by(items.c.position))
        if row.notes
    ]
    return report


def failed_entry(error: LabelwrightError) -> dict[str, Any]:
    """What a report says about a file that was refused."""
    return {"code": error.code, "message": error.message, "remedy": error.remedy}


def _is_here(tx: Connection, item_id: str) -> bool:
    return tx.execute(select(items.c.id).where(items.c.id == item_id)).first() is not None


def _vanished(name: str) -> Conflict:
    return Conflict(
        f"{name}: the item with these bytes was removed in the meantime.", remedy="Import it again."
    )
