"""The commands for a customer who asks for a copy of everything, or to be forgotten."""

import asyncio
import os
from pathlib import Path

from deployments.cli_report import writable
from tasks.privacy import rights
from tasks.privacy.retention import due, expire
from tasks.runtime.settings import Settings
from tasks.services import open_services

_MOST_SHOWN = 50


def export(customer: str, *, out: Path) -> int:
    """Write all that is kept of a customer, for the customer to read.

    Args:
        customer: Reference of the customer.
        out: The file; readable by you alone.
    """
    goes_to = writable("--out", out)

    async def go() -> str:
        async with open_services(Settings()) as services:
            return rights.export(services, customer)

    text = asyncio.run(go())
    with open(goes_to, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text + "\n")
    print(f"{goes_to} is written.")
    return 0


def erase(customer: str, *, by: str) -> int:
    """Take a customer out of database and files, for good; figures stay without the person.

    Refused while an invoice, a case, a withdrawal or a promise is open. A source that brings the customer again changes
    nothing.

    Args:
        customer: Reference of the customer.
        by: Your own reference; it stays in the history.
    """
    settings = Settings()

    async def go() -> str:
        async with open_services(settings) as services:
            return rights.erase(services, settings, customer, by)

    print(asyncio.run(go()))
    return 0


def retention(*, by: str | None = None) -> int:
    """Show which customers are due to be erased after the time of the policy (`[retention]`), or erase all of them.

    Args:
        by: Your own reference, such as S-03: erase them. Left out, nothing is done.
    """
    settings = Settings()

    async def go() -> str:
        async with open_services(settings) as services:
            if by is not None:
                return expire(services, settings, by).sentence
            refs = due(services)
            if not services.policy.retention.customers_after_months:
                return "Nobody: [retention] customers_after_months is 0, so customers are kept."
            shown = ", ".join(refs[:_MOST_SHOWN]) + (", …" if len(refs) > _MOST_SHOWN else "")
            return f"{len(refs)} customers are due to be erased{': ' if refs else ''}{shown}."

    print(asyncio.run(go()))
    return 0
