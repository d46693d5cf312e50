"""The front door: a word for whoever comes without a link, and a sign of life for whoever watches."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from deployments.web.context import Parts
from models.queries.responses import pages
from tasks.runtime.database_faults import DatabaseUnreachableError

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
def index(request: Request, web: Parts) -> Response:
    """What this is. Links to nothing personal."""
    return web.pages.show("index", web.language_of(request))


@router.api_route("/healthz", methods=["GET", "HEAD"])
def health(web: Parts) -> Response:
    """`ok` when the database answers."""
    try:
        with web.db.read() as session:
            pages.is_there(session)
    except DatabaseUnreachableError:
        return PlainTextResponse("the database does not answer", 503)
    return PlainTextResponse("ok")
