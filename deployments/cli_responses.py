"""The commands about answers: collect them, record one, list what waits for a person."""

import asyncio
import sys
import uuid
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from deployments import settings_with_blocks
from models.queries import people
from models.queries.commitments import commitments, parked_mails
from models.rules.calendar.reach import OutOfReachError, written_day
from models.rules.cases.acting import ActError
from models.tables import Staff
from tasks.commitments.typed_time import typed_time
from tasks.health import good_runs
from tasks.mailboxes.collect import collect as collect_all
from tasks.mailboxes.opening import reception
from tasks.mailboxes.tally import CollectTally
from tasks.mails.formats import end_of_day
from tasks.mails.labels import label
from tasks.responses.by_staff import RecordingError, Spoken, SpokenBy, Wants, record
from tasks.runtime.settings import Settings
from tasks.services import open_services

_MOST = 200


def collect() -> int:
    """Read the mailboxes now: answers, bounces, automatic mails. Each mail counts once."""
    tally = asyncio.run(_collect())
    print(tally.sentence())
    return 1 if tally.problems else 0


async def _collect() -> CollectTally:
    settings = await settings_with_blocks.settings()
    async with open_services(settings) as services:
        if not (desk := reception(settings, services)).mailboxes:
            return CollectTally(
                problems=["no mailbox is set; set SEGUITO_IMAP_HOST or SEGUITO_INBOX_MAILDIR"]
            )
        tally = await asyncio.to_thread(collect_all, desk)
        if not tally.problems:
            good_runs.note(services.db, "collect-responses", services.clock.now())
        return tally


def respond(
    about: str,
    text: str = "",
    *,
    by: str,
    rating: int | None = None,
    channel: SpokenBy = SpokenBy.PHONE,
    wants: Wants = Wants.NOTHING,
    pays_on: str | None = None,
    call_at: str = "",
) -> int:
    """Record what a customer said by phone or in person; it stops reminders like an answer by mail.

    Args:
        about: Reference of the order, the invoice or the customer.
        text: What was said, in the customer's words.
        by: Reference of whoever spoke with the customer.
        rating: How it is going, from 1 (very badly) to 5 (very well).
        channel: How the customer spoke with us.
        wants: What the customer still waits for.
        pays_on: The day that the customer names for the payment, such as 2026-03-31; reminders rest until then.
        call_at: From when on the customer wants to be called (`2026-03-18 17:00`, on the company's clock).
    """
    try:
        day = None if pays_on is None else written_day(pays_on)
    except OutOfReachError as error:
        print(f"--pays-on {error}", file=sys.stderr)
        return 2
    except ValueError:
        print(f"--pays-on {pays_on!r} is no day; write it like 2026-03-31", file=sys.stderr)
        return 2
    spoken = Spoken(uuid.uuid4().hex, about, text, by, channel, rating, wants, day)
    try:
        print(asyncio.run(_respond(spoken, call_at)))
    except (RecordingError, ActError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _respond(spoken: Spoken, call_at: str) -> str:
    async with open_services(Settings()) as services:
        at = typed_time(call_at, ZoneInfo(services.policy.company.timezone), "need-call-at")
        spoken = replace(spoken, call_at=at)
        with services.db.write() as session:
            return record(session, services.policy, spoken, services.clock.now())


def inbox() -> int:
    """List what waits for a person: mails that were parked, and what is owed to customers."""
    for line in asyncio.run(_waiting()):
        print(line)
    return 0


async def _waiting() -> list[str]:
    settings = Settings()
    async with open_services(settings) as services:
        links = reception(settings, services).links
        now, company = services.clock.now(), services.policy.company
        zone, language = ZoneInfo(company.timezone), company.language
        lines: list[str] = []
        with services.db.read() as session:
            staff = people.staff(session)
            for owed in commitments.open_ones(session, _MOST):
                link = links.duty("commitment", owed.id, owed.owner_id or 0, now)
                late = " LATE" if owed.due_at < now else ""
                what, about = f"promise {owed.id}{late}", label(language, f"owed.{owed.kind}")
                lines.append(_line("due", owed.due_at, zone, what, _name(staff, owed.owner_id), about, link))
            # what nobody known sent waits without a clock, behind everything that has one
            for mail in parked_mails.newest_without_clock(session, _MOST):
                link = links.duty("inbound", mail.id, mail.owner_id or 0, now)
                what, about = f"mail {mail.id}", label(language, f"notice.{mail.parked_for}")
                lines.append(
                    _line("since", mail.received_at, zone, what, _name(staff, mail.owner_id), about, link)
                )
        return lines or ["Nothing waits for a person."]


def _line(word: str, at: datetime, zone: ZoneInfo, what: str, owner: str, about: str, link: str) -> str:
    last = end_of_day(at, zone.key) if word == "due" else None
    when = f"{last} (day)" if last else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{word} {when}  {what:<18} {owner:<24} {about}  {link}"


def _name(staff: dict[int, Staff], staff_id: int | None) -> str:
    return staff[staff_id].name if staff_id in staff else "nobody"
