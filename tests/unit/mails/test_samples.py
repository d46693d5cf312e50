"""Letters to test with: one for every message that the shipped policy can send, in every shape."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from models.languages import CODES
from models.policy import Policy
from models.words import OF_STAFF, CommitmentKind, ParkedFor
from tasks.mails.composer import Composer
from tasks.mails.examples import (
    BARE,
    BARE_DOSSIER,
    BARE_NOTICE,
    CUSTOMER,
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
from tasks.mails.letter import Contact, Letter
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock

__all__ = ["CUSTOMER", "DEPUTY", "GOODS", "MANAGER", "NOW", "OWNER"]

ARCHIVE = "archive@casabelvedere.example"
ORDERS = (GOODS, BARE, GOODS._replace(is_service=True), BARE._replace(is_service=True))


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
    facts = {
        "step": cadence.steps[0].name,
        "order": GOODS if cadence.subject in {"order", "closed-case"} else None,
        "invoices": INVOICES if cadence.subject == "invoice" else (),
        "answers": cadence.answers,
        "extra": cadence.extra,
        "case": DOSSIER if cadence.subject == "case" else None,
        "notice": NOTICE if cadence.subject in {"commitment", "inbound"} else None,
        "fault": FAULT if kind == "fault-notice" else None,
        "digest": DIGEST if kind == "daily-digest" else None,
        "declared": DECLARED if kind == "withdrawal-receipt" else None,
        "heard": HEARD if kind == "acknowledgement" else None,
        "staff_id": 3 if cadence.subject in OF_STAFF else 0,
    }
    return example(language, kind, **{**facts, **changes})


def kinds_that_send(policy: Policy) -> list[str]:
    return [kind for kind, cadence in policy.cadences.items() if cadence.sends]


def every_letter(policy: Policy) -> Iterator[Letter]:
    """Kinds, steps, nudges, languages, what it is about, and with and without people."""
    for kind, language in product(kinds_that_send(policy), CODES):
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
        faults = (FAULT, FAULT._replace(is_text=False, held=0))
        return {
            "own-page": [{}],
            "fault-notice": [{"fault": one} for one in faults],
            "daily-digest": [{"digest": one} for one in digests],
        }[kind]
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
    assert len(written) == 23
