"""What happened with a customer or an order, and what comes next: an artifact by reference."""

import re

from prefect import State
from prefect.artifacts import acreate_markdown_artifact
from prefect.states import Failed

from flows.artifacts import table
from flows.forms import REFUSALS, form
from flows.naming import Reference
from flows.runs import CANNOT_RUN, refused, said, services
from tasks.mails.control_words import ControlWords
from tasks.mails.links import desk
from tasks.runtime.settings import Settings
from tasks.sending import shown

_LONGEST = 60


@form(
    "show-customer",
    (
        "Puts on the Artifacts page what a customer was sent, what is next, what holds it and until when: by "
        "reference. Names and words stay on the desk."
    ),
)
async def show_customer(customer: Reference) -> State[None]:
    """Show a customer.

    Args:
        customer: Reference of the customer, such as C-338.
    """
    return await _show(customer, is_order=False)


@form(
    "show-order",
    (
        "Puts on the Artifacts page what went out about an order or invoice, what is next, what holds it and until "
        "when: by reference. Names and words stay on the desk."
    ),
)
async def show_order(order: Reference) -> State[None]:
    """Show an order or an invoice.

    Args:
        order: Reference of the order or invoice, such as CB-24626.
    """
    return await _show(order, is_order=True)


async def _show(ref: str, *, is_order: bool) -> State[None]:
    try:
        async with services() as opened:
            words, now = ControlWords.of(opened.policy), opened.clock.now()
            with opened.db.read() as session:
                known = shown.found(session, ref, order=is_order)
                rows = shown.rows(session, opened.policy, known)
                holds = list(shown.what_holds(session, opened.policy, known, now))
                sentence = shown.in_a_sentence(session, opened.policy, known)
                customer = known.customer.ref
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except REFUSALS as error:
        return refused(error)
    link = words.say("text.desk", url=desk(Settings().public_url, customer))
    page = "\n\n".join([*holds, table(rows, words.say("text.nothing")), link])
    place = key("order" if is_order else "customer", ref)
    await acreate_markdown_artifact(page, key=place, description=f"{ref}, by reference.")
    return said(sentence)


def key(what: str, ref: str) -> str:
    """The key of an artifact: Prefect takes small letters, figures and dashes."""
    return f"{what}-{re.sub(r'[^a-z0-9]+', '-', ref.lower()).strip('-')[:_LONGEST]}".rstrip("-")
