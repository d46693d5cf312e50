"""From the replies of a mail server to the answers that the rules know."""

import re

from models.rules.sending.answers import Accepted, Deferred, NotStarted, Refused
from tasks.smtp.wire import ServerReply

_ADDRESS = re.compile(r"<?[^\s<>@:;,]+@[^\s<>:;,]+>?")
_PERMANENT = 500


def accepted(reply: ServerReply) -> Accepted:
    """The server took the body."""
    return Accepted(reply.code, scrub(reply.text))


def refused(reply: ServerReply, *, recipient: bool = False) -> Deferred | Refused:
    """The server took the mail not, or not now. `recipient` is whether it was the address that it answered."""
    if reply.code < _PERMANENT:
        return Deferred(reply.code, scrub(reply.text))
    return Refused(reply.code, scrub(reply.text), recipient)


def no_dealings(reply: ServerReply) -> NotStarted:
    """The server takes nothing from us: it refused the sender."""
    for_good = reply.code >= 500 and reply.code // 10 != 53  # noqa: PLR2004 (not those that ask for a login)
    return NotStarted(scrub(f"{reply.code} {reply.text}"), is_of_sender=for_good)


def words(error: Exception) -> str:
    """An error of the connection, for people."""
    return scrub(f"{type(error).__name__}: {error}")


def scrub(text: str) -> str:
    """A server's words without any address, on one line, at most 200 characters."""
    return " ".join(_ADDRESS.sub("<address>", text).split())[:200]
