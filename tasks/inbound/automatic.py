# ruff: noqa: RUF001 (people write in many scripts, and with many dashes)
"""Was it a machine that answered (RFC 3834)? A person's words must never be taken for one.

A header alone proves nothing: some help desks stamp every mail, and people write in them. So a mail is automatic when
a header says so *and* its words or its empty return path agree; when only one of them does, a person looks at it.
"""

import re
from collections.abc import Iterator
from email.message import Message

from tasks.inbound import certified, headers
from tasks.inbound.bounces.notices import is_daemon
from tasks.inbound.message import Verdict
from tasks.inbound.parts import Part
from tasks.inbound.person import speaks

Judged = tuple[Verdict, str]

_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)?(?:automatic reply|auto|auto(?:matic)?[- ]?(?:reply|response|respons|answer)"
    r"|autorespon(?:s?e?|der)|auto-?reply|out of (?:the )?office(?: auto-?reply)?|ooo"
    r"|vacation(?: (?:reply|response|message))?|away from (?:my|the) (?:office|mail|desk)"
    r"|risposta automatica|risponditore automatico|fuori (?:sede|ufficio)|assenza|messaggio di assenza"
    r"|assente|in ferie|chiusura (?:estiva|invernale|natalizia|per ferie)"
    r"|avviso di assenza|automatyczna odpowied(?:ź|z)|autoodpowied(?:ź|z)"
    r"|odpowied(?:ź|z) automatyczna|nieobecno(?:ść|sc)|poza biurem|urlop"
    r"|abwesenheits?(?:notiz|nachricht|meldung|benachrichtigung)|abwesend|automatische antwort"
    r"|r(?:é|e)ponse automatique|absence|absent|respuesta autom(?:á|a)tica|fuera de (?:la )?oficina"
    r"|resposta autom(?:á|a)tica|automatisch antwoord|afwezig)(?:\s*[:：]|\s*[-–—(]|\s*$"
    r"|\s+(?:re|r|odp)\s*:)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:i am|i'm|i will be|i'll be|we are|currently|am) (?:currently "
    r"|now )?(?:out of (?:the |my )?office|away"
    r"|on (?:vacation|holiday|leave|annual leave|maternity|parental|business travel)|travel+ing"
    r"|not in the office|not available|unavailable)|out of (?:the )?office"
    r"|limited access to (?:my )?e-?mail"
    r"|(?:will|shall) (?:be back|return|respond|reply|answer) .{0,60}(?:return|back|possible|soon)"
    r"|automat(?:ic|ed) (?:reply|response|answer|message|e-?mail)|auto-?(?:reply|response|responder)"
    r"|no longer (?:in use|monitored|works?|with|employed)|do not reply to this|not monitored"
    r"|we (?:have )?received your (?:message|e-?mail|request|enquiry|inquiry)"
    r"|(?:ticket|request|case) .{0,40}(?:has been|was) (?:created|opened|received|registered)|(?:sono|sarò"
    r"|saro'|siamo|saremo) (?:attualmente |momentaneamente |temporaneamente )?(?:fuori (?:sede|ufficio)"
    r"|assente|assenti|in ferie|in vacanza|chius[io])|fuori (?:sede|ufficio)|assenza dall'ufficio"
    r"|risposta automatica|risponditore automatico|messaggio (?:generato )?automatic"
    r"|(?:al mio|al) (?:rientro|ritorno)|rientrer(?:ò|o')|non rispondere a quest"
    r"|abbiamo ricevuto (?:il (?:suo|tuo|vostro) messaggio"
    r"|la (?:sua|tua|vostra) (?:richiesta|e-?mail|mail))"
    r"|casella .{0,40}(?:non (?:è|e') (?:pi(?:ù|u') )?(?:attiva|presidiata|monitorata))|per urgenze"
    r"|posta .{0,30}saltuari|(?:jestem|b(?:ę|e)d(?:ę|e)|przebywam) (?:obecnie |aktualnie )?(?:poza biurem"
    r"|nieobecn|na urlopie|na zwolnieniu)|poza biurem|nieobecno(?:ść|sc|ści)|na urlopie"
    r"|odpowied(?:ź|z) automatyczna|automatyczna odpowied(?:ź|z)"
    r"|wiadomo(?:ść|sc) (?:zosta(?:ł|l)a )?(?:wygenerowana )?automatyczn|prosimy? nie odpowiada(?:ć|c)"
    r"|po (?:moim )?powrocie|w pilnych sprawach|otrzymali(?:ś|s)my (?:pa(?:ń|n)stwa|twoj)"
    r"|skrzynka .{0,40}(?:nie jest ju(?:ż|z)|nieaktywna)"
    r"|nie pracuj(?:ę|e) ju(?:ż|z)|urlop\w* (?:macierzy|wychowaw|rodziciel)"
    r"|congedo (?:di )?(?:maternit|paternit|parental)|non lavor(?:o|a) pi(?:ù|u')|chius\w per (?:ferie|festivit)"
    r"|(?:e-?mail|messaggio|richiesta) .{0,30}stat[ao] (?:ricevut|registrat|presa in carico)"
    r"|elternzeit|mutterschutz|nicht mehr .{0,40}(?:t(?:ä|ae)tig|besch(?:ä|ae)ftigt)"
    r"|(?:anfrage|nachricht|e-?mail) ist bei uns eingegangen|nicht im (?:b(?:ü|ue)ro|hause)|abwesend|im urlaub"
    r"|automatische antwort|absent(?:e)? (?:du|du bureau|jusqu)|en cong(?:é|e)s|r(?:é|e)ponse automatique"
    r"|fuera de la oficina|de vacaciones|respuesta autom(?:á|a)tica",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"(?:this is an? auto(?:mat(?:ic|ed)|-?generated)|(?:please )?do not (?:reply|respond) to this"
    r"|(?:questo|il presente) (?:è un )?messaggio (?:è (?:stato )?)?(?:generato |inviato )?automatic"
    r"|^\s*messaggio automatico|si prega di non rispondere|non rispondere a quest"
    r"|wiadomo(?:ść|sc) (?:zosta(?:ł|l)a )?(?:wygenerowana |wys(?:ł|l)ana )?automatycznie"
    r"|(?:prosimy|prosz(?:ę|e)) nie odpowiada(?:ć|c)"
    r"|(?:nachricht|e-?mail) (?:wurde|ist) (?:eine )?automatisch|bitte antworten sie nicht auf diese)",
    re.IGNORECASE | re.MULTILINE,
)
"""A mail that says of itself that a machine made it."""
_DESK_FIELDS = (
    "X-RT-Ticket",
    "RT-Ticket",
    "X-Zendesk-From-Account-Id",
    "X-OTRS-FollowUp",
    "X-Freshdesk-Ticket-Id",
    "X-Ticket-ID",
    "X-HelpScout-Conversation-ID",
    "X-Intercom-Message",
    "X-Zammad-Ticket-Id",
    "X-Jira-Fingerprint",
    "X-Kayako-Ticket",
    "X-osTicket-Thread",
    "X-FD-Ticket-Id",
    "X-Salesforce-Case",
)
_DESK_MAILER = re.compile(
    r"zendesk|freshdesk|otrs|znuny|zammad|request tracker|osticket|helpscout|help scout|jira|kayako"
    r"|intercom|hubspot|gorgias",
    re.IGNORECASE,
)
_DESK_WORDS = re.compile(
    r"(?:type|write) your (?:reply|response) above|rispond\w+ sopra quest|odpowied\w+ powy(?:ż|z)ej tej"
    r"|antwort .{0,20}oberhalb",
    re.IGNORECASE,
)
_TICKET = re.compile(
    r"\[[^\]]{0,30}#\s?\w{1,30}[^\]]{0,20}\]"
    r"|\b(?:ticket|case|caso|zg(?:ł|l)oszeni[ea])\s?(?:#|nr|n\.)\s?\w{1,30}",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"\s*(?:re|r|rif|odp|aw|sv|antw|ris)\s*(?:\[\d{1,3}\])?\s*:", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"(?:confirm|verify|prove) (?:that )?(?:you(?:'re| are)|your) (?:a human|human|e-?mail|message|address"
    r"|sender)|challenge.?response|must be (?:confirmed|verified|authenticated) before"
    r"|not (?:on|in) (?:the |my )?(?:white ?list|approved senders)",
    re.IGNORECASE,
)
_WEAK = {
    "Auto-Submitted: auto-generated",
    "Precedence: bulk",
    "Precedence: junk",
    "Precedence: list",
    "List-Id",
    "Feedback-ID",
    "List-Unsubscribe",
}
"""Signs that many a mail of a person bears: they need more than words about an absence."""
_CHALLENGERS = (
    "X-TMDA-Fingerprint",
    "X-Boxtrapper",
    "X-Spamarrest-NoId",
    "X-BlueBottle-Request",
    "X-ASK-Auth",
)


def judge(mail: Message, parts: list[Part], words: str, quoted: str) -> Judged | None:
    """Automatic or doubtful, and why; nothing when nothing speaks for a machine."""
    if _is_receipt(mail, parts):
        return Verdict.AUTOMATIC, "a receipt"
    if any(name in mail for name in _CHALLENGERS):
        return Verdict.AUTOMATIC, "it asks the sender to prove himself"
    said = _by_header(mail)
    subject = headers.text(mail, "Subject")
    titled = bool(_SUBJECT.match(subject))
    away = titled or bool(_AWAY.search(words[:3_000]))
    if said is None:
        return _without_header(mail, titled, words)
    if _is_desk(mail, subject, words, quoted):
        return Verdict.DOUBTFUL, f"{said}, and a help desk in which people write"
    unasked = (
        _nobody(mail)
        and said.startswith("Auto-Submitted: auto-replied")
        and not _ANSWERS.match(subject)
        and not quoted
    )
    enough = titled or _nobody(mail) or said not in _WEAK
    if (unasked or (away and enough)) and not speaks(words):
        return Verdict.AUTOMATIC, said
    return Verdict.DOUBTFUL, f"{said}, and words that a person may have written"


def _by_header(mail: Message) -> str | None:
    """What the header says; the stronger sign first."""
    submitted = headers.text(mail, "Auto-Submitted", 200).lower()
    if submitted and not submitted.startswith("no"):
        return (
            f"Auto-Submitted: {'auto-replied' if submitted.startswith('auto-replied') else 'auto-generated'}"
        )
    return next(_lesser_signs(mail), None)


def _lesser_signs(mail: Message) -> Iterator[str]:
    for name in (
        "X-Autoreply",
        "X-Autorespond",
        "X-Autoresponder",
        "X-Auto-Reply",
        "X-Autogenerated",
        "X-Mail-Autoreply",
        "X-AutoReply-From",
        "X-Vacation",
    ):
        if headers.text(mail, name, 100).lower() not in {"", "no", "false", "0"}:
            yield name
    if "vacation" in headers.text(mail, "X-Apple-Action", 100).lower():
        yield "X-Apple-Action: vacation"
    precedence = headers.text(mail, "Precedence", 100).lower()
    if precedence in {"auto_reply", "auto-reply", "bulk", "junk", "list"}:
        yield f"Precedence: {precedence}"
    if "X-MS-Exchange-Inbox-Rules-Loop" in mail and _SUBJECT.match(headers.text(mail, "Subject")):
        yield "a rule of the sender's mailbox"
    for name in ("List-Id", "Feedback-ID", "List-Unsubscribe"):
        if name in mail:
            yield name
    if _nobody(mail):
        yield "an empty return path"


def _without_header(mail: Message, titled: bool, words: str) -> Judged | None:
    if _CHALLENGE.search(words[:3_000]) and not titled:
        return Verdict.DOUBTFUL, "it may ask the sender to prove himself"
    if not titled and _MADE.search(words[:3_000]) and not speaks(words):
        return Verdict.DOUBTFUL, "its words say that a machine made it, and no header does"
    if not titled or _ANSWERS.match(headers.text(mail, "Subject")):
        return None
    if _AWAY.search(words[:3_000]) and "X-Auto-Response-Suppress" in mail and not speaks(words):
        return Verdict.AUTOMATIC, "the subject and the words of an absence"
    return Verdict.DOUBTFUL, "the subject of an automatic reply, and no header that says so"


def _nobody(mail: Message) -> bool:
    return headers.raw(mail, "Return-Path").strip() == "<>" or is_daemon(headers.sender(mail)[0])


def _is_receipt(mail: Message, parts: list[Part]) -> bool:
    report = str(mail.get("Content-Type", ""))[:500].lower()
    read = any(part.kind == "message/disposition-notification" for part in parts)
    return read or "disposition-notification" in report or certified.reports_success(mail)


def _is_desk(mail: Message, subject: str, words: str, quoted: str) -> bool:
    mailer = f"{headers.text(mail, 'X-Mailer', 200)} {headers.text(mail, 'User-Agent', 200)}"
    named = any(name in mail for name in _DESK_FIELDS) or bool(_DESK_MAILER.search(mailer))
    asked = bool(_DESK_WORDS.search(words) or _DESK_WORDS.search(quoted))
    return named or asked or bool(_TICKET.search(subject))


def is_bulk(mail: Message) -> bool:
    """Whether its head says that it went to many (RFC 2919, RFC 2369, RFC 3834)."""
    precedence = headers.text(mail, "Precedence", 100).lower()
    return precedence in {"bulk", "list", "junk"} or any(
        name in mail for name in ("List-Id", "List-Unsubscribe", "Feedback-ID")
    )
