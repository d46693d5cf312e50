"""Today: what waits for the one who is signed in, in the order to do it; each matter stands there once."""

from collections.abc import Container, Sequence
from typing import NamedTuple
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.desk.matter_page import path_of
from deployments.web.desk.session import PATH, PersonalDesk, Signed, frame
from deployments.web.wording import is_said, words, words_first
from models.queries import people
from models.queries.desk import lists
from models.queries.desk.lists import ListPart
from models.queries.desk.rows import CaseRow, CommitmentRow
from models.queries.escalation import call_list as queries
from models.queries.escalation.silent_customers import SilentCustomer
from models.rules.desk.sight import sees_all
from models.tables import Customer
from models.words import CaseReasonKind, CommitmentKind, Subject
from tasks.escalation.call_list import Listed, listed
from tasks.escalation.silent_customers import silent_ones
from tasks.mails.formats import clean, language_name, short_moment
from tasks.mails.labels import label, worded
from tasks.mails.timeline_words import why
from tasks.mails.views import due

router = APIRouter()

_MOST = ListPart(most=60)
_SECTIONS = frozenset({"act", "case", "decision", "inbox"})
"""Whose thanks the list says."""


class TodayLine(NamedTuple):
    """A line of a list: who waits, for what, since and until when, and the page where it is done."""

    link: str
    name: str
    ref: str
    phone: str | None
    what: str
    since: str
    until: str
    is_late: bool
    language: str
    called: str = ""
    """Where a call is written down that nobody owed."""


@router.api_route("/desk", methods=["GET", "HEAD"])
def show(desk: Signed, did: str = "", to: str = "") -> Response:
    """Show the day; `did` says what was done just now, and `to` to whom it went."""
    with desk.web.db.read() as session:
        calls = _calls(desk, session)
        silent = [
            one.customer for one in silent_ones(session, desk.web.clock.now()) if one.holder == desk.reader.id
        ]
        owed = lists.open_commitments(session, _MOST, holder=desk.reader.id)
        cases = lists.open_cases(session, _MOST, holder=desk.reader.id)
        sold = () if sees_all(desk.reader.role) else lists.open_cases(session, _MOST, sold_by=desk.reader.id)
    now, called = desk.web.clock.now(), {one.link for one in calls}
    commitments = [
        _of_commitment(desk, row)
        for row in owed
        if row.kind != CommitmentKind.MAIL and not _is_called(row, called)
    ]
    return desk.web.pages.show(
        "desk_today",
        desk.language,
        reader=clean(desk.reader.name),
        done=_done(desk, did, to),
        calls=calls,
        silent=[_of_silent(desk, one) for one in silent],
        commitments=commitments,
        late=sum(row.due_at < now for row in owed),
        mails=[_of_commitment(desk, row) for row in owed if row.kind == CommitmentKind.MAIL],
        cases=[_of_case(desk, row) for row in cases if path_of(Subject.CASE, row.id) not in called],
        sold=[_of_case(desk, row) for row in sold],
        sells=not sees_all(desk.reader.role),
        **frame(desk),
    )


def _is_called(row: CommitmentRow, called: Container[str]) -> bool:
    """Whether it stands among the calls already: the matter itself, or the call that a case there owes."""
    if row.kind == CommitmentKind.LISTENING_CALL and row.case_id is not None:
        return path_of(Subject.CASE, row.case_id) in called
    return path_of(Subject.COMMITMENT, row.id) in called


def _done(desk: PersonalDesk, did: str, to: str) -> str:
    """What was done on the page before, in words; nothing for what no page of ours says."""
    section, _, what = did.partition(".")
    if section not in _SECTIONS or not what.startswith(
        ("thanks", "assigned", "signed", "handed", "put-off", "erased")
    ):
        return ""
    if what == "thanks-hand-over":
        with desk.web.db.read() as session:
            person = people.staff_by_ref(session, to)
        return words(desk.language, "owed.thanks-over", name=clean(person.name)) if person else ""
    keys = [key for key in (f"{section}.{what}", f"case.{what}") if is_said(desk.language, key)]
    return words_first(desk.language, keys, name="") if keys else ""


def _calls(desk: PersonalDesk, session: Session) -> list[TodayLine]:
    now = desk.web.clock.now()
    mine = [
        one
        for one in listed(session, desk.web.policy, now)
        if one.today and one.call.holder == desk.reader.id
    ]
    known = queries.customers(session, [one.call.customer for one in mine])
    return [_of_call(desk, one, known.get(one.call.customer)) for one in mine]


def _of_silent(desk: PersonalDesk, one: SilentCustomer) -> TodayLine:
    """Somebody who has not answered, until a call is written down or anything is heard: the page has the story."""
    page, zone = f"{PATH}/customer/{quote(one.ref, safe='')}", desk.web.policy.company.timezone
    return TodayLine(
        page,
        clean(one.name),
        one.ref,
        clean(one.phone) if one.phone else None,
        worded(desk.language, "reason", CaseReasonKind.SILENT),
        short_moment(desk.language, one.since, zone),
        "",
        False,
        language_name(desk.language, one.language),
        f"{page}?do=record#record",
    )


def _of_call(desk: PersonalDesk, one: Listed, customer: Customer | None) -> TodayLine:
    call, now, zone = one.call, desk.web.clock.now(), desk.web.policy.company.timezone
    kind, id_ = (Subject.CASE, call.case) if call.case else (call.matter or ("", 0))
    return TodayLine(
        path_of(kind, id_),
        clean(customer.name) if customer else call.customer,
        call.customer,
        clean(customer.phone) if customer and customer.phone else None,
        why(desk.language, call.why),
        short_moment(desk.language, call.since, zone),
        due(desk.language, call.due_at, zone, call.not_before) if call.due_at else "",
        call.due_at is not None and call.due_at < now,
        language_name(desk.language, customer.language) if customer else "",
    )


def _of_commitment(desk: PersonalDesk, row: CommitmentRow) -> TodayLine:
    now, zone = desk.web.clock.now(), desk.web.policy.company.timezone
    return TodayLine(
        path_of(Subject.COMMITMENT, row.id),
        clean(row.customer) if row.customer else label(desk.language, "notice.stranger"),
        row.customer_ref or "",
        clean(row.phone) if row.phone else None,
        worded(desk.language, "notice", row.kind),
        short_moment(desk.language, row.since, zone),
        due(desk.language, row.due_at, zone),
        row.due_at < now,
        language_name(desk.language, row.language) if row.language else "",
    )


def _of_case(desk: PersonalDesk, row: CaseRow) -> TodayLine:
    zone = desk.web.policy.company.timezone
    codes: Sequence[str] = (row.reasons or "").split(",")
    return TodayLine(
        path_of(Subject.CASE, row.id),
        clean(row.customer),
        row.customer_ref,
        clean(row.phone) if row.phone else None,
        "; ".join(worded(desk.language, "reason", code) for code in codes if code),
        short_moment(desk.language, row.since, zone),
        "",
        False,
        language_name(desk.language, row.language),
    )
