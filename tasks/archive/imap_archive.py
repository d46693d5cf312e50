"""The mailbox that gets a blind copy of every mail, on an IMAP server."""

from collections.abc import Collection

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
