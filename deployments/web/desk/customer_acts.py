"""What somebody does about a customer at the desk: the functions behind command, form and mail, by who is signed in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from deployments.web.desk.session import PersonalDesk
from deployments.web.forms import new_press
from deployments.web.reply_form import ANSWER, answered, to_customer
from deployments.web.said import PageReply
from models.queries import people
from models.queries.cases import dossier
from models.queries.desk import of_customer
from models.queries.responses import pages
from models.rules.cases.acting import ActError
from models.rules.desk.sight import sees_company
from models.tables import Customer, Staff
from models.words import Matter
from tasks.cases import holds, raise_matter
from tasks.cases.statements import state
from tasks.commitments.own_sales import is_left_to_others
from tasks.commitments.typed_time import typed_time
from tasks.mails.formats import clean
from tasks.privacy import rights
from tasks.responses.by_staff import Spoken, SpokenBy, Wants, record
from tasks.sending.send_now import bring_forward

Fields = Mapping[str, str]
_Do = Callable[[PersonalDesk, Customer, Fields], PageReply]

_RATINGS = ("1", "2", "3", "4", "5")


def offered(desk: PersonalDesk, session: Session, customer: Customer) -> list[str]:
    """What the one who is signed in may do about a customer, in the order of the page."""
    mutes = not is_left_to_others(session, desk.reader, customer.id)
    has_case = pages.open_case(session, customer.id) is not None
    held = bool(of_customer.holds_of(session, customer.id, desk.web.clock.now()))
    chosen = {
        "record": True,
        "appointment": True,
        "state": has_case,
        "raise": True,
        "help": True,
        "hold": mutes,
        "release": mutes and held,
        "stop-alert": mutes,
        "export": sees_company(desk.reader.role),
        "erase": mutes and sees_company(desk.reader.role) and desk.web.settings is not None,
    }
    return [do for do, is_there in chosen.items() if is_there]


def wants_open_to(desk: PersonalDesk, session: Session, customer: Customer) -> list[Wants]:
    """What a customer may be said to wait for; that it is nothing, others say than whoever sold."""
    left = is_left_to_others(session, desk.reader, customer.id)
    return [one for one in Wants if not (left and one is Wants.NOTHING)]


def do_about(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    """Do what the button says (`do`); nothing is done where something is missing or it is not for this colleague."""
    do = form.get("do", "")
    with desk.web.db.read() as session:
        may = do in _ALWAYS or (do in offered(desk, session, customer) and do in _DOES)
    if not may:
        return PageReply(fault="own-sale" if do in _MUTING else "unknown", filled=form)
    try:
        return _DOES[do](desk, customer, form)
    except ActError as error:
        return PageReply(do=do, fault=error.code, filled=form)


def references(session: Session, customer: Customer) -> list[tuple[str, str]]:
    """What an act can be about: references and words; the customer comes first."""
    found = dossier.of_customer(session, customer.id, datetime.max.replace(tzinfo=ZoneInfo("UTC")), newest=20)
    if found is None:
        return []
    orders = [(one.ref, clean(f"{one.ref}: {one.description}")) for one in found.orders]
    return [*orders, *((one.ref, clean(one.ref)) for one in found.invoices)]


def _about(session: Session, customer: Customer, form: Fields) -> str:
    """The reference that was chosen; the customer's own where it is none of this customer's."""
    chosen = form.get("about", "")
    return chosen if chosen in {ref for ref, _ in references(session, customer)} else customer.ref


def _until(desk: PersonalDesk, form: Fields, name: str = "until", code: str = "need-until") -> datetime:
    at = typed_time(form.get(name, ""), ZoneInfo(desk.web.policy.company.timezone), code)
    if at is None:
        raise ActError(code, f"{name}: say when")
    return at


def _hold(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    until = _until(desk, form)
    holds.hold_customer(desk.web, customer.id, desk.reader.ref, form.get("text", ""), until)
    return PageReply(thanks="thanks-hold")


def _release(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    holds.release_customer(desk.web, customer.id, desk.reader.ref, form.get("text", ""))
    return PageReply(thanks="thanks-release")


def _stop_alert(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    with desk.web.db.read() as session:
        order = people.order_by_ref(session, form.get("order", ""))
        if order is None or order.customer_id != customer.id:
            raise ActError("unknown-order", "order: this customer has no such order")
    until = _until(desk, form)
    holds.stop_delay_alerts(desk.web, order.ref, desk.reader.ref, form.get("text", ""), until)
    return PageReply(thanks="thanks-stop-alert")


def _record(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    rating, wants, channel = form.get("rating", ""), form.get("wants", ""), form.get("channel", "")
    if rating and rating not in _RATINGS:
        raise ActError("need-rating", "rating: choose from 1 to 5")
    with desk.web.db.write() as session:
        spoken = Spoken(
            ref=f"desk-{desk.reader.ref}-{form.get('press') or new_press()}",
            about=_about(session, customer, form),
            text=form.get("text", ""),
            taken_by=desk.reader.ref,
            channel=SpokenBy(channel) if channel in frozenset(SpokenBy) else SpokenBy.PHONE,
            rating=int(rating) if rating else None,
            wants=Wants(wants) if wants in frozenset(Wants) else Wants.NOTHING,
            call_at=typed_time(form.get("call-at", ""), ZoneInfo(desk.zone), "need-call-at"),
        )
        record(session, desk.web.policy, spoken, desk.web.clock.now())
    return PageReply(thanks="thanks-record")


def _appointment(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    at = _until(desk, form, "at", "need-at")
    with desk.web.db.write() as session:
        made = raise_matter.set_appointment(
            session,
            desk.web.policy,
            _about(session, customer, form),
            at,
            form.get("text", ""),
            now=desk.web.clock.now(),
            by=desk.reader,
            who=form.get("next-who", ""),
        )
        return PageReply(thanks="thanks-appointment", name=_name(session, made.owner_id))


def _raise(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    matter = form.get("matter", "")
    if matter not in frozenset(Matter):
        raise ActError("need-matter", "matter: say what it is about")
    with desk.web.db.write() as session:
        raise_matter.raise_matter(
            session,
            desk.web.policy,
            _about(session, customer, form),
            form.get("text", ""),
            now=desk.web.clock.now(),
            by=desk.reader,
            matter=Matter(matter),
        )
    return PageReply(thanks="thanks-raise")


def _state(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    with desk.web.db.write() as session:
        case = pages.open_case(session, customer.id)
        if case is None:
            raise ActError("no-case", "there is no open case; raise a matter")
        state(session, case, desk.reader.ref, form.get("text", ""), desk.web.clock.now())
    return PageReply(thanks="thanks-state")


def _help(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    with desk.web.db.write() as session:
        made = raise_matter.ask_for_help(
            session,
            desk.web.policy,
            _about(session, customer, form),
            form.get("text", ""),
            now=desk.web.clock.now(),
            by=desk.reader,
        )
        return PageReply(thanks="thanks-help", name=_name(session, made.owner_id))


def _forward(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    with desk.web.db.read() as session:
        about = _about(session, customer, form)
    bring_forward(
        desk.web,
        form.get("kind", ""),
        about,
        desk.reader.ref,
        form.get("text", ""),
        now=desk.web.clock.now(),
    )
    return PageReply(thanks="thanks-forward")


def _erase(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    if form.get("ref", "") != customer.ref:
        raise ActError("need-ref", "ref: it is not this customer's")
    assert desk.web.settings is not None  # noqa: S101 (only then it is offered)
    try:
        rights.erase(desk.web, desk.web.settings, customer.ref, desk.reader.ref)
    except rights.CannotEraseError as error:
        raise ActError("open-matters", str(error)) from error
    return PageReply(thanks="erased")


def _name(session: Session, staff_id: int | None) -> str:
    person = session.get(Staff, staff_id) if staff_id is not None else None
    return clean(person.name) if person else ""


_MUTING = frozenset({"hold", "release", "stop-alert"})


def _answer(desk: PersonalDesk, customer: Customer, form: Fields) -> PageReply:
    with desk.web.db.write() as session:
        to = to_customer(desk.web, session, customer)
        return answered(desk.web, session, to, desk.reader, form, desk.web.clock.now())


_ALWAYS = frozenset({"forward", ANSWER})

_DOES: Mapping[str, _Do] = {
    ANSWER: _answer,
    "hold": _hold,
    "release": _release,
    "stop-alert": _stop_alert,
    "record": _record,
    "appointment": _appointment,
    "raise": _raise,
    "state": _state,
    "help": _help,
    "forward": _forward,
    "erase": _erase,
}
