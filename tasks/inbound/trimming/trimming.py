"""A mail's text in three: what was written now, the mail it answers, and the signature.

Nothing is thrown away: the three together hold every line. Where the answer stands between or below the quoted lines,
they stay with it, since alone it makes no sense.
"""

import re
import unicodedata
from dataclasses import dataclass

from tasks.inbound.trimming.attributions import attribution, original_marker
from tasks.inbound.trimming.mail_headers import header_block
from tasks.inbound.trimming.signatures import is_rule, signature_start

_QUOTED = re.compile(r"^\s{0,4}>")
_USENET = re.compile(r"^[A-Za-z]{1,12}>(?:\s|$)")
_MAX_LINES = 8_000
_LOOK_AHEAD = 500
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
    lines = [
        line.rstrip()
        for line in unicodedata.normalize("NFC", text.replace("\xa0", " ")).strip("\n").split("\n")
    ]
    beyond = lines[_MAX_LINES:]
    kept, quoted = _split(lines[:_MAX_LINES])
    end = signature_start(kept)
    if not _has_words(
        kept[:end]
    ):  # nothing but a signature, or nothing but a quotation: then it is what was sent
        end, kept, quoted = (
            (len(kept), kept, quoted) if _has_words(kept) else (len(lines), lines[:_MAX_LINES], [])
        )
    return Trimmed(_text([*kept[:end], *beyond]), _text(quoted), _text(kept[end:]))


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    """What is kept, and what is quoted."""
    kept: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        length = _marker(lines, at)
        if not length:
            kept.append(lines[at])
            at += 1
            continue
        quoted += lines[at : at + length]
        at += length
        end = _quotation_end(lines, at)
        if _has_words(kept) and (end == at or not _has_own_words(lines[end:])):
            return _without_tail(kept), [*quoted, *lines[at:]]
        if not _has_words(kept):  # the answer stands below the quotation
            quoted += lines[at:end]
            at = end
    return _without_tail(kept, quoted), quoted


def _marker(lines: list[str], at: int) -> int:
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
        if _QUOTED.match(lines[number]):
            end = number + 1
        elif lines[number].strip():
            break
    return end


def _has_own_words(lines: list[str]) -> bool:
    """Whether something was written below a quotation, a signature not counted."""
    below = lines[:_LOOK_AHEAD]
    return _has_words(below[: signature_start(below)])


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() and not _QUOTED.match(line) and not is_rule(line) for line in lines)


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
        _QUOTED.match(line) or _USENET.match(line) or attribution([line], 0) > 0
    )


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
