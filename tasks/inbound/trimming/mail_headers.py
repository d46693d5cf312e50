# ruff: noqa: RUF001 (people write in many scripts, and with many dashes)
"""Blocks such as `Da: … Inviato: … A: … Oggetto: …`, with which Outlook and phones begin the mail they quote."""

import re

_NAMES = (
    "from|sent|to|cc|bcc|ccn|date|subject|reply to|reply-to|attachments|importance|"
    "da|inviato|data|a|oggetto|risposta|rispondi a|per conto di|priorità|allegati|inviata|"
    "od|wysłano|wysłane|data|do|dw|temat|nadawca|adresat|odpowiedź do|"
    "von|gesendet|datum|an|betreff|kopie|antwort an|de|envoyé|à|objet|date|copie à|répondre à|"
    "enviado|enviado el|para|asunto|fecha|enviada em|enviado em|assunto|data|van|verzonden|aan|onderwerp|"
    "från|skickat|till|ämne|fra|sendt|til|emne|lähettäjä|aihe|от|кому|дата|тема|отправлено|від|发件人|发送时间|收件人|主题|抄送"
)
_HEADER = re.compile(
    rf"^[>\s|]{{0,10}}[*_]{{0,2}}(?:{_NAMES})\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$|\S)", re.IGNORECASE
)
_SENDER = re.compile(
    r"^[>\s|]{0,10}[*_]{0,2}(?:from|da|od|von|de|van|från|fra|от|від|发件人|nadawca"
    r"|lähettäjä)\s?[*_]{0,2}\s?[:：]",
    re.IGNORECASE,
)
_AT_LEAST = 3
_MAX_HEADER = 2_000


def header_block(lines: list[str], at: int) -> int:
    """How many lines from `at` on are the header of a quoted mail; 0 when none begins there."""
    if not is_header(lines[at]):
        return 0
    headers, last, blanks = 0, at, 0
    for number in range(at, min(at + 24, len(lines))):
        line = lines[number]
        if is_header(line):
            headers, last, blanks = headers + 1, number, 0
        elif not line.strip():
            blanks += 1
            if blanks > 1:
                break
        elif blanks or not _continues(lines, number):
            break
    return last - at + 1 if headers >= _AT_LEAST and _has_sender(lines[at : last + 1]) else 0


def is_header(line: str) -> bool:
    """Whether a line looks like a header field of a quoted mail."""
    return len(line) <= _MAX_HEADER and bool(_HEADER.match(line))


def _has_sender(lines: list[str]) -> bool:
    return any(_SENDER.match(line) for line in lines)


def _continues(lines: list[str], at: int) -> bool:
    """Whether a line may be the rest of a long field: a field follows soon."""
    return any(is_header(line) for line in lines[at + 1 : at + 4])
