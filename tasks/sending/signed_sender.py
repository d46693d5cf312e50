"""A mail server that takes no signed envelope sender any more gets our one sender, from the next mail on."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.mailboxes import return_address
from models.rules.mailboxes.return_address import Standing, refuses_sender
from models.rules.sending.answers import Answer
from tasks.mails.composer import ComposedMail, Composer


class SignedSender:
    """What the mail server says of the senders of one batch."""

    def __init__(self, composer: Composer) -> None:
        self._composer, self._is_news = composer, False

    def hear(self, answer: Answer, mail: ComposedMail) -> None:
        """Take an answer; a refusal of a signed sender ends signing."""
        if refuses_sender(answer) and self._composer.signs(mail):
            self._composer.sign_no_sender()
            self._is_news = True

    def note(self, session: Session, now: datetime) -> None:
        """Write down for the runs to come that the sender was refused."""
        if self._is_news:
            return_address.note_on_same_way(session, Standing.REFUSED, now)
            self._is_news = False
