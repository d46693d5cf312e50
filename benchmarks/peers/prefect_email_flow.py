"""prefect-email in a flow, on a Prefect server that Prefect starts itself: a task run and a connection a mail."""

import asyncio
import os
import sys
import time

os.environ |= {
    "PREFECT_HOME": sys.argv[3],
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
}
os.environ.pop("PREFECT_API_URL", None)

from prefect import flow
from prefect_email import EmailServerCredentials, email_send_message

from benchmarks.peers import given


@flow
async def send_all() -> None:
    """One task run a mail, eight at a time."""
    port, mails, _ = given()
    server = EmailServerCredentials(
        smtp_server="127.0.0.1", smtp_port=port, smtp_type="INSECURE", verify=False
    )
    limit = asyncio.Semaphore(8)

    async def one(recipient: str, body: bytes) -> None:
        async with limit:
            await email_send_message(
                email_server_credentials=server,
                subject="Ordine",
                msg=body.decode(),
                email_to=recipient,
                email_from="assistenza@casabelvedere.example",
            )

    global began  # noqa: PLW0603
    began = time.perf_counter()
    await asyncio.gather(*(one(recipient, body) for _, recipient, body in mails))


began = 0.0

if __name__ == "__main__":
    asyncio.run(send_all())
    print(time.perf_counter() - began)
