"""What an answer of a mail server means for a contact: the table."""

from datetime import UTC, datetime, timedelta

import pytest

from models.rules.sending.answers import (
    AboutUs,
    Accepted,
    Answer,
    Deferred,
    Doubtful,
    Failed,
    InDoubt,
    Lost,
    NotStarted,
    Refused,
    Retry,
    Sent,
    Verdict,
    Withheld,
    judge,
)

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
WAITS = (5, 15, 60)


def again(minutes: int, reason: str) -> Retry:
    return Retry(NOW + timedelta(minutes=minutes), reason)


@pytest.mark.parametrize(
    ("answer", "tried", "verdict"),
    [
        (Accepted(250, "kept"), 0, Sent()),
        (Doubtful("connection lost"), 0, InDoubt("connection lost")),
        (NotStarted("connection refused"), 3, AboutUs("connection refused")),
        (Withheld("stopped"), 3, AboutUs("stopped")),
        (Refused(550, "5.1.1 no such user", True), 0, Failed("550 5.1.1 no such user", suppress=True)),
        (Refused(550, "No such user here", True), 0, Failed("550 No such user here", suppress=True)),
        (Refused(550, "5.2.2 mailbox full", True), 0, again(5, "550 5.2.2 mailbox full")),
        (Refused(552, "5.3.4 too large", False), 0, again(5, "552 5.3.4 too large")),
        (Refused(554, "5.7.1 spam", False), 1, again(15, "554 5.7.1 spam")),
        (Refused(550, "5.1.1 no such user", False), 0, again(5, "550 5.1.1 no such user")),
        (Refused(550, "5.7.1 Unable to relay", True), 2, again(60, "550 5.7.1 Unable to relay")),
        (
            Refused(550, "5.7.1 Unable to relay", True),
            3,
            Failed("550 5.7.1 Unable to relay", suppress=False),
        ),
        (Deferred(451, "4.7.1 greylisted"), 0, again(5, "451 4.7.1 greylisted")),
        (Deferred(451, "4.7.1 greylisted"), 1, again(15, "451 4.7.1 greylisted")),
        (Deferred(451, "4.7.1 greylisted"), 3, Failed("451 4.7.1 greylisted", suppress=False)),
        (Lost("no reply in time"), 2, again(60, "no reply in time")),
        (Lost("no reply in time"), 3, Failed("no reply in time", suppress=False)),
    ],
)
def test_what_an_answer_means(answer: Answer, tried: int, verdict: Verdict) -> None:
    assert judge(answer, tried, WAITS, NOW) == verdict
