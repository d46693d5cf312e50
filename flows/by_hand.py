"""What a person starts for one customer."""

from datetime import datetime

from prefect import State, flow
from prefect.states import Failed

from flows.moments import moment
from flows.running import said, services
from flows.sweeping import sweep
from models.policy import PolicyError
from tasks.by_hand import note_reason, sweeps_of
from tasks.report import Report, Scope
from tasks.sweeping import SweepStoppedError, UnknownCustomersError, customer_ids


@flow(
    name="follow-up-customer",
    description="Follow up particular customers now: what is due to them, or due by a later time that you name.",
    flow_run_name="follow-up-customer {customers} (by hand)",
    persist_result=False,
)
async def follow_up_customer(
    customers: list[str],
    reason: str,
    kinds: list[str] = [],  # noqa: B006 (Prefect's form shows the default, and nothing changes it)
    dry_run: bool = True,
    as_of: datetime | None = None,
) -> State[None]:
    """Send what is due to these customers.

    Args:
        customers: References of customers, such as C-0042.
        reason: Why you do this; it stays in the history.
        kinds: Kinds of follow-up, such as welcome-contact; empty means all.
        dry_run: Write and send nothing; say what would be done.
        as_of: What is due at this time; a later time brings contacts forward. Empty means now.
    """
    try:
        if not customers or not reason.strip():
            raise ValueError("name at least one customer, and say why")
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=True)
            ids = customer_ids(opened, customers)
            report = Report()
            for name in sweeps_of(opened.policy, kinds):
                report += await sweep(opened, Scope(name, now, ids, frozenset(kinds)), dry_run=dry_run)
            if not dry_run:
                note_reason(opened, ids, reason, report.sentence())
    except (SweepStoppedError, UnknownCustomersError, PolicyError, ValueError) as error:
        return Failed(message=str(error))
    return said(f"dry run: {report.sentence()}" if dry_run else report.sentence())
