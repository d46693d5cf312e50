"""Dispatch: due follow-ups through the real sweep, against aiosmtplib alone with the bytes ready."""

import asyncio
import time
from collections.abc import Sequence

import aiosmtplib

from benchmarks.ground import START, Sink, company, services, settings
from flows.sweeping import sweep
from models.rules.sending.answers import Accepted, Answer
from tasks.planning.plan import plan_all
from tasks.runtime.database import Database
from tasks.sending.sweep_report import Scope
from tasks.smtp.mailer import open_mailer
from tasks.smtp.transaction import Mail, PostingWitness

CONNECTIONS = 8


class _Keeper:
    """Accepts every mail and keeps it: the ready-made bytes that the others send."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def send(self, mail: Mail, witness: PostingWitness | None = None) -> Answer:
        del witness
        self.mails.append(mail)
        return Accepted(250, "OK")

    def withhold(self, why: str) -> None:
        """Nothing waits here."""


def prepare(db: Database, orders: int) -> None:
    """A company in which every order's confirmation is due."""
    company(db, orders)
    plan_all(db, services(db, _Keeper()).policy, START)


def ready_mails(db: Database) -> list[Mail]:
    """What the sweep would send, composed."""
    keeper = _Keeper()
    asyncio.run(sweep(services(db, keeper), Scope("welcome-contact", START)))
    return keeper.mails


def ours(db: Database, sink: Sink) -> float:
    """Seconds for the real sweep."""

    async def run() -> float:
        async with open_mailer(settings(sink.port), CONNECTIONS) as mailer:
            opened = services(db, mailer)
            began = time.perf_counter()
            await sweep(opened, Scope("welcome-contact", START))
            return time.perf_counter() - began

    return asyncio.run(run())


def alone(mails: Sequence[Mail], sink: Sink) -> float:
    """Seconds for aiosmtplib alone, with the bytes ready, over as many connections."""

    async def one(waiting: list[Mail], client: aiosmtplib.SMTP) -> None:
        while waiting:
            mail = waiting.pop()
            await client.mail(mail.sender)
            await client.rcpt(mail.recipients[0])
            await client.data(mail.body)

    async def run() -> float:
        waiting = list(mails)
        began = time.perf_counter()
        clients = [aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port) for _ in range(CONNECTIONS)]
        await asyncio.gather(*(client.connect() for client in clients))
        await asyncio.gather(*(one(waiting, client) for client in clients))
        seconds = time.perf_counter() - began
        await asyncio.gather(*(client.quit() for client in clients))
        return seconds

    return asyncio.run(run())
