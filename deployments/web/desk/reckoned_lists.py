"""Lists of the desk that no query gives: the calls in their order, and the steps of ladders at which nobody stands."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from deployments.web.desk.matter_page import path_of
from deployments.web.desk.session import PersonalDesk
from deployments.web.desk.tables import SortedTable, TableLine
from deployments.web.wording import words
from models.queries import people
from models.queries.desk.lists import ListPart
from models.queries.escalation import call_list as queries
from models.words import Subject
from tasks.escalation.call_list import Listed, listed
from tasks.escalation.coverage import check_ladders
from tasks.mails.formats import clean, language_name, long_day, short_moment
from tasks.mails.labels import worded
from tasks.mails.timeline_words import why
from tasks.mails.views import due

TODAY, WAITS = "today", "waits"


def calls(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    """Everybody who waits for a call, in the order of calling."""
    chosen, day = wanted.chosen, {True: TODAY, False: WAITS}
    found = [
        one
        for one in listed(session, desk.web.policy, desk.web.clock.now())
        if chosen.get("day", day[one.today]) == day[one.today]
        and chosen.get("owner", one.call.owner) == one.call.owner
    ]
    staff = {one.ref: clean(one.name) for one in people.staff(session).values()}
    known = queries.customers(session, [one.call.customer for one in found])
    names = {ref: clean(one.name) for ref, one in known.items()}
    lines = [_of_call(desk, one, names, staff) for one in found]
    return SortedTable(
        ("customer", "name", "why", "due", "since", "owner"), frozenset(), _part(lines, wanted)
    )


def _of_call(desk: PersonalDesk, one: Listed, names: dict[str, str], staff: dict[str, str]) -> TableLine:
    call, language, zone = one.call, desk.language, desk.zone
    kind, id_ = (Subject.CASE, call.case) if call.case else (call.matter or ("", 0))
    return TableLine(
        path_of(kind, id_),
        (
            call.customer,
            names.get(call.customer, ""),
            why(language, call.why),
            due(language, call.due_at, zone, call.not_before) if call.due_at else "",
            short_moment(language, call.since, zone),
            staff.get(call.owner or "", words(language, "desk.nobody")),
        ),
    )


def gaps(desk: PersonalDesk, session: Session, wanted: ListPart) -> SortedTable:
    """The steps of ladders at which nobody stands in the next seven days."""
    language = desk.language
    lines = [
        TableLine(
            "",
            (
                long_day(language, gap.day),
                worded(language, "notice", gap.kind),
                language_name(language, gap.language),
                ", ".join(worded(language, "level", level) for level in gap.levels),
            ),
        )
        for gap in check_ladders(session, desk.web.policy, desk.web.clock.now()).gaps
    ]
    heads = ("day", "why", "language", "level")
    return SortedTable(heads, frozenset(), _part(lines, wanted), of_customers=False)


def _part(lines: Iterable[TableLine], wanted: ListPart) -> list[TableLine]:
    """Those that have the words in them, cut to the page."""
    find = wanted.find.casefold()
    found = [line for line in lines if any(find in cell.casefold() for cell in line.cells)]
    return found[wanted.offset :][: wanted.most]
