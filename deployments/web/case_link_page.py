"""The door of a case: what stands in the Prefect UI leads here. It tells nothing, and mails the link to the manager."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from deployments.web.context import MissingPageError, Parts, Web
from deployments.web.forms import read_body
from models.queries.responses import pages
from tasks.cases.open_case import send_link

router = APIRouter()

_MOST_DIGITS = 12


def read_number(number: int) -> int:
    """The number of a case; the databases know no longer ones."""
    if len(str(number)) > _MOST_DIGITS:
        raise MissingPageError
    return number


Number = Annotated[int, Depends(read_number)]


@router.api_route("/case/{number:int}", methods=["GET", "HEAD"])
def show(number: Number, request: Request, web: Parts) -> Response:
    """Offer the button; changes nothing, and is the same page whether there is such a case or not."""
    return _page(web, request, number)


@router.post("/case/{number:int}", dependencies=[Depends(read_body)])
def send(number: Number, request: Request, web: Parts) -> Response:
    """Have the link mailed, once an hour at most; says the same whatever came of it."""
    with web.db.write() as session:
        case = pages.case_to_change(session, number)
        if case is not None:
            send_link(session, web.policy, case, web.clock.now())
    return _page(web, request, number, asked=True)


def _page(web: Web, request: Request, number: int, *, asked: bool = False) -> Response:
    return web.pages.show("door", web.language_of(request), number=number, asked=asked)
