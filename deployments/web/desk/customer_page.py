"""A customer at the desk: found by whatever is known, and shown whole: who, past, now, and what comes next."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.case_views import dossier_values
from deployments.web.context import MissingPageError
from deployments.web.desk.session import Desk, Signed, frame
from models.queries import people
from models.queries.cases.dossier import of_customer
from models.queries.desk import lists, search
from models.rules.desk.sight import sees_all
from models.tables import Customer
from tasks.mails.formats import clean, language_name
from tasks.mails.labels import worded
from tasks.mails.timeline_words import name_of
from tasks.mails.views import due

router = APIRouter()

_MOST_OF_A_QUESTION = 320


@router.api_route("/desk/find", methods=["GET", "HEAD"])
def find(desk: Signed, q: str = "") -> Response:
    """Customers by name, reference, order, invoice, address or telephone."""
    asked = q.strip()[:_MOST_OF_A_QUESTION]
    with desk.web.db.read() as session:
        found = search.customers(session, asked, _only(desk)) if asked else ()
        rows = [(one.ref, clean(one.name), clean(one.email or ""), clean(one.phone or "")) for one in found]
    return desk.web.pages.show("desk_find", desk.language, asked=asked, rows=rows, **frame(desk))


@router.api_route("/desk/customer/{ref:path}", methods=["GET", "HEAD"])
def show(desk: Signed, ref: str) -> Response:
    """All of one customer. Somebody else's customer is not there for whoever sells."""
    now = desk.web.clock.now()
    with desk.web.db.read() as session:
        customer = search.by_ref(session, ref)
        if customer is None or not _may_see(desk, session, customer):
            raise MissingPageError
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
            has_case=found.matter is not None,
            case_link=desk.web.links.case(case.id, desk.reader.id, now) if case else None,
            spoken=language_name(desk.language, customer.language),
            next=_next(desk, session, customer.id),
            held=_held(desk, session, customer.id, staff),
            **frame(desk),
            **values,
        )


def _next(desk: Desk, session: Session, customer_id: int) -> list[tuple[str, str, str]]:
    zone = desk.web.policy.company.timezone
    return [
        (worded(desk.language, "kind", kind), due(desk.language, at, zone), clean(reason or ""))
        for kind, at, reason in lists.planned(session, customer_id)
    ]


def _held(desk: Desk, session: Session, customer_id: int, staff: Any) -> list[tuple[str, str, str]]:
    """Until when, by whom, and why."""
    zone = desk.web.policy.company.timezone
    return [
        (due(desk.language, one.until, zone), name_of(one.actor, staff), clean(one.reason))
        for one in lists.holds_of(session, customer_id, desk.web.clock.now())
    ]


def _only(desk: Desk) -> int | None:
    return None if sees_all(desk.reader.role) else desk.reader.id


def _may_see(desk: Desk, session: Session, customer: Customer) -> bool:
    return sees_all(desk.reader.role) or people.is_theirs(session, customer.id, desk.reader.id)
