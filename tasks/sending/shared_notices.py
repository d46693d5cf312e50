"""Many matters at once to one of our own people: one mail that lists them, with the link of each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.commitments import commitments
from models.rules.sending.joint import MailPlace
from models.tables import Case, Customer, FollowUp
from models.words import CommitmentKind, Subject
from tasks.mails.digest_facts import DigestFacts, DigestLine
from tasks.mails.letter import NoticeFacts
from tasks.mails.letter_facts import Group
from tasks.mails.notice_facts import notice
from tasks.mails.timeline_words import UNREACHED


def is_shared(place: MailPlace) -> bool:
    """Whether a mail lists matters, rather than telling one."""
    return place.goes_along and isinstance(place.mail, tuple) and place.mail[0] == "shared"


def shared_notices(
    session: Session, policy: Policy, pairs: Sequence[tuple[FollowUp, Customer]], now: datetime
) -> Group:
    """One mail for these notices: what is due first stands first, each matter once."""
    lines = {
        (row.subject_type, row.subject_id): line
        for row, customer in pairs
        if (line := _line(session, row, customer, now)) is not None
    }
    ordered = sorted(lines.values(), key=lambda one: (one.due_at is None, one.due_at or now, one.since))
    lead, customer = pairs[0]
    return Group(
        follow_ups=[row for row, _ in pairs],
        customer=customer,
        buyers={one.id: one for _, one in pairs},
        cadence=policy.cadences[lead.kind],
        order=None,
        invoices=(),
        dossier=None,
        reminds_of=None,
        digest=DigestFacts(tuple(ordered), 0, None, together=True),
        is_shared=True,
    )


def _line(session: Session, row: FollowUp, customer: Customer, now: datetime) -> DigestLine | None:
    matter = (row.subject_type, row.subject_id)
    if row.subject_type == Subject.CASE:
        case = session.get(Case, row.subject_id)
        if case is None:
            return None
        why, due_at = cases.reasons_and_call(session, case.id)
        return DigestLine(matter, why, customer.name, customer.phone, case.since, due_at)
    facts = notice(session, row, now)
    if facts is None:
        return None
    owed = commitments.get(session, row.subject_id) if row.subject_type == Subject.COMMITMENT else None
    return DigestLine(
        (facts.matter, facts.id),
        _why(session, facts),
        facts.customer_name or facts.sender,
        facts.customer_phone,
        owed.since if owed is not None else row.owed_at,
        facts.due_at,
    )


def _why(session: Session, facts: NoticeFacts) -> tuple[str, ...]:
    """Why somebody waits: of a call that a case owes, the reasons of the case; of another call, what led to it."""
    if facts.matter == Subject.CASE:
        return tuple(cases.reasons_and_call(session, facts.id)[0])
    if facts.kind == CommitmentKind.PHONE:
        return (f"{facts.kind}-{facts.cause}" if facts.cause else UNREACHED,)
    return (facts.kind,)
