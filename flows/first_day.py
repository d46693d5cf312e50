"""The first day by form: look at a mail before anybody gets it, and write to customers from now on."""

from typing import Literal

from prefect import State
from prefect.states import Failed

from flows.blocks import settings
from flows.forms import REFUSALS, form
from flows.naming import Reference
from flows.redact import take_out
from flows.runs import CANNOT_RUN, refused, said
from tasks.importing import going_live
from tasks.runtime.settings import AccessError
from tasks.sending.mail_preview import mail_preview
from tasks.services import open_services


@form(
    "preview-message",
    "Mails you a message as a customer would get it now. Nothing is written, and its links lead nowhere.",
)
async def preview_message(kind: Reference, about: Reference, by: Reference) -> State[None]:
    """Look at a message.

    Args:
        kind: Kind of the contact, such as welcome-contact.
        about: Reference of the customer, the order or the invoice.
        by: Your own reference, such as S-10; it goes to your address on record.
    """
    try:
        access = await settings()
        async with open_services(access) as opened:
            now = opened.clock.now()
            return said(await mail_preview(opened, access.public_url, kind, about, by, now))
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except REFUSALS as error:
        return refused(error)


@form(
    "go-live",
    (
        "Writes to customers from now on. Before that everything is a trial. At first it only shows what the past "
        "left open; switch off *Only show* to do it."
    ),
)
async def go_live(
    by: Reference,
    late: Literal["tell", "leave"] = "tell",
    unpaid: Literal["remind", "leave"] = "remind",
    complaints: Literal["call", "leave"] = "call",
    strike_out: list[Reference] = [],  # noqa: B006 (Prefect's form shows the default, and nothing changes it)
    reason: str = "",
    only_show: bool = True,
) -> State[None]:
    """Go from trial to live.

    Args:
        by: Your own reference, such as S-03; it stays in the history.
        late: What becomes of orders that are late today: told once, or left alone.
        unpaid: What becomes of invoices that are overdue today: reminded from the first letter on, or left alone.
        complaints: What becomes of complaints of the last three weeks: a call each, or left alone.
        strike_out: References of late orders whose customers are not told.
        reason: Why late orders are left or struck out; it is moved to the customers' stories.
        only_show: Say what is open, and do nothing.
    """
    try:
        await take_out("reason")
        access = await settings()
        async with open_services(access) as opened:
            now = opened.clock.now()
            if only_show:
                with opened.db.read() as session:
                    shown = going_live.past(session, opened.policy, now).lines()
                    return said("\n".join(line for line in shown if not line.startswith(" ")))
            choices: dict[str, str | None] = {"late": late, "unpaid": unpaid, "complaints": complaints}
            db, policy = opened.db, opened.policy
            return said(
                going_live.go_live(db, policy, access, choices, by, now, struck=strike_out, reason=reason)
            )
    except AccessError as error:
        return refused(error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except REFUSALS as error:
        return refused(error)
