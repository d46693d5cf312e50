"""What we tell other systems through the event feed: counts and references, nobody's name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger

from tasks.reporting.outgoing_events import OutgoingEvent
from tasks.sending.sweep_report import Report

_SENT = "seguito.follow-up.sent"
_BOUNCED = "seguito.follow-up.bounced"


async def tell_sweep(sweep: str, report: Report) -> None:
    """How many went out and how many could not be delivered, once a sweep."""
    events = [
        _event(name, f"seguito.sweep.{sweep}", {"sweep": sweep, "count": sum(kinds.values()), "kinds": kinds})
        for name, kinds in ((_SENT, report.by_kind("sent")), (_BOUNCED, report.by_kind("failed")))
        if kinds
    ]
    await post(events)


async def tell_refusal(words: str) -> None:
    """The mail server refuses everybody's mail, in its own words (without addresses): told once, until it takes one."""
    await post([_event("seguito.mail-server.refuses", "seguito.mail-server", {"words": words})])


async def tell_news(news: Sequence[OutgoingEvent]) -> bool:
    """What happened to cases, one by one, and to answers in sum. Returns whether the server has it.

    The same news has the same id, and the server takes an id once: telling twice does no harm.
    """
    return await post(
        [
            {
                "id": str(item.id),
                "occurred": item.at.isoformat(),
                "event": item.event,
                "resource": {"prefect.resource.id": item.resource},
                "related": [
                    {"prefect.resource.id": f"seguito.{role}.{ref}", "prefect.resource.role": role}
                    for role, ref in item.related
                ],
                "payload": dict(item.payload),
            }
            for item in news
        ]
    )


async def post(events: Sequence[dict[str, Any]]) -> bool:
    """Hand events to the server; a feed that is away holds nobody's mail up."""
    if not events:
        return True
    async with get_client() as client:
        try:
            await client.request("POST", "/events", json=list(events))
        except httpx.HTTPError as error:
            get_run_logger().warning("%d events were not taken: %s", len(events), type(error).__name__)
            return False
    return True


def _event(name: str, resource: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": name,
        "resource": {"prefect.resource.id": resource},
        "payload": payload,
    }
