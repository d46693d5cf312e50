"""A mail from one of our own people: a matter that is raised, a call for help, a version of a case (B02, B04, B32).

Raising and asking need no proof: whoever forges a colleague's address gets no more than a manager's attention. A
version is signed, so it counts only in reply to a mail that went to that colleague. The link of an own page goes to
the address on record, and to no other.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.responses import pages
from models.rules.cases.acting import ActError
from models.rules.mailboxes.colleagues import Wish, references, wish
from models.tables import Commitment, FollowUp, Inbound, Staff
from models.words import Subject
from tasks.cases import staff_page_link
from tasks.cases.raise_matter import raise_about
from tasks.cases.references import About, UnknownReferenceError, about_of
from tasks.cases.statements import state
from tasks.commitments.actions import ask
from tasks.mailboxes.matching import MailMatch
from tasks.mailboxes.tally import Became


def hear_colleague(
    session: Session, policy: Policy, row: Inbound, match: MailMatch, now: datetime
) -> Became | None:
    """Do what the mail asks for; None where a person has to look at it."""
    by = session.get(Staff, match.staff_id)
    if by is None or not by.active:
        return None
    if wish(row.subject) is Wish.PAGE:
        staff_page_link.send_link(session, policy, by, now)
        return Became.PAGE
    if not row.words.strip():
        return None
    try:
        with session.begin_nested():
            notice = _own_notice(match, by)
            if notice is not None:
                return _to_notice(session, policy, row, notice, now, by)
            return _afresh(session, policy, row, now, by)
    except ActError:
        return None  # a reference nobody has, or a mail too long for a version: somebody reads it


def _own_notice(match: MailMatch, by: Staff) -> FollowUp | None:
    """The notice that this mail answers, where it went to this very colleague."""
    if match.mail is None or match.mail.staff_id != by.id or not match.follow_ups:
        return None
    return match.follow_ups[0]


def _to_notice(
    session: Session, policy: Policy, row: Inbound, notice: FollowUp, now: datetime, by: Staff
) -> Became | None:
    wanted = wish(row.words)
    customer_id, about = _matter(session, notice)
    if customer_id is None:
        return None
    if wanted is not None:
        return _do(session, policy, wanted, customer_id, about, row.words, now, by)
    case = pages.case_to_change(session, notice.subject_id) if notice.subject_type == Subject.CASE else None
    if case is None:
        return None
    state(session, case, by.ref, row.words, now)
    return Became.VERSION


def _afresh(session: Session, policy: Policy, row: Inbound, now: datetime, by: Staff) -> Became | None:
    wanted = wish(row.subject)
    found = next(_named(session, row.subject, by), None)
    if wanted is None or found is None:
        return None
    return _do(session, policy, wanted, *found, row.words, now, by)


def _named(session: Session, subject: str, by: Staff) -> Iterator[tuple[int, About]]:
    """What the words of a subject name, in order."""
    for ref in references(subject):
        with suppress(UnknownReferenceError):
            yield about_of(session, ref, by.id)


def _do(
    session: Session,
    policy: Policy,
    wanted: Wish,
    customer_id: int,
    about: About,
    words: str,
    now: datetime,
    by: Staff,
) -> Became:
    if wanted is Wish.HELP:
        ask(session, policy, customer_id, about, words, now=now, by=by)
        return Became.HELP
    raise_about(session, policy, customer_id, about, words, now=now, by=by)
    return Became.RAISED


def _matter(session: Session, notice: FollowUp) -> tuple[int | None, About]:
    if notice.subject_type == Subject.COMMITMENT:
        owed = session.get(Commitment, notice.subject_id)
        if owed is not None:
            return owed.customer_id, (owed.subject_type, owed.subject_id)
    if notice.subject_type == Subject.CASE:
        return notice.customer_id, (Subject.CASE, notice.subject_id)
    return None, (notice.subject_type, notice.subject_id)
