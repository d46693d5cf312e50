"""What the settings name: the mailboxes to read, and where originals are kept."""

from pathlib import Path

from models.policy import Policy
from tasks.mailboxes.imap import ImapMailbox
from tasks.mailboxes.intake import Reception
from tasks.mailboxes.mailbox import Mailbox
from tasks.mailboxes.maildir import MaildirMailbox
from tasks.mailboxes.originals import Originals
from tasks.mails.links import Links
from tasks.runtime.settings import Settings
from tasks.services import Services
from tasks.smtp.accounts import of_certified


def mailboxes(settings: Settings, policy: Policy) -> list[Mailbox]:
    """Every mailbox that the settings name; none is opened yet."""
    found: list[Mailbox] = []
    if settings.imap_host:
        found.append(ImapMailbox(settings))
    if settings.certified_imap_host:
        found.append(ImapMailbox(of_certified(settings), "INBOX"))
    if settings.inbox_maildir:
        company = policy.company
        ours = [*company.aliases.values(), *filter(None, [company.certified_sender])]
        found.append(MaildirMailbox(settings.inbox_maildir, company.sender, ours))
    return found


def reception(settings: Settings, services: Services) -> Reception:
    """Everything that collecting works with; no mailbox is opened yet."""
    links = Links(settings.public_url, settings.signing_key, services.clock)
    originals = Originals(originals_folder(settings))
    boxes = mailboxes(settings, services.policy)
    return Reception(services.db, services.policy, services.clock, links, originals, boxes)


def originals_folder(settings: Settings) -> Path:
    """Where the mails that came in are kept as they came."""
    return settings.state_dir / "inbound"
