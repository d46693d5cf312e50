# ruff: noqa: RUF001 (people write in many scripts, and with many dashes)
"""What machines write: titles and words of absences, mails that say of themselves that nobody wrote them."""

import re
from functools import lru_cache

_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)?(?:automatic reply|auto|auto(?:matic)?[- ]?(?:reply|response|respons|answer)"
    r"|autorespon(?:s?e?|der)|auto-?reply|out of (?:the )?office(?: auto-?reply)?|ooo"
    r"|vacation(?: (?:reply|response|message))?|away from (?:my|the) (?:office|mail|desk)"
    r"|risposta automatica|risponditore automatico|fuori (?:sede|ufficio)|assenza|messaggio di assenza"
    r"|assente|in ferie|chiusura (?:estiva|invernale|natalizia|per ferie)"
    r"|avviso di assenza|automatyczna odpowied(?:ź|z)|autoodpowied(?:ź|z)"
    r"|odpowied(?:ź|z) automatyczna|nieobecno(?:ść|sc)|poza biurem|urlop"
    r"|abwesenheits?(?:notiz|nachricht|meldung|benachrichtigung)|abwesend|automatische antwort"
    r"|betriebsferien|b(?:ü|ue)ro geschlossen|ich bin abwesend|au(?:ß|ss)er haus|r(?:é|e)ponse automatique"
    r"|absence|absent|respuesta autom(?:á|a)tica|fuera de (?:la )?oficina"
    r"|resposta autom(?:á|a)tica|automatisch antwoord|afwezig)(?:\s*[:：]|\s*[-–—(]|\s*$"
    r"|\s+(?:re|r|odp)\s*:)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:i am|i'm|i will be|i'll be|we are|currently|am) (?:currently "
    r"|now )?(?:out of (?:the |my )?office|away"
    r"|on (?:vacation|holiday|leave|annual leave|maternity|parental|business travel)|travel+ing"
    r"|not in the office|not available|unavailable)|out of (?:the )?office"
    r"|limited access to (?:my )?e-?mail|not be reading my (?:e-?)?mail|will be read (?:when i|on my) return"
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
    r"|in dringenden f(?:ä|ae)llen|au(?:ß|ss)er haus|(?:auf|in) dienstreise|betriebsferien|krankgeschrieben"
    r"|krankheitsbedingt"
    r"|(?:derzeit|zurzeit|zur zeit|momentan|aktuell|bis .{1,40}) (?:leider )?nicht (?:erreichbar|im dienst"
    r"|am platz|am arbeitsplatz)"
    r"|wieder (?:erreichbar|im b(?:ü|ue)ro|f(?:ü|ue)r sie da|zur(?:ü|ue)ck)|nach meiner r(?:ü|ue)ckkehr"
    r"|meine abwesenheit"
    r"|(?:b(?:ü|ue)ro|gesch(?:ä|ae)ft|betrieb) .{0,20}geschlossen|e-?mails? werden nicht (?:gelesen|weitergeleitet)"
    r"|(?:non leggo|non legger(?:ò|o')) (?:la posta|le e?-?mail)|non sar(?:ò|o') raggiungibile|ferie fino al"
    r"|nie b(?:ę|e)d(?:ę|e) odpowiada|nieobecn[aey] do|urlopie|(?:biuro|firma) .{0,20}(?:nieczynn|zamkni(?:ę|e)t)"
    r"|automatische antwort|absent(?:e)? (?:du|du bureau|jusqu)|en cong(?:é|e)s|r(?:é|e)ponse automatique"
    r"|fuera de la oficina|de vacaciones|respuesta autom(?:á|a)tica",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"(?:this is an? auto(?:mat(?:ic|ed)|-?generated)(?! (?:door|gate|system)s?\b)"
    r"|(?:please )?do not (?:reply|respond) to this"
    r"|(?:questo|il presente) (?:è un )?messaggio (?:è (?:stato )?)?(?:generato |inviato )?automatic"
    r"|(?:^|[.!])\s*messaggio automatico|si prega di non rispondere|non rispondere a quest"
    r"|(?:generat|inviat)[oa] automaticamente|^\s*risposta automatica|e-?mail automatica"
    r"|casella .{0,40}(?:solo invio|non (?:è|e') abilitata alla ricezione)"
    r"|wygenerowan\w+ automatycznie|automatycznie wygenerowan\w+|wys(?:ł|l)an\w+ automatycznie"
    r"|^\s*wiadomo(?:ść|sc) automatyczna"
    r"|wiadomo(?:ść|sc) (?:zosta(?:ł|l)a )?(?:wygenerowana |wys(?:ł|l)ana )?automatycznie"
    r"|(?:prosimy|prosz(?:ę|e)) nie odpowiada(?:ć|c)"
    r"|(?:nachricht|e-?mail) (?:wurde|ist) (?:eine )?automatisch|bitte antworten sie nicht auf diese"
    r"|automatisch (?:generierte|erstellte|erzeugte|versandte|verschickte)|maschinell erstellt"
    r"|^\s*automatische (?:nachricht|antwort)"
    r"|nicht auf diese (?:e-?mail|nachricht) (?:zu )?antworten|automatically generated|generated automatically"
    r"|sent automatically"
    r"|(?:this|an) auto-?(?:reply|response|responder)\b"
    r"|g(?:é|e)n(?:é|e)r(?:é|e) automatiquement|ne (?:pas r(?:é|e)pondre|r(?:é|e)pondez pas) (?:à|a) ce"
    r"|mensaje autom(?:á|a)tico|no responda a este|generado autom(?:á|a)ticamente)",
    re.IGNORECASE | re.MULTILINE,
)
_CHALLENGE = re.compile(
    r"(?:confirm|verify|prove) (?:that )?(?:you(?:'re| are)|your) (?:a human|human|e-?mail|message|address"
    r"|sender)|challenge.?response|must be (?:confirmed|verified|authenticated) before"
    r"|not (?:on|in) (?:the |my )?(?:white ?list|approved senders)",
    re.IGNORECASE,
)
_ALONG = re.compile(
    r"assenza|rivolger|rivolga|contatt|per urgenz|urgen|inoltrat|verranno lett|grazie per (?:la|il|avermi|averci)"
    r"|buona giornata|\bsaluti|gentil[ei]|buongiorno|szanown|dobry|sehr geehrte|guten tag|\bdear\b|\bhello\b"
    r"|regards|wishes|gr(?:ü|ue)(?:ß|ss)e"
    r"|pilnych|kontakt|zast(?:ę|e)p|dzi(?:ę|e)kuj\w* za (?:wiadomo|kontakt|mail|e-mail)|przekazywan"
    r"|z powa(?:ż|z)aniem|pozdraw"
    r"|dringend|vertret|wenden sie sich|weitergeleitet|dank f(?:ü|ue)r (?:ihre|deine)"
    r"|freundlichen gr(?:ü|ue)(?:ß|ss)en"
    r"|contact|urgent|in my absence|forwarded|thank(?:s| you) for (?:your|the) (?:e-?mail|mail|message)|kind regards"
    r"|reach me|respond|rispond|odpowi|antworte|return|rientr|ritorn|powro|zur(?:ü|ue)ck|riapertura|\S@\S",
    re.IGNORECASE,
)
"""What stands beside the absence in such a notice: whom else to write to, when it ends, a greeting."""
_PASSED_ON = re.compile(r"\s*(?:fwd?|i|inoltro|pd|wg|tr)\s*:", re.IGNORECASE)
_NO_REPLY = re.compile(
    r"(?:no-?_?reply|do-?not-?reply|non-?rispondere|nie-?odpowiadaj|nicht-?antworten|keine-?antwort|noreply.*"
    r"|automat.*|robot"
    r"|notification|notifications|notifiche|powiadomieni[ae])(?:[+._-].*)?@.*",
    re.IGNORECASE,
)
_LOOKED_AT = 3_000
_FEW = 2
"""Words of a greeting or a name."""
_MOST_SENTENCES = 12


def is_titled(subject: str) -> bool:
    """Whether a subject is that of an automatic reply; an answer to one is none."""
    return bool(_SUBJECT.match(subject))


@lru_cache(maxsize=8)
def is_away(words: str) -> bool:
    """Whether words speak of an absence, or that a mail has come in."""
    return bool(_AWAY.search(words[:_LOOKED_AT]))


def is_only_away(words: str) -> bool:
    """Whether words speak of an absence and of nothing else but of whom to write to, and when it ends."""
    sentences = [
        sentence
        for line in re.split(r"(?<=[^\d][.!?;:,])\s|\n\s*\n", words[:_LOOKED_AT])
        if len((sentence := " ".join(line.split())).split()) > _FEW
    ]
    if not sentences or len(sentences) > _MOST_SENTENCES or not is_away(words):
        return False
    return all(_AWAY.search(one) or _ALONG.search(one) for one in sentences)


def says_machine(words: str) -> bool:
    """Whether a mail says of itself that a machine made it, or that nobody reads answers to it."""
    return bool(_MADE.search(words[:_LOOKED_AT]))


def is_challenge(words: str) -> bool:
    """Whether a mail asks its reader to prove to be a person."""
    return bool(_CHALLENGE.search(words[:_LOOKED_AT]))


def is_no_reply(address: str) -> bool:
    """Whether an address says that nobody reads it."""
    return bool(_NO_REPLY.fullmatch(address))


def is_passed_on(subject: str) -> bool:
    """Whether a mail was passed on by whoever got it."""
    return bool(_PASSED_ON.match(subject))
