"""Whether the servers answer that mails go to and come from, and whether a second way leads to those who run this."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from imapclient.exceptions import IMAPClientError

from models.policy import Policy
from models.rules.health.finding import Finding, Severity
from tasks.archive.imap_connection import connect as connect_imap
from tasks.runtime.settings import AccessError, Settings
from tasks.smtp.accounts import of_certified
from tasks.smtp.connect import ConnectError, check_access
from tasks.smtp.connect import connect as connect_smtp

MAIL_SERVER = "mail server"
CERTIFIED = "certified mail"
_SECONDS = 10.0


async def mail_server(settings: Settings) -> Finding:
    """One connection with its login, and nothing sent."""
    patient = settings.model_copy(
        update={"smtp_timeout_seconds": min(settings.smtp_timeout_seconds, _SECONDS)}
    )
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        check_access(patient)
        async with asyncio.timeout(2 * _SECONDS):
            (await connect_smtp(patient)).close()
    except (ConnectError, AccessError, OSError, TimeoutError) as error:
        reason = str(error) or "no answer in time"
        return Finding(
            MAIL_SERVER,
            Severity.TROUBLE,
            f"{where}: {reason}",
            "mend the SEGUITO_SMTP_ settings, or the server",
        )
    return Finding(MAIL_SERVER, Severity.OK, f"{where} lets us in")


async def certified_account(settings: Settings, policy: Policy | None) -> list[Finding]:
    """The account for certified mail, where the policy names one: one connection with its login."""
    if policy is None or not policy.company.certified_sender:
        return []
    todo = "mend the SEGUITO_CERTIFIED_ settings, or the server"
    if not settings.certified_smtp_host:
        said = f"{policy.company.certified_sender} has no server: SEGUITO_CERTIFIED_SMTP_HOST is not set"
        return [Finding(CERTIFIED, Severity.TROUBLE, said, todo)]
    found = await mail_server(of_certified(settings))
    return [replace(found, kind=CERTIFIED, todo=todo if found.level is Severity.TROUBLE else "")]


def mailbox(settings: Settings) -> Finding:
    """The mailbox that answers come to."""
    if settings.imap_host is None:
        if settings.inbox_maildir is not None:
            is_there = settings.inbox_maildir.is_dir()
            said = f"{settings.inbox_maildir} {'is there' if is_there else 'is not there'}"
            return Finding("mailbox", Severity.OK if is_there else Severity.TROUBLE, said)
        return Finding(
            "mailbox",
            Severity.NOTICE,
            "none is read",
            "set SEGUITO_IMAP_HOST, or answers by mail are never seen",
        )
    try:
        connect_imap(
            settings.model_copy(update={"imap_timeout_seconds": min(settings.imap_timeout_seconds, _SECONDS)})
        ).logout()
    except (IMAPClientError, OSError) as error:
        said = f"{settings.imap_host}: {type(error).__name__}"
        return Finding("mailbox", Severity.TROUBLE, said, "mend the SEGUITO_IMAP_ settings, or the server")
    return Finding("mailbox", Severity.OK, f"{settings.imap_host} lets us in")


def routes(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    """Whether somebody is told of trouble, also where our own mail server is the trouble."""
    if policy is None or not policy.company.ops:
        yield Finding(
            "told of trouble",
            Severity.NOTICE,
            "nobody is told",
            'write ops = ["it@example.com"] under [company] in the policy',
        )
        return
    yield Finding("told of trouble", Severity.OK, f"{len(policy.company.ops)} addresses")
    if settings.ops_smtp_url is None and not settings.notify_block:
        yield Finding(
            "second way",
            Severity.NOTICE,
            "nobody is told where our own mail server is the trouble",
            "set SEGUITO_OPS_SMTP_URL to another server, or SEGUITO_NOTIFY_BLOCK",
        )
