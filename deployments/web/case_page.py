"""The page of a case, for one of our own people: the dossier, and what he or she may do about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.case_views import show_case
from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.forms import Form
from deployments.web.reply_form import ANSWER, answered, to_customer
from deployments.web.said import PageReply
from models.queries import people
from models.queries.responses import pages
from models.rules.cases.acting import Act, ActError
from models.tables import Case, Customer, Staff
from tasks.cases import actions
from tasks.cases.actions import Acting
from tasks.commitments.agreements import Agreement
from tasks.commitments.typed_time import typed_time

router = APIRouter()

_Do = Callable[[Acting, Mapping[str, str]], bool]


@router.api_route("/c/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts, do: str = "", block: str = "") -> Response:
    """Show the case; `do` opens a form. Changes nothing."""
    case_id, staff_id = web.links.read_case(token, web.link_days)
    with web.db.read() as session:
        reader = reader_of(session, staff_id)
        return show_case(web, session, case_id, reader, PageReply(do=do, block=block))


@router.post("/c/{token}")
def act(token: str, form: Form, web: Parts) -> Response:
    """Do what the button says (`do`), then show the case as it stands."""
    case_id, staff_id = web.links.read_case(token, web.link_days)
    with web.db.write() as session:
        reader = reader_of(session, staff_id)
        case = pages.case_to_change(session, case_id)
        if case is None:
            raise MissingPageError
        return show_case(web, session, case_id, reader, done_about(web, session, case, reader, form))


def done_about(web: Web, session: Session, case: Case, reader: Staff, form: Mapping[str, str]) -> PageReply:
    """What a press on the page of a case brought (`do` and its fields)."""
    do = form.get("do", "")
    if do == ANSWER:
        to = to_customer(web, session, session.get_one(Customer, case.customer_id))
        return answered(web, session, to, reader, form, web.clock.now())
    if do not in _DOES:
        return PageReply(fault="unknown", filled=form)
    acting = Acting(session, web.policy, case, reader, web.clock.now())
    try:
        with session.begin_nested():
            done = _DOES[do](acting, form)
    except ActError as error:
        return PageReply(do=do, fault=error.code, filled=form)
    return PageReply(thanks=f"thanks-{do}") if done else PageReply(unsaved=form.get("text", ""))


def _time(acting: Acting, form: Mapping[str, str], code: str) -> datetime | None:
    return typed_time(form.get("until", ""), ZoneInfo(acting.policy.company.timezone), code)


_DOES: Mapping[str, _Do] = {
    Act.TAKE: lambda acting, form: actions.take(acting, _time(acting, form, "need-until")),
    "done": lambda acting, form: actions.close(
        acting,
        form.get("outcome", ""),
        form.get("text", ""),
        form.get("heard", ""),
        form.get("spoke-with", ""),
        typed_time(form.get("spoke-at", ""), ZoneInfo(acting.policy.company.timezone), "need-spoke"),
        next_of(form, ZoneInfo(acting.policy.company.timezone)),
        form.get("reason", ""),
    ),
    "state": lambda acting, form: actions.state(acting, form.get("text", "")),
    Act.RE_PROMISE: lambda acting, form: actions.promise_anew(
        acting, _time(acting, form, "need-due"), form.get("reason", ""), form.get("text", "")
    ),
    Act.SNOOZE: lambda acting, form: actions.snooze(
        acting, _time(acting, form, "need-until"), form.get("text", "")
    ),
    Act.HAND_OVER: lambda acting, form: actions.hand_over(acting, form.get("to", ""), form.get("text", "")),
    Act.HELP: lambda acting, form: actions.help_wanted(acting, form.get("text", "")),
    "dismiss-end": lambda acting, form: actions.dismiss_end(acting, form.get("end", "")),
    Act.CONTRACT_END: lambda acting, form: actions.end_contract(
        acting,
        form.get("order", ""),
        form.get("kind", ""),
        form.get("cause", ""),
        form.get("text", ""),
        form.get("day", ""),
    ),
}


def next_of(form: Mapping[str, str], zone: ZoneInfo) -> Agreement:
    """What was filled in of what was agreed on.

    Raises:
        ActError: a time that is none.
    """
    at = typed_time(form.get("next-at", ""), zone, "need-next-at")
    return Agreement(at, form.get("next-who", ""), form.get("next-what", ""))


def reader_of(session: Session, staff_id: int) -> Staff:
    """Who opens the page; somebody who has left the company opens nothing."""
    reader = people.staff(session).get(staff_id)
    if reader is None or not reader.active:
        raise MissingPageError
    return reader
