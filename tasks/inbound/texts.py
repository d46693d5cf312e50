"""Bytes to text that any database takes, whatever the mail claims its charset to be."""

import codecs
import re

_TEXT_CODECS = re.compile(
    r"ascii|utf-(?:8|8-sig|16|16-le|16-be|7)|iso8859-\d+|cp\d{3,5}|koi8-[rut]|mac-[a-z0-9]+|gb2312|gbk"
    r"|gb18030|hz|big5|big5hkscs|euc_(?:jp|kr|jis_2004)|shift_jis\w*|iso2022_\w+|tis-620|ptcp154|johab"
    r"|hp-roman8|viscii"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


def decode(data: bytes, charset: str | None) -> str:
    """Text of `data`; a charset that is unknown or no charset at all counts for nothing."""
    for name in (charset, "utf-8"):
        codec = _codec(name)
        if codec is None:
            continue
        try:
            return clean(data.decode(codec))
        except (UnicodeError, ValueError):
            continue
    # windows-1252 is what untitled western mail is written in; bytes that it lacks become a mark
    return clean(data.decode("cp1252", errors="replace"))


def clean(text: str) -> str:
    """Plain line ends, and none of the characters that are invisible, turn text round, or that databases refuse."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _INVISIBLE.sub("", whole(text)))


def whole(text: str) -> str:
    """Without lone surrogates: bytes that the parser could not place are tried as UTF-8, then Windows-1252."""
    if text.isascii():
        return text
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return data.decode("cp1252", errors="replace")


def _codec(name: str | None) -> str | None:
    """A codec of Python that is a plain charset: not punycode, unicode_escape, zlib and their like."""
    try:
        known = codecs.lookup(name.strip().strip("'\"")).name if name and len(name) < 40 else None  # noqa: PLR2004
    except (LookupError, ValueError, UnicodeError):
        return None
    return known if known and _TEXT_CODECS.fullmatch(known) else None
