"""What is known of the way back: whether reports of failure name the mail that they are about."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.mailboxes import return_address as queries
from models.rules.health.finding import Finding, Severity
from models.rules.mailboxes.return_address import Standing, standing
from tasks.mailboxes.probe import KIND
from tasks.runtime.settings import Settings

_TRY = "`seguito doctor --probe` sends one mail to your own mailbox and finds out"
_SAID = {
    Standing.ASKED: (Severity.NOTICE, "a mail is on its way since {at}", "see that collect-responses runs"),
    Standing.SEEN: (
        Severity.OK,
        "each mail has a signed sender; the mailbox was seen to take it at {at}",
        "",
    ),
    Standing.REFUSED: (Severity.NOTICE, "the mail server takes one sender only, seen at {at}", _TRY),
    Standing.REWRITTEN: (
        Severity.NOTICE,
        "the mail server puts its own sender in place of ours, seen at {at}",
        _TRY,
    ),
    Standing.LOST: (
        Severity.NOTICE,
        "the mailbox takes no addresses with a plus, tried at {at}; answers go to the plain address",
        _TRY,
    ),
}


def return_address(session: Session, settings: Settings, policy: Policy, now: datetime) -> Finding:
    """What came of the last try on this way, and since when it is known."""
    tried = queries.tried(session)
    if tried is None or tried.way != queries.way(settings.smtp_host, policy.company.sender):
        said = "untried: a report of failure is known only by what the far server gives back"
        return Finding(KIND, Severity.NOTICE, said, _TRY)
    level, says, todo = _SAID[standing(tried, now)]
    return Finding(KIND, level, says.format(at=f"{tried.at:%Y-%m-%d %H:%M} UTC"), todo)
