"""Forms that old gateways gave their reports: odd senders, blank lines on top, tables without blanks between cells."""

import pytest

from tasks.inbound.html import to_text
from tasks.inbound.message import ReadMail, Verdict
from tasks.inbound.reading import read

_REPORT = (
    "Return-Path: <>\r\nFrom: {sender}\r\nTo: casa@casa.example\r\nSubject: Returned mail\r\n\r\n"
    "The following address had permanent errors:\r\n\r\n<{gone}>\r\n\r\n{why}\r\n"
)


def bounced(raw: str) -> list[str]:
    mail = read(raw.encode())
    assert isinstance(mail, ReadMail)
    assert mail.verdict is Verdict.BOUNCE, mail.why
    return [report.address for report in mail.bounced if report.address]


@pytest.mark.parametrize(
    "sender", ["post_master@old.example", "uucp@old.example", "MAILER-DAEMON@old.example"]
)
def test_whoever_an_old_server_writes_as_it_is_a_report(sender: str) -> None:
    assert bounced(_REPORT.format(sender=sender, gone="ugo@zen.example", why="550 User unknown")) == [
        "ugo@zen.example"
    ]


def test_blank_lines_above_the_header_are_none_of_the_mail() -> None:
    raw = "\r\n\r\n" + _REPORT.format(
        sender="mailer-daemon@old.example", gone="ugo@zen.example", why="User unknown"
    )
    assert bounced(raw) == ["ugo@zen.example"]


def test_words_of_two_cells_are_two_words() -> None:
    assert to_text("<table><tr><td>ugo@zen.example</td><td>User unknown</td></tr></table>") == (
        "ugo@zen.example User unknown"
    )


@pytest.mark.parametrize(
    "told",
    [
        "La casella ugo@zen.example è stata disattivata. Nuovo indirizzo: ida@zen.example",
        "The address ugo@zen.example is no longer in use.\r\nPlease use ida@zen.example instead.",
        "Adres ugo@zen.example nie istnieje.\r\nNowy adres: ida@zen.example",
        "ugo@zen.example: user has moved to ida@zen.example",
        "Message 20260309090000.4C1F22@zen.example for ugo@zen.example: no such user",
    ],
)
def test_whom_to_write_to_instead_has_not_failed_and_an_id_is_nobody(told: str) -> None:
    head = "Return-Path: <>\r\nFrom: postmaster@zen.example\r\nTo: casa@casa.example\r\nSubject: Undeliverable\r\n"
    assert bounced(f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{told}\r\n") == ["ugo@zen.example"]
