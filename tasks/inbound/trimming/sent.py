"""An answer without the mail that it answers: what we sent is known, so it is taken out, whatever a program did to it.

Marks at the beginning of lines, wrapping, typographic quotes, entities, links and blanks count for nothing. What is
left between or below our lines is the customer's, and is never folded away; the line of ours that it answers stays
above it, marked as quoted.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from html import unescape
from itertools import pairwise

from tasks.inbound.message import ReadMail
from tasks.inbound.trimming.shingles import PlacedWord, Run, taken, words_of
from tasks.inbound.trimming.signatures import is_device, is_rule, signature_start
from tasks.inbound.trimming.trimming import MAX_LINES, QUOTED, Trimmed, as_lines, marker, trim

_LINK = re.compile(
    r"[<(\[]?\b(?:https?://|mailto:|www\.)[^\s>)\]]+[>)\]]?|\[(?:cid|image|immagine|bild|obraz)\b[^\]]*\]",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,5});")
MAY_QUOTE = 60
"""Characters of a mail that may hold a quotation at all."""
_PIECE = 3
_PIECED = 5
"""A line of at least so many words may be put together from pieces of ours, `_PIECE` words each."""


class _Whose(Enum):
    OURS = 1
    OWN = 2
    NOBODYS = 3
    """Blank, drawn, a link, or the head of a quotation."""


@dataclass
class _Line:
    text: str
    whose: _Whose


def without_sent(mail: ReadMail, sent: str, names: Collection[str] = ()) -> ReadMail:
    """The mail with words, quotation and signature told apart by what was sent; `names` stand in its HTML alone."""
    if len(mail.text) < MAY_QUOTE:
        return mail
    found = trim_against(mail.text, sent, names)
    if found is None:
        return mail
    return replace(mail, words=found.words, quoted=found.quoted, signature=found.signature)


def trim_against(text: str, sent: str, names: Collection[str] = ()) -> Trimmed | None:
    """Fold away what was sent; None where nothing of it is quoted."""
    lines = as_lines(_ENTITY.sub(lambda match: unescape(match[0]), text))[:MAX_LINES]
    source = [word.bare for line in sent.splitlines() for word in words_of(line)]
    heads = _heads(lines)
    told = _told(lines, source, {at for start, end in heads for at in range(start, end)}, names)
    first = next((at for at, line in enumerate(told) if line.whose is _Whose.OURS), None)
    if first is None:
        return None
    # heads are found anew, since lines may have been cut in pieces
    start, end = next(
        (found for found in reversed(_heads([line.text for line in told])) if found[1] <= first),
        (first, first),
    )
    above = _above([line.text for line in told[:start]])
    head, below = told[start:end], told[end:]
    if not _answers(below):
        if not above.words.strip():
            whole = "\n".join(_marked(line) for line in told)
            return Trimmed(whole.strip("\n"), "", "")
        quoted = [line.text for line in (*head, *below)]
        return Trimmed(above.words, _joined(above.quoted, *quoted), above.signature)
    words, quoted, signature = _answered(below)
    return Trimmed(
        _joined(above.words, *(["", *words] if above.words else words)),
        _joined(above.quoted, *(line.text for line in head), *quoted),
        _joined(above.signature, *signature),
    )


def _above(lines: list[str]) -> Trimmed:
    """What stands over the quotation; a telephone's advertisement alone is nobody's words."""
    filled = [line for line in lines if line.strip() and not is_rule(line)]
    if all(is_device(line) for line in filled):
        return Trimmed("", "", "\n".join(filled))
    return trim("\n".join(lines))


def _told(
    lines: Sequence[str], source: Sequence[str], heads: Collection[int], names: Collection[str]
) -> list[_Line]:
    """Every line with whose it is; one that holds words of both is cut."""
    found = [[] if at in heads else words_of(_without_links(line)) for at, line in enumerate(lines)]
    flat = [word.bare for words in found for word in words]
    runs = taken(flat, source)
    if not runs:
        return []
    is_ours = _filled(flat, source, runs, found)
    told: list[_Line] = []
    at = 0
    named = [[word.bare for word in words_of(name)] for name in names]
    for line, words in zip(lines, found, strict=True):
        flags = is_ours[at : at + len(words)]
        at += len(words)
        if not words:
            told.append(_Line(line, _Whose.NOBODYS))
        elif QUOTED.match(line) or [word.bare for word in words] in named:
            told.append(_Line(line, _Whose.OURS if all(flags) else _Whose.NOBODYS))
        else:
            told += _cut(line, words, flags)
    return told


def _filled(
    flat: Sequence[str], source: Sequence[str], runs: Sequence[Run], lines: Sequence[Sequence[PlacedWord]]
) -> list[bool]:
    """By word, whether it is ours: those of the runs, and short lines that fill the gap between two of them."""
    is_ours = [False] * len(flat)
    for run in runs:
        is_ours[run.at : run.at + run.length] = [True] * run.length
    gaps = [
        (one.at + one.length, other.at, source[one.of + one.length : other.of])
        for one, other in pairwise(runs)
    ]
    pieces = {tuple(source[at : at + _PIECE]) for at in range(len(source) - _PIECE + 1)}
    inside = range(runs[0].at, runs[-1].at + runs[-1].length)
    at = 0
    for words in lines:
        bare, end = flat[at : at + len(words)], at + len(words)
        if bare and at in inside and not all(is_ours[at:end]):
            missing = next((gap for start, stop, gap in gaps if start <= at and end <= stop), ())
            if _holds(missing, bare) or _is_pieced(list(bare), pieces):
                is_ours[at:end] = [True] * len(bare)
        at = end
    return is_ours


def _holds(source: Sequence[str], words: Sequence[str]) -> bool:
    return any(list(source[at : at + len(words)]) == words for at in range(len(source) - len(words) + 1))


def _is_pieced(words: list[str], pieces: Collection[tuple[str, ...]]) -> bool:
    """Whether the line is put together from ours (`1 = bad, 5 = good`), or is the row of a scale (`1 2 3 4 5`)."""
    if all(word.isdigit() for word in words):
        return len(words) >= _PIECE and words == [str(int(words[0]) + step) for step in range(len(words))]
    at = 0
    while at < len(words):
        if tuple(words[at : at + _PIECE]) not in pieces:
            return False
        at += _PIECE
    return len(words) >= _PIECED


def _cut(line: str, words: Sequence[PlacedWord], flags: Sequence[bool]) -> list[_Line]:
    """A line in pieces, each of one side."""
    starts = [0, *(at for at in range(1, len(words)) if flags[at] != flags[at - 1])]
    ends = [*(words[at].start for at in starts[1:]), len(line)]
    begins = [0, *ends[:-1]]
    return [
        _Line(line[begin:end].strip(), _Whose.OURS if flags[at] else _Whose.OWN)
        for at, begin, end in zip(starts, begins, ends, strict=True)
    ]


def _heads(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where heads of quotations begin and end."""
    found, at, whole = [], 0, list(lines)
    while at < len(whole):
        length = marker(whole, at)
        if length:
            found.append((at, at + length))
        at += length or 1
    return found


def _answers(below: Sequence[_Line]) -> bool:
    """Whether the customer wrote between or below our lines, a signature not counted."""
    return any(line.whose is _Whose.OWN for line in below[: _end(below)])


def _end(below: Sequence[_Line]) -> int:
    """Where the signature below our last line begins."""
    last = max((at for at, line in enumerate(below) if line.whose is _Whose.OURS), default=-1) + 1
    return last + signature_start([line.text for line in below[last:]])


def _answered(below: Sequence[_Line]) -> tuple[list[str], list[str], list[str]]:
    """Words, quotation and signature: the customer's lines, each stretch under the line of ours that it answers."""
    words: list[str] = []
    quoted: list[str] = []
    asked = ""
    end = _end(below)
    rest = [line.whose for line in below[:end]]
    for at, line in enumerate(below[:end]):
        if line.whose is _Whose.OWN:
            if asked and _Whose.OURS in rest[at:]:
                words += ["", asked] if words else [asked]
            asked = ""
            words.append(line.text)
        elif line.whose is _Whose.OURS:
            asked = _marked(line)
            quoted.append(line.text)
        elif words and not line.text.strip() and not asked:
            words.append("")
        else:
            quoted.append(line.text)
    return words, quoted, [line.text for line in below[end:]]


def _marked(line: _Line) -> str:
    if line.whose is _Whose.OURS and not QUOTED.match(line.text):
        return f"> {line.text.strip()}"
    return line.text


def _without_links(line: str) -> str:
    return _LINK.sub(lambda match: " " * len(match[0]), line)


def _joined(*lines: str) -> str:
    return "\n".join(line for at, line in enumerate(lines) if at or line).strip("\n")
