"""Our id is found in the source of a report, whatever the far server made of it."""

from base64 import encodebytes
from collections.abc import Callable
from html import escape
from quopri import encodestring

import pytest

from tasks.inbound.message import Verdict
from tasks.inbound.reading import read
from tasks.mails.links import Links

LINKS = Links("http://pages.example", "test key")
ID = f"<seguito.f12-1.{LINKS.signature('message', 'f12-1')}@casa.example>"
HEAD = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: casa@casa.example\nSubject: Undelivered Mail\n"
TEXT = f"The following address failed: <ugo@zen.example>\n550 5.1.1 User unknown\n\nYour mail: {ID}\n"
FORMS: dict[str, Callable[[str], tuple[str, str]]] = {
    "below a broken header": lambda text: (text.replace("<seguito", ":::\nX <x\n Message-Id <seguito"), ""),
    "cut off": lambda text: (text.rpartition("@")[0], ""),
    "folded": lambda text: (text.replace("<seguito.f", "<seguito.\n f"), ""),
    "in quoted-printable": lambda text: (
        encodestring(text.replace("<seguito", "x" * 60 + " <seguito").encode()).decode(),
        "Content-Transfer-Encoding: quoted-printable\n",
    ),
    "in base64": lambda text: (encodebytes(text.encode()).decode(), "Content-Transfer-Encoding: base64\n"),
    "in HTML": lambda text: (f"<pre>{escape(text)}</pre>", "Content-Type: text/html; charset=utf-8\n"),
    "in capitals": lambda text: (text.upper(), ""),
}


@pytest.mark.parametrize("form", FORMS)
def test_our_id_is_found_wherever_the_far_server_put_it(form: str) -> None:
    text, head = FORMS[form](TEXT)
    typed = "" if "Content-Type" in head else "Content-Type: text/plain; charset=utf-8\n"
    mail = read(f"{HEAD}{head}{typed}\n{text}".encode())
    assert mail.verdict is Verdict.BOUNCE
    assert [LINKS.read_message_id(trace) for trace in mail.traces] == ["f12-1"]
    assert [one.address for one in mail.bounced] == ["ugo@zen.example"]


def test_the_id_of_what_came_back_stands_before_those_of_what_it_answered() -> None:
    other = f"<seguito.f3-1.{LINKS.signature('message', 'f3-1')}@casa.example>"
    mail = read(f"{HEAD}\n{TEXT.replace(ID, '')}\nReferences: {other}\nMessage-ID: {ID}\n".encode())
    assert [LINKS.read_message_id(trace) for trace in mail.traces] == ["f12-1", "f3-1"]


def test_a_source_without_end_is_read_to_a_limit() -> None:
    mail = read(f"{HEAD}\n{TEXT.replace(ID, '')}\n{'+a-1.' * 100_000}\n{ID}".encode())
    assert mail.traces == ()
