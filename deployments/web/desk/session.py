"""Who is signed in at the desk: a cookie that only our own pages can use, or a proxy that has asked already."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote_plus, urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.hosts import comes_from
from models.errors import RefusedError
from models.queries import people
from models.queries.desk import sessions as queries
from models.queries.sending import forward
from models.rules.desk.sight import sees_all, sees_company
from models.tables import Customer, Staff
from tasks.desk import sessions
from tasks.desk.sessions import SESSION_HOURS

COOKIE = "seguito_desk"
PATH = "/desk"


class SignedOutError(RefusedError):
    """Nobody is signed in, or no longer."""


@dataclass(frozen=True)
class PersonalDesk:
    """The desk of one person."""

    web: Web
    reader: Staff
    language: str

    @property
    def zone(self) -> str:
        """The clock that times are shown by: the company's."""
        return self.web.policy.company.timezone


def the_desk(request: Request, web: Parts) -> PersonalDesk:
    """The desk of whoever is signed in.

    Raises:
        SignedOutError: nobody is.
        MissingPageError: a press that came from another site, or an address that PostgreSQL would not even look for.
    """
    query = unquote_plus(request.scope["query_string"].decode("ascii", "replace"))
    if "\x00" in request.scope["path"] + query:
        raise MissingPageError
    if request.method == "POST":
        refuse_strangers(request, web)
    now = web.clock.now()
    with web.db.read() as session:
        reader = sessions.who(session, request.cookies.get(COOKIE, ""), now)
        if reader is None and web.desk_user_header and comes_from(request, web.desk_proxies):
            named = request.headers.getlist(web.desk_user_header)
            reader = queries.by_email(session, named[0].strip() or "-") if len(named) == 1 else None
    if reader is None:
        raise SignedOutError
    return PersonalDesk(web, reader, web.language(reader.language))


def frame(desk: PersonalDesk) -> dict[str, object]:
    """What stands at the head of every page of the desk."""
    return {
        "own": desk.web.links.own(desk.reader.id, desk.web.clock.now()),
        "sees_company": sees_company(desk.reader.role),
    }


def seen_customer(desk: PersonalDesk, session: Session, ref: str) -> Customer:
    """The customer of a reference (an order's and an invoice's too), if the one who is signed in sees him or her.

    Raises:
        MissingPageError: there is none, or it is somebody else's customer.
    """
    found = forward.named(session, ref)
    if found is None or not may_see(desk, session, found.customer):
        raise MissingPageError
    return found.customer


def may_see(desk: PersonalDesk, session: Session, customer: Customer) -> bool:
    """Whether the one who is signed in sees a customer: whoever sells, his or her own alone."""
    return sees_all(desk.reader.role) or people.is_theirs(session, customer.id, desk.reader.id)


Signed = Annotated[PersonalDesk, Depends(the_desk)]


def refuse_strangers(request: Request, web: Web) -> None:
    """A press has to come from a page of ours; browsers say where it does.

    Raises:
        MissingPageError: it comes from elsewhere.
    """
    origin = request.headers.get("origin")
    if origin is not None and (urlsplit(origin).hostname or "") not in web.our_names:
        raise MissingPageError
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise MissingPageError


def signed_in(web: Web, key: str) -> Response:
    """Go to the desk, with the cookie."""
    response = RedirectResponse(PATH, 303)
    response.set_cookie(
        COOKIE,
        key,
        max_age=SESSION_HOURS * 3600,
        path=PATH,
        secure=web.links.is_https,
        httponly=True,
        samesite="lax",
    )
    return response


def signed_out() -> Response:
    """Go to the door, without the cookie."""
    response = RedirectResponse(PATH, 303)
    response.delete_cookie(COOKIE, path=PATH, httponly=True)
    return response
