"""The commands that say why: what happens with a customer, an order or an invoice, and one contact sent now."""

import asyncio
from typing import Annotated

from cyclopts import Parameter

from deployments import settings_with_blocks
from flows.sweeping import sweep
from models import policy as policies
from tasks.runtime.clock import SystemClock
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.sending import explain as explaining
from tasks.sending.send_now import bring_forward
from tasks.sending.sweep_report import Scope
from tasks.services import open_services


def explain(ref: str | None = None, *, ended: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Say what was planned, sent, held and skipped, and why.

    Args:
        ref: Reference of a customer, an order or an invoice.
        ended: Instead, list the overdue invoices of which nothing can ever follow.
    """
    settings, now = Settings(), SystemClock().now()
    policy = policies.load(settings.policy)
    db = open_database(settings)
    try:
        with db.read() as session:
            if ended:
                lines = list(explaining.at_an_end(session, policy, now)) or [
                    "Of every overdue invoice something follows."
                ]
            elif ref is None:
                raise ValueError("give the reference of a customer, an order or an invoice, or --ended")
            else:
                lines = list(explaining.explain(session, policy, ref, now))
    finally:
        db.close()
    print("\n".join(lines))
    return 0


def send_now(
    kind: str,
    about: str,
    *,
    by: str,
    reason: str,
    step: str = "",
    at_any_hour: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Send one contact of one order or invoice now, on today's facts. Holds stay.

    Args:
        kind: Kind of the contact, such as welcome-contact.
        about: Reference of the order or invoice.
        by: Reference of who wants it.
        reason: Why; it stays in the history.
        step: The step of the cadence; the next one that waits when not given.
        at_any_hour: Outside the customers' hours too.
    """
    print(asyncio.run(_send_now(kind, about, by, reason, step, at_any_hour=at_any_hour)))
    return 0


async def _send_now(kind: str, about: str, by: str, reason: str, step: str, *, at_any_hour: bool) -> str:
    async with open_services(await settings_with_blocks.settings()) as services:
        now = services.clock.now()
        one = bring_forward(services, kind, about, by, reason, step=step, now=now)
        customers, kinds = frozenset({one.customer_id}), frozenset({one.kind})
        scope = Scope(one.sweep, now, customers, kinds, at_any_hour=at_any_hour)
        return (await sweep(services, scope)).sentence()
