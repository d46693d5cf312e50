import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from deployments.mailbox.page import create_app
from deployments.mailbox.smtp import Keeper, listen
from deployments.mailbox.store import MailboxFolder

ARCHIVE = "archive@casabelvedere.example"


@asynccontextmanager
async def smtp_server(keeper: Keeper) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        server = await listen(opened, keeper)
        yield opened.getsockname()[1]
        server.close()
        await server.wait_closed()


def mail(to: str = "anna@example.org", subject: str = "Come è andata?") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Casa Belvedere <assistenza@casabelvedere.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Risponda qui: http://127.0.0.1:4280/a/abc\n<script>alert(1)</script>\n")
    message.add_alternative(
        '<html><head><title>x</title></head><body><script>1</script><a href="http://127.0.0.1:4280/a/abc">qui</a>',
        subtype="html",
    )
    return message


@pytest.fixture
def mailbox(tmp_path: Path) -> MailboxFolder:
    return MailboxFolder(tmp_path / "mailbox")


@pytest.fixture
async def page(mailbox: MailboxFolder) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(mailbox))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def test_a_mail_sent_by_smtp_is_listed_and_shown(
    mailbox: MailboxFolder, page: httpx.AsyncClient
) -> None:
    async with smtp_server(Keeper(mailbox)) as port:
        await aiosmtplib.send(mail(), hostname="127.0.0.1", port=port)
    [name] = mailbox.names()
    listing = (await page.get("/")).text
    assert "Come è andata?" in listing
    assert f"/mail/{name}" in listing
    shown = (await page.get(f"/mail/{name}")).text
    assert '<a href="http://127.0.0.1:4280/a/abc"' in shown
    assert "<script>" not in shown
    assert "Delivered-To: anna@example.org" in (await page.get(f"/mail/{name}/raw")).text


async def test_the_html_of_a_mail_can_do_nothing_but_be_looked_at(
    mailbox: MailboxFolder, page: httpx.AsyncClient
) -> None:
    name = mailbox.deliver(bytes(mail()))
    answer = await page.get(f"/mail/{name}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert '<head><base target="_blank">' in answer.text


async def test_blind_copies_for_the_archive_stand_in_the_archive_alone(
    mailbox: MailboxFolder, tmp_path: Path
) -> None:
    archive = MailboxFolder(tmp_path / "archive")
    async with smtp_server(Keeper(mailbox, archive, ARCHIVE)) as port:
        await aiosmtplib.send(
            mail(), recipients=["anna@example.org", ARCHIVE], hostname="127.0.0.1", port=port
        )
        await aiosmtplib.send(mail("solo@example.org"), hostname="127.0.0.1", port=port)
    assert len(mailbox.names()) == 2
    assert [archive.head(name).recipients for name in archive.names()] == ["anna@example.org"]
    raw = archive.raw(archive.names()[0])
    assert raw is not None
    assert b"Delivered-To" not in raw


async def test_the_list_is_newest_first_in_pages_and_can_be_narrowed(
    mailbox: MailboxFolder, page: httpx.AsyncClient
) -> None:
    for number in range(120):
        mailbox.deliver(bytes(mail(f"c{number}@example.org", f"Subject {number}")))
    first = (await page.get("/")).text
    assert first.index("Subject 119") < first.index("Subject 118")
    assert "Subject 69" not in first
    assert "Older" in first
    assert "Subject 69" in (await page.get("/?page=2")).text
    last = (await page.get("/?page=3")).text
    assert "Subject 0<" in last
    assert "Older" not in last
    one = (await page.get("/", params={"to": "C117@"})).text
    assert one.count('class="row"') == 1
    assert "No mail for" in (await page.get("/?to=nobody")).text


@pytest.mark.parametrize("name", ["1.P1Q0.seguito", "..%2F..%2Fsecret", "x", "1.P1Q0.seguito%00"])
async def test_what_is_no_mail_is_not_found(page: httpx.AsyncClient, name: str) -> None:
    for place in ("", "/html", "/raw"):
        assert (await page.get(f"/mail/{name}{place}")).status_code == 404
