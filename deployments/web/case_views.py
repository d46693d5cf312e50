"""What the page of a case shows: everything we know, for the person who has to call."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.context import MissingPageError, Web
from deployments.web.wording import answer_words, words, words_or
from models.queries import answers, people
from models.queries.dossier import Dossier, Event, dossier
from models.tables import Case, Staff
from models.words import Outcome, Subject
from tasks.answering import MOST_CHARACTERS
from tasks.letters import invoice_line, order_facts
from tasks.mails.formats import clean, short_moment
from tasks.mails.labels import kind, label, reason
from tasks.mails.letter import InvoiceLine
from tasks.mails.views import invoice_views, order_view

OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.ANSWERED)
"""What a person can close a case with; `answered` is what happens by itself."""

_ABOUT_A_MAIL = frozenset({"sent", "failed", "silent"})


def show_case(
    web: Web, session: Session, case_id: int, reader: Staff, *,
    thanks: str | None = None, fault: str | None = None, form_first: bool = False,
    filled: tuple[str, str] = ("", ""), unsaved: str = "",
) -> Response:  # fmt: skip
    """The page as it stands now; `unsaved` are words that came too late to close the case with.

    Raises:
        MissingPageError: there is no such case.
    """
    session.flush()
    found = dossier(session, case_id)
    if found is None:
        raise MissingPageError
    language, zone = web.language(reader.language), web.policy.company.timezone
    moment = partial(short_moment, language, timezone=zone)
    staff = people.staff(session)
    return web.pages.show(
        "case", language, 422 if fault else 200,
        standing=_standing(session, web, found.case, reader, staff),
        case=found.case, customer=found.customer, opened=moment(found.case.opened_at),
        reasons=_reasons(found, language), words=_words(found, language, zone),
        statements=_statements(found, staff, language, zone),
        orders=[(order_view(order_facts(one), language, zone), one.cancelled_at) for one in found.orders],
        invoices=invoice_views(_owing(found), language),
        timeline=[(moment(one.at), sentence(one, language, staff)) for one in found.events],
        outcomes=OUTCOMES, thanks=thanks, fault=fault, form_first=form_first, unsaved=unsaved,
        outcome=filled[0], text=filled[1], most=MOST_CHARACTERS,
    )  # fmt: skip


def sentence(event: Event, language: str, staff: Mapping[int, Staff]) -> dict[str, Any]:
    """One entry of the timeline: what happened, about what, and the words that were said."""
    detail = ""
    if event.what in _ABOUT_A_MAIL:
        detail = kind(language, event.kind)
    elif event.what == "said" and event.rating is None:
        detail = answer_words(language, event.kind)
    elif event.what == "stated":
        detail = _author(event.about, staff)
    about = "" if event.what == "stated" else clean(event.about)
    rating = f"{event.rating}/5" if event.rating is not None else ""
    return {
        "what": label(language, f"timeline.{event.what}").rstrip(":"),
        "details": " · ".join(part for part in (detail, rating, about) if part),
        "text": event.text,
    }


def _standing(session: Session, web: Web, case: Case, reader: Staff, staff: Mapping[int, Staff]) -> str:
    language, zone = web.language(reader.language), web.policy.company.timezone
    if case.closed_at is not None:
        at, actor = short_moment(language, case.closed_at, zone), answers.closed_by(session, case.id) or ""
        if case.outcome == Outcome.ANSWERED:
            return words(language, "case.closed-itself", at=at)
        outcome = words_or(language, f"outcome.{case.outcome}", case.outcome or "")
        return words(language, "case.closed", name=_author(actor, staff), at=at, outcome=outcome)
    if case.taken_at is None or case.taken_by_id is None:
        return words(language, "case.free")
    at = short_moment(language, case.taken_at, zone)
    if case.taken_by_id == reader.id:
        return words(language, "case.mine", at=at)
    return words(language, "case.other", name=clean(staff[case.taken_by_id].name), at=at)


def _reasons(found: Dossier, language: str) -> list[tuple[str, str, bool]]:
    """Reason, what it is about, and whether it fell away by itself."""
    refs = {(Subject.ORDER, one.id): one.ref for one in found.orders}
    refs |= {(Subject.INVOICE, one.id): one.ref for one in found.invoices}
    still_open = found.case.closed_at is None
    return [
        (
            reason(language, one.reason),
            clean(refs.get((Subject(one.subject_type), one.subject_id), "")),
            still_open and one.settled_at is not None,
        )
        for one in found.reasons
    ]


def _words(found: Dossier, language: str, zone: str) -> list[tuple[str, str]]:
    said = [one for one in found.events if one.what == "said"]
    return [(short_moment(language, one.at, zone), one.text) for one in said if one.text]


def _owing(found: Dossier) -> tuple[InvoiceLine, ...]:
    still = [one for one in found.invoices if not one.paid_at and not one.cancelled_at]
    return tuple(invoice_line(one, "") for one in still)


def _statements(
    found: Dossier, staff: Mapping[int, Staff], language: str, zone: str
) -> list[tuple[str, str, str, str]]:
    """When, on which side, by whom, and the words of each version."""
    return [
        (short_moment(language, one.at, zone), words_or(language, f"side.{one.side}", one.side),
         _author(one.author, staff), one.text)
        for one in found.statements
    ]  # fmt: skip


def _author(ref: str, staff: Mapping[int, Staff]) -> str:
    """The name behind a reference; the reference itself for anybody else."""
    return next((clean(one.name) for one in staff.values() if one.ref == ref), ref)
