"""Whose mail is it, and what does it answer? By proof first, then by the sender's address and by what it names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.queries.mailboxes import matching
from models.queries.responses import pages
from models.rules.mailboxes.named import numbers, telling_numbers
from models.tables import FollowUp, Message, Staff
from models.words import Subject
from tasks.inbound.message import UNNAMED, BounceCause, Bounced, ReadMail, Verdict
from tasks.mails.links import Links

RECIPIENT = "recipient"

About = tuple[str, int]
"""Subject type and id."""
_OF_WORDS = frozenset({Subject.HEARD, Subject.REPLY, Subject.AGREED})
"""Mails about no order or invoice of their own: an answer to one is about the customer."""

_LATELY = timedelta(days=10)
"""Servers give up after five days, as a rule."""


@dataclass(frozen=True)
class MailMatch:
    """What a mail belongs to, as far as is known."""

    by: str | None = None
    """`token` and `thread` are proofs: only who got our mail knows them. `sender` anybody can write, and so can
    whoever names an order (`named`), in the name of somebody else or for the family. `recipient`: a report of failure
    names the one to whom just one mail of ours has gone lately."""
    mail: Message | None = None
    """The mail of ours that it answers."""
    follow_ups: Sequence[FollowUp] = ()
    """What that mail carried, the one that names it first."""
    customer_id: int | None = None
    """The customer; with nothing else, the one who is likely to have written."""
    staff_id: int | None = None
    """Who of our own people wrote it."""
    named: Sequence[About] = ()
    """Orders and invoices of this customer that subject or words name, in order."""
    beside: Sequence[FollowUp] = ()
    """Contacts whose answer we wait for, and that this mail may answer as well."""

    @property
    def is_proven(self) -> bool:
        """Whether the sender must have had our mail."""
        return self.mail is not None and self.by != RECIPIENT

    @property
    def whose(self) -> int | None:
        """Whom it concerns: the customer who wrote it, or whose mail it answers."""
        return self.customer_id or (self.mail.customer_id if self.mail is not None else None)

    @property
    def is_known(self) -> bool:
        """Whether it is clear which customer it concerns."""
        return self.customer_id is not None and self.by is not None

    @property
    def about(self) -> About:
        """What it is about: what its words name, else what it answers, else the customer.

        The answer to "is it solved?" is about the matter that was closed, whatever it names.
        """
        if self.named and not any(one.subject_type == Subject.CLOSED_CASE for one in self.follow_ups):
            return self.named[0]
        if self.follow_ups and self.follow_ups[0].subject_type not in _OF_WORDS:
            return self.follow_ups[0].subject_type, self.follow_ups[0].subject_id
        return Subject.CUSTOMER, self.customer_id or 0


def match_all(session: Session, links: Links, mails: Sequence[ReadMail], now: datetime) -> list[MailMatch]:
    """Find out by the token in an address, then by the Message-IDs a mail names, by its sender, and by what it names.

    A report of failure that shows no proof is of the one mail that went to whom it names, if there is but one.

    A sender on our own staff is not a customer, whatever the mail answers. Of who is not known by a proof,
    `with_waiting` says which contact is answered.
    """
    senders = {mail.sender.lower() for mail in mails if mail.sender}
    staff = matching.staff_by_addresses(session, senders)
    keys = [keys_of(links, mail) for mail in mails]
    ours = matching.sent_mails(session, {key for named in keys for _, key in named})
    carried = pages.asked_by(session, ours.values())
    proofs = [_by_keys(named, ours, carried) for named in keys]
    proofs = _with_failed(session, mails, proofs, now)
    others = {mail.sender.lower() for mail, proof in zip(mails, proofs, strict=True) if proof is None}
    customers = matching.customers_by_addresses(session, others - staff.keys() - {""})
    named = [_numbers(mail) for mail in mails]
    found = matching.named(session, {number for numbers in named for number in numbers})
    return [
        _of_staff(staff[address], proof)
        if (address := mail.sender.lower()) in staff
        else _with_named(mail, proof or _by_sender(customers.get(address, ()), mail, found), found)
        for mail, proof in zip(mails, proofs, strict=True)
    ]


def with_waiting(session: Session, matches: Sequence[MailMatch]) -> list[MailMatch]:
    """What is known without a proof answers the contact that waits, about what it names if it names something.

    Where several wait and nothing is named, whoever wrote has been heard for all that we asked about orders: nobody is
    reminded of a question after having spoken. What money is owed for waits for a word about itself.
    """
    known = {one.customer_id for one in matches if one.customer_id is not None and one.mail is None}
    waiting = matching.waiting_for_answer(session, known) if known else {}
    return [
        one
        if one.mail is not None or one.customer_id is None
        else _answering(one, waiting.get(one.customer_id, ()))
        for one in matches
    ]


def _answering(match: MailMatch, waiting: Sequence[FollowUp]) -> MailMatch:
    if match.named:
        about = [one for one in waiting if (one.subject_type, one.subject_id) in match.named]
        return replace(match, follow_ups=about)
    if len(waiting) == 1:
        return replace(match, follow_ups=waiting)
    return replace(match, beside=[one for one in waiting if one.subject_type == Subject.ORDER])


def _numbers(mail: ReadMail) -> list[str]:
    """What may be a number of ours; the subject of an answer repeats what we wrote."""
    is_answer = bool(mail.in_reply_to or mail.references)
    return numbers(mail.words if is_answer else f"{mail.subject}\n{mail.words}")


def _by_sender(
    customers: Sequence[int], mail: ReadMail, found: Mapping[str, Sequence[matching.NamedNumber]]
) -> MailMatch:
    """Several customers may read one mailbox: then it is whose number is named, else the one with the newest order."""
    if len(customers) > 1:
        theirs = (
            one.customer_id
            for number in _numbers(mail)
            for one in found.get(number.lower(), ())
            if one.customer_id in customers
        )
        return MailMatch("sender", customer_id=next(theirs, customers[0]))
    if customers:
        return MailMatch("sender", customer_id=customers[0])
    telling = telling_numbers(f"{mail.subject}\n{mail.words}")
    named = [one for number in telling for one in found.get(number.lower(), ())]
    return MailMatch("named", customer_id=named[0].customer_id) if named else MailMatch()


def _with_named(
    mail: ReadMail, match: MailMatch, found: Mapping[str, Sequence[matching.NamedNumber]]
) -> MailMatch:
    named = (one for number in _numbers(mail) for one in found.get(number.lower(), ()))
    mine = [one.about for one in named if one.customer_id == match.customer_id]
    return replace(match, named=tuple(dict.fromkeys(mine)))


def keys_of(links: Links, mail: ReadMail) -> list[tuple[str, str]]:
    """What a mail names of ours, with the kind of the proof; the surest first."""
    tagged = (*mail.recipients, *mail.traces)
    tokens = (links.read_return_path(address) or links.read_reply_to(address) for address in tagged)
    named = (*mail.original_message_ids, *mail.in_reply_to, *reversed(mail.references), *mail.traces)
    threads = (links.read_message_id(message_id) for message_id in named)
    return [("token", key) for key in tokens if key] + [("thread", key) for key in threads if key]


def _with_failed(
    session: Session, mails: Sequence[ReadMail], proofs: Sequence[MailMatch | None], now: datetime
) -> list[MailMatch | None]:
    """What is proven, and for the other reports of failure the one mail that lately went to whom they name."""
    unproven = [
        mail.bounced if proof is None and mail.verdict is Verdict.BOUNCE else ()
        for mail, proof in zip(mails, proofs, strict=True)
    ]
    wanted = {report.address for reports in unproven for report in reports} - {UNNAMED}
    found = matching.open_mails_to(session, wanted, now - _LATELY) if wanted else {}
    carried = pages.asked_by(
        session, {mail.id: mail for mails_ in found.values() for mail in mails_}.values()
    )
    return [
        proof or _by_recipient(reports, found, carried)
        for proof, reports in zip(proofs, unproven, strict=True)
    ]


def _by_recipient(
    reports: Sequence[Bounced],
    found: Mapping[str, Sequence[Message]],
    carried: Mapping[int, Sequence[FollowUp]],
) -> MailMatch | None:
    """The one mail with an open contact. Of several, where the address is gone: the one whose answer we wait for."""
    mails = [mail for report in reports for mail in found.get(report.address, ())]
    if len(mails) > 1 and all(report.cause is BounceCause.GONE for report in reports):
        mails = [mail for mail in mails if any(one.answer_by for one in carried[mail.id])]
    if len(mails) != 1:
        return None
    return MailMatch(RECIPIENT, mails[0], carried[mails[0].id], mails[0].customer_id)


def _by_keys(
    keys: Iterable[tuple[str, str]], ours: Mapping[str, Message], carried: Mapping[int, Sequence[FollowUp]]
) -> MailMatch | None:
    for by, key in keys:
        if (mail := ours.get(key)) is not None:
            return MailMatch(by, mail, carried[mail.id], mail.customer_id)
    return None


def _of_staff(staff: Staff, match: MailMatch | None) -> MailMatch:
    if match is None:
        return MailMatch(staff_id=staff.id)
    return MailMatch(by=match.by, staff_id=staff.id, mail=match.mail, follow_ups=match.follow_ups)
