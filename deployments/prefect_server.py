"""The Prefect server, with a gate before it: `python -m deployments.prefect_server [--no-services] HOST PORT`.

Prefect answers whoever reaches it, under any name. A page of another site that somebody in operations visits could so
start its forms, and read what stands in its blocks; the list of allowed origins does not keep simple requests out.
"""

import os
import sys
from collections.abc import Collection

import uvicorn
from prefect.server.api.server import create_app
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.web.hosts import MISDIRECTED, is_ours, listed, name_of

_FORBIDDEN = 403
_POLICY_VIOLATION = 1008
_HOSTS = "SEGUITO_ALLOWED_HOSTS"


class Gate:
    """Lets through what was asked for under one of our names, and by no other site's script.

    A browser says which site a script comes from (`Origin`); the command line and the flows say nothing.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or web socket."""
        if scope["type"] not in {"http", "websocket"} or (refusal := self._refusal(scope)) is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await PlainTextResponse(*refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[str, int] | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not is_ours(host, self._names):
            return f"This server is not under that name; add it to {_HOSTS}.", MISDIRECTED
        if origin is not None and not self._is_own(origin, host):
            return f"Scripts of other sites are not let in; add yours to {_HOSTS}.", _FORBIDDEN
        return None

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether a script comes from this very server, port included, or from a site that is named as ours."""
        scheme, _, site = origin.partition("://")
        return scheme in {"http", "https"} and (site == host or name_of(origin) in self._names)


def serve(host: str, port: int, *, no_services: bool = False) -> None:
    """Serve Prefect's API and UI until a signal comes."""
    app = create_app(final=True, webserver_only=no_services)
    uvicorn.run(
        Gate(app, listed(os.environ.get(_HOSTS, ""))),
        host=host,
        port=port,
        log_level=os.environ.get("PREFECT_SERVER_LOGGING_LEVEL", "warning").lower(),
    )


if __name__ == "__main__":
    *flags, host_, port_ = sys.argv[1:]
    serve(host_, int(port_), no_services="--no-services" in flags)
