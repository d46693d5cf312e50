"""What happened is told in words wherever a person reads it: no code of a closed vocabulary is left anywhere."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from models import languages
from models.queries.cases import dossier
from models.rules.commitments.outcomes import EVERY as OUTCOMES
from models.tables import Case, Commitment, Customer, Staff
from models.words import (
    CaseReasonKind,
    CommitmentKind,
    EndCause,
    EndKind,
    Meaning,
    Outcome,
    Side,
    Subject,
)
from tasks.cases import actions as case_actions
from tasks.cases.actions import Acting
from tasks.cases.dossier_markdown import as_markdown
from tasks.commitments import actions as commitment_actions
from tasks.commitments.actions import Owing
from tasks.commitments.agreements import Agreement
from tasks.commitments.close import promise
from tasks.commitments.typed_time import typed_time
from tasks.credit_recovery.document import document
from tasks.mails.dossier_facts import owed_facts
from tasks.mails.timeline_words import happened
from tasks.mails.views import owed_line
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import plain
from tests.visitor import Visitor, sent
from tests.world import World

CODES = {
    str(code)
    for words in (CaseReasonKind, CommitmentKind, EndCause, EndKind, Meaning, Outcome, OUTCOMES, Side)
    for code in words
} | {"welcome-contact", "case-opened", "case-closed", "handed-over", "re-promised", "promise-moved", "M-1"}
ENGLISH = {
    "mail",
    "answered",
    "called",
    "done",
    "solved",
    "agreed",
    "delivery",
    "delivered",
    "message",
    "help",
    "reply",
    "phone",
    "delay",
    "fault",
    "service",
    "price",
    "other",
    "withdrawal",
    "termination",
    "customer",
    "seller",
    "appointment",
    "rating",
    "paid",
    "signature",
    "raised",
    "silent",
    "dispute",
    "manager",
    "fine",
}
"""Codes that are words of the language, and may stand in a sentence of it."""


@pytest.fixture
def case_id(world: World) -> int:
    """A customer with a bit of everything: mails, answers, promises kept and moved, an end, a case that was closed."""
    now = world.clock.now()
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer, promised_on=None, promise_moved_at=now)
        sent(session, customer, "welcome-contact", order)
        about = (Subject.ORDER, order.id)
        manager = session.scalars(select(Staff).where(Staff.ref == "M-1")).one()
        for kind, outcome in (
            (CommitmentKind.REPLY, "answered"),
            (CommitmentKind.PHONE, "called"),
            (CommitmentKind.CALL_BACK, "not-reached"),
            (CommitmentKind.SET_APPOINTMENT, "appointment-set"),
            (CommitmentKind.HELP, "done"),
            (CommitmentKind.REPLY, "agreed"),
            (CommitmentKind.PHONE, "nothing-needed"),
        ):
            owed = promise(session, world.policy, customer.id, kind, about, now=now)
            commitment_actions.close(
                Owing(session, world.policy, owed, manager, now),
                outcome,
                "Detto al cliente.",
                following=Agreement(now + timedelta(days=3)),
            )
    for number, meaning in enumerate(Meaning):
        rating = {"rating": 4} if meaning is Meaning.RATING else {}
        world.hear(Answer(f"r-{number}", 1, meaning, "page", now, order_id=1, **rating))
    with world.db.write() as session:
        case = session.scalars(select(Case)).one()
        acting = Acting(session, world.policy, case, session.get_one(Staff, manager.id), now)
        case_actions.end_contract(acting, "SO-1", "withdrawal", "changed-mind", "Ci ha ripensato.", "")
        case_actions.end_contract(acting, "SO-1", "termination", "service", "Basta.", "")
        due = typed_time("2026-03-20T10:00:00+00:00", commitment_actions.ZoneInfo("Europe/Rome"), "need-due")
        case_actions.promise_anew(acting, due, "customer-asked", "Venerdì.")
        case_actions.close(acting, "only-listened", "Voleva solo essere ascoltata.")
    world.hear(Answer("r-last", 1, "call-me", "page", now + timedelta(hours=1), order_id=1))
    with world.db.read() as session:
        return session.scalars(select(Case.id).where(Case.closed_at.is_(None))).one()


def raw(text: str, language: str) -> set[str]:
    """The codes that stand in a text."""
    shown = unescape(re.sub(r"<(style|head)>.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL))
    tokens = set(re.findall(r"[\w-]+", re.sub(r"https?://\S+", " ", shown)))
    return tokens & (CODES - ENGLISH if language == "en" else CODES - {"service", "M-1", "mail"}) - {"M-1"}


@pytest.mark.parametrize("language", languages.CODES)
def test_no_code_is_left_on_a_page_in_a_mail_or_in_a_document(
    world: World, case_id: int, language: str
) -> None:
    with world.db.write() as session:
        for person in session.scalars(select(Staff)):
            person.language = language
        session.flush()
        manager_id = session.scalars(select(Staff.id).where(Staff.ref == "M-1")).one()
    visitor = Visitor(world.db, world.policy, world.clock)
    case = visitor.open(visitor.case_link(case_id, manager_id)).text
    page = visitor.open(visitor.links.dossier(1, manager_id, world.clock.now())).text
    with world.db.read() as session:
        printed = document(session, world.policy, 1, language, now=world.clock.now())
    world.escalate()
    mails = [plain(mail) for mail in world.mailer.to("m-1@casa.example")]
    assert "Voleva solo essere ascoltata." in page
    assert any("Ci ha ripensato." in mail for mail in mails)
    for text in (case, page, printed, *mails):
        assert raw(text, language) == set()


@pytest.mark.parametrize("words", [True, False])
def test_no_code_is_left_in_the_text_of_the_command_line_and_of_the_artifact(
    world: World, case_id: int, *, words: bool
) -> None:
    with world.db.read() as session:
        found = dossier.dossier(session, case_id, world.clock.now())
        assert found is not None
        staff = {one.id: one for one in session.scalars(select(Staff))}
        text = as_markdown(found, staff, commitment_actions.ZoneInfo("Europe/Rome"), words=words)
    assert raw(text, "en") == set()
    for told in ("Commitment settled: An answer, answered in writing", "Case closed: 1 · Only listened"):
        assert told in text
    assert ("Voleva solo" in text, "Ferri" in text) == (words, words)


def test_how_a_promise_ended_is_told_on_its_own_page(world: World, case_id: int) -> None:
    visitor = Visitor(world.db, world.policy, world.clock)
    with world.db.read() as session:
        done = session.scalars(
            select(Commitment).where(Commitment.kind == "help", Commitment.done_at.is_not(None))
        ).first()
        assert done is not None
        assert case_id
        assert session.get_one(Customer, 1).ref == "C-1"
        manager_id = session.scalars(select(Staff.id).where(Staff.ref == "M-1")).one()
    page = visitor.open(visitor.links.duty("commitment", done.id, manager_id, world.clock.now()))
    assert "fatto: Detto al cliente." in page.text


def test_a_service_is_completed_and_goods_are_delivered(world: World) -> None:
    now = world.clock.now()
    with world.db.write() as session:
        customer = factories.customer(session)
        for ref, is_service, done in (("SO-7", True, now), ("SO-8", False, now), ("SO-9", True, None)):
            order = factories.order(
                session,
                customer,
                ref,
                is_service=is_service,
                delivered_at=done,
                promised_on=now.date() - timedelta(days=1),
            )
        promise(
            session,
            world.policy,
            customer.id,
            CommitmentKind.DELIVERY,
            (Subject.ORDER, order.id),
            now=now - timedelta(days=9),
            actor="import",
            due_at=now - timedelta(hours=9),
        )
        found = dossier.of_customer(session, customer.id, now)
        assert found is not None
        told = [happened(event, "it", {}).sentence for event in found.events]
        owed = [owed_line(owed_facts(one, found, {}), "it", "Europe/Rome") for one in found.owed]
    assert [one for one in told if "SO-7" in one][-1].startswith("Completato: SO-7")
    assert [one for one in told if "SO-8" in one][-1].startswith("Consegnato: SO-8")
    assert [one.partition(",")[0] for one in owed] == ["Il completamento del lavoro"]
