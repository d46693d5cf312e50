"""From raw bytes to a judged message. The order of the judges is the order of certainty."""

from dataclasses import replace
from email.message import Message

from models.rules.inbound.witnesses import NOTHING
from tasks.inbound import automatic, certified, complaints, headers
from tasks.inbound.attachments import attachments_of
from tasks.inbound.bodies import Body, body_of
from tasks.inbound.bounces import finding
from tasks.inbound.limits import refuse_bombs
from tasks.inbound.message import UNNAMED, ReadMail, Unreadable, Verdict
from tasks.inbound.parts import Part, parse, parts_of
from tasks.inbound.traces import traces
from tasks.inbound.trimming.trimming import trim
from tasks.inbound.unsubscribing import asks_to_stop


def read(raw: bytes) -> ReadMail:
    """Read and judge a mail.

    Raises:
        Unreadable: it is beyond the limits of `limits`, or no mail; whatever the bytes, nothing else is raised.
    """
    refuse_bombs(raw)
    try:
        return _read(raw.lstrip(b"\r\n"))  # some gateways put blank lines above the header
    except Unreadable:
        raise
    except (
        Exception
    ) as error:  # a stranger's bytes go through libraries: their faults must cost one mail, no sweep
        raise Unreadable(f"the mail cannot be taken apart ({type(error).__name__})") from error


def _read(raw: bytes) -> ReadMail:
    mail = parse(raw)
    certified_sender = ""
    if (wrapped := certified.unwrapped(mail)) is not None:
        raw, certified_sender = wrapped
        refuse_bombs(raw)
        mail = parse(raw)
    parts = parts_of(mail)
    body = body_of(parts)
    message = _described(mail, body)
    message = replace(message, sender=certified_sender or message.sender)
    judged = (
        _as_complaint(message, mail, parts, body, raw)
        or _as_bounce(message, mail, parts, body, raw)
        or _as_written(message, mail, parts)
    )
    files, left_out = attachments_of(parts)
    return replace(judged, attachments=files, attachments_left_out=left_out)


def _described(mail: Message, body: Body) -> ReadMail:
    """Everything but the verdict, which is a person's until a judge says otherwise."""
    sender, name = headers.sender(mail)
    trimmed = trim(body.text)
    return ReadMail(
        message_id=next(iter(headers.message_ids(mail, "Message-ID")), None),
        in_reply_to=headers.message_ids(mail, "In-Reply-To"),
        references=headers.message_ids(mail, "References"),
        sender=sender,
        sender_name=name,
        recipients=headers.recipients(mail),
        subject=headers.text(mail, "Subject", 1_000),
        date=headers.date(mail),
        verdict=Verdict.HUMAN,
        why=NOTHING,
        text=body.text,
        words=trimmed.words,
        quoted=trimmed.quoted,
        signature=trimmed.signature,
        html_only=body.html_only,
        is_bulk=automatic.is_bulk(mail),
        receipt=certified.receipt(mail)[:40],
        return_path=headers.raw(mail, "Return-Path")[:400],
    )


def _as_complaint(
    message: ReadMail, mail: Message, parts: list[Part], body: Body, raw: bytes
) -> ReadMail | None:
    judged = complaints.judge(mail, parts, body.text)
    if judged is None:
        return None
    verdict, why, ids, recipients = judged
    return replace(
        message,
        verdict=verdict,
        why=why,
        original_message_ids=ids,
        original_recipients=recipients,
        traces=traces(raw, parts),
    )


def _as_bounce(
    message: ReadMail, mail: Message, parts: list[Part], body: Body, raw: bytes
) -> ReadMail | None:
    found = finding.find(mail, parts, body.text, raw)
    if found is None:
        return None
    verdict, why = Verdict.BOUNCE, "a report of failure or delay"
    seen = traces(raw, parts)
    is_of_a_mail = bool(found.ids or seen)
    named = tuple(one for one in found.bounced if is_of_a_mail or one.address != UNNAMED)
    if found.delivered:
        verdict, why = Verdict.AUTOMATIC, "a report that the mail was delivered"
    elif not named and not finding.from_daemon(mail):
        return None  # a person writes of mails that came back
    elif not named:
        verdict, why = Verdict.DOUBTFUL, "a report of failure that names neither an address nor a mail"
    return replace(
        message,
        verdict=verdict,
        why=why,
        bounced=named,
        original_message_ids=found.ids,
        original_recipients=found.recipients,
        traces=seen,
    )


def _as_written(message: ReadMail, mail: Message, parts: list[Part]) -> ReadMail:
    """By a person or by a machine, as all the evidence together says."""
    if why := automatic.is_machines(mail, parts):
        about = certified.ids(mail, parts)
        return replace(message, verdict=Verdict.AUTOMATIC, why=why, original_message_ids=about)
    found = automatic.evidence(mail, message.sender, message.words, message.quoted, message.signature)
    witnesses = automatic.asked(found)
    verdict, why = automatic.weighed(witnesses, is_bulk=message.is_bulk)
    judged = replace(message, verdict=verdict, why=why, evidence=found, witnesses=witnesses)
    return (as_farewell(judged) or judged) if verdict is Verdict.HUMAN else judged


def as_farewell(message: ReadMail) -> ReadMail | None:
    """The mail as a wish to be written to no more, where it is that and nothing else."""
    answers = bool(message.in_reply_to or message.references)
    if not asks_to_stop(message.subject, message.words, message.recipients, answers):
        return None
    return replace(
        message, verdict=Verdict.UNSUBSCRIBE, why="it asks for an end of the mails, and for nothing else"
    )
