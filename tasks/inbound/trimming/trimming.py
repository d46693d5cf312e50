"""A mail's text in three: what was written now, the mail it answers, and the signature.

Nothing is thrown away: the three together hold every line. Where the answer stands between or below the quoted lines,
they stay with it, since alone it makes no sense.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from tasks.inbound.trimming.attributions import attribution, original_marker
from tasks.inbound.trimming.mail_headers import header_block
from tasks.inbound.trimming.signatures import is_device, is_rule, signature_start

QUOTED = re.compile(r"^\s{0,4}>")
_USENET = re.compile(r"^[A-Za-z]{1,12}>(?:\s|$)")
MAX_LINES = 8_000
_LOOK_AHEAD = 500
_FULL = 50
"""Characters of a line that a server may have cut."""
_AT_LEAST_CUT = 2
_DEEP = 4
"""More `>` than stand in an attribution: its own mark, and those round addresses."""


@dataclass(frozen=True)
class Trimmed:
    """The three pieces of a text."""

    words: str
    quoted: str
    signature: str


def trim(text: str) -> Trimmed:
    """Fold away what was not written now."""
    lines = _mended(as_lines(text))
    beyond = lines[MAX_LINES:]
    kept, quoted = _split(lines[:MAX_LINES])
    end = signature_start(kept)
    if not _has_words(
        kept[:end]
    ):  # nothing but a signature, or nothing but a quotation: then it is what was sent
        end, kept, quoted = (
            (len(kept), kept, quoted) if _has_words(kept) else (len(lines), lines[:MAX_LINES], [])
        )
    return Trimmed(_text([*kept[:end], *beyond]), _text(quoted), _text(kept[end:]))


def as_lines(text: str) -> list[str]:
    """The lines of a text, blanks at their ends taken off, each letter in one form."""
    plain = unicodedata.normalize("NFC", text.replace("\xa0", " ")).strip("\n")
    return [line.rstrip() for line in plain.split("\n")]


def _mended(lines: list[str]) -> list[str]:
    """Marks for the ends of quoted lines that a server wrapped anew, where all that has no mark is such an end.

    Where one line without a mark is none, somebody may have written it, and nothing is touched.
    """
    marked = [at for at, line in enumerate(lines) if QUOTED.match(line)]
    gaps = [(one, other) for one, other in pairwise(marked) if other > one + 1]
    inside = [gap for gap in gaps if all(line.strip() for line in lines[gap[0] : gap[1]])]
    if len(inside) < _AT_LEAST_CUT or not all(
        _is_cut(line) for one, other in inside for line in lines[one : other - 1]
    ):
        return lines
    ends = {at for one, other in inside for at in range(one + 1, other)}
    return [f"> {line}" if at in ends else line for at, line in enumerate(lines)]


def _is_cut(line: str) -> bool:
    """Whether a line is full, and stops within a sentence."""
    return len(line) >= _FULL and (line[-1].isalnum() or line[-1] == ",")


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    """What is kept, and what is quoted."""
    kept: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        length = marker(lines, at)
        if not length:
            kept.append(lines[at])
            at += 1
            continue
        quoted += lines[at : at + length]
        at += length
        end = _quotation_end(lines, at)
        said = [line for line in kept if not is_device(line)]  # a telephone says nothing of its own accord
        if _has_words(said) and (end == at or not _has_own_words(lines[end:])):
            return _without_tail(kept), [*quoted, *lines[at:]]
        if not _has_words(said):  # the answer stands below the quotation
            quoted += lines[at:end]
            at = end
    return _without_tail(kept, quoted), quoted


def marker(lines: list[str], at: int) -> int:
    """How many lines announce a quotation here; 0 for none."""
    line = lines[at]
    if not line.strip():
        return 0
    if original_marker(line):
        after = at + 1 + next((n for n, below in enumerate(lines[at + 1 : at + 4]) if below.strip()), 0)
        return after - at + (header_block(lines, after) if after < len(lines) else 0)
    return header_block(lines, at) or (
        0 if line.count(">") > _DEEP or is_rule(line) else attribution(lines, at)
    )


def _quotation_end(lines: list[str], start: int) -> int:
    """Where the `>` lines that begin here end; `start` when none do."""
    end = start
    for number in range(start, len(lines)):
        if QUOTED.match(lines[number]):
            end = number + 1
        elif lines[number].strip():
            break
    return end


def _has_own_words(lines: list[str]) -> bool:
    """Whether something was written below a quotation, a signature not counted."""
    below = lines[:_LOOK_AHEAD]
    return _has_words(below[: signature_start(below)])


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() and not QUOTED.match(line) and not is_rule(line) for line in lines)


def _without_tail(kept: list[str], quoted: list[str] | None = None) -> list[str]:
    """Without the quoted lines and drawn lines at the very end; the quoted ones go to `quoted`."""
    end = len(kept)
    while end and (not kept[end - 1].strip() or is_rule(kept[end - 1]) or _is_quoted(kept[end - 1], quoted)):
        end -= 1
    if quoted is not None and end:
        quoted += [line for line in kept[end:] if line.strip()]
    return kept[:end] if end else kept


def _is_quoted(line: str, quoted: list[str] | None) -> bool:
    return quoted is not None and bool(
        QUOTED.match(line) or _USENET.match(line) or attribution([line], 0) > 0
    )


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
