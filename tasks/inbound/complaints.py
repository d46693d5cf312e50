"""Reports that somebody called our mail spam (ARF, RFC 5965), and what else comes in that form."""

import re
from collections.abc import Iterable
from email.message import Message

from tasks.inbound import headers
from tasks.inbound.bounces.returned import headers_of, ids_and_recipients
from tasks.inbound.message import Verdict
from tasks.inbound.parts import Part, data_of
from tasks.inbound.texts import decode

_VERDICTS = {
    "abuse": Verdict.COMPLAINT,
    "fraud": Verdict.COMPLAINT,
    "other": Verdict.COMPLAINT,
    "opt-out": Verdict.UNSUBSCRIBE,
    "opt-out-list": Verdict.UNSUBSCRIBE,
    "not-spam": Verdict.AUTOMATIC,
    "auth-failure": Verdict.AUTOMATIC,
    "virus": Verdict.AUTOMATIC,
    "dmarc": Verdict.AUTOMATIC,
}
_ASKED_FOR = ("original-rcpt-to", "removal-recipient", "redacted-address")
_OUTLOOK = "X-HmXmrOriginalRecipient"
"""Names the reader who complained, in the reports of Outlook.com and Hotmail."""
_SUBJECT = re.compile(
    r"complaint about (?:a )?message|\bcomplain(?:t|ed)\b|abuse|\[spamcop|spam (?:report|complaint)"
    r"|feedback (?:report|loop)|\bfbl\b|\bjmrp\b|unsolicited",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"(?:staff|abuse|fbl|feedback|scomp|complaints?|postmaster|spam|.*no-?reply.*|\d+)@|[^@]*@(?:[\w-]+\.)*reports?\.",
    re.IGNORECASE,
)
_SAID = re.compile(r"spam|unsolicited|abuse|junk|unerw(?:ü|ue)nscht|indesiderat|niechcian", re.IGNORECASE)
_HEAD = re.compile(r"^(?:received|return-path|message-id)[ \t]*:", re.IGNORECASE | re.MULTILINE)

Judged = tuple[Verdict, str, tuple[str, ...], tuple[str, ...]]


def judge(mail: Message, parts: list[Part], text: str) -> Judged | None:
    """Verdict, reason, original Message-IDs and recipients; nothing when it is no such report.

    `text` is what the mail shows to people.
    """
    fields = next((_fields(part) for part in parts if part.kind == "message/feedback-report"), None)
    back = headers_of(parts)
    told = list(_told(mail, back, fields))
    if fields is None and not _is_one_without_fields(mail, back, text, told):
        return None
    kind = (fields or {}).get("feedback-type", "abuse").strip().lower()
    ids, to = ids_and_recipients(back, "" if back else text)
    verdict = _VERDICTS.get(kind, Verdict.DOUBTFUL)
    return verdict, f"a feedback report of type {kind[:20]}", ids, tuple(dict.fromkeys((*told, *to)))


def _told(mail: Message, back: Iterable[Message], fields: dict[str, str] | None) -> Iterable[str]:
    """Whom the report itself names: in its fields, or in the header of the mail or of the one inside it."""
    if fields is not None:
        for name in _ASKED_FOR:
            yield from headers.addresses(fields.get(name, ""))
    for one in (mail, *back):
        yield from headers.addresses(headers.raw(one, _OUTLOOK)[:1_000])


def _is_one_without_fields(mail: Message, back: list[Message], text: str, told: list[str]) -> bool:
    """Whether it is a report though the machine-readable part is missing."""
    is_titled = bool(_SUBJECT.search(headers.text(mail, "Subject")))
    is_desk = bool(_DESK.match(headers.sender(mail)[0]))
    is_report = "feedback-report" in str(mail.get("Content-Type", ""))[:500].lower()
    if back and (is_report or (told and (_OUTLOOK in mail or is_titled or is_desk))):
        return True
    # a person may forward our mail under such a subject, and so may an office; a desk of this kind writes no letters
    said = text[:3_000]
    return (
        is_titled
        and is_desk
        and bool(_SAID.search(f"{said} {headers.text(mail, 'Subject')}"))
        and bool(back or _HEAD.search(text))
    )


def _fields(part: Part) -> dict[str, str]:
    lines = decode(data_of(part.message)[:50_000], None).splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
