"""What a person starts for one customer: follow up now, hold, release, plan anew."""

from collections.abc import Sequence
from datetime import datetime

from prefect import State
from prefect.artifacts import acreate_markdown_artifact
from prefect.states import Failed

from flows.as_of import moment
from flows.batches import Batches
from flows.forms import REFUSALS, form, with_words
from flows.naming import Reference, Words
from flows.redact import take_out
from flows.runs import CANNOT_RUN, ended, leave, refused, services, stopped
from flows.sweeping import sweep
from models.rules.calendar.reach import instant
from tasks.cases import holds as by_hand
from tasks.importing import stops
from tasks.mails.control_words import ControlWords
from tasks.sending import shown
from tasks.sending.send_now import bring_forward
from tasks.sending.sweep import SweepStoppedError, customer_ids
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services

WAITS = "follow-up-customer-waits"
"""Key of the list that a rehearsal leaves."""


@form(
    "follow-up-customer",
    "Sends particular customers what is due to them. A later time only shows; `send-now` brings one contact forward.",
)
async def follow_up_customer(
    customers: list[Reference],
    by: Reference,
    reason: Words,
    kinds: list[str] = [],  # noqa: B006 (Prefect's form shows the default, and nothing changes it)
    dry_run: bool = True,
    as_of: datetime | None = None,
) -> State[None]:
    """Send what is due to these customers.

    Args:
        customers: References of customers, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why you do this; it is moved to the history.
        kinds: Only these kinds. Empty: everything that is due.
        dry_run: Write and send nothing; say what would be done. Switch it off to send.
        as_of: What is due by this time; a later time only shows what would be due. None: now.
    """
    report, lines = Report(), list[str]()
    try:
        await take_out("reason")
        if not customers:
            raise ValueError("name at least one customer; nothing was done")
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=dry_run)
            ids, who = customer_ids(opened, customers), by_hand.staff_ref(opened, by)
            for name in by_hand.sweeps_of(opened.policy, kinds):
                scope = Scope(name, now, ids, frozenset(kinds))
                report += await sweep(opened, scope, dry_run=dry_run, batch=Batches(name))
            if dry_run:
                with opened.db.read() as session:
                    lines = shown.waits(session, opened.policy, tuple(ids), kinds, report, now)
            else:
                by_hand.note_follow_up(opened, ids, who, reason, report.sentence())
    except SweepStoppedError as error:
        return await stopped("follow-up-customer", error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except REFUSALS as error:
        return refused(error)
    await leave("follow-up-customer", report, dry_run=dry_run)
    return await would(report, lines) if dry_run else ended(report)


async def would(report: Report, lines: Sequence[str]) -> State[None]:
    """The final state of a rehearsal: which contact of which order would go, and which waits until when."""
    state = ended(report, dry_run=True)
    if lines:
        said = "Which contact would go, and which waits for what."
        await acreate_markdown_artifact("\n".join(f"- {line}" for line in lines), key=WAITS, description=said)
        state.message = f"{state.message}; {shown.in_short(lines)}"
    return state


@form(
    "hold-follow-ups",
    (
        "Writes nothing to a customer for a while. What falls due meanwhile waits; its newest step goes out after."
    ),
)
async def hold_follow_ups(customer: Reference, by: Reference, reason: Words, until: datetime) -> State[None]:
    """Hold everything that is written to a customer. Alarms and cases of managers go on.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why; it is moved to the history.
        until: When the hold ends by itself, 90 days from now at most.
    """

    def hold(opened: Services) -> str:
        (customer_id,) = customer_ids(opened, [customer])
        by_hand.hold_customer(opened, customer_id, by_hand.staff_ref(opened, by), reason, until)
        return f"{customer} is held until {ControlWords.of(opened.policy).at(instant(until))}"

    return await with_words(hold)


@form(
    "release-follow-ups",
    "Ends the holds of a customer, and of the customer's orders, at once. The next sweeps go on.",
)
async def release_follow_ups(customer: Reference, by: Reference, reason: Words) -> State[None]:
    """End every hold of a customer.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why; it is moved to the history.
    """

    def release(opened: Services) -> str:
        (customer_id,) = customer_ids(opened, [customer])
        holds, freed = by_hand.release_customer(opened, customer_id, by_hand.staff_ref(opened, by), reason)
        return f"{holds} holds of {customer} ended; {freed} contacts go on"

    return await with_words(release)


@form(
    "stop-delay-alert",
    (
        "Does not tell a customer of the delay of one order for a while. Telling is the rule; not telling takes "
        "a name and a reason."
    ),
)
async def stop_delay_alert(order: Reference, by: Reference, reason: Words, until: datetime) -> State[None]:
    """Stop the delay alerts of one order.

    Args:
        order: Reference of the order, such as CB-24626.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why the customer is not to be told; it is moved to the history.
        until: When telling goes on by itself, 30 days from now at most.
    """

    def stop(opened: Services) -> str:
        by_hand.stop_delay_alerts(opened, order, by_hand.staff_ref(opened, by), reason, until)
        return f"no delay alerts for {order} until {ControlWords.of(opened.policy).at(instant(until))}"

    return await with_words(stop)


@form(
    "re-plan",
    "Derives anew, from facts and policy, what is owed to particular customers. What was sent stays sent.",
)
async def re_plan(customers: list[Reference], by: Reference, reason: Words) -> State[None]:
    """Plan these customers' orders and invoices anew.

    Args:
        customers: References of customers, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why; it is moved to the history.
    """

    def plan(opened: Services) -> str:
        if not customers:
            raise ValueError("name at least one customer; nothing was done")
        ids = customer_ids(opened, customers)
        count = by_hand.plan_again(opened, ids, by_hand.staff_ref(opened, by), reason)
        return f"{count} orders and invoices planned anew"

    return await with_words(plan)


@form(
    "let-import-through",
    "Has the next import write what waits of one, since it was more of its kind than an ordinary day brings.",
)
async def let_import_through(number: int, by: Reference) -> State[None]:
    """Let what waits of an import through.

    Args:
        number: Number of what waits, as the notice and `seguito imports list` name it.
        by: Your own reference, such as S-03; it stays in the history.
    """

    def let(opened: Services) -> str:
        with opened.db.write() as session:
            stop = stops.let_through(session, number, by, opened.clock.now())
            return f"{stop.count} {stop.about} {stop.kind} come in with the next import"

    return await with_words(let)


@form(
    "send-now",
    "Sends one contact of one order or invoice now, on today's facts. Holds stay, and quiet hours unless you say so.",
)
async def send_now(
    kind: Reference, about: Reference, by: Reference, reason: Words, step: str = "", at_any_hour: bool = False
) -> State[None]:
    """Bring one contact forward.

    Args:
        kind: Kind of the contact, such as welcome-contact.
        about: Reference of the order or invoice, such as CB-24626.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why it is sent now; it is moved to the history.
        step: The step of the cadence; the next one that waits when empty.
        at_any_hour: Whether it goes outside the customers' hours too.
    """
    report = Report()
    try:
        await take_out("reason")
        async with services() as opened:
            who, now = by_hand.staff_ref(opened, by), opened.clock.now()
            one = bring_forward(opened, kind, about, who, reason, step=step, now=now)
            customers, kinds = frozenset({one.customer_id}), frozenset({one.kind})
            scope = Scope(one.sweep, now, customers, kinds, at_any_hour=at_any_hour)
            report = await sweep(opened, scope, batch=Batches(one.sweep))
    except SweepStoppedError as error:
        return await stopped("send-now", error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except REFUSALS as error:
        return refused(error)
    await leave("send-now", report, dry_run=False)
    return ended(report, dry_run=False)
