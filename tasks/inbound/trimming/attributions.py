# ruff: noqa: RUF001 (people write in many scripts, and with many dashes)
"""The lines that mail programs put above a quotation: `On …, … wrote:` and its sisters, over several lines at times."""

import re

_OPENERS = (
    r"on\b|at\b|il\b|in data|nel giorno|il giorno|dnia|w dniu|w dn\.|dn\.|am\b|le\b|el\b|em\b|op\b|den\b"
    r"|vào|pe data|a \(z\)|quoting|citando|(?:lun|mar|mer|gio|ven|sab|dom|pon|pn|wt|śr|sr|czw|pt|sob|ndz"
    r"|niedz|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)\w{0,12}[.,]?\s|(?:понедельник|вторник|среда"
    r"|четверг|пятница|суббота|воскресенье|понеділок|вівторок|середа|четвер|п.ятниця|субота|неділя)\b"
)
_WROTE = (
    r"wrote|writes|ha scritto|scrisse|scrive|hai scritto|avete scritto|napisał(?:a|\(a\)|/a|o|em|am)?"
    r"|napisal(?:a|\(a\))?|pisze|pisał(?:a|\(a\))?|użytkownik napisał|schrieb|geschrieben|a écrit|écrivait"
    r"|a ecrit|escribió|escribio|ha escrito|escreveu|schreef|skrev|kirjoitti|написал(?:а|\(а\))?|пишет"
    r"|пише|написав|写道|寫道|のメッセージ|a scris|napsal(?:a|\(a\))?|(?:ezt )?írta|(?:şunu |şunları )?yazdı"
    r"|va escriure|escribiu|idatzi du|έγραψε|je napisa(?:o|la|l|la)|napísal(?:a|\(a\))?|je pisal(?:a)?|написа(?:ла)?"
    r"|каза|писав|писала|rašė|rakstīja|kirjutas|menulis|đã viết|님이 작성|さんは書きました|書きました|のメール"
    r"|كتب|כתב(?:ה)?|skrifaði"
)
_OPENED = re.compile(rf"^[\s*_-]{{0,12}}(?:{_OPENERS}|\d)", re.IGNORECASE)
_STAMPED = re.compile(r"\b\d{4}\b|\d{1,2}[:.]\d{2}|\d{1,2}/\d{1,2}/\d{2}")
_ADDRESSED = re.compile(r"<[^<>@]{0,200}@[^<>]{1,200}>|\[mailto:")
_ENDS = re.compile(rf"(?:{_WROTE})[^\w\n]{{0,6}}(?:[:：]\s*[*_]{{0,2}}|-{{2,}})\s*$", re.IGNORECASE)
_TOLD_US = re.compile(
    r"\b(?:mi|ci|vi|gli|le|mu|jej|nam|mnie|me|us)\s+(?:ha|hanno|avete|hai)?\s*\S{1,16}\s*:\s*$", re.IGNORECASE
)
_THEN_NAME = re.compile(
    r"^.{0,200}\d.{0,120}\b(?:schrieb|schreef|skrev)\b.{1,200}:\s*$|^.{1,200}(?:>|\w)\s+(?:schrieb|skrev"
    r"|schreef|napisał\(a\)|ha scritto)\s(?:am|den|op|dnia|w dniu|il|in data)\s.{4,80}:\s*$",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(
    r"^\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.{0,40}?(?:\s+GMT[+-]\d{1,2}:?\d{2}\s+\D{1,120}"
    r"|\s+\D{1,120}<[^<>\s]{3,200}>\s*:?)\s*$"
)
_ORIGINAL = re.compile(
    r"^[>\s*_]{0,12}[-_=*]{2,}\s*(?:original (?:message|appointment)|forwarded (?:message|by .{1,80})"
    r"|reply message|messaggio (?:originale|inoltrato)|original-nachricht|inizio messaggio inoltrato"
    r"|oryginalna wiadomość|wiadomość (?:oryginalna|przekazana|oryginal\w*)|treść oryginalnej wiadomości"
    r"|przekazana wiadomość|ursprüngliche (?:nachricht|mail)|originalnachricht|weitergeleitete nachricht"
    r"|message (?:d['’]origine|original|transféré)|mensaje (?:original|reenviado)"
    r"|mensagem (?:original|encaminhada)|oorspronkelijk bericht|ursprungligt meddelande"
    r"|oprindelig meddelelse|opprinnelig melding|исходное сообщение|пересылаемое сообщение|原始邮件).{0,60}$"
    r"|^[>\s#*_=-]{0,12}(?:please )?(?:reply|type your (?:reply|response)|write) above this line.{0,40}$"
    r"|^[>\s#*_=-]{0,12}(?:rispond(?:a|i|ere|ete)|scriv(?:a|i|ere|ete)) sopra questa (?:riga|linea).{0,40}$"
    r"|^[>\s#*_=-]{0,12}(?:prosimy )?odpowied\w+ (?:powyżej|nad) tej? lini\w.{0,40}$"
    r"|^[>\s#*_=-]{0,12}(?:bitte )?antwort\w* (?:sie )?(?:bitte )?oberhalb dieser (?:zeile|linie).{0,40}$"
    r"|^[>\s]{0,12}(?:begin forwarded message|inizio messaggio inoltrato|początek przekazywanej wiadomości"
    r"|anfang der weitergeleiteten nachricht|début du message réexpédié)\s*:\s*$",
    re.IGNORECASE,
)
_MAX_LINES = 7
_MAX_CHARS = 500


def attribution(lines: list[str], at: int) -> int:
    """How many lines from `at` on are one attribution; 0 when none begins there."""
    joined = ""
    opened = bool(_OPENED.match(lines[at]))
    for count, line in enumerate(lines[at : at + _MAX_LINES], start=1):
        if (
            not opened
            and joined
            and (_OPENED.match(line) or (joined[-1] in ".!?;:," and not _ADDRESSED.search(joined)))
        ):
            return 0  # a sentence of the answer stands right above the attribution
        if not line.strip():
            if not joined or not _goes_on(lines, at + count):
                return 0
            continue
        joined = f"{joined} {line.strip().removeprefix('> ')}".strip()
        if len(joined) > _MAX_CHARS:
            return 0
        if (joined[-1] in ":：>-" or "GMT" in joined) and _is_one(joined):
            return count
    return 0


def original_marker(line: str) -> bool:
    """Whether a line such as `-----Messaggio originale-----` announces the mail that is answered."""
    return bool(_ORIGINAL.match(line)) if len(line) < _MAX_CHARS else False


def _goes_on(lines: list[str], at: int) -> bool:
    """Whether after a blank line the address of an attribution follows, as one mail program has it."""
    return at < len(lines) and lines[at].strip().startswith("<")


def _is_one(joined: str) -> bool:
    addressed, opened = _ADDRESSED.search(joined), _OPENED.match(joined)
    if _ENDS.search(joined) and not _TOLD_US.search(joined):
        return bool(addressed or (opened and _STAMPED.search(joined)))
    if _THEN_NAME.match(joined):
        return bool(addressed or opened)
    return bool(_DATE_NAME.match(joined))
