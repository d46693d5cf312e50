"""The encoding of a text file, judged by its bytes: old Windows and DOS programs say nothing of it.

General detectors take Italian for Central European and Polish for Baltic, since they cannot know which letters to
expect; the languages of our sources are few, so their letters decide.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path

TEXT_FILES = frozenset({".csv", ".tsv", ".txt"})
_ENOUGH_BYTES = 65_536
_CHUNK_BYTES = 1 << 20
_BY_LETTERS = ("cp1252", "cp1250", "iso8859-2", "cp852", "cp850")
"""In the order in which an equal score decides: what Windows writes in western Europe, then in Poland, then DOS."""
_EXPECTED = frozenset(
    "àèéìíîòóùúÀÈÉÌÒÙąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüßÄÖÜçñâêôûëïœ€£§°ºª«»·½"
    "\u201e\u201d\u201c\u2019\u2018\u2013\u2014\u2026\u00b4\u00d7"  # quotation marks, dashes, and their like
)
_UNLIKELY = 4
"""A character that none of our languages has counts against an encoding as much as so many that fit."""


def is_utf8(path: Path) -> bool:
    """Whether a whole file is UTF-8 (ASCII is)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(path: Path) -> str:
    """The encoding in which the text of a file reads best, by a name that Python knows."""
    lines = _lines_to_judge(path)
    if lines.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return max(_BY_LETTERS, key=lambda encoding: _score(lines, encoding))


def _score(raw: bytes, encoding: str) -> int:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return -len(raw) * _UNLIKELY
    foreign = [letter for letter in text if ord(letter) >= 0x80]  # noqa: PLR2004 (what is not ASCII)
    return sum(1 if letter in _EXPECTED else -_UNLIKELY for letter in foreign)


def _lines_to_judge(path: Path) -> bytes:
    """The first lines that are more than ASCII, and the mark that may stand at the beginning."""
    found, size = [], 0
    with path.open("rb") as file:
        if (mark := file.read(2)) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return mark
        file.seek(0)
        for line in file:
            if not line.isascii():
                found.append(line)
                size += len(line)
            if size >= _ENOUGH_BYTES:
                break
    return b"".join(found)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
