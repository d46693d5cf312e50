"""Everything a sweep works with, opened together and closed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from models import policy as policies
from models.policy import Policy, PolicyError
from models.queries.mailboxes import return_address
from models.rules.mailboxes.return_address import Ways, ways
from models.rules.sending.breaker import CircuitBreaker
from tasks.archive.archives import Archive, MaildirArchive, NoArchive
from tasks.archive.imap_archive import ImapArchive
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.mails.texts import missing_texts
from tasks.runtime.clock import Clock, SystemClock
from tasks.runtime.database import Database
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.runtime.trial import RunningTrial, refuse_own_address, trial_of
from tasks.smtp.accounts import open_accounts
from tasks.smtp.journal import Journal
from tasks.smtp.mailer import Mailer


@dataclass(frozen=True)
class Services:
    """What the work needs, by its role; tests and replays put others in."""

    db: Database
    policy: Policy
    clock: Clock
    composer: Composer
    mailer: Mailer
    archive: Archive
    journal: Journal = field(default_factory=Journal)
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    """What the mail server said in this run."""
    trial: RunningTrial | None = None
    """Customers are not written to yet."""


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The real ones, by the settings. The database is brought to the newest version first.

    Raises:
        PolicyError: the policy cannot be used, or a text of its mails is missing.
        DatabaseUnreachableError: the database cannot be used, or is not there.
    """
    policy = policies.load(settings.policy)
    if problems := missing_texts(policy):
        raise PolicyError("\n".join(problems))  # else one cadence would stop every mail of its sweep
    db = open_database(settings)
    trial = trial_of(db, policy, settings)
    archive = archive_of(settings)
    links = Links(settings.public_url, settings.signing_key)
    composer = Composer(policy, links, settings.archive_address, ways_of(db, policy, settings))
    try:
        if trial is None:
            refuse_own_address(settings)
        certified = composer.certified_sender
        async with open_accounts(settings, policy.sending.connections, certified) as mailer:
            journal = Journal(settings.state_dir / "journal")
            yield Services(db, policy, SystemClock(), composer, mailer, archive, journal, trial=trial)
    finally:
        db.close()


def ways_of(db: Database, policy: Policy, settings: Settings) -> Ways:
    """Which addresses of our mails are signed, by what was tried with this mail server."""
    with db.read() as session:
        tried = return_address.tried(session)
    way = return_address.way(settings.smtp_host, policy.company.sender)
    return ways(tried, way, SystemClock().now())


def archive_of(settings: Settings) -> Archive:
    """Where doubtful mails are looked for, by the settings."""
    if settings.archive_maildir:
        return MaildirArchive(settings.archive_maildir)
    if settings.archive_imap_folder and settings.imap_host:
        return ImapArchive(settings, settings.archive_imap_folder)
    return NoArchive()
