"""The application: `create_app` for the process, `build_app` for tests that bring their own parts."""

import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware import Middleware
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from deployments.web import (
    answer_page,
    case_link_page,
    case_page,
    document_page,
    dossier_page,
    health,
    inbox_page,
    metrics,
    open_withdrawal_page,
    own_page,
    stop_page,
    withdrawal_page,
)
from deployments.web.context import MissingPageError, Web
from deployments.web.desk import (
    company_page,
    customer_page,
    lists_page,
    look_page,
    matter_page,
    sign_in_page,
    today_page,
)
from deployments.web.desk.session import SignedOutError
from deployments.web.forms import WORDS, TooLargeError, TooSlowError
from deployments.web.hosts import MISDIRECTED, KnownHosts, listed, networks
from deployments.web.shield import Shield, scrub_access_log, scrubbed
from models import policy as policies
from models.policy import Policy
from tasks.mailboxes.opening import originals_folder
from tasks.mailboxes.originals import Originals
from tasks.mails.links import LinkExpired, LinkForged, Links
from tasks.responses.by_link import MOST_CHARACTERS
from tasks.runtime.clock import Clock, SystemClock
from tasks.runtime.database import Database
from tasks.runtime.database_faults import DatabaseUnreachableError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.runtime.trial import trial_of
from tasks.services import archive_of

_log = logging.getLogger("seguito.web")
_PATIENCE_SECONDS = 5.0
"""How long a page waits for a database that another program holds; then it says so, and keeps what was typed."""

PARTS = (
    health,
    metrics,
    answer_page,
    stop_page,
    case_page,
    document_page,
    dossier_page,
    case_link_page,
    inbox_page,
    own_page,
    withdrawal_page,
    open_withdrawal_page,
    sign_in_page,
    today_page,
    customer_page,
    company_page,
    lists_page,
    look_page,
    matter_page,
)
"""The modules whose routes make up the application."""


def create_app(settings: Settings) -> FastAPI:
    """The pages by the settings. Database and policy are opened when the server starts.

    Starting raises `PolicyError` when the policy cannot be used.

    Raises:
        AccessError: the proxies that the settings name are no addresses.
    """
    believed = networks(settings.desk_proxies)

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
        hosts = listed(settings.allowed_hosts)
        app.state.web = Web(
            db,
            policy,
            links,
            SystemClock(),
            originals,
            hosts,
            lambda: trial_of(db, policy, settings) is not None,
            settings.desk_user_header,
            believed,
            archive=archive_of(settings),
            settings=settings,
            metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
        )
        try:
            yield
        finally:
            db.close()

    return _assemble(FastAPI(lifespan=lifespan, **_BARE))


def build_app(
    db: Database,
    policy: Policy,
    links: Links,
    clock: Clock,
    originals: Originals | None = None,
    **more: Any,
) -> FastAPI:
    """The pages over parts that are open already (`more` of `Web`); whoever brings them closes them."""
    app = _assemble(FastAPI(**_BARE))
    app.state.web = Web(db, policy, links, clock, originals, **more)
    return app


def _assemble(app: FastAPI) -> FastAPI:
    for part in PARTS:
        app.include_router(part.router)
    app.add_exception_handler(LinkExpired, _expired)
    for missing in (LinkForged, MissingPageError, HTTPException):
        app.add_exception_handler(missing, _missing)
    app.add_exception_handler(TooLargeError, _too_large)
    app.add_exception_handler(SignedOutError, _signed_out)
    app.add_exception_handler(TooSlowError, _too_slow)
    app.add_exception_handler(DatabaseUnreachableError, _unsaved)
    return app


async def _expired(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("expired", web.language_of(request), 410, days=web.link_days)


async def _missing(request: Request, error: Exception) -> Response:
    web: Web = request.app.state.web
    status = error.status_code if isinstance(error, HTTPException) else 404
    return web.pages.problem("missing", web.language_of(request), status)


async def _signed_out(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return sign_in_page.door(web, web.language_of(request))


async def _too_large(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("large", web.language_of(request), 413)


async def _too_slow(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("slow", web.language_of(request), 408)


async def _unsaved(request: Request, error: Exception) -> Response:
    """The database is away: what was typed is given back, to be sent again."""
    _log.error("%s %s", scrubbed(request.url.path), error)
    web: Web = request.app.state.web
    language = web.language_of(request)
    if request.method != "POST":
        response = web.pages.problem("busy", language, 503)
    else:
        form: Mapping[str, str] = getattr(request.state, "form", {})
        response = web.pages.show(
            "unsaved",
            language,
            503,
            words=[(name, value) for name, value in form.items() if name in WORDS],
            hidden=[(name, value) for name, value in form.items() if name not in WORDS],
            most=MOST_CHARACTERS,
        )
    response.headers["Retry-After"] = "60"
    return response


async def _misdirected(request: Request) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("missing", web.language_of(request), MISDIRECTED)


def _our_names(scope: Scope) -> Collection[str]:
    web: Web = scope["app"].state.web
    return web.our_names


async def _broken(request: Request, _error: Exception) -> Response:
    web: Web = request.app.state.web
    return web.pages.problem("broken", web.language_of(request), 500)


_BARE: dict[str, Any] = {
    "docs_url": None,
    "redoc_url": None,
    "openapi_url": None,
    "redirect_slashes": False,  # the address to go to would be whatever host the request names
    "middleware": [
        Middleware(Shield, apology=_broken),
        Middleware(KnownHosts, names=_our_names, refusal=_misdirected),
    ],
}
