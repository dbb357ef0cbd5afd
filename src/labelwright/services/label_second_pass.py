"""The second pass of an import of labels: item by item, what is decided is counted, and carried out."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from labelwright.core.ontology import Ontology
from labelwright.services.job_run import JobRun
from labelwright.services.label_fitting import Fitter
from labelwright.services.label_plan import (
    PlannedEntry,
    Rules,
    Told,
    decide,
    entry_of,
    present_on,
)
from labelwright.services.label_report import Samples, Tally
from labelwright.services.label_spool import Spool
from labelwright.services.label_work import Carrier
from labelwright.storage.schema import import_entries

CHUNK = 50
LOOKED_AT = 200  # items that a preview decides at once
GONE = "it is gone"


class SecondPass:
    """Goes through the items of the spool."""

    def __init__(
        self,
        run: JobRun,
        row: Row[Any],
        ontology: Ontology,
        fitter: Fitter,
        rules: Rules,
        tally: Tally,
    ) -> None:
        self._run, self._row, self._context = run, row, run.context
        self._ontology, self._fitter, self._rules, self._tally = ontology, fitter, rules, tally
        self.samples = Samples()

    def go(self, spool: Spool, *, dry_run: bool) -> None:
        """Decide about every item, and do it unless this is a preview."""
        done = set[str]() if dry_run else self._context.database.read(self._done)
        seen = 0
        rest = spool.items()
        while chunk := list(islice(rest, LOOKED_AT if dry_run else CHUNK)):
            self._run.check()
            entries = [
                entry_of(records, item, self._fitter, self._rules, self._context) for item, records in chunk
            ]
            seen += len(entries)
            if dry_run:
                self._look(entries)
                self._context.database.write(
                    lambda tx, seen=seen: self._run.step(tx, seen, len(spool), "Comparing labels")
                )
            else:
                self._carry_out(entries, done, seen, len(spool))

    def _look(self, entries: Sequence[PlannedEntry]) -> None:
        there = self._context.database.read(
            lambda tx: present_on(
                tx, [e.item.id for e in entries], self._ontology, self._rules, self._context.clock()
            )
        )
        for entry in entries:
            present = there.get(entry.item.id)
            if present is None:
                self._tally.add(entry, Told(), GONE)
                continue
            decision = decide(entry, present, self._ontology, self._rules, self._context)
            self._tally.add(entry, decision.told, decision.skipped)
            self.samples.add(entry, present.document.annotations, decision)

    def _carry_out(self, entries: Sequence[PlannedEntry], done: set[str], seen: int, total: int) -> None:
        todo = [entry for entry in entries if entry.name not in done]
        before = [entry for entry in entries if entry.name in done]

        def work(tx: Connection) -> list[dict[str, Any]]:
            carrier = Carrier(tx, self._context, self._row, self._rules)
            rows = carrier.carry_out(todo)
            if rows:
                tx.execute(insert(import_entries), rows)
            self._run.step(tx, seen, total, "Writing labels")
            return rows

        for entry, row in zip(todo, self._context.database.write(work), strict=True):
            self._count(entry, row["detail"])
        for entry, detail in self._context.database.read(lambda tx: self._earlier(tx, before)):
            self._count(entry, detail)

    def _count(self, entry: PlannedEntry, detail: dict[str, Any]) -> None:
        told = msgspec.convert(detail.get("told", {}), Told)
        self._tally.add(entry, told, detail.get("reason"))

    def _earlier(
        self, tx: Connection, entries: Sequence[PlannedEntry]
    ) -> list[tuple[PlannedEntry, dict[str, Any]]]:
        """What was done with these items before the import was interrupted."""
        if not entries:
            return []
        rows = tx.execute(
            select(import_entries.c.name, import_entries.c.detail).where(
                import_entries.c.import_id == self._row.id,
                import_entries.c.name.in_([entry.name for entry in entries]),
            )
        )
        details = {row.name: row.detail for row in rows}
        return [(entry, details[entry.name]) for entry in entries]

    def _done(self, tx: Connection) -> set[str]:
        names = select(import_entries.c.name).where(import_entries.c.import_id == self._row.id)
        return set(tx.execute(names).scalars())
