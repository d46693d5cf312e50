"""Reports that somebody called our mail spam (ARF, RFC 5965), and what else comes in that form."""

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


def judge(mail: Message, parts: list[Part]) -> tuple[Verdict, str, tuple[str, ...], tuple[str, ...]] | None:
    """Verdict, reason, original Message-IDs and recipients; nothing when it is no such report."""
    fields = next((_fields(part) for part in parts if part.kind == "message/feedback-report"), None)
    back = headers_of(parts)
    kind = (fields or {}).get("feedback-type", "abuse").strip().lower()
    told = [address for name in _ASKED_FOR for address in headers.addresses((fields or {}).get(name, ""))]
    if fields is None:
        # Outlook.com's reports lack the machine-readable part and name the reader here
        told = headers.addresses(headers.raw(mail, "X-HmXmrOriginalRecipient")[:1_000])
        if not told or not back:
            return None
    ids, to = ids_and_recipients(back, "")
    verdict = _VERDICTS.get(kind, Verdict.DOUBTFUL)
    return verdict, f"a feedback report of type {kind[:20]}", ids, tuple(dict.fromkeys((*told, *to)))


def _fields(part: Part) -> dict[str, str]:
    lines = decode(data_of(part.message)[:50_000], None).splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
