"""Words that a program does not write: somebody asks, decides, confirms, pays or gives directions for a delivery.

Some desks mark every mail as automatic, and a person who is away may say so in passing. An absence notice speaks of
the absence and of whom else to write to; whoever speaks of the matter itself is a person, and another one looks.
"""

import re

from models.rules.inbound.trouble import DEFAULT, trouble

_DIRECTIONS = re.compile(
    # lasciate il pacco, consegnatelo, potete venire, chiamatemi
    r"\b(?:consegnat|lasciat|portat|spedit|ritirat|montat|richiamat)e(?:l[oaie]|mi|ci|cel[oa])?\b"
    r"|\b(?:potete|potreste|pu(?:ò|o')|potrebbe|dovete|deve)"
    r" (?:consegn|lasci|port|sped|ritir|mont|(?:ri)?chiamar|venire)"
    r"|\bchiam(?:ate|ar)?(?:mi|ci)\b|\bmi (?:chiam|richiam|serv)"
    r"|\b(?:vorrei|vorremmo|ci serve|serve il|serve la)\b"
    r"|\bprosz(?:ę|e) (?:o (?:dostaw|wysy|monta|telefon\b)|zostawi|przywie|dostarcz|wys(?:ł|l)a|zadzwoni"
    r"|oddzwoni|odebra)|\b(?:chcia(?:ł|l)\w+ ?bym|potrzebuj(?:ę|e))\b"
    r"|please (?:leave (?:it|the|my|our)|deliver|bring|ring|call (?:me|us)|come|send (?:it|the|me|us))"
    r"|(?:ring|leave|bring|deliver|drop) (?:the|it|my|our)\b|\b(?:i|we) (?:would like|'d like|need|want)\b"
    r"|bitte (?:liefern|stellen|legen|bringen|rufen sie (?:mich|uns)|klingeln|schicken)"
    r"|\b(?:ich|wir) (?:h(?:ä|ae)tte|m(?:ö|oe)cht)",
    re.IGNORECASE,
)
_DECISIONS = re.compile(
    r"\b(?:confermo|confermiamo|accett(?:o|iamo)|pago|paghiamo|(?:ho|abbiamo) (?:pagato|fatto il bonifico)"
    r"|faccio il bonifico|aspetto|aspettiamo|attendo|mancano?)\b|(?:è|e'|sono) arrivat"
    r"|\b(?:potwierdzam|zgadzam|zap(?:ł|l)ac(?:ę|e|i)|zrobi(?:ę|e) przelew|p(?:ł|l)ac(?:ę|e)\b|czekam"
    r"|brakuje|odebra(?:ł|l)|dotar(?:ł|l))"
    r"|\b(?:i|we) (?:confirm|accept|agree|paid|have paid|'ll pay|will pay|'ve paid|am waiting|are waiting)\b"
    r"|\bis missing\b|\b(?:has|have) (?:not )?arrived\b"
    r"|\b(?:ich|wir) (?:best(?:ä|ae)tig|zahl|warte)|habe bezahlt|ist angekommen|fehlt\b",
    re.IGNORECASE,
)


def speaks(words: str) -> bool:
    """Whether somebody asks for something, decides something or is in trouble."""
    said = words[:20_000]
    return (
        "?" in words
        or bool(_DIRECTIONS.search(said) or _DECISIONS.search(said))
        or bool(trouble(words, DEFAULT))
    )
