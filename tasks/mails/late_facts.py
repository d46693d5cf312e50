"""What late payment costs by now, as the plain facts of a mail."""

from collections.abc import Sequence
from datetime import date

from models.policy import Policy
from models.rules.credit_recovery.late_costs import Reckoning, reckon
from models.tables import Customer, Invoice
from tasks.mails.letter import Demand, Interest


def reckoned(
    policy: Policy, customer: Customer, invoices: Sequence[Invoice], day: date
) -> Reckoning[Invoice]:
    """What these invoices cost a customer besides themselves, up to and with `day`."""
    terms = policy.credit.terms_for(customer.country, is_business=customer.is_business)
    debts = [(one, one.debt) for one in invoices]
    return reckon(terms, debts, day, is_business=customer.is_business)


def interest_of(found: Reckoning[Invoice]) -> Interest | None:
    """Interest with the day up to which it is reckoned; None where none is owed."""
    sums = tuple((currency, cents) for currency, cents in found.interest.items() if cents)
    if not sums and not found.has_unknown:
        return None
    return Interest(() if found.has_unknown else sums, found.reckoned_until, ends=found.stops_on is not None)


def demand_of(policy: Policy, customer: Customer, invoices: Sequence[Invoice], day: date) -> Demand:
    """What a formal warning of `day` asks for besides the invoices: of a consumer, nothing."""
    found = reckoned(policy, customer, invoices, day)
    law = found.terms.law if found.terms else ""
    return Demand(customer.country, law, interest_of(found), found.flat_euro_cents)
