"""`seguito case …`: the same acts by command, refused in one line."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.policy import Policy
from models.tables import Case, Commitment, ContractEnd, Statement
from models.words import CommitmentKind
from tasks.commitments.close import promise
from tasks.responses.record import Answer, hear
from tasks.runtime.database import Database
from tests import command, factories

TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d %H:%M}"


@pytest.fixture
def db(installation: str, policy: Policy) -> Iterator[Database]:
    """A customer complained about SO-1; the case is 1, and owes a call."""
    db, now = Database(installation), datetime.now(UTC)
    with db.write() as session:
        factories.desk(session)
        order = factories.order(session, factories.customer(session), seller_promise="piano in quarzo")
        said = Answer("r", 1, "call-me", "page", now, order_id=order.id, text="È sbagliato.")
        hear(session, policy, [said], now)
        promise(session, policy, 1, CommitmentKind.LISTENING_CALL, ("case", 1), now=now, case_id=1)
    yield db
    db.close()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    ended = command.run(capsys, "case", *words)
    return ended.code, ended.out + ended.err


def test_a_case_is_worked_on_from_the_command_line(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (("list",), "C-1"),
        (("take", "1", "--by", "M-1", "--until", TOMORROW), "Case 1 is yours."),
        (("statement", "1", "Il contratto dice quarzo.", "--by", "M-1"), "Case 1 has your version."),
        (("snooze", "1", "Torna domani.", "--by", "M-1", "--until", TOMORROW), "Case 1 rests."),
        (
            ("re-promise", "1", "Domani.", "--by", "M-1", "--due", TOMORROW, "--reason", "overload"),
            "has a new time",
        ),
        (("hand-over", "1", "Sono via.", "--by", "M-1", "--to", "D-1"), "Case 1 is with D-1."),
        (("raise", "SO-1", "Anche la posa.", "--by", "S-1"), "Case 1 has it."),
        (
            ("raise", "c-1@posta.example", "E il ritardo.", "--by", "S-1", "--matter", "delay"),
            "Case 1 has it.",
        ),
        (("link", "--for", "S-1"), "S-1 gets the link by mail"),
        (("help", "C-1", "Che cosa posso offrire?", "--by", "S-1"), "M-1 is asked to help."),
        (
            (
                "contract-end",
                "1",
                "Ci ha ripensato.",
                "--by",
                "M-1",
                "--order",
                "SO-1",
                "--kind",
                "withdrawal",
                "--cause",
                "changed-mind",
            ),
            "Case 1 has a withdrawal of SO-1.",
        ),
        (
            (
                "outcome",
                "1",
                "Sostituiamo il piano.",
                "--by",
                "D-1",
                "--outcome",
                "agreed",
                "--until",
                TOMORROW,
                "--who",
                "S-1",
            ),
            "Case 1 is closed: agreed.",
        ),
        (("list",), "No case is open."),
    ):
        code, text = run(capsys, *words)
        assert (code, said in text) == (0, True), (words, text)
    code, text = run(capsys, "show", "1")
    for words_ in (
        "piano in quarzo",
        "È sbagliato.",
        "Il contratto dice quarzo.",
        "Withdrawal declared: A change of mind · SO-1",
        "Closed: Agreed",
    ):
        assert words_ in text, words_
    with db.read() as session:
        assert session.scalars(select(Statement.author).order_by(Statement.id)).all() == [
            "C-1",
            "M-1",
            "S-1",
            "S-1",
            "D-1",
        ]
        assert session.scalars(select(ContractEnd.kind)).all() == ["withdrawal"]
        assert "help" in session.scalars(select(Commitment.kind)).all()


def test_nonsense_is_refused_in_one_line_and_changes_nothing(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, fix in (
        (("show", "9"), "there is no case 9"),
        (("take", "9", "--by", "M-1"), "there is no case 9"),
        (("take", "1", "--by", "X-1"), "nobody here has the reference X-1"),
        (("take", "1", "--by", "M-1", "--until", "soon"), "'soon' is no time; write it like"),
        (("take", "1", "--by", "S-1"), "is for after-sale and managers"),
        (("statement", "1", " ", "--by", "M-1"), "say in a few words"),
        (("outcome", "1", "una parola", "--by", "M-1", "--outcome", "fine"), "outcome: choose from solved"),
        (
            ("re-promise", "1", "x", "--by", "M-1", "--due", TOMORROW, "--reason", "boh"),
            "reason: this is not on the",
        ),
        (
            ("re-promise", "1", "x", "--by", "M-1", "--due", "2020-01-01", "--reason", "overload"),
            "lies ahead",
        ),
        (("snooze", "1", "x", "--by", "S-1", "--until", TOMORROW), "is for after-sale and managers"),
        (("hand-over", "1", "x", "--by", "M-1", "--to", "S-1"), "S-1 sells"),
        (("link", "--for", "X-1"), "for: nobody here has the reference X-1"),
        (
            ("raise", "SO-9", "x", "--by", "S-1"),
            "no order, no invoice and no customer has the reference 'SO-9'",
        ),
    ):
        code, text = run(capsys, *words)
        assert (code, fix in text, text.count("\n")) == (1, True, 1), (words, text)
    with db.read() as session:
        case = session.scalars(select(Case)).one()
        assert (case.taken_at, case.closed_at) == (None, None)
        assert len(session.scalars(select(Statement)).all()) == 1
