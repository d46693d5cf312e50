"""Procrastinate on PostgreSQL: a job a mail, deferred together, worked off by one worker over eight connections."""

import asyncio
import base64
import time

import aiosmtplib
import procrastinate

from benchmarks.peers import given

CONNECTIONS = 8


async def main() -> None:
    """Send and print the seconds, from the first job that is worked on."""
    port, mails, url = given()
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url.replace("+psycopg", "")))
    idle: asyncio.Queue[aiosmtplib.SMTP] = asyncio.Queue()

    @app.task(name="send")
    async def send(sender: str, recipient: str, body: str) -> None:
        client = await idle.get()
        try:
            await client.mail(sender)
            await client.rcpt(recipient)
            await client.data(base64.b64decode(body))
        finally:
            idle.put_nowait(client)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        jobs = [
            {"sender": one, "recipient": two, "body": base64.b64encode(body).decode()}
            for one, two, body in mails
        ]
        await send.batch_defer_async(*jobs)
        for _ in range(CONNECTIONS):
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port)
            await client.connect()
            idle.put_nowait(client)
        began = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=CONNECTIONS, install_signal_handlers=False)
        print(time.perf_counter() - began)


if __name__ == "__main__":
    asyncio.run(main())
