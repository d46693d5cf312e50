"""A mail server for one machine: it takes every mail, sends none on, and keeps them in Maildirs."""

import asyncio
from socket import socket

from aiosmtpd.smtp import SMTP, Envelope, Session

from deployments.mailbox.store import MailboxFolder

_MAX_BYTES = 32 * 1024 * 1024


class Keeper:
    """Keeps what arrives; copies for the archive's address go to the archive."""

    def __init__(
        self, mailbox: MailboxFolder, archive: MailboxFolder | None = None, archive_address: str | None = None
    ) -> None:
        self._mailbox = mailbox
        self._archive = archive
        self._archive_address = archive_address

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accept a mail; aiosmtpd calls this."""
        mail = envelope.original_content or b""
        archived = [address for address in envelope.rcpt_tos if self._archives(address)]
        if self._archive and archived:
            self._archive.deliver(mail)
        if readers := [address for address in envelope.rcpt_tos if address not in archived]:
            delivered = "".join(f"Delivered-To: {address}\r\n" for address in readers)
            self._mailbox.deliver(delivered.encode() + mail)
        return "250 2.0.0 kept"

    def _archives(self, address: str) -> bool:
        return self._archive is not None and address == self._archive_address


async def listen(opened: socket, keeper: Keeper) -> asyncio.Server:
    """Receive mails on an open socket."""
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            keeper, data_size_limit=_MAX_BYTES, enable_SMTPUTF8=True, ident="Seguito", hostname="localhost"
        ),
        sock=opened,
    )
