"""What the settings name: the mailboxes to read, and where originals are kept."""

from pathlib import Path

from tasks.mailboxes.imap import ImapMailbox
from tasks.mailboxes.intake import Reception
from tasks.mailboxes.mailbox import Mailbox
from tasks.mailboxes.maildir import MaildirMailbox
from tasks.mailboxes.originals import Originals
from tasks.mails.links import Links
from tasks.runtime.settings import Settings
from tasks.services import Services


def reception(settings: Settings, services: Services) -> Reception:
    """Everything that collecting works with; no mailbox is opened yet."""
    mailboxes: list[Mailbox] = []
    if settings.imap_host:
        mailboxes.append(ImapMailbox(settings))
    if settings.inbox_maildir:
        mailboxes.append(
            MaildirMailbox(
                settings.inbox_maildir,
                services.policy.company.sender,
                services.policy.company.aliases.values(),
            )
        )
    links = Links(settings.public_url, settings.signing_key, services.clock)
    originals = Originals(originals_folder(settings))
    return Reception(services.db, services.policy, services.clock, links, originals, mailboxes)


def originals_folder(settings: Settings) -> Path:
    """Where the mails that came in are kept as they came."""
    return settings.state_dir / "inbound"
