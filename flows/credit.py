"""What a manager decides about credit recovery, by form: sign, hand over, let an invoice go on."""

from datetime import datetime

from prefect import State

from flows.forms import form, with_words
from flows.naming import Reference, Words
from tasks.credit_recovery import by_reference
from tasks.services import Services


@form(
    "sign-warning",
    (
        "Puts a manager's name under the formal warning that waits for a customer. The link in the manager's mail "
        "shows the letter as it will go."
    ),
)
async def sign_warning(customer: Reference, by: Reference, reason: Words) -> State[None]:
    """Sign a warning.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-03; it stands under the letter and in the history.
        reason: That you have read the letter, or whatever you want to keep about it; it is moved to the history.
    """

    def sign(opened: Services) -> str:
        refs = by_reference.sign(opened, customer, by, "form", reason)
        return f"signed for {customer}: {', '.join(refs)}; it goes on its day"

    return await with_words(sign)


@form(
    "hand-over-to-recovery",
    "Hands invoices that wait for this decision over to credit recovery; they leave the ladder.",
)
async def hand_over_to_recovery(customer: Reference, by: Reference, reason: Words) -> State[None]:
    """Hand over to credit recovery.

    Args:
        customer: Reference of the customer, such as C-338.
        by: Your own reference, such as S-03; it stays in the history.
        reason: Why; it is moved to the history.
    """

    def hand_over(opened: Services) -> str:
        refs = by_reference.hand_over(opened, customer, by, reason)
        return f"handed over for {customer}: {', '.join(refs)}"

    return await with_words(hand_over)


@form(
    "take-invoice-back",
    (
        "Takes an invoice back from credit recovery. It stands on the ladder again, and a manager is asked anew "
        "whether to hand it over; put that off where something was agreed on."
    ),
)
async def take_invoice_back(invoice: Reference, by: Reference, reason: Words) -> State[None]:
    """Take an invoice back.

    Args:
        invoice: Reference of the invoice.
        by: Your own reference, such as S-03; it stays in the history.
        reason: Why; it is moved to the history.
    """

    def take_back(opened: Services) -> str:
        by_reference.take_back(opened, invoice, by, reason)
        return f"{invoice} is taken back"

    return await with_words(take_back)


@form(
    "let-invoice-go-on",
    (
        "Lets one invoice go on although something else is open at its customer. What is about the invoice itself "
        "holds it all the same, and so does whatever comes up later."
    ),
)
async def let_invoice_go_on(invoice: Reference, by: Reference, reason: Words, until: datetime) -> State[None]:
    """Let one invoice go on.

    Args:
        invoice: Reference of the invoice.
        by: Your own reference, such as S-03; it stays in the history.
        reason: Why; it is moved to the history.
        until: Until when, 90 days from now at most.
    """

    def let_on(opened: Services) -> str:
        by_reference.let_on(opened, invoice, by, reason, until)
        return f"{invoice} goes on until {until:%Y-%m-%d}"

    return await with_words(let_on)
