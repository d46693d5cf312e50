"""The situations that a message can find its reader in, each as a letter about nobody: for galleries and for tests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.policy import Policy
from models.rates import shipped
from models.rules.planning.cadence import Cadence
from models.rules.responses.answers import answers_to, is_courtesy
from models.words import OF_STAFF, CommitmentKind, ParkedFor
from tasks.mails.digest_facts import DigestFacts, SilentNames
from tasks.mails.examples import (
    AGREED,
    BARE,
    BARE_DOSSIER,
    DECLARED,
    DEPUTY,
    DIGEST,
    DOSSIER,
    FAULT,
    GOODS,
    HEARD,
    INVOICES,
    MANAGER,
    NOTICE,
    NOW,
    OWNER,
    example,
)
from tasks.mails.letter import (
    AlsoFacts,
    Demand,
    Interest,
    InvoiceLine,
    Letter,
    Quote,
)

MIDNIGHT = datetime(2026, 11, 28, tzinfo=ZoneInfo("Europe/Rome")).astimezone(UTC)
"""What is due then was promised for Friday, 27 November."""
_WAITS = GOODS._replace(
    delivered_at=None, promised_on=date(2026, 10, 1), withdrawal="from-delivery", withdrawal_until=None
)
_WORK = GOODS._replace(is_service=True, description="Montaggio", withdrawal="")
_SOLD = GOODS._replace(withdrawal="", withdrawal_days=0, withdrawal_until=None)
_ONE_DAY = _WAITS._replace(withdrawal_days=1, promised_on=date(2026, 4, 8), promised_before=date(2026, 4, 11))
_LATE = tuple(one._replace(is_due=index < 1, order_ref=GOODS.ref) for index, one in enumerate(INVOICES[:2]))
_CASE = replace(
    DOSSIER,
    call_by=NOW + timedelta(days=1, hours=2),
    invoices=_LATE,
    interest=Interest((("EUR", 5_740),), date(2026, 6, 30), ends=True),
    details=(("low-rating", f"1/5, {GOODS.ref}"),),
    words=(Quote("Nobody calls back.", NOW, 1), Quote("", NOW, 2)),
    held_until=((MIDNIGHT, "Anna Bianchi", "in ospedale"),),
)
_LAWS = {code: terms.law for code, terms in shipped().items()}
_TODAY, _TABLE_END = date(2026, 3, 18), date(2026, 6, 30)
_EURO = Demand("IT", _LAWS["IT"], Interest((("EUR", 5_740),), _TODAY), 4_000)
_ZLOTY = Demand("PL", _LAWS["PL"], Interest((("PLN", 583),), _TODAY), 8_000)
_ENDS = _EURO._replace(interest=Interest((("EUR", 5_740),), _TABLE_END, ends=True))
_UNKNOWN = _EURO._replace(interest=Interest((), _TABLE_END, ends=True))
_WITHDRAWN = replace(
    BARE_DOSSIER, reasons=("withdrawal",), words=(Quote("I withdraw.", NOW),), orders=(GOODS,)
)
_CALLED_FOR = replace(BARE_DOSSIER, reasons=("call-me",), orders=(GOODS,))


_OTHERS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "acknowledgement": (
        ("of a complaint", {"heard": HEARD}),
        ("of a wish for a call", {"heard": HEARD._replace(complains=False, not_before=HEARD.at)}),
        ("of somebody unknown", {"heard": HEARD._replace(who=None, by=None), "recipient_name": ""}),
    ),
    "appointment": (
        ("of an order", {"order": GOODS}),
        ("of nobody in particular", {"agreed": AGREED._replace(who=None)}),
        ("called off", {"order": GOODS, "agreed": AGREED._replace(is_off=True)}),
    ),
}


def situations(policy: Policy, kind: str, language: str) -> Iterator[tuple[str, Letter]]:
    """Letters of one kind in a language, each with the name of its situation."""
    cadence = policy.cadences[kind]
    base: dict[str, Any] = {"staff_id": 0}
    base |= {"order": None, "invoices": (), "case": None, "notice": None, "digest": None, "declared": None}
    if cadence.subject in OF_STAFF:
        base |= {"staff_id": 3, "recipient_name": OWNER.name, "recipient": OWNER.email}
    for name, facts in _of(cadence, kind):
        step = facts.get("step", cadence.steps[0].name)
        offered = answers_to(cadence, step, no_extras=False)
        stops = cadence.subject not in OF_STAFF and is_courtesy(cadence, offered)
        yield (
            name,
            example(language, kind, **{**base, "answers": offered, "extra": stops, "step": step, **facts}),
        )


def _of(cadence: Cadence, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if cadence.subject in {"order", "closed-case"}:
        yield from _orders(cadence, kind)
        if kind == "re-check":
            yield "after a conversation", {"spoke_at": NOW}
            yield "with a remedy to come", {"spoke_at": NOW, "agreed_until": NOW + timedelta(days=20)}
    elif cadence.subject == "invoice":
        yield from _invoices(cadence)
    elif cadence.subject == "case":
        for name, case in (
            ("whole", _CASE),
            ("bare", BARE_DOSSIER),
            ("withdrawal", _WITHDRAWN),
            ("call", _CALLED_FOR),
        ):
            yield name, {"case": case}
        yield "reopened", {"case": replace(_CASE, reopened=True)}
    elif kind == "fault-notice":
        yield "a text", {"fault": FAULT}
        yield "the program", {"fault": FAULT._replace(is_text=False, cause="ValueError: no day", held=0)}
    elif cadence.subject == "staff" and kind != "own-page":
        lines = (replace(DIGEST.lines[0], due_at=MIDNIGHT), DIGEST.lines[1])
        yield "some", {"digest": replace(DIGEST, lines=lines)}
        yield "one", {"digest": replace(DIGEST, lines=lines[:1], waiting=1)}
        yield "none", {"digest": replace(DIGEST, lines=(), waiting=0, oldest=None)}
        names = SilentNames(
            (("Giulia Ferri", MANAGER.phone, GOODS.ref, NOW), ("Jan Kowal", None, "", NOW)), 7, NOW
        )
        yield "silent", {"digest": DigestFacts((), 0, None, silent=names)}
        yield "together", {"digest": DigestFacts(DIGEST.lines, 0, None, together=True)}
    elif cadence.subject in {"commitment", "inbound"}:
        yield from _notices(cadence.subject)
    else:
        yield from _OTHERS.get(kind, (("plain", {}),))


def _orders(cadence: Cadence, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    declared = {"declared": DECLARED} if kind == "withdrawal-receipt" else {}
    for name, order in (
        ("goods", GOODS),
        ("waits", _WAITS),
        ("one day", _ONE_DAY),
        ("work", _WORK),
        ("bare", BARE),
    ):
        yield name, {"order": order, **declared}
    yield (
        "business",
        {"order": _SOLD, "is_business": True, "recipient_name": "Hotel Bellariva S.r.l.", **declared},
    )
    for step in cadence.steps[1:]:
        yield f"step {step.name}", {"order": GOODS, "step": step.name}
    if kind == "delay-alert":
        yield "after a silence", {"order": GOODS, "comes_late": True}
    if cadence.subject == "order" and not cadence.tells_back:
        others = (AlsoFacts(_WAITS._replace(ref="CB-2026-0148"), DEPUTY.name), AlsoFacts(GOODS))
        yield "several", {"order": GOODS, "also": others}
    if cadence.is_needed and cadence.anchor == "signed":
        yield "with the confirmation", {"order": _WAITS, "opened_by": ("order-confirmation",)}
    if cadence.nudges:
        yield "nudge", {"order": GOODS, "nudge": 1}


def _invoices(cadence: Cadence) -> Iterator[tuple[str, dict[str, Any]]]:
    company = {"is_business": True, "recipient_name": "Zielony Zakątek Sp. z o.o."}
    if not cadence.is_signed:
        for step in cadence.steps:
            for name, some in (("one", INVOICES[:1]), ("several", INVOICES)):
                yield f"{step.name}, {name}", {"invoices": some, "step": step.name}
        yield "business", {"invoices": INVOICES[:1], **company}
        return
    call: dict[str, Any] = {
        "manager_call": "spoken",
        "called_at": NOW,
        "answer_by": NOW + timedelta(days=8),
        "signer": MANAGER,
    }
    warned: tuple[tuple[str, tuple[InvoiceLine, ...], dict[str, Any]], ...] = (
        ("consumer in Italy", INVOICES[:1], {"demand": Demand("IT")}),
        ("consumer in Poland, not reached", INVOICES[1:3], {"demand": Demand("PL"), "manager_call": "tried"}),
        ("business in Italy", INVOICES[:1], {"demand": _EURO, **company}),
        ("business in Poland", INVOICES[1:3], {"demand": _ZLOTY, **company}),
        ("business, the table ends", INVOICES[:1], {"demand": _ENDS, **company}),
        ("business, no rate known", INVOICES[:1], {"demand": _UNKNOWN, **company}),
        ("business elsewhere, two currencies", INVOICES, {"demand": Demand("AT"), **company}),
    )
    for name, invoices, facts in warned:
        yield name, {"invoices": invoices, **call, **facts}


def _notices(subject: str) -> Iterator[tuple[str, dict[str, Any]]]:
    kinds: tuple[str, ...] = tuple(ParkedFor) if subject == "inbound" else tuple(CommitmentKind)
    for kind in kinds:
        decides = kind in {CommitmentKind.SIGNATURE, CommitmentKind.HAND_OVER, CommitmentKind.POST}
        facts: dict[str, Any] = {"order": None, "invoices": INVOICES[:2], "words": ()} if decides else {}
        notice = replace(NOTICE, matter=subject, kind=kind, due_at=MIDNIGHT, owner_name=OWNER.name, **facts)
        yield kind, {"notice": notice}
        if subject == "commitment":
            above = replace(
                notice,
                level="manager",
                is_over=True,
                is_yours=False,
                overdue=timedelta(days=17, hours=12),  # a day was promised: eighteen days ago
                deputy_name="Jan Nowak",
            )
            yield f"{kind}, above", {"notice": above, "recipient_name": MANAGER.name}
    if subject == "commitment":
        for cause in ("silent", "no-welcome"):
            yield f"phone, {cause}", {"notice": replace(NOTICE, kind="phone", cause=cause, words=())}
