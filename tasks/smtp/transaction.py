"""One mail's way over an open connection: its envelope, then its body, so that one knows on which side it failed.

A server that takes commands in groups (PIPELINING, RFC 2920) hears the envelope of the next mail right behind the body
of this one: one round trip a mail.
"""

from asyncio import Future
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from tasks.smtp.answers import Answer, Doubtful, NotStarted, accepted, no_dealings, refused, words
from tasks.smtp.wire import Reply, Wire

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


class Posting:
    """A mail on its way, and who waits for its answer."""

    def __init__(self, mail: Mail, answered: "Future[Answer]") -> None:
        """Prepare.

        Raises:
            ValueError: an address has a line end in it, or is none that SMTP can say.
        """
        self.body, self.answered = mail.body, answered
        to, *copies = [b"RCPT TO:<%s>" % address.encode("ascii") for address in mail.recipients]
        envelope = [b"MAIL FROM:<%s>" % mail.sender.encode("ascii"), to, *copies]
        if any(b"\r" in command or b"\n" in command for command in envelope):
            raise ValueError("a command is one line")
        # With a copy to the archive, DATA waits: a customer who was refused is not overruled by an archive that was not
        self.asks_at_once = not copies
        self.opening = envelope if copies else [*envelope, _DATA]

    def answer(self, answer: Answer) -> None:
        """Tell whoever waits; nobody does any longer when a run was ended."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def fail(self, error: BaseException | None) -> None:
        """Let an error of ours be that of whoever waits; None when all was given up."""
        if error is None:
            self.answered.cancel()
        elif not self.answered.done():
            self.answered.set_exception(error)


class Outcome(NamedTuple):
    """What became of a mail, and of the next one whose envelope went out behind it."""

    answer: Answer
    following: Posting | None = None
    said: Sequence[Reply] = ()
    """The replies to the envelope of the following one."""


async def transact(
    wire: Wire, posting: Posting, said: Sequence[Reply], following: Callable[[], Posting | None]
) -> Outcome:
    """Send one mail.

    `said` are the replies to its envelope if that went out already, and `following` fetches the mail that may go next.
    """
    try:
        replies = said or await wire.say(*posting.opening)
        turned_down = await _turned_down(wire, posting, replies)
    except OSError as error:
        return Outcome(NotStarted(words(error)))
    if turned_down is not None:
        return Outcome(turned_down)
    after = following() if wire.pipelines else None
    try:
        reply, *ahead = await wire.give(posting.body, *(after.opening if after else ()))
    except OSError as error:
        return Outcome(Doubtful(words(error)), after)
    answer = accepted(reply) if reply.code in _TAKEN else refused(reply)
    return Outcome(answer, after, ahead)


async def _turned_down(wire: Wire, posting: Posting, replies: Sequence[Reply]) -> Answer | None:
    """Why the body may not go out, or None when it may."""
    granted = replies[-1] if posting.asks_at_once and len(replies) == len(posting.opening) else None
    for reply, recipient in zip(
        replies, (False, True), strict=False
    ):  # a refused copy matters less than the mail
        if reply.code not in _TAKEN:
            answer = no_dealings(reply, recipient=recipient) or refused(reply, recipient=recipient)
            if not isinstance(answer, NotStarted):
                await _withdraw(wire, granted)
            return answer
    if granted is None:
        (granted,) = await wire.say(_DATA)
    if granted.code == _GO_ON:
        return None
    await _withdraw(wire)
    return refused(granted)


async def _withdraw(wire: Wire, granted: Reply | None = None) -> None:
    """Make the connection ready for the next mail; one that is lost over it is replaced."""
    with suppress(OSError):
        if granted is not None and granted.code == _GO_ON:
            await wire.give(b"")  # some grant DATA even to nobody; nothing but its end may follow
        await wire.say(b"RSET")
