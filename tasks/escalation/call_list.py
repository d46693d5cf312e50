"""The call list: whom to call today, and who waits in the queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.escalation import call_list as calling
from models.rules.calendar.calendars import day_start, local_day
from models.rules.escalation.call_list import Call, for_today, ranked
from models.words import CaseReasonKind
from tasks.escalation.silent_customers import silent_ones
from tasks.mails.control_words import CaseNumbers, ControlWords
from tasks.mails.formats import end_of_day
from tasks.mails.timeline_words import why
from tasks.runtime.database import Database

_NOBODY = "nobody"
_HOUR = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Listed:
    """A customer on the list, and whether the call fits into today."""

    call: Call
    today: bool


def listed(session: Session, policy: Policy, now: datetime) -> list[Listed]:
    """Everybody who waits, in the order of calling; `now` is aware."""
    calls = ranked(calling.open_cases(session) + calling.commitments(session))
    midnight = day_start(local_day(now, policy.company.place), policy.company.place)
    done = calling.done_since(session, midnight)
    today = for_today(calls, policy.ledger.calls_a_day, done)
    return [Listed(call, fits) for call, fits in zip(calls, today, strict=True)]


def call_list(db: Database, policy: Policy, now: datetime, *, zoned: bool = False) -> list[dict[str, Any]]:
    """The list as references and hours, and reasons in the company's language and time.

    Behind the calls stands who has not answered: no call is owed to them. `zoned`: hours say their zone.
    """
    form = _HOUR + (" %Z" if zoned else "")
    zone, language = ZoneInfo(policy.company.timezone), policy.company.language
    with db.read() as session:
        found = listed(session, policy, now)
        silent = silent_ones(session, now)
        names = {one.id: one.ref for one in people.staff(session).values()}
    today = now.astimezone(zone).date()
    return [
        {
            "place": place,
            "customer": call.customer,
            "case": call.case or "",
            "why": why(language, call.why),
            "for": call.owner or _NOBODY,
            "when": "today" if one.today else "waits",
            "promised by": _until(call.due_at, zone, form),
            "waits since": _hour(call.since, zone, form),
            "days": (today - call.since.astimezone(zone).date()).days,
            "taken on": "yes" if call.taken else "",
        }
        for place, one in enumerate(found, start=1)
        for call in (one.call,)
    ] + [
        {
            "place": place,
            "customer": one.customer.ref,
            "case": "",
            "why": why(language, (CaseReasonKind.SILENT,)),
            "for": names.get(one.holder or 0, _NOBODY),
            "when": "silent",
            "promised by": "",
            "waits since": _hour(one.customer.since, zone, form),
            "days": (today - one.customer.since.astimezone(zone).date()).days,
            "taken on": "",
        }
        for place, one in enumerate(silent, start=len(found) + 1)
    ]


def call_table(db: Database, policy: Policy, now: datetime) -> list[dict[str, Any]]:
    """The same under heads in the words of the company; numbers of cases are links."""
    words = ControlWords.of(policy)
    return words.head(
        {
            "place": row["place"],
            "customer": row["customer"],
            "case": CaseNumbers((row["case"],) if row["case"] else ()),
            "why": row["why"],
            "for": words.say("text.nobody") if row["for"] == _NOBODY else row["for"],
            "day": words.say(f"text.{row['when']}"),
            "due": row["promised by"],
            "since": row["waits since"],
            "days": row["days"],
            "taken": words.say("text.yes") if row["taken on"] else "",
        }
        for row in call_list(db, policy, now, zoned=True)
    )


def _hour(at: datetime | None, zone: ZoneInfo, form: str) -> str:
    return "" if at is None else at.astimezone(zone).strftime(form)


def _until(at: datetime | None, zone: ZoneInfo, form: str) -> str:
    """A day where it ends with one, else a day and its hour."""
    last = end_of_day(at, zone.key) if at is not None else None
    return str(last) if last else _hour(at, zone, form)
