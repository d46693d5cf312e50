"""Whether customers are written to: until `seguito go-live` everything is a trial."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from models.policy import Policy
from models.queries import going_live
from tasks.runtime.database import Database
from tasks.runtime.settings import AccessError, Settings

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_POST_OFFICES = frozenset({25, 465, 587})
"""Ports of mail servers that send on; the local mailbox listens on one of its own."""


@dataclass(frozen=True)
class RunningTrial:
    """Customers are not written to yet. `send_to` gets their mails instead; nobody does where it is empty."""

    send_to: str | None


def mails_go_out(settings: Settings) -> bool:
    """Whether mails leave this machine: any server but the local mailbox."""
    is_local = settings.smtp_host in _LOOPBACK and settings.smtp_port not in _POST_OFFICES
    return bool(settings.smtp_block) or not is_local


def trial_of(db: Database, policy: Policy, settings: Settings) -> RunningTrial | None:
    """The trial that this installation is in; None where customers are written to.

    With the local mailbox nothing can reach a customer, so that is live by itself, unless the policy names an address
    for the trial.
    """
    if not mails_go_out(settings) and policy.trial.send_to is None:
        return None
    with db.read() as session:
        return None if going_live.is_live(session) else RunningTrial(policy.trial.send_to)


def refuse_own_address(settings: Settings) -> None:
    """Customers cannot open links that lead to this machine's own address.

    Raises:
        AccessError: an outside mail server stands beside such an address.
    """
    host = urlsplit(settings.public_url).hostname or ""
    if mails_go_out(settings) and host in _LOOPBACK:
        raise AccessError(
            f"SEGUITO_PUBLIC_URL is {settings.public_url}, which only this machine can open, and mails go out "
            f"through {settings.smtp_block or settings.smtp_host}; set it to the address of the customers' pages"
        )
