"""The mailbox that gets a blind copy of every mail, on an IMAP server."""

from collections.abc import Collection
from datetime import datetime

from imapclient.exceptions import IMAPClientError

from tasks.archive.imap_connection import connect
from tasks.runtime.settings import Settings


class ImapArchive:
    """Looks for Message-IDs in one folder, and changes nothing there."""

    def __init__(self, settings: Settings, folder: str) -> None:
        self._settings = settings
        self._folder = folder

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Which of these Message-IDs are there; None when the server does not answer: nobody can say."""
        try:
            client = connect(self._settings)
            try:
                client.select_folder(self._folder, readonly=True)
                return {one for one in message_ids if client.search(["HEADER", "Message-ID", one])}
            finally:
                client.shutdown()
        except (IMAPClientError, OSError):
            return None

    def fetch(self, message_id: str, at: datetime) -> bytes | None:
        """The mail of this Message-ID; None where it is not there, or the server does not answer."""
        del at
        try:
            client = connect(self._settings)
            try:
                client.select_folder(self._folder, readonly=True)
                found = client.search(["HEADER", "Message-ID", message_id])
                mails = client.fetch(found[:1], ["BODY.PEEK[]"]) if found else {}
                return next((bytes(one[b"BODY[]"]) for one in mails.values()), None)
            finally:
                client.shutdown()
        except (IMAPClientError, OSError):
            return None
