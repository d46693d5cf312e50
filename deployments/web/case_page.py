"""The page of a case, for a manager: the dossier, "I take it", and "done: this happened"."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.case_views import OUTCOMES, show_case
from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.forms import Form
from models.queries import answers, people
from models.tables import Case, Staff
from models.words import Outcome
from tasks.answering import MOST_CHARACTERS
from tasks.cases import close_case, take_case

router = APIRouter()


@router.api_route("/c/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts, do: str = "") -> Response:
    """Show the case; `do=done` brings the form to the top. Changes nothing."""
    case_id, staff_id = web.links.read_case(token, web.link_days)
    with web.db.read() as session:
        reader = reader_of(session, staff_id)
        return show_case(web, session, case_id, reader, form_first=do == "done")


@router.post("/c/{token}")
def act(token: str, form: Form, web: Parts) -> Response:
    """Take the case (`do=take`) or close it (`do=done` with `outcome` and `text`), then show it."""
    case_id, staff_id = web.links.read_case(token, web.link_days)
    with web.db.write() as session:
        reader = reader_of(session, staff_id)
        case = answers.case_to_change(session, case_id)
        if case is None:
            raise MissingPageError
        do = form.get("do", "")
        if do == "take":
            taken = take_case(session, case, reader.id, web.clock.now(), reader.ref)
            return show_case(web, session, case_id, reader, thanks="thanks-taken" if taken else None)
        if do != "done":
            return show_case(web, session, case_id, reader, fault="unknown")
        return _close(web, session, case, reader, form)


def _close(web: Web, session: Session, case: Case, reader: Staff, form: Form) -> Response:
    outcome, text = form.get("outcome", ""), form.get("text", "")
    if case.closed_at is not None:
        return show_case(web, session, case.id, reader, unsaved=text)
    fault = _fault(outcome, text)
    if fault is not None:
        return show_case(web, session, case.id, reader, fault=fault, form_first=True, filled=(outcome, text))
    close_case(session, case, Outcome(outcome), text, now=web.clock.now(), actor=reader.ref)
    return show_case(web, session, case.id, reader, thanks="thanks-closed")


def _fault(outcome: str, text: str) -> str | None:
    if not text:
        return "need-text"
    if len(text) > MOST_CHARACTERS:
        return "long"
    return None if outcome in OUTCOMES else "need-outcome"


def reader_of(session: Session, staff_id: int) -> Staff:
    """Who opens the page; somebody who has left the company opens nothing."""
    reader = people.staff(session).get(staff_id)
    if reader is None or not reader.active:
        raise MissingPageError
    return reader
