"""One mail's way over an open connection: its envelope, then its body, so that one knows on which side it failed.

A server that takes commands in groups (PIPELINING, RFC 2920) hears the envelope of the next mail right behind the body
of this one: one round trip a mail.
"""

from asyncio import Future
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from models.rules.sending.answers import Answer, Doubtful, Lost, NotStarted, Withheld
from tasks.smtp.answers import accepted, no_dealings, refused, words
from tasks.smtp.wire import LostError, OutOfStepError, ServerReply, Wire

_DATA = b"DATA"
_TAKEN, _GO_ON = (250, 251), 354


class Mail(Protocol):
    """What a mailer needs of a composed mail."""

    @property
    def sender(self) -> str:
        """Envelope sender."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Envelope recipients: whom it is for first, then the archive."""

    @property
    def body(self) -> bytes:
        """The whole message, headers and all, CRLF line ends."""


class PostingWitness(Protocol):
    """Writes down what happens to a mail at the moment it happens, so that a killed process leaves no doubt."""

    def begins(self) -> None:
        """The body is about to go out.

        Raises:
            OSError: it cannot be written down, so the body must not go.
        """

    def heard(self, answer: Answer) -> None:
        """The server answered; called before anything else is done with the answer."""


class Nobody:
    """Writes nothing down."""

    def begins(self) -> None:
        """Nothing."""

    def heard(self, answer: Answer) -> None:
        """Nothing."""


class Posting:
    """A mail on its way, and who waits for its answer."""

    def __init__(self, mail: Mail, answered: "Future[Answer]", witness: PostingWitness) -> None:
        """Prepare.

        Raises:
            ValueError: an address has a line end in it, or is none that SMTP can say.
        """
        self.body, self.answered, self.witness = mail.body, answered, witness
        to, *copies = [b"RCPT TO:<%s>" % address.encode("ascii") for address in mail.recipients]
        envelope = [b"MAIL FROM:<%s>" % mail.sender.encode("ascii"), to, *copies]
        if any(b"\r" in command or b"\n" in command for command in envelope):
            raise ValueError("a command is one line")
        # With a copy to the archive, DATA waits: a customer who was refused is not overruled by an archive that was not
        self.asks_at_once = not copies
        self.opening = envelope if copies else [*envelope, _DATA]
        self.is_given = False
        """Whether the body has begun to go out."""
        self.heard: Answer | None = None
        self.withheld: str | None = None
        """Why its body must not begin any more."""

    def hear(self, reply: ServerReply) -> None:
        """Take the reply to the body, the moment it is read."""
        self.heard = accepted(reply) if reply.code in _TAKEN else refused(reply)
        self.witness.heard(self.heard)

    def answer(self, answer: Answer) -> None:
        """Tell whoever waits; nobody does any longer when a run was ended."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def give_up(self, why: str) -> None:
        """Answer with what is known when the connection is given up."""
        if self.heard is not None:
            self.answer(self.heard)
        else:
            self.answer(Doubtful(why) if self.is_given else NotStarted(why))


class Transacted(NamedTuple):
    """What became of a mail, and of the next one whose envelope went out behind it."""

    answer: Answer
    following: Posting | None = None
    said: Sequence[ServerReply] = ()
    """The replies to the envelope of the following one."""


async def transact(
    wire: Wire, posting: Posting, said: Sequence[ServerReply], following: Callable[[], Posting | None]
) -> Transacted:
    """Send one mail.

    `said` are the replies to its envelope if that went out already, and `following` fetches the mail that may go next.
    """
    refusal = await _prepare(wire, posting, said)
    if refusal is not None:
        return Transacted(refusal)
    posting.is_given = True
    after = following() if wire.pipelines else None
    try:
        _, *ahead = await wire.give(posting.body, *(after.opening if after else ()), heard=posting.hear)
    except OSError as error:
        return Transacted(Doubtful(words(error)), after)
    assert posting.heard is not None  # noqa: S101 (the first reply was there)
    return Transacted(posting.heard, after, ahead)


async def _prepare(wire: Wire, posting: Posting, said: Sequence[ServerReply]) -> Answer | None:
    """Bring the envelope through until the body may go out; returns why it may not."""
    replies: Sequence[ServerReply] = said
    try:
        replies = said or await wire.say(*posting.opening)
        turned_down = await _turned_down(wire, posting, replies)
    except OutOfStepError as error:
        return NotStarted(words(error))
    except OSError as error:
        has_taken_us = bool(replies) and replies[0].code in _TAKEN
        return Lost(words(error)) if has_taken_us else NotStarted(words(error))
    if turned_down is not None:
        return turned_down
    if posting.withheld is not None:
        return Withheld(posting.withheld)
    try:
        posting.witness.begins()
    except OSError as error:
        return NotStarted(f"the state folder cannot be written: {type(error).__name__}", lasting=True)
    return None


async def _turned_down(wire: Wire, posting: Posting, replies: Sequence[ServerReply]) -> Answer | None:
    """Why the body may not go out, or None when it may."""
    granted = replies[-1] if posting.asks_at_once and len(replies) == len(posting.opening) else None
    for reply, recipient in zip(
        replies, (False, True), strict=False
    ):  # a refused copy matters less than the mail
        if reply.code in _TAKEN:
            continue
        if not recipient:
            return no_dealings(reply)
        answer = refused(reply, recipient=True)
        await _withdraw(wire, granted)
        return answer
    if granted is None:
        if len(replies) < 2:  # noqa: PLR2004 (the sender was taken, and then the connection ended)
            raise LostError(wire.lost)
        (granted,) = await wire.say(_DATA)
    if granted.code == _GO_ON:
        return None
    if granted.code in _TAKEN:
        wire.close()
        raise OutOfStepError("out of step")  # a reply too many before: this one belongs to another command
    await _withdraw(wire)
    return refused(granted)


async def _withdraw(wire: Wire, granted: ServerReply | None = None) -> None:
    """Make the connection ready for the next mail; one that is lost over it is replaced."""
    with suppress(OSError):
        if granted is not None and granted.code == _GO_ON:
            await wire.give(b"")  # some grant DATA even to nobody; nothing but its end may follow
        await wire.say(b"RSET")
