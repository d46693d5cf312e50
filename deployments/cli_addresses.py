"""The commands `seguito address …` and `seguito doubts …`: addresses that nothing is sent to, and mails in doubt."""

import asyncio
from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo

from cyclopts import App

from tasks.runtime.settings import Settings
from tasks.sending import asked, suppressions
from tasks.services import Services, open_services

addresses = App(name="address", help="Addresses that nothing is sent to, and why.")
doubts = App(name="doubts", help="Mails of which nobody knows whether they arrived: one list.")

_Found = TypeVar("_Found")


@addresses.command(name="list")
def list_() -> int:
    """List what is suppressed: customer, channel, since when, by whom and why; no addresses."""

    def lines(services: Services) -> list[str]:
        zone = ZoneInfo(services.policy.company.timezone)
        return [
            f"{ref or '-':<12} {one.channel:<6} since {one.at.astimezone(zone):%Y-%m-%d %H:%M} by {one.by}: {one.why}"
            for one, ref in suppressions.standing(services)
        ]

    print("\n".join(_run(lines)) or "No address is suppressed.")
    return 0


@addresses.command
def suppress(customer: str, *, by: str, reason: str, address: str = "main") -> int:
    """Send nothing to an address of a customer any more.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why.
        address: main, billing or certified.
    """
    print(_run(lambda services: suppressions.suppress_by_hand(services, customer, address, reason, by)) + ".")
    return 0


@addresses.command
def lift(customer: str, *, by: str, reason: str, address: str = "main") -> int:
    """Send to an address of a customer again.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why.
        address: main, billing or certified.
    """
    print(_run(lambda services: suppressions.lift_by_hand(services, customer, address, reason, by)) + ".")
    return 0


@doubts.command(name="list")
def list_doubts() -> int:
    """List the mails in doubt: key, kind, customer and when; no addresses."""

    def lines(services: Services) -> list[str]:
        zone = ZoneInfo(services.policy.company.timezone)
        return [
            f"{one.key:<12} {one.kind:<20} {one.customer or '-':<12} {one.at.astimezone(zone):%Y-%m-%d %H:%M}"
            for one in asked.standing(services)
        ]

    print("\n".join(_run(lines)) or "No mail is in doubt.")
    return 0


@doubts.command
def settle(*keys: str, by: str, arrived: bool) -> int:
    """Say whether mails in doubt arrived: --arrived or --no-arrived.

    Args:
        keys: Keys from the list; every mail in doubt when none is given.
        by: Your own reference, such as S-10; it stays in the history.
        arrived: They count as sent; otherwise they are due again.
    """
    number = _run(lambda services: asked.settle(services, keys, by, arrived=arrived))
    print(f"{number} mails {'count as sent' if arrived else 'are due again'}.")
    return 0


def _run(work: Callable[[Services], _Found]) -> _Found:
    async def main() -> _Found:
        async with open_services(Settings()) as services:
            return work(services)

    return asyncio.run(main())
