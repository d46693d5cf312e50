"""What became of a mail, told apart by what the caller must do next."""

import re
from dataclasses import dataclass

from tasks.smtp.wire import Reply

_ADDRESS = re.compile(r"<?[^\s<>@:;,]+@[^\s<>:;,]+>?")
_PERMANENT = 500
_SERVICE_ENDS = 421
_REFUSES_US = re.compile(r"^53[0-9]|\b5\.7\.0\b|relay", re.IGNORECASE)
"""It wants a login, or does not relay for us: that is between the server and us."""
_POLICY = re.compile(r"\b5\.7\.\d+")
"""Refused for a rule of the server's (a block list, a rate), which may pass; the address is not to blame."""


@dataclass(frozen=True)
class Accepted:
    """The server has it."""

    code: int
    text: str


@dataclass(frozen=True)
class Deferred:
    """Not now (4xx): try again later."""

    code: int
    text: str


@dataclass(frozen=True)
class Refused:
    """Never (5xx). `recipient` tells whether it was the address that was refused."""

    code: int
    text: str
    recipient: bool


@dataclass(frozen=True)
class Doubtful:
    """The connection broke after the body had begun to go out: the server may have it or not."""

    text: str


@dataclass(frozen=True)
class NotStarted:
    """No server could be reached, or it left before the body: nothing happened."""

    text: str


Answer = Accepted | Deferred | Refused | Doubtful | NotStarted


def accepted(reply: Reply) -> Accepted:
    """The server took the body."""
    return Accepted(reply.code, scrub(reply.text))


def refused(reply: Reply, *, recipient: bool = False) -> Deferred | Refused:
    """The server took the mail not, or not now. `recipient` is whether it was the address that it refused."""
    if reply.code < _PERMANENT or (recipient and _POLICY.search(reply.text)):
        return Deferred(reply.code, scrub(reply.text))
    return Refused(reply.code, scrub(reply.text), recipient)


def no_dealings(reply: Reply, *, recipient: bool) -> NotStarted | None:
    """When the server ends the connection, or takes no mail from us; `recipient` is whether it answers an address."""
    if reply.code == _SERVICE_ENDS or not recipient:
        is_it = reply.code == _SERVICE_ENDS or reply.code >= _PERMANENT
    else:  # servers repeat the recipient, and an address may well have "relay" in it
        is_it = _REFUSES_US.search(f"{reply.code} {scrub(reply.text)}") is not None
    return NotStarted(scrub(f"{reply.code} {reply.text}")) if is_it else None


def words(error: Exception) -> str:
    """An error of the connection, for people."""
    return scrub(f"{type(error).__name__}: {error}")


def scrub(text: str) -> str:
    """A server's words without any address, on one line, at most 200 characters."""
    return " ".join(_ADDRESS.sub("<address>", text).split())[:200]
