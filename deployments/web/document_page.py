"""Documents to print: the same signed link as the page of the dossier, with `/print` or `/letter` behind it."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from deployments.web.case_page import reader_of
from deployments.web.context import MissingPageError, Parts
from models.rules.calendar.reach import written_day
from tasks.credit_recovery.document import NoSuchCustomerError, document
from tasks.credit_recovery.printed_letter import printed
from tasks.mails.composer import Composer

router = APIRouter()


@router.api_route("/d/{token}/print", methods=["GET", "HEAD"])
def show(token: str, web: Parts, to: str = "") -> Response:
    """Show it as it stands now; `to` is the day that interest is reckoned to. Changes nothing."""
    customer_id, staff_id = web.links.read_dossier(token, web.link_days)
    with web.db.read() as session:
        language = web.language(reader_of(session, staff_id).language)
        try:
            as_of = written_day(to) if to else None
            html = document(session, web.policy, customer_id, language, now=web.clock.now(), as_of=as_of)
        except (NoSuchCustomerError, ValueError) as error:
            raise MissingPageError from error
    return HTMLResponse(html, headers={"Content-Language": language})


@router.api_route("/d/{token}/letter", methods=["GET", "HEAD"])
def show_letter(token: str, web: Parts) -> Response:
    """Show the signed warning as a letter to post. Changes nothing."""
    customer_id, staff_id = web.links.read_dossier(token, web.link_days)
    with web.db.read() as session:
        reader_of(session, staff_id)
        html = printed(session, web.policy, Composer(web.policy, web.links), customer_id, web.clock.now())
    if html is None:
        raise MissingPageError
    return HTMLResponse(html)
