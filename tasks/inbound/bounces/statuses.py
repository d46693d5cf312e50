"""Whether a failure is for good (a hard bounce) or for now (a soft bounce), and why.

By enhanced status, then by SMTP code, then by words.

The server's word counts. A mailbox that is full is therefore permanent when the server says 5.2.2 or says without a
code that it gave up, and temporary when it says 4.2.2 or that it goes on trying: in both cases the customer has not
got the mail, and only in the second may a later one arrive. `Cause.FULL` tells it from a dead address, so that the
address can be taken up again. A
server that could not be reached (4.4.x) is temporary as long as delivery is tried, and permanent once it was given up:
days of trying lie behind it, and nobody has got the mail.
"""

import re

from models.rules.sending.dead_address import names_no_address
from tasks.inbound.bounces import languages
from tasks.inbound.message import BounceCause

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\w.,/:#-])([45])([0-5])\d(?![\d.,/:])(?=[\s\-#,:;}{(\[<'\"]|$)")
_PROVIDER_FULL = re.compile(r"[45]\.2\.2\b|\b[45]52\b")

_GOES_ON = re.compile(
    r"will (?:be retried|be re-?tried|keep trying|continue (?:to )?(?:try|attempt|be)|try again|retry"
    r"|be attempted)"
    r"|(?:attempts|trying|retrying|retries) (?:to deliver .{0,60})?will (?:continue|be (?:made|repeated))"
    r"|(?:still|keep|continue) (?:being (?:re)?tried|trying|retrying|queued|attempting)"
    r"|has(?: not)? (?:yet )?been (?:delayed|postponed)|warning (?:message )?only|do not need to resend"
    r"|need not resend|not yet been delivered|delivery (?:is |has been )?delayed"
    r"|delivery status notification \(delay\)|delayed mail|message delayed"
    r"|temporarily (?:deferred|delayed|over|unavailable|full)"
    r"|postponed|no action is required on your part|is still in the queue"
    r"|remain(?:s|ing)? (?:in|on) the queue|verr(?:à|a'|a) (?:ritentat|effettuat|riprovat)"
    r"|nuov[io] tentativ[io] (?:di|verr|sar)|(?:consegna|messaggio) (?:è |e' )?(?:stat[ao] )?ritardat"
    r"|ritardo nella consegna|continuer(?:à|a'|emo) a (?:tentare|provare)"
    r"|non (?:è|e') necessario (?:re)?inviare|op(?:ó|o)(?:ź|z)nion|ponowi(?:on|ć|my)|kolejne pr(?:ó|o)by"
    r"|pr(?:ó|o)by (?:dor(?:ę|e)czenia )?b(?:ę|e)d(?:ą|a) (?:ponawiane|kontynuowane)"
    r"|nie (?:musisz|trzeba) (?:ponownie )?wysy(?:ł|l)a(?:ć|c)|verz(?:ö|oe)ger|weitere zustellversuche"
    r"|wird weiterhin versucht|erneut versucht|keep.{0,20}retry|sera retent|nouvelle tentative"
    r"|\bdeferred\b|riprover(?:à|a')|spr(?:ó|o)buje ponownie|non (?:è|e') stat[ao] ancora"
    r"|non escludendo che|(?:resta|rimane|(?:è|e') ancora) in coda"
    r"|nie zosta(?:ł|l)[ao] jeszcze|w kolejce|kolejn\w{1,3} pr(?:ó|o)b|noch nicht zugestellt|pas encore (?:é|e)t(?:é|e)"
    r"|weitere\w? (?:zustell)?versuch|retard(?:é|e) |se seguir(?:á|a) intentando|se reintentar"
    r"|(?:queued|been (?:in|on) the queue) for [\d.]+ (?:hour|day)|still (?:in|on) (?:the )?queue"
    r"|will (?:be )?(?:deleted|returned|removed) (?:in|after) .{0,30}(?:if|unless)"
    r"|(?:for|in) (?:the )?(?:past|last) [\d.]+ hour|continueremo a|riproveremo|(?:verr|sar)\w{1,2} riprovat"
    r"|pr(?:ó|o)by b(?:ę|e)d(?:ą|a) trwa|b(?:ę|e)dziemy pr(?:ó|o)bowa"
    r"|od \d+ godzin pr(?:ó|o)buje|in der warteschlange|versuchen (?:wir )?(?:die zustellung|es) (?:noch|weiter)"
    r"|versuchen .{0,40}\b(?:noch|weiter)|\bancora in coda",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"permanent (?:fatal )?error|given up|giving up|failed permanently|permanent failure|gave up|definitiv"
    r"|errore permanente|b(?:łą|la)d trwa(?:ł|l)y|not going to try again|will not be retried"
    r"|cannot send (?:message|mail) for [\d.]+ days?|unrecoverable|in the queue too long"
    r"|retry time(?:out)? .{0,20}exceeded"
    r"|permanenter fehler|no further (?:delivery )?attempts|(?:will|can) ?not (?:be (?:re)?tried|continue|keep)"
    r"|won't (?:be (?:re)?tried|continue|keep)|non verr(?:à|a'|a) ritentat|nie b(?:ę|e)dzie ponawian",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"quota|mail ?(?:box|folder|bin).{0,40}(?:full|limit|exceed|size)|(?:full|limit).{0,20}mail ?box"
    r"|out of (?:disk )?space|disk (?:space|full)|insufficient (?:system )?storage|over.?(?:drawn|storage)"
    r"|not enough (?:storage|space)|casella .{0,30}piena|spazio .{0,30}(?:esaurito|insufficiente)"
    r"|skrzynk.{0,30}(?:pe(?:ł|l)n|przepe(?:ł|l)nion)|brak miejsca|postfach .{0,30}voll"
    r"|bo(?:î|i)te .{0,40}pleine|buz(?:ó|o)n .{0,20}lleno",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"spam|unsolicited|blocked|block ?list|black ?list|reputation|dnsbl|\brbl\b|policy|dmarc|\bspf\b|dkim"
    r"|relay(?:ing)? (?:access )?denied|unable to relay|too (?:large|big|long)|exceed\w* .{0,30}size"
    r"|size (?:limit|exceed)|virus|content|rate limit|too many|attachment|not accepting mail from|loop",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"unknown|no such|not (?:exist|found|known|listed|local|a valid)|n[o']t exist|doesn'?t (?:exist|have)"
    r"|invalid (?:recipient|mailbox|address|user)|inactive|disabled|discontinued|no longer|does not"
    r"|no (?:mailbox|user|account)|recipient (?:address )?rejected|user rejected|mailbox unavailable"
    r"|nxdomain|unrouteable|unroutable|inesistente|sconosciut|non (?:esiste|valid|trovat)|nie istnieje"
    r"|nieznany|nie ma (?:takiego|takiej)|nie znaleziono|unbekannt|existiert nicht|inconnu|n'existe"
    r"|no existe|desconocid",
    re.IGNORECASE,
)
_GONE_STATUS = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"}


def is_permanent(action: str, status: str | None, said: str) -> bool:
    """Whether the address was given up for good.

    `action` is the report's (empty when there is none), `said` what the server or the report says about the address.
    """
    if action.startswith("delay"):
        return False
    if status and status[0] in "45" and not _is_vague(status):
        return status[0] == "5" or _is_unreached_for_good(status, action, said)
    return _by_code(action, said, default=status)


def is_tried(action: str, said: str) -> bool:
    """Whether the server goes on trying to deliver the mail."""
    return action.startswith("delay") or (not action and goes_on(said))


def goes_on(said: str) -> bool:
    """Whether a notice says that delivery is still being tried."""
    return bool(_GOES_ON.search(said) or languages.WAITS.search(said)) and not gives_up(said)


def gives_up(said: str) -> bool:
    """Whether a notice says that delivery was given up."""
    return bool(_GAVE_UP.search(said))


def says_gone(said: str) -> bool:
    """Whether a notice has words for an address that does not exist."""
    return bool(_GONE.search(said) or languages.GONE.search(said) or names_no_address(said))


def says_full(said: str) -> bool:
    """Whether a notice has words for a full mailbox."""
    return bool(_FULL.search(said) or languages.FULL.search(said))


def code_in(said: str) -> bool:
    """Whether a text has an enhanced status or a code of SMTP of a failure."""
    return status_in(said) is not None or bool(_SMTP.search(said))


def status_in(said: str) -> str | None:
    """The first enhanced status of a failure in a text."""
    return next((match[0] for match in ENHANCED.finditer(said) if match[1] in "45"), None)


def cause(status: str | None, said: str, permanent: bool) -> BounceCause:
    """Why, as far as the report says it."""
    detail = status.split(".", 1)[1] if status else ""
    if detail == "2.2" or says_full(said) or _PROVIDER_FULL.search(said):
        return BounceCause.FULL
    if detail in _GONE_STATUS and permanent:
        return BounceCause.GONE
    if detail.startswith(("7.", "6.")) or detail in {"3.4", "2.3"} or _REFUSED.search(said):
        return BounceCause.REFUSED
    if permanent:
        return BounceCause.GONE if says_gone(said) else BounceCause.OTHER
    return BounceCause.OTHER


def _is_unreached_for_good(status: str, action: str, said: str) -> bool:
    return status.startswith("4.4.") and (action.startswith("fail") or not goes_on(said))


def _is_vague(status: str) -> bool:
    return status.endswith(".0.0")


def _by_code(action: str, said: str, default: str | None) -> bool:
    enhanced = status_in(said)
    if enhanced and not _is_vague(enhanced):
        return enhanced[0] == "5" or gives_up(said) or _is_unreached_for_good(enhanced, action, said)
    if default:
        return default[0] == "5"
    if enhanced:
        return enhanced[0] == "5"
    code = _SMTP.search(said)
    if code:
        return code[1] == "5" or gives_up(said)
    return not goes_on(said)
