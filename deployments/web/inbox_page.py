"""The page of a commitment or a parked mail: read it, say what came of it, or whose it is."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.case_page import next_of, reader_of
from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.decision_page import decided, is_decision, show_decision
from deployments.web.forms import Form
from deployments.web.inbox_views import OF_MAILS, Opened, answers_to, show_matter
from deployments.web.reply_form import ANSWER, answered
from deployments.web.said import PageReply
from models.queries.commitments import commitments
from models.queries.mailboxes import inbound
from models.rules.calendar.reach import written_day
from models.rules.cases.acting import Act, ActError
from models.tables import Commitment, Inbound
from models.words import Subject
from tasks.cases.matters import let_go_on
from tasks.cases.references import UnknownReferenceError
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.commitments.conversations import Spoke
from tasks.commitments.typed_time import typed_time
from tasks.inbound.message import Unreadable
from tasks.inbound.reading import read
from tasks.mailboxes.assign import assign, settle_mail
from tasks.mails.agreed_facts import agreed_facts
from tasks.mails.calendar_file import NAME, calendar_file
from tasks.responses.by_link import MOST_CHARACTERS

router = APIRouter()


@router.api_route("/i/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts, do: str = "", block: str = "") -> Response:
    """Show the mail, or what is owed; `do` opens a form. Changes nothing."""
    with web.db.read() as session:
        return shown(web, session, _opened(web, session, token), PageReply(do=do, block=block))


@router.get("/i/{token}/original/{inbound_id}")
def original(token: str, inbound_id: int, web: Parts) -> Response:
    """A mail of this matter as it came, to be saved and never shown by the browser."""
    with web.db.read() as session:
        return original_of(web, session, _opened(web, session, token), inbound_id)


@router.get("/i/{token}/attachment/{inbound_id}/{number}")
def attachment(token: str, inbound_id: int, number: int, web: Parts) -> Response:
    """One file of a mail, taken out of the original; `number` counts from 0, as the page lists them."""
    with web.db.read() as session:
        return attachment_of(web, session, _opened(web, session, token), inbound_id, number)


@router.get("/i/{token}/calendar")
def calendar(token: str, web: Parts) -> Response:
    """An appointment or an agreed call, for a calendar."""
    with web.db.read() as session:
        return calendar_of(web, session, _opened(web, session, token))


@router.post("/i/{token}")
def act(token: str, form: Form, web: Parts) -> Response:
    """Do what the button says (`do`), then show the matter as it stands."""
    with web.db.write() as session:
        opened = _opened(web, session, token)
        said = done_about(web, session, opened, form)
        session.flush()
        return shown(web, session, opened, said)


def shown(
    web: Web,
    session: Session,
    opened: Opened,
    said: PageReply | None = None,
    around: Mapping[str, object] | None = None,
) -> Response:
    """The page of a matter: a manager's decision has one of its own."""
    if (owed := _decision(session, opened)) is not None:
        return show_decision(web, session, owed, opened.reader, said, around)
    return show_matter(web, session, opened, said, around)


def done_about(web: Web, session: Session, opened: Opened, form: Mapping[str, str]) -> PageReply:
    """What a press on the page of a matter brought (`do` and its fields)."""
    if (owed := _decision(session, opened)) is not None:
        return decided(web, session, owed, opened.reader, form)
    if form.get("do") == ANSWER:
        return answered(web, session, answers_to(web, session, opened), opened.reader, form, web.clock.now())
    if form.get("do") == "assign":
        return _assign(web, session, opened, form)
    return (_owed if opened.kind == Subject.COMMITMENT else _settle)(web, session, opened, form)


def original_of(web: Web, session: Session, opened: Opened, inbound_id: int) -> Response:
    """A mail of a matter as it came."""
    return _to_save(_source(web, session, opened, inbound_id), f"mail-{inbound_id}.eml")


def attachment_of(web: Web, session: Session, opened: Opened, inbound_id: int, number: int) -> Response:
    """One file of a mail of a matter; `number` counts from 0."""
    try:
        files = read(_source(web, session, opened, inbound_id)).attachments
    except Unreadable as error:
        raise MissingPageError from error
    if not 0 <= number < len(files):
        raise MissingPageError
    return _to_save(files[number].data, files[number].name)


def calendar_of(web: Web, session: Session, opened: Opened) -> Response:
    """The calendar file of something owed at an hour."""
    owed = commitments.get(session, opened.id) if opened.kind == Subject.COMMITMENT else None
    company = web.policy.company
    agreed = agreed_facts(session, owed, company.sender.rpartition("@")[2]) if owed is not None else None
    if agreed is None:
        raise MissingPageError
    file = calendar_file(agreed, company, web.language(opened.reader.language), for_staff=True)
    headers = {"Content-Disposition": f'attachment; filename="{NAME}"'}
    return Response(file, media_type="text/calendar; charset=utf-8", headers=headers)


def _owed(web: Web, session: Session, opened: Opened, form: Mapping[str, str]) -> PageReply:
    """What is done about something owed."""
    do = form.get("do", "done")
    owed = commitments.to_change(session, opened.id)
    if owed is None or owed.done_at is not None:
        return PageReply(fault="too-late", unsaved=form.get("text", ""))
    if do not in _DOES:
        return PageReply(fault="unknown", filled=form)
    owing = Owing(session, web.policy, owed, opened.reader, web.clock.now())
    try:
        with session.begin_nested():
            _DOES[do](owing, form)
    except ActError as error:
        return PageReply(do=do, fault=error.code, filled=form)
    return PageReply(thanks="thanks" if do in {"done", "goes-on"} else f"thanks-{do}")


def _time(owing: Owing, form: Mapping[str, str], code: str) -> datetime | None:
    return typed_time(form.get("until", ""), owing.zone, code)


def _day(form: Mapping[str, str]) -> date | None:
    written = form.get("until", "").strip()
    try:
        return written_day(written) if written else None
    except ValueError:
        return None


_DOES: Mapping[str, Callable[[Owing, Mapping[str, str]], object]] = {
    "done": lambda owing, form: actions.close(
        owing,
        form.get("outcome", ""),
        form.get("text", ""),
        form.get("reason", ""),
        next_of(form, owing.zone),
        Spoke(form.get("spoke-with", ""), typed_time(form.get("spoke-at", ""), owing.zone, "need-spoke")),
    ),
    "goes-on": lambda owing, form: let_go_on(
        owing.session, owing.policy, owing.owed, owing.by, _day(form), form.get("text", ""), owing.now
    ),
    Act.TAKE: lambda owing, form: actions.take(owing, _time(owing, form, "need-until")),
    Act.RE_PROMISE: lambda owing, form: actions.promise_anew(
        owing, _time(owing, form, "need-due"), form.get("reason", ""), form.get("text", "")
    ),
    Act.SNOOZE: lambda owing, form: actions.snooze(
        owing, _time(owing, form, "need-until"), form.get("text", "")
    ),
    Act.HAND_OVER: lambda owing, form: actions.hand_over(owing, form.get("to", ""), form.get("text", "")),
    Act.HELP: lambda owing, form: actions.help_wanted(owing, form.get("text", "")),
}


def _settle(web: Web, session: Session, opened: Opened, form: Mapping[str, str]) -> PageReply:
    """What came of a mail that was parked."""
    outcome, text = form.get("outcome", ""), form.get("text", "")
    faults = (
        ("need-text", not text),
        ("long", len(text) > MOST_CHARACTERS),
        ("need-outcome", outcome not in OF_MAILS),
    )
    if (fault := next((name for name, is_so in faults if is_so), None)) is not None:
        return PageReply(do="done", fault=fault, filled=form)
    mail = inbound.to_change(session, opened.id)
    try:
        changed = mail is not None and settle_mail(
            session, web.policy, mail, outcome, text, now=web.clock.now(), actor=opened.reader.ref
        )
    except ActError as error:
        return PageReply(do="done", fault=error.code, filled=form)
    return PageReply(thanks="thanks") if changed else PageReply(fault="too-late", unsaved=text)


def _assign(web: Web, session: Session, opened: Opened, form: Mapping[str, str]) -> PageReply:
    waiting = next((one for one in _mails(session, opened) if one.handled_at is None), None)
    mail = inbound.to_change(session, waiting.id) if waiting is not None else None
    if mail is None or mail.handled_at is not None or mail.parked_for is None:
        return PageReply(fault="too-late")
    try:
        assign(session, web.policy, mail, form.get("about", ""), now=web.clock.now(), actor=opened.reader.ref)
    except UnknownReferenceError:
        return PageReply(do="assign", fault="unknown-about", filled=form)
    return PageReply(thanks="assigned")


def _source(web: Web, session: Session, opened: Opened, inbound_id: int) -> bytes:
    """A mail of a matter, as it came."""
    digest = next((mail.digest for mail in _mails(session, opened) if mail.id == inbound_id), None)
    raw = web.originals.read(digest) if web.originals is not None and digest is not None else None
    if raw is None:
        raise MissingPageError
    return raw


def _to_save(data: bytes, name: str) -> Response:
    """Whatever a stranger sent: the browser saves it, and neither shows nor runs it."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(data, media_type="application/octet-stream", headers=headers)


def _decision(session: Session, opened: Opened) -> Commitment | None:
    """What a manager is asked to decide, where it is that: it has a page of its own."""
    owed = commitments.get(session, opened.id) if opened.kind == Subject.COMMITMENT else None
    return owed if is_decision(owed) else None


def _mails(session: Session, opened: Opened) -> list[Inbound]:
    if opened.kind == Subject.COMMITMENT:
        owed = commitments.get(session, opened.id)
        return list(inbound.asking(session, owed)) if owed is not None else []
    mail = inbound.get(session, opened.id)
    return [mail] if mail is not None else []


def _opened(web: Web, session: Session, token: str) -> Opened:
    kind, id_, staff_id = web.links.read_duty(token, web.link_days)
    return Opened(kind, id_, reader_of(session, staff_id), f"/i/{token}")
