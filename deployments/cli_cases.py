"""The commands `seguito case …`: what one of our people does about a case, without page and mail."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter

from models.words import EndCause, EndKind, Matter
from tasks.cases import actions, by_reference
from tasks.cases.by_reference import Did
from tasks.cases.dossier_markdown import as_markdown
from tasks.commitments.agreements import Agreement
from tasks.commitments.typed_time import typed_time
from tasks.runtime.settings import Settings
from tasks.services import Services, open_services

cases = App(name="case", help="Cases: who waits to be heard, and what was done about it.")

_Found = TypeVar("_Found")


@cases.command(name="list")
def list_() -> int:
    """List the open cases, the most urgent first: references, no names."""
    waiting, zone = _run(lambda services: (by_reference.open_cases(services), by_reference.zone(services)))
    for one in waiting:
        since, owner = f"{one.since.astimezone(zone):%Y-%m-%d %H:%M}", one.owner or "nobody"
        taken = "taken" if one.taken else "free"
        print(f"{one.number:>6}  {one.customer:<12} since {since}  {owner:<8} {taken:<6} {one.why}")
    if not waiting:
        print("No case is open.")
    return 0


@cases.command
def show(case: int) -> int:
    """Show a case: what was promised, both versions, what is owed with its clock, and what happened, in order.

    Args:
        case: Number of the case.
    """

    def text(services: Services) -> str:
        found, staff = by_reference.read(services, case)
        return as_markdown(found, staff, by_reference.zone(services), words=True)

    print(_run(text))
    return 0


@cases.command
def take(case: int, *, by: str, until: str = "") -> int:
    """Take a case on: it is yours until a time, and goes up when that has passed without an outcome.

    Args:
        case: Number of the case.
        by: Your own reference, such as S-03.
        until: Until when (`2026-03-18 15:00`, on the company's clock); as long as the policy allows when not given.
    """
    return _act(
        case, by, lambda zone: lambda acting: actions.take(acting, typed_time(until, zone)), "is yours"
    )


@cases.command
def statement(case: int, text: str, *, by: str) -> int:
    """Add your version to a case; nobody can change it.

    Args:
        case: Number of the case.
        text: What happened, as you see it.
        by: Your own reference.
    """
    return _act(case, by, lambda _: lambda acting: actions.state(acting, text), "has your version")


@cases.command
def outcome(
    case: int,
    text: str,
    *,
    by: str,
    outcome: str,
    heard: str = "",
    spoke_with: str = "",
    spoke_at: str = "",
    until: str = "",
    who: str = "",
    what: str = "",
    reason: str = "",
) -> int:
    """Close a case with what happened.

    Args:
        case: Number of the case.
        text: What happened, in a few words.
        by: Your own reference.
        outcome: solved, agreed, appointment-set, new-day, only-listened or not-reached.
        heard: What the customer said in a conversation, where nothing is in writing.
        spoke_with: With whom you spoke; the customer, where nothing is said.
        spoke_at: When you spoke (`2026-03-18 10:20`, on the company's clock); just now, where nothing is said.
        until: By when what was agreed on is done, when the appointment begins, or the new day (`2026-03-20 18:00`).
        who: Reference of who does it, or comes; you, where nobody is named.
        what: What was agreed on, where the text does not say it.
        reason: Why a promised day gives way to the new one: a code of `[ledger] reasons`.
    """
    return _act(
        case,
        by,
        lambda zone: (
            lambda acting: actions.close(
                acting,
                outcome,
                text,
                heard,
                spoke_with,
                typed_time(spoke_at, zone, "need-spoke"),
                Agreement(typed_time(until, zone, "need-next-at"), who, what),
                reason,
            )
        ),
        "stays open: the call is tried again" if outcome == "not-reached" else f"is closed: {outcome}",
    )


@cases.command(name="re-promise")
def re_promise(case: int, text: str, *, by: str, due: str, reason: str) -> int:
    """Agree on another time for the call; the first one stays on record.

    Args:
        case: Number of the case.
        text: What the customer was told.
        by: Your own reference.
        due: The new time (`2026-03-18 15:00`, on the company's clock).
        reason: A code of `[ledger] reasons` in the policy, such as customer-asked.
    """
    return _act(
        case,
        by,
        lambda zone: (
            lambda acting: actions.promise_anew(acting, typed_time(due, zone, "need-due"), reason, text)
        ),
        "has a new time",
    )


@cases.command
def snooze(case: int, text: str, *, by: str, until: str) -> int:
    """Let a case rest until a time; a question or complaint of the customer wakes it.

    Args:
        case: Number of the case.
        text: Why it can wait.
        by: Your own reference.
        until: Until when (`2026-03-18 15:00`, on the company's clock).
    """
    return _act(
        case, by, lambda zone: lambda acting: actions.snooze(acting, typed_time(until, zone), text), "rests"
    )


@cases.command(name="hand-over")
def hand_over(case: int, text: str, *, by: str, to: str) -> int:
    """Give a case to a colleague, who is told at once.

    Args:
        case: Number of the case.
        text: Why.
        by: Your own reference.
        to: Reference of the colleague.
    """
    return _act(case, by, lambda _: lambda acting: actions.hand_over(acting, to, text), f"is with {to}")


@cases.command(name="contract-end")
def contract_end(
    case: int, text: str, *, by: str, order: str, kind: EndKind, cause: EndCause, day: str = ""
) -> int:
    """Record that the customer withdraws (recesso) or terminates (disdetta).

    Args:
        case: Number of the customer's case.
        text: Why, as the customer put it.
        by: Your own reference.
        order: Reference of the order.
        kind: withdrawal or termination; two rights, counted apart.
        cause: What it was about.
        day: On which day the customer said so (`2026-03-18`); today when not given.
    """
    return _act(
        case,
        by,
        lambda _: lambda acting: actions.end_contract(acting, order, kind, cause, text, day),
        f"has a {kind} of {order}",
    )


@cases.command(name="raise")
def raise_(about: str, text: str, *, by: str, matter: Matter = Matter.OTHER) -> int:
    """Bring a customer's matter up: a manager hears of it at once.

    Args:
        about: Reference of the order, the invoice or the customer, or the customer's e-mail address.
        text: What is wrong; it stands in the case as your version.
        by: Your own reference.
        matter: What it is about.
    """
    print(
        f"Case {_run(lambda services: by_reference.raise_matter(services, about, by, text, matter))} has it."
    )
    return 0


@cases.command
def link(*, for_: Annotated[str, Parameter(name="--for")]) -> int:
    """Mail a colleague the link of his or her own page, where any customer's matter can be raised.

    Args:
        for_: Reference of the colleague, such as S-04.
    """
    _run(lambda services: by_reference.send_own_page(services, for_))
    print(f"{for_} gets the link by mail, with the next run of escalate-unanswered.")
    return 0


@cases.command(name="help")
def help_(about: str, text: str, *, by: str) -> int:
    """Ask for help with a customer's matter; the request has a clock of its own.

    Args:
        about: Reference of the order or the customer.
        text: What would help.
        by: Your own reference.
    """
    print(f"{_run(lambda services: by_reference.ask_for_help(services, about, by, text))} is asked to help.")
    return 0


@cases.command
def appointment(about: str, at: str, text: str, *, by: str, who: str = "") -> int:
    """Write down an appointment that was agreed on; it is a promise, with its own clock.

    Args:
        about: Reference of the order or the customer.
        at: When it begins, such as 2026-03-20T15:00; without an offset, in the company's time.
        text: What it is for.
        by: Your own reference.
        who: Reference of whoever comes, and owes it; whoever sees to the order, where nobody is named.
    """
    owner = _run(
        lambda services: by_reference.set_appointment(
            services, about, by, typed_time(at, by_reference.zone(services), "need-at"), text, who
        )
    )
    print(f"{owner} has it.")
    return 0


def _act(case: int, by: str, do: Callable[[ZoneInfo], Did], then: str) -> int:
    _run(lambda services: by_reference.act(services, case, by, do(by_reference.zone(services))))
    print(f"Case {case} {then}.")
    return 0


def _run(work: Callable[[Services], _Found]) -> _Found:
    async def go() -> _Found:
        async with open_services(Settings()) as services:
            return work(services)

    return asyncio.run(go())
