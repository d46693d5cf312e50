"""Stopping the courtesy mails: a page with a button, and the one-click POST of mail programs (RFC 8058)."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.forms import read_body
from models.queries.responses import pages
from models.tables import Customer, Message
from tasks.mails.formats import local_day
from tasks.mails.views import day
from tasks.responses.by_link import stop_extras

router = APIRouter()

_DAYS = 3_650
"""A wish to be left alone does not grow old as fast as an answer does."""


@router.api_route("/u/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts) -> Response:
    """Offer the button; changes nothing."""
    key = web.links.read_unsubscribe(token, _DAYS)
    with web.db.read() as session:
        message = pages.message(session, key)
        if message is None:
            raise MissingPageError
        return _page(web, message, pages.customer(session, message.customer_id))


@router.post("/u/{token}", dependencies=[Depends(read_body)])
def stop(token: str, web: Parts) -> Response:
    """Stop them, once. Our button and a mail program's one click are one wish, whatever the body says."""
    key = web.links.read_unsubscribe(token, _DAYS)
    with web.db.write() as session:
        stopped = stop_extras(session, key, web.clock.now())
        if stopped is None:
            raise MissingPageError
        return _page(web, *stopped, just_now=True)


def _page(web: Web, message: Message, customer: Customer, *, just_now: bool = False) -> Response:
    language = web.language(message.language)
    at = customer.extras_stopped_at
    since = at and day(language, local_day(at, customer.timezone))
    return web.pages.show("stop", language, since=since, just_now=just_now)
