"""What we sent is known: it is taken out of an answer that quotes it, so that its words are the customer's alone."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.queries.mailboxes import matching
from models.tables import Message
from tasks.inbound.message import ReadMail
from tasks.inbound.trimming.sent import MAY_QUOTE, without_sent
from tasks.mailboxes.matching import keys_of
from tasks.mails.links import Links

_LATEST = 10
"""Mails to one address that are compared where it is not proven which one is answered."""


def without_ours(session: Session, links: Links, company: str, mails: Sequence[ReadMail]) -> list[ReadMail]:
    """The mails, each without what it quotes of ours: of the mail that it answers, else of the latest to its sender.

    `company` is the company's name, which stands in our mails as a picture or a line of its own.
    """
    named = {
        at: [key for _, key in keys_of(links, mail)] for at, mail in enumerate(mails) if _may_quote(mail)
    }
    if not named:
        return list(mails)
    by_key = matching.sent_mails(session, {key for keys in named.values() for key in keys})
    answered = {at: [by_key[key] for key in keys if key in by_key] for at, keys in named.items()}
    by_address = matching.sent_to(session, {mails[at].sender for at, found in answered.items() if not found})
    return [
        _without(mail, answered[at] or by_address.get(mail.sender, [])[:_LATEST], company)
        if at in named
        else mail
        for at, mail in enumerate(mails)
    ]


def _may_quote(mail: ReadMail) -> bool:
    return len(mail.text) >= MAY_QUOTE and not mail.bounced


def _without(mail: ReadMail, ours: Sequence[Message], company: str) -> ReadMail:
    """Without the one that it quotes most of: all of ours have the same foot."""
    told = [without_sent(mail, f"{sent.subject}\n{sent.text}", (company,)) for sent in ours if sent.text]
    return min((one for one in told if one is not mail), key=_typed, default=mail)


def _typed(mail: ReadMail) -> int:
    return sum(len(line) for line in mail.words.splitlines() if not line.startswith(">"))
