"""The company at a glance, for managers and directors: each figure opens its list, and each list can be taken along."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.context import MissingPageError
from deployments.web.desk.session import Desk, Signed, frame
from deployments.web.wording import words
from models.queries.desk import lists
from models.rules.calendar.calendars import day_start, local_day
from models.rules.desk.sight import sees_company
from tasks.escalation.call_list import listed
from tasks.importing.rejects import no_formula
from tasks.mails.formats import clean, short_moment
from tasks.mails.labels import worded

router = APIRouter()

_PAGE = 50
_OLD_DAYS = 7
Table = tuple[Sequence[str], list[Sequence[str]]]


@router.api_route("/desk/company", methods=["GET", "HEAD"])
def show(desk: Signed) -> Response:
    """Show the figures."""
    _only_for_the_company(desk)
    now, place = desk.web.clock.now(), desk.web.policy.company.place
    today = local_day(now, place)
    midnight = day_start(today + timedelta(days=1), place)
    with desk.web.db.read() as session:
        cases, old = lists.case_counts(session, now - timedelta(days=_OLD_DAYS))
        late, due_today, due_week = lists.commitment_counts(
            session, now, midnight, midnight + timedelta(days=6)
        )
        contacts = lists.counts_since(session, day_start(today, place))
        calls = listed(session, desk.web.policy, now)
    told = [
        (worded(desk.language, "kind", kind), words(desk.language, f"desk.state-{state}"), number)
        for kind, state, number in contacts
    ]
    return desk.web.pages.show(
        "desk_company",
        desk.language,
        cases=cases,
        old=old,
        old_days=_OLD_DAYS,
        late=late,
        due_today=due_today,
        due_week=due_week,
        calls_today=sum(one.today for one in calls),
        calls_waiting=sum(not one.today for one in calls),
        capacity=desk.web.policy.ledger.calls_a_day,
        contacts=told,
        **frame(desk),
    )


@router.api_route("/desk/list/{name}", methods=["GET", "HEAD"])
def show_list(desk: Signed, name: str, page: int = 1, form: str = "") -> Response:
    """A list, fifty lines a page; with `form=csv` all of it as a file."""
    _only_for_the_company(desk)
    if name not in _LISTS or not 1 <= page <= 10_000:  # noqa: PLR2004 (half a million lines)
        raise MissingPageError
    with desk.web.db.read() as session:
        if form == "csv":
            return _file(name, _LISTS[name](desk, session, 0, None))
        heads, rows = _LISTS[name](desk, session, (page - 1) * _PAGE, _PAGE + 1)
    return desk.web.pages.show(
        "desk_list",
        desk.language,
        name=name,
        heads=heads,
        rows=rows[:_PAGE],
        page=page,
        has_more=len(rows) > _PAGE,
        **frame(desk),
    )


def _only_for_the_company(desk: Desk) -> None:
    if not sees_company(desk.reader.role):
        raise MissingPageError


def _cases(desk: Desk, session: Session, offset: int, most: int | None) -> Table:
    rows = lists.open_cases(session, offset=offset, most=most)
    return ("customer", "name", "why", "since", "owner"), [
        (
            row.customer_ref,
            clean(row.customer),
            _worded(desk, "reason", (row.reasons or "").split(",")),
            _at(desk, row.since),
            clean(row.holder or ""),
        )
        for row in rows
    ]


def _commitments(desk: Desk, session: Session, offset: int, most: int | None) -> Table:
    rows = lists.open_commitments(session, offset=offset, most=most)
    return ("customer", "name", "why", "due", "owner"), [
        (
            row.customer_ref or "",
            clean(row.customer or ""),
            worded(desk.language, "notice", row.kind),
            _at(desk, row.due_at),
            clean(row.owner or ""),
        )
        for row in rows
    ]


def _contacts(desk: Desk, session: Session, offset: int, most: int | None) -> Table:
    place = desk.web.policy.company.place
    since = day_start(local_day(desk.web.clock.now(), place), place)
    rows = lists.contacts_since(session, since, offset, most)
    return ("customer", "kind", "state", "reason", "at"), [
        (
            row.customer_ref,
            worded(desk.language, "kind", row.kind),
            words(desk.language, f"desk.state-{row.state}"),
            clean(row.reason or ""),
            _at(desk, row.at),
        )
        for row in rows
    ]


_LISTS: dict[str, Callable[[Desk, Session, int, int | None], Table]] = {
    "cases": _cases,
    "commitments": _commitments,
    "contacts": _contacts,
}


def _file(name: str, table: Table) -> Response:
    """All of a list for a spreadsheet, with nothing in it that one would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    heads, rows = table
    writer.writerow(heads)
    writer.writerows([no_formula(cell) for cell in row] for row in rows)
    return Response(
        text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _worded(desk: Desk, section: str, codes: Iterable[str]) -> str:
    return "; ".join(worded(desk.language, section, code) for code in codes if code)


def _at(desk: Desk, at: datetime) -> str:
    return short_moment(desk.language, at, desk.web.policy.company.timezone)
