"""The worker's side of the Celery harness: a task a mail, a kept connection a process."""

import os
from functools import cache

from celery import Celery

from benchmarks.peers import Kept

_URL = os.environ["PEER_REDIS"]
_RESULTS = os.environ["PEER_RESULTS"] == "yes"
app = Celery("peer", broker=_URL, backend=_URL if _RESULTS else None)
app.conf.update(
    task_ignore_result=not _RESULTS,
    task_acks_late=True,
    worker_prefetch_multiplier=16,
    broker_connection_retry_on_startup=True,
)


@cache
def _connection() -> Kept:
    return Kept(int(os.environ["PEER_SMTP_PORT"]))


@app.task  # type: ignore[untyped-decorator]
def send(sender: str, recipient: str, body: str) -> str:
    """Send one mail; the result is the server's answer."""
    return _connection().send(sender, recipient, body.encode())
