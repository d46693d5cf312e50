"""Person or machine, weighed once more with what only the database knows: what came before, what was sent when."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from models.queries.mailboxes import inbound
from models.rules.inbound.witnesses import heard, of_history, says_much
from tasks.inbound import automatic
from tasks.inbound.message import ReadMail, Verdict
from tasks.inbound.person import speaks
from tasks.inbound.reading import as_farewell
from tasks.mailboxes.arrived import Arrived
from tasks.mailboxes.matching import MailMatch

_WEIGHED = (Verdict.HUMAN, Verdict.DOUBTFUL, Verdict.AUTOMATIC)


def weigh_again(session: Session, arrived: Sequence[Arrived]) -> list[Arrived]:
    """The mails with their verdicts; the rows get them too. What is beyond doubt (a report, a receipt) stays."""
    weighed = [one for one in arrived if one.mail is not None and _is_weighed(one.mail)]
    ids = {one.row.id for one in weighed}
    earlier = inbound.said_before(session, [one.row for one in weighed if says_much(one.row.words)])
    return [_judged(one, is_again=one.row.id in earlier) if one.row.id in ids else one for one in arrived]


def _judged(one: Arrived, *, is_again: bool) -> Arrived:
    mail = one.mail
    assert mail is not None  # noqa: S101 (only those are weighed)
    assert mail.evidence is not None  # noqa: S101
    history = of_history(same_before=is_again, seconds_after=_seconds_after(mail, one.match))
    if not history and mail.evidence.words == mail.words:
        return one
    # with words that are others, now that what we sent was taken out of them
    found = heard(replace(mail.evidence, words=mail.words, speaks=speaks(mail.words)))
    verdict, why = automatic.weighed([*found, *history], is_bulk=mail.is_bulk)
    judged = replace(mail, verdict=verdict, why=why)
    if verdict is Verdict.HUMAN:
        judged = as_farewell(judged) or judged
    one.row.verdict, one.row.why = judged.verdict.value, judged.why
    return replace(one, mail=judged)


def _is_weighed(mail: ReadMail) -> bool:
    return mail.evidence is not None and mail.verdict in _WEIGHED


def _seconds_after(mail: ReadMail, match: MailMatch) -> float | None:
    sent = match.mail.recorded_at if match.mail is not None else None
    return (mail.date - sent).total_seconds() if mail.date is not None and sent is not None else None
