"""Who may do what about a sale: whoever sold leaves to others what would mute it, where there are others (B04)."""

from sqlalchemy.orm import Session

from models.queries import people
from models.rules.cases import acting
from models.rules.cases.acting import Act, ActError
from models.rules.cases.own_sale import is_alone, is_refused
from models.tables import Staff


def is_left_to_others(session: Session, who: Staff, customer_id: int) -> bool:
    """Whether this is about an own sale, and somebody else works here who could do it."""
    sold_it = people.sold_to(session, who.id, customer_id)
    return sold_it and is_refused(sold_it=sold_it, others=_others(session, who))


def check_own_sale(session: Session, who: Staff, customer_id: int, what: str) -> None:
    """See that it is not about an own sale, or that nobody else is there to do it; `what` names the act.

    Raises:
        ActError: it is for somebody else.
    """
    if is_left_to_others(session, who, customer_id):
        raise ActError(
            "own-sale",
            f"{who.ref} sold to this customer: {what} is for after-sale or a manager; ask one, nothing was done",
        )


def check_act(session: Session, who: Staff, act: Act) -> None:
    """See that somebody of this role may do this about a case; where nobody else works here, anybody may.

    Raises:
        ActError: only after-sale and managers may.
    """
    if not acting.may(who.role, act) and not is_alone(_others(session, who)):
        acting.check(who.role, act)


def acts_open_to(session: Session, who: Staff) -> set[Act]:
    """What somebody may do about a case."""
    alone = is_alone(_others(session, who))
    return {act for act in Act if alone or acting.may(who.role, act)}


def _others(session: Session, who: Staff) -> list[str]:
    return [one.role for one in people.people(session) if one.id != who.id]
