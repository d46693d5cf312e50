"""Today's call list, as the control room shows it: references, reasons and hours."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.queries import calling
from models.rules.calling import ranked
from tasks.services import Services


def call_list(services: Services) -> list[dict[str, Any]]:
    """Rows in the order of calling; hours are those of the company."""
    zone = ZoneInfo(services.policy.company.timezone)
    with services.db.read() as session:
        calls = ranked(calling.open_cases(session) + calling.commitments(session))
    today = services.clock.now().astimezone(zone).date()
    return [
        {
            "place": place, "customer": call.customer, "case": call.case or "", "why": ", ".join(call.why),
            "for": call.owner or "nobody", "promised by": _hour(call.due_at, zone),
            "waits since": _hour(call.since, zone),
            "days": (today - call.since.astimezone(zone).date()).days, "taken on": "yes" if call.taken else "",
        }
        for place, call in enumerate(calls, start=1)
    ]  # fmt: skip


def _hour(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
