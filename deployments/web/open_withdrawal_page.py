"""Withdrawing without a link (article 11a of directive 2011/83/EU): a page that a shop links to, for order and address.

Opening it and filling it in change nothing; the second button declares. It says the same whether there is such an order
or not: what fits goes on record with a receipt by mail, and what does not is put before a person.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from deployments.web.context import Parts, Web
from deployments.web.forms import Form
from deployments.web.wording import words
from tasks.mailboxes import withdrawal_form
from tasks.mailboxes.withdrawal_form import FormClaim
from tasks.mails.formats import clean
from tasks.mails.texts import offered
from tasks.mails.views import legal_moment
from tasks.responses.by_link import MOST_CHARACTERS

router = APIRouter()
_MOST_OF_A_FIELD = 320
_FIELDS = ("order", "email", "name")
_MOST_OF_A_REFERENCE = 100


@router.api_route("/withdraw", methods=["GET", "HEAD"])
def show(request: Request, web: Parts, order: str = "", language: str = "") -> Response:
    """Show the form; `order` fills in the number, and `language` chooses one of ours. Changes nothing."""
    form = {"order": clean(order)[:_MOST_OF_A_REFERENCE]}
    return _page(web, _language(web, request, language), "form", form)


@router.post("/withdraw")
def act(request: Request, form: Form, web: Parts) -> Response:
    """Show the declaration (`do=show`), or record it (`do=confirm`). Pressed twice, it counts once."""
    language = _language(web, request, form.get("language", ""))
    fault = _fault(form)
    if fault is not None:
        return _page(web, language, "form", form, fault)
    if form.get("do") != "confirm":
        return _page(web, language, "confirm", form)
    now = web.clock.now()
    claim = FormClaim(form["order"], form["email"], form["name"], _declaration(language, form))
    with web.db.write() as session:
        withdrawal_form.declare(session, web.policy, claim, now, web.keep)
    at = legal_moment(language, now, web.policy.company.timezone)
    return _page(web, language, "done", form, at=at)


def _fault(form: Mapping[str, str]) -> str | None:
    if any(not clean(form.get(name, "")) for name in _FIELDS):
        return "need-all"
    if len(form.get("text", "")) > MOST_CHARACTERS:
        return "long"
    too_long = any(len(form[name]) > _MOST_OF_A_FIELD for name in _FIELDS)
    local, _, domain = form["email"].partition("@")
    return "need-all" if too_long or not local or "." not in domain else None


def _page(
    web: Web, language: str, step: str, form: Mapping[str, str], fault: str | None = None, at: str = ""
) -> Response:
    return web.pages.show(
        "open_withdrawal",
        language,
        422 if fault else 200,
        step=step,
        form={name: form.get(name, "") for name in (*_FIELDS, "text")},
        fault=fault,
        declaration="" if step == "form" else _declaration(language, form),
        at=at,
        most=MOST_CHARACTERS,
        longest=_MOST_OF_A_FIELD,
    )


def _declaration(language: str, form: Mapping[str, str]) -> str:
    """The words of the declaration: of what was filled in alone, since nobody is told what we know."""
    said = words(
        language,
        "withdrawal.open-declaration",
        name=clean(form["name"]),
        ref=clean(form["order"]),
        address=clean(form["email"]),
    )
    return "\n\n".join(part for part in (said, form.get("text", "")) if part)


def _language(web: Web, request: Request, wanted: str) -> str:
    return wanted if wanted in offered(web.policy) else web.language_of(request)
