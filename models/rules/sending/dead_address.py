"""Whether an address is dead: one rule for what a mail server says at once and for what comes back later.

Only what says that the address does not exist or is shut (RFC 3463: 5.1.x, 5.2.1, and their plain words) kills it.
Policy, reputation, rate, size, a full mailbox and relaying never do: they speak of us, of the mail or of the moment. So
does a refusal of anything but the recipient, such as the end of the data.
"""

import re

_PERMANENT = 500
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_DEAD = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1"})
"""Not 5.1.7 and 5.1.8, which speak of the sender, nor 5.1.5 (valid) and 5.1.9 (an old server behind it)."""
_VAGUE = frozenset({"0.0", "1.0", "2.0", "3.0", "5.0"})
"""Say nothing by themselves: the words decide."""
_NOISE = re.compile(r"https?://\S+|<?[^\s<>@:;,]+@[^\s<>:;,]+>?")

_OTHER_REASON = re.compile(
    r"\bspam|unsolicited|\bblock|\bblack ?list|reputation|dnsbl|\brbls?\b|\bpolic(?:y|ies)\b|dmarc|\bspf\b|dkim"
    r"|\brelay|\brate\b|\blimit|\bquota|\bfull\b|exceed|\btoo (?:many|much|large|big|long|fast)\b|\bsize\b"
    r"|gr[ae]ylist|temporar|\blater\b|authenticat|\bsender\b|\bvirus|\bsuspicious"
    r"|\bpien[ao]\b|\bspazio\b|\btropp[iaoe]\b|dimension|mittente|autenticaz|riprova"
    r"|przepe[łl]nion|\bpe[łl]n[ay]\b|brak miejsca|zbyt (?:du[żz]|wiel)|nadawc|p[óo][źz]niej|uwierzytelni"
    r"|\bpreferences?\b|\bpermissions?\b|\brestrict|not (?:allowed|permitted)|\bdenied\b|\bmoderat"
    r"|(?:reply to|after) (?:the )?(?:end of )?(?:data|mail from|helo|ehlo)\b"
    r"|\bvoll\b|\bzu (?:viele|gro(?:ß|ss))|absender|sp[äa]ter",
    re.IGNORECASE,
)
_WHO = (
    r"(?:users?|recipients?|mail ?box(?:es)?|accounts?|address(?:es)?|addressee|alias|person|local ?part|inbox"
    r"|domain|host)"
)
_SPOKEN = re.compile(
    rf"\bno such {_WHO}\b|\b(?:unknown|invalid|non-?exist[ea]nt|unrouteable|unroutable|bad destination) "
    rf"(?:local |virtual |destination |mailbox )?{_WHO}\b"
    rf"|\b{_WHO}\b[^.;]{{0,60}}?\b(?:unknown|inactive|disabled|deactivated|closed|discontinued"
    r"|not (?:exist(?:ing)?|found|known|listed|local|recogni[sz]ed|(?:a )?valid|here)|does(?: not|n'?t) exist"
    r"|no longer (?:exist|valid|available|in use|active))"
    rf"|\bno (?:mailbox|user|account|{_WHO})\b[^.;]{{0,30}}\b(?:here|name|such|exists?|found)\b"
    r"|\bdoes(?: not|n'?t) have an?\b.{0,40}?\baccount\b|\bnxdomain\b|\bnull mx\b"
    r"|\b(?:utente|casella|indirizzo|destinatario|dominio|account)\b[^.;]{0,60}?"
    r"\b(?:sconosciut|inesistent|disattivat|disabilitat|non (?:esist|valid|trovat|attiv))"
    r"|\b(?:sconosciut|inesistent)\w* (?:utente|destinatario|indirizzo)"
    r"|\b(?:u[żz]ytkownik|odbiorc|adres|kont|skrzynk|domen)\w*\b[^.;]{0,60}?"
    r"\b(?:nieznan|nieaktywn|zablokowane na sta[łl]e|nie istniej|nie znaleziono|nie zosta[łl]\w* znalezion)"
    r"|\bnie ma (?:takiego|takiej) (?:u[żz]ytkownika|odbiorcy|adresu|skrzynki|konta)"
    r"|\bnieznan\w+ (?:u[żz]ytkownik|odbiorc|adres)"
    r"|\bbrak (?:takiego|takiej) (?:u[żz]ytkownika|odbiorcy|adresu|skrzynki|konta)"
    r"|\b(?:do(?: not|n'?t)|nobody|no ?one) (?:have )?(?:any(?:body|one) )?(?:by|with|of) (?:that|the|this) name"
    r"|\b(?:empf[äa]nger|benutzer|adresse|postfach|konto|mailbox|domain|teilnehmer)\w*\b[^.;]{0,60}?"
    r"\b(?:unbekannt|existiert nicht|nicht (?:gefunden|vorhanden|bekannt)|deaktiviert|ung[üu]ltig)"
    r"|\bunbekannte\w? (?:empf[äa]nger|benutzer|adress)"
    r"|\b(?:utilisateur|destinataire|adresse|usuario|direcci[óo]n|cuenta)\b[^.;]{0,40}?"
    r"\b(?:inconnu|n'existe|desconocid|no existe|inexistente?)",
    re.IGNORECASE,
)


def names_no_address(said: str) -> bool:
    """Whether words say that an address does not exist or is shut, whatever else they say."""
    return _SPOKEN.search(" ".join(_NOISE.sub(" ", said).split())) is not None


def is_dead(said: str, *, code: int | None = None, status: str | None = None) -> bool:
    """Whether a refusal says that the address does not exist or is shut.

    `said` is the server's text; `code` its SMTP code where there is one, and `status` the enhanced status of a report,
    otherwise looked for in the text. In doubt it is not dead: it is tried again, and then a person is told.
    """
    if code is not None and code < _PERMANENT:
        return False
    words = " ".join(_NOISE.sub(" ", said).split())
    if status is None and (found := _ENHANCED.search(words)):
        status = found[0]
    if _OTHER_REASON.search(words):
        return False
    detail = status.partition(".")[2] if status else ""
    if status is not None and detail not in _VAGUE:
        return status.startswith("5.") and detail in _DEAD
    return (status is None or status.startswith("5.")) and _SPOKEN.search(words) is not None
