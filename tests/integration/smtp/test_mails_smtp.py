"""What the mail server takes in is what we composed, to the byte."""

from collections.abc import Iterator

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from models.policy import Policy
from tests.ports import free_port
from tests.unit.mails.test_samples import NOW, composer, every_letter, letter


class Keeper:
    """Keeps what a server takes in."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"


@pytest.fixture
def server() -> Iterator[tuple[Controller, Keeper]]:
    keeper = Keeper()
    controller = Controller(keeper, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller, keeper
    controller.stop()


async def test_what_arrives_is_what_was_composed(policy: Policy, server: tuple[Controller, Keeper]) -> None:
    controller, keeper = server
    dotted = letter(
        policy, recipient_name="." * 40, customer_ref=".", order=next(iter(every_letter(policy))).order
    )
    mails = [composer(policy).compose(one, NOW) for one in (letter(policy, language="pl"), dotted)]
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=controller.port) as smtp:
        for mail in mails:
            await smtp.sendmail(mail.sender, list(mail.recipients), mail.body)
        await smtp.sendmail(
            mails[0].sender, list(mails[0].recipients), b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n"
        )
    assert [body for _, body in keeper.taken] == [
        *(mail.body for mail in mails),
        b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n",
    ]
    assert keeper.taken[0][0] == list(mails[0].recipients)
