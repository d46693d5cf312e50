"""What the answer page shows: the question, the notice when something is missing, the thanks."""

from datetime import date
from typing import Any

from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.context import Web
from deployments.web.filled import RATINGS, FilledFields
from deployments.web.wording import answer_words, words
from models.queries import people
from models.queries.mailboxes import acknowledgements
from models.rules.cases.case_reasons import LOW_RATING
from models.rules.credit_recovery.pay_day import last_day
from models.words import Meaning
from tasks.mails.formats import clean, local_day
from tasks.mails.row_facts import invoice_line, order_facts
from tasks.mails.views import contact_view, day, due, invoice_views, legal_moment, order_view
from tasks.responses import withdrawal
from tasks.responses.by_link import MOST_ANSWERS, MOST_CHARACTERS, LinkAnswer, Question

_FAIR_RATING = LOW_RATING + 1
_PHONE_DIGITS = 6
"""Words with that many digits may well hold a phone number."""


def ask(
    web: Web, session: Session, asked: Question, filled: FilledFields, token: str, fault: str | None = None
) -> Response:
    """The question, with what is filled in already; with a fault, what is missing (422)."""
    has_rating = Meaning.RATING in asked.offered or filled.rating in RATINGS
    return web.pages.show(
        "answer",
        language_of(web, asked),
        422 if fault else 200,
        **common(web, asked),
        filled=filled,
        fault=fault,
        token=token,
        **_withdrawal(web, session, asked),
        ratings=RATINGS if has_rating else (),
        options=_choices(web, asked, filled, offers_rating=has_rating),
        pay_days=pay_days(web, asked),
        last_pay_day=day(language_of(web, asked), pay_days(web, asked)[1]),
    )


def thank(web: Web, session: Session, asked: Question, said: LinkAnswer, new: int) -> Response:
    """Thanks, what was recorded, and what happens next: where a call is owed, by whom and by when."""
    call = acknowledgements.calls(session, {asked.customer.id}).get(asked.customer.id)
    caller = people.staff(session).get(call.owner_id or 0) if call is not None else None
    language, zone = language_of(web, asked), asked.customer.timezone
    is_service = asked.order is not None and asked.order.is_service
    return web.pages.show(
        "thanks",
        language_of(web, asked),
        **common(web, asked),
        said=said,
        new=new,
        full=not new and len(asked.heard) >= MOST_ANSWERS,
        pays_on=day(language_of(web, asked), said.pays_on) if said.pays_on else None,
        next=[
            Meaning.MESSAGE if one == Meaning.CALL_ME and call is None else one
            for one in next_steps(said, is_service=is_service)
        ],
        number_wanted=_number_wanted(asked, said),
        hears=clean(asked.manager.name) if asked.manager else web.policy.company.name,
        caller=clean(caller.name) if caller is not None else web.policy.company.name,
        call_by=due(language, call.due_at, zone, call.not_before) if call is not None else "",
    )


def pay_days(web: Web, asked: Question) -> tuple[date, date]:
    """The first and the last day that may be named for a payment."""
    today = local_day(web.clock.now(), asked.customer.timezone)
    return today, last_day(today, web.policy.credit.promise_max_days)


def next_steps(said: LinkAnswer, *, is_service: bool) -> list[str]:
    """The names of the sentences that tell what happens now: a low rating is answered first, whatever else was said."""
    step = next_step(said, is_service=is_service)
    is_low = said.rating is not None and said.rating <= LOW_RATING and step not in {"low-rating", "good"}
    return ["sorry", step] if is_low else [step]


def next_step(said: LinkAnswer, *, is_service: bool) -> str:
    """The name of the sentence that tells what happens now."""
    if said.meaning in {Meaning.SOLVED, Meaning.FINE}:
        return "good"
    if said.meaning == Meaning.NOT_ARRIVED and is_service:
        return "not-arrived-service"
    if said.meaning is not None:
        return said.meaning
    if said.rating is None:
        return Meaning.MESSAGE
    if said.rating <= LOW_RATING:
        return "low-rating"
    return "fair" if said.rating == _FAIR_RATING else "good"


def _choices(web: Web, asked: Question, filled: FilledFields, *, offers_rating: bool) -> dict[str, str]:
    """What the cadence offers, what the link says, and always free words; with a rating, nothing more is a choice too.

    By the word that is sent: what stands beside it.
    """
    language, is_service = language_of(web, asked), asked.order is not None and asked.order.is_service
    wanted = [*asked.offered, *([filled.choice] if filled.choice else []), Meaning.MESSAGE]
    nothing = {"": words(language, "answer.nothing")} if offers_rating else {}
    return nothing | {
        one: answer_words(language, one, is_service=is_service) for one in wanted if one != Meaning.RATING
    }


def _withdrawal(web: Web, session: Session, asked: Question) -> dict[str, Any]:
    """Whether the order can be withdrawn from on its page, or since when it is."""
    declared, zone = withdrawal.standing(session, asked.order), asked.customer.timezone
    return {
        "withdrawn": legal_moment(language_of(web, asked), declared.received_at, zone) if declared else None,
        "may_withdraw": declared is None
        and withdrawal.may_declare(asked.order, asked.customer, web.clock.now()),
    }


def _number_wanted(asked: Question, said: LinkAnswer) -> bool:
    """Whether we were asked for a call and know no number."""
    digits = sum(sign.isdigit() for sign in said.text or "")
    return said.meaning == Meaning.CALL_ME and not asked.customer.phone and digits < _PHONE_DIGITS


def language_of(web: Web, asked: Question) -> str:
    """The language of the mail that was answered."""
    return web.language(asked.message.language)


def common(web: Web, asked: Question) -> dict[str, Any]:
    """What every page about a mail shows: whom it went to, what about, and whom to ask."""
    language = language_of(web, asked)
    zone = asked.customer.timezone
    return {
        "name": clean(asked.customer.name),
        "is_business": asked.customer.is_business,
        "order": order_view(order_facts(asked.order), language, zone) if asked.order else None,
        "invoices": invoice_views(tuple(invoice_line(one, "") for one in asked.invoices), language),
        "owner": contact_view(asked.owner) if asked.owner else None,
        "manager": contact_view(asked.manager) if asked.manager else None,
        "heard": bool(asked.heard),
        "most": MOST_CHARACTERS,
    }
