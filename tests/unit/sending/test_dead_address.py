"""One rule says whether an address is dead; only what says that it does not exist or is shut kills it."""

import pytest

from models.rules.sending.dead_address import is_dead

DEAD = [
    "5.1.1 user unknown",
    "5.1.1 <x@relaytech.example>: Recipient address rejected: User unknown in virtual mailbox table",
    "5.1.1 The email account that you tried to reach does not exist. https://help.example/?p=policy",
    "5.1.2 Host unknown",
    "5.1.3 bad address syntax",
    "5.1.6 mailbox has moved",
    "5.1.10 null MX",
    "5.2.1 mailbox disabled",
    "No such user",
    "Unknown user",
    "sorry, no mailbox here by that name",
    "Unrouteable address",
    "Recipient address rejected: User unknown",
    "Invalid recipient",
    "This user doesn't have a posta.example account",
    "5.0.0 mailbox not found",
    "utente sconosciuto",
    "casella inesistente",
    "l'indirizzo del destinatario non esiste",
    "nie ma takiego użytkownika",
    "adres nie istnieje",
    "Empfänger unbekannt",
    "Postfach existiert nicht",
]
ALIVE = [
    "sending rate limit exceeded",
    "5.7.1 Unable to relay",
    "relaying denied",
    "5.7.0 authentication required",
    "5.7.1 message refused as spam",
    "5.2.2 mailbox full",
    "mailbox is full",
    "casella piena",
    "skrzynka jest przepełniona",
    "Postfach voll",
    "5.2.3 message too large for this mailbox",
    "5.3.4 message too big",
    "5.4.4 unable to route",
    "5.4.1 Recipient address rejected: Access denied",
    "5.1.7 bad sender address syntax",
    "5.1.8 sender's domain does not exist",
    "5.1.0 sender rejected",
    "5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
    "5.1.1 user unknown; too many invalid recipients, try again later",
    "Sender address rejected: user unknown",
    "4.1.1 user unknown",
    "4.2.1 mailbox disabled",
    "mailbox unavailable",
    "blocked: your host is listed in the DNSBL as unknown",
    "Transaction failed",
    "",
]


@pytest.mark.parametrize("said", DEAD)
def test_what_says_that_the_address_is_none_kills_it(said: str) -> None:
    assert is_dead(said, code=550)
    assert is_dead(said)
    assert not is_dead(said, code=450), "not when the server says: not now"


@pytest.mark.parametrize("said", ALIVE)
def test_nothing_else_does(said: str) -> None:
    assert not is_dead(said, code=550)


def test_a_report_names_its_status_apart() -> None:
    assert is_dead("the mail could not be delivered", status="5.1.1")
    assert not is_dead("no such user", status="5.2.2")
    assert not is_dead("no such user", status="4.4.7")
    assert is_dead("no such user", status="5.0.0")
