"""A signed warning as a page to print and post, or to send by e-Doręczenia: the mail's words on the company's paper."""

from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from models.policy import Policy
from tasks.credit_recovery.document import PAGES, say, style
from tasks.credit_recovery.warning import signed
from tasks.mails.composer import Composer
from tasks.mails.formats import clean, local_day, long_day
from tasks.mails.views import dotted


def printed(
    session: Session, policy: Policy, composer: Composer, customer_id: int, now: datetime
) -> str | None:
    """The letter as HTML that needs nothing else; None when no signed warning is open for the customer."""
    letter = signed(session, policy, composer, customer_id, now)
    if letter is None:
        return None
    language, customer = letter.language, letter.customer
    values = {
        "language": language,
        "style": Markup(style()),  # noqa: S704 (our own style sheet)
        "say": lambda key, **names: say(language, key, **names),
        "company": policy.company,
        "name": clean(customer.name),
        "address": [line for one in (customer.postal_address or "").splitlines() if (line := clean(one))],
        "tax_number": clean(customer.tax_number or ""),
        "ref": clean(customer.ref),
        "day": dotted(language, long_day(language, local_day(letter.at, policy.company.timezone))),
        "subject": letter.subject,
        "paragraphs": letter.paragraphs,
    }
    return PAGES.render("letter.html", values)
