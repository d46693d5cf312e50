"""Writes a mail's bytes. The standard library's `EmailMessage` needs about 1.1 ms a mail, this a fraction.

What it writes is little: headers of one line or of RFC 2047 words, and two parts in quoted-printable. The
tests read every mail back with the standard library.
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from functools import lru_cache

from models.errors import RowError
from tasks.mails.formats import clean
from tasks.mails.pictures import Picture

BOUNDARY = "=_seguito"
"""Parts the parts. In quoted-printable text `=` is never followed by `_`, so no text can contain it."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_LONG_END = re.compile(rb"(?m)^([^\n]{74,})(=20|=09)\n")
"""`b2a_qp` writes a blank at the end of a line out without counting it in."""
_PLAIN_CHARACTERS = 66
_WORD_BYTES = 39  # 52 characters in base64, and the whole line stays under the 76 that RFC 2047 allows


class AddressError(RowError):
    """The address cannot stand in a mail: it is none, or it needs a mail server with SMTPUTF8."""


def unstructured(text: str) -> str:
    """The words of a header such as Subject: as they are, or as encoded words on folded lines."""
    text = clean(text)
    if text.isascii() and len(text) <= _PLAIN_CHARACTERS and "=?" not in text:
        return text
    return "\r\n ".join(_encoded_words(text))


def mailbox(name: str, address: str) -> str:
    """A name with its address, for From and To.

    Raises:
        AddressError: see there.
    """
    address = ascii_address(address)
    name = clean(name)
    if not name:
        return address
    if not name.isascii() or len(name) > _PLAIN_CHARACTERS or "=?" in name:
        return "\r\n ".join([*_encoded_words(name), f"<{address}>"])
    if not _ATOMS.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (
        f"{name} <{address}>" if len(name) + len(address) < _PLAIN_CHARACTERS else f"{name}\r\n <{address}>"
    )


def ascii_address(address: str) -> str:
    """An address as every mail server takes it: a domain with other letters becomes its `xn--` form.

    Raises:
        AddressError: see there.
    """
    if not address.isascii():
        local, _, domain = address.rpartition("@")
        try:
            address = f"{local}@{domain.encode('idna').decode()}"
        except UnicodeError as error:
            raise AddressError("the domain of the address is none") from error
    if not _ADDRESS.fullmatch(address):
        raise AddressError("the address is none, or needs SMTPUTF8")
    return address


@lru_cache(maxsize=4096)  # a mail's recipient is compared several times
def as_kept(address: str) -> str:
    """An address as it is compared: as it goes to the mail server, lower-case."""
    try:
        return ascii_address(address).lower()
    except AddressError:
        return address.lower()


def alternative(
    headers: list[str],
    text: bytes,
    html: bytes,
    pictures: Sequence[Picture] = (),
    calendar: tuple[str, bytes] | None = None,
) -> bytes:
    """A whole mail: header lines (without line ends), and two parts, `quoted`, which say the same.

    `pictures` go with the HTML part, which shows them by `cid:` and their name; `calendar` is the name and content of a
    file that goes along.
    """
    if calendar is not None:
        headers = [*headers, "MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{_AROUND}"']
        around = "\r\n".join([*headers, "", f"--{_AROUND}", ""]).encode("ascii")
        inside = alternative([], text, html, pictures).removeprefix(b"\r\n")
        return b"".join((around, inside, _calendar(*calendar)))
    head = "\r\n".join(
        [*headers, "MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"']
    )
    if not pictures:
        return b"".join((head.encode("ascii"), b"\r\n", _PLAIN, text, _HTML, html, _END))
    shown = b"".join((_RELATED, _HTML_INSIDE, html, *map(_picture, pictures), _RELATED_END))
    return b"".join((head.encode("ascii"), b"\r\n", _PLAIN, text, shown, _END))


def _calendar(name: str, content: bytes) -> bytes:
    head = (
        f"\r\n--{_AROUND}\r\nContent-Type: text/calendar; charset=utf-8; method=PUBLISH\r\n"
        f'Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    lines = (b2a_base64(content[start : start + 57]) for start in range(0, len(content), 57))
    body = b"".join(lines).replace(b"\n", b"\r\n")
    return head.encode() + body + f"\r\n--{_AROUND}--\r\n".encode()


def _picture(picture: Picture) -> bytes:
    head = (
        f"\r\n--{_INSIDE}\r\nContent-Type: image/{picture.kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-ID: <{picture.name}>\r\nContent-Disposition: inline; filename="{picture.name}.{picture.kind}"\r\n\r\n'
    )
    return head.encode("ascii") + picture.encoded


def _part(subtype: str, boundary: str = BOUNDARY) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


_PLAIN, _HTML, _END = _part("plain"), _part("html"), f"\r\n--{BOUNDARY}--\r\n".encode()
_INSIDE = f"{BOUNDARY}-pictures"
_AROUND = f"{BOUNDARY}-files"
_RELATED = (
    f'\r\n--{BOUNDARY}\r\nContent-Type: multipart/related; type="text/html"; boundary="{_INSIDE}"\r\n'
).encode()
_HTML_INSIDE, _RELATED_END = _part("html", _INSIDE), f"\r\n--{_INSIDE}--\r\n".encode()


def quoted(text: str) -> bytes:
    """Text in quoted-printable, with CRLF line ends; no line is longer than 76 characters."""
    # fed with CRLF, `b2a_qp` would still break lines with a bare LF wherever the text has no line end
    written = b2a_qp(text.encode("utf-8", "replace"), istext=True)
    if b"=20\n" in written or b"=09\n" in written:
        written = _LONG_END.sub(b"\\1=\n\\2\n", written)
    return written.replace(b"\n", b"\r\n")


def quoted_open(text: str) -> bytes:
    """The same, with a soft line break at the end: whatever follows goes on in the same line of the text."""
    return quoted(f"{text}~")[:-1] + b"=\r\n"  # the sign that is taken away keeps a column free for the break


def _encoded_words(text: str) -> list[str]:
    """RFC 2047 words of at most 75 characters; no letter is cut in two."""
    if len(whole := text.encode("utf-8", "replace")) <= _WORD_BYTES:
        return [_encoded_word(whole)]
    pieces, piece = [], b""
    for character in text:
        letter = character.encode("utf-8", "replace")
        if len(piece) + len(letter) > _WORD_BYTES:
            pieces.append(piece)
            piece = b""
        piece += letter
    return [_encoded_word(one) for one in (*pieces, piece)]


def _encoded_word(piece: bytes) -> str:
    return f"=?utf-8?b?{b2a_base64(piece, newline=False).decode()}?="
