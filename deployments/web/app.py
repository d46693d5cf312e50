"""The application: `create_app` for the process, `build_app` for tests that bring their own parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware import Middleware
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from deployments.web import (
    answer_page,
    case_link_page,
    case_page,
    document_page,
    dossier_page,
    health,
    inbox_page,
    own_page,
    stop_page,
    withdrawal_page,
)
from deployments.web.context import MissingPageError, Web
from deployments.web.forms import TooLargeError
from deployments.web.shield import Shield, scrub_access_log
from models import policy as policies
from models.policy import Policy
from tasks.mailboxes.opening import originals_folder
from tasks.mailboxes.originals import Originals
from tasks.mails.links import LinkExpired, LinkForged, Links
from tasks.runtime.clock import Clock, SystemClock
from tasks.runtime.database import Database
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings

_PATIENCE_SECONDS = 5.0
"""How long a page waits for a database that another program holds; then it says so, and keeps what was typed."""


def create_app(settings: Settings) -> FastAPI:
    """The pages by the settings. Database and policy are opened when the server starts.

    Starting raises `PolicyError` when the policy cannot be used.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        scrub_access_log()
        policy = policies.load(settings.policy)
        db = open_database(
            settings, may_make=True, busy_seconds=min(_PATIENCE_SECONDS, settings.database_wait_seconds)
        )
        links, originals = (
            Links(settings.public_url, settings.signing_key),
            Originals(originals_folder(settings)),
        )
        app.state.web = Web(db, policy, links, SystemClock(), originals)
        try:
            yield
        finally:
            db.close()

    return _assemble(FastAPI(lifespan=lifespan, **_BARE))


def build_app(
    db: Database, policy: Policy, links: Links, clock: Clock, originals: Originals | None = None
) -> FastAPI:
    """The pages over parts that are open already; whoever brings them closes them."""
    app = _assemble(FastAPI(**_BARE))
    app.state.web = Web(db, policy, links, clock, originals)
    return app


def _assemble(app: FastAPI) -> FastAPI:
    for part in (
        health,
        answer_page,
        stop_page,
        case_page,
        document_page,
        dossier_page,
        case_link_page,
        inbox_page,
        own_page,
        withdrawal_page,
    ):
        app.include_router(part.router)
    app.add_exception_handler(LinkExpired, _expired)
    for missing in (LinkForged, MissingPageError, HTTPException):
        app.add_exception_handler(missing, _missing)
    app.add_exception_handler(TooLargeError, _too_large)
    return app


async def _expired(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("expired", web.language_of(request), 410, days=web.link_days)


async def _missing(request: Request, error: Exception) -> Response:
    web: Web = request.app.state.web
    status = error.status_code if isinstance(error, HTTPException) else 404
    return web.pages.problem("missing", web.language_of(request), status)


async def _too_large(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("large", web.language_of(request), 413)


async def _broken(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("broken", web.language_of(request), 500)


_BARE: dict[str, Any] = {
    "docs_url": None,
    "redoc_url": None,
    "openapi_url": None,
    "middleware": [Middleware(Shield, apology=_broken)],
}
