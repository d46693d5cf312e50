"""The command `seguito`."""

import asyncio
import json
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import pendulum
from cyclopts import App, Parameter

from deployments import replaying
from deployments.cli_responses import collect, inbox, respond
from flows.sweeping import ESCALATION, escalate, sweep
from models import policy as policies
from models.policy import SWEEPS, PolicyError
from tasks.clock import SystemClock
from tasks.database import Database
from tasks.importing.errors import SourceError
from tasks.importing.report import Preview
from tasks.importing.run import import_source
from tasks.mails.texts import missing_texts
from tasks.report import Scope
from tasks.services import open_services
from tasks.settings import Settings
from tasks.sweeping import SweepStoppedError, UnknownCustomersError, customer_ids

app = App(name="seguito", help="Follows up after the sale: on a schedule, until somebody has answered.")
policy_app = App(name="policy", help="The policy file.")
app.command(policy_app)
app.command(collect)
app.command(respond)
app.command(inbox)


@app.command
def up() -> int:
    """Run everything on this machine: Prefect with its UI, the sweeps, the customers' pages and a local mailbox."""
    from deployments.launcher import run  # noqa: PLC0415 (Prefect takes a second to import; nothing else here needs it)

    return run(Settings())


@app.command
def setup() -> int:
    """Make or mend the automations on the Prefect server: late, failed, missing runs, and waking by events."""
    from deployments.setup import run  # noqa: PLC0415 (Prefect takes a second to import)

    return run(Settings())


@app.command
def migrate() -> None:
    """Bring the database to the newest version; every other command does so by itself."""
    Database(Settings().database).migrate()
    print("The database is at the newest version.")


@app.command(name="import")
def import_(
    source: Path, *, data: Path | None = None, check: Annotated[bool, Parameter(negative="")] = False
) -> int:
    """Import a source: a folder with one SELECT a table.

    Args:
        source: The folder.
        data: Folder of the company's files; the source's own `data` when not given.
        check: Show what would come in, and write nothing.
    """
    settings = Settings()
    db = Database(settings.database)
    db.migrate()
    report = import_source(
        db, source, data, now=SystemClock().now(), policy=policies.load(settings.policy),
        state_dir=settings.state_dir, check=check,
    )  # fmt: skip
    print(report.sentence())
    if report.preview is not None:
        _show(report.preview)
    if report.rejects_file is not None:
        print(f"The rejected rows, with what to do about each: {report.rejects_file}")
    return 0


def _show(preview: Preview) -> None:
    for table, rows in preview.samples.items():
        for row in rows:
            print(f"  {table}: {row}")
    for reject in preview.rejects:
        print(f"  {reject}")


@app.command(name="sweep")
def sweep_(
    kind: str,
    *,
    customers: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    as_of: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Run a sweep here, without a Prefect server.

    Args:
        kind: welcome-contact, satisfaction-check, delay-alert, credit-recovery or escalate-unanswered.
        customers: References of customers; everyone when not given.
        as_of: Judge what is due at this time (`2026-03-18 10:00`, in UTC unless it says otherwise).
        dry_run: Write and send nothing; say what would be done.
    """
    if kind not in SWEEPS:
        print(f"There is no sweep {kind!r}; choose from {', '.join(SWEEPS)}.", file=sys.stderr)
        return 2
    now = datetime.now(UTC) if as_of is None else _instant(as_of)
    print(asyncio.run(_sweep(kind, customers or [], now, dry_run=dry_run)))
    return 0


async def _sweep(kind: str, customers: list[str], now: datetime, *, dry_run: bool) -> str:
    async with open_services(Settings()) as services:
        if kind == ESCALATION:
            return await escalate(services, now, dry_run=dry_run)
        scope = Scope(kind, now, customer_ids(services, customers))
        return (await sweep(services, scope, dry_run=dry_run)).sentence()


@app.command(name="replay")
def replay_(
    source: Path,
    *,
    from_: Annotated[date, Parameter(name="--from")],
    to: date,
    json_: Annotated[Path, Parameter(name="--json")],
    data: Path | None = None,
    step: str = "1d",
    policy: Path | None = None,
) -> int:
    """Replay a span of the past: what would have been sent, answered and escalated.

    Args:
        source: The folder of SELECTs.
        from_: First day (`2017-01-01`).
        to: Last day, included.
        json_: Where the figures go.
        data: Folder of the files; the source's own `data` when not given.
        step: How far apart the simulated sweeps lie: `1d`, `6h`.
        policy: The policy; the source's own when it has one, otherwise that of the settings.
    """
    chosen = policy or (source / "policy.toml" if (source / "policy.toml").exists() else Settings().policy)
    progress = _progress(from_, to)
    figures = replaying.run(
        source, data, from_, to, step=step, policy=policies.load(chosen), progress=progress
    )
    json_.write_text(
        json.dumps(figures, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(json.dumps(figures["totals"], indent=1, ensure_ascii=False))
    return 0


@policy_app.command
def check(file: Path | None = None) -> int:
    """Say what is wrong with a policy, and on which line.

    Args:
        file: The file; that of the settings when not given.
    """
    path = file or Settings().policy
    policy = policies.load(path)
    problems = missing_texts(policy)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    per_sweep = Counter(cadence.sweep for cadence in policy.cadences.values())
    print(f"{path} holds: " + ", ".join(f"{name} {number}" for name, number in per_sweep.items()) + ".")
    return 0


def _instant(text: str) -> datetime:
    parsed = pendulum.parse(text)
    if not isinstance(parsed, pendulum.DateTime):
        raise ValueError(f"{text!r} is no time; write it like '2026-03-18 10:00'")
    return parsed.astimezone(UTC)


def _progress(first: date, last: date) -> "replaying.Progress":
    """A line that counts the days on a terminal, and a line a month elsewhere."""
    days = max((last - first).days, 1)

    def show(day: date) -> None:
        if sys.stderr.isatty():
            print(f"\r{day} ({100 * (day - first).days // days} %)", end="", file=sys.stderr, flush=True)
        elif day.day == 1:
            print(f"{day} ({100 * (day - first).days // days} %)", file=sys.stderr, flush=True)

    return show


def main() -> None:
    """Run the command line; what a person can mend is one line, not a traceback."""
    try:
        sys.exit(app())
    except (PolicyError, SourceError, SweepStoppedError, UnknownCustomersError, ValueError) as error:
        print(str(error), file=sys.stderr)
        sys.exit(1)
