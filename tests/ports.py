"""Ports that nobody listens on."""

import os
import random
import socket

_FIRST, _PER_WORKER = 20_000, 3_000
"""Below the ports that the system gives to outgoing connections, which would take one away a moment later."""

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago; tests that run side by side draw from ranges of their own."""
    first = _FIRST + _WORKER * _PER_WORKER
    while True:
        port = random.randrange(first, first + _PER_WORKER)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
