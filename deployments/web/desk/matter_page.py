"""A matter at the desk: a case, something owed, or a mail; done there, and the list comes back."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from deployments.web import case_page, inbox_page
from deployments.web.case_views import show_case
from deployments.web.context import MissingPageError
from deployments.web.desk.session import PATH, PersonalDesk, Signed, frame
from deployments.web.forms import Form
from deployments.web.inbox_views import Opened
from deployments.web.said import PageReply
from models.base import may_be_id
from models.queries import people
from models.queries.commitments import commitments
from models.queries.mailboxes import inbound
from models.queries.responses import pages
from models.rules.desk.sight import sees_all
from models.tables import Case
from models.words import Subject

router = APIRouter()

_OVER = frozenset(
    {
        "thanks",
        "assigned",
        "signed",
        "handed-over",
        "put-off",
        "thanks-answer",
        "thanks-done",
        "thanks-goes-on",
        "thanks-hand-over",
        "thanks-snooze",
    }
)
"""After these there is nothing more to do about a matter for the one who pressed."""


def read_number(number: int) -> int:
    """The number of a matter; the databases know no longer ones."""
    if not may_be_id(number):
        raise MissingPageError
    return number


Number = Annotated[int, Depends(read_number)]


@router.api_route("/desk/case/{number:int}", methods=["GET", "HEAD"])
def show_one_case(desk: Signed, number: Number, do: str = "", block: str = "") -> Response:
    """Show a case; `do` opens a form. Changes nothing."""
    with desk.web.db.read() as session:
        _case(desk, session, session.get(Case, number))
        return show_case(desk.web, session, number, desk.reader, PageReply(do=do, block=block), frame(desk))


@router.post("/desk/case/{number:int}")
def act_on_case(desk: Signed, number: Number, form: Form) -> Response:
    """Do what the button says (`do`) about a case."""
    with desk.web.db.write() as session:
        case = _case(desk, session, pages.case_to_change(session, number))
        said = case_page.done_about(desk.web, session, case, desk.reader, form)
        if said.thanks in _OVER:
            return _back("case", said, form)
        return show_case(desk.web, session, number, desk.reader, said, frame(desk))


@router.api_route("/desk/{kind}/{number:int}", methods=["GET", "HEAD"])
def show(desk: Signed, kind: str, number: Number, do: str = "", block: str = "") -> Response:
    """Show a `commitment` or an `inbound` mail; `do` opens a form. Changes nothing."""
    with desk.web.db.read() as session:
        opened = _opened(desk, session, kind, number)
        return inbox_page.shown(desk.web, session, opened, PageReply(do=do, block=block), frame(desk))


@router.post("/desk/{kind}/{number:int}")
def act(desk: Signed, kind: str, number: Number, form: Form) -> Response:
    """Do what the button says (`do`) about a commitment or a mail."""
    with desk.web.db.write() as session:
        opened = _opened(desk, session, kind, number)
        said = inbox_page.done_about(desk.web, session, opened, form)
        session.flush()
        if said.thanks in _OVER:
            return _back(
                "decision" if said.thanks in {"signed", "handed-over", "put-off"} else "inbox", said, form
            )
        return inbox_page.shown(desk.web, session, opened, said, frame(desk))


@router.get("/desk/{kind}/{number:int}/calendar")
def calendar(desk: Signed, kind: str, number: Number) -> Response:
    """An appointment or an agreed call, for a calendar."""
    with desk.web.db.read() as session:
        return inbox_page.calendar_of(desk.web, session, _opened(desk, session, kind, number))


@router.get("/desk/{kind}/{number:int}/original/{inbound_id:int}")
def original(desk: Signed, kind: str, number: Number, inbound_id: int) -> Response:
    """A mail of this matter as it came, to be saved and never shown by the browser."""
    with desk.web.db.read() as session:
        return inbox_page.original_of(desk.web, session, _opened(desk, session, kind, number), inbound_id)


@router.get("/desk/{kind}/{number:int}/attachment/{inbound_id:int}/{file:int}")
def attachment(desk: Signed, kind: str, number: Number, inbound_id: int, file: int) -> Response:
    """One file of a mail of this matter."""
    with desk.web.db.read() as session:
        opened = _opened(desk, session, kind, number)
        return inbox_page.attachment_of(desk.web, session, opened, inbound_id, file)


def path_of(kind: str, number: int) -> str:
    """Where a matter is at the desk."""
    return f"{PATH}/{kind}/{number}"


def _back(section: str, said: PageReply, form: Mapping[str, str]) -> Response:
    """To the list, which says what was done, and to whom a matter went."""
    to = {"to": form["to"]} if form.get("do") == "hand-over" and "to" in form else {}
    return RedirectResponse(f"{PATH}?{urlencode({'did': f'{section}.{said.thanks}', **to})}", 303)


def _case(desk: PersonalDesk, session: Session, case: Case | None) -> Case:
    if case is None:
        raise MissingPageError
    _see(desk, session, case.customer_id, case.manager_id, case.taken_by_id)
    return case


def _opened(desk: PersonalDesk, session: Session, kind: str, number: int) -> Opened:
    row: Any = None
    if kind == Subject.COMMITMENT:
        row = commitments.get(session, number)
    elif kind == Subject.INBOUND:
        row = inbound.get(session, number)
    if row is None:
        raise MissingPageError
    holders = (row.owner_id, row.deputy_id, row.told_id) if kind == Subject.COMMITMENT else (row.owner_id,)
    _see(desk, session, row.customer_id, *holders)
    return Opened(kind, number, desk.reader, path_of(kind, number))


def _see(desk: PersonalDesk, session: Session, customer_id: int | None, *holders: int | None) -> None:
    """Whoever sells sees what is about customers of his or her own, or was given to him or her.

    Raises:
        MissingPageError: it is somebody else's.
    """
    if sees_all(desk.reader.role) or desk.reader.id in holders:
        return
    if customer_id is None or not people.is_theirs(session, customer_id, desk.reader.id):
        raise MissingPageError
