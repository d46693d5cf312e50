"""A customer at the desk: found by whatever is known, and shown whole: who, past, now, and what comes next."""

from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from deployments.web.case_views import doers, dossier_values
from deployments.web.context import MissingPageError
from deployments.web.desk.customer_acts import do_about, offered, references, wants_open_to
from deployments.web.desk.matter_page import path_of
from deployments.web.desk.session import PATH, PersonalDesk, Signed, frame, may_see
from deployments.web.forms import Form, new_press
from deployments.web.reply_form import form_for, to_customer
from deployments.web.said import PageReply
from models.queries import people
from models.queries.cases.dossier import of_customer
from models.queries.desk import of_customer as coming
from models.queries.desk import search
from models.rules.cases.acting import MOST_CHARACTERS
from models.rules.desk.sight import sees_all, sees_company
from models.tables import Customer
from models.words import Matter, Subject
from tasks.mails.dossier_facts import owed_facts
from tasks.mails.formats import clean, language_name
from tasks.mails.labels import worded
from tasks.mails.timeline_words import name_of
from tasks.mails.views import due, owed_line
from tasks.mails.waiting_words import stops, waits
from tasks.privacy import rights
from tasks.responses.by_staff import SpokenBy

router = APIRouter()

_MOST_OF_A_QUESTION = 320
_MOST_NEXT = 4
"""Planned messages that are shown at once; the others unfold."""


@router.api_route("/desk/find", methods=["GET", "HEAD"])
def find(desk: Signed, q: str = "") -> Response:
    """Customers by name, reference, order, invoice, address or telephone; whoever sells sees the own ones at once.

    Where there is but one, it is opened.
    """
    asked = q.strip()[:_MOST_OF_A_QUESTION]
    with desk.web.db.read() as session:
        found = search.customers(session, asked, _only(desk)) if asked or _only(desk) else ()
        rows = [(one.ref, clean(one.name), clean(one.email or ""), clean(one.phone or "")) for one in found]
    if asked and len(rows) == 1:
        return RedirectResponse(f"{PATH}/customer/{quote(rows[0][0], safe='')}", 303)
    return desk.web.pages.show("desk_find", desk.language, asked=asked, rows=rows, **frame(desk))


@router.api_route("/desk/customer/{ref:path}", methods=["GET", "HEAD"])
def show(desk: Signed, ref: str, do: str = "", block: str = "") -> Response:
    """All of one customer; `do` opens a form. Somebody else's customer is not there for whoever sells."""
    with desk.web.db.read() as session:
        return _shown(desk, session, _customer(desk, session, ref), PageReply(do=do, block=block))


@router.post("/desk/customer/{ref:path}")
def act(desk: Signed, ref: str, form: Form) -> Response:
    """Do what the button says (`do`), then show the customer as he or she stands."""
    with desk.web.db.read() as session:
        customer = _customer(desk, session, ref)
    said = do_about(desk, customer, form)
    if said.thanks == "erased":
        return RedirectResponse(f"{PATH}?did=act.erased", 303)
    with desk.web.db.read() as session:
        return _shown(desk, session, _customer(desk, session, ref), said)


@router.get("/desk/export/{ref:path}")
def export(desk: Signed, ref: str) -> Response:
    """All that is kept of a customer, for the customer to read; managers and directors fetch it."""
    if not sees_company(desk.reader.role):
        raise MissingPageError
    with desk.web.db.read() as session:
        customer = _customer(desk, session, ref)
    return Response(
        rights.export(desk.web, customer.ref),
        media_type="application/json",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(customer.ref, safe='')}.json"},
    )


def _customer(desk: PersonalDesk, session: Session, ref: str) -> Customer:
    customer = search.by_ref(session, ref)
    if customer is None or not may_see(desk, session, customer):
        raise MissingPageError
    return customer


def _shown(desk: PersonalDesk, session: Session, customer: Customer, said: PageReply) -> Response:
    now = desk.web.clock.now()
    found = of_customer(session, customer.id, now)
    if found is None:
        raise MissingPageError
    staff = people.staff(session)
    values: dict[str, Any] = dossier_values(desk.web.policy, found, desk.language, staff)
    values["timeline"] = values["timeline"][::-1]
    case = found.matter if found.matter is not None and found.matter.closed_at is None else None
    return desk.web.pages.show(
        "desk_customer",
        desk.language,
        422 if said.fault else 200,
        said=said,
        reply=form_for(
            desk.web,
            session,
            to_customer(desk.web, session, customer),
            desk.reader,
            said,
            said.block,
            new_press(),
        ),
        acts=offered(desk, session, customer),
        abouts=references(session, customer),
        doers=doers(people.staff(session), desk.reader),
        order_refs=[(one.ref, clean(f"{one.ref}: {one.description}")) for one in found.orders],
        press=new_press(),
        channels=[(one.value, f"channel-{one.value.replace(' ', '-')}") for one in SpokenBy],
        wants=[
            (one.value, f"wants-{one.value.replace(' ', '-')}")
            for one in wants_open_to(desk, session, customer)
        ],
        matters=[one.value for one in Matter],
        most=MOST_CHARACTERS,
        has_case=found.matter is not None,
        case_link=path_of(Subject.CASE, case.id) if case else None,
        open_matters=[
            (
                path_of(Subject.COMMITMENT, one.id),
                owed_line(owed_facts(one, found, staff), desk.language, desk.zone),
            )
            for one in found.owed
        ],
        spoken=language_name(desk.language, customer.language),
        next=_next(desk, session, customer.id),
        most_next=_MOST_NEXT,
        held=_held(desk, session, customer.id, staff),
        **frame(desk),
        **values | {"owed": [], "holds": []},
    )


def _words(desk: PersonalDesk, kind: str) -> str:
    """What is to come: a message, or what a person will be asked."""
    cadence = desk.web.policy.cadences.get(kind)
    if cadence is not None and cadence.opens_case is not None:
        return worded(desk.language, "reason", cadence.opens_case)
    if cadence is not None and cadence.asks is not None:
        return worded(desk.language, "notice", cadence.asks)
    return worded(desk.language, "kind", kind)


class PlannedMessage(NamedTuple):
    """A message that is to come."""

    kind: str
    about: str
    at: str
    reason: str
    """Why it waits."""
    stops: str
    """What would stop it."""
    link: str
    """Where it is looked at, and sent."""


def _next(desk: PersonalDesk, session: Session, customer_id: int) -> list[PlannedMessage]:
    cadences = desk.web.policy.cadences
    return [
        PlannedMessage(
            _words(desk, one.kind),
            clean(one.about or ""),
            due(desk.language, one.due_at, desk.zone),
            waits(desk.language, one.reason),
            stops(desk.language, cadences[one.kind]) if one.kind in cadences else "",
            f"{PATH}/look/{one.kind}/{quote(one.about)}"
            if one.about and one.kind in desk.web.policy.mailed_kinds
            else "",
        )
        for one in coming.planned(session, customer_id)
    ]


def _held(desk: PersonalDesk, session: Session, customer_id: int, staff: Any) -> list[tuple[str, str, str]]:
    """Until when, by whom, and why."""
    zone = desk.web.policy.company.timezone
    return [
        (due(desk.language, one.until, zone), name_of(one.actor, staff), clean(one.reason))
        for one in coming.holds_of(session, customer_id, desk.web.clock.now())
    ]


def _only(desk: PersonalDesk) -> int | None:
    return None if sees_all(desk.reader.role) else desk.reader.id
