"""The commands of the first day: from trial to live."""

from typing import Literal

from models import policy as policies
from tasks.importing import going_live
from tasks.runtime.clock import SystemClock
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.runtime.trial import trial_of


def go_live(
    *,
    by: str | None = None,
    late: Literal["tell", "leave"] | None = None,
    unpaid: Literal["remind", "leave"] | None = None,
    complaints: Literal["call", "leave"] | None = None,
    strike_out: list[str] | None = None,
    reason: str = "",
) -> int:
    """Write to customers from now on. Without `--by` it shows what is open of the past, and what may be chosen.

    Args:
        by: Reference of who decides, such as S-03; with it, it is done.
        late: What becomes of orders that are late today; `tell` when not given.
        unpaid: What becomes of invoices that are overdue today; `remind` when not given.
        complaints: What becomes of complaints of the last three weeks; `call` when not given.
        strike_out: Reference of a late order whose customer is not told; once for each.
        reason: Why late orders are left or struck out; it stands with the name in the customers' stories.
    """
    settings, now = Settings(), SystemClock().now()
    policy = policies.load(settings.policy)
    db = open_database(settings)
    try:
        if by is None:
            with db.read() as session:
                print("\n".join(going_live.past(session, policy, now).lines()))
            state = (
                "on trial"
                if trial_of(db, policy, settings)
                else "with mails that stay on this machine, or live"
            )
            print(
                f"This installation is {state}. `seguito go-live --by REFERENCE` writes to customers from now on."
            )
            return 0
        choices: dict[str, str | None] = {"late": late, "unpaid": unpaid, "complaints": complaints}
        print(
            going_live.go_live(db, policy, settings, choices, by, now, struck=strike_out or (), reason=reason)
        )
    finally:
        db.close()
    return 0
