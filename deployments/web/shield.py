"""What stands around every page: safe headers, and a kind page instead of a stack trace."""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.web.pages import headers

_log = logging.getLogger("seguito.web")
_TOKEN = re.compile(r"/([aucidr])/[^\s\"]*")

Apology = Callable[[Request, Exception], Awaitable[Response]]


class Shield:
    """Adds the headers; turns a fault of ours into an apology, and logs no more than its place."""

    def __init__(self, app: ASGIApp, apology: Apology) -> None:
        self._app, self._apology = app, apology

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = MutableHeaders(scope=message)
                for name, value in headers(scope["app"].state.web.policy.company).items():
                    own.setdefault(name, value)  # a mail in its frame has stricter ones
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:  # noqa: BLE001 (the edge of the process: whoever wrote to us gets a page)
            _log.error("%s %s", scrubbed(scope["path"]), described(error))
            if not started:
                response = await self._apology(Request(scope), error)
                await response(scope, receive, send_safely)


def described(error: Exception) -> str:
    """What happened and where. The message stays out: a database's error repeats the customer's words."""
    places = traceback.extract_tb(error.__traceback__)
    calls = (f"{one.name}:{one.lineno}" for one in reversed(places[-6:]))
    return f"{type(error).__name__} at {' < '.join(calls)}"


def scrubbed(path: str) -> str:
    """A path without its token: whoever reads a log must not be able to answer for a customer."""
    return _TOKEN.sub(r"/\1/…", path)


class ScrubTokens(logging.Filter):
    """Takes the tokens out of the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean one line; every line is kept."""
        if isinstance(record.args, tuple):
            record.args = tuple(scrubbed(one) if isinstance(one, str) else one for one in record.args)
        return True


def scrub_access_log() -> None:
    """Have uvicorn's access log written without tokens, whoever started it."""
    log = logging.getLogger("uvicorn.access")
    if not any(isinstance(one, ScrubTokens) for one in log.filters):
        log.addFilter(ScrubTokens())
