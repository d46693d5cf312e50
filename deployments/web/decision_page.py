"""The page of a decision about credit recovery: a warning to read and sign, or invoices to hand over."""

from collections.abc import Mapping
from datetime import UTC

from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.context import Web
from deployments.web.said import PageReply
from models.queries.credit_recovery import invoices
from models.rules.calendar.calendars import day_start
from models.rules.calendar.reach import written_day
from models.tables import Commitment, Customer, Staff
from models.words import CommitmentKind, Role
from tasks.credit_recovery.ask_manager import DECISIONS
from tasks.credit_recovery.decisions import hand_over, put_off
from tasks.credit_recovery.warning import LetterChangedError, sign, warning
from tasks.mails.composer import Composer
from tasks.mails.formats import clean, local_day
from tasks.mails.row_facts import invoice_line
from tasks.mails.timeline_words import ended
from tasks.mails.views import day, invoice_views
from tasks.responses.by_link import MOST_CHARACTERS


def is_decision(owed: Commitment | None) -> bool:
    """Whether a promise is one that this page is for."""
    return owed is not None and owed.kind in DECISIONS


def show_decision(
    web: Web,
    session: Session,
    owed: Commitment,
    reader: Staff,
    said: PageReply | None = None,
    around: Mapping[str, object] | None = None,
) -> Response:
    """The page as it stands now; showing it changes nothing."""
    said, now = said or PageReply(), web.clock.now()
    language, zone = web.language(reader.language), web.policy.company.timezone
    what = CommitmentKind(owed.kind)
    customer = session.get_one(Customer, owed.buyer_id)
    composer = Composer(web.policy, web.links)
    letter = None
    if what is CommitmentKind.SIGNATURE:
        letter = warning(session, web.policy, composer, customer.id, reader, now)
    waiting = letter.invoices if letter is not None else invoices.asked(session, customer.id, what)
    return web.pages.show(
        "decision",
        language,
        422 if said.fault else 200,
        what=what.value,
        customer=customer,
        name=clean(customer.name),
        said=said,
        letter=letter,
        invoices=invoice_views(tuple(invoice_line(one, "") for one in waiting), language),
        called=day(language, local_day(letter.called_at, zone)) if letter and letter.called_at else None,
        is_open=owed.done_at is None and bool(waiting),
        outcome=ended(language, owed.outcome or ""),
        may_decide=reader.role in {Role.MANAGER, Role.DIRECTOR},
        reader=clean(reader.name),
        dossier=f"{web.links.dossier(customer.id, reader.id, now)}/print",
        most=MOST_CHARACTERS,
        **(around or {}),
    )


def decided(
    web: Web, session: Session, owed: Commitment, reader: Staff, form: Mapping[str, str]
) -> PageReply:
    """Sign (`do=sign` with the `letter` that was shown), hand over (`do=hand-over`) or put off (`do=put-off`)."""
    do, text = form.get("do", ""), form.get("text", "")
    if (fault := _fault(owed, reader, form)) is not None:
        return PageReply(do=do, fault=fault, filled=form)
    try:
        match do:
            case "sign":
                return _sign(web, session, owed, reader, form.get("letter", ""))
            case "hand-over":
                hand_over(session, owed.buyer_id, reader, text, now=web.clock.now())
                return PageReply(thanks="handed-over")
        return _put_off(web, session, owed, reader, form)
    except LetterChangedError:
        return PageReply(fault="changed")
    except ValueError:  # paid or settled since the page was opened
        return PageReply(fault="too-late", unsaved=text)


def _fault(owed: Commitment, reader: Staff, form: Mapping[str, str]) -> str | None:
    do, text = form.get("do", ""), form.get("text", "")
    chosen = "sign" if owed.kind == CommitmentKind.SIGNATURE else "hand-over"
    faults = (
        ("not-you", reader.role not in {Role.MANAGER, Role.DIRECTOR}),
        ("long", len(text) > MOST_CHARACTERS),
        ("too-late", owed.done_at is not None),
        ("unknown", do not in {chosen, "put-off"}),
        ("need-text", do == "hand-over" and not text),
    )
    return next((name for name, is_so in faults if is_so), None)


def _sign(web: Web, session: Session, owed: Commitment, reader: Staff, digest: str) -> PageReply:
    composer = Composer(web.policy, web.links)
    sign(
        session,
        web.policy,
        composer,
        owed.buyer_id,
        reader,
        digest=digest,
        now=web.clock.now(),
        via="link",
    )
    return PageReply(thanks="signed")


def _put_off(
    web: Web, session: Session, owed: Commitment, reader: Staff, form: Mapping[str, str]
) -> PageReply:
    until, text = form.get("until", ""), form.get("text", "")
    try:
        end = day_start(written_day(until.partition("T")[0]), web.policy.company.place).astimezone(UTC)
        put_off(session, owed.buyer_id, CommitmentKind(owed.kind), reader, text, end, now=web.clock.now())
    except ValueError:
        return PageReply(do="put-off", fault="need-until", filled=form)
    return PageReply(thanks="put-off")
