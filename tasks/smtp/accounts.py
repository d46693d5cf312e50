"""Two accounts: the one that all mails go by, and one for certified mail (PEC), each with connections of its own.

A mail goes by the account that its envelope names as the sender. What keeps the certified account from sending costs
its mails an attempt, and keeps no other mail waiting.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.rules.sending.answers import Answer, Deferred, NotStarted
from tasks.runtime.settings import AccessError, Settings
from tasks.smtp.connect import check_access
from tasks.smtp.mailer import Mailer, SmtpMailer, open_mailer
from tasks.smtp.transaction import Mail, Nobody, PostingWitness

_NOBODY = Nobody()
_NOT_NOW = 421
_CONNECTIONS = 1
"""Certified mails are few, and their servers count connections."""


class Accounts:
    """Sends each mail by the account that it names."""

    def __init__(
        self, ordinary: Mailer, certified: Mailer | None, certified_sender: str, why_not: str = ""
    ) -> None:
        self._ordinary, self._certified, self._sender = ordinary, certified, certified_sender
        self._why_not = why_not or "SEGUITO_CERTIFIED_SMTP_HOST is not set"

    async def send(self, mail: Mail, witness: PostingWitness = _NOBODY) -> Answer:
        """Send one mail; never raises for what a mail server can do."""
        if not self._sender or mail.sender != self._sender:
            return await self._ordinary.send(mail, witness)
        if self._certified is None:
            return Deferred(_NOT_NOW, f"no account for certified mail: {self._why_not}")
        answer = await self._certified.send(mail, witness)
        if isinstance(answer, NotStarted):
            return Deferred(_NOT_NOW, f"the account for certified mail: {answer.text}")
        return answer

    def withhold(self, why: str) -> None:
        """Answer `Withheld` for every mail that waits and has not begun."""
        self._ordinary.withhold(why)
        if self._certified is not None:
            self._certified.withhold(why)


def of_certified(settings: Settings) -> Settings:
    """The settings with the account for certified mail in the place of the ordinary one."""
    return settings.model_copy(
        update={
            "smtp_host": settings.certified_smtp_host or "",
            "smtp_port": settings.certified_smtp_port,
            "smtp_security": settings.certified_smtp_security,
            "smtp_user": settings.certified_user,
            "smtp_password": settings.certified_password,
            "imap_host": settings.certified_imap_host,
            "imap_port": settings.certified_imap_port,
            "imap_security": settings.certified_imap_security,
            "imap_user": settings.certified_user,
            "imap_password": settings.certified_password,
        }
    )


@asynccontextmanager
async def open_accounts(
    settings: Settings, connections: int, certified_sender: str
) -> AsyncIterator[Accounts]:
    """The mailers of both accounts, closed at the end.

    Raises:
        AccessError: the settings of the ordinary mail server cannot be used.
    """
    async with open_mailer(settings, connections) as ordinary:
        certified, why_not = _certified(settings)
        try:
            yield Accounts(ordinary, certified, certified_sender, why_not)
        finally:
            if certified is not None:
                await certified.close()


def _certified(settings: Settings) -> tuple[SmtpMailer | None, str]:
    if not settings.certified_smtp_host:
        return None, ""
    chosen = of_certified(settings)
    try:
        check_access(chosen)
    except AccessError as error:
        return None, str(error).replace("SEGUITO_SMTP_", "SEGUITO_CERTIFIED_SMTP_")
    return SmtpMailer(chosen, _CONNECTIONS), ""
