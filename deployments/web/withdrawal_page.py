"""Withdrawing from an order (article 11a of directive 2011/83/EU): a page that shows, and a button that declares."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER

from deployments.web.answer_views import common, language_of
from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.forms import Form
from deployments.web.wording import words
from models.tables import Order
from models.tables import Response as Said
from tasks.mails.formats import clean, local_day, long_day
from tasks.mails.letter_facts import address
from tasks.mails.views import legal_moment
from tasks.responses import withdrawal
from tasks.responses.by_link import MOST_CHARACTERS, Question, question

router = APIRouter()


@router.api_route("/a/{token}/withdraw", methods=["GET", "HEAD"])
def show(token: str, web: Parts) -> Response:
    """Show the declaration as it would be sent; changes nothing. Where there is none to make, the answer page opens."""
    key, now = web.links.read_answer(token, web.link_days), web.clock.now()
    with web.db.read() as session:
        asked = question(session, web.policy, key, now)
        if asked is None:
            raise MissingPageError
        declared = withdrawal.standing(session, asked.order)
        if asked.order is None or not (declared or withdrawal.may_declare(asked.order, asked.customer, now)):
            return RedirectResponse(f"../{token}", HTTP_303_SEE_OTHER)
        return _page(web, asked, asked.order, token, declared)


@router.post("/a/{token}/withdraw")
def declare(token: str, form: Form, web: Parts) -> Response:
    """Record the declaration, with the words in `text` if there are any. Pressed twice, it counts once."""
    key, now = web.links.read_answer(token, web.link_days), web.clock.now()
    with web.db.write() as session:
        asked = question(session, web.policy, key, now, lock=True)
        if asked is None or asked.order is None or asked.order.withdrawal_days <= 0:
            raise MissingPageError
        text = form.get("text", "")
        if len(text) > MOST_CHARACTERS:
            return _page(web, asked, asked.order, token, None, text)
        said = "\n\n".join(part for part in (_declaration(web, asked, asked.order), text) if part)
        declared = withdrawal.declare(session, web.policy, asked.order, said, now, withdrawal.through(asked))
        after = question(session, web.policy, key, now) or asked  # a case is open now
        return _page(web, after, asked.order, token, declared)


def _page(
    web: Web, asked: Question, order: Order, token: str, declared: Said | None, too_long: str = ""
) -> Response:
    language = language_of(web, asked)
    return web.pages.show(
        "withdrawal",
        language,
        422 if too_long else 200,
        **common(web, asked),
        token=token,
        text=too_long,
        declaration=declared.text if declared else _declaration(web, asked, order),
        at=legal_moment(language, declared.received_at, asked.customer.timezone) if declared else None,
        address=clean(address("customer", asked.customer, None, asked.suppressed) or ""),
        hears=clean(asked.manager.name) if asked.manager else web.policy.company.name,
    )


def _declaration(web: Web, asked: Question, order: Order) -> str:
    """The words of the declaration: who, which contract, and of when."""
    language, customer = language_of(web, asked), asked.customer
    signed = long_day(language, local_day(order.signed_at, customer.timezone))
    return words(
        language,
        "withdrawal.declaration",
        name=clean(customer.name),
        ref=clean(order.ref),
        description=clean(order.description).rstrip(" ."),
        day=signed,
    )
