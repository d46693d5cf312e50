"""What managers decide about a ladder: hand over, take back, put off, let go on. Each with a name and a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import history
from models.queries.cases import holds
from models.queries.credit_recovery import invoices as recovery
from models.queries.planning import plan
from models.rules.sending.holds import CUSTOMER, LET_ON, check
from models.tables import Invoice, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments.close import fulfil
from tasks.credit_recovery.ask_manager import check_may_decide, decision_of

SWEEP = "credit-recovery"


def hand_over(session: Session, customer_id: int, reader: Staff, text: str, *, now: datetime) -> list[str]:
    """Hand over to credit recovery what waits for that decision: it leaves the ladder. Returns the references.

    Raises:
        MayNotDecideError: it is no manager.
        ValueError: nothing waits for it, or the words are missing.
    """
    check_may_decide(reader, reader.ref)
    if not text.strip():
        raise ValueError("say in a few words why; a matter is not handed over by a click")
    invoices = recovery.asked(session, customer_id, CommitmentKind.HAND_OVER)
    if not invoices:
        raise ValueError("nothing waits to be handed over; nothing was done")
    refs = [one.ref for one in invoices]
    for invoice in invoices:
        invoice.handed_over_at, invoice.handed_over_by, invoice.to_plan = now, reader.ref, True
        history.note(
            session, (Subject.INVOICE, invoice.id), "handed-over", now, reader.ref, cause=text.strip()
        )
    recovery.ask_again(
        session, customer_id, CommitmentKind.HAND_OVER, now
    )  # about what was disputed meanwhile
    if (owed := decision_of(session, customer_id, CommitmentKind.HAND_OVER)) is not None:
        fulfil(session, owed, "handed-over", f"{', '.join(refs)}: {text.strip()}", now=now, actor=reader.ref)
    return refs


def take_back(session: Session, invoice: Invoice, reader: Staff, text: str, *, now: datetime) -> None:
    """Take an invoice back from credit recovery: it stands on the ladder again, and the decision is asked for anew.

    Raises:
        MayNotDecideError: it is no manager.
        ValueError: it was not handed over, or the words are missing.
    """
    check_may_decide(reader, reader.ref)
    if not text.strip():
        raise ValueError("say in a few words why; a matter is not taken back by a click")
    if invoice.handed_over_at is None:
        raise ValueError(f"{invoice.ref} was not handed over; nothing was done")
    invoice.handed_over_at, invoice.handed_over_by, invoice.to_plan = None, None, True
    history.note(session, (Subject.INVOICE, invoice.id), "taken-back", now, reader.ref, cause=text.strip())


def put_off(
    session: Session,
    customer_id: int,
    what: CommitmentKind,
    reader: Staff,
    reason: str,
    until: datetime,
    *,
    now: datetime,
) -> None:
    """Not now: money is not asked for until then, and the manager is asked again after it.

    Raises:
        MayNotDecideError: it is no manager.
        ValueError: no reason, an end that has passed, one too far away, or nobody was asked.
    """
    check_may_decide(reader, reader.ref)
    check(CUSTOMER, reason, until, now)
    owed = decision_of(session, customer_id, what)
    if owed is None:
        raise ValueError("no decision is waited for; nothing was done")
    subject = (Subject.CUSTOMER, customer_id)
    for hold in holds.standing(session, subject, SWEEP, now):
        hold.released_at = now
    holds.place(
        session,
        {
            "subject_type": subject[0],
            "subject_id": customer_id,
            "sweep": SWEEP,
            "actor": reader.ref,
            "reason": reason.strip(),
            "placed_at": now,
            "until": until,
            "goes_on": False,
        },
    )
    recovery.ask_again(session, customer_id, what, until)
    history.note(
        session, subject, "held", now, reader.ref, cause=reason.strip(), did=f"until {until.isoformat()}"
    )
    fulfil(session, owed, "put-off", reason, now=now, actor=reader.ref)


def let_on(
    session: Session, invoice: Invoice, reader: Staff, reason: str, until: datetime, *, now: datetime
) -> None:
    """One invoice goes on until then although something else is open at its customer; what is about itself holds it.

    Raises:
        MayNotDecideError: it is no manager.
        ValueError: no reason, an end that has passed, or one too far away.
    """
    check_may_decide(reader, reader.ref)
    check(LET_ON, reason, until, now)
    holds.place(
        session,
        {
            "subject_type": Subject.INVOICE,
            "subject_id": invoice.id,
            "sweep": SWEEP,
            "actor": reader.ref,
            "reason": reason.strip(),
            "placed_at": now,
            "until": until,
            "goes_on": True,
        },
    )
    history.note(
        session,
        (Subject.INVOICE, invoice.id),
        "let-on",
        now,
        reader.ref,
        cause=reason.strip(),
        did=f"until {until.isoformat()}",
    )
    plan.plan_customer_again(session, invoice.customer_id)
