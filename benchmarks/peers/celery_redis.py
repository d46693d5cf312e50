"""Celery with Redis, two worker processes; with results (PEER_RESULTS=yes) it records each outcome."""

import os
import socket
import subprocess
import sys
import time

from benchmarks.ground import Sink
from benchmarks.peers import given


def main() -> None:
    """Send and print the seconds, from the first mail put into the queue."""
    port, mails, state = given()
    redis_port = _free_port()
    os.environ |= {"PEER_REDIS": f"redis://127.0.0.1:{redis_port}/0", "PEER_SMTP_PORT": str(port)}
    redis = subprocess.Popen(
        ["redis-server", "--port", str(redis_port), "--dir", state, "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    command = ["celery", "-A", "benchmarks.peers.celery_app", "worker", "--concurrency", "2", "-l", "ERROR"]
    worker = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        from benchmarks.peers.celery_app import app, send  # noqa: PLC0415 (reads the environment at import)

        while not app.control.ping(timeout=0.5):
            pass
        server = Sink(port)
        before, _ = server.counted()
        began = time.perf_counter()
        sent = [send.delay(sender, recipient, body.decode()) for sender, recipient, body in mails]
        if os.environ["PEER_RESULTS"] == "yes":
            for one in sent:
                one.get(timeout=600)
        while server.counted()[0] - before < len(mails):
            time.sleep(0.02)
        print(time.perf_counter() - began)
    finally:
        for child in (worker, redis):
            child.terminate()
            child.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    main()
