"""The stage of a replay: a fresh database, a clock that is set, and a mail server that only ever says yes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from models.policy import Policy
from tasks.clock import SetClock
from tasks.database import Database
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.services import Services
from tasks.settling import NoArchive
from tasks.smtp.answers import Accepted, Answer
from tasks.smtp.transaction import Mail

_KEY = "a replay sends nothing, so its links may be signed by anybody"


class YesMailer:
    """Accepts every mail and sends none."""

    async def send(self, mail: Mail) -> Answer:
        """Accept."""
        del mail
        return Accepted(250, "simulated")


@contextmanager
def replay_services(policy: Policy) -> Iterator[tuple[Services, SetClock]]:
    """Services over a database that is gone afterwards."""
    with TemporaryDirectory(prefix="seguito-replay-") as folder:
        db = Database(f"sqlite:///{Path(folder) / 'replay.db'}")
        db.migrate()
        clock = SetClock(datetime(1970, 1, 1, tzinfo=UTC))
        composer = Composer(policy, Links("http://localhost", _KEY))
        try:
            yield Services(db, policy, clock, composer, YesMailer(), NoArchive()), clock
        finally:
            db.close()
