"""Figures in Prometheus' own form, for whoever has the token; without one in the settings there is no such page."""

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from deployments.web.context import MissingPageError, Parts

router = APIRouter()

_TYPE = "text/plain; version=0.0.4"


@router.api_route("/metrics", methods=["GET", "HEAD"])
def show(request: Request, web: Parts) -> Response:
    """The figures, for `Authorization: Bearer TOKEN` with that of SEGUITO_METRICS_TOKEN."""
    wanted = f"Bearer {web.metrics_token}".encode()
    given = request.headers.get("authorization", "").encode("utf-8", "replace")
    if not web.metrics_token or not hmac.compare_digest(given, wanted):
        raise MissingPageError
    with web.db.read() as session:
        return PlainTextResponse(web.figures.text(session, web.clock.now()), media_type=_TYPE)
