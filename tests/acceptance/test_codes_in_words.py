"""Who reads a list or a report reads words of the company's language; programs go on reading codes."""

from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy.orm import Session

from models.languages import CODES
from models.rules.commitments.ledger import REASONS, UNSTATED
from models.tables import Case, CaseReason, Commitment, ContractEnd, FollowUp
from models.words import (
    CaseReasonKind,
    CommitmentKind,
    CommitmentState,
    EndCause,
    EndKind,
    FollowUpState,
)
from tasks.cases.by_reference import open_cases
from tasks.escalation.call_list import call_list
from tasks.mails.labels import worded
from tasks.mails.timeline_words import why
from tasks.reporting.weekly import report
from tests import factories
from tests.world import World

Language = Literal["it", "pl", "en"]


def speaking(world: World, language: Language) -> None:
    company = world.policy.company.model_copy(update={"language": language})
    world.policy = world.policy.model_copy(update={"company": company})


def kinds_sent(world: World) -> list[str]:
    return [kind for kind, cadence in world.policy.cadences.items() if cadence.sends]


def everything(world: World, session: Session) -> None:
    """A customer a code: every reason of a case, kind of promise, reason of a slip, end and kind of mail."""
    now = world.clock.now()
    for number, reason in enumerate(CaseReasonKind):
        customer = factories.customer(session, f"K-{number}")
        case = Case(customer_id=customer.id, opened_at=now)
        session.add(case)
        session.flush()
        session.add(
            CaseReason(case_id=case.id, reason=reason, subject_type="case", subject_id=case.id, at=now)
        )
    customer = factories.customer(session, "C-1")
    order = factories.order(session, customer)
    for slip in (*REASONS, None):
        for kind in CommitmentKind:
            session.add(
                Commitment(
                    customer_id=customer.id,
                    kind=kind,
                    subject_type="order",
                    subject_id=order.id,
                    made_at=now,
                    due_at=now - timedelta(hours=1),
                    done_at=now,
                    state=CommitmentState.LATE,
                    reason=slip,
                )
            )
    for number, kind in enumerate(CommitmentKind):
        waiting = factories.customer(session, f"W-{number}")
        session.add(
            Commitment(
                customer_id=waiting.id,
                kind=kind,
                subject_type="customer",
                subject_id=waiting.id,
                made_at=now,
                due_at=now,
                state=CommitmentState.OPEN,
            )
        )
    for end in EndKind:
        for cause in EndCause:
            session.add(
                ContractEnd(
                    customer_id=customer.id,
                    kind=end,
                    cause_code=cause,
                    cause="",
                    heard_by="A-1",
                    declared_at=now,
                    confirmed_at=now,
                )
            )
    for number, sent in enumerate(kinds_sent(world)):
        session.add(
            FollowUp(
                subject_type="order",
                subject_id=order.id,
                customer_id=customer.id,
                sweep="s",
                kind=sent,
                step=str(number),
                nudge=0,
                owed_at=now,
                due_at=now,
                sent_at=now,
                state=FollowUpState.SENT,
                attempts=1,
            )
        )


@pytest.fixture
def busy(world: World) -> World:
    """A company in which every code of ours stands somewhere."""
    with world.db.write() as session:
        everything(world, session)
    return world


@pytest.mark.parametrize("language", CODES)
def test_the_call_list_and_the_list_of_cases_tell_reasons_in_words(busy: World, language: Language) -> None:
    speaking(busy, language)
    reasons = {why(language, [code]) for code in CaseReasonKind}
    shown = [str(row["why"]) for row in call_list(busy.db, busy.policy, busy.clock.now())]
    assert reasons <= set(shown)
    assert {one.why for one in open_cases(busy.services)} == reasons
    codes = {str(code) for code in (*CaseReasonKind, *CommitmentKind)}
    assert not codes & {part for told in shown for part in told.split("; ")}


@pytest.mark.parametrize("language", CODES)
def test_the_report_tells_kinds_reasons_and_causes_in_words(busy: World, language: Language) -> None:
    speaking(busy, language)
    day = busy.clock.now().date()
    made = report(busy.services, day, day)
    cells = {cell.strip() for line in made.markdown.splitlines() for cell in line.split("|")}
    for section, codes in (
        ("owed", CommitmentKind),
        ("slip", REASONS),
        ("slip", [UNSTATED]),
        ("cause", EndCause),
        ("end", EndKind),
    ):
        assert {worded(language, section, code) for code in codes} <= cells
        assert not {str(code) for code in codes} & cells
    assert worded(language, "kind", "satisfaction-check") in cells
    assert not set(kinds_sent(busy)) & cells
    figures = made.figures["now"]
    assert "satisfaction-check" in figures["sent"], "what programs read stays as it is"
    assert set(figures["promises"]["reasons"]) == {*REASONS, UNSTATED}
