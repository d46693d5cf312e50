"""Links inside a paragraph. They are marked with signs that no word from elsewhere can bring (`formats.clean`)."""

import re

from tasks.mails.formats import clean

_OPEN, _MIDDLE, _CLOSE = "\x10", "\x11", "\x12"
_LINK = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_DIAL = "tel:"


def phone_link(phone: str) -> str:
    """A link that dials."""
    return _DIAL + "".join(sign for sign in phone if sign in "+0123456789")


def linked(words: str, address: str) -> str:
    """Words that open an address of ours."""
    return f"{_OPEN}{words}{_MIDDLE}{address}{_CLOSE}" if address else words


def dialled(phone: str | None) -> str | None:
    """A telephone number that dials itself; None where there is none."""
    number = clean(phone or "")
    return linked(number, phone_link(number)) if number else None


def in_words(text: str) -> str:
    """The text with the address behind the words of each link; a number is its own."""
    return _LINK.sub(lambda link: link[1] if link[2].startswith(_DIAL) else f"{link[1]}: {link[2]}", text)


def in_html(escaped: str, colour: str) -> str:
    """The same with links as HTML; `colour` is theirs on white."""
    return _LINK.sub(rf'<a class="word" href="\2" style="color:{colour}">\1</a>', escaped)
