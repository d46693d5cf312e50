"""Which notices wait for the daily digest: values in, a decision out."""

import pytest

from models.rules.escalation.recipients import NoticeMatter, waits_for_digest
from models.rules.planning.step_key import Mark, StepKey
from models.words import CommitmentKind, Level

OPENED = StepKey("opened")
DUE = StepKey("due", Level.MANAGER)


def of_case(key: StepKey, *, tells: bool = True) -> NoticeMatter:
    return NoticeMatter("case", key, tells_of_case=tells)


def of_rung(
    key: StepKey, level: Level, kind: CommitmentKind = CommitmentKind.PHONE, *, more: bool = False
) -> NoticeMatter:
    return NoticeMatter("commitment", key, level=level, commitment_kind=kind, has_list=more, had_enough=more)


@pytest.mark.parametrize(
    ("matter", "waits"),
    [
        (of_case(OPENED), True),
        (of_case(OPENED, tells=False), False),
        (of_case(OPENED.marked(Mark.HANDED, 7)), False),
        (of_case(OPENED.marked(Mark.RAISED, 7)), False),
        (of_case(OPENED.marked(Mark.LINK, 2026031809)), False),
        (of_case(OPENED.marked(Mark.RESPONSE, 7)), True),
        (of_rung(DUE, Level.DEPUTY), False),
        (of_rung(DUE, Level.MANAGER), True),
        (of_rung(DUE, Level.DIRECTOR), True),
        (of_rung(DUE, Level.OWNER, CommitmentKind.LISTENING_CALL), True),
        (of_rung(StepKey("slipped", Level.MANAGER), Level.MANAGER), False),
        (of_rung(StepKey("slipped", Level.MANAGER), Level.MANAGER, more=True), True),
        (of_rung(DUE, Level.OWNER, more=True), True),
        (of_rung(DUE, Level.OWNER, CommitmentKind.DELIVERY), False),
        (of_rung(DUE, Level.OWNER, CommitmentKind.DELIVERY, more=True), True),
        (of_rung(DUE, Level.OWNER, CommitmentKind.SIGNATURE, more=True), False),
        (NoticeMatter("order", StepKey("passed")), False),
        (NoticeMatter("case", OPENED, tells_of_case=True, complains=True), False),
        (NoticeMatter("commitment", DUE, complains=True, level=Level.MANAGER, had_enough=True), False),
    ],
)
def test_which_notices_wait_for_the_digest(matter: NoticeMatter, waits: bool) -> None:
    assert waits_for_digest(matter) is waits
