"""A customer withdraws (recesso) or terminates (disdetta): heard in words, recorded by a person, never mixed up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import history
from models.queries.cases import contract_ends
from models.queries.planning import plan
from models.rules.inbound.trouble_words import Urgency
from models.tables import ContractEnd, Order
from models.words import EndCause, EndKind, Subject

_HEARD = {Urgency.WITHDRAWAL: EndKind.WITHDRAWAL, Urgency.TERMINATION: EndKind.TERMINATION}


@dataclass(frozen=True)
class DeclaredEnd:
    """What a person records. Instants are aware."""

    kind: EndKind
    cause: EndCause
    words: str
    declared_at: datetime


def listen(
    session: Session,
    found: Collection[Urgency],
    customer_id: int,
    order_id: int | None,
    words: str,
    *,
    declared_at: datetime,
    heard_by: str,
    response_id: int | None,
) -> None:
    """Keep that a customer's words speak of an end, with their date. A person confirms it, or says it was not meant so.

    Words of both kinds are kept as both: which of the two it is, is for the person to say.
    """
    kinds = [kind for trouble, kind in _HEARD.items() if trouble in found]
    order_id = order_id or (contract_ends.only_order(session, customer_id) if kinds else None)
    for kind in kinds:
        if contract_ends.standing(session, customer_id, kind, order_id) is not None:
            continue
        made = contract_ends.add(
            session,
            {
                "customer_id": customer_id,
                "order_id": order_id,
                "kind": kind,
                "cause": words,
                "declared_at": declared_at,
                "heard_by": heard_by,
                "response_id": response_id,
            },
        )
        about = (Subject.CUSTOMER, customer_id)
        history.note(session, about, "contract-end-heard", declared_at, "customer", cause=kind, end=made.id)


def declare(session: Session, order: Order, said: DeclaredEnd, *, now: datetime, actor: str) -> ContractEnd:
    """Record that a customer ends an order's contract. One that was heard before keeps its earlier date.

    Raises:
        ValueError: no words, or a day that has not come yet.
    """
    if not said.words.strip():
        raise ValueError("cause: say in a few words why, as the customer put it")
    if said.declared_at > now:
        raise ValueError("declared: the day lies ahead; give the day on which the customer said so")
    found = contract_ends.standing(session, order.customer_id, said.kind, order.id, lock=True)
    if found is None:
        found = contract_ends.add(
            session,
            {
                "customer_id": order.customer_id,
                "order_id": order.id,
                "kind": said.kind,
                "cause": said.words.strip(),
                "declared_at": said.declared_at,
                "heard_by": actor,
            },
        )
    found.cause_code = said.cause
    found.confirmed_at, found.confirmed_by = found.confirmed_at or now, found.confirmed_by or actor
    found.declared_at = min(found.declared_at, said.declared_at)
    plan.plan_customer_again(session, order.customer_id)
    history.note(
        session, (Subject.ORDER, order.id), "contract-ended", now, actor, cause=said.kind, why=said.cause
    )
    return found


def dismiss(session: Session, end: ContractEnd, *, now: datetime, actor: str) -> bool:
    """It was not meant so. False when somebody has said so, or has confirmed it, before."""
    if end.dismissed_at is not None or end.confirmed_at is not None:
        return False
    end.dismissed_at = now
    about = (Subject.CUSTOMER, end.customer_id)
    history.note(session, about, "contract-end-dismissed", now, actor, cause=end.kind, end=end.id)
    return True
