"""Names and descriptions come from elsewhere: whatever they hold, a mail stays a mail."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, compat32, default
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.languages import CODES
from models.policy import Policy
from tasks.mails import mime
from tasks.mails.formats import clean
from tests.unit.mails.test_samples import GOODS, NOW, composer, letter

HEADERS = [
    *(
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "auto-submitted",
        "x-auto-response-suppress",
    ),
    *("content-language", "mime-version", "content-type"),
]
HEADINGS = ("From", "Subject", "Date", "Message-ID", "Reply-To")
ANY = st.text(max_size=300) | st.text(alphabet='a =?.-#\r\n\t"\\<>,;:@ąé€😀\u202e\x00', max_size=120)


def parsed(body: bytes) -> EmailMessage:
    message = message_from_bytes(body, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def shown(body: bytes) -> str:
    """The name in To, by the old parser: the new one keeps the spaces between encoded words."""
    name, _ = parseaddr(re.sub(r"\r\n(?= )", "", message_from_bytes(body, policy=compat32)["To"]))
    return str(make_header(decode_header(name)))


@given(name=ANY, description=ANY)
@example(name="Rossi\r\nBcc: all@casabelvedere.example", description="x\r\n\r\n--=_seguito--\r\nhello")
@example(name='Ca\'"Foscari", S.r.l. \\ <a@b.example>', description="- one\n\n# two\n..\n.")
@example(name="=?utf-8?q?Anna?=", description="=?utf-8?b?QQ==?= {{ order }} {% if")
@example(name="ł" * 300, description="w" * 1200)
@example(name="", description="")
def test_no_name_breaks_a_mail(policy: Policy, name: str, description: str) -> None:
    order = GOODS._replace(description=description, seller_promise=description)
    mail = composer(policy).compose(letter(policy, recipient_name=name, order=order), NOW)
    message = parsed(mail.body)
    assert [key.lower() for key in message] == HEADERS
    assert not message.defects
    assert message["To"].addresses[0].addr_spec == "m.b@posta.example"
    assert shown(mail.body) == clean(name)
    assert len(message.get_payload()) == 2
    for subtype in ("plain", "html"):
        part = message.get_body((subtype,))
        assert part is not None
        assert not part.defects
        assert "Giulia Ferraro" in part.get_content()
        if subtype == "plain":
            assert f"- Acquisto: {clean(description).rstrip(' .')}".strip() in part.get_content().splitlines()


@given(ANY)
@example("a" * 67 + " b")
@example("Zamówienie CB-2026-0147: jak jest po pół roku?")
def test_a_subject_is_read_back_as_it_was_meant(subject: str) -> None:
    written = f"Subject: {mime.unstructured(subject)}"
    assert written.isascii()
    assert all(len(line) <= 76 for line in written.split("\r\n"))
    assert all(line.startswith(" ") for line in written.split("\r\n")[1:])
    assert parsed(written.encode() + b"\r\n\r\n")["Subject"] == clean(subject)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("name", ["Anna Bianchi", "Żółć Gęślą-Jaźń " * 9, "Società Dell'Aquila e Figli " * 6])
def test_a_mail_reads_as_the_standard_library_would_have_written_it(
    policy: Policy, language: str, name: str
) -> None:
    order = GOODS._replace(description=f"Cucina «{name}» " * 4, ref="CB-2026-" + "ł" * 40)
    written = letter(policy, language=language, recipient_name=name, order=order)
    body = composer(policy).compose(written, NOW).body
    ours = parsed(body)
    theirs = EmailMessage(policy=default)
    theirs["To"] = Address(clean(name), addr_spec=written.recipient)
    for header, value in ours.items():
        if header in HEADINGS:
            theirs[header] = str(value)
    bodies = [part.get_content().replace("\r\n", "\n") for part in ours.iter_parts()]
    theirs.set_content(bodies[0])
    theirs.add_alternative(bodies[1], subtype="html")
    flat = parsed(theirs.as_bytes(policy=SMTP))
    assert shown(body) == shown(theirs.as_bytes(policy=SMTP)) == clean(name)
    for header in HEADINGS:
        assert " ".join(str(ours[header]).split()) == " ".join(str(flat[header]).split())
    assert [part.get_content().replace("\r\n", "\n") for part in flat.iter_parts()] == bodies
    assert [part.get_content_type() for part in flat.iter_parts()] == ["text/plain", "text/html"]


@given(st.text(max_size=600) | st.text(alphabet="= .\n\tął", max_size=300))
def test_quoted_text_is_read_back_as_it_was_meant(text: str) -> None:
    text = text.replace("\r", "")
    written = b"".join([mime.quoted_open(text), mime.quoted_open(text), mime.quoted(text)])
    assert all(len(line) <= 76 for line in written.split(b"\r\n"))
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    content: bytes = parsed(head + written).get_payload(decode=True)  # type: ignore[assignment]
    assert content.decode().replace("\r\n", "\n") == text * 3
