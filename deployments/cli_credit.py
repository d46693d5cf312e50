"""The commands about credit recovery: sign, hand over, put off, let go on, and the dossier as a document."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from cyclopts import App

from deployments.cli_report import writable
from models.languages import CODES
from models.rules.calendar.reach import OutOfReachError, written_day
from models.words import CommitmentKind
from tasks.credit_recovery import by_reference
from tasks.runtime.settings import Settings
from tasks.services import Services, open_services

_Found = TypeVar("_Found")

credit = App(name="credit", help="Credit recovery: what a manager signs and decides.")


@credit.command
def letter(customer: str, *, by: str) -> int:
    """Show the warning that waits for a signature, as it will go.

    Args:
        customer: Reference of the customer.
        by: Reference of the manager who would sign.
    """
    print(_run(lambda services: by_reference.letter(services, customer, by)))
    return 0


@credit.command
def sign(customer: str, *, by: str) -> int:
    """Sign the warning that waits for a customer; read it first with `seguito credit letter`.

    Args:
        customer: Reference of the customer.
        by: Reference of the manager.
    """
    refs = _run(lambda services: by_reference.sign(services, customer, by, "command"))
    print(f"{customer}: signed for {', '.join(refs)}; it goes on its day")
    return 0


@credit.command(name="print")
def print_letter(customer: str, *, out: Path) -> int:
    """Write the signed warning of a customer as a page to print and post.

    Args:
        customer: Reference of the customer.
        out: The file.
    """
    goes_to = writable("--out", out)
    html = _run(lambda services: by_reference.letter_to_post(services, customer))
    goes_to.write_text(html, encoding="utf-8")
    print(f"{out} is written.")
    return 0


@credit.command(name="hand-over")
def hand_over(customer: str, reason: str, *, by: str) -> int:
    """Hand the invoices that wait for it over to credit recovery; they leave the ladder.

    Args:
        customer: Reference of the customer.
        reason: Why.
        by: Reference of the manager.
    """
    refs = _run(lambda services: by_reference.hand_over(services, customer, by, reason))
    print(f"{customer}: handed over {', '.join(refs)}")
    return 0


@credit.command(name="take-back")
def take_back(invoice: str, reason: str, *, by: str) -> int:
    """Take an invoice back from credit recovery; it stands on the ladder again.

    Args:
        invoice: Reference of the invoice.
        reason: Why.
        by: Reference of the manager.
    """
    _run(lambda services: by_reference.take_back(services, invoice, by, reason))
    print(f"{invoice} is taken back; the decision is asked for anew")
    return 0


@credit.command(name="put-off")
def put_off(
    customer: str, reason: str, *, by: str, until: str, what: Literal["signature", "hand-over"]
) -> int:
    """Not now: nothing is asked for until then; the manager is asked again after it.

    Args:
        customer: Reference of the customer.
        reason: Why.
        by: Reference of the manager.
        until: The day, such as 2026-04-30; 90 days from now at most.
        what: Which decision is put off.
    """
    end = _instant(until)
    _run(lambda services: by_reference.put_off(services, customer, CommitmentKind(what), by, reason, end))
    print(f"{customer}: nothing is asked for until {until}")
    return 0


@credit.command(name="let-on")
def let_on(invoice: str, reason: str, *, by: str, until: str) -> int:
    """Let one invoice go on although something else is open at its customer.

    Args:
        invoice: Reference of the invoice.
        reason: Why.
        by: Reference of the manager.
        until: The day, such as 2026-04-30; 90 days from now at most.
    """
    end = _instant(until)
    _run(lambda services: by_reference.let_on(services, invoice, by, reason, end))
    print(f"{invoice} goes on")
    return 0


def dossier(
    *,
    out: Path,
    customer: str | None = None,
    invoice: str | None = None,
    as_of: str | None = None,
    language: str | None = None,
) -> int:
    """Write the dossier of a customer as one HTML page, to read, print and hand over.

    Args:
        out: The file.
        customer: Reference of the customer: every open invoice is reckoned up.
        invoice: Reference of an invoice: that one alone is reckoned up.
        as_of: The day that interest is reckoned to, such as 2026-03-31; today when not given.
        language: A code such as it, pl or en; the company's when not given.
    """
    if language is not None and language not in CODES:
        raise ValueError(f"--language {language!r} is not written here; choose from {', '.join(CODES)}")
    day = None if as_of is None else _instant(as_of, "--as-of").date()
    goes_to = writable("--out", out)
    html = _run(lambda services: by_reference.dossier(services, customer, invoice, day, language))
    goes_to.write_text(html, encoding="utf-8")
    print(f"{out} is written.")
    return 0


def _instant(text: str, option: str = "--until") -> datetime:
    try:
        day = written_day(text)
    except OutOfReachError as error:
        raise ValueError(f"{option} {error}") from None
    except ValueError:
        raise ValueError(f"{option} {text!r} is no day; write it like 2026-04-30") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _run(work: Callable[[Services], _Found]) -> _Found:
    async def go() -> _Found:
        async with open_services(Settings()) as services:
            return work(services)

    return asyncio.run(go())
