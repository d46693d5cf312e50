"""Mail addresses: syntax only, since nothing here asks the network."""

import re

from email_validator import EmailNotValidError, validate_email

_PART = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_ORDINARY = re.compile(rf"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:{_PART}\.)+[A-Za-z]{{2,20}}")
"""The shape of nearly all addresses: part of what email-validator takes, when no longer than `_SHORT`."""
_SHORT = 60
_RESERVED = (".arpa", ".invalid", ".local", ".localhost", ".onion")


_NAMED = re.compile(r"(?:[^<>@]*<|mailto:)?\s*([^<>\s]+@[^<>\s]+?)\s*>?", re.IGNORECASE)
"""An address with a name before it, as mail programs copy it: `Anna Bianchi <anna@x.example>`."""


def read_email(text: str) -> str:
    """The address as mail servers take it: the domain in lower case, foreign letters there as punycode.

    A name before it is left out. Reserved names such as `.example` and `.test` pass: rehearsals use them.

    Raises:
        ValueError: it is no address that mail can go to.
    """
    if text.count("@") > 1:
        raise ValueError("holds more than one address; give the one that mail is to go to")
    if (named := _NAMED.fullmatch(text)) is not None:
        text = named[1]
    ordinary = len(text) <= _SHORT and _ORDINARY.fullmatch(text)  # email-validator takes 80 µs a piece
    if ordinary and not text.lower().endswith(_RESERVED):
        local, _, domain = text.rpartition("@")
        return f"{local}@{domain.lower()}"
    try:
        checked = validate_email(
            text, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except EmailNotValidError:
        raise ValueError("is no e-mail address; write one like name@company.com") from None
    return checked.ascii_email or checked.normalized
