"""Forms for addresses: nothing is sent to one any more, or again."""

from typing import Literal

from prefect import State

from flows.forms import form, with_words
from flows.naming import Reference, Words
from tasks.sending import suppressions

Which = Literal["main", "billing"]


@form(
    "suppress-address",
    "Sends nothing to an address of a customer any more, until somebody lifts it. Other addresses and the phone go on.",
)
async def suppress_address(
    customer: Reference, by: Reference, reason: Words, address: Which = "main"
) -> State[None]:
    """Suppress an address.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why; it is moved to the history.
        address: Which of the customer's addresses.
    """
    return await with_words(
        lambda opened: suppressions.suppress_by_hand(opened, customer, address, reason, by)
    )


@form(
    "lift-suppression",
    "Sends to an address of a customer again that was suppressed. `seguito address list` says why it was.",
)
async def lift_suppression(
    customer: Reference, by: Reference, reason: Words, address: Which = "main"
) -> State[None]:
    """Lift a suppression.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-10; it stays in the history.
        reason: Why; it is moved to the history.
        address: Which of the customer's addresses.
    """
    return await with_words(lambda opened: suppressions.lift_by_hand(opened, customer, address, reason, by))
