"""The four sweeps that write to customers, each a flow with a schedule."""

from datetime import datetime
from typing import Any

from prefect import Flow, State

from flows.naming import Reference
from flows.outcomes import named_flow
from flows.runs import MOST_SECONDS, run_sweep


def _sweep_flow(name: str, description: str) -> Flow[..., Any]:
    @named_flow(
        name,
        description,
        timeout_seconds=MOST_SECONDS,
    )
    async def run(
        customers: list[Reference] = [],  # noqa: B006 (Prefect's form shows the default, and nothing changes it)
        as_of: datetime | None = None,
        dry_run: bool = False,
    ) -> State[None]:
        """Send what is due.

        Args:
            customers: Only these customers, by their references, such as C-338. Empty: everyone.
            as_of: Judge what is due at this time instead of now. A later time is for dry runs.
            dry_run: Write and send nothing; say what would be done.
        """
        return await run_sweep(name, customers, as_of, dry_run=dry_run)

    return run


welcome_contact = _sweep_flow(
    "welcome-contact",
    "Confirmations and welcomes to those who bought; alarms where a date or a welcome is missing.",
)
satisfaction_check = _sweep_flow(
    "satisfaction-check",
    "Asks everyone how it went, at several ages of the purchase; holds off during a complaint.",
)
delay_alert = _sweep_flow(
    "delay-alert", "Tells customers by itself that the promised day has passed, or that it was moved."
)
credit_recovery = _sweep_flow(
    "credit-recovery",
    "Payment notices, reminders and warnings: one letter a customer, held during a dispute or complaint.",
)
