"""A preview for a colleague's own mailbox: the mail as a customer would get it now, with links that lead nowhere."""

from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP

from models.queries import people
from models.rules.sending.answers import Accepted
from tasks.mails import mime
from tasks.mails.composer import ComposedMail, Composer
from tasks.mails.links import Links
from tasks.sending import explain
from tasks.services import Services

_KEY = "a key for links that lead nowhere"
_OF_THE_CUSTOMER = ("Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")


async def mail_preview(
    services: Services, public_url: str, kind: str, about: str, to: str, now: datetime
) -> str:
    """Mail the next contact of a kind to a colleague, as it would go now; returns what became of it.

    Nothing is written, and whatever is pressed in it opens nothing of the customer's.

    Raises:
        ValueError: nobody here has this reference or no address, or there is nothing to show.
    """
    with services.db.read() as session:
        person = people.staff_by_ref(session, to.strip())
        if person is None or person.email is None:
            raise ValueError(f"nobody here with an address has the reference {to}; nothing was done")
        address = mime.ascii_address(person.email)
    composer = Composer(services.policy, Links(public_url, _KEY))
    found = explain.preview(services, composer, kind, about, now)
    answer = await services.mailer.send(_redirected(found.mail, address))
    if not isinstance(answer, Accepted):
        raise ValueError(f"the mail server did not take the preview for {to}: {answer}")
    return f"{kind} about {about} is mailed to {to}; {found.made_of[-1]}"


def _redirected(mail: ComposedMail, address: str) -> ComposedMail:
    parsed = message_from_bytes(mail.body, policy=SMTP)
    for header in _OF_THE_CUSTOMER:
        del parsed[header]
    subject = str(parsed["Subject"])
    del parsed["To"], parsed["Subject"]
    parsed["To"], parsed["Subject"] = address, f"[preview] {subject}"
    parsed["Auto-Submitted"] = "auto-generated"
    return replace(mail, recipients=(address,), body=parsed.as_bytes())
