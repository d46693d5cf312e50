"""Acting on a case from the command line or a form: by its number, and the reference of who acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.queries import people
from models.queries.cases.dossier import Dossier, dossier
from models.queries.escalation import call_list
from models.queries.responses import pages
from models.rules.cases.acting import ActError
from models.rules.escalation.call_list import ranked
from models.tables import Staff
from models.words import EndCause, EndKind, Matter
from tasks.cases import actions, staff_page_link
from tasks.cases import raise_matter as raising
from tasks.cases.actions import Acting
from tasks.cases.contract_ends import DeclaredEnd
from tasks.mails.labels import worded
from tasks.mails.timeline_words import why
from tasks.services import Services

Did = Callable[[Acting], bool]


@dataclass(frozen=True)
class ListedCase:
    """A case that is open, as a list shows it: references, never a name."""

    number: int
    customer: str
    why: str
    """In the company's language."""
    owner: str | None
    since: datetime
    taken: bool


def act(services: Services, number: int, by: str, do: Did) -> None:
    """Do something about a case, in one transaction.

    Raises:
        ActError: no such case, nobody has the reference, or it cannot be done like this; nothing was done then.
    """
    now = services.clock.now()
    with services.db.write() as session:
        case = pages.case_to_change(session, number)
        if case is None:
            raise ActError("missing", f"case: there is no case {number}; nothing was done")
        if not do(Acting(session, services.policy, case, _staff(session, by), now)):
            what = (
                f"was closed before ({worded('en', 'outcome', case.outcome or '')})"
                if case.closed_at
                else "is with somebody else already"
            )
            raise ActError("too-late", f"case {number} {what}; nothing was done")


def raise_matter(services: Services, ref: str, by: str, text: str, matter: Matter = Matter.OTHER) -> int:
    """Bring the matter of an order, an invoice or a customer up; returns the number of its case.

    Raises:
        ActError: see `tasks.cases.raise_matter.raise_matter`; or nobody has the reference `by`.
    """
    with services.db.write() as session:
        person, now = _staff(session, by), services.clock.now()
        raised = raising.raise_matter(session, services.policy, ref, text, now=now, by=person, matter=matter)
        return raised.case.id


def send_own_page(services: Services, to: str) -> None:
    """Mail a colleague the link of his or her own page.

    Raises:
        ActError: see `tasks.cases.staff_page_link.send_link`; or nobody has the reference `to`.
    """
    with services.db.write() as session:
        staff_page_link.send_link(session, services.policy, _staff(session, to, "for"), services.clock.now())


def ask_for_help(services: Services, ref: str, by: str, text: str) -> str:
    """Ask for help with an order or customer; returns the reference of who owes it.

    Raises:
        ActError: see `tasks.cases.raise_matter.ask_for_help`; or nobody has the reference `by`.
    """
    with services.db.write() as session:
        person, now = _staff(session, by), services.clock.now()
        made = raising.ask_for_help(session, services.policy, ref, text, now=now, by=person)
        return people.staff(session)[made.owner_id or 0].ref


def set_appointment(
    services: Services, ref: str, by: str, at: datetime | None, text: str, who: str = ""
) -> str:
    """Write down that an appointment was agreed on, about an order or customer; returns whose it is (`who` comes).

    Raises:
        ActError: see `tasks.cases.raise_matter.set_appointment`; or nobody has the reference `by`.
    """
    with services.db.write() as session:
        person, now = _staff(session, by), services.clock.now()
        made = raising.set_appointment(session, services.policy, ref, at, text, now=now, by=person, who=who)
        return people.staff(session)[made.owner_id or person.id].ref


def end_contract(
    services: Services, ref: str, by: str, kind: EndKind, cause: EndCause, words: str, at: datetime | None
) -> None:
    """Record that a customer withdraws from an order or terminates it; `at` is when he or she said so, now if empty.

    Raises:
        ActError: no such order or colleague, no words, a time that lies ahead, or whoever sells would record it.
    """
    now = services.clock.now()
    with services.db.write() as session:
        order = people.order_by_ref(session, ref.strip())
        if order is None:
            raise ActError("unknown-order", f"order: no order has the reference {ref}; nothing was done")
        actions.record_end(
            session, order, DeclaredEnd(kind, cause, words, at or now), now=now, by=_staff(session, by)
        )


def open_cases(services: Services) -> list[ListedCase]:
    """The open cases, the most urgent first."""
    language = services.policy.company.language
    with services.db.read() as session:
        calls = ranked(call_list.open_cases(session))
    return [
        ListedCase(call.case, call.customer, why(language, call.why), call.owner, call.since, call.taken)
        for call in calls
        if call.case is not None
    ]


def read(services: Services, number: int) -> tuple[Dossier, Mapping[int, Staff]]:
    """The dossier of a case, and who works here.

    Raises:
        ActError: there is no such case.
    """
    with services.db.read() as session:
        found = dossier(session, number, services.clock.now())
        if found is None:
            raise ActError("missing", f"case: there is no case {number}")
        return found, people.staff(session)


def zone(services: Services) -> ZoneInfo:
    """Where times without an offset are meant."""
    return ZoneInfo(services.policy.company.timezone)


def _staff(session: Session, ref: str, field: str = "by") -> Staff:
    person = people.staff_by_ref(session, ref.strip())
    if person is None:
        raise ActError("unknown-person", f"{field}: nobody here has the reference {ref}; nothing was done")
    return person
