"""The door of the desk: a press on one's own page opens it; whoever has no link asks for one by mail."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from deployments.web.case_page import reader_of
from deployments.web.context import Parts, Web
from deployments.web.desk.session import COOKIE, Signed, refuse_strangers, signed_in, signed_out
from deployments.web.forms import Form
from tasks.desk import sessions
from tasks.mails.links import LinkExpired

router = APIRouter()

_MOST_OF_AN_ADDRESS = 320


@router.post("/desk/enter")
def enter(request: Request, form: Form, web: Parts) -> Response:
    """Sign in with the link of one's own page, once and within an hour; an older one leads to asking for a new one."""
    refuse_strangers(request, web)
    token, now = form.get("link", ""), web.clock.now()
    try:
        staff_id = web.links.read_own(token, sessions.LINK_DAYS)
    except LinkExpired:
        return door(web, web.language_of(request), "stale")
    with web.db.write() as session:
        key = sessions.sign_in(session, reader_of(session, staff_id), token, now)
    return door(web, web.language_of(request), "used") if key is None else signed_in(web, key)


@router.post("/desk/ask")
def ask(request: Request, form: Form, web: Parts) -> Response:
    """Mail a link to one's own address; the page says the same whether it is known or not."""
    refuse_strangers(request, web)
    address = form.get("address", "")
    if address and len(address) <= _MOST_OF_AN_ADDRESS:
        with web.db.write() as session:
            sessions.ask_for_link(session, web.policy, address, web.clock.now())
    return door(web, web.language_of(request), "asked")


@router.post("/desk/out")
def out(request: Request, form: Form, desk: Signed) -> Response:
    """Sign out here, or with `everywhere` on all devices."""
    now = desk.web.clock.now()
    with desk.web.db.write() as session:
        if form.get("everywhere"):
            sessions.sign_out_everywhere(session, desk.reader, now)
        else:
            sessions.sign_out(session, request.cookies.get(COOKIE, ""), now)
    return signed_out()


def door(web: Web, language: str, said: str = "") -> Response:
    """The page of whoever is not signed in."""
    return web.pages.show("desk_door", language, said=said, longest=_MOST_OF_AN_ADDRESS)
