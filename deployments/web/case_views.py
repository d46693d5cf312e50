"""What the page of a case shows: everything we know, for the person who has to call."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.context import MissingPageError, Web
from deployments.web.forms import new_press
from deployments.web.reply_form import form_for, to_customer
from deployments.web.said import PageReply
from deployments.web.wording import words
from models.policy import Policy
from models.queries import people
from models.queries.cases.dossier import Dossier, dossier
from models.queries.responses import pages
from models.rules.cases.acting import MOST_CHARACTERS, Act
from models.tables import Case, Staff, Statement
from models.words import CommitmentKind, EndCause, EndKind, Outcome, Role, Side
from tasks.cases.actions import OUTCOMES
from tasks.commitments.own_sales import acts_open_to
from tasks.mails.dossier_facts import details, interest_of_case, owed_facts, owing_lines
from tasks.mails.formats import clean, language_name, quoted, short_moment
from tasks.mails.labels import label, worded
from tasks.mails.row_facts import order_facts
from tasks.mails.timeline_words import happened, name_of
from tasks.mails.views import due, interest_line, invoice_views, order_view, owed_line
from tasks.mails.views import moment as in_sentence


def show_case(
    web: Web,
    session: Session,
    case_id: int,
    reader: Staff,
    said: PageReply,
    around: Mapping[str, object] | None = None,
) -> Response:
    """The page as it stands now; `around` is what stands at its head, where somebody is signed in at the desk.

    Raises:
        MissingPageError: there is no such case.
    """
    session.flush()
    found = dossier(session, case_id, web.clock.now())
    if found is None:
        raise MissingPageError
    language = web.language(reader.language)
    staff = people.staff(session)
    is_open = found.case.closed_at is None
    open_to = acts_open_to(session, reader)
    acts = [act for act in Act if is_open and act in open_to]
    return web.pages.show(
        "case",
        language,
        422 if said.fault else 200,
        reasons_why=web.policy.ledger.reasons,
        call=any(one.kind == CommitmentKind.LISTENING_CALL for one in found.owed),
        since=in_sentence(language, min(found.case.since, found.case.opened_at), web.policy.company.timezone),
        spoken=language_name(language, found.customer.language),
        standing=_standing(session, web, found.case, reader, staff),
        case=found.case,
        is_open=is_open,
        acts=acts,
        said=said,
        outcomes=OUTCOMES,
        kinds=tuple(EndKind),
        causes=tuple(EndCause),
        colleagues=_colleagues(staff, reader),
        doers=doers(staff, reader),
        most=MOST_CHARACTERS,
        needs_version=is_open and not found.said(),
        has_case=True,
        which_orders=_which(found),
        **dossier_values(web.policy, found, language, staff),
        reply=form_for(
            web,
            session,
            to_customer(web, session, found.customer),
            reader,
            said,
            said.block,
            new_press(),
        )
        if is_open
        else None,
        **(around or {}),
    )


def dossier_values(
    policy: Policy, found: Dossier, language: str, staff: Mapping[int, Staff]
) -> dict[str, Any]:
    """What the pages show of a dossier, in the reader's language."""
    zone = policy.company.timezone
    moment = partial(short_moment, language, timezone=zone)
    apart = found.told_apart if found.matter else ()
    return {
        "customer": found.customer,
        "opened": in_sentence(language, found.matter.opened_at, zone) if found.matter else "",
        "reasons": _reasons(found, language) if found.matter else [],
        "heard": [
            *_written(found, language, moment),
            *_versions(found.said(), found, language, zone, staff),
        ],
        "statements": _versions(found.ours(), found, language, zone, staff),
        "orders": [(order_view(order_facts(one), language, zone), one.cancelled_at) for one in found.orders],
        "invoices": invoice_views(owing_lines(found, zone), language),
        "interest": interest_line(interest_of_case(policy, found), language),
        "owed": [owed_line(owed_facts(one, found, staff), language, zone) for one in found.owed],
        "holds": [
            f"{due(language, one.until, zone)} ({name_of(one.actor, staff)}: {quoted(language, clean(one.reason))})"
            for one in found.holds
        ],
        "ends": [
            (one.id, one.kind, moment(one.declared_at), one.confirmed_at is not None)
            for one in found.ends
            if one.dismissed_at is None
        ],
        "timeline": [(moment(one.at), happened(one, language, staff, apart)) for one in found.events],
    }


def _which(found: Dossier) -> list[tuple[str, str]]:
    """The orders to choose from: reference, and what was bought."""
    return [(one.ref, clean(f"{one.ref}: {one.description}")) for one in found.orders]


def _colleagues(staff: Mapping[int, Staff], reader: Staff) -> list[tuple[str, str]]:
    """Whom a case can be given to: reference and name."""
    return sorted(
        (one.ref, clean(one.name))
        for one in staff.values()
        if one.active and one.role != Role.SELLER and one.id != reader.id
    )


def doers(staff: Mapping[int, Staff], reader: Staff) -> list[tuple[str, str]]:
    """Who may do what was agreed on, or come: reference and name of everybody, sellers too, the reader first."""
    others = sorted(
        (one.ref, clean(one.name)) for one in staff.values() if one.active and one.id != reader.id
    )
    return [(reader.ref, clean(reader.name)), *others]


def _standing(session: Session, web: Web, case: Case, reader: Staff, staff: Mapping[int, Staff]) -> str:
    language, zone = web.language(reader.language), web.policy.company.timezone
    if case.closed_at is not None:
        at, actor = in_sentence(language, case.closed_at, zone), pages.closed_by(session, case.id) or ""
        if case.outcome == Outcome.ANSWERED:
            return words(language, "case.closed-itself", at=at)
        if case.outcome == Outcome.FELL_AWAY:
            return words(language, "case.closed-fell-away", at=at)
        outcome = worded(language, "outcome", case.outcome or "")
        return words(language, "case.closed", name=name_of(actor, staff), at=at, outcome=outcome)
    if case.taken_at is None or case.taken_by_id is None:
        return words(language, "case.free")
    at = in_sentence(language, case.taken_at, zone)
    if case.taken_by_id == reader.id:
        return words(language, "case.mine", at=at)
    return words(language, "case.other", name=clean(staff[case.taken_by_id].name), at=at)


def _reasons(found: Dossier, language: str) -> list[tuple[str, str, bool]]:
    """Reason, what it is about, and whether it fell away by itself."""
    still_open = found.case.closed_at is None
    return [
        (worded(language, "reason", one.reason), clean(about), still_open and one.settled_at is not None)
        for one, about in zip(found.reasons, details(found), strict=True)
    ]


def _written(
    found: Dossier, language: str, moment: Callable[[datetime], str]
) -> list[tuple[str, str, str, str, str]]:
    """What the customer has written beside the matter, as `_versions` tells it; a rating stands with its day."""
    return [
        (
            moment(one.received_at)
            + (f", {label(language, 'quote.rating').format(score=one.rating)}" if one.rating else ""),
            worded(language, "team", Side.CUSTOMER),
            clean(found.customer.name),
            one.text or "",
            "",
        )
        for one in found.written()
    ]


def _versions(
    some: Sequence[Statement], found: Dossier, language: str, zone: str, staff: Mapping[int, Staff]
) -> list[tuple[str, str, str, str, str]]:
    """When, on which side, by whom, the words of each version, and who wrote down a conversation."""
    return [
        (
            short_moment(language, one.at, zone),
            worded(language, "team", one.side),
            clean(found.customer.name) if one.side == Side.CUSTOMER else name_of(one.author, staff),
            one.text,
            name_of(one.recorded_by, staff) if one.recorded_by else "",
        )
        for one in some
    ]
