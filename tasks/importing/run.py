"""A whole import: every table of a source, batch by batch."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import going_live, watermarks
from models.queries.importing import guard as guards
from models.queries.importing import upsert as queries
from models.rules.importing.guard import GuardKind, usual_new
from tasks.importing.apply import apply_rows, finish
from tasks.importing.config import FIRST_IMPORT, read_config
from tasks.importing.errors import SourceError
from tasks.importing.guard import Guard
from tasks.importing.new_keys import NewKeys
from tasks.importing.rejects import RejectFile
from tasks.importing.report import Counts, ImportReport, Preview
from tasks.importing.rows import AnyRow, Reject
from tasks.importing.seen import SeenKeys
from tasks.importing.source import Source, open_source
from tasks.importing.stops import note
from tasks.importing.vanished import habit_of, look_for_vanished
from tasks.importing.variables import resolve
from tasks.importing.writing import Applied
from tasks.runtime.database import Database

_GUARDED = frozenset({"customers", "orders", "invoices"})
_BULK_ROWS = 10_000
"""From so many new rows on, the statistics of the database are refreshed."""


def import_source(
    db: Database,
    source_folder: Path,
    data: Path | None,
    *,
    now: datetime,
    policy: Policy,
    state_dir: Path,
    tables: Sequence[str] | None = None,
    check: bool = False,
) -> ImportReport:
    """Import a source, one transaction a batch. Importing it again changes nothing but what changed there.

    Args:
        db: where to.
        source_folder: the folder with `source.toml` and the SELECTs.
        data: the folder of its files; None for `data` in the source.
        now: aware.
        policy: answers are heard by it.
        state_dir: rejects are kept below it.
        tables: only these; None for all that the source has.
        check: write nothing at all; the report brings samples and rejects instead of a file.

    Raises:
        SourceError: the source cannot be read. Batches before that stay; importing again is harmless.
    """
    if check:
        with db.rehearse() as session:
            report = ImportReport(source_folder.resolve().name, preview=Preview())
            job = _Import(lambda: nullcontext(session), now, policy, None, report)
            return job.run(source_folder, data, tables)
    report = ImportReport(source_folder.resolve().name)
    return _Import(db.write, now, policy, RejectFile(state_dir, report.source, now), report).run(
        source_folder, data, tables
    )


@dataclass
class _Import:
    transaction: Callable[[], AbstractContextManager[Session]]
    now: datetime
    policy: Policy
    rejects: RejectFile | None
    report: ImportReport

    def run(self, folder: Path, data: Path | None, tables: Sequence[str] | None) -> ImportReport:
        config = read_config(folder)
        with self.transaction() as session:
            if FIRST_IMPORT not in config.variables.values() and going_live.is_empty(session):
                going_live.begin(session, self.now)
            variables = resolve(session, config, folder, self.now)
        with open_source(folder, data, variables) as source:
            for table in _chosen(source, tables):
                self._table(source, table)
        return self.report

    def _table(self, source: Source, table: str) -> None:
        counts = self.report.tables[table] = Counts()
        guard, seen = self._guard(source.name, table), SeenKeys()
        new_keys = self._new_keys(source, table, guard)
        with closing(seen):
            for batch in source.read(table, self.now):
                rows = [row for row in batch if not isinstance(row, Reject)]
                with self.transaction() as session:
                    now_written = new_keys.without_twins(session, rows) if new_keys else rows
                    applied = self._apply(session, source, guard, table, now_written)
                if guard is not None and source.config.complete is not False:
                    for row in rows:
                        seen.add(row.ref)
                rejects = [row for row in batch if isinstance(row, Reject)]
                self._count(table, counts, rows, rejects, applied)
            if guard is not None:
                if new_keys is not None and new_keys.candidates:
                    self._settle(source, guard, counts, seen, new_keys)
                self._finish(source, guard, counts, seen)
        if self.report.preview is not None:
            self.report.preview.close(table, source.sql(table))
        with self.transaction() as session:
            counts.of_sellers = queries.owned_by_sellers(session) if table == "orders" else 0
            if counts.is_whole:
                watermarks.set_watermark(
                    session, f"import:{source.name}:{table}", self.now.isoformat(), self.now
                )
            if counts.inserted >= _BULK_ROWS and table != "responses":
                queries.refresh_statistics(session, [table])

    def _apply(
        self, session: Session, source: Source, guard: Guard | None, table: str, rows: Sequence[AnyRow]
    ) -> Applied:
        actor = f"import:{source.name}"
        return apply_rows(session, table, rows, self.now, actor, policy=self.policy, guard=guard)

    def _new_keys(self, source: Source, table: str, guard: Guard | None) -> NewKeys | None:
        """Where rows are looked for under other keys: in exports that have all rows each time."""
        if guard is None or not guard.bases[GuardKind.VANISHED]:
            return None
        with self.transaction() as session:
            habit = habit_of(session, source.name, table, complete=source.config.complete)
        return NewKeys(table) if habit.is_whole else None

    def _settle(
        self, source: Source, guard: Guard, counts: Counts, seen: SeenKeys, new_keys: NewKeys
    ) -> None:
        """Write what waited: known rows under their new keys, and the others, read a second time, as new ones."""
        with self.transaction() as session:
            counts.renamed = new_keys.settle(session, seen)
        for batch in source.read(guard.table, self.now):
            rows = new_keys.waiting([row for row in batch if not isinstance(row, Reject)])
            with self.transaction() as session:
                applied = self._apply(session, source, guard, guard.table, rows)
            self._count(guard.table, counts, (), list(applied.rejects), replace(applied, rejects=()))

    def _guard(self, source: str, table: str) -> Guard | None:
        """The guard of a table that came before; the first import of one asks nothing."""
        if table not in _GUARDED:
            return None
        with self.transaction() as session:
            let = {
                GuardKind(one.kind)
                for one in guards.standing(session, source)
                if one.about == table and one.let_through_at is not None
            }
            last = guards.last_import(session, source, table)
            fullest = guards.fullest_day(session, table, self.now)
            return Guard(
                table,
                self.policy.imports,
                guards.bases(session, table),
                last,
                frozenset(let),
                usual_new(fullest, last, self.now, self.policy.imports),
            )

    def _finish(self, source: Source, guard: Guard, counts: Counts, seen: SeenKeys) -> None:
        with self.transaction() as session:
            applied = finish(session, guard, self.now, f"import:{source.name}", policy=self.policy)
            counts.inserted += applied.inserted
            counts.changed += applied.changed
            if counts.is_whole and not counts.rejected:
                complete = source.config.complete
                counts.vanished = look_for_vanished(
                    session, source.name, guard, seen, self.now, complete=complete
                )
            counts.waiting += note(session, self.policy, source.name, guard, self.now)

    def _count(
        self, table: str, counts: Counts, rows: Sequence[AnyRow], rejects: list[Reject], applied: Applied
    ) -> None:
        read = len(rows) + sum(reject.costs_row for reject in rejects)
        rejects = sorted([*rejects, *applied.rejects], key=lambda reject: (reject.file, reject.row))
        counts.add(rows, read, applied, rejects)
        if self.report.preview is not None:
            self.report.preview.add(table, list(rows), rejects)
        if self.rejects is not None:
            self.rejects.add(table, rejects)
            self.report.rejects_file = self.rejects.path


def _chosen(source: Source, tables: Sequence[str] | None) -> tuple[str, ...]:
    for table in tables or ():
        if table not in source.tables:
            raise SourceError(f"{source.name}: has no {table}.sql; it has {', '.join(source.tables)}")
    return tuple(table for table in source.tables if tables is None or table in tables)
