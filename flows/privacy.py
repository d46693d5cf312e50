"""A customer asks for a copy of everything, or to be forgotten; by form, with references only. Old ones go by night."""

import os

from prefect import State
from prefect.states import Completed, Failed

from flows.blocks import settings
from flows.forms import form, with_words
from flows.naming import Reference
from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, said, services
from tasks.cases.holds import staff_ref
from tasks.privacy.retention import expire
from tasks.privacy.rights import erase, export
from tasks.services import Services


@form(
    "export-customer",
    "Writes all that is kept of a customer to a file in the state folder of the machine that runs this.",
)
async def export_customer(customer: Reference, by: Reference) -> State[None]:
    """Export a customer.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10.
    """
    known = await settings()

    def work(opened: Services) -> str:
        staff_ref(opened, by)
        folder = known.state_dir / "exports"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{customer.replace('/', '_')}.json"
        with open(
            path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)
        ) as file:
            file.write(export(opened, customer))
        return f"{customer} is written to exports/{path.name} in the state folder"

    return await with_words(work, ())


@form(
    "erase-customer",
    (
        "Takes a customer out of database and files; figures stay without the person. Refused while an invoice, a "
        "case, a withdrawal or a promise is open."
    ),
)
async def erase_customer(customer: Reference, by: Reference) -> State[None]:
    """Erase a customer, for good.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
    """
    known = await settings()

    def work(opened: Services) -> str:
        return erase(opened, known, customer, by)

    return await with_words(work, ())


@named_flow(
    "erase-expired",
    (
        "Erases customers of whom nothing was heard for the time of the policy ([retention]) and for whom nothing is "
        "open. More than the policy lets go in a night wait for a person."
    ),
)
async def erase_expired() -> State[None]:
    """Erase whoever has been kept long enough."""
    try:
        async with services() as opened:
            done = expire(opened, await settings())
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    return Completed(name="Waits", message=done.sentence) if done.waiting else said(done.sentence)
