# ruff: noqa: RUF001 (people write in many scripts, and with many dashes)
"""Signatures: what stands below `-- `, and what phones and mail programs put at the end by themselves."""

import re

_DELIMITER = re.compile(r"^[-–—_]{2,3}\s*$")
_RULE = re.compile(r"^[\s>]*(?:[-_=~#*+—–ᐧ.·•]\s?){2,}\s*$|^\s*ᐧ\s*$")
_DEVICE = re.compile(
    r"^[\s>*_]{0,10}(?:sent (?:from|via|with|by) (?:my |a |an |the )?\S|get outlook for|sent from"
    r"|inviato (?:da|dal|con|tramite|via) \S|(?:e-?mail )?inviata (?:da|con|tramite) \S|scarica outlook"
    r"|ottieni outlook|wysłan[eoya] (?:z|ze|za pomocą|przez|poprzez) \S|pobierz (?:aplikację )?outlook"
    r"|uzyskaj (?:aplikację )?outlook|outlook für (?:android|ios)|(?:laden|holen) sie (?:sich )?outlook"
    r"|inviato con (?:libero|virgilio)|diese mail wurde mit|gesendet aus der"
    r"|(?:von meinem .{1,40} gesendet|gesendet (?:von|mit) \S|diese nachricht wurde von meinem)"
    r"|envoyé (?:de|depuis|à partir|avec) \S|enviado (?:desde|do|de|a partir|via) (?:mi |meu |o )?\S"
    r"|verstuurd vanaf|skickat från|sendt fra|lähetetty|отправлено (?:с|из|от)|надіслано з|odesláno z"
    r"|obtenez outlook|télécharger outlook|发自我的)[^\n?]{0,120}$",
    re.IGNORECASE,
)
_WORDS_AFTER = 220
_MAX_SIGNATURE_LINES = 15
_MAX_DEVICE_WORDS = 14
_REACH = 60


def signature_start(lines: list[str]) -> int:
    """The line that the signature begins on; the number of lines when there is none."""
    # further up nothing can be one: what follows it would be too long
    for number in range(max(0, len(lines) - _REACH), len(lines)):
        line = lines[number]
        if (_DELIMITER.match(line) or (number and is_device(line))) and _is_short(lines[number + 1 :]):
            return number
    return len(lines)


def is_rule(line: str) -> bool:
    """Whether a line is drawn, not written."""
    return len(line) < _WORDS_AFTER and bool(_RULE.match(line))


def is_device(line: str) -> bool:
    """Whether a telephone or a mail program put the line there by itself."""
    return len(line.split()) <= _MAX_DEVICE_WORDS and bool(_DEVICE.match(line))


def _is_short(rest: list[str]) -> bool:
    """A signature is short, and asks nothing."""
    filled = [line for line in rest if line.strip() and not is_device(line)]
    return (
        len(filled) <= _MAX_SIGNATURE_LINES
        and sum(len(line.split()) for line in filled) <= _WORDS_AFTER
        and not any(line.rstrip().endswith("?") for line in filled)
    )
