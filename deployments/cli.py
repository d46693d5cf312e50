"""The command `seguito`."""

import asyncio
import sys
from collections import Counter
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import pendulum
from cyclopts import App, Parameter

from deployments import cli_edge, settings_with_blocks
from deployments.cli_addresses import addresses, doubts
from deployments.cli_backup import backup, restore
from deployments.cli_cases import cases
from deployments.cli_connect import connect
from deployments.cli_credit import credit, dossier
from deployments.cli_desk import sign_out
from deployments.cli_explain import explain, send_now
from deployments.cli_first_day import go_live
from deployments.cli_health import doctor
from deployments.cli_imports import imports
from deployments.cli_preview import preview
from deployments.cli_privacy import erase, export, retention
from deployments.cli_processes import pages, prefect_yaml, setup, up, wake
from deployments.cli_replay import backtest_, replay_
from deployments.cli_report import report_
from deployments.cli_responses import collect, inbox, respond
from deployments.cli_texts import check_texts, texts
from deployments.import_preview import lines
from flows.as_of import moment
from flows.sweeping import escalate, sweep
from models import policy as policies
from models.credit import ending_tables
from models.policy import ESCALATION, SWEEPS, Policy
from models.rules.calendar.reach import instant
from tasks.commitments.recalculate_ladders import recompute
from tasks.escalation.coverage import check_ladders
from tasks.health import good_runs
from tasks.importing.run import import_source
from tasks.importing.stops import WHAT_TO_DO
from tasks.planning.policy_changes import warnings
from tasks.runtime.clock import SystemClock
from tasks.runtime.database import Database
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.sending.sweep import customer_ids
from tasks.sending.sweep_report import Scope
from tasks.services import open_services

_MOST_SHOWN = 50

app = App(
    name="seguito",
    help="Follows up after the sale: on a schedule, until somebody has answered.",
    version=lambda: version("seguito"),
    suppress_keyboard_interrupt=False,  # it says so itself
    result_action="return_value",
)
policy_app = App(name="policy", help="The policy file.")
app.command(policy_app)
app.command(up)
app.command(pages)
app.command(wake)
app.command(setup)
app.command(prefect_yaml)
app.command(collect)
app.command(go_live)
app.command(explain)
app.command(send_now)
app.command(imports)
app.command(connect)
app.command(respond)
app.command(inbox)
app.command(credit)
app.command(dossier)
app.command(cases)
app.command(sign_out)
app.command(addresses)
app.command(doubts)
app.command(texts)
app.command(preview)
app.command(doctor)
app.command(backup)
app.command(restore)
app.command(export)
app.command(erase)
app.command(retention)
app.command(report_, name="report")
app.command(replay_, name="replay")
app.command(backtest_, name="backtest")


@app.command
def migrate() -> None:
    """Make the database where there is none yet, or bring it to the newest version, as other commands do too."""
    open_database(Settings(), may_make=True).close()
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
    with closing(open_database(settings, may_make=True)) as db:
        report = import_source(
            db,
            source,
            data,
            now=SystemClock().now(),
            policy=policies.load(settings.policy),
            state_dir=settings.state_dir,
            check=check,
        )
    print(report.sentence())
    if report.has_waiting:
        print(WHAT_TO_DO)
    if report.preview is not None:
        print(*lines(report.preview), sep="\n")
    if report.rejects_file is not None:
        print(f"The rejected rows, with what to do about each: {report.rejects_file}")
    return 0


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
        as_of: Judge what is due at this time (`2026-03-18 10:00`, in UTC unless it says otherwise); one that lies ahead
            needs --dry-run.
        dry_run: Write and send nothing; say what would be done.
    """
    if kind not in SWEEPS:
        print(f"There is no sweep {kind!r}; choose from {', '.join(SWEEPS)}.", file=sys.stderr)
        return 2
    chosen = None if as_of is None else _instant("--as-of", as_of)
    print(asyncio.run(_sweep(kind, customers or [], chosen, dry_run=dry_run)))
    return 0


async def _sweep(kind: str, customers: list[str], as_of: datetime | None, *, dry_run: bool) -> str:
    async with open_services(await settings_with_blocks.settings()) as services:
        now, chosen = (
            moment(as_of, services.clock.now(), may_be_later=dry_run),
            customer_ids(services, customers),
        )
        if kind == ESCALATION:
            said = await escalate(services, now, chosen, dry_run=dry_run)
        else:
            said = (await sweep(services, Scope(kind, now, chosen), dry_run=dry_run)).sentence()
        if not (dry_run or chosen):
            good_runs.note(services.db, kind, services.clock.now())
        return said


@policy_app.command
def check(file: Path | None = None) -> int:
    """Say what is wrong with a policy, and on which line; and at which rungs of its ladders nobody stands this week.

    Args:
        file: The file; that of the settings when not given.
    """
    path = file or Settings().policy
    policy = policies.load(path)
    if not check_texts(policy):
        return 1
    per_sweep = Counter(cadence.sweep for cadence in policy.cadences.values())
    print(f"{path} holds: " + ", ".join(f"{name} {number}" for name, number in per_sweep.items()) + ".")
    return max(_check_promises(policy), _check_sent(policy), _check_people(policy))


@policy_app.command(name="recompute")
def recompute_(*, apply: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Show which rungs of running ladders would move on the calendar of the policy, or move them.

    Args:
        apply: Move them. Due times never move.
    """
    settings = Settings()
    with closing(open_database(settings)) as db, db.write() as session:
        found = recompute(session, policies.load(settings.policy), apply=apply)
    for moved in found[:_MOST_SHOWN]:
        times = " -> ".join(f"{at:%Y-%m-%d %H:%M}" for at in (moved.before, moved.after))
        print(f"commitment {moved.commitment}, {moved.step}: {times}")
    print(f"{len(found)} rungs {'moved' if apply else 'would move; --apply moves them'}.")
    return 0


def _check_sent(policy: Policy) -> int:
    """What was sent under names that the policy does not have, as far as the database knows."""
    if not Database(Settings().database).exists:
        return 0
    with closing(open_database(Settings())) as db, db.read() as session:
        found = list(warnings(session, policy, SystemClock().now()))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


def _check_promises(policy: Policy) -> int:
    """Which promised behaviours cannot hold, and which of them the company wants so."""
    for gap in policy.gaps:
        if gap.name in policy.accepts:
            print(f"Accepted: {gap.name} ({gap.behaviour}): {gap.why}.")
        else:
            print(
                f'{gap.behaviour} cannot hold: {gap.why}. Or write accepts = ["{gap.name}"] to have it so.',
                file=sys.stderr,
            )
    return int(any(gap.name not in policy.accepts for gap in policy.gaps))


def _check_people(policy: Policy) -> int:
    """What runs out, and who is told at each rung, as far as the database knows our people."""
    now, checked = SystemClock().now(), None
    if Database(Settings().database).exists:
        with closing(open_database(Settings())) as db, db.read() as session:
            checked = check_ladders(session, policy, now)
    if checked is None or not checked.rows:  # a policy may be checked before there is anything else
        for line in ending_tables(policy.credit, now.date(), {policy.company.country}):
            print(line[:1].upper() + line[1:] + ".")
        return 0
    print(checked.sentence[:1].upper() + checked.sentence[1:] + ".")
    return 1 if checked.gaps else 0


def _instant(option: str, text: str) -> datetime:
    try:
        parsed = pendulum.parse(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, pendulum.DateTime):
        raise ValueError(f"{option} {text!r} is no time; write it like '2026-03-18 10:00'")
    return instant(parsed)


def main(words: list[str] | None = None) -> None:
    """Run the command line; see `deployments.cli_edge` for how it ends."""
    sys.exit(cli_edge.run(lambda: app(words)))
