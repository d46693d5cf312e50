"""Letters to test with: one for every message that the shipped policy can send, in every shape."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from models.policy import Policy
from models.words import OF_STAFF, CommitmentKind, ParkedFor
from tasks.mails.composer import Composer
from tasks.mails.labels import LANGUAGES
from tasks.mails.letter import (
    CaseFacts,
    Contact,
    Declared,
    DigestFacts,
    DigestLine,
    InvoiceLine,
    Letter,
    NoticeFacts,
    OrderFacts,
)
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
ARCHIVE = "archive@casabelvedere.example"
CUSTOMER = Contact("Małgorzata Brzęczyszczykiewicz", "m.b@posta.example", "+48 22 555 01 99")
OWNER = Contact("Giulia Ferraro", "g.ferraro@casabelvedere.example", "+39 0422 555 0111")
DEPUTY = Contact("Marek Wiśniewski", "m.wisniewski@casabelvedere.example", "+39 0422 555 0112")
MANAGER = Contact("Elena Conti", "e.conti@casabelvedere.example", "+39 0422 555 0101")
GOODS = OrderFacts(
    ref="CB-2026-0147",
    description="Cucina componibile in rovere con isola, 14 elementi",
    signed_at=datetime(2026, 3, 8, 23, 30, tzinfo=UTC),  # in Rome it is the 9th already
    promised_on=date(2026, 3, 17),
    promised_before=date(2026, 3, 11),
    delivered_at=datetime(2026, 3, 13, 10, tzinfo=UTC),
    is_service=False,
    amount_cents=1_284_550,
    currency="EUR",
    withdrawal_days=14,
    seller_promise="Posa in due giorni & ritiro della vecchia cucina",
    referred_by="Studio Bruni",
)
BARE = GOODS._replace(
    promised_on=None,
    promised_before=None,
    delivered_at=None,
    amount_cents=None,
    withdrawal_days=0,
    seller_promise=None,
    referred_by=None,
)
ORDERS = (GOODS, BARE, GOODS._replace(is_service=True), BARE._replace(is_service=True))
INVOICES = (
    InvoiceLine("FT-2026/311", 1_284_550, "EUR", date(2026, 3, 3), "second"),
    InvoiceLine("FT-2026/298", 42_000, "PLN", date(2026, 2, 20), "second"),
    InvoiceLine("FT-2026/299", 15_000, "PLN", date(2026, 2, 21), "second"),
    InvoiceLine("FT-2026/300", 900, "EUR", date(2026, 2, 22), "second"),
)
DOSSIER = CaseFacts(
    id=12,
    reasons=("low-rating", "listening-call", "a-word-of-the-policy"),
    opened_at=NOW,
    customer_name=CUSTOMER.name,
    customer_phone=CUSTOMER.phone,
    customer_email=CUSTOMER.email,
    timeline=((NOW - timedelta(days=9), "Sent: order confirmation"), (NOW, "Answer: rating 2")),
    orders=(GOODS, BARE),
    invoices=INVOICES[:2],
    words=("I have called three times.\nNobody could say.",),
)
NOTICE = NoticeFacts(
    matter="commitment",
    id=7,
    kind="reply",
    customer_name=CUSTOMER.name,
    customer_phone=CUSTOMER.phone,
    customer_email=CUSTOMER.email,
    order=GOODS,
    sender="Małgorzata (m.b@posta.example)",
    subject="Re: Benvenuta",
    words=("When does the fitter come?\nI am at home on Friday.",),
    due_at=NOW + timedelta(days=1),
)
DIGEST = DigestFacts(
    lines=(
        DigestLine(
            ("case", 12), ("low-rating",), CUSTOMER.name, CUSTOMER.phone, NOW - timedelta(days=3), NOW
        ),
        DigestLine(
            ("commitment", 7), ("call-back", "delivery"), "Jan Nowak", None, NOW - timedelta(days=2), None
        ),
    ),
    waiting=3,
    oldest=NOW - timedelta(days=1),
)
DECLARED = Declared(NOW, "I withdraw from the contract for order CB-2026-0147.\n\nIt does not fit.")
BARE_NOTICE = replace(
    NOTICE, customer_phone=None, customer_email=None, order=None, sender="", subject="", words=(), due_at=None
)
BARE_DOSSIER = replace(
    DOSSIER, customer_phone=None, customer_email=None, timeline=(), orders=(), invoices=(), words=()
)


def composer(policy: Policy, archive: str | None = ARCHIVE) -> Composer:
    """The same one for every test: it keeps what it has rendered once."""
    if archive not in _COMPOSERS:
        _COMPOSERS[archive] = Composer(policy, links(), archive)
    return _COMPOSERS[archive]


_COMPOSERS: dict[str | None, Composer] = {}


def links(at: datetime = NOW) -> Links:
    return Links("https://answers.example", "a key that only we know", SetClock(at))


def letter(policy: Policy, kind: str = "welcome-contact", language: str = "it", **changes: Any) -> Letter:
    cadence = policy.cadences[kind]
    return Letter(
        **{
            "key": "f123-1",
            "kind": kind,
            "step": cadence.steps[0].name,
            "nudge": 0,
            "language": language,
            "timezone": "Europe/Rome",
            "recipient_name": CUSTOMER.name,
            "recipient": "m.b@posta.example",
            "customer_ref": "C-0042",
            "order": GOODS if cadence.subject in {"order", "closed-case"} else None,
            "invoices": INVOICES if cadence.subject == "invoice" else (),
            "owner": OWNER,
            "deputy": DEPUTY,
            "manager": MANAGER,
            "answers": cadence.answers,
            "extra": cadence.extra,
            "case": DOSSIER if cadence.subject == "case" else None,
            "notice": NOTICE if cadence.subject in {"commitment", "inbound"} else None,
            "digest": DIGEST if kind == "daily-digest" else None,
            "declared": DECLARED if kind == "withdrawal-receipt" else None,
            "staff_id": 3 if cadence.subject in OF_STAFF else 0,
            "in_reply_to": None,
            **changes,
        }
    )


def kinds_that_send(policy: Policy) -> list[str]:
    return [kind for kind, cadence in policy.cadences.items() if cadence.sends]


def every_letter(policy: Policy) -> Iterator[Letter]:
    """Kinds, steps, nudges, languages, what it is about, and with and without people."""
    for kind, language in product(kinds_that_send(policy), LANGUAGES):
        cadence = policy.cadences[kind]
        steps, nudges = [step.name for step in cadence.steps], range(cadence.nudges + 2)
        for step, nudge, subject, (owner, deputy, manager) in product(
            [*steps, "of-another-policy"], nudges, _subjects(cadence.subject, kind), _people()
        ):
            people = {"owner": owner, "deputy": deputy, "manager": manager}
            yield letter(policy, kind, language, step=step, nudge=nudge, **subject, **people)


def _subjects(subject: str, kind: str) -> list[dict[str, Any]]:
    if subject == "order":
        return [{"order": order} for order in ORDERS]
    if subject == "closed-case":
        return [{"order": order} for order in (None, *ORDERS)]
    if subject == "case":
        return [{"case": DOSSIER}, {"case": BARE_DOSSIER}]
    if subject == "staff":
        digests = (DIGEST, replace(DIGEST, waiting=0, oldest=None))
        return [{}] if kind == "own-page" else [{"digest": one} for one in digests]
    if subject in {"commitment", "inbound"}:
        kinds = tuple(CommitmentKind) if subject == "commitment" else tuple(ParkedFor)
        notices = [replace(one, matter=subject) for one in (NOTICE, BARE_NOTICE)]
        if subject == "commitment":
            notices += [
                replace(NOTICE, level=level, is_over=is_over, owner_name=name)
                for level, is_over, name in product(
                    ("owner", "deputy", "manager"), (True, False), ("Jan", None)
                )
            ]
        return [{"notice": replace(one, kind=kind)} for one, kind in product(notices, kinds)]
    calls = [{}, {"manager_call": "spoken"}, {"manager_call": "tried", "answer_by": NOW + timedelta(days=8)}]
    return [{"invoices": some, **call} for some, call in product((INVOICES[:1], INVOICES), calls)]


def _people() -> list[tuple[Contact | None, ...]]:
    return [(OWNER, DEPUTY, MANAGER), (Contact("Jan Nowak"), None, None), (None, DEPUTY, None)]


def test_every_message_of_the_policy_has_a_letter_to_test_with(policy: Policy) -> None:
    written = {one.kind for one in every_letter(policy)}
    assert written == set(kinds_that_send(policy))
    assert len(written) == 18
