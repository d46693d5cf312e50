"""What the page of a commitment or a parked mail shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.case_views import doers
from deployments.web.context import MissingPageError, Web
from deployments.web.forms import new_press
from deployments.web.reply_form import ReplyForm, form_for, to_commitment, to_mail
from deployments.web.said import PageReply
from models.queries import people
from models.queries.commitments import commitments
from models.queries.mailboxes import inbound
from models.queries.responses import responses
from models.rules.cases.acting import Act, left_to_others
from models.rules.commitments.outcomes import CONVERSATIONS, NEXT, outcomes_of
from models.tables import Customer, Inbound, Order, Staff
from models.tables import Response as AnswerRow
from models.words import CommitmentKind, ParkedFor, Subject
from tasks.cases.replies import To
from tasks.commitments.own_sales import acts_open_to
from tasks.mails.agreed_facts import is_agreed
from tasks.mails.formats import clean, language_name, short_moment
from tasks.mails.remarks import foreign, signs
from tasks.mails.row_facts import order_facts
from tasks.mails.timeline_words import ended
from tasks.mails.views import due, order_view
from tasks.mails.views import moment as in_sentence
from tasks.responses.by_link import MOST_CHARACTERS

OF_MAILS = outcomes_of(CommitmentKind.MAIL)
"""What a person can close a parked mail with; the words say the rest."""

_MOST_SHOWN = 20_000
_NOT_ANSWERED = frozenset({CommitmentKind.LISTENING_CALL, CommitmentKind.RELEASE, CommitmentKind.IMPORT})
"""What a mail to a customer is no answer to: a call, and what is ours alone."""


@dataclass(frozen=True)
class Opened:
    """What is opened, for whom, and the address under which its files are."""

    kind: str
    id: int
    reader: Staff
    base: str


@dataclass(frozen=True)
class _Matter:
    """A commitment or a parked mail, as the page needs it."""

    kind: str
    customer: Customer | None
    order: Order | None
    owner_id: int | None
    due_at: datetime | None
    done_at: datetime | None
    outcome: str | None
    mails: Sequence[Inbound]
    is_parked: bool
    is_agreed: bool = False
    """Whether it has a place in a calendar."""
    said: Sequence[AnswerRow] = ()
    """What was said on the answer page or by phone."""
    not_before: datetime | None = None
    """From when on, where the customer named an hour."""
    deputy_id: int | None = None
    has_climbed: bool = False
    """A manager was told of it."""
    case_id: int | None = None
    """The open case whose call this is: it ends with it."""


def show_matter(
    web: Web,
    session: Session,
    opened: Opened,
    said: PageReply | None = None,
    around: Mapping[str, object] | None = None,
) -> Response:
    """The page as it stands now; `around` is what stands at its head, where somebody is signed in at the desk.

    Raises:
        MissingPageError: there is no such matter.
    """
    kind, reader = opened.kind, opened.reader
    matter = _commitment(session, opened.id) if kind == Subject.COMMITMENT else _mail(session, opened.id)
    if matter is None:
        raise MissingPageError
    said = said or PageReply()
    language, zone, now = web.language(reader.language), web.policy.company.timezone, web.clock.now()
    moment = partial(short_moment, language, timezone=zone)
    owner = people.staff(session).get(matter.owner_id or 0)
    return web.pages.show(
        "inbox",
        language,
        422 if said.fault and said.fault != "too-late" else 200,
        kind=matter.kind,
        customer=matter.customer,
        spoken=language_name(language, matter.customer.language) if matter.customer else None,
        order=order_view(order_facts(matter.order), language, zone) if matter.order else None,
        owner=clean(owner.name) if owner else None,
        due=due(language, matter.due_at, zone, matter.not_before) if matter.due_at else None,
        done=in_sentence(language, matter.done_at, zone) if matter.done_at else None,
        outcome_before=ended(language, matter.outcome or ""),
        is_parked=matter.is_parked,
        base=opened.base,
        has_calendar=matter.is_agreed,
        answers=[
            {
                "at": moment(row.received_at),
                "words": (row.text or "")[:_MOST_SHOWN],
                "rating": row.rating,
            }
            for row in matter.said
            if row.text not in {mail.words for mail in matter.mails}
        ],
        mails=[_shown(mail, moment(mail.received_at), language) for mail in matter.mails],
        has_originals=web.originals is not None,
        outcomes=outcomes_of(matter.kind if kind == Subject.COMMITMENT else CommitmentKind.MAIL),
        agrees=kind == Subject.COMMITMENT and not set(NEXT).isdisjoint(outcomes_of(matter.kind)),
        talks=kind == Subject.COMMITMENT and not set(CONVERSATIONS).isdisjoint(outcomes_of(matter.kind)),
        doers=doers(people.staff(session), reader),
        said=said,
        most=MOST_CHARACTERS,
        acts=_acts(matter, kind, reader, acts_open_to(session, reader)),
        reasons_why=web.policy.ledger.reasons,
        colleagues=_colleagues(people.staff(session), matter.owner_id),
        dossier=web.links.dossier(matter.customer.id, reader.id, now) if matter.customer else None,
        letter=f"{web.links.dossier(matter.customer.id, reader.id, now)}/letter"
        if matter.customer and matter.kind == CommitmentKind.POST
        else None,
        case=web.links.case(matter.case_id, reader.id, now) if matter.case_id else None,
        is_late=kind == Subject.COMMITMENT and matter.due_at is not None and matter.due_at < now,
        reply=_reply(web, session, opened, matter, said),
        **(around or {}),
    )


def _reply(web: Web, session: Session, opened: Opened, matter: _Matter, said: PageReply) -> ReplyForm | None:
    """The form to answer by mail; None where there is nobody to answer, or nothing any more."""
    to = None if matter.done_at is not None else answers_to(web, session, opened)
    if to is None:
        return None
    return form_for(web, session, to, opened.reader, said, said.block, new_press())


def answers_to(web: Web, session: Session, opened: Opened) -> To | None:
    """Whom an answer to a matter goes to."""
    if opened.kind != Subject.COMMITMENT:
        mail = inbound.get(session, opened.id)
        return to_mail(web, session, mail) if mail is not None and mail.sender else None
    owed = commitments.get(session, opened.id)
    if owed is None or owed.kind in _NOT_ANSWERED:
        return None
    return to_commitment(web, session, owed)


def _acts(matter: _Matter, kind: str, reader: Staff, open_to: Collection[Act]) -> list[Act]:
    """What the reader may do about something owed, beside saying what came of it; what is refused is not offered."""
    if kind != Subject.COMMITMENT or matter.done_at is not None:
        return []
    is_call = matter.kind == CommitmentKind.LISTENING_CALL
    is_delivery = matter.kind == CommitmentKind.DELIVERY  # its day is the order's, and comes with the import
    wanted = [
        Act.TAKE,
        *([] if is_delivery else [Act.RE_PROMISE]),
        Act.SNOOZE,
        *([] if is_call else [Act.HAND_OVER]),
        *([] if matter.customer is None else [Act.HELP]),
    ]
    left = left_to_others(
        is_own=matter.owner_id == reader.id,
        is_deputy=matter.deputy_id == reader.id,
        climbed=matter.has_climbed,
    )
    return [act for act in wanted if act in open_to or not (is_call or act in left)]


def _colleagues(staff: Mapping[int, Staff], owner_id: int | None) -> list[tuple[str, str]]:
    return sorted((one.ref, clean(one.name)) for one in staff.values() if one.active and one.id != owner_id)


def _commitment(session: Session, id_: int) -> _Matter | None:
    owed = commitments.get(session, id_)
    if owed is None:
        return None
    customer = session.get(Customer, owed.customer_id) if owed.customer_id is not None else None
    about = owed.subject_type, owed.subject_id
    has_order = customer is not None and owed.kind != CommitmentKind.POST
    order = commitments.order_about(session, customer.id, about) if customer and has_order else None
    is_look = owed.kind == CommitmentKind.MAIL
    return _Matter(
        owed.kind,
        customer,
        order,
        owed.owner_id,
        owed.due_at,
        owed.done_at,
        owed.outcome,
        inbound.asking(session, owed),
        is_parked=is_look and owed.done_at is None,
        is_agreed=owed.done_at is None and is_agreed(owed),
        said=() if is_look else responses.of_commitment(session, owed),
        not_before=owed.not_before,
        deputy_id=owed.deputy_id,
        has_climbed=owed.told_id is not None,
        case_id=owed.case_id if owed.kind == CommitmentKind.LISTENING_CALL and owed.done_at is None else None,
    )


def _mail(session: Session, id_: int) -> _Matter | None:
    mail = inbound.get(session, id_)
    if mail is None:
        return None
    customer = session.get(Customer, mail.customer_id) if mail.customer_id is not None else None
    is_parked = mail.parked_for is not None and mail.handled_at is None
    return _Matter(
        mail.parked_for or "assigned",
        customer,
        None,
        mail.owner_id,
        None,
        mail.handled_at,
        mail.outcome,
        [mail],
        is_parked,
    )


def _shown(mail: Inbound, at: str, language: str) -> dict[str, object]:
    """A mail's text, cut where it is endless; the original has all of it."""
    return {
        "id": mail.id,
        "at": at,
        "sender": clean(f"{mail.sender_name} {mail.sender}"),
        "subject": clean(mail.subject),
        "words": mail.words[:_MOST_SHOWN],
        "foreign": foreign(language, mail.words),
        "signs": signs(language, mail.why) if mail.parked_for == ParkedFor.DOUBTFUL else "",
        "quoted": mail.quoted[:_MOST_SHOWN],
        "attachments": [clean(name) for name in mail.attachments],
    }
