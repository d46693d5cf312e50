"""What `seguito doctor` looks at on this machine and in the database."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from models import policy as policies
from models.policy import SWEEPS, Policy, PolicyError
from models.queries.health import state
from models.rules.health.finding import Finding, Severity, last_run
from models.rules.health.intervals import COLLECT, IMPORT, WAKING, silent_after
from tasks.escalation.coverage import check_ladders
from tasks.health.return_address import return_address
from tasks.mailboxes.aliases import aliases_found
from tasks.mails.texts import missing_texts, own_problems
from tasks.runtime.database import Database
from tasks.runtime.database_faults import DatabaseUnreachableError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings

_LEAST_FREE = 500_000_000
_DOUBT = timedelta(hours=1)
_LATE = timedelta(days=3)
_APART = timedelta(minutes=5)
_PRIVATE = 0o077


def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Everything that can be seen without a mail server and without Prefect, at an aware time."""
    found = [disk(settings), *secrets(settings)]
    policy, about_policy = _policy(settings)
    found.append(about_policy)
    try:
        database = open_database(settings, busy_seconds=5)
    except DatabaseUnreachableError as error:
        return [*found, Finding("database", Severity.TROUBLE, str(error))]
    try:
        found += _in_the_database(database, policy, settings, now)
    except DatabaseUnreachableError as error:
        found.append(Finding("database", Severity.TROUBLE, str(error)))
    finally:
        database.close()
    return found


def disk(settings: Settings) -> Finding:
    """Room for the database and the mails."""
    try:
        free = shutil.disk_usage(settings.state_dir).free
    except OSError as error:
        reason = f"{settings.state_dir} cannot be looked at ({error.strerror})"
        return Finding("disk", Severity.TROUBLE, reason, "mend SEGUITO_STATE_DIR")
    said = f"{free / 1e9:.1f} GB free at {settings.state_dir}"
    if free < _LEAST_FREE:
        return Finding("disk", Severity.TROUBLE, said, "make room: with a full disk nothing is sent")
    return Finding("disk", Severity.OK, said)


def secrets(settings: Settings) -> Iterator[Finding]:
    """Whether other users of this machine can read what is nobody's business."""
    files = (
        Path(".env"),
        *(settings.state_dir / name for name in ("secret", "prefect-login", "seguito.db", "rejects")),
    )
    open_ones = [
        path for path in (settings.state_dir, *files) if path.exists() and path.stat().st_mode & _PRIVATE
    ]
    if open_ones:
        names = " ".join(str(path) for path in open_ones)
        said = f"other users of this machine can read {names}"
        yield Finding("secrets", Severity.TROUBLE, said, f"chmod go-rwx {names}")
    else:
        yield Finding("secrets", Severity.OK, "only their owner can read them")


def _policy(settings: Settings) -> tuple[Policy | None, Finding]:
    try:
        policy = policies.load(settings.policy)
    except PolicyError as error:
        return None, Finding("policy", Severity.TROUBLE, " / ".join(str(error).splitlines()))
    if problems := [*missing_texts(policy), *own_problems()]:
        return policy, Finding("policy", Severity.TROUBLE, " / ".join(problems), "seguito policy check")
    return policy, Finding("policy", Severity.OK, f"{settings.policy} holds")


def _in_the_database(
    database: Database, policy: Policy | None, settings: Settings, now: datetime
) -> Iterator[Finding]:
    with database.read() as session:
        yield Finding("database", Severity.OK, f"{database.where} answers, at the newest version")
        yield _clock(session, now)
        yield from _not_moving(session, now)
        yield from _runs(session, settings, now)
        if policy is not None:
            yield _people(session, policy, now)
            if settings.imap_host or settings.inbox_maildir:
                yield return_address(session, settings, policy, now)
                yield from aliases_found(session, policy, now)


def _clock(session: Session, now: datetime) -> Finding:
    newest, theirs = state.newest_time(session), state.server_time(session)
    if newest is not None and newest > now + _APART:
        said = f"something was remembered at {newest:%Y-%m-%d %H:%M} UTC, which lies ahead"
        return Finding("clock", Severity.TROUBLE, said, "set the clock of this machine (NTP)")
    if theirs is not None and abs(theirs - now) > _APART:
        said = f"the database server's clock is {round((theirs - now).total_seconds())} seconds away"
        return Finding("clock", Severity.TROUBLE, said, "set both clocks (NTP)")
    return Finding("clock", Severity.OK, f"{now:%Y-%m-%d %H:%M} UTC")


def _not_moving(session: Session, now: datetime) -> Iterator[Finding]:
    yield _count(
        "doubtful mails",
        state.doubtful(session, now - _DOUBT),
        "a person says whether they arrived: `seguito inbox`",
    )
    yield _count(
        "stuck contacts", state.stuck(session, now - _DOUBT), "the next sweep takes them up; see that it runs"
    )
    late = state.overdue(session, now - _LATE)
    yield _count("overdue contacts", late, "due for days and not sent; see what the sweeps say")
    reasons = state.faults(session)
    yield _count("held by a fault", len(reasons), " / ".join(reasons))
    dead = state.suppressed(session)
    said = f"{dead} addresses get no mail any more"
    yield Finding(
        "suppressed",
        Severity.NOTICE if dead else Severity.OK,
        said,
        "mend them in your own system" if dead else "",
    )


def _count(kind: str, number: int, todo: str) -> Finding:
    return Finding(kind, Severity.TROUBLE if number else Severity.OK, str(number), todo if number else "")


def _runs(session: Session, settings: Settings, now: datetime) -> Iterator[Finding]:
    ran = state.runs(session)
    names = [*SWEEPS, *((COLLECT,) if settings.imap_host or settings.inbox_maildir else ()), IMPORT, WAKING]
    for name in names:
        yield last_run(name, ran.get(name), silent_after(name), now)


def _people(session: Session, policy: Policy, now: datetime) -> Finding:
    checked = check_ladders(session, policy, now)
    if checked.rows and (checked.gaps or checked.warnings):
        return Finding("ladders and rates", Severity.NOTICE, checked.sentence)
    return Finding(
        "ladders and rates", Severity.OK, "somebody hears at every rung; the tables of interest go on"
    )
