"""The flows as ops run them: through a real Prefect server, to a final state that says what was done."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from flows.by_hand import follow_up_customer, send_now
from flows.escalating import escalate_unanswered
from flows.importing import import_sales
from flows.outcomes import name_of
from flows.sweeps import welcome_contact
from models.policy import Policy
from models.tables import Customer, FollowUp, History, Message
from models.words import CaseReasonKind, Subject
from tasks.cases.open_case import open_case
from tasks.runtime.database import Database
from tests.integration.sending.faults import at
from tests.integration.sending.faulty_server import FaultyServer, running
from tests.ports import free_port
from tests.prefect_server import PrefectServer
from tests.shop import Sink, final

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server", "shop"),
    # Prefect leaves the sockets of its event clients to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


async def test_a_sweep_says_in_its_final_state_what_it_did(sink: tuple[Sink, int]) -> None:
    state = await final(welcome_contact)
    assert (state.type.value, state.message) == ("COMPLETED", "2 sent")
    state = await final(welcome_contact)
    assert (state.type.value, state.message) == ("COMPLETED", "nothing was due")
    assert sorted(sink[0].recipients) == ["c-1@posta.example", "c-2@posta.example"]


async def test_a_sweep_for_some_customers_leaves_the_others_alone(sink: tuple[Sink, int]) -> None:
    state = await final(welcome_contact, customers=["C-2"])
    assert state.message == "1 sent"
    assert sink[0].recipients == ["c-2@posta.example"]


async def test_nonsense_is_refused_before_anything_is_done(shop: Database) -> None:
    unknown = await final(welcome_contact, customers=["C-1", "C-77"])
    assert unknown.type.value == "FAILED"
    assert "C-77" in str(unknown.message)
    ahead = await final(welcome_contact, as_of=datetime.now(UTC) + timedelta(days=3))
    assert "lies ahead" in str(ahead.message)
    no_kind = await final(follow_up_customer, customers=["C-1"], by="A-1", reason="asked", kinds=["welcome"])
    assert "no such kind: welcome" in str(no_kind.message)
    nobody = await final(follow_up_customer, customers=["C-1"], by="A-9", reason="asked")
    assert "nobody here has the reference A-9" in str(nobody.message)
    assert {unknown.name, ahead.name, no_kind.name, nobody.name} == {"Refused"}
    with shop.read() as session:
        assert session.scalar(select(func.count(Message.id))) == 0


async def test_a_dry_run_writes_and_sends_nothing_and_says_what_it_would_do(
    shop: Database, sink: tuple[Sink, int]
) -> None:
    state = await final(welcome_contact, dry_run=True)
    assert state.message == "dry run: 2 to be sent"
    with shop.read() as session:
        assert session.scalar(select(func.count(FollowUp.id))) == 0
    assert sink[0].recipients == []


async def test_by_hand_a_later_time_only_shows_and_one_contact_is_brought_forward(
    shop: Database, sink: tuple[Sink, int]
) -> None:
    state = await final(
        follow_up_customer,
        customers=["C-1"],
        by="A-1",
        kinds=["welcome-contact"],
        reason="leaves for a month",
        as_of=datetime.now(UTC) + timedelta(days=8),
        dry_run=False,
    )
    assert "lies ahead" in str(state.message)
    assert sink[0].recipients == []
    state = await final(
        send_now, kind="welcome-contact", about="SO-C-1", by="A-1", reason="leaves for a month"
    )
    assert state.message == "1 sent"
    assert sink[0].recipients == ["c-1@posta.example"]
    with shop.read() as session:
        noted = session.scalars(select(History).where(History.event == "brought-forward")).one()
        waiting = session.scalars(
            select(FollowUp.state).where(FollowUp.subject_id == 1, FollowUp.kind != "welcome-contact")
        )
        assert set(waiting) == {"planned"}  # nothing else of the order is touched
    assert (noted.actor, noted.cause) == ("A-1", "leaves for a month")


async def test_a_mail_server_that_is_down_fails_the_run_with_the_cause_and_loses_nothing(
    sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = str(sink[1])
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(free_port()))
    state = await final(welcome_contact)
    assert state.type.value == "FAILED"
    assert "mail server" in str(state.message)
    monkeypatch.setenv("SEGUITO_SMTP_PORT", port)
    assert (await final(welcome_contact)).message == "2 sent"


async def test_a_mail_server_that_refuses_everybody_ends_the_run_in_a_state_of_its_own(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(FaultyServer(at("RCPT", "550 5.7.1 Unable to relay"))) as server:
        monkeypatch.setenv("SEGUITO_SMTP_PORT", str(server.port))
        state = await final(welcome_contact)
    assert (state.type.value, state.name) == ("FAILED", "MailServerRefuses")
    assert "5.7.1 Unable to relay" in str(state.message)
    with shop.read() as session:
        assert set(session.scalars(select(FollowUp.attempts))) == {0}


async def test_no_name_or_address_reaches_prefect(prefect_server: PrefectServer) -> None:
    await final(welcome_contact)
    await final(escalate_unanswered)
    runs = prefect_server.post("/flow_runs/filter", limit=200)
    tasks = prefect_server.post("/task_runs/filter", limit=200)
    logs = prefect_server.post("/logs/filter", limit=200)
    everything = repr((runs, tasks, logs))
    assert "Giulia" not in everything
    assert "@posta.example" not in everything


@pytest.mark.usefixtures("sink")
async def test_the_name_of_a_run_that_is_over_says_what_it_did(prefect_server: PrefectServer) -> None:
    await final(welcome_contact, dry_run=True)
    await final(welcome_contact)
    await final(welcome_contact)
    await final(escalate_unanswered)
    await final(import_sales)
    over = {"state": {"type": {"any_": ["COMPLETED"]}}}
    runs = prefect_server.post("/flow_runs/filter", flow_runs=over, limit=5, sort="START_TIME_DESC")
    names = [str(run["name"]) for run in runs]
    assert names[4:1:-1] == [
        "welcome-contact dry run: 2 to be sent",
        "welcome-contact: 2 sent",
        "welcome-contact: nothing was due",
    ]
    assert names[1].startswith("escalate-unanswered: ")
    assert names[0].startswith("import-sales")
    assert not any("@" in name for name in names)


def test_a_long_sentence_is_cut_in_the_name() -> None:
    name = name_of("delay-alert", ", ".join(["12 held: open-complaint"] * 20))
    assert len(name) <= 120
    assert name.endswith("…")


@pytest.mark.parametrize(
    ("answer", "said"),
    [("451 4.7.1 try again later", "to be tried again: 451"), ("550 5.1.1 no such user", "nobody reachable")],
)
async def test_an_escalation_that_could_not_tell_anybody_is_not_green(
    answer: str, said: str, shop: Database, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer complains, and the mail server takes no notice to our people: for now, or for good."""
    with shop.write() as session:
        customer = session.scalars(select(Customer)).first()
        assert customer is not None
        about = (Subject.CUSTOMER, customer.id)
        now = datetime.now(UTC)
        open_case(session, policy, customer.id, CaseReasonKind.CALL_ME, about, now=now, actor="page")
    with running(FaultyServer(at("RCPT", answer))) as server:
        monkeypatch.setenv("SEGUITO_SMTP_PORT", str(server.port))
        state = await final(escalate_unanswered)
    assert state.type.value == "FAILED", state.message
    assert state.name in {"PartlyFailed", "MailServerRefuses"}
    assert "notices" in str(state.message) or said in str(state.message)
    with shop.read() as session:
        told = session.scalars(select(FollowUp).where(FollowUp.kind == "case-notice")).all()
    assert all(row.sent_at is None for row in told)
