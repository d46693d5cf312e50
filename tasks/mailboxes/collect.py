"""Collecting: look at every mailbox, and take in what is new. A kill at any instant loses and doubles nothing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from models.queries.mailboxes import inbound
from tasks.mailboxes.intake import Reception, sighting, take_in
from tasks.mailboxes.mailbox import Fetched, Mailbox, MailboxUnreachableError, UnreadMail
from tasks.mailboxes.tally import Became, CollectTally
from tasks.runtime.database import Database

_BATCH = 100
_MEGABYTE = 1024 * 1024
_HELD_BYTES = 8 * _MEGABYTE
"""With more than this in hand no further mail is fetched before these are recorded."""


@dataclass(frozen=True)
class Memory:
    """What the database remembers of a mailbox."""

    db: Database
    mailbox: Mailbox

    def highest(self) -> int:
        """See `Seen`."""
        with self.db.read() as session:
            return inbound.highest_uid(session, self.mailbox.name, self.mailbox.uidvalidity)

    def among(self, uids: Collection[int]) -> set[int]:
        """See `Seen`."""
        with self.db.read() as session:
            return inbound.known_uids(session, self.mailbox.name, self.mailbox.uidvalidity, uids)


def collect(reception: Reception) -> CollectTally:
    """Read every mailbox. One that cannot be reached stands in the tally's problems, and the next one is read."""
    tally = CollectTally()
    for mailbox in reception.mailboxes:
        try:
            with mailbox:
                _collect_from(reception, mailbox, tally)
        except MailboxUnreachableError as error:
            tally.problems.append(str(error))
    return tally


def _collect_from(reception: Reception, mailbox: Mailbox, tally: CollectTally) -> None:
    limit = reception.policy.answers.max_mail_megabytes * _MEGABYTE
    for batch in _batches(mailbox.waiting(Memory(reception.db, mailbox))):
        for fetched in _held(mailbox.fetch(batch, limit)):
            ours = [item for item in fetched if item.raw is not None]
            tally.counts.update(take_in(reception, mailbox, ours))
            _pass_over(reception, mailbox, [item for item in fetched if item.raw is None], tally)
            mailbox.flag([item.uid for item in ours])


def _pass_over(
    reception: Reception, mailbox: Mailbox, elsewhere: Sequence[Fetched], tally: CollectTally
) -> None:
    """Mails that are not addressed to us are not looked at again."""
    now = reception.clock.now()
    with reception.db.write() as session:
        inbound.saw(session, [sighting(mailbox, item, None, now) for item in elsewhere])
    tally.counts[Became.ELSEWHERE] += len(elsewhere)


def _batches(waiting: Sequence[UnreadMail]) -> Iterator[Sequence[UnreadMail]]:
    for start in range(0, len(waiting), _BATCH):
        yield waiting[start : start + _BATCH]


def _held(fetched: Iterator[Fetched]) -> Iterator[list[Fetched]]:
    """As many as memory should hold at once. What came before a mailbox was lost counts all the same."""
    held: list[Fetched] = []
    try:
        for item in fetched:
            held.append(item)
            if sum(len(one.raw or b"") for one in held) > _HELD_BYTES:
                yield held
                held = []
    except MailboxUnreachableError:
        yield held
        raise
    yield held
