"""A mail server in a process of its own: keeps every mail in a Maildir, and logs each Message-ID it accepts.

`python -m tests.integration.sink FOLDER [MILLISECONDS]` prints its port, and runs until it is told to stop. It has a
mail at once, and says so MILLISECONDS later.
"""

import asyncio
import re
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deployments.mailbox.store import MailboxFolder

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE)


class Logger:
    """Accepts everything; one line of the log a mail, written before the server says so."""

    def __init__(self, folder: Path, delay: float) -> None:
        self._delay = delay
        self._archive = MailboxFolder(folder / "archive")
        self._log = (folder / "accepted.log").open("a", buffering=1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        mail = envelope.original_content or b""
        found = _MESSAGE_ID.search(mail)
        assert found is not None
        self._archive.deliver(mail)
        self._log.write(found[1].decode() + "\n")
        if self._delay:
            await asyncio.sleep(self._delay)
        return "250 kept"


async def main(folder: Path, delay: float) -> None:
    logger = Logger(folder, delay)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(logger), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float((sys.argv[2:] or ["0"])[0]) / 1000))
