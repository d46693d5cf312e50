"""The lists behind the figures of the company: narrowed, sorted, paged, and taken along as a file."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.context import MissingPageError
from deployments.web.desk.matter_page import path_of
from deployments.web.desk.reckoned_lists import WAITS, calls, gaps
from deployments.web.desk.session import PersonalDesk, Signed, frame
from deployments.web.desk.tables import SortedTable, TableLine
from deployments.web.wording import is_said, words
from models.queries import people
from models.queries.desk import lists
from models.queries.desk.lists import ListPart
from models.queries.desk.rows import ContactRow
from models.rules.calendar.calendars import day_start, local_day
from models.rules.desk.sight import sees_company
from models.words import FollowUpState, Subject
from tasks.importing.rejects import no_formula
from tasks.mails.formats import clean, long_day, money, short_moment
from tasks.mails.labels import worded
from tasks.mails.shelf import laid
from tasks.mails.waiting_words import waits

router = APIRouter()

_PAGE = 50
_LONGEST = 100
_FILTERS = ("why", "owner", "state", "kind", "reason", "day", "due", "age", "currency")
_SECTIONS = ("reason", "notice", "kind", "condition", "waits")
"""Where codes have their words: whoever searches a list writes words."""
_DUE = {"late": None, "today": 1, "week": 7}
"""Which commitments: those that are late, or still to be kept within so many days."""
_DAYS = {"today": (0, 1), "tomorrow": (1, 2), "week": (0, 7)}
_CHOICES = {"planned": tuple(_DAYS), "calls": ("today", WAITS)}
OLD_DAYS = 7
"""From which age on an open case is an old one."""


@router.api_route("/desk/list/{name}", methods=["GET", "HEAD"])
def show(desk: Signed, request: Request, name: str, page: int = 1, form: str = "") -> Response:
    """A list, fifty lines a page; with `form=csv` all of it as a file. The rest of the address narrows and sorts it."""
    if not sees_company(desk.reader.role) or name not in _LISTS or not 1 <= page <= 10_000:  # noqa: PLR2004
        raise MissingPageError
    given = {key: value[:_LONGEST] for key, value in request.query_params.items()}
    find, sort = given.get("q", "").strip(), given.get("sort", "")
    chosen = {key: given[key] for key in _FILTERS if given.get(key)}
    is_file = form == "csv"
    wanted = ListPart(
        find,
        _codes(desk.language, find),
        chosen,
        sort,
        0 if is_file else (page - 1) * _PAGE,
        None if is_file else _PAGE + 1,
    )
    with desk.web.db.read() as session:
        table = _LISTS[name](desk, session, wanted)
        told = [_chosen(desk, session, key, value) for key, value in chosen.items()]
    if is_file:
        return _file(desk, name, table)
    kept = {**({"q": find} if find else {}), **chosen}
    return desk.web.pages.show(
        "desk_list",
        desk.language,
        name=name,
        heads=[_head(name, head, table, kept, sort) for head in table.heads],
        lines=table.lines[:_PAGE],
        find=find,
        told=told,
        kept=[(key, value) for key, value in kept.items() if key != "q"],
        days=[(day, _address(name, {**kept, "day": day})) for day in _CHOICES.get(name, ())],
        of_customers=table.of_customers,
        csv=_address(name, {**kept, "sort": sort, "form": "csv"}),
        before=_address(name, {**kept, "sort": sort, "page": str(page - 1)}) if page > 1 else "",
        after=_address(name, {**kept, "sort": sort, "page": str(page + 1)})
        if len(table.lines) > _PAGE
        else "",
        **frame(desk),
    )


def _head(
    name: str, head: str, table: SortedTable, kept: Mapping[str, str], sort: str
) -> tuple[str, str, str]:
    """The name of a column, the address that sorts by it (empty where none does), and how it is sorted now."""
    if head not in table.sorts:
        return head, "", ""
    turned = f"-{head}" if sort == head else head
    now = {head: "ascending", f"-{head}": "descending"}.get(sort, "")
    return head, _address(name, {**kept, "sort": turned}), now


def _address(name: str, fields: Mapping[str, str]) -> str:
    return f"/desk/list/{name}?{urlencode({key: value for key, value in fields.items() if value})}"


def _chosen(desk: PersonalDesk, session: Session, key: str, value: str) -> str:
    """What a list is narrowed to, in words."""
    if key == "owner":
        person = people.staff_by_ref(session, value)
        return clean(person.name) if person else value
    if key == "reason":
        return waits(desk.language, value)
    if key in {"state", "day", "due"}:
        return words(desk.language, text) if is_said(desk.language, text := f"desk.{key}-{value}") else value
    if key == "kind":
        return worded(desk.language, "kind", value)
    if key == "age":
        return words(desk.language, "desk.figure-old", days=OLD_DAYS)
    return (
        value
        if key == "currency"
        else worded(desk.language, "notice", worded(desk.language, "reason", value))
    )


def _codes(language: str, find: str) -> frozenset[str]:
    """Codes whose words have this in them."""
    if not find:
        return frozenset()
    found = set()
    for key, said in laid().words["labels"][language].items():
        section, _, code = key.partition(".")
        if section in _SECTIONS and find.lower() in said.lower():
            found.add(code)
    for state in FollowUpState:
        if find.lower() in laid().words["pages"][language].get(f"desk.state-{state}", "").lower():
            found.add(state.value)
    return frozenset(found)


def _cases(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    lines = [
        TableLine(
            path_of(Subject.CASE, row.id),
            (
                row.customer_ref,
                clean(row.customer),
                _worded(desk, "reason", (row.reasons or "").split(",")),
                _at(desk, row.since),
                clean(row.holder or ""),
            ),
        )
        for row in lists.open_cases(session, wanted, before=_old(desk) if wanted.chosen.get("age") else None)
    ]
    sorts = frozenset({"customer", "name", "since", "owner"})
    return SortedTable(("customer", "name", "why", "since", "owner"), sorts, lines)


def _commitments(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    lines = [
        TableLine(
            path_of(Subject.COMMITMENT, row.id),
            (
                row.customer_ref or "",
                clean(row.customer or ""),
                worded(desk.language, "notice", row.kind),
                _at(desk, row.due_at),
                clean(row.owner or ""),
            ),
        )
        for row in lists.open_commitments(session, wanted, due=_due(desk, wanted.chosen.get("due", "")))
    ]
    heads = ("customer", "name", "why", "due", "owner")
    return SortedTable(heads, frozenset(heads), lines)


def _old(desk: PersonalDesk) -> datetime:
    return desk.web.clock.now() - timedelta(days=OLD_DAYS)


def _due(desk: PersonalDesk, chosen: str) -> tuple[datetime | None, datetime | None]:
    """Since when, and until when what is wanted is due."""
    if chosen not in _DUE:
        return None, None
    now, place, days = desk.web.clock.now(), desk.web.policy.company.place, _DUE[chosen]
    return (
        (None, now) if days is None else (now, day_start(local_day(now, place) + timedelta(days=days), place))
    )


def _contacts(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    place = desk.web.policy.company.place
    since = day_start(local_day(desk.web.clock.now(), place), place)
    return _of_contacts(desk, lists.contacts_since(session, since, wanted))


def _planned(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    place = desk.web.policy.company.place
    today = local_day(desk.web.clock.now(), place)
    first, last = _DAYS.get(wanted.chosen.get("day", "tomorrow"), _DAYS["tomorrow"])
    since, until = (day_start(today + timedelta(days=days), place) for days in (first, last))
    return _of_contacts(desk, lists.contacts_due(session, since, until, wanted))


def _of_contacts(desk: PersonalDesk, rows: Iterable[ContactRow]) -> SortedTable:
    lines = [
        TableLine(
            "",
            (
                row.customer_ref,
                clean(row.customer),
                worded(desk.language, "kind", row.kind),
                words(desk.language, f"desk.state-{row.state}"),
                waits(desk.language, clean(row.reason or "")),
                _at(desk, row.at),
            ),
        )
        for row in rows
    ]
    sorts = frozenset({"customer", "name", "kind", "state", "at"})
    return SortedTable(("customer", "name", "kind", "state", "reason", "at"), sorts, lines)


def _money(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    lines = [
        TableLine(
            "",
            (
                row.customer_ref,
                clean(row.customer),
                clean(row.ref),
                money(desk.language, row.cents, row.currency),
                long_day(desk.language, row.due_on),
                waits(desk.language, row.reason),
            ),
        )
        for row in lists.money_held(session, wanted)
    ]
    sorts = frozenset({"customer", "name", "amount", "due"})
    return SortedTable(("customer", "name", "invoice", "amount", "due", "reason"), sorts, lines)


_LISTS: dict[str, Callable[[PersonalDesk, Session, ListPart], SortedTable]] = {
    "cases": _cases,
    "commitments": _commitments,
    "contacts": _contacts,
    "planned": _planned,
    "money": _money,
    "calls": calls,
    "gaps": gaps,
}


def _file(desk: PersonalDesk, name: str, table: SortedTable) -> Response:
    """All of a list for a spreadsheet, with nothing in it that one would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([words(desk.language, f"desk.head-{head}") for head in table.heads])
    writer.writerows([no_formula(cell) for cell in line.cells] for line in table.lines)
    return Response(
        text.getvalue().encode("utf-8-sig"),  # spreadsheets ask nobody which encoding it is
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _worded(desk: PersonalDesk, section: str, codes: Iterable[str]) -> str:
    return "; ".join(worded(desk.language, section, code) for code in codes if code)


def _at(desk: PersonalDesk, at: datetime) -> str:
    return short_moment(desk.language, at, desk.zone)
