"""Web pages inside the launcher's own event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from deployments.web.patience import patient

_GRACE_SECONDS = 2
_LOOK_SECONDS = 0.02


class _Server(uvicorn.Server):
    """Leaves the signals to the launcher."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(
    app: FastAPI, opened: socket, protocol: type[H11Protocol] | None = None
) -> AsyncIterator[None]:
    """Serve the pages on an open socket for as long as the context lasts.

    Raises:
        RuntimeError: they do not start; the log says why.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="none",
        proxy_headers=False,  # who is at the other end is the proxy, whatever it says of whom it asks for
        http=protocol or patient(),
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        while not server.started:
            if serving.done():
                raise RuntimeError(f"the pages of {app.title} do not start")
            await asyncio.sleep(_LOOK_SECONDS)
        yield
    finally:
        server.should_exit = True
        await serving
