"""The faults of mail servers that are tried for real, and what must come of each."""

from dataclasses import dataclass, field
from typing import Any

from tests.integration.sending.faulty_server import DROP, HANG, Manner, Step, polite

MAILS = 40
ONE = "c-0@posta.example"
"""Whose mail is first in every run."""


@dataclass(frozen=True)
class Fault:
    """One fault: what the server does, and what must be true after a run, and after a healthy server and some time."""

    name: str
    manner: Manner
    state: str
    """Name of the state that ops see."""
    sent: int = 0
    """Mails sent by the first run; -1 where any number may be."""
    dead: int = 0
    """Addresses that are dead: each has its case."""
    doubts: int = 0
    """Mails in doubt at most."""
    logins: int | None = None
    byte_by_byte: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    short: bool = False
    """Whether it belongs to the short form."""


def at(command: str, answer: str) -> Manner:
    """The same answer at a command, for everybody."""
    return lambda step: answer if step.command == command else None


def one(command: str, answer: str) -> Manner:
    """An answer at the recipient command for one customer alone."""
    return lambda step: answer if step.command == command and ONE in step.argument else None


def after_three(answer: str) -> Manner:
    """An answer at the fourth mail of a connection."""
    return lambda step: answer if step.command == "MAIL" and step.carried >= 3 else None


def _second_reply(step: Step) -> str | None:
    return "250 kept\r\n250 kept" if step.command == "BODY" else None


def _plain(step: Step) -> str | None:
    return "250 here" if step.command == "EHLO" else None


_QUICK = {"smtp_timeout_seconds": 2.0, "smtp_body_timeout_seconds": 2.0}
_LOGIN = {"smtp_user": "seguito", "smtp_password": "wrong"}

HARMLESS = [
    Fault("commands one by one (no PIPELINING)", _plain, "Completed", MAILS),
    Fault("replies byte by byte", polite, "Completed", MAILS, byte_by_byte=True),
    Fault("421 after three mails of a connection", after_three("421 enough"), "Completed", MAILS),
    Fault("hangs up after three mails of a connection", after_three(DROP), "Completed", MAILS),
    Fault("a second 250 after each body", _second_reply, "Completed", MAILS, short=True),
]
SERVER = [
    Fault("421 at the greeting", at("GREETING", "421 closed"), "Failed"),
    Fault("554 at the greeting", at("GREETING", "554 no"), "Failed"),
    Fault("a greeting that is no SMTP", at("GREETING", "HTTP/1.1 400"), "Failed"),
    Fault("silence at the greeting", at("GREETING", HANG), "Failed", settings=_QUICK, short=True),
    Fault("silence at EHLO", at("EHLO", HANG), "Failed", settings=_QUICK),
    Fault("wrong password", at("AUTH", "535 5.7.8 no"), "Failed", logins=1, settings=_LOGIN, short=True),
    Fault("550 at MAIL", at("MAIL", "550 5.7.1 not you"), "Failed"),
    Fault("530 at MAIL", at("MAIL", "530 5.7.0 log in"), "Failed"),
    Fault("451 at MAIL", at("MAIL", "451 4.3.0 later"), "Failed"),
    Fault("421 at MAIL", at("MAIL", "421 busy"), "Failed"),
    Fault("hangs up at MAIL", at("MAIL", DROP), "Failed"),
    Fault("silence at MAIL", at("MAIL", HANG), "Failed", settings=_QUICK),
]
ONE_RECIPIENT = [
    Fault("550 relay for one", one("RCPT", "550 5.7.1 Unable to relay"), "Completed", MAILS - 1, short=True),
    Fault("550 5.7.0 for one", one("RCPT", "550 5.7.0 no"), "Completed", MAILS - 1),
    Fault("421 at RCPT for one", one("RCPT", "421 enough"), "Completed", MAILS - 1, short=True),
    Fault("hangs up at RCPT for one", one("RCPT", DROP), "Completed", MAILS - 1),
    Fault("silence at RCPT for one", one("RCPT", HANG), "Completed", MAILS - 1, settings=_QUICK),
    Fault("no such user for one", one("RCPT", "550 5.1.1 no such user"), "PartlyFailed", MAILS - 1, dead=1),
    Fault("full mailbox for one", one("RCPT", "552 5.2.2 full"), "Completed", MAILS - 1),
]
EVERYBODY = [
    Fault(
        "550 rate limit at RCPT for all",
        at("RCPT", "550 sending rate limit exceeded"),
        "MailServerRefuses",
        short=True,
    ),
    Fault("550 relay at RCPT for all", at("RCPT", "550 5.7.1 relay denied"), "MailServerRefuses"),
    Fault("no such user for all", at("RCPT", "550 5.1.1 no such user"), "MailServerRefuses"),
    Fault("421 at RCPT for all", at("RCPT", "421 enough"), "MailServerRefuses"),
    Fault("silence at RCPT for all", at("RCPT", HANG), "MailServerRefuses", settings=_QUICK),
    Fault("greylisting: 451 at RCPT for all", at("RCPT", "451 4.7.1 greylisted"), "Completed"),
    Fault("554 at DATA for all", at("DATA", "554 5.7.1 no"), "MailServerRefuses"),
    Fault("silence at DATA for all", at("DATA", HANG), "MailServerRefuses", settings=_QUICK),
    Fault("452 after the body for all", at("BODY", "452 4.3.1 storage"), "Completed"),
    Fault("554 spam after the body for all", at("BODY", "554 5.7.1 spam"), "MailServerRefuses", short=True),
    Fault("hangs up after the body, for all", at("BODY", DROP), "MailServerRefuses", doubts=12, short=True),
    Fault(
        "silence after the body, for all", at("BODY", HANG), "MailServerRefuses", doubts=12, settings=_QUICK
    ),
    Fault("keeps the mail and hangs up, for all", at("BODY", "keeps drop"), "MailServerRefuses", doubts=12),
]
ALL = [*HARMLESS, *SERVER, *ONE_RECIPIENT, *EVERYBODY]
