"""Whether the sender of a mail is told that we have it. Programs that answer each other must never begin (RFC 3834)."""

import re

_MACHINES = re.compile(
    r"(?:no-?reply|do-?not-?reply|non-?rispondere|noreply.*|mailer-daemon|postmaster|bounces?|daemon|automat.*|robot)"
    r"(?:[+._-].*)?",
    re.IGNORECASE,
)


def may_be_told(sender: str, own: str, *, is_sure: bool, is_bulk: bool) -> bool:
    """Whether a person surely wrote, from an address that somebody reads and that is none of ours (`own`)."""
    local, _, domain = sender.partition("@")
    return (
        is_sure
        and not is_bulk
        and bool(domain)
        and sender.lower() != own.lower()
        and not _MACHINES.fullmatch(local)
    )
