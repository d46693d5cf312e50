"""Is it a bounce, and of whom? The machine-readable report is asked first, then the field's library, then the words."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from tasks.inbound import certified, headers
from tasks.inbound.bounces import notices, returned, statuses
from tasks.inbound.bounces.dsn import Reported, has_failed, rejections_in, reports_in, reports_in_text
from tasks.inbound.message import UNNAMED, BounceCause, Bounced
from tasks.inbound.parts import RETURNED, Part

_SUBJECT = re.compile(
    r"undeliver|non-?deliver"
    r"|delivery (?:status )?(?:notification|failure|failed|report|problem|error|has failed)"
    r"|fail(?:ure|ed) (?:notice|mail|deliver)|mail(?:er)? (?:delivery |system )?(?:fail|error)"
    r"|returned (?:mail|to sender)|delayed mail|mail delay|message (?:delayed|status|delivery)"
    r"|delivery (?:has been |is )?delay|warning: (?:message|could)|could not (?:send|be delivered)"
    r"|message not delivered|bounce|recapito non riuscito|non recapitabile"
    r"|mancat[oa] (?:consegna|recapito)|non (?:consegnat|recapitat)|impossibile (?:recapitare|consegnare)"
    r"|notifica (?:dello )?stato (?:di )?(?:consegna|recapito)|errore (?:di|nella) consegna"
    r"|avviso di mancat|niedostarcz|niedor(?:ę|e)cz|nie dostarczono|zwrot (?:wiadomo|poczty|listu)"
    r"|b(?:łą|la)d dostarcz|nie mo(?:ż|z)na dostarczy|unzustellbar|nicht zustellbar|fehlgeschlagen"
    r"|(?:recapito|consegna) (?:in )?ritard|op(?:ó|o)(?:ź|z)ni|zustellung (?:nicht|verz)|verz(?:ö|oe)gert"
    r"|non remis|(?:é|e)chec|no se puede entregar|devuelto|non distribu",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery|daemon|administrator)|delivery (?:sub)?system|postmaster|mail system",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:your|this|the|a|an) (?:e-?mail|message|mail)(?: below)?\b[^.>]{0,120}\b(?:could|was|can|has|is"
    r"|were|did) ?(?:not|n't)(?: be| been)? (?:able to be )?(?:deliver|sent to|reach)"
    r"|unable to deliver (?:the |your |this )?(?:e-?mail|message|mail)|failed recipients|rcpt to:"
    r"|smtp error|^[45]\d\d[ -]|(?:e-?mail|message) below could not be delivered"
    r"|(?:message|mail) (?:has failed delivery|(?:was|has been) (?:rejected|refused|blocked|returned))"
    r"|deliver\w* to the following|messaggio .{0,80}non .{0,30}(?:consegna|recapita)"
    r"|wiadomo\S{1,3} .{0,80}nie .{0,30}(?:dostarcz|dor(?:ę|e)cz)|nachricht .{0,80}nicht .{0,30}zugestellt"
    r"|message n'a pas",
    re.IGNORECASE,
)
"""What a mail must say to count as a bounce when neither its sender nor its form shows one: customers, too, write
that a delivery has failed."""
_DELAY = re.compile(
    r"delay|warning: could not|still being retried|still in (?:the )?queue|ritard|op(?:ó|o)(?:ź|z)ni|verz(?:ö|oe)ger"
    r"|retard|oczekuje|(?:jeszcze|ancora|noch) (?:nie|non|nicht)|for (?:the )?(?:past|last) [\d.]+ (?:hour|day)",
    re.IGNORECASE,
)
"""What the subject of a notice says that is no failure yet."""
_WARNING = re.compile(r"\bwarning\b|ostrze(?:ż|z)enie|\bwarnung\b|\bavvertimento\b", re.IGNORECASE)
"""The same, where nothing says that the address is gone."""
_BEGINS = re.compile(rf"^[\W_]{{0,12}}(?:\"[^\"\n]{{0,80}}\" <)?({headers.ADDRESS.pattern})", re.MULTILINE)
_ROLE = re.compile(
    r"(?:admin|administrator|system|sysadmin|maiser|mailer|no-?reply|do-?not-?reply|notify|.*(?:smtp|gateway|virus))[\w.+-]*@",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"\s*(?:re|r|rif|odp|aw)\s*:", re.IGNORECASE)
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|i|pd|rv)\s*:", re.IGNORECASE)
_FORWARDED_FROM = re.compile(
    rf"({headers.ADDRESS.pattern})>?\s{{0,20}}\(generated from\s{{1,5}}({headers.ADDRESS.pattern})",
    re.IGNORECASE,
)
_FORWARDED_TO = re.compile(
    rf"original (?:recipient|address)[^@\n]{{0,30}}?({headers.ADDRESS.pattern})\s{{1,40}}[^@\n]{{0,30}}?"
    rf"({headers.ADDRESS.pattern})",
    re.IGNORECASE,
)
_NOTICE = 20_000
_HEAD = 150_000
_EXPANDED = re.compile(r"(?:expanded|generated) from:?\s*<?$", re.IGNORECASE)
_BEFORE, _AFTER = 300, 900
"""Characters before an address that was expanded, and after any other, in which the reason for it stands."""


@dataclass(frozen=True)
class Found:
    """What a bounce says."""

    bounced: tuple[Bounced, ...]
    ids: tuple[str, ...]
    recipients: tuple[str, ...]
    delivered: bool = False
    """It is a report of success."""


def find(mail: Message, parts: list[Part], text: str, raw: bytes) -> Found | None:
    """The failures that a mail reports; nothing when it is no bounce.

    `text` is what it shows to people, `raw` its source.
    """
    # the library reads every line for every detector, and what it looks for stands at the top
    mail = mail if len(raw) <= _HEAD else message_from_bytes(raw[:_HEAD])
    reports = reports_in(parts) or certified.reported(mail, parts) or rejections_in(parts, text)
    if not reports and not _looks_like_one(mail, parts, text):
        return None
    notice, rest = returned.split_notice(text[:_NOTICE])
    ids, recipients = returned.ids_and_recipients(returned.headers_of(parts), text if rest else notice)
    ids = tuple(dict.fromkeys((*certified.ids(mail, parts), *ids)))
    failed = [report for report in reports if has_failed(report)]
    if reports and not failed:
        return Found((), ids, recipients, delivered=True)
    bounced = _from_reports(failed, notice) or _from_words(mail, notice, rest, recipients)
    return Found(tuple(bounced), ids, recipients)


def from_daemon(mail: Message) -> bool:
    """Whether a mail system, not a person, is named as the sender."""
    address, name = headers.sender(mail)
    return (
        notices.is_daemon(address)
        or bool(_DAEMON_NAME.search(name))
        or bool(_DAEMON_NAME.search(headers.raw(mail, "From")[:200]))
        or (not address and _is_from_nobody(mail))
    )


def _is_from_nobody(mail: Message) -> bool:
    return "<>" in headers.raw(mail, "From") or headers.raw(mail, "Return-Path").strip() == "<>"


def _looks_like_one(mail: Message, parts: list[Part], text: str) -> bool:
    if headers.raw(mail, "X-Failed-Recipients") or certified.reports_failure(mail):
        return True
    titled = headers.text(mail, "Subject")
    subject = bool(_SUBJECT.search(titled))
    reports = mail.get_content_type() == "multipart/report" and "disposition" not in str(
        mail.get("Content-Type")
    )
    daemon = from_daemon(mail)
    if not (subject or reports or daemon):
        return False
    if not (subject or reports) and _ANSWER.match(headers.text(mail, "Subject")):
        return any(_library(mail)) or _gives_up(text[:6_000])  # a postmaster may be a customer
    said = notices.tells_failure(text[:6_000]) or statuses.goes_on(text[:6_000])
    said = said or (daemon and _tells_why(mail, f"{titled}\n{text[:3_000]}"))
    if daemon or reports or (subject and _nobody_sent(mail)):
        return said or subject or any(_library(mail))
    if not subject or "In-Reply-To" in mail or _FORWARDED.match(headers.text(mail, "Subject")):
        return False
    came_back = said and any(part.kind in RETURNED for part in parts)
    return came_back or (bool(_STRONG.search(text[:3_000])) and _is_made(mail, text[:3_000]))


def _is_made(mail: Message, text: str) -> bool:
    """Whether a mail has the form of a notice: from an address that nobody reads, or with one that begins a line.

    People name an address in the middle of a sentence.
    """
    begun = "\n".join(match[1] for match in _BEGINS.finditer(text))
    return bool(_ROLE.match(headers.sender(mail)[0])) or bool(_addresses(mail, begun))


def _tells_why(mail: Message, text: str) -> bool:
    """Whether a text names somebody else's address, and a code of SMTP or words for why it cannot be written to.

    A code needs no language.
    """
    why = statuses.code_in(text) or statuses.says_gone(text) or statuses.says_full(text)
    return (why or notices.tells_failure(text)) and bool(_addresses(mail, text))


def _gives_up(text: str) -> bool:
    return notices.tells_failure(text) and statuses.gives_up(text)


def _nobody_sent(mail: Message) -> bool:
    return headers.raw(mail, "Return-Path").strip() == "<>" or not headers.sender(mail)[0]


def _from_reports(failed: list[Reported], notice: str) -> list[Bounced]:
    found: dict[str, Bounced] = {}
    for report in failed:
        said = report.diagnostic or (notice if len(failed) == 1 else "")
        found.setdefault(report.address, _bounced(report.address, said, report.action, report.status))
    return list(found.values())


def _from_words(mail: Message, notice: str, rest: str, recipients: tuple[str, ...]) -> list[Bounced]:
    embedded = [report for report in reports_in_text(f"{notice}\n{rest}") if has_failed(report)]
    if embedded:
        return _from_reports(embedded, notice)
    named = headers.addresses(" ".join(headers.all_raw(mail, "X-Failed-Recipients"))[:10_000])
    temporary, permanent = (set(), set()) if named else _library(mail)
    subject = headers.text(mail, "Subject")
    found = named or _written_to(
        notice, sorted(temporary | permanent) or _addresses(mail, notice) or _addresses(mail, subject)
    )
    if not found and len(recipients) == 1 and notices.tells_failure(notice):
        found = list(recipients)
    warns = bool(_WARNING.search(subject)) and not statuses.says_gone(notice)
    waits = (warns or bool(_DELAY.search(subject))) and not (
        statuses.gives_up(notice) or (statuses.status_in(notice) or "").startswith("5")
    )
    return [
        _bounced(
            address,
            _about(address, notice, len(found)),
            "delayed" if waits or address in temporary else "",
            None,
        )
        for address in found or [UNNAMED]
    ]


def _written_to(notice: str, failed: list[str]) -> list[str]:
    """The addresses as they were written to, where the notice says that the server had forwarded them."""
    forwarded = {match[1].lower(): match[2].lower() for match in _FORWARDED_FROM.finditer(notice)}
    forwarded |= {match[2].lower(): match[1].lower() for match in _FORWARDED_TO.finditer(notice)}
    return list(dict.fromkeys(forwarded.get(address, address) for address in failed))


def _library(mail: Message) -> tuple[set[str], set[str]]:
    try:
        temporary, permanent = all_failures(mail)
    except (AttributeError, TypeError, ValueError, LookupError):  # it trips over headers in no encoding
        return set(), set()
    soft, hard = (
        {
            found
            for item in side
            for found in headers.addresses(item.decode("ascii", "replace"))
            if not notices.is_id(found)
        }
        for side in (temporary, permanent)
    )
    return soft, hard


def _addresses(mail: Message, notice: str) -> list[str]:
    own = {headers.sender(mail)[0], *headers.recipients(mail)}
    own |= {_untagged(address) for address in own}
    return notices.addresses_in(notice, frozenset(own))


def _untagged(address: str) -> str:
    """The address of the mailbox, without what stands behind a plus."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _about(address: str, notice: str, found: int) -> str:
    """What the notice says of one of its addresses: all of it when it names only one."""
    at = notice.lower().find(address)
    if found == 1 or at < 0:
        return notice
    is_expanded = _EXPANDED.search(notice[max(0, at - _BEFORE) : at])
    return notice[max(0, at - _BEFORE) if is_expanded else at : at + _AFTER]


def _bounced(address: str, said: str, action: str, status: str | None) -> Bounced:
    permanent = statuses.is_permanent(action, status, said)
    told = status or statuses.status_in(said)
    waits = not permanent and statuses.is_tried(action, said)
    cause = BounceCause.DELAYED if waits else statuses.cause(told, said, permanent)
    return Bounced(address, permanent, told, _scrubbed(said), cause)


def _scrubbed(said: str) -> str | None:
    shown = " ".join(headers.ADDRESS.sub("(address)", said[:2_000]).split())
    return shown[:300] or None
