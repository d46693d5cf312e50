"""A look that is owed at a mail: what may be said to have come of it."""

from collections.abc import Sequence

from models.policy import Policy
from models.rules.cases.acting import ActError
from models.rules.inbound.trouble import trouble
from models.rules.mailboxes.parked import NOTHING_NEEDED, says
from models.tables import Inbound


def has_words_of_trouble(policy: Policy, mail: Inbound) -> bool:
    """Whether what a mail says is trouble, whosever it is."""
    return bool(trouble(says(mail.subject, mail.words), policy.trouble))


def check_done(policy: Policy, mails: Sequence[Inbound], outcome: str) -> None:
    """See that trouble is not closed by a click that says that nothing was needed.

    Raises:
        ActError: it is.
    """
    if outcome == NOTHING_NEEDED and any(has_words_of_trouble(policy, mail) for mail in mails):
        raise ActError(
            "need-done",
            "outcome: this mail speaks of trouble; say what was done about it, or assign it to its customer",
        )
