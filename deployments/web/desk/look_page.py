"""A mail as it would go to a customer now, looked at before anybody sends it; and what it looks like, in a frame."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from deployments.web.context import MissingPageError
from deployments.web.desk.customer_acts import references
from deployments.web.desk.framed import framed
from deployments.web.desk.matter_page import Number
from deployments.web.desk.session import PersonalDesk, Signed, frame, may_see, seen_customer
from deployments.web.wording import words
from models.rules.cases.acting import MOST_CHARACTERS
from models.rules.sending.before_sending import HoldBack, Postpone, Send, Skip
from models.tables import Customer, Message
from tasks.mails.formats import clean
from tasks.mails.labels import worded
from tasks.mails.views import due, moment
from tasks.mails.waiting_words import waits
from tasks.sending import explain
from tasks.sending.explain import Previewed
from tasks.sending.send_now import next_is_too_early

router = APIRouter()


@router.api_route("/desk/look/{kind}/{about:path}", methods=["GET", "HEAD"])
def show(desk: Signed, kind: str, about: str, shown: str = "") -> Response:
    """Show the mail with the button that sends it; with `shown`, the mail alone. Changes nothing."""
    customer, found = _found(desk, kind, about)
    if shown:
        return framed(found.mail.body)
    with desk.web.db.read() as session:
        is_early = next_is_too_early(session, desk.web.policy, kind, about, desk.web.clock.now())
    values: dict[str, Any] = {
        "customer": customer,
        "kind": kind,
        "kind_words": worded(desk.language, "kind", kind),
        "about": about,
        "subject": found.mail.subject,
        "would": words(desk.language, "act.too-early") if is_early else _would(desk, found),
        "may_send": not is_early,
        "most": MOST_CHARACTERS,
    }
    return desk.web.pages.show("desk_look", desk.language, **values, **frame(desk))


@router.api_route("/desk/sent/{number:int}", methods=["GET", "HEAD"])
def show_sent(desk: Signed, number: Number, shown: str = "") -> Response:
    """A mail as it went to a customer, from the archive; with `shown`, the mail alone."""
    with desk.web.db.read() as session:
        mail = session.get(Message, number)
        customer = session.get(Customer, mail.customer_id) if mail is not None and mail.customer_id else None
        if (
            mail is None
            or customer is None
            or mail.staff_id is not None
            or not may_see(desk, session, customer)
        ):
            raise MissingPageError
    raw = desk.web.archive.fetch(desk.web.composer.message_id(mail.key), mail.recorded_at or mail.marked_at)
    if shown:
        if raw is None:
            raise MissingPageError
        return framed(raw)
    values: dict[str, Any] = {
        "customer": customer,
        "kind_words": worded(desk.language, "kind", mail.kind),
        "subject": clean(mail.subject),
        "recipient": clean(mail.recipient),
        "at": moment(desk.language, mail.recorded_at or mail.marked_at, desk.zone),
        "answer": clean(f"{mail.smtp_code or ''} {mail.smtp_text or ''}"),
        "is_kept": raw is not None,
    }
    return desk.web.pages.show("desk_sent", desk.language, **values, **frame(desk))


def _would(desk: PersonalDesk, found: Previewed) -> str:
    """What a sweep would do with the mail if it were due now."""
    match found.decision:
        case Send():
            return words(desk.language, "act.look-goes")
        case Postpone(until, _):
            return words(desk.language, "act.look-later", at=due(desk.language, until, desk.zone))
        case Skip(reason) | HoldBack(reason):
            return words(desk.language, "act.look-not", why=waits(desk.language, reason))
        case _:
            return words(desk.language, "act.look-person")


def _found(desk: PersonalDesk, kind: str, about: str) -> tuple[Any, Previewed]:
    with desk.web.db.read() as session:
        customer = seen_customer(desk, session, about)
        if about not in {ref for ref, _ in references(session, customer)}:
            raise MissingPageError
    try:
        return customer, explain.preview(desk.web, desk.web.composer, kind, about, desk.web.clock.now())
    except (LookupError, ValueError) as error:
        raise MissingPageError from error
