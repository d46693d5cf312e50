"""Whether what we know of payments is recent enough to remind somebody."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending.payment_freshness import payments_as_of


def payments_are_fresh(session: Session, policy: Policy, now: datetime) -> bool:
    """Whether the invoices of every source that counts were imported lately enough for the policy."""
    imported_at = payments_as_of(session, policy.credit.payment_sources)
    return imported_at is not None and now - imported_at <= policy.credit.payments_max_age
