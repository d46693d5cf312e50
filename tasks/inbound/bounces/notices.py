"""Notices for people's eyes only: which address do they say was not reached?

Every server words it anew, so no wording is looked for but failure itself: the addresses of the notice are ranked by
how they stand in it.
"""

import re

from tasks.inbound import headers
from tasks.inbound.bounces import languages

FAILURE = re.compile(
    r"(?:could|can|was|were|has|have|is|are|did|do|does|been|wasn|couldn|may|will)(?:'t| ?not"
    r"|not) (?:been )?(?:be )?(?:able to )?(?:successfully )?(?:deliver|reach|receiv|sent|process|accept"
    r"|forward|complet)|undeliver|not deliver|non-?deliver"
    r"|deliver\w* .{0,40}(?:fail|error|problem|abort|delay|impossible|unsuccess)"
    r"|fail\w* .{0,40}(?:deliver|recipient|address)|unable to (?:deliver|send|reach|relay)"
    r"|returned (?:mail|to sender)|return\w* (?:your )?(?:mail|message)|bounced|rejected"
    r"|permanent (?:fatal )?error|unknown (?:user|recipient|address)|(?:user|recipient|address|account"
    r"|host|mailbox) (?:is )?(?:unknown|not found|does not exist|disabled)"
    r"|no such (?:user|mailbox|person|recipient|address)|not a valid (?:user|recipient|mailbox|address)"
    r"|over quota|quota exceeded|exceed.{0,20}quota"
    r"|mailbox (?:is )?(?:full|unavailable)"
    r"|invalid (?:final delivery |mail ?box )?(?:userid|recipient|address)|isn't listed|not listed in"
    r"|not accepting mail|not accept|will continue to be made|delay"
    r"|non (?:è|e'|e) (?:stato |è )?(?:possibile|stato (?:possibile )?(?:consegna|recapita))"
    r"|(?:recapito|consegna|dostarczenie|dor(?:ę|e)czenie) .{0,60}(?:non riuscit|nie powiod)"
    r"|non recapitabile|mancat[oa] (?:consegna|recapito)|non consegnat|non recapitat"
    r"|(?:rilevato un|rilevata una) (?:errore|anomalia)|rifiutato dal sistema"
    r"|impossibile (?:consegnare|recapitare|inviare)|consegna .{0,30}(?:fallita|non riuscita|ritard)"
    r"|destinatario (?:sconosciuto|inesistente)|casella .{0,30}(?:piena|inesistente|disattivata)"
    r"|utente (?:sconosciuto|inesistente)|nie (?:mo(?:ż|z)e|mog(?:ł|l)a|zosta(?:ł|l)a|uda(?:ł|l)o"
    r"|dostarczon|dor(?:ę|e)czon|by(?:ł|l)o mo(?:ż|z)liwe)|niedostarcz|niedor(?:ę|e)cz|zwr(?:ó|o)con"
    r"|b(?:łą|la)d .{0,20}(?:dostarcz|dor(?:ę|e)cz)|odbiorca .{0,20}nie istnieje"
    r"|nieznany (?:odbiorca|u(?:ż|z)ytkownik)"
    r"|skrzynka .{0,30}(?:pe(?:ł|l)na|przepe(?:ł|l)niona|nie istnieje)|op(?:ó|o)(?:ź|z)nion|unzustellbar"
    r"|nie dotar(?:ł|l)|in ritardo|nicht bekannt|nicht m(?:ö|oe)glich"
    r"|nicht (?:zugestellt|zustellbar|ausgeliefert)|konnte nicht|zustellung .{0,30}(?:fehl|nicht)"
    r"|non remis|n'a (?:pas )?pu|n'existe pas|pas (?:pu )?(?:ê|e)tre (?:remis|d(?:é|e)livr|distribu)"
    r"|(?:é|e)chec|no (?:se )?(?:pudo|ha podido|fue posible)|n(?:ã|a)o (?:p(?:ô|o)de|foi poss)"
    r"|niet (?:worden )?(?:afgeleverd|bezorgd)"
    r"|(?:den|die) .{0,40}empf(?:ä|ae)nger .{0,40}nicht erreicht|nicht (?:angekommen|erreichbar|mehr g(?:ü|ue)ltig)"
    r"|nicht .{0,40}(?:(?:ü|ue)bermittelt|(?:ü|ue)bergeben|weitergeleitet|angenommen|entgegengenommen|versendet)"
    r"|r(?:ü|ue)ckl(?:ä|ae)ufer|abgewiesen|abgelehnt|zur(?:ü|ue)ckgewiesen|verweigert|gibt es nicht"
    r"|warteschlange|existiert nicht"
    r"|non (?:pu(?:ò|o'|o)|ha potuto|hanno potuto) (?:essere )?(?:consegn|recapit|accett|raggiung|ricever)"
    r"|respint[oaie]|rifiutat[oaie]|restituit[oaie]|(?:ha|(?:è|e') stat[oa]) (?:superat|raggiunt)[oa]"
    r"|indirizzo .{0,60}(?:inesistente|non (?:esiste|valido))|dominio .{0,60}non esiste|ancora in coda"
    r"|nie (?:trafi|dotar|powiod|mog|jest mo(?:ż|z)liwe)|odrzucon|usuni(?:ę|e)t[eya]|odm(?:ó|o)wi"
    r"|oczekuje na (?:dostarcz|wys)|pr(?:ó|o)buje (?:ponownie )?dostarczy|nie odpowiada"
    r"|(?:have been |was |been )?unable to (?:contact|connect)|could not (?:contact|connect)|was refused"
    r"|has (?:stopped|blocked|quarantined|discarded) (?:the|your|this)"
    r"|still (?:in|on) (?:the )?queue|has been queued for",
    re.IGNORECASE,
)
"""Words of failure to deliver; checked together with who sent the notice, never alone."""


def tells_failure(text: str) -> bool:
    """Whether a text has words of failure, in any language that a list here is for."""
    return bool(FAILURE.search(text) or languages.FAILURE.search(text))


_NOT_MEANT = re.compile(
    r"message-id|please (?:contact|forward|send|notify|call|e-?mail|write|reply|use|try)|contact (?:the|your|us)"
    r"|(?:has )?(?:moved|changed) to|nuov[oa] (?:indirizzo|e-?mail|mail|casella)|new (?:e-?mail )?address"
    r"|neuen? (?:e-?mail-?)?adresse|now(?:y|ego|ym) adres\w*|nouvelle adresse|nueva direcci|nieuwe adres"
    r"|for (?:further )?(?:assistance|help|more)|reported? (?:this|it)|sender:|^\s*from:|\bfrom\b.{0,12}$"
    r"|reply-to|return-path|envelope-from|mail from|postmaster|contattare|scriv(?:ere|i) a|kontakt"
    r"|skontaktuj|wenden sie sich|mittente|nadawca|absender|smtp id|received:|references|in-reply-to"
    r"|^\s*by ",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"^\W{0,12}(?:mailto:|to:|rcpt to:|recipient:|rfc822;|failed recipient:?|address:|error-for:"
    r"|\(?expanded from:)?\W{0,4}\S{1,100}@\S{1,200}?\W{0,6}(?:\(.{0,100}\)?)?$",
    re.IGNORECASE,
)
_MAX_LINES = 400
_SAID = 60
"""Characters before an address that tell what it is for."""
_REACH = 6
"""Lines after words of failure within which an address is what they are about."""


def addresses_in(notice: str, not_these: frozenset[str]) -> list[str]:
    """The addresses that a notice most likely says were not reached; none when it is unclear.

    `not_these` are the addresses of the notice's own sender and readers.
    """
    fails = tells_failure if languages.FAILURE.search(notice) else FAILURE.search
    ranks: dict[str, int] = {}
    since_failure = _REACH + 1
    for line in (line[:1_000] for line in notice.split("\n")[:_MAX_LINES]):
        is_failure = bool(fails(line))
        since_failure = 0 if is_failure else since_failure + bool(line.strip())
        if "@" not in line:
            continue
        rank = _rank(line, since_failure, is_failure=is_failure)
        for address in _named_in(line):
            if address not in not_these and not is_daemon(address):
                ranks[address] = max(rank, ranks.get(address, 0))
    best = max(ranks.values(), default=0)
    return [address for address, rank in ranks.items() if rank == best][:50]


def is_id(address: str) -> bool:
    """Whether what looks like an address is the id of a mail."""
    return bool(_ID.match(address))


_ID = re.compile(
    r"(?=\S{0,100}\d)(?:seguito\.|\d{8,}[.-][\w.-]*\w|[\w.+=-]{0,80}?[0-9a-f]{16,}|\S{0,60}?\$|e?1[a-z0-9]{5}-[a-z0-9]{6,}-"
    r"|ca[+\w=-]{24,}@mail\.|\S{0,60}javamail|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}|[\w.+=-]{40,}@)",
    re.IGNORECASE,
)
_BEFORE_ID = re.compile(
    r"(?:\b(?:id|msgid|message-?id|identifier|kennung|identificativo|identyfikator)\b|\bqueued? as"
    r"|\b(?:message|messaggio|nachricht|wiadomo\w{2,4}))[\s:=<(#\"']*$",
    re.IGNORECASE,
)


def is_daemon(address: str) -> bool:
    """Whether an address is a mail system's own."""
    return bool(_DAEMON.match(address))


_DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|post[-_]?master|mdaemon|uucp|daemon|mmdf|mailerdaemon|mail\.delivery|bounces?"
    r"|mail-?delivery|microsoftexchange\w+|maildelivery|root|mailsystem|mail-system|no-?reply-?mail\w*"
    r"|mailmarshal|mime-?sweeper|mail-?sweeper|scanmail\w*|interscan\w*|amavis\w*|web-?shield|group-?shield"
    r"|anti-?(?:virus|spam)|content-?filter|mail-?(?:router|gateway|guard)|smtp-?gateway\w*|ndr|smtp\w*mail\w*)[-+=._a-z0-9]{0,80}@",
    re.IGNORECASE,
)


def _named_in(line: str) -> list[str]:
    """The addresses of a line that may have failed: no ids of mails, and nobody to turn to."""
    before = ((line[: match.start()], match[0]) for match in headers.ADDRESS.finditer(line))
    shown = (
        found
        for said, found in before
        if not (_BEFORE_ID.search(said[-40:]) or _NOT_MEANT.search(said[-_SAID:]))
    )
    return [address for one in shown for address in headers.addresses(one) if not is_id(address)]


def _rank(line: str, since_failure: int, *, is_failure: bool) -> int:
    near = since_failure <= _REACH
    if is_failure or (near and _ALONE.match(line)):
        return 3
    return 2 if near or _ALONE.match(line) else 1
