"""The list of who has not answered, by the manager who has it: nobody owes a call, and nobody is forgotten."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.queries import people
from models.queries.escalation import silent_customers
from models.queries.escalation.silent_customers import SilentCustomer
from models.rules.escalation import ownership
from models.words import Role


class SilentOnList(NamedTuple):
    """Somebody on the list, and whose list it is (id of staff; None where nobody can be reached)."""

    customer: SilentCustomer
    holder: int | None


def silent_ones(session: Session, now: datetime) -> list[SilentOnList]:
    """Everybody on the list, who waits longest first; a customer is for the manager who speaks the language."""
    found = silent_customers.standing(session)
    if not found:
        return []
    here, day = people.people(session), now.date()
    holders = {
        language: ownership.reached(here, Role.MANAGER, language, day)
        for language in {one.language for one in found}
    }
    return [SilentOnList(one, holders[one.language]) for one in found]
