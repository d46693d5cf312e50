"""The stage of a replay: a fresh database, a clock that is set, and a mail server that only ever says yes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from models.policy import Policy
from models.rules.sending.answers import Accepted, Answer
from models.sending import Pace
from tasks.archive.archives import NoArchive
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.services import Services
from tasks.smtp.transaction import Mail, PostingWitness

_CONNECTIONS = 100
_KEY = "a replay sends nothing, so its links may be signed by anybody"


class YesMailer:
    """Accepts every mail and sends none."""

    async def send(self, mail: Mail, witness: PostingWitness | None = None) -> Answer:
        """Accept."""
        del mail, witness
        return Accepted(250, "simulated")

    def withhold(self, why: str) -> None:
        """Nothing waits here."""


@contextmanager
def replay_services(policy: Policy) -> Iterator[tuple[Services, SetClock]]:
    """Services over a database that is gone afterwards, so that nothing of it need be safe from a power cut."""
    policy = _without_waits(policy)
    with TemporaryDirectory(prefix="seguito-replay-") as folder:
        db = Database(f"sqlite:///{Path(folder) / 'replay.db'}", lasting=False)
        try:
            db.migrate()
            clock = SetClock(datetime(1970, 1, 1, tzinfo=UTC))
            composer = Composer(policy, Links("http://localhost", _KEY))
            yield Services(db, policy, clock, composer, YesMailer(), NoArchive()), clock
        finally:
            db.close()


def _without_waits(policy: Policy) -> Policy:
    """No real server has to be spared, and a clock that is set would never come to the end of a minute."""
    sending = policy.sending
    pace = Pace(ramp=sending.pace.ramp, ramp_per_domain=sending.pace.ramp_per_domain)
    spared = sending.model_copy(update={"connections": _CONNECTIONS, "max_runs": 1, "pace": pace})
    return policy.model_copy(update={"sending": spared})
