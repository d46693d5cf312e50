"""The company at a glance, for managers and directors: each figure opens its list."""

from collections.abc import Container
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from deployments.web.context import MissingPageError, Web
from deployments.web.desk.lists_page import OLD_DAYS
from deployments.web.desk.matter_page import path_of
from deployments.web.desk.session import PersonalDesk, Signed, frame
from deployments.web.wording import words
from models.queries.desk import figures, lists
from models.queries.desk.lists import ListPart
from models.queries.health import state
from models.rules.calendar.calendars import day_start, local_day
from models.rules.desk.sight import sees_company
from models.rules.health.intervals import COLLECT, EVERY, ScheduledRun, turns
from models.words import Subject
from tasks.escalation.call_list import listed
from tasks.escalation.coverage import check_ladders
from tasks.mails.formats import clean, money, short_moment
from tasks.mails.labels import worded
from tasks.mails.waiting_words import waits

router = APIRouter()

_LONGEST = ListPart(most=5)


@router.api_route("/desk/company", methods=["GET", "HEAD"])
def show(desk: Signed) -> Response:
    """Show the figures."""
    if not sees_company(desk.reader.role):
        raise MissingPageError
    web, language = desk.web, desk.language
    now, place = web.clock.now(), web.policy.company.place
    today = local_day(now, place)
    midnight = day_start(today + timedelta(days=1), place)
    with web.db.read() as session:
        cases, old = figures.case_counts(session, now - timedelta(days=OLD_DAYS))
        late, due_today, due_week = figures.commitment_counts(
            session, now, midnight, midnight + timedelta(days=6)
        )
        contacts = figures.counts_since(session, day_start(today, place))
        calls = listed(session, web.policy, now)
        reasons, owners = figures.cases_by_reason(session), figures.cases_by_owner(session)
        held = figures.money_held(session)
        longest = lists.open_cases(session, _LONGEST)
        ran = state.runs(session)
        gaps = len(check_ladders(session, web.policy, now).gaps)
    return web.pages.show(
        "desk_company",
        language,
        cases=cases,
        old=old,
        old_days=OLD_DAYS,
        late=late,
        due_today=due_today,
        due_week=due_week,
        calls_today=sum(one.today for one in calls),
        calls_waiting=sum(not one.today for one in calls),
        capacity=web.policy.ledger.calls_a_day,
        contacts=[
            (kind, worded(language, "kind", kind), code, words(language, f"desk.state-{code}"), number)
            for kind, code, number in contacts
        ],
        reasons=[
            (urlencode({"why": code}), worded(language, "reason", code), number) for code, number in reasons
        ],
        owners=[
            (urlencode({"owner": ref}) if ref else "", clean(name or words(language, "desk.nobody")), number)
            for ref, name, number in owners
        ],
        held=[
            (
                urlencode({"reason": reason or "", "currency": currency}),
                waits(language, reason),
                words(language, "desk.money-line", number=number, sum=money(language, cents, currency)),
            )
            for reason, currency, number, cents in held
        ],
        longest=[
            (path_of(Subject.CASE, one.id), clean(one.customer), short_moment(language, one.since, desk.zone))
            for one in longest
        ],
        runs=[_turn(desk, one) for one in turns(_scheduled(web, ran), ran, now)],
        gaps=gaps,
        **frame(desk),
    )


class Job(NamedTuple):
    """What runs by schedule, in words."""

    name: str
    title: str
    ran: str
    expected: str
    is_missed: bool


def _turn(desk: PersonalDesk, one: ScheduledRun) -> Job:
    language, zone = desk.language, desk.zone
    never = words(language, "desk.never")
    return Job(
        one.name,
        words(language, f"desk.run-{one.name}"),
        short_moment(language, one.ran_at, zone) if one.ran_at else never,
        short_moment(language, one.expected_by, zone) if one.expected_by else "",
        one.is_missed,
    )


def _scheduled(web: Web, ran: Container[str]) -> list[str]:
    """What runs here by schedule; the mailbox is read where there is one."""
    has_mailbox = web.settings is not None and (web.settings.imap_host or web.settings.inbox_maildir)
    return [name for name in EVERY if name != COLLECT or has_mailbox or name in ran]
