"""The mails that try whether the addresses under which customers reach our people lead to the mailbox that is read."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.mailboxes import alias_tries
from models.rules.health.finding import Finding, Severity
from models.rules.mailboxes.return_address import Standing, standing
from models.rules.sending.answers import Accepted, Answer, Refused
from tasks.inbound.message import ReadMail, Verdict
from tasks.mailboxes.probe import probe_mail
from tasks.mails import mime
from tasks.mails.composer import ComposedMail
from tasks.mails.links import Links
from tasks.runtime.settings import Settings
from tasks.services import Services, open_services
from tasks.smtp.answers import scrub

KIND = "aliases"
_PREFIX = "alias-"
_WORDS = (
    "This mail tries whether an address that customers see leads to the mailbox that is read. Seguito reads it by "
    "itself; nobody has to answer it.\r\n"
)
_TRY = "`seguito doctor --probe` sends a mail to each of them and finds out"
_MEND = "have it lead to the mailbox that is collected, or take it out of [company.aliases]: customers write there"


async def try_aliases(settings: Settings) -> list[Finding]:
    """Send a mail to each of these addresses, and remember what the server said; collecting sees whether it arrives.

    Raises:
        PolicyError, DatabaseUnreachableError: see `open_services`.
    """
    if settings.imap_host is None and settings.inbox_maildir is None:
        return []
    async with open_services(settings) as services:
        aliases = services.policy.company.aliases
        now = services.clock.now()
        answers = {
            ref: await services.mailer.send(_written(services, to, now)) for ref, to in aliases.items()
        }
        meant = {ref: one for ref, answer in answers.items() if (one := _meant(answer)) is not None}
        with services.db.write() as session:
            alias_tries.note(
                session, {alias_tries.name_of(aliases[ref]): one for ref, one in meant.items()}, now
            )
    return [
        Finding(
            KIND,
            Severity.NOTICE,
            f"the address of {ref}: nothing was learned ({scrub(answer.text)})",
            "try again later",
        )
        for ref, answer in answers.items()
        if ref not in meant
    ]


def saw_alias(session: Session, links: Links, mail: ReadMail, now: datetime) -> bool:
    """Whether a mail that came in is one of these, or a report that it did not arrive; what it says is remembered."""
    is_report = mail.verdict is Verdict.BOUNCE
    keys = [links.read_message_id(one) for one in (mail.traces if is_report else (mail.message_id or "",))]
    names = [key.removeprefix(_PREFIX).partition("-")[0] for key in keys if key and key.startswith(_PREFIX)]
    if not names:
        return False
    if not is_report or any(one.permanent for one in mail.bounced):
        alias_tries.note(session, {names[0]: Standing.LOST if is_report else Standing.SEEN}, now)
    return True


def aliases_found(session: Session, policy: Policy, now: datetime) -> list[Finding]:
    """What is known of these addresses; nothing where there are none, and everybody is reached at the one mailbox."""
    tried = alias_tries.tried(session)
    by_standing: dict[Standing | None, list[str]] = {}
    for ref, address in policy.company.aliases.items():
        one = tried.get(alias_tries.name_of(address))
        by_standing.setdefault(standing(one, now) if one is not None else None, []).append(ref)
    if lost := by_standing.get(Standing.LOST):
        return [
            Finding(KIND, Severity.TROUBLE, f"no mail arrives at the address of {', '.join(lost)}", _MEND)
        ]
    if untried := by_standing.get(None):
        return [Finding(KIND, Severity.NOTICE, f"the address of {', '.join(untried)} is untried", _TRY)]
    if asked := by_standing.get(Standing.ASKED):
        said = f"a mail to the address of {', '.join(asked)} is on its way"
        return [Finding(KIND, Severity.NOTICE, said, "see that collect-responses runs")]
    seen = by_standing.get(Standing.SEEN)
    return [Finding(KIND, Severity.OK, f"mail to {len(seen)} of our people arrives")] if seen else []


def _written(services: Services, to: str, now: datetime) -> ComposedMail:
    way = mime.ascii_address(services.policy.company.sender), mime.ascii_address(to)
    message_id = services.composer.message_id(f"{_PREFIX}{alias_tries.name_of(to)}-{int(now.timestamp())}")
    return probe_mail(services, message_id, way, "Seguito tries an address", _WORDS)


def _meant(answer: Answer) -> Standing | None:
    if isinstance(answer, Accepted):
        return Standing.ASKED
    return Standing.LOST if isinstance(answer, Refused) and answer.recipient else None
