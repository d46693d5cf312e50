"""Letters about nobody: to try texts with before anybody gets them, and to look at (`seguito preview`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.policy import Company
from tasks.mails.context import context
from tasks.mails.digest_facts import DigestFacts, DigestLine
from tasks.mails.letter import (
    Agreed,
    CaseFacts,
    Contact,
    Declared,
    Demand,
    FaultFacts,
    Heard,
    Interest,
    InvoiceLine,
    Letter,
    NoticeFacts,
    OrderFacts,
    Quote,
    Written,
)

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
COMPANY = Company(
    name="Casa Belvedere",
    sender="assistenza@casabelvedere.example",
    signature="Casa Belvedere",
    phone="+39 0422 555 0100",
    postal_address="Via dei Tigli 12, 31100 Treviso",
    country="IT",
    timezone="Europe/Rome",
    language="it",
)
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
    withdrawal="until",
    withdrawal_until=date(2026, 3, 27),
)
BARE = GOODS._replace(
    promised_on=None,
    promised_before=None,
    delivered_at=None,
    amount_cents=None,
    withdrawal_days=0,
    seller_promise=None,
    referred_by=None,
    withdrawal="",
    withdrawal_until=None,
)
INVOICES = (
    InvoiceLine("FT-2026/311", 1_284_550, "EUR", date(2026, 3, 3), "second", issued_on=date(2026, 2, 1)),
    InvoiceLine("FT-2026/298", 42_000, "PLN", date(2026, 2, 20), "second", issued_on=date(2026, 1, 21)),
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
    words=(Quote("I have called three times.\nNobody could say.", NOW - timedelta(days=9), 2),),
)
DEMAND = Demand(
    "IT", "D.Lgs. 231/2002, artt. 5 e 6", Interest((("EUR", 5_740), ("PLN", 212)), date(2026, 3, 18)), 4_000
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
    words=(Quote("When does the fitter come?\nI am at home on Friday.", NOW - timedelta(days=1)),),
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
HEARD = Heard("j.nowak@poczta.example", "<hers@poczta.example>", NOW, MANAGER, NOW + timedelta(hours=4), True)
WRITTEN = Written(
    "m.b@posta.example", "Re: Kiedy?", "On Friday, in the morning.\n\n- the fitter\n- the worktop", OWNER.name
)
AGREED = Agreed(
    "commitment-7@casabelvedere.example",
    7,
    NOW,
    NOW + timedelta(days=2),
    NOW + timedelta(days=2, hours=1),
    is_call=False,
    customer_name=CUSTOMER.name,
    customer_phone=CUSTOMER.phone,
    place="ul. Lipowa 4, 00-001 Warszawa",
    who=OWNER,
    order_ref=GOODS.ref,
    words="posa del piano",
)
FAULT = FaultFacts(True, "order-confirmation/it.txt: 'oder' is undefined", 12, NOW)
BARE_NOTICE = replace(
    NOTICE, customer_phone=None, customer_email=None, order=None, sender="", subject="", words=(), due_at=None
)
BARE_DOSSIER = replace(
    DOSSIER, customer_phone=None, customer_email=None, timeline=(), orders=(), invoices=(), words=()
)


def example(language: str, kind: str = "", **changes: Any) -> Letter:
    """A letter that has everything to tell, whatever its kind."""
    return Letter(
        **{
            "key": "f123-1",
            "kind": kind,
            "step": "first",
            "nudge": 0,
            "language": language,
            "timezone": "Europe/Rome",
            "recipient_name": CUSTOMER.name,
            "recipient": CUSTOMER.email,
            "customer_ref": "C-0042",
            "order": GOODS,
            "invoices": INVOICES,
            "owner": OWNER,
            "deputy": DEPUTY,
            "manager": MANAGER,
            "answers": (),
            "extra": False,
            "case": DOSSIER,
            "notice": NOTICE,
            "digest": DIGEST,
            "declared": DECLARED,
            "heard": HEARD,
            "agreed": AGREED if kind == "appointment" else None,
            "written": WRITTEN if kind == "reply" else None,
            "fault": FAULT,
            "spoke_at": None,
            "agreed_until": None,
            "comes_late": False,
            "staff_id": 0,
            "in_reply_to": None,
            **changes,
        }
    )


def examples(language: str) -> Iterator[dict[str, Any]]:
    """What texts are filled in with to try them: everything there is, and as little as there may be."""
    told: dict[str, Any] = {
        "signer": MANAGER,
        "called_at": NOW,
        "answer_by": NOW,
        "demand": DEMAND,
        "written": WRITTEN,
        "agreed": AGREED,
    }
    yield context(example(language, **told), COMPANY)
    yield context(
        example(
            language,
            nudge=1,
            order=BARE,
            invoices=INVOICES[:1],
            owner=None,
            deputy=None,
            manager=None,
            case=BARE_DOSSIER,
            notice=BARE_NOTICE,
            declared=None,
            agreed=AGREED._replace(who=None, order_ref=None),
            written=WRITTEN._replace(text="Yes.", author=""),
            heard=HEARD._replace(who=None, by=None),
        ),
        COMPANY,
    )
