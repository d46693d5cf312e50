"""The local mailbox's page: what was sent, as its readers see it. Works without JavaScript."""

import re
from email.message import EmailMessage, MIMEPart
from itertools import islice
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.middleware import Middleware
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates

from deployments.mailbox.store import MailboxFolder
from deployments.web.hosts import MISDIRECTED, KnownHosts

_PAGE = 50
_TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")

_OURS = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'"
)
# A mail is a stranger's page: no scripts, no forms, nothing loaded, an origin of its own; links open
# elsewhere.
_MAIL = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)


def create_app(mailbox: MailboxFolder, hosts: frozenset[str] = frozenset()) -> FastAPI:
    """The pages over a mailbox; `hosts` are names under which they answer, besides those of this machine."""
    app = FastAPI(
        title="Mailbox",
        openapi_url=None,
        redirect_slashes=False,
        middleware=[Middleware(KnownHosts, names=lambda _: hosts, refusal=_misdirected)],
    )

    @app.get("/")
    def listing(request: Request, to: str = "", page: int = 1) -> Response:
        wanted, page = to.strip().lower(), max(page, 1)
        heads = (mailbox.head(name) for name in mailbox.names())
        found = (head for head in heads if wanted in head.recipients.lower())
        shown = list(islice(found, (page - 1) * _PAGE, page * _PAGE + 1))
        more, shown = len(shown) > _PAGE, shown[:_PAGE]
        return _page(
            request, "list.html", heads=shown, to=to, page=page, more=more, total=len(mailbox.names())
        )

    @app.get("/mail/{name}")
    def mail(request: Request, name: str) -> Response:
        message = _found(mailbox.message(name))
        return _page(
            request,
            "mail.html",
            head=mailbox.head(name),
            headers=message.items(),
            text=_content(message, "plain"),
            has_html=message.get_body(("html",)) is not None,
        )

    @app.get("/mail/{name}/html")
    def html(name: str) -> Response:
        text = _content(_found(mailbox.message(name)), "html")
        base, places = '<base target="_blank">', re.compile(r"<head[^>]*>", re.IGNORECASE)
        text = places.sub(rf"\g<0>{base}", text, count=1) if places.search(text) else base + text
        return HTMLResponse(text, headers=_headers(_MAIL))

    @app.get("/mail/{name}/raw")
    def raw(name: str) -> Response:
        source = mailbox.raw(name)
        if source is None:
            raise HTTPException(404, "There is no such mail.")
        return PlainTextResponse(source, headers=_headers(_OURS))

    return app


async def _misdirected(_request: Request) -> Response:
    return PlainTextResponse("The mailbox is not under this name: see SEGUITO_ALLOWED_HOSTS.", MISDIRECTED)


def _found(message: EmailMessage | None) -> EmailMessage:
    if message is None:
        raise HTTPException(404, "There is no such mail.")
    return message


def _content(message: EmailMessage, kind: str) -> str:
    part: MIMEPart | None = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


def _page(request: Request, template: str, **values: object) -> Response:
    return _TEMPLATES.TemplateResponse(request, template, values, headers=_headers(_OURS))


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
