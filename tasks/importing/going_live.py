"""`go-live` is an act: until then customers are written to by nobody, and the past is looked through as one list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import going_live, history, people
from models.rules.calendar.calendars import local_day
from models.rules.cases.acting import Act
from models.rules.cases.case_reasons import case_reason
from models.rules.going_live import CHOICES, LEAVE, PAST, chosen
from models.words import Subject
from tasks.cases.open_case import open_case
from tasks.commitments.own_sales import check_act
from tasks.planning.plan import plan_all
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tasks.runtime.trial import refuse_own_address

_SHOWN = 20
_FEWEST = 3


@dataclass(frozen=True)
class OpenPast:
    """What is open of the past, by kind: references of orders, invoices and customers."""

    late: tuple[str, ...]
    unpaid: tuple[str, ...]
    complaints: tuple[str, ...]

    def lines(self) -> Iterable[str]:
        """The list, one line a kind, with what may be chosen."""
        for kind, refs in (("late", self.late), ("unpaid", self.unpaid), ("complaints", self.complaints)):
            shown = ", ".join(refs[:_SHOWN]) + (
                f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
            )
            yield f"{kind}: {len(refs)}" + (f" ({shown})" if refs else "")
            for choice, meaning in CHOICES[kind].items():
                yield f"    --{kind} {choice}: {meaning}"


def past(session: Session, policy: Policy, now: datetime) -> OpenPast:
    """What the past left open and matters today."""
    today = local_day(now, policy.company.place)
    began = going_live.began_at(session) or now
    angry = going_live.complaints(session, began, now)
    refs = going_live.references(session, {one.customer_id for one in angry})
    return OpenPast(
        tuple(one.ref for one in going_live.late_orders(session, today)),
        tuple(one.ref for one in going_live.unpaid_invoices(session, today)),
        tuple(dict.fromkeys(refs[one.customer_id] for one in angry)),
    )


def go_live(
    db: Database,
    policy: Policy,
    settings: Settings,
    choices: dict[str, str | None],
    by: str,
    now: datetime,
    *,
    struck: Collection[str] = (),
    reason: str = "",
) -> str:
    """Write to customers from now on; returns what was done, in a sentence.

    Late orders are told once, with an apology for the silence, but for those that somebody strikes out (`struck`, their
    references) for a `reason`, which stands in the customer's story with the name.

    Raises:
        ValueError: a choice is none, customers are written to already, nobody here has the reference, an order that is
            struck out is not late, or a kind or an order is left without a reason.
        AccessError: the links would lead nowhere.
    """
    wanted = {kind: chosen(kind, choices.get(kind)) for kind in CHOICES}
    if (struck or wanted["late"] == LEAVE) and len(reason.strip()) < _FEWEST:
        raise ValueError("reason: say why customers of late orders are not told; it stands in their stories")
    refuse_own_address(settings)
    today = local_day(now, policy.company.place)
    plan_all(db, policy, now)  # what is late is owed before older matters are left alone
    with db.write() as session:
        if going_live.is_live(session):
            raise ValueError("this database is live already; nothing was done")
        _check(session, by, struck, today)
        owed_again = going_live.go_live(session, today, now)
    plan_all(db, policy, now)
    with db.write() as session:
        told = _late(session, policy, wanted["late"], now, struck, by, reason)
        money = _unpaid(session, policy, wanted["unpaid"], now)
        cases = _complaints(session, policy, wanted["complaints"], now, by)
        history.note(session, (Subject.STAFF, 0), "went-live", now, by, cause=today.isoformat(), **wanted)
    return (
        f"live: follow_up_from is {today}, and older matters are left alone but for what is chosen here; {owed_again} "
        f"contacts of the trial are owed again, as old as they are; {told} late orders told, {money} ladders begun, "
        f"{cases} cases opened"
    )


def _check(session: Session, by: str, struck: Collection[str], today: date) -> None:
    who = people.staff_by_ref(session, by)
    if who is None and people.people(session):
        raise ValueError(f"by: nobody here has the reference {by}; nothing was done")
    if who is not None:
        check_act(session, who, Act.SNOOZE)
    late = {one.ref for one in going_live.late_orders(session, today)}
    if unknown := sorted(set(struck) - late):
        raise ValueError(f"strike-out: {', '.join(unknown)} is no late order of the list; nothing was done")


def _late(
    session: Session, policy: Policy, choice: str, now: datetime, struck: Collection[str], by: str, why: str
) -> int:
    orders = going_live.late_orders(session, local_day(now, policy.company.place))
    left = [one.id for one in orders if choice == LEAVE or one.ref in struck]
    kinds = [
        kind
        for kind, one in policy.cadences.items()
        if one.subject == Subject.ORDER
        and one.anchor == "promised"
        and any(step.offset.count >= 0 for step in one.steps)
    ]
    going_live.leave(session, Subject.ORDER, left, now, PAST)
    for id_ in left:
        history.note(session, (Subject.ORDER, id_), "not-told", now, by, cause=why.strip())
    told = [one.id for one in orders if one.id not in set(left)]
    return going_live.owe_now(session, Subject.ORDER, told, kinds, now)


def _unpaid(session: Session, policy: Policy, choice: str, now: datetime) -> int:
    invoices = [one.id for one in going_live.unpaid_invoices(session, local_day(now, policy.company.place))]
    kinds = [
        kind
        for kind, one in policy.cadences.items()
        if one.subject == Subject.INVOICE and all(step.offset.count >= 0 for step in one.steps)
    ]
    if choice == "remind":
        return going_live.shift_ladder(session, invoices, kinds, now)
    going_live.leave(session, Subject.INVOICE, invoices, now, PAST)
    return 0


def _complaints(session: Session, policy: Policy, choice: str, now: datetime, by: str) -> int:
    began = going_live.began_at(session) or now
    if choice != "call":
        return 0
    found = going_live.complaints(session, began, now)
    for one in found:
        reason = case_reason(one.meaning, one.rating)
        if reason is not None:
            about = (Subject.ORDER, one.order_id) if one.order_id else (Subject.CUSTOMER, one.customer_id)
            open_case(session, policy, one.customer_id, reason, about, now=now, actor=by, response_id=one.id)
    return len({one.customer_id for one in found})
